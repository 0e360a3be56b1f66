"""The history of values is kept for rules that ask for it, with no workflow in the project (sem E1a): of a property, a band,
also where time alone moves it; a run as of a time before the last keeps nothing, a part of the records is refused."""
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

SAITEN = pathlib.Path(sys.argv.pop(1)).resolve()
RULES = """timezone "UTC"
enum Stage { Lead  MQL  SQL }
object contact from "contacts" {
  id: int key
  stage: Stage?
}
event visit of contact from "visits" { kind: text? }
score interest for contact {
  +10 per visit in last 10 days
  bands warmth { cold  hot from 10 }
}
segment waits for contact where stage has been Lead for 5 days
score moved for contact { +1 per change of stage from Lead to MQL }
score cooled for contact { +1 per change of warmth from hot to cold }
"""
PLAIN = RULES[:RULES.index("segment waits")]


class History(unittest.TestCase):

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="saiten-history-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.rules(RULES)
        self.write("CREATE TABLE contacts(id INTEGER PRIMARY KEY, stage)", "CREATE TABLE visits(contact_id, time, kind)",
                   "INSERT INTO contacts VALUES (1, 'Lead'), (2, 'Lead'), (3, NULL)")

    def rules(self, text):
        (self.folder / "crm.rules").write_text(text)

    def write(self, *statements):
        connection = sqlite3.connect(self.folder / "crm.db")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()

    def query(self, sql):
        connection = sqlite3.connect(self.folder / "crm.db")
        rows = connection.execute(sql).fetchall()
        connection.close()
        return rows

    def run_on(self, day, *more, expect=0):
        done = subprocess.run(
            [SAITEN, "--lang", "en", "-C", self.folder, "run", "--db", "crm.db", "--as-of", f"2026-03-{day:02}T00:00Z", *more],
            capture_output=True, text=True)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stderr

    def with_points(self, score):
        return [row[0] for row in self.query(f"SELECT id FROM saiten_scores WHERE score = '{score}' AND points > 0 ORDER BY id")]

    def members(self, segment):
        return [row[0] for row in self.query(f"SELECT id FROM saiten_members WHERE segment = '{segment}' ORDER BY id")]

    def test_properties(self):
        said = self.run_on(1)
        self.assertNotIn("automation", said)
        self.assertEqual(self.members("waits"), [])
        self.write("UPDATE contacts SET stage = 'MQL' WHERE id = 2")
        said = self.run_on(3)
        self.assertNotIn("automation", said)
        self.assertEqual((self.members("waits"), self.with_points("moved")), ([], [2]))
        # Five days after the first run; before it nothing is known.
        self.run_on(5)
        self.assertEqual(self.members("waits"), [])
        self.run_on(6)
        self.assertEqual(self.members("waits"), [1])
        # A run of which nothing is new says the same.
        self.run_on(7)
        self.assertEqual((self.members("waits"), self.with_points("moved")), ([1], [2]))
        self.assertEqual(
            self.query("SELECT id, substr(time, 1, 10), value FROM saiten_history WHERE name = 'stage' ORDER BY seq"),
            [(1, "2026-03-01", "Lead"), (2, "2026-03-01", "Lead"), (2, "2026-03-03", "MQL")])

    def test_a_band_that_time_alone_moves(self):
        self.run_on(1)
        self.write("INSERT INTO visits(contact_id, time) VALUES (3, '2026-03-02T00:00:00Z')")
        self.run_on(3)
        self.assertEqual(self.with_points("cooled"), [])
        self.run_on(20)
        self.assertEqual(self.with_points("cooled"), [3])
        # At the instants at which it moved, not at those of the runs.
        self.assertEqual(
            self.query("SELECT substr(time, 1, 10), value FROM saiten_history WHERE name = 'warmth' AND id = 3 ORDER BY seq"),
            [("2026-03-01", "cold"), ("2026-03-02", "hot"), ("2026-03-12", "cold")])

    def test_a_time_before_the_last_run(self):
        self.run_on(1)
        self.run_on(5)
        self.write("UPDATE contacts SET stage = 'MQL' WHERE id = 1")
        before = self.query("SELECT * FROM saiten_history")
        self.run_on(3)
        self.assertEqual(self.query("SELECT * FROM saiten_history"), before)
        # The change is not lost by it.
        self.run_on(6)
        self.assertEqual(self.with_points("moved"), [1])

    def test_a_logged_change_has_its_own_time(self):
        self.run_on(1)
        done = subprocess.run([SAITEN, "-C", self.folder, "attach", "--db", "crm.db"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        logs = [row[0] for row in self.query("SELECT name FROM sqlite_master WHERE type = 'table' AND "
                                             "sql LIKE '%saiten_time%' AND name LIKE 'saiten_change%'")]
        self.assertEqual(len(logs), 1)
        self.write("UPDATE contacts SET stage = 'MQL' WHERE id = 1",
                   f"UPDATE {logs[0]} SET saiten_time = 1000 * strftime('%s', '2026-03-02')")
        self.run_on(5)
        self.assertEqual(self.query("SELECT substr(time, 1, 10) FROM saiten_history WHERE name = 'stage' AND value = 'MQL'"),
                         [("2026-03-02",)])

    def test_a_dry_run_and_parts_write_nothing(self):
        self.run_on(1)
        self.write("UPDATE contacts SET stage = 'MQL' WHERE id = 1")
        before = self.query("SELECT * FROM saiten_history")
        self.run_on(2, "--dry-run")
        self.assertEqual(self.query("SELECT * FROM saiten_history"), before)
        said = self.run_on(2, "--shard", "1/2", "--results", "part.db", expect=2)
        self.assertIn("rules that ask what a value was are not run in parts", said)

    def test_who_asks_for_no_history_has_none(self):
        self.rules(PLAIN)
        self.run_on(1)
        self.run_on(2)
        self.assertEqual(self.query("SELECT name FROM sqlite_master WHERE name = 'saiten_history'"), [])
        self.run_on(2, "--shard", "1/2", "--results", "part.db")


if __name__ == "__main__":
    unittest.main()
