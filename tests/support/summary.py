#!/usr/bin/env python3
"""Counts what a test run did, from the files that GoogleTest and ctest left.

Ends 1 where a test failed, none ran, or one over the shared real data was skipped although that folder is there.
"""
import argparse
import pathlib
import sys
import xml.etree.ElementTree as xml


class Counts:
    def __init__(self):
        self.passed = 0
        self.failed = []
        self.skipped = []  # (name, message)
        self.shared_ran = 0
        self.shared_skipped = []


def add_case(counts, case):
    name = f"{case.get('classname')}.{case.get('name')}"
    if case.get("status") == "notrun":
        return
    shared = any(p.get("name") == "shared_data" for p in case.iter("property"))
    skipped = case.find("skipped")
    if case.find("failure") is not None:
        counts.failed.append(name)
    elif skipped is not None:
        message = (skipped.get("message") or "").strip().splitlines()
        counts.skipped.append((name, message[-1] if message else "no reason given"))
        if shared:
            counts.shared_skipped.append(name)
            return
    else:
        counts.passed += 1
    counts.shared_ran += shared


def add_programs(counts, junit, with_cases):
    """Programs that are no GoogleTest count as one test each; a GoogleTest program that died left no cases."""
    for case in xml.parse(junit).getroot().iter("testcase"):
        name = case.get("name")
        status = case.get("status")
        if status == "run":
            counts.passed += name not in with_cases
        elif status in ("notrun", "disabled"):
            counts.skipped.append((name, "not run by ctest"))
        elif name not in with_cases:
            counts.failed.append(f"{name} (program)")
        elif not counts.failed:
            counts.failed.append(f"{name} (ended badly after its cases)")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("results", type=pathlib.Path)
    arguments.add_argument("--shared", type=pathlib.Path, required=True)
    options = arguments.parse_args()

    counts = Counts()
    with_cases = set()
    for file in sorted(options.results.glob("*.xml")):
        with_cases.add(file.stem)
        for case in xml.parse(file).getroot().iter("testcase"):
            add_case(counts, case)
    junit = options.results / "ctest.junit"
    if junit.exists():
        add_programs(counts, junit, with_cases)

    there = options.shared.is_dir()
    print()
    for name in counts.failed:
        print(f"FAILED   {name}")
    for name, why in counts.skipped:
        if there or name not in counts.shared_skipped:
            print(f"skipped  {name}: {why}")
    if there:
        print(f"real data of {options.shared}: {counts.shared_ran} tests ran")
    else:
        print(f"real data of {options.shared}: folder absent, {len(counts.shared_skipped)} tests skipped")
    wrongly = counts.shared_skipped if there else []
    if wrongly:
        print(f"{len(wrongly)} tests of the real data were skipped although the folder is there")
    print(f"{counts.passed} passed, {len(counts.failed)} failed, {len(counts.skipped)} skipped")
    if counts.passed + len(counts.failed) == 0:
        print("no test ran")
        return 1
    return 1 if counts.failed or wrongly else 0


if __name__ == "__main__":
    sys.exit(main())
