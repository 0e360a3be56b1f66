#!/usr/bin/env python3
"""Runs that find nothing changed take over what the last one said, and nothing keeps them from noticing a change.

usage: unchanged.py SAITEN
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

SAITEN = os.path.abspath(sys.argv.pop(1))

RULES = """
timezone "Asia/Tokyo"
enum Title ordered { clerk manager chief }
object contact from "contacts" { id: int key  title: Title?  employees: int? }
event visit of contact from "visits" { page: text? }
score total for contact {
  +10.5 when employees > 100
  +2 per visit in last 30 days
  bands t { cold  warm from 4  hot from 12 }
}
segment big for contact where employees > 100
"""
NOW = "2026-03-01T00:00:00Z"


class Unchanged(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.db = os.path.join(self.folder, "crm.db")
        with open(os.path.join(self.folder, "a.rules"), "w", encoding="utf-8") as file:
            file.write(RULES)
        self.execute("create table contacts(id integer primary key, title text, employees)",
                     "create table visits(contact_id int, time text, page text)")
        for i in range(1, 201):
            # Some that are no numbers: data errors, with more examples than the database keeps.
            employees = "'many'" if i % 7 == 0 else i * 3 % 250
            self.execute(f"insert into contacts values({i}, 'chief', {employees})")
            self.execute(f"insert into visits values({i}, '2026-02-{1 + i % 28:02}T12:00:00Z', 'home')")
        self.execute("insert into visits values(3, '2026-03-05T12:00:00Z', 'later')")

    def tearDown(self):
        shutil.rmtree(self.folder)

    def execute(self, *statements):
        with sqlite3.connect(self.db) as db:
            for statement in statements:
                db.execute(statement)
        db.close()

    def run_at(self, now, *options, db=None):
        done = subprocess.run([SAITEN, "run", "--db", db or self.db, "--as-of", now, "--json", *options],
                              cwd=self.folder, capture_output=True, text=True)
        self.assertIn(done.returncode, (0, 4), done.stderr)
        return json.loads(done.stdout), done.stderr

    def evaluated(self, now, *options):
        report, errors = self.run_at(now, *options)
        return report["evaluated"], errors

    def views(self, db):
        connection = sqlite3.connect(db)
        found = [connection.execute(f"select {names} from {view} order by {names}").fetchall()
                 for view, names in (("saiten_scores", "object, id, score, points, band"),
                                     ("saiten_members", "segment, object, id"))]
        connection.close()
        return found

    def same_as_full(self, now):
        """A run as usual says and leaves what one of everything does."""
        copy = os.path.join(self.folder, "copy.db")
        shutil.copyfile(self.db, copy)
        report, errors = self.run_at(now)
        full, full_errors = self.run_at(now, "--full", "--no-snapshot", db=copy)
        for one in (report, full):
            for key in ("database", "started", "finished", "seconds", "evaluated", "written_rows", "band_changes", "rows",
                        "peak_memory_bytes", "read_from", "evaluated_by_object", "everything_because", "next_change", "engine"):
                one.pop(key)
        self.assertEqual(report, full)
        self.assertEqual(self.views(self.db), self.views(copy))
        beside = [[line for line in text.splitlines() if not line.startswith(("contact:", "run ", "everything is read", "  "))]
                  for text in (errors, full_errors)]
        self.assertEqual([line for line in beside[0] if "evaluated" not in line],
                         [line for line in beside[1] if "evaluated" not in line])
        return report

    def test_it_says_the_same(self):
        for attached in (False, True):
            with self.subTest(attached=attached):
                if attached:
                    subprocess.run([SAITEN, "attach", "--db", self.db], cwd=self.folder, check=True, capture_output=True)
                self.run_at(NOW)
                for _ in range(3):
                    self.same_as_full(NOW)
                report, _ = self.run_at(NOW)
                self.assertEqual(report["evaluated"], 0)
                self.assertEqual(report["read_from"], "snapshot")
                self.assertEqual(report["written_rows"], {"inserted": 0, "updated": 0, "deleted": 0})
                listed = subprocess.run([SAITEN, "runs", "show", "--db", self.db, "--json"], cwd=self.folder,
                                        capture_output=True, text=True, check=True)
                self.assertEqual(json.loads(listed.stdout)["scores"], report["scores"])

    def test_a_change_is_noticed(self):
        self.run_at(NOW)
        self.assertEqual(self.evaluated(NOW)[0], 0)
        self.execute("update contacts set employees = 500 where id = 5")
        self.assertGreater(self.evaluated(NOW)[0], 0)
        self.assertEqual(self.evaluated(NOW)[0], 0)
        self.same_as_full(NOW)

    def test_results_that_others_deleted_come_back(self):
        # With the log nothing but our own tables says that somebody wrote.
        subprocess.run([SAITEN, "attach", "--db", self.db], cwd=self.folder, check=True, capture_output=True)
        self.run_at(NOW)
        self.run_at(NOW)
        whole = self.views(self.db)
        db = sqlite3.connect(self.db)
        table = db.execute("select name from sqlite_master where name like 'saiten_result_%'").fetchone()[0]
        db.close()
        for some, rows in (("id % 10 = 3", 20), ("1", 200)):
            with self.subTest(some=some):
                self.execute(f"delete from {table} where {some}")
                self.assertNotEqual(self.views(self.db), whole)
                report, _ = self.run_at(NOW)
                self.assertEqual(report["written_rows"], {"inserted": rows, "updated": 0, "deleted": 0})
                self.assertEqual(self.views(self.db), whole)
                self.same_as_full(NOW)
        self.execute(f"insert into {table}(id) values(1000)")
        report, _ = self.run_at(NOW)
        self.assertEqual(report["written_rows"], {"inserted": 0, "updated": 0, "deleted": 1})
        self.assertEqual(self.views(self.db), whole)

    def test_full_writes_what_others_changed(self):
        self.run_at(NOW)
        self.run_at(NOW)
        db = sqlite3.connect(self.db)
        table = db.execute("select name from sqlite_master where name like 'saiten_result_%'").fetchone()[0]
        points = next(row[1] for row in db.execute(f"pragma table_info({table})") if row[1] != "id")
        db.execute(f"update {table} set {points} = 77000 where id = 5")
        db.commit()
        db.close()
        changed = self.views(self.db)
        self.run_at(NOW, "--full")
        self.assertNotEqual(self.views(self.db), changed)
        self.same_as_full(NOW)

    def test_whoever_names_the_jit_gets_it_or_is_told(self):
        self.run_at(NOW)
        self.assertEqual(self.evaluated(NOW)[0], 0)
        alone = os.path.join(self.folder, "alone")
        os.mkdir(alone)
        program = shutil.copy(SAITEN, alone)  # without the library beside it
        done = subprocess.run([program, "run", "--db", self.db, "--as-of", NOW, "--engine", "jit"], cwd=self.folder,
                              capture_output=True, text=True)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("saiten-native.so", done.stderr)

    def test_a_busy_database_is_waited_for_once(self):
        self.run_at(NOW)
        db = sqlite3.connect(self.db)
        db.execute("begin exclusive")
        start = time.monotonic()
        done = subprocess.run([SAITEN, "run", "--db", self.db, "--as-of", NOW], cwd=self.folder, capture_output=True)
        waited = time.monotonic() - start
        db.rollback()
        db.close()
        self.assertNotIn(done.returncode, (0, 4))
        self.assertLess(waited, 8, "the time of two waits")

    def test_the_clock(self):
        self.run_at(NOW)
        report, _ = self.run_at(NOW)
        next_change = report["next_change"]
        self.assertGreater(self.evaluated(next_change)[0], 0)
        self.same_as_full("2026-03-06T00:00:00Z")
        evaluated, errors = self.evaluated(NOW)
        self.assertEqual(evaluated, 200)
        self.assertIn("clock", errors)
        # Events that were in the future are not any more.
        self.assertEqual(self.run_at(NOW)[0]["evaluated"], 0)
        self.same_as_full("2026-03-07T00:00:00Z")

    def test_other_rules(self):
        self.run_at(NOW)
        self.run_at(NOW)
        with open(os.path.join(self.folder, "a.rules"), "a", encoding="utf-8") as file:
            file.write("segment small for contact where employees < 10\n")
        self.assertEqual(self.evaluated(NOW)[0], 200)
        self.same_as_full(NOW)

    def test_what_is_kept_may_go_or_be_damaged(self):
        kept = self.db + ".saiten"
        self.run_at(NOW)
        for name in ("snapshot", "run.state", "run.results", "seen"):
            with self.subTest(gone=name):
                self.assertEqual(self.evaluated(NOW)[0], 0)
                os.remove(os.path.join(kept, name))
                self.same_as_full(NOW)
                self.run_at(NOW)
        size = os.path.getsize(os.path.join(kept, "run.state"))
        for at in range(0, size, max(1, size // 10)):
            with open(os.path.join(kept, "run.state"), "r+b") as file:
                file.seek(at)
                byte = file.read(1)
                file.seek(at)
                file.write(bytes([byte[0] ^ 0x41]))
            self.same_as_full(NOW)
        with open(os.path.join(kept, "run.state"), "r+b") as file:
            file.truncate(100)
        self.same_as_full(NOW)

    def test_a_restored_backup(self):
        self.run_at(NOW)
        backup = os.path.join(self.folder, "backup.db")
        shutil.copyfile(self.db, backup)
        self.execute("update contacts set employees = 1 where id < 50")
        self.run_at(NOW)
        self.run_at(NOW)
        shutil.copyfile(backup, self.db)
        self.same_as_full(NOW)

    def test_cut_numbers_are_told_each_time(self):
        with open(os.path.join(self.folder, "a.rules"), "a", encoding="utf-8") as file:
            file.write("score huge for contact = (employees else 0) * 90000000000000\n")
        for _ in range(3):
            _, errors = self.run_at(NOW)
            self.assertIn("R9001", errors)


if __name__ == "__main__":
    unittest.main()
