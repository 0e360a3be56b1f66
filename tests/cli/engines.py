#!/usr/bin/env python3
"""Which engine a run takes, what it loads for it, and what it says where there is no machine code."""
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

SAITEN = None
RULES = """\
object contact from "contacts" { id: int key  age: int?  size: int? }
score lead for contact {
%s
  bands heat { cold  warm from 5  hot from 12 }
}
""" % "\n".join(f"  +{n % 7 + 1} when age > {n} and size < {n * 37 % 100}" for n in range(100))
FEW, MANY = 100, 100_000


class Engines(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        (self.folder / "crm.rules").write_text(RULES)
        for name, count in (("few.db", FEW), ("many.db", MANY)):
            db = sqlite3.connect(self.folder / name)
            db.execute("CREATE TABLE contacts(id INTEGER PRIMARY KEY, age, size)")
            db.executemany("INSERT INTO contacts VALUES(?, ?, ?)", ((i, i * 31 % 97, i * 17 % 101) for i in range(count)))
            db.commit()
            db.close()
        # The program alone, without what makes machine code.
        (self.folder / "alone").mkdir()
        self.alone = self.folder / "alone" / "saiten"
        shutil.copy(SAITEN, self.alone)

    def run_over(self, db, *flags, program=None, **environment):
        shutil.rmtree(self.folder / f"{db}.saiten", ignore_errors=True)
        return subprocess.run([program or SAITEN, "run", "--db", db, "--as-of", "2026-01-01T00:00:00Z", "--json", *flags],
                              cwd=self.folder, capture_output=True, text=True,
                              env={**os.environ, "XDG_CACHE_HOME": str(self.folder / "cache"), **environment})

    def results(self, db):
        rows = sqlite3.connect(self.folder / db).execute("SELECT * FROM saiten_scores ORDER BY 1, 2, 3").fetchall()
        self.assertTrue(rows)
        return rows

    def test_few_records_never_load_what_makes_code(self):
        run = self.run_over("few.db", LD_DEBUG="libs")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(json.loads(run.stdout)["rows"], {"interp": FEW, "jit": 0})
        self.assertNotIn("LLVM", run.stderr)
        self.assertIn("LLVM", self.run_over("few.db", "--engine", "jit", LD_DEBUG="libs").stderr)

    def test_machine_code_is_loaded_and_comes_to_the_same(self):
        for db in ("few.db", "many.db"):
            of = {}
            for engine in ("interp", "auto", "jit"):
                run = self.run_over(db, "--engine", engine)
                self.assertEqual(run.returncode, 0, run.stderr)
                self.assertIsNone(json.loads(run.stdout)["without_code_because"])
                of[engine] = self.results(db)
            self.assertEqual(json.loads(run.stdout)["rows"], {"interp": 0, "jit": FEW if db == "few.db" else MANY})
            self.assertEqual(of["auto"], of["interp"])
            self.assertEqual(of["jit"], of["interp"])

    def test_code_that_cannot_be_made_is_told(self):
        self.assertEqual(self.run_over("many.db", "--engine", "interp").returncode, 0)
        want = self.results("many.db")
        run = self.run_over("many.db", program=self.alone)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("could not be made; the interpreter did its work, with the same results: ", run.stderr)
        self.assertIn("saiten-native.so", run.stderr)
        report = json.loads(run.stdout)
        self.assertIn("saiten-native.so", report["without_code_because"])
        self.assertEqual(report["rows"], {"interp": MANY, "jit": 0})
        self.assertEqual(self.results("many.db"), want)
        japanese = self.run_over("many.db", "--lang", "ja", program=self.alone)
        self.assertIn("代わりにインタプリタで計算しました(結果は同じです): 機械語は", japanese.stderr)

    def test_nothing_is_told_where_no_code_was_wanted(self):
        for db, flags in (("few.db", ()), ("many.db", ("--engine", "interp"))):
            run = self.run_over(db, *flags, program=self.alone)
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertNotIn("saiten-native", run.stderr + run.stdout)

    def test_a_library_of_another_build_is_refused(self):
        # It would read the program's types where they do not lie.
        library = (pathlib.Path(SAITEN).parent / "saiten-native.so").read_bytes()
        mark = re.search(rb"[0-9.]+ build [0-9a-f]{16}", library)
        other = mark[0][:-16] + b"0123456789abcdef"
        (self.alone.parent / "saiten-native.so").write_bytes(library.replace(mark[0], other))
        run = self.run_over("few.db", "--engine", "jit", program=self.alone)
        self.assertEqual(run.returncode, 2)
        self.assertIn(f"it is of version {other.decode()}, the program of {mark[0].decode()}", run.stderr)
        (self.alone.parent / "saiten-native.so").write_bytes(library)
        self.assertEqual(self.run_over("few.db", "--engine", "jit", program=self.alone).returncode, 0)

    def test_code_that_must_be_and_cannot_is_a_failure(self):
        run = self.run_over("few.db", "--engine", "jit", program=self.alone)
        self.assertEqual(run.returncode, 2)
        self.assertIn("saiten-native.so", run.stderr)
        self.assertIn("--engine interp", run.stderr)


if __name__ == "__main__":
    SAITEN = os.path.abspath(sys.argv.pop(1))
    unittest.main()
