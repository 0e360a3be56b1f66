#!/usr/bin/env python3
"""Figures of workflows from the command line: goals after completion, figures side by side, targets, own reports in SQL,
and the page that `saiten report` makes of them.

usage: workflow_figures.py SAITEN
"""
import html
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

SAITEN = os.path.abspath(sys.argv.pop(1))
ROOT = pathlib.Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

RULES = """
timezone "Asia/Tokyo"
use std.messages
enum Source { Web "web" | "www"  Fair "fair" }
enum Stage { Lead "lead"  Customer "customer" }
object user from "users" { id: int key  name: text  team: text }
object contact from "contacts" {
  id: int key
  email: text? as address
  source: Source?
  stage: Stage
  owner: user? as owner
  out: bool? as opt_out
}
event form of contact from "forms" { kind: text }
score interest for contact { +1 per form }
template hello for contact class one_to_one {
  from "team@example.com"
  subject "Hello"
  body "Hello"
}
workflow nurture "案内" for contact {
  on form
  once
  goal stage == Customer count for 30 days after
  send hello
  grant 5 to interest reason "asked"
  task "Call" assign owner
  wait 1 day
}
"""


class Figures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.folder = pathlib.Path(cls.temporary.name)
        (cls.folder / "crm.rules").write_text(RULES, encoding="utf-8")
        cls.sql("CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT, team TEXT);"
                "INSERT INTO users VALUES(1, 'Ken', 'east'), (2, 'Mai', 'west');"
                "CREATE TABLE contacts(id INTEGER PRIMARY KEY, email, source, stage, owner_id, out);"
                "CREATE TABLE forms(contact_id INTEGER, time TEXT, kind TEXT);"
                "INSERT INTO contacts VALUES(1, 'a@example.com', 'web', 'lead', 1, 0),"
                "(2, 'b@example.com', 'www', 'lead', 2, 0), (3, 'c@example.com', 'fair', 'lead', 2, 0),"
                "(4, 'd@example.com', NULL, 'lead', NULL, 0)")
        cls.run_at("2025-05-01")
        # Months are those of Tokyo.
        cls.form(1, "2025-05-31T23:59:00+09:00", "2025-06-01")
        cls.form(2, "2025-06-01T00:30:00+09:00", "2025-06-03")
        cls.become_customer(1, "2025-06-30")  # within 30 days
        cls.form(3, "2026-06-10T12:00:00+09:00", "2026-06-12")
        cls.become_customer(2, "2026-06-13")  # a year late
        cls.form(4, "2026-06-13T12:00:00+09:00", "2026-06-15")
        cls.become_customer(3, "2026-06-16")
        cls.become_customer(4, "2026-08-15")

    @classmethod
    def sql(cls, text):
        database = sqlite3.connect(cls.folder / "crm.db")
        if ";" in text:
            database.executescript(text)
            rows = []
        else:
            rows = database.execute(text).fetchall()
            database.commit()
        database.close()
        return rows

    @classmethod
    def saiten(cls, *words, code=0):
        done = subprocess.run([SAITEN, *words], cwd=cls.folder, capture_output=True, text=True)
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr

    @classmethod
    def run_at(cls, time):
        cls.saiten("run", "--db", "crm.db", "--as-of", time, "-q")

    @classmethod
    def form(cls, who, time, run):
        cls.sql(f"INSERT INTO forms VALUES({who}, '{time}', 'demo')")
        cls.run_at(run)

    @classmethod
    def become_customer(cls, who, run):
        cls.sql(f"UPDATE contacts SET stage = 'customer' WHERE id = {who}")
        cls.run_at(run)

    def show(self, *words):
        return json.loads(self.saiten("workflow", "show", "nurture", "--db", "crm.db", "--json", *words))

    def slices(self, by):
        return {one["slice"]: one for one in self.show("--by", by)["slices"]}

    # Through runs of saiten that each begin anew: contacts 1 and 3 within 30 days, 2 and 4 later.
    # req S1-116 S1-117 S3-18
    def test_goals_after_completion(self):
        figures = self.show()
        self.assertEqual(figures["ended"], {"completed": 4})
        self.assertEqual(figures["goal_rate"], {"k": 2, "n": 4, "rate": 0.5})
        self.assertEqual(figures["goal_after_completion"], {"k": 2, "n": 4, "rate": 0.5})
        self.assertEqual(figures["influenced_goal_rate"]["k"], 2)
        self.assertEqual(self.sql("SELECT id, count(*) FROM saiten_decisions WHERE kind = 'goal after' GROUP BY id"),
                         [(1, 1), (3, 1)])
        self.assertIn("goal reached after completion", self.saiten("why", "contact", "1", "--db", "crm.db",
                                                                   "--workflow", "nurture"))
        self.assertIn("完了後にゴールを達成", self.saiten("why", "contact", "1", "--db", "crm.db", "--workflow",
                                                "nurture", "--lang", "ja"))
        self.assertIn("goal after completion   2 / 4 = 50.0 %", self.saiten("workflow", "show", "nurture", "--db",
                                                                            "crm.db"))

    # req S0-39 S3-28 S3-16
    def test_by_time(self):
        months = self.show("--by", "month")["slices"]
        self.assertEqual([one["slice"] for one in months], ["2025-05", "2025-06"] + [
            f"2025-{month:02}" for month in range(7, 13)] + [f"2026-{month:02}" for month in range(1, 7)])
        self.assertEqual([months[at]["enrolled"] for at in (0, 1, 2, 13)], [1, 1, 0, 2])
        self.assertEqual(months[13]["year_before"]["slice"], "2025-06")
        self.assertEqual(months[13]["year_before"]["rise"], 1.0)
        self.assertEqual(months[13]["year_before"]["goal_rate"]["difference"], 0.5)
        self.assertIsNone(months[2]["year_before"])
        before, after = self.show("--by", "2026-01-01")["slices"]
        self.assertEqual((before["enrolled"], after["enrolled"]), (2, 2))
        self.assertEqual(after["before"]["goal_rate"]["p"], 1.0)
        self.assertEqual(self.slices("year")["2026"]["before"]["rise"], 0.0)
        self.assertIn("to a year before", self.saiten("workflow", "show", "nurture", "--db", "crm.db", "--by", "week"))
        self.assertIn("前年比", self.saiten("workflow", "show", "nurture", "--db", "crm.db", "--by", "month", "--lang", "ja"))

    # req S0-44 S3-32
    def test_by_people_and_sources(self):
        source = self.slices("source")
        self.assertEqual({name: one["enrolled"] for name, one in source.items()}, {"Web": 2, "Fair": 1, None: 1})
        self.assertEqual(source["Web"]["goal_rate"]["rate"], 0.5)
        rep = self.slices("rep")
        self.assertEqual({name: one["tasks"] for name, one in rep.items()},
                         {"Ken": {"open": 1}, "Mai": {"open": 2}, None: {"open": 1}})
        self.assertEqual(rep["Mai"]["goal_rate"], {"k": 1, "n": 2, "rate": 0.5})
        self.assertEqual({name: one["enrolled"] for name, one in self.slices("team").items()},
                         {"east": 1, "west": 2, None: 1})
        self.assertEqual({name: one["enrolled"] for name, one in self.slices("owner.team").items()},
                         {"east": 1, "west": 2, None: 1})
        self.assertEqual(list(self.slices("owner")), ["Ken", "Mai", None])
        self.assertEqual(self.slices("template")["hello"]["enrolled"], 4)
        self.assertEqual(list(self.slices("start")), ["on form"])
        said = self.saiten("workflow", "show", "nurture", "--db", "crm.db", "--by", "sorce", code=2)
        self.assertIn("did you mean `source`", said)

    # What the steps gave to scores, and which links were followed.
    # req S1-90 S1-113 S1-114
    def test_points_and_links(self):
        with tempfile.TemporaryDirectory() as other:
            copy = pathlib.Path(other) / "crm.db"
            with sqlite3.connect(self.folder / "crm.db") as here, sqlite3.connect(copy) as there:
                here.backup(there)
            there = sqlite3.connect(copy)
            there.execute("CREATE TABLE IF NOT EXISTS saiten_message_events(seq INTEGER PRIMARY KEY, id, object, event, "
                          "record, time TEXT, email, step, workflow, action, url, hard)")
            for who, url in ((1, "https://example.com/pricing"), (1, "https://example.com/pricing"),
                             (2, "https://example.com/pricing"), (2, "https://example.com/cases")):
                there.execute("INSERT INTO saiten_message_events(object, event, record, time, email, step, workflow, url)"
                              " VALUES('contact', 'email_click', ?, '2026-06-12T00:00:00Z', 'hello', 'send hello', "
                              "'nurture', ?)", (who, url))
            there.commit()
            there.close()
            shown = json.loads(self.saiten("workflow", "show", "nurture", "--db", str(copy), "--json"))
            text = self.saiten("workflow", "show", "nurture", "--db", str(copy))
        steps = {one["step"]: one for one in shown["steps"]}
        self.assertEqual(steps["send hello"]["links"],
                         {"https://example.com/cases": 1, "https://example.com/pricing": 2})
        granted = [one["granted"] for one in shown["steps"] if "granted" in one]
        self.assertEqual(granted, [{"interest": {"times": 4, "points": 20.0}}])
        self.assertIn("followed https://example.com/pricing: 2", text)
        self.assertIn("interest: +20 points in 4 times", text)

    def targets(self, text, as_of="2026-07-01", code=0):
        (self.folder / "targets.toml").write_text(text, encoding="utf-8")
        said = self.saiten("--config", "targets.toml", "workflow", "targets", "--db", "crm.db", "--as-of", as_of,
                           "--json", code=code)
        return {one["name"]: one for one in json.loads(said)["targets"]}

    # req S0-5 S0-38 S1-30 S1-31
    def test_targets(self):
        done = '[target.done]\nworkflow = "nurture"\nfigure = "completion"\nat_least = "90%"\nby = "2026-12-31"\n'
        self.assertEqual(self.targets(done)["done"]["state"], "met")
        goal = '[target.goal]\nworkflow = "nurture"\nfigure = "goal_rate"\nat_least = "60%"\n'
        deadline = 'by = "2026-10-01"\n'
        self.assertEqual(self.targets(goal, code=1)["goal"]["state"], "beyond the limit")
        self.assertEqual(self.targets(goal + deadline)["goal"]["state"], "open")
        self.assertEqual(self.targets(goal + deadline, "2026-10-01", code=1)["goal"]["state"], "missed")
        self.assertEqual(self.targets(goal + "after = 5\n")["goal"]["state"], "too few")
        rise = ('[target.rise]\nworkflow = "nurture"\nfigure = "goal_rate"\nrise = "15%"\nsince = "2026-01-01"\n'
                'by = "2026-04-01"\n')
        found = self.targets(rise, code=1)["rise"]
        self.assertEqual((found["before"]["rate"], found["now"]["rate"], found["state"]), (0.5, 0.5, "missed"))
        self.assertAlmostEqual(found["wanted"], 0.575)
        step = ('[target.reply]\nworkflow = "nurture"\nstep = "send hello"\nfigure = "unsubscribe_rate"\n'
                'at_most = "2%"\n')
        self.assertIn(self.targets(step)["reply"]["state"], ("met", "too few"))

    def test_targets_that_are_none(self):
        for text, said in ((
                '[target.a]\nworkflow = "nurture"\nfigure = "goal"\nat_least = "1%"\n', "no figure `goal`"), (
                '[target.a]\nworkflow = "nurture"\nfigure = "open_rate"\nstep = "x"\nat_least = "1%"\n', "no step `x`"), (
                '[target.a]\nworkflow = "nurtur"\nfigure = "goal_rate"\nat_least = "1%"\n', "nurture"), (
                '[target.a]\nworkflow = "nurture"\nfigure = "goal_rate"\nat_least = 1\n', 'a share such as "90%"'), (
                '[target.a]\nworkflow = "nurture"\nfigure = "goal_rate"\n', "one of `at_least`"), (
                '[target.a]\nworkflow = "nurture"\nfigure = "goal_rate"\nrise = "5%"\n', "used with `since`")):
            (self.folder / "wrong.toml").write_text(text, encoding="utf-8")
            self.assertIn(said, self.saiten("--config", "wrong.toml", "workflow", "targets", "--db", "crm.db", code=2))
        self.assertIn("no [target.NAME]", self.saiten("workflow", "targets", "--db", "crm.db"))

    # The queries of the documentation run as they stand there.
    # req S1-91 S0-6
    def test_own_reports(self):
        page = (ROOT / "docs/automation-figures.md").read_text(encoding="utf-8")
        queries = re.findall(r"```sql\n(.*?)```", page, re.S)
        self.assertGreaterEqual(len(queries), 2)
        self.sql("CREATE TABLE IF NOT EXISTS costs(workflow TEXT, step TEXT, cost REAL);"
                 "INSERT INTO costs VALUES('nurture', 'send hello', 3)")
        found = [self.sql(query.strip().rstrip(";")) for query in queries]
        self.assertTrue(all(found), found)
        self.assertIn(("nurture", "send hello", 4, 12.0), found[0])

    # Long definitions, many of them, and one record in all at once.
    # req S0-4
    def test_no_limit_on_definitions_and_enrolments(self):
        with tempfile.TemporaryDirectory() as other:
            folder = pathlib.Path(other)
            head = RULES[:RULES.index("workflow nurture")]
            long = "".join(f"  notify team \"east\" \"{i}\"\n" for i in range(600))
            many = "".join(f"workflow w{i} for contact {{\n  on form\n  once\n  send hello\n}}\n" for i in range(150))
            (folder / "crm.rules").write_text(f"{head}workflow long for contact {{\n  on form\n  once\n{long}}}\n{many}",
                                              encoding="utf-8")
            database = sqlite3.connect(folder / "crm.db")
            database.executescript("CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT, team TEXT);"
                                   "CREATE TABLE contacts(id INTEGER PRIMARY KEY, email, source, stage, owner_id, out);"
                                   "CREATE TABLE forms(contact_id INTEGER, time TEXT, kind TEXT);"
                                   "INSERT INTO contacts VALUES(1, 'a@example.com', 'web', 'lead', NULL, 0)")
            self.saiten("-C", other, "run", "--db", "crm.db", "--as-of", "2026-06-01", "-q")
            database.execute("INSERT INTO forms VALUES(1, '2026-06-01T12:00:00+09:00', 'x')")
            database.commit()
            self.saiten("-C", other, "run", "--db", "crm.db", "--as-of", "2026-06-02", "-q")
            self.assertEqual(database.execute("SELECT count(*), sum(status = 'completed') FROM saiten_enrolments").fetchone(),
                             (151, 151))
            self.assertEqual(database.execute("SELECT count(*) FROM saiten_actions").fetchone(), (750,))
            database.close()

    def test_the_page_has_them(self):
        self.saiten("report", "--db", "crm.db", "--html", "page.html")
        page = (self.folder / "page.html").read_text(encoding="utf-8")
        table = re.search(r'<table id="workflows">(.*?)</table>', page, re.S).group(1)
        cells = re.sub(r"<[^>]+>", "|", table.replace("\n", ""))
        self.assertRegex(cells, r"nurture &quot;案内&quot;\|+on\|+4\|+0\|+4\|+2 \(50.0 %\)\|+4 \(100.0 %\)")
        self.assertEqual(page.count("data:image/svg+xml,"), 1)
        self.assertNotIn("<svg", page)
        self.look_at(page)
        (self.folder / "wrong").mkdir(exist_ok=True)
        (self.folder / "wrong" / "crm.rules").write_text("object", encoding="utf-8")
        said = self.saiten("-C", "wrong", "report", "--db", "../crm.db")
        self.assertIn("workflows are left out", said)

    def look_at(self, page):
        """In a browser the picture is drawn, nothing is refused, and nothing sticks out on a telephone."""
        if os.environ.get("SAITEN_NO_BROWSER"):
            self.skipTest("SAITEN_NO_BROWSER is set")
        if not CHROMIUM:
            self.fail("chromium is not installed: `./dev setup` does it (SAITEN_NO_BROWSER=1 leaves this test out)")
        watch = """<script>var failures = []; addEventListener("error", (e) => failures.push(e.message));
          addEventListener("securitypolicyviolation", (e) => failures.push(e.blockedURI));</script>"""
        probe = """<script>addEventListener("load", () => setTimeout(() => {
          const picture = document.querySelector("img.flow"), box = picture.getBoundingClientRect();
          document.body.dataset.probe = JSON.stringify({failures, natural: picture.naturalWidth, width: box.width,
            height: box.height, wide: document.documentElement.scrollWidth > innerWidth});
        }, 300));</script>"""
        (self.folder / "probe.html").write_text(
            page.replace("<title>", watch + "<title>", 1).replace("</body>", probe + "</body>"), encoding="utf-8")
        for width in (500, 1200):
            with tempfile.TemporaryDirectory() as profile:
                done = subprocess.run([CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                                       f"--user-data-dir={profile}", "--enable-logging=stderr",
                                       f"--window-size={width},2400", "--virtual-time-budget=4000", "--dump-dom",
                                       (self.folder / "probe.html").as_uri()],
                                      capture_output=True, text=True, timeout=120, cwd=self.folder)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotIn("CONSOLE", done.stderr)
            said = json.loads(html.unescape(re.search(r'data-probe="([^"]*)"', done.stdout).group(1)))
            self.assertEqual(said["failures"], [])
            self.assertGreater(said["natural"], 200)
            self.assertGreater(said["height"], 200)
            self.assertFalse(said["wide"], said)


if __name__ == "__main__":
    unittest.main()
