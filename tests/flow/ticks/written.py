"""`write = [...]` of saiten.toml: what workflows set goes into the user's own tables, in the transaction of the ledger (sem O1a).
"""
import datetime
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

SAITEN = pathlib.Path(sys.argv.pop(1)).resolve()
HERE = pathlib.Path(__file__).resolve().parent
KILLS = int(os.environ.get("SAITEN_KILLS", 12))
BEGIN = datetime.datetime(2026, 3, 1)
MAKE = """
CREATE TABLE users(id INTEGER PRIMARY KEY, name);
CREATE TABLE companies(code TEXT PRIMARY KEY, name);
CREATE TABLE deals(id INTEGER PRIMARY KEY, go INTEGER, status TEXT {check}, title TEXT, active INTEGER, agreed TEXT, size INTEGER,
  rate REAL, price INTEGER, day TEXT, moment TEXT, lasts INTEGER, topics TEXT, wanted TEXT, company_id TEXT, other_id TEXT, plain TEXT);
INSERT INTO users VALUES (1, 'Ken');
INSERT INTO companies VALUES ('c1', 'One'), ('c2', 'Two');
INSERT INTO deals(id, go, status, size, wanted, company_id, other_id, plain)
  VALUES (1, 0, 'lost', 4, '["News; letters", "art"]', 'c1', 'c2', 'source'), (2, 0, 'lost', 7, 'Sports;art', NULL, 'c1', NULL);
"""
LOGS = "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'saiten_change_value_*'"
WRITTEN = ["status", "title", "active", "agreed", "size", "rate", "price", "day", "moment", "lasts", "topics", "company"]


