#!/usr/bin/env python3
"""Failures that reach a person are written in English and Japanese: every `Fail(ErrorKind::k..., {en, ja}, {en, ja})` has
both, and an Error is made nowhere else. (Tables of texts, such as store/messages.def, have tests of their own.)"""
import pathlib
import re
import subprocess
import sys

FOLDERS = ("base", "runtime", "compiler", "stdlib", "store", "vm", "driver", "tools")
MAKERS = {"base/words.cpp", "base/words.h", "base/result.h"}
BY_HAND = re.compile(r"\bError\s*\{\s*ErrorKind::|\breturn\s*\{\s*ErrorKind::|Error\(\)?\s*:?\s*\{ErrorKind")
CALL = re.compile(r"\bFail\(\s*(?:[\w.()]+\s*\?\s*ErrorKind::\w+\s*:\s*)?ErrorKind::\w+\s*,")
TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|[(){}\[\],]|[^"(){}\[\],]+', re.S)


def parts(text, opening):
    """The pieces between the commas of the bracket that opens at `opening`."""
    pieces, depth, piece = [], 0, ""
    for token in TOKEN.finditer(text, opening):
        word = token.group()
        if word in "({[":
            depth += 1
            if depth == 1:
                continue
        if word in ")}]":
            depth -= 1
            if depth == 0:
                return pieces + ([piece] if piece.strip() else [])
        if word == "," and depth == 1:
            pieces.append(piece)
            piece = ""
        else:
            piece += word
    return pieces


def lacks_japanese(words):
    """Whether `{en, ja}` has no second part, or one whose own literals hold no Japanese."""
    pair = parts(words, 0)
    if not pair:
        return False
    if len(pair) != 2:
        return True
    literals = "".join(re.findall(r'"(?:\\.|[^"\\])*"', pair[1]))
    return bool(re.search(r"[a-z]{3}", re.sub(r"`[^`]*`|--\w+", "", literals))) and not re.search(r"[぀-ヿ一-鿿]", literals)


def findings(name, text):
    found = []
    for match in BY_HAND.finditer(text):
        if name not in MAKERS:
            found.append(f"{name}:{text.count(chr(10), 0, match.start()) + 1}: an Error made by hand: use Fail()")
    for match in CALL.finditer(text):
        for words in parts(text, text.index("(", match.start()))[1:]:
            words = words.strip()
            if words.startswith("{") and lacks_japanese(words):
                found.append(f"{name}:{text.count(chr(10), 0, match.start()) + 1}: no Japanese in Fail(): {words[:60]}")
    return found


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    listing = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", *FOLDERS], cwd=root, capture_output=True,
                             text=True, check=True).stdout.splitlines()
    names = [name for name in listing if name.endswith((".cpp", ".h")) and (root / name).is_file()]
    found = [line for name in names for line in findings(name, (root / name).read_text(encoding="utf-8"))]
    for line in found:
        print(line)
    print(f"both languages: {len(names)} files, {len(found)} failures in one language only")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
