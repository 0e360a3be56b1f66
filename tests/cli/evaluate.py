#!/usr/bin/env python3
"""`evaluate ... as of`: the score that the first run behind a hand-over kept: evaluate.py SAITEN."""

# req S3-9 S3-31

import json
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

SAITEN = pathlib.Path(sys.argv.pop(1)).resolve()
RULES = """timezone "Asia/Tokyo"
object company from "companies" { id: text key  size: int? }
object contact from "contacts" {
  id: text key
  fit: int?
  won: bool?
  handed: time?
  handed_on: date?
  company: company?
}
event visit of contact from "visits"
score size_points for company { +1 when size > 10 }
score total for contact {
  +12 when fit == 1
  +80 when fit == 2
  +100 when count(visit) > 0
}
evaluate quality of total as of handed positive when won
evaluate by_day of total as of handed_on positive when won
"""


class Evaluate(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="saiten-evaluate-"))
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "saiten.toml").write_text('[data]\ndb = "crm.db"\n')
        self.rules = self.folder / "crm.rules"
        self.rules.write_text(RULES)
        self.sql("CREATE TABLE companies(id TEXT PRIMARY KEY, size INT);"
                 "CREATE TABLE contacts(id TEXT PRIMARY KEY, fit INT, won INT, handed TEXT, handed_on TEXT, company_id TEXT);"
                 "CREATE TABLE visits(contact_id TEXT, time TEXT);"
                 "INSERT INTO companies VALUES('c', 20);"
                 "INSERT INTO contacts VALUES('a', 1, 1, NULL, NULL, 'c'), ('b', 2, 0, NULL, NULL, NULL);")

    def sql(self, text):
        with sqlite3.connect(self.folder / "crm.db") as db:
            db.executescript(text)
        db.close()

    def rows(self, query):
        with sqlite3.connect(self.folder / "crm.db") as db:
            found = db.execute(query).fetchall()
        db.close()
        return found

    def saiten(self, *arguments, code=0):
        done = subprocess.run([SAITEN, "--lang", "en", "-q", *arguments], cwd=self.folder, capture_output=True,
                              text=True)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def run_at(self, time):
        self.saiten("run", "--as-of", time)

    def evaluate(self, time, *more, name="quality"):
        found = json.loads(self.saiten("evaluate", name, "--as-of", time, "--json", "--dry-run", *more))
        return found["kept"], found["recomputed"]

    def kept(self):
        return self.rows("SELECT id, score, handed_over, points FROM saiten_handovers ORDER BY id, handed_over")

    def test_the_score_of_then_stays(self):
        self.run_at("2026-06-01 09:00")
        self.sql("UPDATE contacts SET handed = '2026-06-01T10:00:00+09:00' WHERE id = 'a';"
                 "INSERT INTO visits VALUES('a', '2026-06-01T10:30:00+09:00');")
        # acc A12: 12 at the hand-over, whatever came then.
        self.run_at("2026-06-01 11:00")
        self.assertEqual(self.kept(), [("a", "total", "2026-06-01T01:00:00Z", 12)])
        self.sql("UPDATE contacts SET fit = 2")
        self.run_at("2026-06-02 09:00")
        self.assertEqual(self.kept(), [("a", "total", "2026-06-01T01:00:00Z", 12)])
        self.assertEqual(self.rows("SELECT points FROM saiten_scores WHERE id = 'a'"), [(180,)])
        self.assertEqual(self.evaluate("2026-06-02 09:00"), (1, 0))
        self.assertEqual(self.evaluate("2026-06-02 09:00", "--recompute"), (0, 1))
        # Other rules change nothing of what was.
        self.rules.write_text(RULES.replace("+12 when", "+13 when"))
        self.run_at("2026-06-03 09:00")
        self.assertEqual(self.kept(), [("a", "total", "2026-06-01T01:00:00Z", 12)])
        self.assertEqual(self.evaluate("2026-06-03 09:00"), (1, 0))
        # Handed over again, it counts anew.
        self.sql("UPDATE contacts SET handed = '2026-06-03T10:00:00+09:00' WHERE id = 'a'")
        self.assertEqual(self.evaluate("2026-06-03 11:00"), (0, 1))
        self.run_at("2026-06-03 11:00")
        self.assertEqual(self.evaluate("2026-06-03 11:00"), (1, 0))

    def test_the_points_are_those_that_are_measured(self):
        self.rules.write_text(RULES.replace("score total for contact {", "score total for contact {\n  bands heat { low  high from 50 }"))
        self.run_at("2026-06-01 09:00")
        self.sql("UPDATE contacts SET handed = '2026-06-01T10:00:00+09:00'")
        self.run_at("2026-06-01 11:00")
        self.sql("UPDATE contacts SET fit = 2")

        def bands(*more):
            found = json.loads(self.saiten("evaluate", "quality", "--as-of", "2026-06-01 12:00", "--json", "--dry-run", *more))
            return {band["band"]: band["n"] for band in found["bands"]}

        self.assertEqual(bands(), {"high": 1, "low": 1})
        self.assertEqual(bands("--recompute"), {"high": 2, "low": 0})

    def test_what_was_before_the_first_run_is_worked_out(self):
        self.sql("UPDATE contacts SET handed = '2026-05-01T10:00:00+09:00'")
        self.run_at("2026-06-01 09:00")
        self.run_at("2026-06-02 09:00")
        self.assertEqual(self.kept(), [])
        self.assertEqual(self.evaluate("2026-06-02 09:00"), (0, 2))
        # Told of late, it is not what it was then either.
        self.sql("UPDATE contacts SET handed = '2026-06-01T10:00:00+09:00' WHERE id = 'b'")
        self.run_at("2026-06-03 09:00")
        self.assertEqual(self.kept(), [])

    def test_a_hand_over_that_is_still_to_come(self):
        self.sql("UPDATE contacts SET handed = '2026-06-01T10:00:00+09:00' WHERE id = 'a'")
        self.run_at("2026-06-01 09:00")
        self.assertEqual(self.evaluate("2026-06-01 09:30"), (0, 0))
        # Nothing else has changed, and the run finds it all the same.
        self.run_at("2026-06-01 09:45")
        self.run_at("2026-06-01 10:30")
        self.assertEqual(self.kept(), [("a", "total", "2026-06-01T01:00:00Z", 12)])

    def test_a_date_is_the_end_of_its_day(self):
        self.run_at("2026-06-01 09:00")
        self.sql("UPDATE contacts SET handed_on = '2026-06-01' WHERE id = 'a'")
        self.run_at("2026-06-01 11:00")
        self.assertEqual(self.kept(), [])
        self.assertEqual(self.evaluate("2026-06-01 12:00", name="by_day"), (0, 1))
        self.sql("INSERT INTO visits VALUES('a', '2026-06-01T23:00:00+09:00')")
        self.run_at("2026-06-02 11:00")
        self.assertEqual(self.kept(), [("a", "total", "2026-06-01T14:59:59Z", 112)])
        self.assertEqual(self.evaluate("2026-06-02 12:00", name="by_day"), (1, 0))

    def test_a_clock_that_is_set_back(self):
        self.run_at("2026-06-01 09:00")
        self.sql("UPDATE contacts SET handed = '2026-06-01T10:00:00+09:00' WHERE id = 'a'")
        self.run_at("2026-06-01 11:00")
        self.run_at("2026-06-01 09:00")
        self.sql("UPDATE contacts SET fit = 2")
        self.run_at("2026-06-01 12:00")
        self.assertEqual(self.kept(), [("a", "total", "2026-06-01T01:00:00Z", 12)])

    def test_a_score_of_other_records_is_worked_out(self):
        self.rules.write_text(RULES.replace("+100 when", "+7 when company.size_points > 0\n  +100 when"))
        self.run_at("2026-06-01 09:00")
        self.sql("UPDATE contacts SET handed = '2026-06-01T10:00:00+09:00' WHERE id = 'a'")
        self.run_at("2026-06-01 11:00")
        self.assertEqual(self.kept(), [])
        self.assertEqual(self.evaluate("2026-06-01 11:00"), (0, 1))

    def test_a_dry_run_keeps_nothing(self):
        self.run_at("2026-06-01 09:00")
        self.sql("UPDATE contacts SET handed = '2026-06-01T10:00:00+09:00' WHERE id = 'a'")
        self.saiten("run", "--dry-run", "--as-of", "2026-06-01 11:00")
        self.assertEqual(self.kept(), [])

    def test_with_people_inside_an_older_workflow(self):
        workflow = 'workflow greet for contact {\n  on becoming fit == 1\n  existing enrol\n  once\n  wait 9 days\n  set won = true\n}\n'
        self.rules.write_text(RULES + workflow)
        self.run_at("2026-06-01 09:00")
        self.rules.write_text(RULES + workflow.replace("9 days", "8 days"))
        self.sql("UPDATE contacts SET handed = '2026-06-01T10:00:00+09:00' WHERE id = 'a'")
        self.run_at("2026-06-01 11:00")
        self.assertEqual(self.rows("SELECT count(*) FROM saiten_flow_version"), [(2,)])
        self.assertEqual(self.kept(), [("a", "total", "2026-06-01T01:00:00Z", 12)])

    def test_with_workflows(self):
        self.rules.write_text(RULES + 'workflow greet for contact { on becoming fit == 2\n  once\n  set won = true\n }\n')
        self.run_at("2026-06-01 09:00")
        self.sql("UPDATE contacts SET handed = '2026-06-01T10:00:00+09:00' WHERE id = 'a'")
        self.run_at("2026-06-01 11:00")
        self.assertEqual(self.kept(), [("a", "total", "2026-06-01T01:00:00Z", 12)])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