def hours(number):
    return (BEGIN + datetime.timedelta(hours=number)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Written(unittest.TestCase):

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="saiten-written-"))
        self.addCleanup(shutil.rmtree, self.folder)
        shutil.copy(HERE / "written.rules", self.folder / "crm.rules")
        self.db = self.folder / "crm.db"

    def make(self, write=tuple(f"deal.{name}" for name in WRITTEN), check="", sql=MAKE):
        names = ", ".join(f'"{name}"' for name in write)
        (self.folder / "saiten.toml").write_text(f'write = [{names}]\n[data]\ndb = "crm.db"\n')
        connection = sqlite3.connect(self.db)
        connection.executescript(sql.replace("{check}", check))
        connection.close()

    def saiten(self, *args, expect=0):
        done = subprocess.run([SAITEN, "--lang", "en", "-C", self.folder, *args], capture_output=True, text=True)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def run_at(self, hour, *more):
        return self.saiten("run", "--as-of", hours(hour), *more)

    def query(self, sql):
        connection = sqlite3.connect(self.db)
        rows = connection.execute(sql).fetchall()
        connection.close()
        return rows

    def edit(self, sql, hour=None):
        """`hour`: then, says the log of `saiten attach`."""
        connection = sqlite3.connect(self.db)
        connection.executescript(sql)
        for name, in connection.execute(LOGS).fetchall() if hour else []:
            milliseconds = int((BEGIN.timestamp() - datetime.datetime(1970, 1, 1).timestamp() + hour * 3600) * 1000)
            connection.execute(f"UPDATE {name} SET saiten_time = ?", (milliseconds, ))
        connection.commit()
        connection.close()

    def moved(self):
        return self.query("SELECT id, time / 3600000000 - 1772323200 / 3600 FROM saiten_actions WHERE workflow = 'moved' ORDER BY seq")

    def check_all_types(self):
        self.run_at(0)
        self.edit("UPDATE deals SET go = 1", 5)
        said = self.run_at(5)
        self.assertIn("24 value(s) written", said)
        self.assertNotIn("could not be written", said)
        expected = ("Open deal", "見出し 'a'", 1, "no", 1.125, 1200, "2026-04-01", hours(5), 5400)
        columns = "status, title, active, agreed, rate, price, day, moment, lasts"
        self.assertEqual(self.query(f"SELECT {columns} FROM deals"), [expected] * 2)
        self.assertEqual(self.query("SELECT size, topics, company_id FROM deals ORDER BY id"),
                         [(5, '["News; letters","art"]', "c2"), (8, "Sports;art", "c1")])
        # Not asked for: it lies over the source, as ever.
        self.assertEqual(self.query("SELECT plain FROM deals ORDER BY id"), [("source", ), (None, )])
        self.assertEqual(self.query("SELECT value FROM saiten_values WHERE property = 'plain'"), [("over", )] * 2)
        self.assertEqual(len(self.query("SELECT 1 FROM saiten_values WHERE property = 'status'")), 2)
        self.assertEqual(self.moved(), [(1, 5), (2, 5)])
        # The next runs read the same, see no change from outside and write nothing again.
        for hour, more in ((6, []), (7, ["--full"])):
            self.assertNotIn("written into", self.run_at(hour, *more))
        self.assertEqual(self.moved(), [(1, 5), (2, 5)])
        self.assertEqual(len(self.query("SELECT 1 FROM saiten_values")), 26)
        # A change from outside is seen, and is the later one.
        self.edit("UPDATE deals SET status = 'lost', title = 'mine' WHERE id = 1", 8)
        self.run_at(8)
        self.assertEqual(self.moved(), [(1, 5), (2, 5), (1, 8)])
        self.assertEqual(self.query("SELECT status, title FROM deals WHERE id = 1"), [("lost", "mine")])
        self.assertEqual(self.query("SELECT id FROM saiten_values WHERE property = 'status'"), [(2, )])

    def test_every_type_is_read_back(self):
        self.make()
        self.check_all_types()

    def test_the_log_of_attach_does_not_tell_of_our_own_writing(self):
        self.make()
        self.saiten("attach")
        self.check_all_types()
        self.assertEqual(len(self.query(LOGS)), 3)
        for name, in self.query(LOGS):
            self.assertEqual(self.query(f"SELECT count(*) FROM {name}"), [(0, )])

    def test_tables_without_types_and_without_row_numbers(self):
        plain = MAKE.replace(" INTEGER PRIMARY KEY", " PRIMARY KEY").replace(" INTEGER", "").replace(" TEXT", "").replace(
            " REAL", "").replace("plain);", "plain) WITHOUT ROWID;")
        self.make(sql=plain)
        self.check_all_types()

    def test_keys_that_are_texts(self):
        self.make(sql=MAKE.replace("deals(id INTEGER PRIMARY KEY", "deals(id TEXT PRIMARY KEY"))
        self.check_all_types()

    def test_nothing_is_written_without_the_setting_and_later_all_of_it(self):
        self.make(write=())
        self.run_at(0)
        self.edit("UPDATE deals SET go = 1")
        self.run_at(5)
        self.assertEqual(self.query("SELECT status FROM deals"), [("lost", )] * 2)
        self.edit("UPDATE deals SET plain = 'new' WHERE id = 1")
        self.run_at(6, "--config", 'write=["deal.status"]')
        self.assertEqual(self.query("SELECT status FROM deals"), [("Open deal", )] * 2)
        self.assertEqual(self.moved(), [(1, 5), (2, 5)])

    def test_a_dry_run_writes_nothing(self):
        self.make()
        self.run_at(0)
        self.edit("UPDATE deals SET go = 1")
        before = self.query("SELECT * FROM deals")
        self.run_at(5, "--dry-run")
        self.assertEqual(self.query("SELECT * FROM deals"), before)

    def test_what_the_table_does_not_take_lies_over_it(self):
        self.make(check="CHECK (status <> 'Open deal')")
        self.run_at(0)
        self.edit("UPDATE deals SET go = 1", 5)
        said = self.run_at(5)
        self.assertIn("2 value(s) could not be written into your own tables", said)
        self.assertIn("deal.status of 1: CHECK constraint failed", said)
        self.assertEqual(self.query("SELECT status, title FROM deals"), [("lost", "見出し 'a'")] * 2)
        self.assertEqual(self.query("SELECT value FROM saiten_values WHERE property = 'status'"), [("Open deal", )] * 2)
        self.assertEqual(self.moved(), [(1, 5), (2, 5)])
        # It is tried again, and what the source says is no change.
        self.assertIn("2 value(s) could not be written", self.run_at(6, "--full"))
        self.assertEqual(self.moved(), [(1, 5), (2, 5)])

    def test_what_a_trigger_makes_of_it_is_not_taken_for_it(self):
        self.make()
        self.edit("CREATE TRIGGER up AFTER UPDATE OF title ON deals BEGIN UPDATE deals SET title = upper(title) || 'X' "
                  "WHERE id = NEW.id; END")
        self.run_at(0)
        self.edit("UPDATE deals SET go = 1 WHERE id = 1")
        self.assertIn("deal.title of 1: it would not be read back as the same value", self.run_at(5))
        self.assertEqual(self.query("SELECT title, status FROM deals WHERE id = 1"), [(None, "Open deal")])

    def test_what_cannot_be_written_is_said_before_anything_happens(self):
        self.make()
        for name, words in (("deal.stat", "did you mean `deal.status`?"), ("status", "is no property of the schema"),
                            ("deal.id", "is the key"), ("nobody.x", "is no property of the schema")):
            for command in ("check", "run"):
                said = self.saiten(command, "--config", f'write=["{name}"]', expect=2)
                self.assertIn(f"`write`: `{name}`", said)
                self.assertIn(words, said)
        self.edit("ALTER TABLE deals RENAME TO d; CREATE VIEW deals AS SELECT * FROM d")
        self.assertIn("`deals` is a view, not a table", self.saiten("run", "--as-of", hours(0), expect=2))

    def test_a_table_that_is_followed_by_its_updated_column_needs_the_log(self):
        rules = self.folder / "crm.rules"
        rules.write_text(rules.read_text().replace('from "deals" {', 'from "deals" updated "changed" {'))
        self.make(sql=MAKE.replace("plain TEXT)", "plain TEXT, changed TEXT)"))
        self.assertIn("run `saiten attach`", self.saiten("run", "--as-of", hours(0), expect=2))
        self.saiten("attach")
        self.check_all_types()

    def test_behind_what_the_log_still_tells(self):
        """A record changes again after the step: its value waits until that is worked off, in a later transaction."""
        self.make()
        self.saiten("attach")
        self.run_at(0)
        self.edit("UPDATE deals SET go = 1 WHERE id = 1", 2)
        log = self.query("SELECT max(saiten_n) FROM saiten_change_value_3")[0][0]
        self.edit("UPDATE deals SET plain = 'mine', title = 'outside' WHERE id = 1")
        milliseconds = self.query("SELECT max(saiten_time) FROM saiten_change_value_3 WHERE saiten_n <= %d" % log)[0][0] + 7_200_000
        self.edit(f"UPDATE saiten_change_value_3 SET saiten_time = {milliseconds} WHERE saiten_n > {log}")
        self.run_at(5, "--config", "run.steps_at_once=1")
        self.assertEqual(self.query("SELECT status, title, plain FROM deals WHERE id = 1"), [("Open deal", "outside", "mine")])
        self.assertEqual(self.moved(), [(1, 2)])
        self.assertEqual(self.query("SELECT count(*) FROM saiten_change_value_3"), [(0, )])
        self.run_at(6, "--full")
        self.assertEqual(self.moved(), [(1, 2)])

    def test_kills(self):
        """What the ledger says and what the table holds go together, whenever the process dies."""
        self.make()
        self.edit("WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 400) "
                  "INSERT INTO deals(id, go, status, size) SELECT i, 0, 'lost', i FROM n")
        self.saiten("attach")
        self.run_at(0)
        # Each at an instant of its own: an instant is never cut.
        self.edit("UPDATE deals SET go = 1", 1)
        self.edit("UPDATE saiten_change_value_3 SET saiten_time = saiten_time + saiten_n * 30000")
        calm = self.folder / "calm.db"
        shutil.copy(self.db, calm)
        begun = time.monotonic()
        self.run_at(5, "--db", calm)
        length = time.monotonic() - begun
        halfway = stopped = 0
        while halfway < KILLS:
            process = subprocess.Popen([SAITEN, "-C", self.folder, "--config", "run.steps_at_once=20", "run", "--as-of", hours(5), "-q"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(length / 10 + length * stopped / 40)
                break
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
            stopped += 1
            together = self.query("SELECT count(*), sum(d.status = 'Open deal'), sum(v.id IS NOT NULL), "
                                  "sum((d.status = 'Open deal') = (v.id IS NOT NULL)) FROM deals d "
                                  "LEFT JOIN saiten_values v ON v.property = 'status' AND v.id = d.id")[0]
            self.assertEqual(together[3], 400, together)
            halfway += 0 < together[1] < 400
        self.run_at(5)
        for table in ("deals", "saiten_actions", "saiten_decisions", "saiten_values", "saiten_seen_deal"):
            rows = self.query(f"SELECT * FROM {table}")
            other = sqlite3.connect(calm)
            self.assertEqual(rows, other.execute(f"SELECT * FROM {table}").fetchall(), table)
            other.close()
        self.assertGreater(stopped, 0)
        self.assertEqual(self.query("SELECT count(*) FROM saiten_change_value_3"), [(0, )])
        print(f"{stopped} kills, {halfway} of them between two transactions", file=sys.stderr)

    def test_a_change_of_the_same_time_that_has_not_been_read_is_not_lost(self):
        """Another program writes when the ledger's transaction has begun for the first time: by a trigger of its own."""
        self.make()
        self.run_at(0)
        self.edit("UPDATE deals SET go = 1 WHERE id = 1;"
                  "CREATE TRIGGER other AFTER DELETE ON saiten_request BEGIN SELECT 1; END;"
                  "CREATE TRIGGER race AFTER INSERT ON saiten_value BEGIN "
                  "UPDATE deals SET status = 'won' WHERE id = 1 AND status = 'lost'; END")
        self.run_at(5)
        self.assertEqual(self.query("SELECT status FROM deals WHERE id = 1"), [("won", )])
        self.edit("DROP TRIGGER race")
        self.run_at(6)
        self.assertEqual(self.query("SELECT status FROM deals WHERE id = 1"), [("won", )])
        self.assertEqual(self.query("SELECT 1 FROM saiten_values WHERE property = 'status'"), [])
        self.assertEqual(self.moved(), [(1, 5), (1, 6)])


if __name__ == "__main__":
    unittest.main()
