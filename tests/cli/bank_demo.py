#!/usr/bin/env python3
"""The demo on 45,211 real contacts, with both engines, against examples/bank/expected.json.

Those numbers were computed by examples/bank/expected.py, not by Saiten.
"""
import collections
import json
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BANK = ROOT / "examples/bank"
EXPECTED = json.loads((BANK / "expected.json").read_text())
SAITEN = None


def run(*arguments, **options):
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, arguments))} ended {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def numbers_called(name, value):
    """Every number stored under `name` anywhere in a JSON value."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == name and isinstance(inner, (int, float)):
                yield inner
            yield from numbers_called(name, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from numbers_called(name, inner)


class BankDemo(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.db = pathlib.Path(cls.folder.name, "bank.db")
        cls.printed = run(BANK / "demo.sh", SAITEN, cls.db)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def rows(self, sql):
        connection = sqlite3.connect(f"file:{self.db}?mode=ro", uri=True)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def compare(self):
        scores = self.rows("SELECT id, points, band FROM saiten_scores WHERE object = 'contact' AND score = 'propensity'")
        points = {int(i): p for i, p, _ in scores}
        self.assertEqual(EXPECTED["records"], len(points))
        self.assertEqual(EXPECTED["sum"], sum(points.values()))
        self.assertEqual(EXPECTED["histogram"],
                         {str(k): n for k, n in sorted(collections.Counter(points.values()).items())})
        self.assertEqual({name: band["n"] for name, band in EXPECTED["bands"].items()},
                         dict(collections.Counter(band for _, _, band in scores)))
        self.assertEqual(EXPECTED["first"], {i: points[int(i)] for i in EXPECTED["first"]})
        members = self.rows("SELECT segment, count(DISTINCT id), count(*) FROM saiten_members GROUP BY segment")
        self.assertEqual({name: (n, n) for name, n in EXPECTED["segments"].items()},
                         {name: (n, rows) for name, n, rows in members})

    def test_numbers(self):
        self.compare()

    def test_each_engine(self):
        for engine in ("interp", "jit"):
            with self.subTest(engine=engine):
                run(SAITEN, "run", "--db", self.db, "--engine", engine, cwd=BANK)
                self.compare()

    def test_the_same_import_twice_changes_nothing(self):
        before = self.rows("SELECT * FROM contacts ORDER BY id")
        run(SAITEN, "import", BANK / "bank-full.csv.gz", "--object", "contact", "--db", self.db, cwd=BANK)
        self.assertEqual(before, self.rows("SELECT * FROM contacts ORDER BY id"))

    def test_evaluate(self):
        report = json.loads(run(SAITEN, "evaluate", "deposit", "--db", self.db, "--json", cwd=BANK))
        expected = EXPECTED["evaluate"]["deposit"]
        self.assertEqual([expected["auc"]], [round(auc, 6) for auc in numbers_called("auc", report)])
        for name in ("precision", "recall", "lift"):
            found = {round(number, 6) for number in numbers_called(name, report)}
            for bound, numbers in expected["bounds"].items():
                self.assertIn(numbers[name], found, f"{name} at {bound}")

    def test_what_the_demo_prints(self):
        for text in ("The best ten", "propensity", "free_savings", "6579", "2918"):
            self.assertIn(text, self.printed)


if __name__ == "__main__":
    SAITEN = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
