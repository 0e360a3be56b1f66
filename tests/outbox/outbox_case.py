"""A database with actions, a project that delivers them, and the command."""
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

SAITEN = pathlib.Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else None
START = 1_780_000_000_000_000
RULES = """timezone "UTC"
object contact from "contacts" {
  id: int key
  email: text? as address
  opted_out: bool as opt_out
  bounced: bool as bounced
}
object user from "users" { id: int key  email: text? as address }
object company from "companies" { id: text key  email: text? as address }
"""


class OutboxCase(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="saiten-outbox-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.db = self.folder / "crm.db"
        # As automation makes them (docs/automation.md).
        self.write(
            "CREATE TABLE saiten_action(seq INTEGER PRIMARY KEY, key TEXT UNIQUE, time INTEGER, kind TEXT, object TEXT, "
            "id, workflow TEXT, step TEXT, payload TEXT, state TEXT)",
            "CREATE VIEW saiten_actions AS SELECT * FROM saiten_action")
        # Whom mails are for: the rules say who may get them.
        (self.folder / "crm.rules").write_text(RULES)
        self.write(
            "CREATE TABLE contacts(id INTEGER PRIMARY KEY, email, opted_out, bounced)",
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999) "
            "INSERT INTO contacts SELECT i, 'u' || i || '@example.jp', 0, 0 FROM n",
            "CREATE TABLE users(id INTEGER PRIMARY KEY, email)", "INSERT INTO users VALUES (7, 'boss@example.com')",
            "CREATE TABLE companies(id TEXT PRIMARY KEY, email)", "INSERT INTO companies VALUES ('c-7', 'o@example.com')")
        self.next = 1

    def write(self, *statements):
        database = sqlite3.connect(self.db, isolation_level=None, timeout=20)
        for statement in statements:
            database.execute(*statement) if isinstance(statement, tuple) else database.execute(statement)
        database.close()

    def query(self, sql, *values):
        database = sqlite3.connect(self.db, timeout=20)
        try:
            return database.execute(sql, values).fetchall()
        finally:
            database.close()

    def add(self, kind, payload, record=5):
        """One new action; its key."""
        key = f"{self.next:032x}"
        text = payload if isinstance(payload, (str, bytes)) else json.dumps(payload)
        if isinstance(text, bytes):
            self.write(("INSERT INTO saiten_action VALUES (?, ?, ?, ?, 'contact', ?, 'nurture', 'first', CAST(? AS TEXT), "
                        "'new')", (self.next, key, START + self.next, kind, record, text)))
        else:
            self.write(("INSERT INTO saiten_action VALUES (?, ?, ?, ?, 'contact', ?, 'nurture', 'first', ?, 'new')",
                        (self.next, key, START + self.next, kind, record, text)))
        self.next += 1
        return key

    def call(self, url, record=5, **more):
        return self.add("call", {"url": url, "action": "to_crm", "body": '{"id":5,"name":"山田"}', **more}, record)

    def mail(self, to="taro@example.jp", record=5, **more):
        return self.add("mail", {"template": "welcome", "class": "marketing", "to": to, "from": "info@example.com",
                                 "from_name": "株式会社A", "subject": "ようこそ", "body": "本文です。", **more}, record)

    def settings(self, *lines):
        (self.folder / "saiten.toml").write_text("\n".join(["[data]", 'db = "crm.db"', "[outbox]", *lines]) + "\n")

    def command(self, *arguments):
        return [SAITEN, "-C", self.folder, "outbox", *arguments]

    def saiten(self, *arguments, environment=None, **more):
        return subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=120,
                              env={**os.environ, "LANG": "C", **(environment or {})}, **more)

    def send(self, *arguments, code=0, **more):
        done = self.saiten("send", *arguments, **more)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def tool(self, *arguments, code=0):
        """Any other command."""
        done = subprocess.run([SAITEN, "-C", self.folder, *arguments], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def states(self):
        return {key: state for key, state in self.query("SELECT key, state FROM saiten_action")}

    def deliveries(self, key):
        return self.query("SELECT d.state, d.code, d.response FROM saiten_delivery d JOIN saiten_action a ON a.seq = "
                          "d.action WHERE a.key = ? ORDER BY attempt", key)
