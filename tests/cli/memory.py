#!/usr/bin/env python3
"""`run --memory`: whatever the limit, a run is right or ends with 2 and its message, and changes nothing half."""
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile
import unittest

SAITEN = None

RULES = """\
timezone "UTC"
object contact from "contacts" { id: int key  age: int?  name: text? }
event visit of contact from "visits" { page: text? }
score s for contact {
  +1.5 when age > 3
  +10 when name contains "7"
  +1 per visit in last 20 days
  bands heat { cold  hot from 10 }
}
segment old for contact where age > 60
"""
ENDS = re.compile(r"saiten: the run needs more memory than --memory \w+ allows(; nothing was changed"
                  r"|, but everything had been written by then)\n")


class Memory(unittest.TestCase):
    def setUp(self):
        if b"__asan_init" in pathlib.Path(SAITEN).read_bytes():
            self.skipTest("the address sanitizer keeps memory of its own, which the limit would count")
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        (self.folder / "crm.rules").write_text(RULES)

    def fill(self, contacts):
        self.sql("CREATE TABLE contacts(id INTEGER PRIMARY KEY, age INTEGER, name TEXT);"
                 "CREATE TABLE visits(contact_id INTEGER, time TEXT, page TEXT);"
                 f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {contacts}) "
                 "INSERT INTO contacts SELECT i, i % 90, 'name ' || i FROM n;"
                 "INSERT INTO visits SELECT id % 1000 + 1, '2026-06-' || (10 + id % 20) || ' 10:00:00', 'p' FROM contacts")

    def sql(self, script):
        db = sqlite3.connect(self.folder / "crm.db")
        db.executescript(script)
        db.close()

    def results(self):
        db = sqlite3.connect(self.folder / "crm.db")
        try:
            self.assertEqual(db.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            return [db.execute(f"SELECT * FROM {view} ORDER BY 1, 2, 3").fetchall()
                    for view in ("saiten_scores", "saiten_members")]
        finally:
            db.close()

    def run_saiten(self, *words):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("SAITEN_")} | {"LC_ALL": "C.UTF-8"}
        done = subprocess.run([SAITEN, "run", "--db", "crm.db", *words], cwd=self.folder, env=environment, text=True,
                              capture_output=True, timeout=120)
        return done.returncode, done.stderr

    def test_words(self):
        self.fill(10)
        self.assertEqual(self.run_saiten("--memory", "2G")[0], 0)
        for wrong in ("much", "1M", "-5G", "12Q", "23M"):
            code, err = self.run_saiten("--memory", wrong)
            self.assertEqual(code, 2)
            self.assertIn("no size for --memory", err)
            self.assertIn("at least 24M", err)

    def test_the_least_is_enough_for_little_data(self):
        self.fill(2000)
        code, err = self.run_saiten("--memory", "24M", "--engine", "interp", "--threads", "1")
        self.assertEqual(code, 0, err)

    def test_any_limit(self):
        self.fill(120_000)
        code, err = self.run_saiten("--as-of", "2026-06-20")
        self.assertEqual(code, 0, err)
        first = self.results()
        code, err = self.run_saiten("--as-of", "2026-06-25")
        self.assertEqual(code, 0, err)
        second = self.results()
        self.assertNotEqual(first, second)
        ended = enough = 0
        now, last = second, "2026-06-25"
        for place, size in enumerate((24, 26, 28, 32, 36, 42, 50, 60, 75, 90, 110, 140, 200, 600)):
            # The other time of the two each time, so that there is something to write; now and then all is read anew.
            as_of = "2026-06-20" if last == "2026-06-25" else "2026-06-25"
            words = ["--as-of", as_of, "--memory", f"{size}M", "--engine", ("interp", "auto", "jit")[place % 3]]
            if place % 2 == 0:
                words.append("--no-snapshot")
            if place % 4 == 3:
                words += ["--threads", "16"]
            code, err = self.run_saiten(*words)
            if code == 0:
                enough += 1
                now, last = first if as_of == "2026-06-20" else second, as_of
            else:
                ended += 1
                self.assertEqual(code, 2, (words, err))
                said = ENDS.search(err)
                self.assertTrue(said or ("machine code" in err and "jit" in words), (words, err))
                if said and "had been written" in said[1]:
                    now, last = first if as_of == "2026-06-20" else second, as_of
            self.assertEqual(self.results(), now, words)
        self.assertGreater(ended, 2)
        self.assertGreater(enough, 2)

    def test_what_is_mapped_does_not_count(self):
        """A snapshot larger than the limit: it is read where it lies, and what a refresh changes is little of it."""
        self.fill(60_000)
        self.sql("UPDATE contacts SET name = printf('%d %.*c', id, 900, 'x')")
        subprocess.run([SAITEN, "attach", "--db", "crm.db"], cwd=self.folder, check=True, capture_output=True)
        limited = ("--as-of", "2026-06-20", "--memory", "40M", "--engine", "interp", "--threads", "1")
        code, err = self.run_saiten(*limited)
        self.assertEqual(code, 2, err)
        self.assertRegex(err, ENDS)
        self.assertEqual(self.run_saiten("--as-of", "2026-06-20")[0], 0)
        size = (self.folder / "crm.db.saiten" / "snapshot").stat().st_size
        self.assertGreater(size, 48 << 20)
        code, err = self.run_saiten(*limited)
        self.assertEqual(code, 0, err)
        self.sql("UPDATE contacts SET age = 89 WHERE id = 8")
        before = self.results()
        code, err = self.run_saiten(*limited)
        self.assertEqual(code, 0, err)
        self.assertNotEqual(self.results(), before)


if __name__ == "__main__":
    SAITEN = os.path.abspath(sys.argv.pop(1))
    unittest.main()
