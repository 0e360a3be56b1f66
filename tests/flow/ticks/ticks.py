"""Automation in a database: however a history is cut into runs, with one thread or eight, on either engine, and through
kills (-9), the log of actions and decisions is the same to the byte, and nothing is sent twice.

req S1-44
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
SERIES = int(os.environ.get("SAITEN_SERIES", 2))
KILLS = int(os.environ.get("SAITEN_KILLS", 50))
# Clocks in New York go forward in the night to 8 March.
BEGIN = datetime.datetime(2026, 3, 2, 5, 0)
TABLES = [
    "saiten_actions", "saiten_decisions", "saiten_enrolments", "saiten_values", "saiten_scores", "saiten_members",
    "saiten_grants", "saiten_lists", "saiten_sent_message", "saiten_turn"
]
MAKE = """
CREATE TABLE users(id INTEGER PRIMARY KEY, name, team);
CREATE TABLE companies(id INTEGER PRIMARY KEY, name, size);
CREATE TABLE contacts(id INTEGER PRIMARY KEY, email, country, stage, score_in, company_id, out, created);
CREATE TABLE opens(contact_id, time, mail);
CREATE TABLE forms(nr, contact_id, time, arrived, name, budget);
INSERT INTO users VALUES (1, 'Ken', 'sales'), (2, 'Mai', 'sales'), (3, 'Ann', 'hq');
INSERT INTO companies VALUES (1, 'One', 5), (2, '二社', 50), (3, NULL, NULL);
"""


def spell(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + "Z"


class Ticks(unittest.TestCase):

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="saiten-ticks-"))
        self.addCleanup(shutil.rmtree, self.folder)
        shutil.copy(HERE / "crm.rules", self.folder)

    def begin(self, seed):
        self.random = random.Random(seed)
        base = self.folder / f"base{seed}.db"
        database = sqlite3.connect(base)
        database.executescript(MAKE)
        for number in range(1, 41):
            database.execute("INSERT INTO contacts VALUES (?, ?, ?, ?, ?, ?, ?, ?)", self.contact(number, BEGIN))
        for _ in range(60):
            database.execute(*self.open_at(BEGIN - datetime.timedelta(hours=self.random.randrange(1, 300))))
        database.commit()
        database.close()
        self.run_at(base, BEGIN)
        return base

    def contact(self, number, created):
        pick = self.random.choice
        return (number, pick([f"u{number}@x.jp", None]), pick([None, "JP", "US"]), pick([None, "Lead", "MQL"]),
                pick([None, 1, 2]), pick([None, 1, 2, 3]), 1 if self.random.random() < 0.1 else 0, spell(created))

    def open_at(self, moment):
        return ("INSERT INTO opens VALUES (?, ?, 'm')", (self.random.randrange(1, 46), spell(moment)))

    def form_at(self, moment, late):
        number = self.random.randrange(1, 46)
        return ("INSERT INTO forms VALUES (?, ?, ?, ?, ?, ?)",
                (self.random.randrange(1, 60), number, spell(moment - late), spell(moment),
                 self.random.choice(["a", "b", "資料"]), self.random.choice([5, 20, 50])))

    def run_at(self, database, moment, *more, expect=0):
        done = subprocess.run([SAITEN, "-C", self.folder, "run", "--db", database, "--as-of", spell(moment), "-q", *more],
                              capture_output=True, text=True)
        if expect is not None:
            self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done

    def story(self, database, but=()):
        connection = sqlite3.connect(database)
        out = []
        for table in TABLES:
            if table in but:
                continue
            there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table, )).fetchone()
            rows = connection.execute(f"SELECT * FROM {table}").fetchall() if there else []
            out += [(table, row) for row in (rows if table in ("saiten_actions", "saiten_decisions") else sorted(rows, key=repr))]
        keys = [row[1] for table, row in out if table == "saiten_actions"]
        self.assertEqual(len(keys), len(set(keys)))
        connection.close()
        return out

    def same(self, a, b, words):
        if a == b:
            return
        for left, right in zip(a, b):
            self.assertEqual(left, right, words)
        self.assertEqual(len(a), len(b), words)

    def history(self, database, days):
        """Events of some days, some late, some twice; the source's other tables stay."""
        connection = sqlite3.connect(database)
        for hour in range(days * 24):
            moment = BEGIN + datetime.timedelta(hours=hour, minutes=self.random.randrange(60))
            for _ in range(self.random.choice([0, 0, 1, 2])):
                connection.execute(*self.open_at(moment))
            if self.random.random() < 0.3:
                late = datetime.timedelta(hours=self.random.choice([0, 0, 0, 2, 30]))
                connection.execute(*self.form_at(moment, late))
        connection.commit()
        connection.close()

    def test_cuts_threads_and_engines(self):
        for seed in range(SEED, SEED + SERIES):
            with self.subTest(seed=seed):
                base = self.begin(seed)
                self.history(base, 12)
                end = BEGIN + datetime.timedelta(days=14)
                stories = {}
                for name, cuts, more in (("once", 0, ("--threads", "1", "--engine", "interp")), ("cut", 9, ()),
                                         ("often", 40, ("--threads", "8", "--config", "run.steps_at_once=1")), ("jit", 2, ("--engine", "jit"))):
                    database = self.folder / f"{name}{seed}.db"
                    shutil.copy(base, database)
                    seconds = sorted(self.random.sample(range(1, 14 * 86400), cuts))
                    for at in seconds:
                        self.run_at(database, BEGIN + datetime.timedelta(seconds=at), *more)
                    self.run_at(database, end, *more)
                    stories[name] = self.story(database)
                self.assertGreater(len(stories["once"]), 200)
                for name in ("cut", "often", "jit"):
                    self.same(stories["once"], stories[name], f"{seed}: {name}")

    def edit(self, database, moment):
        connection = sqlite3.connect(database)
        pick = self.random.randrange
        for _ in range(pick(1, 6)):
            number = pick(1, 46)
            what = pick(8)
            if what == 0:
                connection.execute("UPDATE contacts SET score_in = ? WHERE id = ?", (pick(4), number))
            elif what == 1:
                connection.execute("UPDATE contacts SET stage = ? WHERE id = ?",
                                   (self.random.choice(["Lead", "MQL", "SQL", None]), number))
            elif what == 2:
                connection.execute("UPDATE contacts SET company_id = ? WHERE id = ?",
                                   (self.random.choice([None, 1, 2, 3]), number))
            elif what == 3:
                connection.execute("DELETE FROM contacts WHERE id = ?", (number, ))
            elif what == 4:
                connection.execute("INSERT OR IGNORE INTO contacts VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                                   self.contact(pick(40, 60), moment))
            elif what == 5:
                connection.execute("UPDATE contacts SET out = 1 - out WHERE id = ?", (number, ))
            else:
                connection.execute(*self.open_at(moment - datetime.timedelta(minutes=pick(0, 3000))))
        connection.commit()
        connection.close()

    def test_kills(self):
        base = self.begin(SEED)
        calm, killed = self.folder / "calm.db", self.folder / "killed.db"
        shutil.copy(base, calm)
        shutil.copy(base, killed)
        done = stopped = 0
        moment = BEGIN
        length = 0.2
        while stopped < KILLS and done < 6 * KILLS:
            done += 1
            moment += datetime.timedelta(minutes=self.random.randrange(30, 1500))
            state = self.random.getstate()
            self.edit(calm, moment)
            self.random.setstate(state)
            self.edit(killed, moment)
            begun = time.monotonic()
            self.run_at(calm, moment)
            length = time.monotonic() - begun
            process = subprocess.Popen([
                SAITEN, "-C", self.folder, "--config", "run.steps_at_once=2", "run", "--db", killed, "--as-of",
                spell(moment), "-q"
            ],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(self.random.random() * length)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                stopped += 1
            self.run_at(killed, moment)
            self.same(self.story(calm, but=["saiten_members"]), self.story(killed, but=["saiten_members"]),
                      f"after {stopped} kills")
        self.assertGreaterEqual(stopped, KILLS // 2)
        self.assertGreater(len(self.story(calm)), 5 * KILLS)

    def test_a_lock_in_the_middle_loses_nothing(self):
        base = self.begin(SEED)
        self.history(base, 12)
        end = BEGIN + datetime.timedelta(days=14)
        calm = self.folder / "calm.db"
        shutil.copy(base, calm)
        self.run_at(calm, end)
        held = sqlite3.connect(base, isolation_level=None)
        held.execute("BEGIN IMMEDIATE")
        done = self.run_at(base, end, expect=75)
        self.assertIn("in use by another program", done.stderr)
        held.execute("COMMIT")
        held.close()
        self.run_at(base, end)
        self.same(self.story(calm), self.story(base), "after a lock")

    def test_rows_that_are_numbered_anew_are_told(self):
        base = self.begin(SEED)
        connection = sqlite3.connect(base, isolation_level=None)
        connection.execute("DELETE FROM opens WHERE rowid < 30")
        connection.execute("VACUUM")
        connection.close()
        done = subprocess.run([
            SAITEN, "--lang", "en", "-C", self.folder, "run", "--db", base, "--as-of",
            spell(BEGIN + datetime.timedelta(days=1))
        ],
                              capture_output=True, text=True)
        self.assertIn("the rows of event `open` have been numbered anew", done.stderr)

    def test_a_late_event_in_a_table_that_was_empty_starts_its_workflow(self):
        base = self.begin(SEED)
        connection = sqlite3.connect(base)
        late = BEGIN - datetime.timedelta(hours=1)
        connection.execute("INSERT INTO forms VALUES (1, 3, ?, ?, 'a', 50)", (spell(late), spell(late)))
        connection.commit()
        connection.close()
        self.run_at(base, BEGIN + datetime.timedelta(hours=1))
        enrolled = sqlite3.connect(base).execute(
            "SELECT id, enrolled FROM saiten_enrolments WHERE workflow = 'asked'").fetchall()
        self.assertEqual(enrolled, [(3, int(BEGIN.replace(tzinfo=datetime.timezone.utc).timestamp()) * 1000000)])

    def test_retention_forgets_decisions_and_nothing_else(self):
        base = self.begin(SEED)
        self.history(base, 6)
        self.run_at(base, BEGIN + datetime.timedelta(days=6))
        before = self.story(base, but=["saiten_decisions"])
        # Their clock is that of the rules, months before that of the machine.
        self.run_at(base, BEGIN + datetime.timedelta(days=6), "--config", "run.retention=1d")
        self.assertEqual(before, self.story(base, but=["saiten_decisions"]))
        left = sqlite3.connect(base).execute("SELECT count(*) FROM saiten_decisions").fetchone()[0]
        self.assertEqual(left, 0)

    def test_rules_change_while_people_are_inside(self):
        base = self.begin(SEED)
        self.history(base, 6)
        self.run_at(base, BEGIN + datetime.timedelta(days=5))
        rules = self.folder / "crm.rules"
        inside = lambda: sqlite3.connect(base).execute(
            "SELECT workflow, count(*) FROM saiten_enrolments WHERE status = 'active' GROUP BY 1").fetchall()
        before = dict(inside())
        self.assertGreater(before.get("quiet", 0), 0)
        # Renamed: another workflow, which begins now; those inside the old one have ended.
        rules.write_text(rules.read_text().replace("workflow quiet", "workflow silent"))
        done = subprocess.run([
            SAITEN, "--lang", "en", "-C", self.folder, "run", "--db", base, "--as-of",
            spell(BEGIN + datetime.timedelta(days=5, minutes=1))
        ],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"{before['quiet']} run(s) through workflows have ended", done.stderr)
        after = dict(inside())
        self.assertEqual(after.get("quiet", 0), 0)
        removed = sqlite3.connect(base).execute(
            "SELECT count(*) FROM saiten_enrolments WHERE workflow = 'quiet' AND status = 'removed'").fetchone()[0]
        self.assertEqual(removed, before["quiet"])
        # Edited: those inside go on, and the run says so.
        rules.write_text(rules.read_text().replace('subject "again"', 'subject "once more"').replace(
            "  wait 1 day\n  send offer", "  wait 2 days\n  send offer"))
        done = subprocess.run([
            SAITEN, "--lang", "en", "-C", self.folder, "run", "--db", base, "--as-of",
            spell(BEGIN + datetime.timedelta(days=5, minutes=2))
        ],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_clock_set_back_is_refused(self):
        base = self.begin(SEED)
        self.run_at(base, BEGIN + datetime.timedelta(days=1))
        before = self.story(base)
        done = self.run_at(base, BEGIN, expect=2)
        self.assertIn("do not run backwards", done.stderr)
        self.assertEqual(before, self.story(base))

    def test_a_key_of_another_type_is_refused(self):
        base = self.begin(SEED)
        self.history(base, 2)
        self.run_at(base, BEGIN + datetime.timedelta(days=2))
        before = self.story(base)
        self.assertTrue(any(table == "saiten_actions" for table, _ in before))
        rules = self.folder / "crm.rules"
        text = rules.read_text()
        rules.write_text(text.replace("  id:      int key", "  id:      text key"))
        done = self.run_at(base, BEGIN + datetime.timedelta(days=3), expect=2)
        self.assertIn("`contact.id` was of type int when automation ran before", done.stderr)
        self.assertIn("write `id: int key` in `object contact`", done.stderr)
        done = self.run_at(base, BEGIN + datetime.timedelta(days=3), "--lang", "ja", expect=2)
        self.assertIn("`contact.id`の型はint", done.stderr)
        self.assertEqual(before, self.story(base))
        rules.write_text(text)
        self.run_at(base, BEGIN + datetime.timedelta(days=3))

    def test_a_dry_run_writes_nothing(self):
        base = self.begin(SEED)
        self.history(base, 3)
        before = self.story(base)
        self.run_at(base, BEGIN + datetime.timedelta(days=3), "--dry-run")
        self.assertEqual(before, self.story(base))


if __name__ == "__main__":
    unittest.main()
