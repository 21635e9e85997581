"""Sets `backprop train` on tables beside scikit-learn: MLP (64, 32; standardized, one-hot) and histogram gradient boosting.

Each table is split 80 to 20 by each seed, stratified for classes. All sides get the same rows: backprop the part as a CSV
file, without a flag but the label's, and then `backprop evaluate` on the rest; scikit-learn numbers with the median where one
is missing, and one column for each category. A line of LIST names a table: its file, its label, c for classes or r for numbers.

    python tables_sklearn.py --backprop .build/release/backprop --list tables.txt
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

warnings.filterwarnings("ignore")


def read(path, label, task):
    frame = pd.read_csv(path, skipinitialspace=True, na_values=["?", "NA", ""])
    frame = frame[frame[label].notna()].reset_index(drop=True)
    if task == "c":
        counts = frame[label].value_counts()
        frame = frame[frame[label].map(counts) >= 5].reset_index(drop=True)
        frame[label] = "class " + frame[label].astype(str)
    return frame


def rivals(train, test, label, task, seed):
    x, y = train.drop(columns=[label]), train[label]
    numbers = [c for c in x if pd.api.types.is_numeric_dtype(x[c])]
    names = [c for c in x if c not in numbers and x[c].nunique() <= max(50, len(x) // 2)]
    matrix = ColumnTransformer(
        [
            ("n", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
            ("c", OneHotEncoder(handle_unknown="ignore", sparse_output=False), names),
        ]
    )
    columns, rest = matrix.fit_transform(x), matrix.transform(test.drop(columns=[label]))
    if task == "c":
        models = [
            MLPClassifier(hidden_layer_sizes=(64, 32), max_iter=500, random_state=seed),
            HistGradientBoostingClassifier(random_state=seed),
        ]
        return [accuracy_score(test[label], m.fit(columns, y).predict(rest)) for m in models]
    mean, spread = y.mean(), y.std()
    models = [
        MLPRegressor(hidden_layer_sizes=(64, 32), max_iter=500, random_state=seed),
        HistGradientBoostingRegressor(random_state=seed),
    ]
    return [
        r2_score(test[label], m.fit(columns, (y - mean) / spread).predict(rest) * spread + mean) for m in models
    ]


def ours(program, train, test, label, seed, folder):
    paths = [os.path.join(folder, name) for name in ("train.csv", "test.csv", "run")]
    train.to_csv(paths[0], index=False)
    test.to_csv(paths[1], index=False)
    start = time.time()
    command = [program, "train", "--data", paths[0], "--label", label, "--seed", str(seed), "--quiet", "--output", paths[2]]
    trained = subprocess.run(command, capture_output=True, text=True)
    seconds = time.time() - start
    if trained.returncode:
        return None, trained.stderr.strip()
    judged = subprocess.run([program, "evaluate", paths[2], paths[1], "--json"], capture_output=True, text=True)
    if judged.returncode:
        return None, judged.stderr.strip()
    report = json.loads(judged.stdout)
    return (report["classes"]["accuracy"] if report.get("classes") else report["numbers"]["r2"]), seconds


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--backprop", required=True)
    arguments.add_argument("--list", required=True)
    arguments.add_argument("--seeds", type=int, default=5)
    options = arguments.parse_args()
    wins = near = count = 0
    print("| table | rows | MLP | boosting | Backprop | seconds |\n|---|---|---|---|---|---|")
    for line in open(options.list):
        if not line.strip() or line.startswith("#"):
            continue
        path, label, task = line.split()[:3]
        path = os.path.join(os.path.dirname(options.list), path)
        frame = read(path, label, task)
        scores, seconds = [], []
        for seed in range(options.seeds):
            train, test = train_test_split(
                frame, test_size=0.2, random_state=seed, stratify=frame[label] if task == "c" else None
            )
            with tempfile.TemporaryDirectory() as folder:
                own, took = ours(options.backprop, train, test, label, seed, folder)
            if own is None:
                print(f"{path}: {took}", file=sys.stderr)
                break
            scores.append(rivals(train, test, label, task, seed) + [own])
            seconds.append(took)
        if not scores:
            continue
        mlp, boosting, own = 100 * np.mean(scores, axis=0)
        wins, near, count = wins + (own >= mlp), near + (own >= boosting - 1), count + 1
        name = os.path.basename(path)
        print(f"| {name} | {len(frame)} | {mlp:.2f} | {boosting:.2f} | {own:.2f} | {np.median(seconds):.1f} |", flush=True)
    print(f"\n{count} tables: at least the MLP on {wins}, within a point of boosting on {near}")


if __name__ == "__main__":
    main()
