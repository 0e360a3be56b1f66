#!/usr/bin/env python3
"""The numbers of expected.json, computed from the published file without Saiten.

    python3 expected.py            print them
    python3 expected.py --check    compare them with expected.json (exit 1 if they differ)

The score is written here a second time, by hand, so that a mistake in Saiten and a mistake here would have to be the same
one to go unseen. bank.rules is the one to change; then this, then expected.json.
"""
import collections
import csv
import gzip
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
BOUNDS = {"low": None, "fair": 10, "good": 25, "best": 50}
FIRST = (1, 2, 3, 11, 1001, 45211)

OUTCOME = {"success": 40, "other": 10, "failure": 5}
JOB = {"student": 10, "retired": 5, "unemployed": 5, "management": 3, "admin.": 3}
EDUCATION = {"secondary": 2, "tertiary": 5}
MONTH = dict.fromkeys(("mar", "sep", "oct", "dec"), 25) | dict.fromkeys(("feb", "apr"), 10) | {"jun": 5, "may": -5}


def points(row):
    age, balance, calls, idle = (int(row[name]) for name in ("age", "balance", "campaign", "pdays"))
    person = (10 if age < 30 else 20 if age >= 60 else 0) + JOB.get(row["job"], 0) + EDUCATION.get(row["education"], 0)
    person += 3 if row["marital"] == "single" else 0
    means = -12 * (row["housing"] == "yes") - 8 * (row["loan"] == "yes") - 5 * (row["default"] == "yes")
    means += 6 if balance >= 1500 else 3 if balance >= 500 else 0 if balance >= 0 else -5
    total = OUTCOME.get(row["poutcome"], 0) + (5 if 0 <= idle <= 182 else 0) + min(person, 25) + means
    total += 10 if row["contact"] != "unknown" else 0
    total += MONTH.get(row["month"], 0)
    return total + (6 if calls == 1 else 3 if calls <= 3 else 0 if calls <= 10 else -5)


def band(score):
    return max((name for name, bound in BOUNDS.items() if bound is None or score >= bound),
               key=lambda name: BOUNDS[name] or float("-inf"))


def auc(scores, answers):
    """The chance that somebody who said yes has more points than somebody who did not; ties count half."""
    yes = collections.Counter(s for s, a in zip(scores, answers) if a)
    no = collections.Counter(s for s, a in zip(scores, answers) if not a)
    below = ordered = 0
    for score in sorted(set(scores)):
        ordered += yes[score] * (2 * below + no[score])
        below += no[score]
    return ordered / (2 * yes.total() * no.total())


def compute():
    with gzip.open(HERE / "bank-full.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    scores = [points(row) for row in rows]
    answers = [row["y"] == "yes" for row in rows]
    positives = sum(answers)
    bounds = {}
    for bound in filter(None, BOUNDS.values()):
        n = sum(s >= bound for s in scores)
        found = sum(a for s, a in zip(scores, answers) if s >= bound)
        bounds[str(bound)] = {"n": n, "positives": found, "precision": round(found / n, 6),
                              "recall": round(found / positives, 6),
                              "lift": round(found / n / (positives / len(rows)), 6)}
    return {
        "object": "contact",
        "score": "propensity",
        "records": len(rows),
        "sum": sum(scores),
        "min": min(scores),
        "max": max(scores),
        "bands": {name: {"n": sum(band(s) == name for s in scores),
                         "positives": sum(a for s, a in zip(scores, answers) if band(s) == name)} for name in BOUNDS},
        "segments": {
            "loyal": sum(row["poutcome"] == "success" for row in rows),
            "free_savings": sum(int(row["balance"]) > 1000 and row["housing"] == "no" and row["loan"] == "no"
                                for row in rows),
            "over_called": sum(int(row["campaign"]) > 10 for row in rows)},
        "evaluate": {"deposit": {"positives": positives, "auc": round(auc(scores, answers), 6), "bounds": bounds}},
        "first": {str(i): scores[i - 1] for i in FIRST},
        "histogram": {str(s): n for s, n in sorted(collections.Counter(scores).items())},
    }


def main():
    found = compute()
    if sys.argv[1:] != ["--check"]:
        print(json.dumps(found, indent=2))
        return 0
    expected = json.loads((HERE / "expected.json").read_text())
    for key in sorted(found.keys() | expected.keys()):
        if found.get(key) != expected.get(key):
            print(f"{key}: expected.json says {expected.get(key)}, the data {found.get(key)}", file=sys.stderr)
    return 0 if found == expected else 1


if __name__ == "__main__":
    sys.exit(main())
