#!/usr/bin/env python3
"""Sources end at 800 lines, headers at 250; `.def` tables, golden files and generated code are excepted."""
import pathlib
import subprocess
import sys

LIMITS = {".cpp": 800, ".h": 250}


def too_long(root, files):
    found = []
    for name in files:
        path = pathlib.Path(root, name)
        limit = LIMITS.get(path.suffix)
        if limit is None or not path.is_file():
            continue
        with path.open("rb") as stream:
            lines = sum(1 for _ in stream)
        if lines > limit:
            found.append(f"{name}: {lines} lines, the limit is {limit}: split it by concept")
    return found


def tracked(root):
    listing = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=root, capture_output=True, text=True,
                             check=True)
    return listing.stdout.splitlines()


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    files = tracked(root)
    found = too_long(root, files)
    for line in found:
        print(line)
    print(f"file size: {len(files)} files, {len(found)} too long")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
