#!/usr/bin/env python3
"""docs/coverage.md: every requirement, how it is written in Saiten, and the test that shows it.

    coverage.py SAITEN            fails where the page is not what the tests say, or an id has neither a test nor an exception
    coverage.py SAITEN --write    writes the page

A test says which requirements it shows in a comment above it, `// req S1-44 S0-12` (`# req` in Python). Tests in rules are run
here, and count if their whole project passes; those in C++ and Python count if they are part of the test suite, which fails with
them. requirements.tsv has id, what it is and how it is written; coverage_exceptions.tsv has id, `not yet`, `not offered` or `no rule` (nothing to
write: it is so by itself, or none of our business), and why.
"""
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TAG = re.compile(r"(?://|#)(?:.*[ .])? ?req((?: S\d-\d+)+)\s*$")
TITLES = {"S0": "Sequences", "S1": "Workflows", "S3": "Marketing, inside sales and field sales together", "S4": "Scoring and nurturing"}
STATES = ("not yet", "not offered", "no rule")
SHOWN = 3  # tests named in a row


def rows(name, columns):
    result = {}
    for number, line in enumerate((Path(__file__).parent / name).read_text().splitlines(), 1):
        cells = line.split("\t")
        if len(cells) != columns or cells[0] in result:
            sys.exit(f"{name}:{number}: {columns} cells with an id of its own are wanted")
        result[cells[0]] = cells[1:]
    return result


def title_behind(lines, kind):
    """What the first test behind a tag is called."""
    patterns = {".rules": r'test "(.+)" \{', ".cpp": r"TEST\w*\((\w+), (\w+)\)|class (\w+)", ".py": r"\s*def (test_\w+)|class (\w+)"}
    for line in lines:
        if found := re.match(patterns[kind], line):
            return ".".join(part for part in found.groups() if part)
    return ""


def tags():
    """(id, file, title of the test) of every tag in the tests."""
    for path in sorted((ROOT / "tests").rglob("*")):
        if path.suffix not in (".rules", ".cpp", ".py") or path.parent == Path(__file__).parent:
            continue
        lines = path.read_text(errors="replace").splitlines()
        for at, line in enumerate(lines):
            if found := TAG.search(line):
                for identifier in found.group(1).split():
                    yield identifier, path, title_behind(lines[at + 1:], path.suffix)


def problems_of(path, saiten, cmake):
    """Why what a file shows does not count; empty if it does."""
    relative = path.relative_to(ROOT / "tests")
    if path.suffix == ".rules" and relative.parts[:2] in (("acceptance", "automation"), ("acceptance", "complaints")):
        done = subprocess.run([saiten, "--lang", "en", "-C", path.parent, "test"], capture_output=True, text=True)
        return "" if done.returncode == 0 else f"its tests do not pass:\n{done.stdout}"
    part = relative.parts[0]
    in_suite = f"DIR {part} " in cmake or f"/{relative.as_posix()}" in cmake or f"/tests/{relative.parent.as_posix()} " in cmake
    return "" if in_suite else "no test program of tests/CMakeLists.txt has it"


def cell(text):
    return text.replace("|", "\\|")


def page(requirements, exceptions, shown):
    covered = sum(1 for identifier in requirements if identifier in shown)
    out = ["# What the requirements ask, and the test that shows it", "",
           "Made by `tests/docs/coverage.py` from the tests that ran and passed; a test says in a comment above it which requirements",
           "it shows. S0 is about sequences, S1 about workflows, S3 about the way from marketing to sales and back, S4 about scoring.", "",
           f"Of {len(requirements)} requirements {covered} are shown by a test, "
           f"{sum(1 for e in exceptions.values() if e[0] == 'not yet')} are not built yet, "
           f"{sum(1 for e in exceptions.values() if e[0] == 'no rule')} need no rule, "
           f"{sum(1 for e in exceptions.values() if e[0] == 'not offered')} are not offered, with the reason.", ""]
    for source, title in TITLES.items():
        out += [f"## {source}: {title}", "", "| id | what | in Saiten | shown by |", "|---|---|---|---|"]
        for identifier, (what, how) in requirements.items():
            if not identifier.startswith(source + "-"):
                continue
            if identifier in exceptions:
                state, reason = exceptions[identifier]
                out.append(f"| {identifier} | {cell(what)} | *{state}* | {cell(reason)} |")
                continue
            links = []
            for path, title_of in shown.get(identifier, [])[:SHOWN]:
                name = path.parent.name if path.suffix == ".rules" and title_of else path.stem
                links.append(f"[{name}](../{path.relative_to(ROOT).as_posix()}): {title_of}" if title_of else f"[{name}](../{path.relative_to(ROOT).as_posix()})")
            out.append(f"| {identifier} | {cell(what)} | {cell(how)} | {cell('; '.join(links))} |")
        out.append("")
    return "\n".join(out).rstrip("\n") + "\n"


def main():
    saiten = Path(sys.argv[1]).resolve()
    requirements, exceptions = rows("requirements.tsv", 3), rows("coverage_exceptions.tsv", 3)
    cmake = (ROOT / "tests/CMakeLists.txt").read_text()
    wrong, shown, verdicts = [], defaultdict(list), {}
    for identifier, path, title in tags():
        if identifier not in requirements:
            if not identifier.startswith("S2-"):  # records and leads have no row here
                wrong.append(f"{path.relative_to(ROOT)}: there is no requirement {identifier}")
            continue
        if path not in verdicts:
            verdicts[path] = problems_of(path, saiten, cmake)
            if verdicts[path]:
                wrong.append(f"{path.relative_to(ROOT)}: {verdicts[path]}")
        if not verdicts[path]:
            shown[identifier].append((path, title))
    for identifier in requirements:
        if identifier in shown and identifier in exceptions:
            wrong.append(f"{identifier} is shown by {shown[identifier][0][0].relative_to(ROOT)}: take it out of coverage_exceptions.tsv")
            if not requirements[identifier][1]:
                wrong.append(f"{identifier}: requirements.tsv does not say how it is written")
        elif identifier not in shown and identifier not in exceptions:
            wrong.append(f"{identifier} ({requirements[identifier][0]}) has no test and no reason in coverage_exceptions.tsv")
    wrong += [f"coverage_exceptions.tsv: {i}: `{e[0]}`" for i, e in exceptions.items() if e[0] not in STATES]
    wrong += [f"coverage_exceptions.tsv: there is no requirement {i}" for i in exceptions if i not in requirements]
    text = page(requirements, {i: e for i, e in exceptions.items() if i not in shown}, shown)
    target = ROOT / "docs/coverage.md"
    if "--write" in sys.argv:
        target.write_text(text)
    elif not target.exists() or target.read_text() != text:
        wrong.append("docs/coverage.md is not what the tests say: python3 tests/docs/coverage.py build/bin/saiten --write")
    print("\n".join(wrong) or f"coverage: {len(requirements)} requirements, {len(shown)} shown by tests")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
