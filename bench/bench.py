#!/usr/bin/env python3
"""The benchmark: work items against floors and peers, all in one run on one machine.

    ./dev bench                      every item
    ./dev bench W1 W2 --json FILE    some, and their figures as JSON
    ./dev bench --page               and docs/performance.md from them
    ./dev bench --quick              small sizes: does everything agree? (a minute, no network)
"""
import argparse
import json
import os
import subprocess
import sys
import traceback
from functools import partial

import page
from harness import automation_items, database_items, growth, machine, memory_items, rule_items, table
from harness.peers import Peers

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ITEMS = {
    "W1": [partial(memory_items.measure, item="w1")],
    "W2": [partial(memory_items.measure, item="w2"), partial(memory_items.measure, item="w2_plain")],
    "W3": [database_items.w3],
    "W4": [database_items.w4],
    "W5": [rule_items.w5],
    "W6": [database_items.w6],
    "W7": [database_items.w7],
    "W8": [automation_items.w8],
    "start": [rule_items.start],
    "growth": [growth.measure],
}


class Context:
    """What every item needs to know."""

    def __init__(self, options):
        self.quick = options.quick
        self.rules = os.path.join(ROOT, "bench", "rules")
        self.build = os.path.join(ROOT, options.build)
        self.engine = os.path.join(self.build, "bin", "bench_engine")
        self.database = os.path.join(self.build, "bin", "bench_database")
        self.saiten = os.path.join(self.build, "bin", "saiten")
        self.data = os.path.abspath(os.environ.get("SAITEN_BENCH_DATA") or os.path.join(self.build, "bench-data"))
        os.makedirs(self.data, exist_ok=True)
        self.threads = options.threads or len(os.sched_getaffinity(0))
        self.scale = options.scale
        self.repetitions = 2 if self.quick else 15
        self.peer_repetitions = 1 if self.quick else 5
        self.database_repetitions = 1 if self.quick else 3
        self.node_rows = 1_000 if self.quick else 20_000
        self.peers = Peers(os.path.join(ROOT, "bench", "peers"), self.data, install=not self.quick and not options.offline)

    def size(self, full):
        return 20_000 if self.quick else max(1_000, int(full * self.scale))


def main():
    arguments = argparse.ArgumentParser(prog="./dev bench", description=__doc__.split("\n")[0])
    arguments.add_argument("items", nargs="*", metavar="ITEM", help=f"of {', '.join(ITEMS)}; default: all")
    arguments.add_argument("--json", metavar="FILE", help="write the figures there, a list of one object an item")
    arguments.add_argument("--quick", action="store_true", help="small sizes: only to see that everything agrees")
    arguments.add_argument("--page", action="store_true", help="put the figures into docs/performance.md")
    arguments.add_argument("--build", default="build", help="the build folder whose programs are measured (default: build)")
    arguments.add_argument("--offline", action="store_true", help="install nothing; peers that are not there are skipped")
    arguments.add_argument("--scale", type=float, default=1.0, help="a part of the full sizes (0.1: a tenth)")
    arguments.add_argument("--threads", type=int, default=0, help="default: all cores")
    options = arguments.parse_args()
    for item in options.items:
        if item not in ITEMS:
            arguments.error(f"no item '{item}': {', '.join(ITEMS)}")
    if options.page and options.quick:
        arguments.error("figures of --quick say nothing: not for the page")
    context = Context(options)
    results = []
    failed = []
    for item in options.items or ITEMS:
        for measure in ITEMS[item]:
            try:
                result = measure(context)
            except Exception:  # the other items are worth having
                traceback.print_exc()
                failed.append(item)
                continue
            result["machine"] = machine.describe(ROOT)
            result["command"] = "./dev bench " + " ".join(sys.argv[1:])
            result["scale"] = "quick" if options.quick else options.scale
            results.append(result)
            print("\n".join(table.lines_of(result)), end="\n\n", flush=True)
            if options.page:
                page.merge([result])
    if options.json:
        with open(options.json, "w") as file:
            json.dump(results, file, ensure_ascii=False, indent=1)
            file.write("\n")
    if options.page:
        page.render()
        if context.peers.has_python():
            subprocess.run([context.peers.python, os.path.join(ROOT, "bench", "plots.py")], check=True)
        else:
            print("the plots were not drawn anew: matplotlib is not installed", file=sys.stderr)
    for item in failed:
        print(f"{item}: could not be measured, see above", file=sys.stderr)
    return 0 if not failed and all(r["agree"] for r in results) else 1


if __name__ == "__main__":
    sys.exit(main())
