"""Ten runs killed (-9) at random moments of load, refresh, evaluation and write, while the data change: the run after each
kill is right and says what it did.

Right means: the results that a run writes which begins from nothing, on a copy of the database.
"""
import datetime
import json
import os
import pathlib
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

SAITEN = pathlib.Path(sys.argv.pop(1)).resolve()
SEED = int(os.environ.get("SAITEN_SEED", 20260630))
RULES = """timezone "UTC"
object contact { id: int key  email: text?  age: int? }
event visit of contact { page: text? }
list vip of contact from "vip_rows"
score s for contact {
  +1 when age > 50
  +3 when in list vip
  +2 per visit where page == "pricing"
  +1 when no visit in last 30 days
  bands heat { cold  warm from 5  hot from 9 }
}
segment old for contact where age > 80 and s > 3
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

    def results(self, database):
        connection = sqlite3.connect(self.folder / database)
        rows = [connection.execute(query).fetchall() for query in (
            "SELECT object, id, score, points, band FROM saiten_scores ORDER BY 1, 3, 2",
            "SELECT segment, object, id FROM saiten_members ORDER BY 1, 2, 3")]
        connection.close()
        return rows

    def is_writing(self):
        """Whether somebody has begun to write the database: its journal is there, or its log has something in it."""
        try:
            return (self.folder / "crm.db-journal").exists() or (self.folder / "crm.db-wal").stat().st_size > 0
        except FileNotFoundError:
            return False

    def seconds(self, *arguments):
        out = self.saiten("run", "--json", *arguments)
        self.assertEqual(out.returncode, 0, out.stderr)
        return json.loads(out.stdout)["seconds"]

    def kill(self, phase, random_part):
        """Kills a run in this phase of its work; whether it was killed, and whether it was writing."""
        cache = self.folder / "crm.db.saiten"
        arguments = []
        if phase == "load":
            shutil.rmtree(cache)
        elif phase != "refresh":
            arguments = ["--full", "--engine", "interp"]
        child = subprocess.Popen([SAITEN, "-C", self.folder, "run", "--db", "crm.db", *arguments],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while child.poll() is None and not (cache / "running").exists():
            time.sleep(0.0005)
        if phase == "write":
            while child.poll() is None and not self.is_writing():
                time.sleep(0.0002)
            random_part *= self.late.pop()  # one of them at once: a run may write within its commit alone
        time.sleep(random_part * self.lengths[phase] + (self.lengths["refresh"] if phase == "evaluate" else 0))
        writing = self.is_writing()
        child.send_signal(signal.SIGKILL)
        return child.wait() == -signal.SIGKILL and (cache / "running").exists(), writing

    def after(self, phase, killed):
        """The next run is right, and says what it did."""
        where = f"seed {SEED}, {phase}"
        resume = killed and self.random.random() < 0.5
        threads = self.random.choice(["1", "8"])
        note = (self.folder / "crm.db.saiten" / "running").read_text() if killed else ""
        run = self.saiten("run", "--json", "--threads", threads, *(["--resume"] if resume else []))
        self.assertEqual(run.returncode, 0, f"{where}: {run.stderr}")
        report = json.loads(run.stdout)
        self.assertEqual("was stopped before its end; this one was a new run" in run.stderr, killed and not resume, where)
        if resume:
            as_of = int(re.search(r"as_of[^0-9]*([0-9]+)", note).group(1)) // 1_000_000
            self.assertEqual(report["as_of"], datetime.datetime.fromtimestamp(as_of, datetime.timezone.utc).strftime(
                "%Y-%m-%dT%H:%M:%SZ"), where)
        anew = sqlite3.connect(self.folder / "anew.db")
        source = sqlite3.connect(self.folder / "crm.db")
        source.backup(anew)
        anew.execute("PRAGMA journal_mode = delete")
        anew.close()
        source.close()
        again = self.saiten("run", "--no-snapshot", "--full", "--as-of", report["as_of"], database="anew.db")
        self.assertEqual(again.returncode, 0, f"{where}: {again.stderr}")
        self.assertEqual(self.results("crm.db"), self.results("anew.db"), where)
        (self.folder / "anew.db").unlink()
        return report["read_from"]

    def test_ten_kills(self):
        load = self.seconds()
        self.edit()
        refresh = self.seconds()
        full = self.seconds("--full", "--engine", "interp")
        self.lengths = {"load": load["load"], "refresh": refresh["load"], "evaluate": full["compute"],
                        "write": full["write"]}
        phases = ["load"] * 2 + ["refresh"] * 3 + ["evaluate"] * 2 + ["write"] * 3
        self.random.shuffle(phases)
        self.late = [0, 0.2, 1]
        killed, writing, read_from = 0, 0, []
        for phase in phases:
            self.edit()
            was_killed, was_writing = self.kill(phase, self.random.random())
            killed += was_killed
            writing += was_killed and was_writing
            self.edit()
            read_from.append(self.after(phase, was_killed))
        # On a busy machine the moment is easily missed: again until one run was hit while it wrote.
        for _ in range(40):
            if writing > 0:
                break
            self.edit()
            self.late.append(0)
            was_killed, was_writing = self.kill("write", 0)
            writing += was_killed and was_writing
            self.after("write", was_killed)
        # Else nothing was tested.
        self.assertGreaterEqual(killed, 6, f"seed {SEED}")
        self.assertGreaterEqual(writing, 1, f"seed {SEED}")
        self.assertIn("changes", read_from, f"seed {SEED}")


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
