"""Workflows that are edited while people are inside (sem R6): who is inside goes on as if nothing had been edited, or
moves, or ends, as the new version says; with one thread or eight, on either engine, cut anywhere and killed (-9), the
log is the same.

req S0-48
"""
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
SEED = int(os.environ.get("SAITEN_SEED", 20260301))
KILLS = int(os.environ.get("SAITEN_KILLS", 8))
BEGIN = datetime.datetime(2026, 3, 2, 0, 0)
RULES = """
timezone "Asia/Tokyo"
use std.messages
enum Stage { Lead MQL SQL }
object user from "users" { id: int key  name: text? }
object contact from "contacts" {
  id: int key
  email: text? as address
  country: text? as country
  plan: text?
  stage: Stage?
  out: bool as opt_out
}
event signup of contact from "signups" at "time" { kind: text? }

let answer for contact = if plan is known then 40 else 2
fn half(x: int) = x / 2
score interest for contact {
  +10 per signup at most 3
  +5 when stage == MQL
}
segment gone for contact where out
segment eager for contact where interest >= 20

action crm(c: contact, n: decimal(6)) webhook "https://crm.example.com/x" { id: c.id, n: n }
template hello for contact class one_to_one {
  from "a@example.com"
  subject "Hello"
  body "First words for ${plan else "you"}: ${interest}"
}
template offer for contact class one_to_one {
  from "a@example.com"
  subject "Offer"
  body "Old offer"
}

workflow care for contact priority 3 {
  on signup as s
  re-enter
  suppress gone
  goal stage == SQL
  send hello
  wait for email_open where email == hello up to 1 day {
    send offer
  } else {
    notify user "Ken" "no answer of ${id}: ${s.kind else "-"}"
  }
  call crm(contact, half(answer))
  if contact in segment eager { task "call" assign user "Ken" } else { set stage = MQL }
  step pause: wait 3 days
  send hello with subject "again"
  step rest: wait 2 days
  send offer with subject "last"
}
workflow other for contact {
  on signup
  re-enter
  wait 36h
  notify user "Ken" "other ${id}"
}
"""
# What reads differently in another version, each by itself an edit of `care`.
EDITS = {
    "the workflow": ('subject "again"', 'subject "once more"'),
    "a template": ("Old offer", "New offer"),
    "a segment": ("interest >= 20", "interest >= 1000"),
    "a score that it reads": ("+10 per signup", "+1 per signup"),
    "a function": ("x / 2", "x / 4"),
    "a value": ("then 40 else 2", "then 41 else 3"),
    "an action": ("n: n }", "number: n }"),
    "a waiting step": ("step pause: wait 3 days", "step pause: wait 5 days"),
    "the name of a step": ("step rest: wait 2 days", "step repose: wait 2 days"),
    "a template that is renamed": ("hello", "welcome"),
}


