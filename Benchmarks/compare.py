"""Backprop beside its rivals on one machine: runs all of them in turn, prints Markdown tables.

Every round runs each program once for each workload, in an order that is reversed from round
to round, so that a machine that changes its pace does so for all alike. A figure is the median
over the rounds. Ratios are the rival's time over ours: above 1 we are faster.
"""

import argparse
import json
import math
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
OURS = "Backprop"
SMALL_STEPS = ("xor", "deep", "mlp")
STEPS = (*SMALL_STEPS, "cnn", "gpt", "lstm")
WORKLOADS = (*STEPS, "gemm", "blocks")

STEP_GOALS = {"xor": 5.0, "deep": 2.5, "mlp": 1.5, "cnn": 1.4, "gpt": 2.5, "lstm": 1.5}
BLOCK_GOALS = {"gelu": 2.5, "softmax": 2.5, "layer-norm": 1.5, "adamw": 1.0}
COPY_GOAL = 0.85
STEP_OVER_FORWARD_GOAL = 3.0
PLAN_GOAL_US = 20.0

UNSTEADY = 1.5  # the slowest round over the fastest, beyond which a figure is not to be trusted


def gemm_goal(m, n, k):
    return 0.95 if min(m, n, k) >= 256 else 0.85


@dataclass(frozen=True)
class Contender:
    """A program, and the workloads that it knows."""

    name: str
    command: tuple
    workloads: tuple


def contenders(backprop, folder):
    """Everybody who can run here; says how to install those who cannot."""
    found = []
    if backprop:
        found.append(Contender(OURS, (backprop,), WORKLOADS))
    else:
        tell("no --backprop PATH: measuring the rivals only (swift build -c release)")

    install = f"pip install -r {HERE / 'requirements.txt'}"
    if imports("torch"):
        torch = (sys.executable, str(HERE / "rivals_pytorch.py"))
        found += [
            Contender("PyTorch", torch, (*STEPS, "blocks")),
            Contender("PyTorch, fused optimizer", (*torch, "--fused"), STEPS),
            Contender("torch.compile", (*torch, "--compile"), STEPS),
            Contender("torch.compile, fused optimizer", (*torch, "--compile", "--fused"), STEPS),
        ]
    else:
        tell(f"skipping PyTorch: {install}")
    if imports("jax"):
        found.append(Contender("JAX", (sys.executable, str(HERE / "rivals_jax.py")), SMALL_STEPS))
    else:
        tell(f"skipping JAX: {install}")

    program = Path(folder) / "gemm_onednn"
    source = str(HERE / "gemm_onednn.c")
    if succeeds("cc", "-O2", "-fopenmp", source, "-o", str(program), "-ldnnl"):
        found.append(Contender("oneDNN", (str(program),), ("gemm",)))
    else:
        tell("skipping oneDNN: needs a C compiler with OpenMP and oneDNN (apt install libdnnl-dev)")
    return found


def imports(module):
    return succeeds(sys.executable, "-c", f"import {module}")


def succeeds(*command):
    return bool(shutil.which(command[0])) and not subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ).returncode


def tell(message):
    print(message, file=sys.stderr, flush=True)


