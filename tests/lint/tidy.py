#!/usr/bin/env python3
"""Runs clang-tidy over the given sources, several at once, and prints only what it found.

A source that the build does not know (no compile command) is an error: it would otherwise pass unread.
"""
import argparse
import concurrent.futures
import json
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def known_sources(build):
    commands = json.loads((build / "compile_commands.json").read_text())
    return {str(pathlib.Path(c["directory"], c["file"]).resolve()) for c in commands}


def tidy(build, source):
    run = subprocess.run(["clang-tidy-19", "--quiet", "-p", str(build), str(source)],
                         capture_output=True, text=True, cwd=ROOT, check=False)
    return source, run.returncode, run.stdout + (run.stderr if run.returncode else "")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--build", type=pathlib.Path, required=True)
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("sources", nargs="*")
    options = arguments.parse_args()

    start = time.monotonic()
    known = known_sources(ROOT / options.build)
    sources = [s for s in options.sources if not s.startswith("tests/fuzz/")]
    unknown = [s for s in sources if str((ROOT / s).resolve()) not in known]
    for source in unknown:
        print(f"{source}: no target builds this file")
    sources = [s for s in sources if s not in unknown]
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for source, status, text in pool.map(lambda s: tidy(ROOT / options.build, s), sources):
            if status:
                bad += 1
                print(f"{source}: clang-tidy ended {status}\n{text}")
    print(f"clang-tidy: {len(sources)} files, {bad} with findings, {time.monotonic() - start:.0f} s")
    return 1 if bad or unknown else 0


if __name__ == "__main__":
    sys.exit(main())
