#!/usr/bin/env python3
"""Records that workflows create: kept by the engine, over the source (sem O1a): created.py SAITEN."""
import datetime
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import unittest

SAITEN = pathlib.Path(sys.argv.pop(1)).resolve()
HERE = pathlib.Path(__file__).resolve().parent
BEGIN = datetime.datetime(2026, 3, 1)
MAKE = """
CREATE TABLE contacts(id INTEGER PRIMARY KEY, name TEXT, ready INTEGER);
CREATE TABLE deals(id INTEGER PRIMARY KEY, title TEXT, stage TEXT, active INTEGER, size REAL, price INTEGER, day TEXT,
  moment TEXT, lasts INTEGER, topics TEXT, contact_id INTEGER);
CREATE TABLE notes(code TEXT PRIMARY KEY, text TEXT, deal_id INTEGER);
CREATE TABLE calls(deal_id INTEGER, time TEXT);
INSERT INTO contacts VALUES (1, 'Ann', 0), (2, NULL, 0), (3, '山田 "x"', 0);
"""
# What is the same however the runs are cut.
SAME = ["SELECT object, id, time, fields FROM saiten_created ORDER BY object, id",
        "SELECT time, object, id, workflow, number, step, kind, detail, fields FROM saiten_decisions ORDER BY seq",
        "SELECT object, id, property, value, time FROM saiten_values ORDER BY 1, 2, 3",
        "SELECT object, id, score, points FROM saiten_scores ORDER BY 1, 2, 3"]


