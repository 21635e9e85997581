"""How the rivals are timed: the same command line, clock and output for all of them."""

import argparse
import json
import os
import statistics
import sys
import time

WARM_UP_STEPS, WARM_UP_SECONDS = 10, 0.3
STEPS, SECONDS, LONGEST = 200, 1.5, 10.0


def options(description, workloads):
    """A parser with the options that every rival has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--workload", choices=[*workloads, "all"], default="all")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), metavar="N")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    return parser


def milliseconds(run):
    """How long one call takes."""
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1e3


def median_ms(run):
    """The median of many calls: at least 200 and 1.5 s of them, unless that takes 10 s."""
    _sample(run, WARM_UP_STEPS, WARM_UP_SECONDS)
    return statistics.median(_sample(run, STEPS, SECONDS))


def _sample(run, calls, seconds):
    samples, start = [], time.perf_counter()
    while (elapsed := time.perf_counter() - start) < LONGEST:
        if len(samples) >= calls and elapsed >= seconds:
            break
        samples.append(milliseconds(run))
    return samples


def emit(as_json, **record):
    """Print one result, as JSON or for people."""
    record = {k: float(f"{v:.4g}") if isinstance(v, float) else v for k, v in record.items()}
    print(json.dumps(record) if as_json else "  ".join(f"{k} {v}" for k, v in record.items()))
    sys.stdout.flush()
