#!/usr/bin/env python3
"""`run --shard i/N` on every part and `runs merge` come to what one run comes to: results, history, what is kept."""
import json
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

SAITEN = None

# Everything that reaches over records: a relation to one and to many, results of other objects, events, bands before.
RULES = """\
timezone "UTC"
object company from "companies" {
  id: text key
  size: int?
  contacts: many contact by company
}
object contact from "contacts" {
  id: int key
  age: int?
  company: company?
  chief: contact?
}
object team from "teams" { id: int key  name: text? }
segment named_team for team where name contains "a"
event visit of contact from "visits" { page: text? }
score account for company {
  +10 when size > 50
  +3 when count(contacts where age > 40) > 2
  +1.5 when count(contacts where age > 60) > 3
  bands tier { small  big from 12 leave below 10.5 }
}
score lead for contact {
  +5 when age > 30
  +2 per visit in last 20 days
  +7 when company.tier == big
  bands heat { cold  warm from 5  hot from 12 }
}
score huge for contact {
  (age * 900_000_000_000_000) points when age > 40
  (age * 800_000_000_000_000) points when age > 50
}
score same for company { (9_000_000_000_000 * 900_000) points when true }
segment named for contact where company.size > 80
segment busy for contact where count(visit in last 10 days) >= 2
"""
# Reads others of the same kind, so that each part has to evaluate all contacts.
LED = "score led for contact { +3 when chief.age > 40 }\n"


