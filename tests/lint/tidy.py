#!/usr/bin/env python3
"""Runs clang-tidy over the given sources, several at once, and prints each finding once.

A source that was clean is not read again until it, a header of the project that it includes, the configuration or clang-tidy
changes; what was clean is remembered in the user's cache folder, so that a fresh clone on the same machine profits as well.
A source that the build does not know (no compile command) is an error: it would otherwise pass unread. Where the build compiles
several sources as one (docs/contributing.md), clang-tidy reads them as one: their headers are the most of its work.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = re.compile(rb'^\s*#\s*include\s*"([^"]+)"', re.M)
FINDING = re.compile(r"^\S+:\d+:\d+: (error|warning): ")


def units_of(build):
    """The translation unit in which the build compiles each source: itself, or a file of CMake's that includes several."""
    units = {}
    for command in json.loads((build / "compile_commands.json").read_text()):
        unit = pathlib.Path(command["directory"], command["file"]).resolve()
        if unit.parent.name == "Unity":
            units.update({name.decode(): str(unit) for name in INCLUDE.findall(unit.read_bytes())})
        else:
            units[str(unit)] = str(unit)
    return units


class Fingerprints:
    """One hash for a translation unit and everything of the project that it includes."""

    def __init__(self):
        self.read = {}  # path -> (content, includes)
        version = subprocess.run(["clang-tidy-19", "--version"], capture_output=True, check=True).stdout
        self.config = version + (ROOT / ".clang-tidy").read_bytes()

    def content(self, path):
        if path not in self.read:
            file = ROOT / path
            text = file.read_bytes() if file.is_file() else b""
            includes = [name.decode() for name in INCLUDE.findall(text)]
            # Where this clone lies is no part of what was read.
            text = text.replace(f"{ROOT}/".encode(), b"")
            self.read[path] = (text, [name.removeprefix(f"{ROOT}/") for name in includes])
        return self.read[path]

    def of(self, unit):
        seen, todo = set(), [unit.removeprefix(f"{ROOT}/")]
        while todo:
            path = todo.pop()
            if path not in seen:
                seen.add(path)
                todo.extend(self.content(path)[1])
        total = hashlib.sha256(self.config)
        for path in sorted(seen):
            total.update(path.encode() + b"\0" + self.content(path)[0])
        return total.hexdigest()


def findings_of(text):
    """The output cut into findings: a line with a place, and what follows it."""
    findings = []
    for line in text.splitlines():
        if FINDING.match(line):
            findings.append([line])
        elif findings and not line.endswith(" generated."):
            findings[-1].append(line)
    return ["\n".join(lines).rstrip() for lines in findings]


def tidy(build, unit):
    run = subprocess.run(["clang-tidy-19", "--quiet", "-p", str(build), unit], capture_output=True, text=True, cwd=ROOT,
                         check=False)
    if run.returncode == 0:
        return []
    return findings_of(run.stdout) or [f"{unit}: clang-tidy ended {run.returncode}\n{run.stdout}{run.stderr}"]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--build", type=pathlib.Path, required=True)
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("sources", nargs="*")
    options = arguments.parse_args()

    start = time.monotonic()
    build = ROOT / options.build
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    clean = cache / "saiten-dev" / "tidy-clean"
    clean.mkdir(parents=True, exist_ok=True)
    units = units_of(build)
    sources = {s: str((ROOT / s).resolve()) for s in options.sources}
    unknown = [s for s, path in sources.items() if path not in units]
    for source in unknown:
        print(f"{source}: no target builds this file")
    fingerprints = Fingerprints()
    wanted = dict.fromkeys(units[path] for path in sources.values() if path in units)
    todo = {unit: fingerprints.of(unit) for unit in wanted}
    todo = {unit: key for unit, key in todo.items() if not (clean / key).exists()}
    seen = set()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for unit, findings in zip(todo, pool.map(lambda u: tidy(build, u), todo)):
            if not findings:
                (clean / todo[unit]).touch()
            for finding in findings:
                if finding not in seen:
                    seen.add(finding)
                    print(finding)
    print(f"clang-tidy: {len(options.sources)} files, {len(todo)} of {len(wanted)} units read, {len(seen)} findings, "
          f"{time.monotonic() - start:.0f} s")
    return 1 if seen or unknown else 0


if __name__ == "__main__":
    sys.exit(main())
