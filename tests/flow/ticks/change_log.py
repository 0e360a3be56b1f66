"""The log of values that `saiten attach` keeps: each change of the source has the instant at which it was made (sem T4a), so
that what workflows do depends neither on how often `saiten run` is called nor on what a value was in the end.
"""
import datetime
import os
import pathlib
import random
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
SEED = int(os.environ.get("SAITEN_SEED", 20260301))
KILLS = int(os.environ.get("SAITEN_KILLS", 12))
BEGIN = datetime.datetime(2026, 3, 1)
MAKE = """
CREATE TABLE users(id INTEGER PRIMARY KEY, name);
CREATE TABLE companies(id INTEGER PRIMARY KEY, name, size);
CREATE TABLE deals(id INTEGER PRIMARY KEY, title, status, amount, company_id, code UNIQUE);
CREATE TABLE calls(deal_id, time, minutes);
INSERT INTO users VALUES (1, 'Ken');
INSERT INTO companies VALUES (1, 'One', 5), (2, 'Two', 50);
INSERT INTO deals VALUES (1, 'a', 'open', 50, 1, 'A'), (2, 'b', 'open', 50, 1, 'B'), (3, 'c', 'lost', 200, 2, 'C');
"""


def spell(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + "Z"


def hours(number):
    return BEGIN + datetime.timedelta(hours=number)


class ChangeLog(unittest.TestCase):

    maxDiff = 3000

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="saiten-change-log-"))
        self.addCleanup(shutil.rmtree, self.folder)
        shutil.copy(HERE / "change_log.rules", self.folder / "crm.rules")
        self.db = self.folder / "crm.db"
        connection = sqlite3.connect(self.db)
        connection.executescript(MAKE)
        connection.close()

    def saiten(self, *args, expect=0):
        done = subprocess.run([SAITEN, "--lang", "en", "-C", self.folder, *args], capture_output=True, text=True)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done

    def run_at(self, moment, *more, db=None):
        return self.saiten("run", "--db", db or self.db, "--as-of", spell(moment), "-q", *more)

    def begin(self):
        self.saiten("attach", "--db", self.db)
        self.run_at(BEGIN)

    def logs(self, connection):
        return [name for name, in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'saiten\\_change\\_value\\_%' ESCAPE '\\'")]

    def edit(self, moment, *statements, db=None):
        """Runs them in one transaction, and makes the log say that it was then."""
        connection = sqlite3.connect(db or self.db)
        marks = {log: connection.execute(f"SELECT ifnull(max(saiten_n), 0) FROM {log}").fetchone()[0]
                 for log in self.logs(connection)}
        for statement in statements:
            connection.execute(*(statement if isinstance(statement, tuple) else (statement, )))
        milliseconds = int(moment.replace(tzinfo=datetime.timezone.utc).timestamp() * 1000)
        for log, mark in marks.items():
            connection.execute(f"UPDATE {log} SET saiten_time = ? WHERE saiten_n > ?", (milliseconds, mark))
        connection.commit()
        connection.close()

    def query(self, sql, db=None):
        connection = sqlite3.connect(db or self.db)
        rows = connection.execute(sql).fetchall()
        connection.close()
        return rows

    def waiting(self, db=None):
        connection = sqlite3.connect(db or self.db)
        count = sum(connection.execute(f"SELECT count(*) FROM {log}").fetchone()[0] for log in self.logs(connection))
        connection.close()
        return count

    def told(self, db=None):
        """Notifications: when, by which workflow, of which record."""
        rows = self.query("SELECT time, workflow, id FROM saiten_actions ORDER BY seq", db)
        hour = 3600 * 1000000
        begin = int(BEGIN.replace(tzinfo=datetime.timezone.utc).timestamp()) * 1000000
        return [((time - begin) / hour, workflow, key) for time, workflow, key in rows]

    def story(self, db):
        return [self.query(f"SELECT * FROM {table}", db) for table in ("saiten_actions", "saiten_decisions")] + [
            sorted(self.query(f"SELECT * FROM {table}", db), key=repr)
            for table in ("saiten_enrolments", "saiten_values", "saiten_seen_deal", "saiten_seen_company")]

    def test_two_changes_between_two_runs_are_two_edges(self):
        self.begin()
        self.edit(hours(1), "UPDATE deals SET status = 'won' WHERE id = 1")
        self.edit(hours(2), "UPDATE deals SET status = 'open' WHERE id = 1")
        self.edit(hours(5), "UPDATE deals SET status = 'won' WHERE id = 1")
        self.run_at(hours(24))
        self.assertEqual(self.told(), [(1, "moved", 1), (1, "won", 1), (2, "moved", 1), (5, "moved", 1), (5, "won", 1)])
        self.assertEqual(self.waiting(), 0)

    def test_a_value_that_came_and_went(self):
        self.begin()
        self.edit(hours(1), "UPDATE deals SET amount = 150 WHERE id = 1")
        self.edit(hours(2), "UPDATE deals SET amount = 50 WHERE id = 1")
        self.run_at(hours(24))
        self.assertEqual(self.told(), [(1, "large", 1)])

    def test_without_a_log_the_last_value_counts(self):
        self.run_at(BEGIN)
        self.edit(hours(1), "UPDATE deals SET status = 'lost' WHERE id = 1")
        self.edit(hours(2), "UPDATE deals SET status = 'won' WHERE id = 1")
        self.run_at(hours(24))
        self.assertEqual(self.told(), [(24, "moved", 1), (24, "won", 1)])

    def test_changes_of_one_instant_keep_their_order_and_come_before_events(self):
        self.begin()
        self.edit(hours(3), "INSERT INTO calls VALUES (1, '%s', 5)" % spell(hours(3)),
                  "UPDATE deals SET status = 'won' WHERE id = 1", "UPDATE deals SET status = 'open' WHERE id = 1",
                  "UPDATE deals SET status = 'won', title = 'called' WHERE id = 1")
        self.run_at(hours(24))
        self.assertEqual(sorted(self.told()),
                         [(3, "called", 1), (3, "moved", 1), (3, "moved", 1), (3, "moved", 1), (3, "won", 1), (3, "won", 1)])

    def test_a_clock_set_back_does_not_change_the_order(self):
        self.begin()
        self.edit(hours(6), "UPDATE deals SET status = 'won' WHERE id = 1")
        self.edit(hours(2), "UPDATE deals SET status = 'open' WHERE id = 1")
        self.edit(hours(-5), "UPDATE deals SET amount = 300 WHERE id = 2")
        self.run_at(hours(24))
        self.assertEqual(self.told(), [(0, "large", 2), (6, "moved", 1), (6, "won", 1), (6, "moved", 1)])

    def test_a_new_record_comes_with_its_first_values(self):
        self.begin()
        self.edit(hours(1), "INSERT INTO deals VALUES (7, 'n', 'open', 10, 1, 'N')")
        self.edit(hours(2), "UPDATE deals SET status = 'won', amount = 100 WHERE id = 7")
        self.run_at(hours(24))
        self.assertEqual(self.told(), [(1, "moved", 7), (2, "large", 7), (2, "moved", 7), (2, "won", 7)])

    def test_relations_move_at_their_instant(self):
        self.begin()
        self.edit(hours(1), "UPDATE deals SET company_id = NULL WHERE id = 3")
        self.edit(hours(2), "UPDATE deals SET company_id = 2 WHERE id = 1")
        self.edit(hours(3), "UPDATE deals SET company_id = 1 WHERE id = 1")
        self.run_at(hours(24))
        self.assertEqual(self.told(), [(1, "idle", 2), (3, "idle", 2)])

    def test_what_comes_later_is_not_there_yet(self):
        self.begin()
        self.edit(hours(1), "UPDATE deals SET amount = 150 WHERE id = 1")
        self.edit(hours(10), "UPDATE deals SET amount = 600, status = 'won' WHERE id = 1",
                  "INSERT INTO deals VALUES (8, 'n', 'open', 10, 1, 'N')")
        self.run_at(hours(5))
        self.assertEqual(self.told(), [(1, "large", 1)])
        self.assertEqual(self.waiting(), 2)
        self.assertEqual(self.query("SELECT points FROM saiten_scores WHERE id = 1"), [(10, )])
        # Nothing has been written since, and still there is something to do.
        self.run_at(hours(9))
        self.run_at(hours(10))
        self.assertEqual(self.told(), [(1, "large", 1), (10, "moved", 1), (10, "won", 1), (10, "moved", 8)])
        self.assertEqual(self.waiting(), 0)

    def test_a_change_that_no_log_tells_is_one_of_the_run(self):
        self.begin()
        self.edit(hours(1), "UPDATE deals SET status = 'lost' WHERE id = 1")
        connection = sqlite3.connect(self.db)
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'saiten_value_%'").fetchall()
        self.assertGreater(len(triggers), 4)
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE deals SET status = 'won' WHERE id = 1")
        connection.commit()
        connection.close()
        self.run_at(hours(24))
        self.assertEqual(self.told(), [(1, "moved", 1), (24, "moved", 1)])

    def test_replace_and_ignore(self):
        self.begin()
        self.edit(hours(1), "REPLACE INTO deals VALUES (1, 'a', 'won', 50, 1, 'A')")
        self.edit(hours(2), "INSERT OR IGNORE INTO deals VALUES (2, 'b', 'won', 999, 1, 'B')")
        self.edit(hours(3), "INSERT INTO deals VALUES (2, 'b', 'lost', 999, 1, 'B') ON CONFLICT(id) DO UPDATE SET status = 'lost'")
        # Takes deal 3 away, by another unique column.
        self.edit(hours(4), "INSERT OR REPLACE INTO deals VALUES (4, 'd', 'lost', 5, 2, 'C')")
        self.run_at(hours(24))
        self.assertEqual(self.told(),
                         [(1, "moved", 1), (1, "won", 1), (3, "moved", 2), (4, "moved", 4)])
        self.assertEqual(self.waiting(), 0)

    def test_a_record_that_gets_another_key_is_another_record(self):
        self.begin()
        self.edit(hours(1), "UPDATE deals SET id = 11, status = 'won' WHERE id = 1")
        self.run_at(hours(24))
        self.assertEqual(self.told(), [(1, "moved", 11)])
        self.assertEqual(self.query("SELECT id FROM saiten_seen_deal ORDER BY id"), [(2, ), (3, ), (11, )])

    def ended(self):
        return self.query("SELECT workflow, id, status, ended IS NOT NULL FROM saiten_enrolments WHERE workflow = 'patient'")

    def test_a_deleted_record_goes_at_its_instant(self):
        self.begin()
        self.edit(hours(1), "UPDATE deals SET amount = 300 WHERE id = 3")
        self.edit(hours(4), "DELETE FROM deals WHERE id = 3")
        self.run_at(hours(24))
        self.assertEqual(self.told(), [(4, "idle", 2)])
        self.assertEqual(self.query("SELECT id FROM saiten_scores ORDER BY id"), [(1, ), (2, )])
        self.assertEqual(self.query("SELECT id FROM saiten_seen_deal ORDER BY id"), [(1, ), (2, )])
        self.assertEqual(self.ended(), [("patient", 3, "removed", 1)])
        self.assertEqual(self.query("SELECT records FROM saiten_run ORDER BY run DESC LIMIT 1"), [(5, )])
        self.run_at(hours(20 * 24))
        self.assertEqual((self.told(), self.waiting()), ([(4, "idle", 2)], 0))

    def test_without_a_log_it_goes_when_the_run_sees_it(self):
        self.run_at(BEGIN)
        self.edit(hours(4), "DELETE FROM deals WHERE id = 3")
        self.run_at(hours(24))
        self.assertEqual(self.told(), [(24, "idle", 2)])
        self.assertEqual(self.query("SELECT id FROM saiten_scores ORDER BY id"), [(1, ), (2, )])

    def test_a_record_that_comes_back_does_not_go_on_where_it_was(self):
        self.begin()
        self.edit(hours(1), "UPDATE deals SET amount = 300 WHERE id = 1")
        self.edit(hours(4), "DELETE FROM deals WHERE id = 1")
        self.edit(hours(6), "INSERT INTO deals VALUES (1, 'again', 'won', 400, 1, 'A')")
        # Within one second it is a change.
        self.edit(hours(8), "DELETE FROM deals WHERE id = 2", "INSERT INTO deals VALUES (2, 'b', 'won', 50, 1, 'B')")
        self.run_at(hours(24))
        self.assertEqual(self.told(), [(1, "large", 1), (6, "large", 1), (6, "moved", 1), (8, "moved", 2), (8, "won", 2)])
        self.assertEqual(sorted(self.ended(), key=repr), [("patient", 1, "active", 0), ("patient", 1, "removed", 1)])
        self.assertEqual(self.query("SELECT id, points FROM saiten_scores ORDER BY id"), [(1, 10), (2, 0), (3, 10)])

    def test_a_record_that_came_and_went_between_two_runs(self):
        self.begin()
        self.edit(hours(1), "INSERT INTO deals VALUES (9, 'n', 'open', 10, 2, 'N')")
        self.edit(hours(2), "UPDATE deals SET amount = 150, company_id = 1 WHERE id = 9")
        self.edit(hours(3), "DELETE FROM deals WHERE id = 9")
        self.run_at(hours(24))
        self.assertEqual(self.told(), [(1, "moved", 9), (2, "large", 9)])
        self.assertEqual(self.query("SELECT id FROM saiten_scores ORDER BY id"), [(1, ), (2, ), (3, )])
        self.assertEqual(self.waiting(), 0)

    def test_a_deletion_that_comes_later_than_the_run(self):
        self.begin()
        self.edit(hours(10), "DELETE FROM deals WHERE id = 3")
        self.run_at(hours(5))
        self.assertEqual((self.told(), self.waiting()), ([], 1))
        self.assertEqual(self.query("SELECT id, points FROM saiten_scores ORDER BY id"), [(1, 0), (2, 0), (3, 10)])
        self.run_at(hours(12))
        self.assertEqual((self.told(), self.waiting()), ([(10, "idle", 2)], 0))

    def test_who_is_asked_for_after_the_record_went(self):
        self.begin()
        self.saiten("workflow", "enrol", "patient", "deal", "3", "--db", self.db, "--as-of", spell(hours(2)))
        self.edit(hours(1), "DELETE FROM deals WHERE id = 3")
        self.run_at(hours(24))
        self.assertEqual(self.query("SELECT detail FROM saiten_decisions WHERE workflow = 'patient'"), [("record gone", )])

    def test_a_relation_ends_with_the_record_that_it_leads_to(self):
        self.begin()
        self.edit(hours(3), "DELETE FROM companies WHERE id = 2")
        self.edit(hours(5), "UPDATE deals SET company_id = 1 WHERE id = 3", "UPDATE deals SET amount = 100 WHERE id = 1")
        self.run_at(hours(24))
        self.assertEqual(sorted(self.told()), [(5, "busier", 1), (5, "large", 1)])

    def test_what_a_workflow_has_set_ends_with_the_change_of_the_source(self):
        self.begin()
        self.edit(hours(1), "UPDATE deals SET amount = 600 WHERE id = 1")
        self.edit(hours(5), "UPDATE deals SET title = 'x' WHERE id = 1")
        self.edit(hours(7), "UPDATE deals SET title = 'a' WHERE id = 1")
        self.run_at(hours(3))
        self.assertEqual(self.query("SELECT value FROM saiten_values"), [("big", )])
        self.run_at(hours(24))
        self.assertEqual(self.query("SELECT value FROM saiten_values"), [])

    def test_writes_of_others_never_fail(self):
        self.begin()
        connection = sqlite3.connect(self.db)
        for value in (b"\x00\xff\x00", "a\x00b", None, 1e300, -2**63, 2**63 - 1, "x" * 1000000, float("inf")):
            for statement in ("UPDATE deals SET title = ?1, status = ?1, amount = ?1, company_id = ?1 WHERE id = 1",
                              "REPLACE INTO deals VALUES (20, ?1, ?1, ?1, ?1, ?1)", "DELETE FROM deals WHERE id = 20",
                              "INSERT INTO deals(title, code) VALUES (?1, 'new')", "DELETE FROM deals WHERE code = 'new'"):
                connection.execute(statement, (value, ) if "?1" in statement else ())
        connection.execute("UPDATE deals SET id = id + 100")
        connection.commit()
        connection.close()
        self.assertGreater(self.waiting(), 30)
        self.run_at(datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1))
        self.assertEqual(self.waiting(), 0)

    def test_the_first_run_takes_the_log_as_history(self):
        self.saiten("attach", "--db", self.db)
        self.edit(hours(-5), "UPDATE deals SET status = 'won' WHERE id = 1")
        self.run_at(BEGIN)
        self.assertEqual(self.told(), [])
        self.assertEqual(self.waiting(), 0)

    def test_a_dry_run_leaves_the_log(self):
        self.begin()
        self.edit(hours(1), "UPDATE deals SET status = 'won' WHERE id = 1")
        self.run_at(hours(5), "--dry-run")
        self.assertEqual((self.told(), self.waiting()), ([], 1))
        self.run_at(hours(24), "--no-snapshot")
        self.assertEqual(self.told(), [(1, "moved", 1), (1, "won", 1)])

    def test_attach_again_and_detach(self):
        self.begin()
        self.edit(hours(1), "UPDATE deals SET status = 'won' WHERE id = 1")
        self.assertIn("already", self.saiten("attach", "--db", self.db).stderr)
        self.assertEqual(self.waiting(), 1)
        rules = self.folder / "crm.rules"
        rules.write_text(rules.read_text().replace("title: text?", "title: text?  code: text?"))
        self.run_at(hours(2))
        self.assertEqual(self.told(), [(1, "moved", 1), (1, "won", 1)])
        self.assertIn("deals: triggers made", self.saiten("attach", "--db", self.db).stderr)
        self.edit(hours(3), "UPDATE deals SET code = 'other' WHERE id = 1")
        self.assertEqual(self.waiting(), 1)
        self.saiten("detach", "--db", self.db)
        # The trigger that keeps keys of actions apart is not one of the log.
        left = self.query("SELECT name FROM sqlite_master WHERE name LIKE 'saiten_change%' OR "
                          "(type = 'trigger' AND name <> 'saiten_action_once')")
        self.assertEqual(left, [])

    def test_a_project_without_workflows_logs_no_values(self):
        rules = self.folder / "crm.rules"
        text = rules.read_text()
        rules.write_text(text[:text.index("workflow ")])
        self.saiten("attach", "--db", self.db)
        connection = sqlite3.connect(self.db)
        self.assertEqual(self.logs(connection), [])
        connection.close()

    # ---- Random histories

    def random_edits(self, pick):
        number = pick(1, 13)
        what = pick(12)
        if what == 0:
            return [("UPDATE deals SET amount = ? WHERE id = ?", (pick(8) * 100, number))]
        if what == 1:
            return [("UPDATE deals SET status = ? WHERE id = ?", (["open", "won", "lost", None][pick(4)], number))]
        if what == 2:
            return [("UPDATE deals SET company_id = (SELECT id FROM companies WHERE id = ?) WHERE id = ?",
                     ([1, 2, None][pick(3)], number))]
        if what == 3:
            return [("UPDATE deals SET title = ? WHERE id = ?", (f"t{pick(5)}", number))]
        if what == 4:
            return [("REPLACE INTO deals VALUES (?, 'r', ?, ?, 1, ?)",
                     (number, ["open", "won"][pick(2)], pick(8) * 100, f"code {number}"))]
        if what == 5:
            return [("INSERT OR IGNORE INTO deals VALUES (?, 'i', 'open', 100, (SELECT id FROM companies WHERE id = 2), ?)",
                     (number, f"code {number}"))]
        if what == 6:
            return [("UPDATE deals SET status = 'open' WHERE id = ?", (number, )),
                    ("UPDATE deals SET status = 'won' WHERE id = ?", (number, ))]
        if what == 7:
            return [("UPDATE companies SET size = ? WHERE id = 1", (pick(3), ))]
        if what == 8:
            return [("DELETE FROM deals WHERE id = ?", (number, ))]
        if what == 9:
            return [("UPDATE OR IGNORE deals SET id = ? WHERE id = ?", (pick(1, 13), number))]
        if what == 10:
            return [("UPDATE deals SET company_id = NULL WHERE company_id = 2", ()), ("DELETE FROM companies WHERE id = 2", ())]
        return [("INSERT OR IGNORE INTO companies VALUES (2, 'New', 3)", ())]

    def history(self, seed, length):
        """Edits of the source by the hour, rising."""
        dice = random.Random(seed)
        moment = 0.0
        edits = []
        for _ in range(length):
            moment += dice.choice([0, 0.01, 0.3, 2, 7])
            edits.append((hours(1 + moment), self.random_edits(dice.randrange)))
        return edits

    def play(self, edits, cuts, db, *more):
        shutil.copy(self.db, db)
        cuts = sorted(cuts)
        for moment, statements in edits:
            while cuts and cuts[0] < moment:
                self.run_at(cuts.pop(0), *more, db=db)
            self.edit(moment, *statements, db=db)
        for cut in cuts:
            self.run_at(cut, *more, db=db)
        return self.story(db)

    def test_however_a_history_is_cut_into_runs_the_same_happens(self):
        self.begin()
        for seed in range(SEED, SEED + 3):
            with self.subTest(seed=seed):
                edits = self.history(seed, 90)
                end = edits[-1][0] + datetime.timedelta(hours=5)
                once = self.play(edits, [end], self.folder / f"once{seed}.db")
                daily = [hours(12 * i) for i in range(1, 60) if hours(12 * i) < end] + [end]
                often = self.play(edits, daily, self.folder / f"daily{seed}.db", "--config", "run.steps_at_once=1")
                weekly = self.play(edits, [hours(7 * 24), end], self.folder / f"weekly{seed}.db", "--no-snapshot")
                self.assertGreater(len(once[0]), 15)
                self.assertEqual(once, often)
                self.assertEqual(once, weekly)

    def test_kills(self):
        self.begin()
        edits = self.history(SEED, 80)
        end = edits[-1][0] + datetime.timedelta(hours=5)
        db = self.folder / "killed.db"
        shutil.copy(self.db, db)
        for moment, statements in edits:
            self.edit(moment, *statements, db=db)
        calm_db = self.folder / "calm.db"
        shutil.copy(db, calm_db)
        began = time.monotonic()
        self.run_at(end, "--config", "run.steps_at_once=1", db=calm_db)
        length = time.monotonic() - began
        calm = self.story(calm_db)
        dice = random.Random(SEED)
        stopped = 0
        for _ in range(KILLS):
            process = subprocess.Popen([
                SAITEN, "-C", self.folder, "--config", "run.steps_at_once=1", "run", "--db", db, "--as-of", spell(end), "-q"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                # A part of what is left: no run comes to its end, and each gets on.
                process.wait((0.2 + 0.6 * dice.random()) * length)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                stopped += 1
        self.assertGreater(stopped, 0)
        self.run_at(end, db=db)
        self.assertEqual(calm, self.story(db))
        self.assertEqual(self.waiting(db), 0)


if __name__ == "__main__":
    unittest.main()
