#!/usr/bin/env python3
"""The benchmark at small sizes: it runs, everything agrees, its JSON has the documented shape, and a wrong answer is noticed.

    smoke.py BUILD_FOLDER
"""
import array
import json
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = "build"
sys.path.insert(0, os.path.join(ROOT, "bench"))

from harness import databases  # noqa: E402
from harness.answers import first_difference  # noqa: E402


def write(folder, values):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "fit.i32"), "wb") as file:
        array.array("i", values).tofile(file)


class Bench(unittest.TestCase):
    def test_quick(self):
        with tempfile.TemporaryDirectory() as folder:
            figures = os.path.join(folder, "figures.json")
            # A folder of its own: whatever peers are installed elsewhere, here every one must be named as skipped.
            done = subprocess.run([sys.executable, os.path.join(ROOT, "bench", "bench.py"), "--quick", "--build", BUILD, "--json", figures],
                                  env={**os.environ, "SAITEN_BENCH_DATA": folder}, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            with open(figures) as file:
                results = json.load(file)
        self.assertEqual([r["item"] for r in results],
                         ["W1", "W2", "W2 plain", "W3", "W4", "W5", "W6", "W7", "W8", "start", "growth"])
        for r in results:
            self.assertTrue(r["agree"], r)
            self.assertGreater(r["ours_seconds"], 0)
            for key in ("rows", "floors", "peers", "peak_mb", "machine"):
                self.assertIn(key, r, r["item"])
        self.assertGreaterEqual(len(results[0]["floors"]), 2)
        self.assertGreaterEqual(len(results[1]["floors"]), 3)
        for peer in ("DuckDB", "Polars", "ClickHouse (chdb)", "SQLite's SQL"):
            self.assertIn(peer, results[0]["skipped"])
            self.assertIn(f"{peer}: skipped", done.stdout)

    def test_databases_are_made_anew_by_another_generator(self):
        class Context:
            database = os.path.join(BUILD, "bin", "bench_database")
        with tempfile.TemporaryDirectory() as Context.data:
            path = databases.master(Context, 10, 50)
            made = os.stat(path).st_ino, os.stat(path).st_mtime_ns
            databases.master(Context, 10, 50)
            self.assertEqual((os.stat(path).st_ino, os.stat(path).st_mtime_ns), made)
            for mark in ("another", None):
                os.remove(path + ".made-by")
                if mark:
                    with open(path + ".made-by", "w", encoding="utf-8") as file:
                        file.write(mark)
                databases.master(Context, 10, 50)
                self.assertNotEqual((os.stat(path).st_ino, os.stat(path).st_mtime_ns), made)
                made = os.stat(path).st_ino, os.stat(path).st_mtime_ns
                self.assertEqual(databases.made_by(path), databases.generator())

    def test_wrong_answers(self):
        with tempfile.TemporaryDirectory() as folder:
            ours, theirs = os.path.join(folder, "ours"), os.path.join(folder, "theirs")
            write(ours, [1000, 2000, 3000])
            write(theirs, [1000, 2000])
            self.assertIsNone(first_difference(ours, theirs))
            write(theirs, [1000, 2500, 3000])
            self.assertEqual(first_difference(ours, theirs),
                             "fit of contact 2 is 2500, ours is 2000 (1 of 3 contacts differ)")
            write(theirs, [])
            self.assertIn("no answers", first_difference(ours, theirs))
            write(theirs, [1000, 2000, 3000, 4000])
            self.assertIn("4 answers", first_difference(ours, theirs))

    def test_wrong_rows(self):
        with tempfile.TemporaryDirectory() as folder:
            paths = [os.path.join(folder, name) for name in ("a.db", "b.db")]
            for path in paths:
                self.fill(path, 5)
            self.assertIsNone(databases.difference(*paths))
            self.fill(paths[1], 6)
            self.assertIn("saiten_scores: only the incremental run has", databases.difference(*paths))

    @staticmethod
    def fill(path, points):
        import sqlite3
        db = sqlite3.connect(path)
        db.executescript(f"""
            drop table if exists saiten_scores; drop table if exists saiten_members;
            create table saiten_scores (object, id, score, points, band);
            create table saiten_members (segment, object, id);
            insert into saiten_scores values ('contact', 1, 'fit', {points}, 'low')""")
        db.close()


if __name__ == "__main__":
    BUILD = sys.argv.pop(1)
    unittest.main()