def hours(number):
    return (BEGIN + datetime.timedelta(hours=number)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Created(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="saiten-created-"))
        self.addCleanup(shutil.rmtree, self.folder)
        shutil.copy(HERE / "created.rules", self.folder / "crm.rules")
        (self.folder / "saiten.toml").write_text('[data]\ndb = "crm.db"\n')
        self.db = self.folder / "crm.db"
        self.sql(MAKE)

    def sql(self, script):
        connection = sqlite3.connect(self.db)
        connection.executescript(script)
        connection.close()

    def query(self, sql):
        connection = sqlite3.connect(self.db)
        rows = connection.execute(sql).fetchall()
        connection.close()
        return rows

    def saiten(self, *args, expect=0):
        done = subprocess.run([SAITEN, "--lang", "en", "-C", self.folder, *args], capture_output=True, text=True)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def run_at(self, hour, *more):
        return self.saiten("run", "--as-of", hours(hour), *more)

    def ids(self, name):
        return [row[0] for row in self.query(f"SELECT id FROM saiten_created WHERE object = '{name}' ORDER BY seq")]

    def begin(self):
        self.run_at(0)
        self.sql("UPDATE contacts SET ready = 1")

    def test_a_created_record_is_one_for_everybody(self):
        self.begin()
        self.run_at(1)
        deals = self.ids("deal")
        self.assertEqual(len(deals), 3)
        self.assertTrue(all(2**52 <= deal < 2**53 for deal in deals), deals)
        # The workflow over deals saw them come into being at that instant, and made a note of each.
        self.assertEqual(len(self.ids("note")), 3)
        scores = dict(self.query("SELECT id, points FROM saiten_scores WHERE object = 'deal' AND score = 'weight'"))
        self.assertEqual(scores, {deal: 10 for deal in deals})
        customers = self.query("SELECT DISTINCT points FROM saiten_scores WHERE score = 'customer'")
        self.assertEqual(customers, [(1,)])
        # Another run, another command, an event of a created record: as if its table had it.
        self.sql(f"INSERT INTO calls VALUES ({deals[0]}, '{hours(1)}'), ({deals[0]}, '{hours(1)}')")
        self.run_at(2)
        scores = dict(self.query("SELECT id, points FROM saiten_scores WHERE object = 'deal' AND score = 'weight'"))
        self.assertEqual(scores[deals[0]], 20)
        self.assertIn("Open", self.saiten("why", "deal", str(deals[1]), "--as-of", hours(2)))
        # A day later the second workflow wins them.
        self.run_at(30)
        won = self.query("SELECT id, value FROM saiten_values WHERE object = 'deal' AND property = 'stage'")
        self.assertEqual(sorted(won), sorted((deal, "won") for deal in deals))
        self.assertEqual(self.query("SELECT DISTINCT points FROM saiten_scores WHERE score = 'customer'"), [(0,)])
        self.assertEqual(len(self.ids("deal")), 3)

    def test_values_are_read_as_they_were_given(self):
        self.begin()
        self.run_at(1)
        fields = json.loads(self.query("SELECT fields FROM saiten_created WHERE object = 'deal' ORDER BY seq DESC LIMIT 1")[0][0])
        self.assertEqual(fields["title"], 'Deal of 山田 "x"')
        self.assertEqual(fields["contact"], "3")
        rows = self.query("SELECT d.fields FROM saiten_decisions d WHERE kind = 'created' AND workflow = 'open_deal'")
        self.assertEqual(sorted(json.loads(row[0])["id"] for row in rows), sorted(str(i) for i in self.ids("deal")))
        command = [SAITEN, "-C", self.folder, "run", "--as-of", hours(2), "--json"]
        report = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        self.assertEqual(report["data_errors"], 0, report)

    def test_the_same_however_it_is_cut(self):
        self.begin()
        shutil.copy(self.db, self.folder / "once.db")
        for hour in [1, 2, 7, 26, 60]:
            self.run_at(hour)
        self.sql("UPDATE contacts SET ready = 0 WHERE id = 1")
        self.run_at(61)
        self.sql("UPDATE contacts SET ready = 1 WHERE id = 1")
        self.run_at(62)
        many = [self.query(sql) for sql in SAME]
        self.assertEqual(len(self.ids("deal")), 4)
        for engine in ["interp", "jit"]:
            shutil.copy(self.folder / "once.db", self.db)
            shutil.rmtree(self.folder / "crm.db.saiten")
            self.run_at(1, "--engine", engine)
            self.run_at(60, "--engine", engine, "--threads", "1")
            self.sql("UPDATE contacts SET ready = 0 WHERE id = 1")
            self.run_at(61, "--engine", engine, "--no-snapshot")
            self.sql("UPDATE contacts SET ready = 1 WHERE id = 1")
            self.run_at(62, "--engine", engine)
            self.assertEqual([self.query(sql) for sql in SAME], many, engine)

    def test_the_source_takes_a_record_over(self):
        self.begin()
        self.run_at(1)
        deal = self.ids("deal")[0]
        self.sql(f"INSERT INTO deals(id, title, stage, active, topics, contact_id) VALUES ({deal}, 'Mine', 'open', 1, '[]', 1)")
        self.run_at(2)
        self.assertEqual(len(self.ids("deal")), 2)
        self.assertEqual(self.query(f"SELECT count(*) FROM saiten_scores WHERE object = 'deal' AND id = {deal}"), [(1,)])
        self.assertEqual(len(self.ids("note")), 3, "it came into being a second time")
        self.sql(f"UPDATE deals SET stage = 'won' WHERE id = {deal}")
        self.run_at(3)
        weight = self.query(f"SELECT points FROM saiten_scores WHERE score = 'weight' AND id = {deal}")
        self.assertEqual(weight, [(0,)])

    def test_a_dry_run_makes_nothing(self):
        self.begin()
        self.run_at(1, "--dry-run")
        self.assertEqual(self.query("SELECT count(*) FROM saiten_created"), [(0,)])
        self.saiten("simulate", "--from", hours(0), "--to", hours(1))
        self.assertEqual(self.query("SELECT count(*) FROM saiten_created"), [(0,)])

    def test_with_a_log_of_changes(self):
        self.saiten("attach")
        self.begin()
        # The log has the machine's clock, these runs have not.
        for (table,) in self.query("SELECT name FROM sqlite_master WHERE name GLOB 'saiten_change_value_[0-9]*' AND type = 'table'"):
            self.sql(f"UPDATE {table} SET saiten_time = 1000 * unixepoch('2026-03-01 00:30')")
        self.run_at(1)
        self.assertEqual(len(self.ids("deal")), 3)
        self.sql("UPDATE contacts SET name = 'Zoe' WHERE id = 2")
        self.run_at(2)
        self.run_at(3)
        self.assertEqual(self.query("SELECT count(*) FROM saiten_scores WHERE score = 'weight'"), [(3,)])
        self.assertEqual(len(self.ids("note")), 3)

    def test_killed(self):
        self.sql("WITH n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO contacts SELECT i, 'c', 0 FROM n")
        self.begin()
        shutil.copy(self.db, self.folder / "once.db")
        self.run_at(30, "--config", "run.steps_at_once=100000")
        whole = [self.query(sql) for sql in SAME]
        shutil.copy(self.folder / "once.db", self.db)
        shutil.rmtree(self.folder / "crm.db.saiten")
        chance = random.Random(7)
        for _ in range(int(os.environ.get("SAITEN_KILLS", 12))):
            command = [SAITEN, "-C", self.folder, "run", "--as-of", hours(30), "--config", "run.steps_at_once=300"]
            running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                running.wait(chance.random() * 0.8)
            except subprocess.TimeoutExpired:
                running.send_signal(signal.SIGKILL)
                running.wait()
        self.run_at(30)
        self.assertEqual([self.query(sql) for sql in SAME], whole)


if __name__ == "__main__":
    unittest.main()
