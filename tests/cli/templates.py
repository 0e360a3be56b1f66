#!/usr/bin/env python3
"""Templates over real databases: what their own tests show in memory, `saiten run` does run by run: templates.py SAITEN."""
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SAITEN = Path(sys.argv.pop(1)).resolve()


class Templates(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.project = Path(self.folder.name) / "project"
        self.db = self.project / "crm.db"

    def saiten(self, *words, language="en"):
        done = subprocess.run([SAITEN, "--lang", language, *words], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def start(self, name, tables):
        self.saiten("init", "--template", name, str(self.project), language="ja")
        self.sql(tables)

    def sql(self, script):
        with sqlite3.connect(self.db) as db:
            db.executescript(script)
        db.close()

    def run_at(self, instant):
        self.saiten("-C", str(self.project), "run", "--as-of", instant)

    def rows(self, query):
        db = sqlite3.connect(self.db)
        try:
            return db.execute(query).fetchall()
        finally:
            db.close()

    NURTURE = """
            CREATE TABLE contacts(id INTEGER PRIMARY KEY, name, email, lifecycle, marketing, unsubscribed, bounced, owner_id);
            CREATE TABLE form_submits(contact_id, time, form);
            CREATE TABLE page_views(contact_id, time, path);
            CREATE TABLE never_market(contact_id);
            CREATE TABLE users(id INTEGER PRIMARY KEY, name, email);
            INSERT INTO users VALUES(1, '田中 吾郎', 'rep@example.com');
            INSERT INTO contacts VALUES(1, '山田', 'a@example.com', NULL, 1, 0, 0, 1), (2, '鈴木', 'b@example.com', NULL, 1, 0, 0, 1),
                                       (3, '佐藤', 'c@example.com', NULL, 1, 0, 0, 1);
            INSERT INTO never_market VALUES(3);
            INSERT INTO form_submits VALUES(2, '2026-05-01 10:00', 'ebook');
    """

    def test_nurture(self):
        self.start("nurture", self.NURTURE)
        self.run_at("2026-06-01 09:00")
        self.assertEqual(self.rows("SELECT count(*) FROM saiten_actions"), [(0,)])  # what was before is history
        self.sql("INSERT INTO form_submits VALUES(1, '2026-06-02 10:00', 'ebook'), (3, '2026-06-02 11:00', 'ebook')")
        for day in (2, 3, 4, 9, 12, 13, 18, 30):
            self.run_at(f"2026-06-{day:02} 23:00")
        self.assertEqual(
            self.rows("SELECT id, step, datetime(time / 1000000, 'unixepoch', '+9 hours') FROM saiten_actions "
                      "WHERE kind = 'mail' ORDER BY seq"),
            [(1, "welcome", "2026-06-02 10:00:00"), (1, "trends", "2026-06-04 10:00:00"), (1, "story", "2026-06-08 10:00:00"),
             (1, "again", "2026-06-12 10:00:00")])
        self.assertEqual(self.rows("SELECT id, status FROM saiten_enrolments"), [(1, "completed")])
        self.assertEqual(self.rows("SELECT id, detail FROM saiten_decisions WHERE kind = 'refused'"), [(3, "suppressed")])

    # req S1-123
    def test_simulation_says_what_runs_do_and_writes_nothing(self):
        self.start("nurture", self.NURTURE + "INSERT INTO form_submits VALUES(1, '2026-06-02 10:00', 'ebook');")
        before = self.db.read_bytes()
        words = ("-C", str(self.project), "simulate", "--from", "2026-06-01", "--to", "2026-07-01")
        said = self.saiten(*words)
        self.assertEqual(self.db.read_bytes(), before)
        for line in ("nurture: enrolled 1", "2026-06-02T10:00:00+09:00  contact 1  nurture / welcome: mail welcome",
                     "2026-06-12T10:00:00+09:00  contact 1  nurture / again: mail story"):
            self.assertIn(line, said)
        # Another trigger would take another number: the form of contact 2 in May as well.
        rules = self.project / "nurture.rules"
        self.assertIn("enrolled 2", self.saiten("-C", str(self.project), "simulate", "--from", "2026-05-01", "--to", "2026-07-01"))
        rules.write_text(rules.read_text().replace('form == "ebook"', 'form == "demo"'))
        self.assertNotIn("enrolled", self.saiten(*words))

    def test_webinar_whose_attendance_comes_in_late(self):
        self.start("webinar", """
            CREATE TABLE contacts(id INTEGER PRIMARY KEY, name, email, unsubscribed, bounced, owner_id);
            CREATE TABLE users(id INTEGER PRIMARY KEY, name, email);
            CREATE TABLE registrations(contact_id, time, webinar, title, starts_at, ends_at);
            CREATE TABLE cancellations(contact_id, time, webinar);
            CREATE TABLE attendance(contact_id, time, synced_at, webinar, minutes);
            CREATE TABLE webinar_surveys(contact_id, time, webinar, wants_talk);
            INSERT INTO contacts VALUES(1, '山田', 'a@example.com', 0, 0, NULL), (2, '鈴木', 'b@example.com', 0, 0, NULL);
        """)
        self.run_at("2026-06-01 09:00")
        self.sql("""
            INSERT INTO registrations VALUES(1, '2026-06-10 11:00', 'w1', 'W', '2026-06-18 14:00', '2026-06-18 15:30'),
                                            (2, '2026-06-17 20:00', 'w1', 'W', '2026-06-18 14:00', '2026-06-18 15:30');
            INSERT INTO attendance VALUES(1, '2026-06-18 14:02', '2026-06-18 16:30', 'w1', 80);
        """)
        self.run_at("2026-06-30 09:00")  # all of it in one run
        self.assertEqual(
            self.rows("SELECT id, step, datetime(time / 1000000, 'unixepoch', '+9 hours') FROM saiten_actions ORDER BY id, seq"),
            [(1, "confirm", "2026-06-10 11:00:00"), (1, "day_before", "2026-06-17 14:00:00"),
             (1, "hour_before", "2026-06-18 13:00:00"), (1, "thanks", "2026-06-18 16:30:00"),
             (2, "confirm", "2026-06-17 20:00:00"), (2, "hour_before", "2026-06-18 13:00:00"),
             (2, "missed", "2026-06-19 15:30:00")])

    def test_quote_follow_up(self):
        self.start("quote_follow_up", """
            CREATE TABLE contacts(id INTEGER PRIMARY KEY, name, email, unsubscribed, bounced, owner_id);
            CREATE TABLE users(id INTEGER PRIMARY KEY, name, email, team);
            CREATE TABLE quotes(id INTEGER PRIMARY KEY, number, amount, status, valid_until, contact_id, owner_id);
            CREATE TABLE quote_views(quote_id, time);
            INSERT INTO users VALUES(1, '佐藤 花子', 's@example.com', '経理');
            INSERT INTO contacts VALUES(1, '山田', 'a@example.com', 0, 0, NULL), (2, '鈴木', 'b@example.com', 1, 0, NULL);
            INSERT INTO quotes VALUES(1, 'Q-1', 1200000, '作成中', '2026-06-30', 1, NULL),
                                     (2, 'Q-2', 1200000, '作成中', '2026-06-30', 2, NULL);
        """)
        self.run_at("2026-06-02 09:00")
        self.sql("UPDATE quotes SET status = '送付済み'")
        self.run_at("2026-06-02 10:00")
        self.run_at("2026-06-06 10:00")
        self.assertEqual(self.rows("SELECT id, step, json_extract(payload, '$.to') FROM saiten_actions WHERE kind = 'mail'"),
                         [(1, "remind", "a@example.com")])
        self.sql("UPDATE quotes SET status = '承認' WHERE id = 1")
        self.run_at("2026-06-08 16:00")
        self.run_at("2026-07-31 10:00")
        self.assertEqual(self.rows("SELECT step FROM saiten_actions WHERE id = 1 ORDER BY seq"),
                         [("remind",), ("thanks",), ("invoice",), ("start",)])
        self.assertEqual(self.rows("SELECT DISTINCT kind FROM saiten_actions WHERE id = 2 AND kind = 'mail'"), [])
        self.assertEqual(self.rows("SELECT id, status FROM saiten_enrolments WHERE workflow = 'quote_follow_up' ORDER BY id"),
                         [(1, "goal"), (2, "completed")])
        self.assertEqual(self.rows("SELECT id, value FROM saiten_values WHERE property = 'status'"), [(2, "期限切れ")])


if __name__ == "__main__":
    unittest.main()
