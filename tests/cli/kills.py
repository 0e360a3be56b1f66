"""Ten runs killed (-9) at random moments while the data change: the run after each kill is right.

Right means: the scores that a run writes which begins from nothing, on a copy of the database.
"""
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
SEED = int(os.environ.get("SAITEN_SEED", random.randrange(1 << 30)))
RULES = """timezone "UTC"
object contact { id: int key  email: text?  age: int? }
event visit of contact { page: text? }
list vip of contact from "vip_rows"
score s for contact {
  +1 when age > 50
  +3 when in list vip
  +2 per visit where page == "pricing"
}
"""
UPDATED_RULES = RULES.replace("object contact {", 'object contact updated "changed" {').replace(
    "event visit of contact {", 'event visit of contact updated "changed" {')


class Kills(unittest.TestCase):
    rules = RULES

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="saiten-kills-"))
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "crm.rules").write_text(self.rules)
        self.random = random.Random(SEED)
        self.write(
            "PRAGMA journal_mode = %s" % self.random.choice(["delete", "wal"]),
            "CREATE TABLE contact(id INTEGER PRIMARY KEY, email, age)",
            "CREATE TABLE visit(id INTEGER PRIMARY KEY, contact_id, time, page)",
            "CREATE TABLE vip_rows(contact_id)",
            "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)"
            " INSERT INTO contact SELECT i, 'u' || i, i % 90 FROM n",
            "INSERT INTO visit SELECT NULL, 1 + (a.id * 7 + b.id) % 3000, 1770000000 + a.id, "
            "CASE a.id % 3 WHEN 0 THEN 'pricing' ELSE 'home' END FROM contact a, contact b WHERE b.id <= 10",
        )
        self.follow()

    def follow(self):
        self.assertEqual(self.saiten("attach").returncode, 0)

    def write(self, *statements):
        database = sqlite3.connect(self.folder / "crm.db", isolation_level=None, timeout=20)
        for statement in statements:
            database.execute(statement)
        database.close()

    def saiten(self, *arguments, database="crm.db"):
        return subprocess.run([SAITEN, "-C", self.folder, *arguments, "--db", database], capture_output=True, text=True)

    def edit(self):
        pick = self.random.randrange
        for _ in range(pick(1, 6)):
            self.write(
                self.random.choice(
                    [
                        f"UPDATE contact SET age = age + 1 WHERE id % 50 = {pick(50)}",
                        f"DELETE FROM contact WHERE id % 200 = {pick(200)}",
                        f"INSERT INTO contact(age) VALUES ({pick(99)})",
                        f"INSERT INTO visit(id, contact_id, time, page) VALUES (NULL, {pick(3000)}, {1770000000 + pick(9999)}, 'pricing')",
                        f"REPLACE INTO visit(id, contact_id, time, page) VALUES ({pick(9999)}, {pick(3000)}, 1770000000, 'pricing')",
                        f"UPDATE visit SET contact_id = {pick(3000)} WHERE id = {pick(30000)}",
                        f"INSERT INTO vip_rows VALUES ({pick(3000)})",
                        f"UPDATE contact SET age = 'old' WHERE id = {pick(3000)}",
                    ]
                )
            )

    def scores(self, database):
        connection = sqlite3.connect(self.folder / database)
        rows = connection.execute("SELECT object, id, score, points, band FROM saiten_scores ORDER BY 1, 3, 2").fetchall()
        connection.close()
        return rows

    def test_ten_kills(self):
        began = time.monotonic()
        first = self.saiten("run")
        self.assertEqual(first.returncode, 0, first.stderr)
        length = time.monotonic() - began
        killed = 0
        changes = 0
        for _ in range(10):
            self.edit()
            child = subprocess.Popen(
                [SAITEN, "-C", self.folder, "run", "--db", "crm.db"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            time.sleep(self.random.random() * length)
            child.send_signal(signal.SIGKILL)
            killed += child.wait() != 0
            self.edit()
            after = self.saiten("run", "--json")
            self.assertEqual(after.returncode, 0, f"seed {SEED}: {after.stderr}")
            changes += '"read_from": "changes"' in after.stdout
            anew = sqlite3.connect(self.folder / "anew.db")
            source = sqlite3.connect(self.folder / "crm.db")
            source.backup(anew)
            anew.execute("PRAGMA journal_mode = delete")
            anew.close()
            source.close()
            self.assertEqual(self.saiten("run", "--no-snapshot", database="anew.db").returncode, 0)
            self.assertEqual(self.scores("crm.db"), self.scores("anew.db"), f"seed {SEED}")
            (self.folder / "anew.db").unlink()
        # Else nothing was tested.
        self.assertGreater(killed, 2, f"seed {SEED}")
        self.assertGreater(changes, 2, f"seed {SEED}")


class KillsWithoutALog(Kills):
    """The same where a column says when each row was last changed, kept by triggers of the database itself."""
    rules = UPDATED_RULES

    def follow(self):
        for table in ("contact", "visit"):
            self.write(f"ALTER TABLE {table} ADD COLUMN changed", f"UPDATE {table} SET changed = '2026-01-01T00:00:00Z'")
            for what in ("INSERT", "UPDATE"):
                self.write(f"CREATE TRIGGER {table}_{what} AFTER {what} ON {table} BEGIN UPDATE {table} SET changed = "
                           "strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE rowid = new.rowid; END")


if __name__ == "__main__":
    print(f"seed {SEED}")
    unittest.main()