class Shards(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        (self.folder / "crm.rules").write_text(RULES)
        self.random = random.Random(7)
        self.sql("CREATE TABLE companies(id TEXT PRIMARY KEY, size INTEGER);"
                 "CREATE TABLE contacts(id INTEGER PRIMARY KEY, age, company_id TEXT, chief_id INTEGER);"
                 "CREATE TABLE teams(id INTEGER PRIMARY KEY, name TEXT); INSERT INTO teams VALUES(5, 'abc'), (7, 'x');"
                 "CREATE TABLE visits(contact_id INTEGER, time TEXT, page TEXT);")
        db = sqlite3.connect(self.folder / "crm.db")
        pick = self.random.randrange
        db.executemany("INSERT INTO companies VALUES(?, ?)", [(f"c{i:03}" if i % 3 else str(i), pick(100)) for i in range(60)])
        ids = [row[0] for row in db.execute("SELECT id FROM companies")]
        db.executemany("INSERT INTO contacts VALUES(?, ?, ?, ?)",
                       [(i, pick(70) if i % 11 else "old", self.random.choice(ids + [None, "nowhere"]),
                         pick(700)) for i in range(700)])
        db.executemany("INSERT INTO visits VALUES(?, ?, 'p')",
                       [(pick(700), f"2026-05-{1 + pick(30):02} 10:00:00") for _ in range(1500)])
        db.commit()
        db.close()

    def sql(self, script, name="crm.db"):
        db = sqlite3.connect(self.folder / name)
        db.executescript(script)
        db.close()

    def rows(self, query, name="crm.db"):
        db = sqlite3.connect(self.folder / name)
        try:
            return db.execute(query).fetchall()
        finally:
            db.close()

    def saiten(self, *words, expect=0):
        done = subprocess.run([SAITEN, *words], cwd=self.folder, text=True, capture_output=True,
                              env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"})
        self.assertEqual(done.returncode, expect, (words, done.stdout, done.stderr))
        return done.stdout, done.stderr

    def results(self, name):
        return (self.rows("SELECT * FROM saiten_scores ORDER BY 1, 3, 2", name),
                self.rows("SELECT * FROM saiten_members ORDER BY 1, 2, 3", name),
                self.rows("SELECT run, object, id, score, from_band, to_band FROM saiten_band_changes ORDER BY 1, 2, 4, 3",
                          name))

    def test_the_union_is_one_run(self):
        self.check_union()

    def test_the_union_is_one_run_where_records_read_their_kind(self):
        (self.folder / "crm.rules").write_text(RULES + LED)
        self.check_union()

    def check_union(self):
        shutil.copy(self.folder / "crm.db", self.folder / "whole.db")
        for step, (of, engine) in enumerate([(3, "interp"), (1, "auto"), (8, "jit"), (3, "jit")]):
            as_of = f"2026-05-{20 + 2 * step}T00:00Z"
            self.saiten("run", "--db", "whole.db", "--as-of", as_of, "--full")
            before = self.rows("PRAGMA schema_version")
            parts = []
            for i in range(1, of + 1):
                parts.append(f"part{i}.db")
                out, _ = self.saiten("run", "--db", "crm.db", "--as-of", as_of, "--shard", f"{i}/{of}", "--results",
                                     parts[-1], "--engine", engine, "--json")
            self.assertEqual(self.rows("PRAGMA schema_version"), before, "a part only reads the database")
            counts = [self.rows("SELECT count(*) FROM saiten_scores WHERE score = 'lead'", part)[0][0] for part in parts]
            self.assertEqual(sum(counts), 700)
            self.assertTrue(all(700 / of * 0.6 < n < 700 / of * 1.4 for n in counts), counts)
            self.random.shuffle(parts)
            self.saiten("runs", "merge", *parts, "--db", "crm.db")
            self.assertEqual(self.results("crm.db"), self.results("whole.db"), step)
            merged = json.loads(self.saiten("runs", "show", "--db", "crm.db", "--json")[0])
            whole = json.loads(self.saiten("runs", "show", "--db", "whole.db", "--json")[0])
            self.assertGreater(whole["saturated"], 100)
            for key in ("saturated", "saturated_at", "evaluated", "run", "as_of", "rules", "records", "events", "scores", "segments", "errors", "data_errors",
                        "band_changes", "score_rows", "member_rows", "quarantined", "zone", "zone_data", "unicode"):
                self.assertEqual(merged[key], whole[key], key)
            # What the next one is compared with: some records change, in both databases alike, and as many stay.
            self.sql("UPDATE contacts SET age = coalesce(age, 0) + 20 WHERE id % 7 = 1;"
                     "UPDATE companies SET size = 99 - size WHERE id LIKE '%2';"
                     f"UPDATE contacts SET id = id + 10000 WHERE id % 50 = {3 + step}")
            db = sqlite3.connect(self.folder / "whole.db")
            db.execute("ATTACH 'CRM' AS crm".replace("CRM", str(self.folder / "crm.db")))
            for table in ("contacts", "companies", "visits", "teams"):
                db.execute(f"DELETE FROM main.{table}")
                db.execute(f"INSERT INTO main.{table} SELECT * FROM crm.{table}")
            db.commit()
            db.close()

    def test_a_part_is_a_part_of_the_work(self):
        """Objects whose results nobody else reads, and that read none of their own kind, are worked on in parts alone."""
        for engine in ("interp", "jit"):
            rows = []
            for i in range(1, 6):
                out, _ = self.saiten("run", "--db", "crm.db", "--as-of", "2026-05-20T00:00Z", "--shard", f"{i}/5",
                                     "--results", "part.db", "--engine", engine, "--json", "--threads", "1")
                rows.append(sum(json.loads(out)["rows"].values()))
            # 60 companies are read by contacts; 700 contacts in two kernels at most and two teams are not.
            whole, _ = self.saiten("run", "--db", "crm.db", "--as-of", "2026-05-20T00:00Z", "--engine", engine, "--json",
                                   "--dry-run", "--threads", "1")
            whole = sum(json.loads(whole)["rows"].values())
            self.assertEqual(sum(rows), whole + 4 * 60, (rows, whole))

    def part(self, i, of, name, *more, expect=0):
        return self.saiten("run", "--db", "crm.db", "--as-of", "2026-05-20T00:00Z", "--shard", f"{i}/{of}", "--results",
                           name, *more, expect=expect)

    def test_parts_that_do_not_fit(self):
        self.part(1, 2, "one.db")
        _, err = self.saiten("runs", "merge", "one.db", "--db", "crm.db", expect=2)
        self.assertIn("part 2/2 is missing", err)
        shutil.copy(self.folder / "one.db", self.folder / "again.db")
        _, err = self.saiten("runs", "merge", "one.db", "again.db", "--db", "crm.db", expect=2)
        self.assertIn("are both part 1/2", err)
        self.saiten("run", "--db", "crm.db", "--as-of", "2026-05-21T00:00Z", "--shard", "2/2", "--results", "two.db")
        _, err = self.saiten("runs", "merge", "one.db", "two.db", "--db", "crm.db", expect=2)
        self.assertIn("are not of one run", err)
        self.assertEqual(self.rows("SELECT count(*) FROM sqlite_master WHERE name LIKE 'saiten%'"), [(0,)])
        # As many records and events, and one value that is another.
        for change, back in (("UPDATE contacts SET age = 33 WHERE id = 5", "UPDATE contacts SET age = 34 WHERE id = 5"),
                             ("UPDATE visits SET time = '2026-05-02 11:00' WHERE rowid = 7",
                              "UPDATE visits SET time = '2026-05-02 12:00' WHERE rowid = 7")):
            self.sql(change)
            self.part(1, 2, "one.db")
            self.sql(back)
            self.part(2, 2, "two.db")
            _, err = self.saiten("runs", "merge", "one.db", "two.db", "--db", "crm.db", expect=2)
            self.assertIn("are not of one run", err)
        self.part(1, 2, "one.db", "--no-snapshot")
        self.saiten("runs", "merge", "one.db", "two.db", "--db", "crm.db")
        _, err = self.saiten("runs", "merge", "one.db", "crm.db", "--db", "crm.db", expect=2)
        self.assertIn("was not written by `run --shard`", err)

    def test_wrong_words(self):
        for wrong in ("0/2", "3/2", "1", "1/", "/2", "a/b", "1/2x", "1/99999"):
            _, err = self.saiten("run", "--db", "crm.db", "--shard", wrong, "--results", "x.db", expect=2)
            self.assertIn("is no part of the records", err)
        _, err = self.saiten("run", "--db", "crm.db", "--shard", "1/2", expect=2)
        self.assertIn("go together", err)
        _, err = self.saiten("run", "--db", "crm.db", "--results", "x.db", expect=2)
        self.assertIn("go together", err)
        self.assertFalse((self.folder / "x.db").exists())


if __name__ == "__main__":
    SAITEN = os.path.abspath(sys.argv.pop(1))
    unittest.main()