def run(contender, workload, threads, sizes):
    """What a program measured: one dictionary for each line that it printed."""
    command = list(contender.command)
    if contender.name == "oneDNN":
        command += ["--threads", str(threads), *sizes]
    else:
        command += ["--workload", workload, "--json"]
    if contender.name not in (OURS, "oneDNN"):
        command += ["--threads", str(threads)]
    environment = os.environ | {"BACKPROP_THREADS": str(threads)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode:
        tell(f"{contender.name} failed on {workload}: {done.stderr.strip()[-500:]}")
        return []
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return [{"threads": threads} | line | {"framework": contender.name} for line in lines]


def measure(found, chosen, threads, rounds, record):
    """All lines of all rounds, also appended to the file `record` as they come."""
    lines, sizes = [], {}
    for turn in range(rounds):
        for workload in chosen:
            for count in threads:
                order = [c for c in found if workload in c.workloads]
                for contender in order if turn % 2 == 0 else reversed(order):
                    where = f"round {turn + 1} of {rounds}, threads {count}"
                    tell(f"{where}: {workload}, {contender.name}")
                    new = run(contender, workload, count, sizes)
                    lines += new
                    if record:
                        with open(record, "a") as file:
                            file.writelines(json.dumps(line) + "\n" for line in new)
                    if contender.name == OURS and workload == "gemm":
                        # The yardstick then runs exactly the products that we run.
                        sizes = {f"{l['m']}x{l['n']}x{l['k']}": None for l in new}
    return lines


def summarize(lines, choose):
    """{threads: {what: {framework: {figure: value}}}}, one value from all rounds.

    `what` is a workload, or (workload, name), or (workload, m, n, k, ta, tb). The figure
    "spread" tells how far the rounds lie apart.
    """
    samples = defaultdict(list)
    for line in lines:
        if line.get("dtype", "f32") != "f32":
            continue
        what = line["workload"]
        if what == "gemm":
            what = (what, line["m"], line["n"], line["k"], bool(line["ta"]), bool(line["tb"]))
        elif what == "blocks":
            what = (what, line["name"].replace("_", "-"))
        for figure, value in line.items():
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                samples[line["threads"], what, line["framework"], figure].append(value)

    summary = defaultdict(lambda: defaultdict(lambda: defaultdict(dict)))
    for (threads, what, framework, figure), values in samples.items():
        figures = summary[threads][what][framework]
        figures[figure] = choose(figure, values)
        if figure in ("step_ms", "ms", "gflops"):
            figures["spread"] = max(values) / min(values)
    return summary


def median(figure, values):
    return statistics.median(values)


def fastest(figure, values):
    return max(values) if figure in ("gflops", "gb_per_s", "copy_gb_per_s") else min(values)


def table(title, head, rows):
    """Print a Markdown table, unless it is empty."""
    if rows:
        print(f"\n{title}\n")
        print(f"| {' | '.join(head)} |")
        print(f"|{'---|' * len(head)}")
        for row in rows:
            print(f"| {' | '.join(row)} |")


def verdict(met, *measured):
    unsteady = any(figures["spread"] > UNSTEADY for figures in measured)
    return ("yes" if met else "**no**") + (" (unsteady)" if unsteady else "")


def show(value):
    return f"{value:.0f}" if value >= 1000 else f"{value:.3g}"


def versus_rivals(summary, workloads, figure, goal):
    """Rows that set our time beside the fastest rival's."""
    for what in workloads:
        rivals = {f: v for f, v in summary.get(what, {}).items() if figure in v}
        ours = rivals.pop(OURS, None)
        if ours is None or not rivals:
            continue
        best = min(rivals, key=lambda name: rivals[name][figure])
        ratio, wanted = rivals[best][figure] / ours[figure], goal(what)
        name = what if isinstance(what, str) else what[1]
        yield [name, show(ours[figure]), show(rivals[best][figure]), best,
               f"{ratio:.2f}", f"{wanted:.2f}", verdict(ratio >= wanted, ours, rivals[best])]


def gemm_rows(summary):
    """Rows of our speed over oneDNN's: a row a shape, a column a transposition."""
    shapes = defaultdict(dict)
    for what, figures in summary.items():
        if what[0] == "gemm" and {OURS, "oneDNN"} <= figures.keys():
            shapes[what[1:4]][what[4:]] = figures[OURS], figures["oneDNN"]
    for (m, n, k), pairs in sorted(shapes.items(), key=lambda shape: math.prod(shape[0])):
        ratios = {t: ours["gflops"] / theirs["gflops"] for t, (ours, theirs) in pairs.items()}
        cells = [
            f"{ratios[ta, tb]:.2f}" if (ta, tb) in ratios else ""
            for ta in (False, True) for tb in (False, True)
        ]
        ours, theirs = (
            statistics.median(figures["gflops"] for figures in side)
            for side in zip(*pairs.values())
        )
        goal, measured = gemm_goal(m, n, k), [f for pair in pairs.values() for f in pair]
        yield [f"{m} x {n} x {k}", show(ours), show(theirs), *cells,
               f"{goal:.2f}", verdict(min(ratios.values()) >= goal, *measured)]


def own_rows(summary):
    """Rows of the goals that need no rival."""
    for what, figures in summary.items():
        ours = figures.get(OURS, {})
        if what == "mlp" and {"step_ms", "forward_ms"} <= ours.keys():
            ratio = ours["step_ms"] / ours["forward_ms"]
            yield ["mlp: a step over a forward pass", f"{ratio:.2f}",
                   f"at most {STEP_OVER_FORWARD_GOAL:.2f}",
                   verdict(ratio <= STEP_OVER_FORWARD_GOAL)]
        if what in STEPS and ours.get("nodes") and "plan_us" in ours:
            cost = ours["plan_us"] / ours["nodes"]
            yield [f"{what}: planning a node, microseconds", f"{cost:.1f}",
                   f"under {PLAN_GOAL_US:.0f}", verdict(cost < PLAN_GOAL_US)]
        if what == ("blocks", "adamw") and {"gb_per_s", "copy_gb_per_s"} <= ours.keys():
            share = ours["gb_per_s"] / ours["copy_gb_per_s"]
            yield ["AdamW: bandwidth over a plain copy's", f"{share:.2f}",
                   f"at least {COPY_GOAL:.2f}", verdict(share >= COPY_GOAL)]


def rival_rows(summary):
    """Rows of every figure of every rival."""
    for what, frameworks in summary.items():
        for framework, figures in frameworks.items():
            if framework == OURS:
                continue
            name, speed, time = what, "", figures.get("step_ms", figures.get("ms"))
            if what[0] == "gemm":
                _, m, n, k, ta, tb = what
                name = f"{m} x {n} x {k}, {'T' if ta else 'N'}{'T' if tb else 'N'}"
                speed = f"{show(figures['gflops'])} GFLOP/s"
                time = 2e-6 * m * n * k / figures["gflops"]
            elif what[0] == "blocks":
                name = what[1]
                speed = f"{show(figures['gb_per_s'])} GB/s, a copy {show(figures['copy_gb_per_s'])}"
            forward, first = (
                show(figures[f]) if f in figures else "" for f in ("forward_ms", "first_step_ms")
            )
            yield [name, framework, show(time), forward, first, speed]


def report(summary):
    for threads, figures in sorted(summary.items()):
        where = f"{threads} thread{'s' if threads > 1 else ''}"
        beside = ["Backprop", "best rival", "which", "rival / ours", "goal", "met"]
        table(f"### Training steps, {where} (milliseconds)", ["workload", *beside],
              list(versus_rivals(figures, STEPS, "step_ms", STEP_GOALS.get)))
        names = [what for what in figures if what[0] == "blocks"]
        table(f"### Memory-bound kernels, {where} (milliseconds)", ["kernel", *beside],
              list(versus_rivals(figures, names, "ms", block_goal)))
        table(f"### Matrix products, {where} (GFLOP/s, and oneDNN's time over ours)",
              ["m x n x k", "Backprop", "oneDNN", "NN", "NT", "TN", "TT", "goal", "met"],
              list(gemm_rows(figures)))
        table(f"### Goals without a rival, {where}", ["measure", "Backprop", "goal", "met"],
              list(own_rows(figures)))
        table(f"### The rivals' figures, {where} (milliseconds)",
              ["workload", "framework", "step or call", "forward", "first step", "speed"],
              list(rival_rows(figures)))


def block_goal(what):
    """A gradient, or a variant, has the goal of its kernel."""
    return next((goal for name, goal in BLOCK_GOALS.items() if what[1].startswith(name)), 1.0)


class Machine:
    """How much of the machine others used while we measured (known on Linux only)."""

    def __init__(self):
        self.start = self.busy_and_all(), self.own()

    @staticmethod
    def own():
        """Processor seconds of the programs that we ran."""
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    @staticmethod
    def busy_and_all():
        """Processor seconds of the machine: not idle, and all."""
        try:
            ticks = [int(t) for t in Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
        except OSError:
            return None
        rate = os.sysconf("SC_CLK_TCK")
        return (sum(ticks) - ticks[3] - ticks[4]) / rate, sum(ticks) / rate

    def others(self):
        (before, own), now = self.start, self.busy_and_all()
        if before is None or now[1] <= before[1]:
            return None
        used = now[0] - before[0] - (self.own() - own)
        return max(0.0, used / (now[1] - before[1]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--backprop", metavar="PATH", help="the built backprop-bench")
    parser.add_argument("--workload", nargs="+", choices=WORKLOADS, default=WORKLOADS)
    parser.add_argument("--threads", nargs="+", type=int, default=[os.cpu_count()], metavar="N")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--fastest", action="store_true",
                        help="on a busy machine: the fastest round instead of the median")
    parser.add_argument("--record", metavar="FILE", help="append every line measured to a file")
    arguments = parser.parse_args()

    machine = Machine()
    with tempfile.TemporaryDirectory() as folder:
        found = contenders(arguments.backprop, folder)
        lines = measure(found, arguments.workload, arguments.threads, arguments.rounds,
                        arguments.record)

    choose = fastest if arguments.fastest else median
    print(f"{platform.machine()}, {os.cpu_count()} cores; {choose.__name__} of "
          f"{arguments.rounds} rounds.")
    others = machine.others()
    if others is not None and others > 0.05:
        print(f"Other programs used {others:.0%} of the processors meanwhile: "
              "read these figures with care.")
    report(summarize(lines, choose))


if __name__ == "__main__":
    main()