def spell(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + "Z"


def day(number, hour=0):
    return BEGIN + datetime.timedelta(days=number, hours=hour)


class Versions(unittest.TestCase):

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="saiten-versions-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.write(RULES)

    def write(self, rules):
        (self.folder / "crm.rules").write_text(rules)

    def edit(self, *edits, rules=RULES):
        for before, after in edits:
            self.assertIn(before, rules)
            rules = rules.replace(before, after)
        self.write(rules)

    def begin(self, name="base.db", people=12):
        pick = random.Random(SEED)
        path = self.folder / name
        database = sqlite3.connect(path)
        database.executescript("""
            CREATE TABLE users(id INTEGER PRIMARY KEY, name);
            INSERT INTO users VALUES (1, 'Ken');
            CREATE TABLE contacts(id INTEGER PRIMARY KEY, email, country, plan, stage, out);
            CREATE TABLE signups(contact_id, time, kind);
        """)
        for number in range(1, people + 1):
            database.execute("INSERT INTO contacts VALUES (?, ?, ?, ?, ?, 0)",
                             (number, f"u{number}@x.jp", pick.choice(["JP", "US"]), pick.choice([None, "gold"]),
                              pick.choice([None, "Lead", "MQL"])))
        database.commit()
        database.close()
        self.run_at(path, BEGIN)
        return path

    def signups(self, path, moment, numbers):
        database = sqlite3.connect(path)
        for number in numbers:
            for more in range(1 + number % 3):
                at = moment + datetime.timedelta(minutes=5 * number + more)
                database.execute("INSERT INTO signups VALUES (?, ?, ?)", (number, spell(at), "k"))
        database.commit()
        database.close()

    def opened(self, path, moment, numbers, template="hello"):
        """What a delivery tells of those who opened their mail."""
        database = sqlite3.connect(path)
        database.execute("CREATE TABLE IF NOT EXISTS saiten_message_events(seq INTEGER PRIMARY KEY, id TEXT UNIQUE, object "
                         "TEXT, event TEXT, record, time TEXT, email TEXT, step TEXT, workflow TEXT, action TEXT, url TEXT, "
                         "hard INTEGER)")
        for number in numbers:
            database.execute("INSERT INTO saiten_message_events(id, object, event, record, time, email) "
                             "VALUES (?, 'contact', 'email_open', ?, ?, ?)", (f"e{number}", number, spell(moment), template))
        database.commit()
        database.close()

    def run_at(self, path, moment, *more, expect=0):
        done = subprocess.run(
            [SAITEN, "--lang", "en", "-C", self.folder, "run", "--db", path, "--as-of", spell(moment), *more],
            capture_output=True, text=True)
        if expect is not None:
            self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done

    def sql(self, path, text):
        database = sqlite3.connect(path)
        database.executescript(text)
        database.close()

    def rows(self, path, sql, *values):
        database = sqlite3.connect(path)
        try:
            return database.execute(sql, values).fetchall()
        finally:
            database.close()

    def log(self, path, ids=None, workflow="care"):
        """Actions and decisions about these people, without their numbers."""
        rows = self.rows(
            path, "SELECT time, 'action', kind, id, workflow, step, payload, key, seq FROM saiten_actions UNION ALL "
            "SELECT time, kind, detail, id, workflow, step, fields, key, seq FROM saiten_decisions ORDER BY 1, 9")
        return [row[:-1] for row in rows if (ids is None or row[3] in ids) and workflow in (None, row[4])]

    def whole(self, path):
        out = self.log(path, workflow=None)
        for table in ("saiten_enrolments", "saiten_values", "saiten_scores", "saiten_members"):
            out += sorted(self.rows(path, f"SELECT * FROM {table}"), key=repr)
        return out

    def versions(self, path, workflow="care"):
        return dict(
            self.rows(path, "SELECT version, count(*) FROM saiten_enrolments WHERE workflow = ? AND status = 'active' "
                      "GROUP BY 1", workflow))

    def copy(self, path, name):
        to = self.folder / name
        shutil.copy(path, to)
        return to

    def test_who_is_inside_goes_on_as_if_nothing_had_changed(self):
        for name, edit in {**EDITS, "everything": None}.items():
            with self.subTest(name):
                self.write(RULES)
                base = self.begin(f"base {name}.db")
                self.signups(base, day(0, 1), range(1, 8))
                self.run_at(base, day(0, 20))
                calm = self.copy(base, f"calm {name}.db")
                edits = [edit] if edit else [pair for pair in EDITS.values() if pair[0] != "hello"]
                template = "welcome" if edit and edit[0] == "hello" else "hello"
                for path in (base, calm):
                    self.signups(path, day(1, 1), [9, 10])
                self.opened(base, day(0, 21), [1, 3])
                self.opened(calm, day(0, 21), [1, 3])
                self.run_at(calm, day(1))
                self.run_at(calm, day(3))
                self.run_at(calm, day(12))
                self.edit(*edits)
                done = self.run_at(base, day(1))
                self.assertIn("7 run(s) of `care` go on in version", done.stderr)
                self.assertNotIn("cannot be run", done.stderr)
                self.run_at(base, day(3))
                self.assertEqual(len(self.versions(base)), 2)
                self.run_at(base, day(12))
                early = set(range(1, 8))
                self.assertEqual(self.log(calm, early), self.log(base, early))
                self.assertGreater(len(self.log(base, early)), 50)
                ways = [row[3] for row in self.log(base, early) if row[1:3] == ("branch", "then")]
                self.assertEqual(ways, [1, 3])
                if name in ("a template", "everything"):
                    late = [row for row in self.log(base, {9, 10}) if "New offer" in (row[6] or "")]
                    self.assertGreater(len(late), 0)
                self.assertTrue(all("@" not in (row[5] or "") for row in self.log(base)))
                mails = {json.loads(row[6])["template"] for row in self.log(base) if row[1:3] == ("action", "mail")}
                self.assertLessEqual(mails, {"hello", "offer", template})
                # Nothing of what only they needed is left, nor is any of it a result of the rules.
                self.assertEqual(self.rows(base, "SELECT count(*) FROM saiten_flow_version"), [(2, )])
                self.assertEqual(self.rows(base, "SELECT count(DISTINCT score) FROM saiten_scores"), [(1, )])
                self.assertEqual(self.rows(base, "SELECT segment FROM saiten_members WHERE segment LIKE '%@%'"), [])

    def story(self, name, *more, cuts=(), kill=None):
        """Three versions, people in each of them."""
        self.write(RULES)
        path = self.begin(name)
        kills = 0
        stages = [(0, 12, None, range(1, 6)), (1, 6, ["the workflow", "a score that it reads"], range(4, 9)),
                  (2, 20, ["the workflow", "a template", "a segment", "a waiting step"], range(7, 12)), (14, 0, None, [])]
        edits = []
        for number, hour, names, people in stages:
            edits = names or edits
            self.edit(*(EDITS[each] for each in edits))
            self.signups(path, day(number, hour) - datetime.timedelta(hours=3), people)
            for at in [each for each in cuts if each < day(number, hour)] + [day(number, hour)]:
                if at <= getattr(self, "reached", BEGIN - datetime.timedelta(days=1)):
                    continue
                if kill:
                    for _ in range(2):
                        kills += kill(path, at)
                self.run_at(path, at, *more)
        return path, kills

    def test_threads_engines_and_kills(self):
        plain, _ = self.story("plain.db", "--threads", "1", "--engine", "interp")
        self.assertGreater(len(self.whole(plain)), 200)
        eight, _ = self.story("eight.db", "--threads", "8", "--engine", "jit", "--config", "run.steps_at_once=1")
        self.assertEqual(self.whole(plain), self.whole(eight))
        chance = random.Random(SEED)

        def kill(path, at):
            process = subprocess.Popen([
                SAITEN, "-C", self.folder, "--config", "run.steps_at_once=1", "run", "--db", path, "--as-of",
                spell(at), "-q"
            ], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(chance.random() * 0.1)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                return 1
            return 0

        killed = 0
        for attempt in range(KILLS):
            path, kills = self.story(f"killed{attempt}.db", kill=kill)
            killed += kills
            self.assertEqual(self.whole(plain), self.whole(path))
            if killed >= KILLS:
                break
        self.assertGreaterEqual(killed, KILLS // 2)

    def test_move_at_next_wait(self):
        base = self.begin()
        self.signups(base, day(0, 1), [1, 2])
        self.run_at(base, day(0, 20))
        before = set(self.versions(base))
        self.edit(("  re-enter\n  suppress gone", "  re-enter\n  in-flight move at next wait\n  suppress gone"),
                  EDITS["a template"], EDITS["the workflow"], EDITS["a waiting step"], EDITS["the name of a step"])
        done = self.run_at(base, day(1))
        self.assertIn("2 run(s) of `care` go on in version", done.stderr)
        self.assertIn("no step of these names any more: `rest`", done.stderr)
        self.assertEqual(set(self.versions(base)), before)
        # At `pause` they are in the new version, whose pause takes five days.
        self.run_at(base, day(2))
        self.assertFalse(before & set(self.versions(base)))
        moved = self.rows(base, "SELECT id, step, detail FROM saiten_decisions WHERE kind = 'moved' ORDER BY id")
        self.assertEqual([row[:2] for row in moved], [(1, "pause"), (2, "pause")])
        self.assertEqual({row[2] for row in moved}, before)
        self.run_at(base, day(5))
        self.assertNotIn("once more", repr(self.log(base)))
        self.run_at(base, day(12))
        subjects = [json.loads(row[6])["subject"] for row in self.log(base, {1}) if row[2] == "mail"]
        self.assertEqual(subjects[-2:], ["once more", "last"])
        self.assertIn("New offer", self.log(base, {1})[-2][6])
        keys = self.rows(base, "SELECT count(*), count(DISTINCT key) FROM saiten_actions")[0]
        self.assertEqual(*keys)

    def test_a_wait_that_the_new_version_has_not_is_waited_in_the_old_one(self):
        base = self.begin()
        self.signups(base, day(0, 1), [1])
        self.run_at(base, day(0, 20))
        self.edit(("  re-enter\n  suppress gone", "  re-enter\n  in-flight move at next wait\n  suppress gone"),
                  EDITS["the workflow"], ("step pause:", "step halt:"))
        self.run_at(base, day(1))
        self.run_at(base, day(12))
        subjects = [json.loads(row[6])["subject"] for row in self.log(base, {1}) if row[2] == "mail"]
        self.assertEqual(subjects[-2:], ["again", "last"])
        self.assertEqual(self.rows(base, "SELECT step FROM saiten_decisions WHERE kind = 'moved'"), [("rest", )])

    def test_end(self):
        base = self.begin()
        self.signups(base, day(0, 1), [1, 2])
        self.run_at(base, day(0, 20))
        self.edit(("  re-enter\n  suppress gone", "  re-enter\n  in-flight end\n  suppress gone"))
        self.run_at(base, day(1))
        ended = self.rows(base, "SELECT status, count(*) FROM saiten_enrolments WHERE workflow = 'care' GROUP BY 1")
        self.assertEqual(ended, [("left", 2)])
        self.assertEqual(self.rows(base, "SELECT count(*) FROM saiten_flow_version"), [(2, )])

    def test_a_goal_that_counts_behind_the_end_is_that_of_the_version(self):
        begin, end = RULES.index("workflow care"), RULES.index("workflow other")
        rules = RULES[:begin] + """workflow care for contact {
  on signup
  re-enter
  goal stage == SQL count for 10 days after
  notify user "Ken" "came"
}
"""
        self.assertLess(begin, end)
        self.write(rules)
        base = self.begin(people=2)
        self.sql(base, "UPDATE contacts SET stage = NULL")
        self.signups(base, day(0, 1), [1, 2])
        self.run_at(base, day(0, 20))
        self.edit(("stage == SQL count", "stage == MQL count"), rules=rules)
        self.run_at(base, day(1))
        self.sql(base, "UPDATE contacts SET stage = CASE id WHEN 1 THEN 'SQL' ELSE 'MQL' END")
        self.run_at(base, day(2))
        counted = "SELECT id FROM saiten_decisions WHERE kind = 'goal after'"
        self.assertEqual(self.rows(base, counted), [(1, )])
        self.assertEqual(self.rows(base, "SELECT count(*) FROM saiten_flow_version"), [(2, )])
        # Behind the time in which it may count nobody needs the old text.
        self.sql(base, "UPDATE contacts SET stage = 'SQL'")
        self.run_at(base, day(12))
        self.assertEqual(self.rows(base, counted), [(1, )])
        self.assertEqual(self.rows(base, "SELECT count(*) FROM saiten_flow_version"), [(1, )])

    def test_what_does_not_fit_the_schema_any_more_stands_still(self):
        base = self.begin()
        self.signups(base, day(0, 1), [1, 2, 3])
        self.run_at(base, day(0, 20))
        calm = self.copy(base, "calm.db")
        self.run_at(calm, day(4))
        self.run_at(calm, day(5))
        without = [("  plan: text?\n", ""), ("if plan is known then 40 else 2", "7"), ("${plan else \"you\"}", "you")]
        self.edit(*without)
        before = self.rows(base, "SELECT * FROM saiten_enrolments WHERE workflow = 'care'")
        done = self.run_at(base, day(3), expect=4)
        self.assertIn("3 run(s) of `care` stand still", done.stderr)
        self.assertIn("plan", done.stderr)
        self.assertEqual(before, self.rows(base, "SELECT * FROM saiten_enrolments WHERE workflow = 'care'"))
        # Nobody comes in twice, and the others go on.
        self.signups(base, day(3, 1), [1, 5])
        self.run_at(base, day(4), expect=4)
        new = self.rows(base, "SELECT id, status FROM saiten_enrolments WHERE workflow = 'care' ORDER BY id")
        self.assertEqual(new, [(1, "active"), (2, "active"), (3, "active"), (5, "active")])
        self.assertIn((1, "already active"), self.rows(base, "SELECT id, detail FROM saiten_decisions WHERE kind = 'refused'"))
        with self.subTest("the property is back"):
            back = self.copy(base, "back.db")
            self.write(RULES)
            self.run_at(back, day(5))
            what = lambda path: [row[1:] for row in self.log(path, {2, 3}) if row[1] == "action"]
            self.assertEqual(what(calm), what(back))
        with self.subTest("they move"):
            move = self.copy(base, "move.db")
            self.edit(*without, ("  re-enter\n  suppress gone", "  re-enter\n  in-flight move at next wait\n  suppress gone"))
            self.assertIn("they go on in the new one", self.run_at(move, day(5)).stderr)
            self.assertEqual(len(self.versions(move)), 1)
        with self.subTest("they are ended"):
            self.edit(*without)
            off = self.copy(base, "off.db")
            subprocess.run([SAITEN, "-C", self.folder, "workflow", "off", "care", "--cancel", "--db", off, "--as-of",
                            spell(day(4))], check=True, capture_output=True)
            self.run_at(off, day(5), expect=None)
            self.assertEqual(self.versions(off), {})
            self.run_at(off, day(6))

    def test_commands_are_of_all_versions(self):
        base = self.begin()
        self.signups(base, day(0, 1), [1])
        self.run_at(base, day(0, 20))
        self.edit(EDITS["the workflow"])
        self.signups(base, day(0, 21), [2])
        self.run_at(base, day(1))
        self.assertEqual(len(self.versions(base)), 2)
        command = lambda *words: subprocess.run([SAITEN, "-C", self.folder, "workflow", *words, "--db", base],
                                                check=True, capture_output=True)
        command("pause", "care", "--as-of", spell(day(1)))
        quiet = len([row for row in self.log(base) if row[1] == "action"])
        self.run_at(base, day(8))
        self.assertEqual(quiet, len([row for row in self.log(base) if row[1] == "action"]))
        command("resume", "care", "--keep", "--as-of", spell(day(8)))
        self.run_at(base, day(8, 1))
        self.assertGreater(len([row for row in self.log(base) if row[1] == "action"]), quiet)
        command("enrol", "care", "contact", "1", "--remove", "--as-of", spell(day(8, 1)))
        command("off", "care", "--cancel", "--as-of", spell(day(8, 2)))
        self.run_at(base, day(9))
        ended = self.rows(base, "SELECT id, status FROM saiten_enrolments WHERE workflow = 'care' ORDER BY id")
        self.assertEqual(ended, [(1, "removed"), (2, "off")])

    def test_deleted_and_renamed(self):
        base = self.begin()
        self.signups(base, day(0, 1), [1])
        self.run_at(base, day(0, 20))
        self.edit(("workflow care", "workflow nurse"))
        done = self.run_at(base, day(1))
        self.assertIn("1 run(s) through workflows have ended", done.stderr)
        self.assertEqual(self.rows(base, "SELECT status FROM saiten_enrolments WHERE workflow = 'care'"), [("removed", )])
        self.assertEqual(self.rows(base, "SELECT flow FROM saiten_flow_version ORDER BY 1"), [("nurse", ), ("other", )])

    def test_a_dry_run_says_the_same_and_writes_nothing(self):
        base = self.begin()
        self.signups(base, day(0, 1), [1])
        self.run_at(base, day(0, 20))
        self.edit(EDITS["the workflow"])
        before = self.whole(base)
        dry = self.run_at(base, day(9), "--dry-run", "--json")
        self.assertEqual(before, self.whole(base))
        wet = self.run_at(base, day(9), "--json")
        for what in ("versions", "actions", "ended", "steps"):
            self.assertEqual(json.loads(dry.stdout)["automation"][what], json.loads(wet.stdout)["automation"][what])


if __name__ == "__main__":
    unittest.main()
