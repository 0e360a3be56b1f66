#!/usr/bin/env python3
"""Checks every #include against the two tables of docs/architecture.md, and those tables against the folders."""
import argparse
import fnmatch
import pathlib
import re
import subprocess
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
OPEN_TO_ALL = {"base"}
SOURCES = (".h", ".cpp", ".def")


class Rules:
    """What the page allows: folder -> folders and libraries; library headers -> where."""

    def __init__(self, page):
        self.folders = {}   # folder -> set of folders
        self.outside = {}   # folder -> set of libraries
        self.headers = []   # (library, pattern, places) in the order of the page: the last match decides
        for cells in table(page, "include-table"):
            folder = ticked(cells[0])[0]
            self.folders[folder] = set(ticked(cells[2])) | OPEN_TO_ALL
            self.outside[folder] = {name.strip() for name in cells[3].split(",") if name.strip()}
        for cells in table(page, "outside-table"):
            for pattern in ticked(cells[1]):
                self.headers.append((cells[0], pattern, ticked(cells[2])))

    def folder_of(self, path):
        """The longest folder of the table that holds the path; None for a path outside all of them."""
        parts = path.split("/")[:-1]
        for length in range(len(parts), 0, -1):
            if "/".join(parts[:length]) in self.folders:
                return "/".join(parts[:length])
        return None

    def allows(self, source_folder, target_folder):
        if source_folder == target_folder:
            return True
        # The folder above means the files that stand in it, not the source folder's neighbours.
        return any(
            target_folder == f or (target_folder.startswith(f + "/") and not source_folder.startswith(f + "/"))
            for f in self.folders[source_folder]
        )


def table(page, name):
    """The cells of the rows between `<!-- name -->` and `<!-- end -->`, without the two heading lines."""
    match = re.search(rf"<!-- {name} -->\n(.*?)<!-- end -->", page, re.S)
    if not match:
        raise ValueError(f"docs/architecture.md has no table marked <!-- {name} -->")
    rows = [line for line in match.group(1).splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def ticked(cell):
    return re.findall(r"`([^`]+)`", cell)


def problem_of(rules, source, bracket, target):
    """One sentence on why `source` may not include `target`; None where it may."""
    folder = rules.folder_of(source)
    if bracket == '"' and "/" in target:
        target_folder = rules.folder_of(target)
        if target_folder is None:
            return f'"{target}" is in no folder of docs/architecture.md (includes start at the root of the project)'
        if not rules.allows(folder, target_folder):
            return f"{folder} may not include {target_folder} (\"{target}\")"
        return None
    library = places = None
    for name, pattern, only in rules.headers:
        if fnmatch.fnmatch(target, pattern):
            library, places = name, only
    if library is None:
        return f'"{target}": includes start at the root of the project' if bracket == '"' else None
    if library not in rules.outside[folder]:
        return f"{folder} may not include {library} headers (<{target}>)"
    if places and not source.startswith("tests/") and not any(fnmatch.fnmatch(source, place) for place in places):
        return f"<{target}> belongs in {', '.join(places)} alone"
    return None


def check(root, rules, files):
    problems = []
    count = 0
    for name in files:
        path = pathlib.Path(root, name)
        if path.suffix not in SOURCES or not path.is_file():
            continue
        if rules.folder_of(name) is None:
            problems.append(f"{name}: its folder is not in docs/architecture.md")
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            count += 1
            problem = problem_of(rules, name, *match.groups())
            if problem:
                problems.append(f"{name}:{number}: {problem}")
    return count, problems


def tracked(root):
    listing = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=root, capture_output=True, text=True,
                             check=True)
    return [name for name in listing.stdout.splitlines() if not name.startswith("grammar/")]


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--root", type=pathlib.Path, default=root)
    options = arguments.parse_args()
    rules = Rules((options.root / "docs/architecture.md").read_text())
    count, problems = check(options.root, rules, tracked(options.root))
    for problem in problems:
        print(problem)
    print(f"include direction: {count} includes, {len(problems)} against docs/architecture.md")
    if count == 0:
        print("no include was read: the list of files is wrong")
        return 1
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
