"""How the rivals are timed: the same command line, clock and output for all of them."""

import argparse
import json
import math
import os
import statistics
import sys
import time

WARM_UP_STEPS, WARM_UP_SECONDS = 10, 0.3
STEPS, SECONDS, LONGEST = 200, 1.5, 10.0
SHORTEST_SAMPLE_MS = 0.1


def options(description, workloads):
    """A parser with the options that every rival has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--workload", choices=[*workloads, "all"], default="all")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), metavar="N")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    return parser


def milliseconds(run, calls=1):
    """How long one call takes, of some that are timed together."""
    start = time.perf_counter()
    for _ in range(calls):
        run()
    return (time.perf_counter() - start) * 1e3 / calls


def median_ms(run):
    """The median of many calls: at least 200 and 1.5 s of them, unless that takes 10 s. Short calls are timed several at
    once, since reading the clock would be part of the figure."""
    warm = statistics.median(_sample(run, WARM_UP_STEPS, WARM_UP_SECONDS))
    together = math.ceil(SHORTEST_SAMPLE_MS / warm)
    return statistics.median(_sample(run, STEPS, SECONDS, together))


def _sample(run, count, seconds, together=1):
    samples, start = [], time.perf_counter()
    while (elapsed := time.perf_counter() - start) < LONGEST:
        if len(samples) >= count and elapsed >= seconds:
            break
        samples.append(milliseconds(run, together))
    return samples


def emit(as_json, **record):
    """Print one result, as JSON or for people."""
    record = {k: float(f"{v:.4g}") if isinstance(v, float) else v for k, v in record.items()}
    print(json.dumps(record) if as_json else "  ".join(f"{k} {v}" for k, v in record.items()))
    sys.stdout.flush()
