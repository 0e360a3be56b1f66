#!/usr/bin/env python3
"""Runs that people can trust: what is kept of each, two at once, a kill and --resume, --metrics, progress."""
import json
import os
import pathlib
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

SAITEN = None

RULES = """\
enum Kind { A  B }
object contact from "contacts" { id: int key  age: int?  kind: Kind? }
score s for contact {
  +1.5 when age > 3
  +10 when kind == A
  bands heat { cold  hot from 10 }
}
segment old for contact where age > 60
"""
TABLES = """
CREATE TABLE contacts (id INTEGER PRIMARY KEY, age INTEGER, kind TEXT);
INSERT INTO contacts VALUES (1, 70, 'A'), (2, 5, 'B'), (3, 2, NULL), (4, 'x"y\\', 'Q');
"""


class Project(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        (self.folder / "crm.rules").write_text(RULES)
        self.sql(TABLES)
        self.note = self.folder / "crm.db.saiten" / "running"

    def sql(self, script):
        with sqlite3.connect(self.folder / "crm.db") as db:
            db.executescript(script)
        db.close()

    def rows(self, query):
        db = sqlite3.connect(self.folder / "crm.db")
        try:
            return db.execute(query).fetchall()
        finally:
            db.close()

    def start(self, *words, **more):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("SAITEN_")} | {"LC_ALL": "C.UTF-8"}
        return subprocess.Popen([SAITEN, *words], cwd=self.folder, env=environment | more, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run_saiten(self, *words, expect=0, **more):
        process = self.start(*words, **more)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, expect, out + err)
        return out, err

    def run_that_waits(self, *words):
        """A run that has read and computed, and waits for somebody else's transaction before it writes."""
        self.blocker = sqlite3.connect(self.folder / "crm.db", isolation_level=None)
        self.blocker.execute("BEGIN IMMEDIATE")
        process = self.start("run", "--db", "crm.db", *words)
        for _ in range(200):
            if self.note.exists():
                break
            time.sleep(0.02)
        self.assertTrue(self.note.exists())
        time.sleep(0.3)
        self.assertIsNone(process.poll())
        return process

    def unblock(self):
        self.blocker.execute("ROLLBACK")
        self.blocker.close()


class History(Project):
    def test_show_compare_and_json(self):
        self.run_saiten("run", "--db", "crm.db", "--as-of", "2026-06-01T00:00Z")
        self.sql("UPDATE contacts SET kind = 'A' WHERE id = 2; DELETE FROM contacts WHERE id = 3;"
                 "INSERT INTO contacts VALUES (9, 90, 'B');")
        out, _ = self.run_saiten("run", "--db", "crm.db", "--as-of", "2026-06-02T00:00Z", "--json", "--engine", "interp")
        run = json.loads(out)
        self.assertEqual((run["run"], run["as_of"], run["records"]), (2, "2026-06-02T00:00:00Z", 4))
        self.assertEqual(run["written_rows"], {"inserted": 1, "updated": 1, "deleted": 1})
        self.assertEqual(run["scores"][0]["bands"], {"hot": 2, "cold": 2})
        self.assertEqual(sum(n for _, n in run["scores"][0]["histogram"]["from_and_records"]), 4)
        self.assertGreater(run["peak_memory_bytes"], 1 << 20)
        self.assertEqual({e["property"] for e in run["errors"]}, {"age", "kind"})
        shown = json.loads(self.run_saiten("runs", "show", "--db", "crm.db", "--json")[0])
        self.assertEqual(run.pop("rows"), {"interp": 4, "jit": 0})
        self.assertEqual(shown, {k: run[k] for k in shown}, "a run says more while it is there, and nothing else")
        first = json.loads(self.run_saiten("runs", "show", "1", "--db", "crm.db", "--json")[0])
        self.assertEqual(first["scores"][0]["bands"], {"hot": 1, "cold": 3})
        listed = json.loads(self.run_saiten("runs", "list", "--db", "crm.db", "--json")[0])
        self.assertEqual([r["run"] for r in listed], [1, 2])
        self.assertEqual({k: run[k] for k in listed[1]}, listed[1])
        both = json.loads(self.run_saiten("runs", "compare", "--db", "crm.db", "--json")[0])
        self.assertEqual(both["runs"], [1, 2])
        self.assertEqual(both["scores"][0]["bands"], {"hot": [1, 2], "cold": [3, 2]})
        self.assertEqual(both["segments"], {"contact old": [1, 2]})
        self.assertTrue(both["same_rules"])
        text, _ = self.run_saiten("runs", "compare", "1", "2", "--db", "crm.db")
        self.assertRegex(text, r"contact s hot +1 -> +2  \+1\n")
        self.assertRegex(text, r"contact s cold +3 -> +2  -1\n")
        text, _ = self.run_saiten("runs", "show", "2", "--db", "crm.db")
        self.assertIn("1 rows new, 1 changed, 1 gone; 3 band changes", text)
        self.assertEqual(self.rows("SELECT run, id, from_band, to_band FROM saiten_band_changes ORDER BY id"),
                         [(2, 2, "cold", "hot"), (2, 3, "cold", None), (2, 9, None, "cold")])
        _, err = self.run_saiten("runs", "show", "7", "--db", "crm.db", expect=2)
        self.assertIn("has no run 7", err)
        self.run_saiten("runs", "show", "x", "--db", "crm.db", expect=2)

    def test_a_list_of_runs_that_was_cleared(self):
        self.run_saiten("run", "--db", "crm.db")
        self.sql("DELETE FROM saiten_run")
        self.run_saiten("run", "--db", "crm.db")
        listed = json.loads(self.run_saiten("runs", "list", "--db", "crm.db", "--json")[0])
        self.assertEqual([r["run"] for r in listed], [2], "what is left of run 1 is not taken for its own")

    def test_nothing_ran(self):
        _, err = self.run_saiten("runs", "show", "--db", "crm.db", expect=2)
        self.assertIn("nothing ever ran", err)
        self.run_saiten("run", "--db", "crm.db")
        _, err = self.run_saiten("runs", "compare", "--db", "crm.db", expect=2)
        self.assertIn("no earlier run", err)


class Interruptions(Project):
    def test_the_second_run_is_told_of_the_first(self):
        first = self.run_that_waits()
        _, err = self.run_saiten("run", "--db", "crm.db", expect=75)
        self.assertIn(f"another run is at work on `crm.db` (process {first.pid} on {socket.gethostname()}, since 20", err)
        self.unblock()
        self.assertEqual(first.wait(30), 0)
        self.assertFalse(self.note.exists())
        self.run_saiten("run", "--db", "crm.db")
        first.communicate()

    def test_a_killed_run_is_resumed_at_its_time(self):
        killed = self.run_that_waits("--engine", "interp")
        killed.kill()
        killed.communicate()
        self.unblock()
        self.assertTrue(self.note.exists())
        began = re.search(r"as_of=(\d+)", self.note.read_text())[1]
        self.assertEqual(self.rows("SELECT count(*) FROM sqlite_master WHERE name = 'saiten_run'"), [(0,)])
        time.sleep(1.1)
        _, err = self.run_saiten("run", "--db", "crm.db", "--resume", "--as-of", "2020-01-01T00:00Z", expect=2)
        self.assertIn("leave `--as-of` away", err)
        out, _ = self.run_saiten("run", "--db", "crm.db", "--resume", "--json")
        run = json.loads(out)
        wanted = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(began) // 1_000_000))
        self.assertEqual((run["as_of"], run["engine"]), (wanted, "interp"))
        self.assertFalse(self.note.exists())
        _, err = self.run_saiten("run", "--db", "crm.db", "--resume", expect=2)
        self.assertIn("there is no run of `crm.db` to go on with", err)

    def test_other_rules_cannot_go_on(self):
        killed = self.run_that_waits()
        killed.kill()
        killed.communicate()
        self.unblock()
        (self.folder / "crm.rules").write_text(RULES.replace("age > 60", "age > 50"))
        _, err = self.run_saiten("run", "--db", "crm.db", "--resume", expect=2)
        self.assertIn("the rules have changed since the run as of", err)
        self.assertIn("saiten run --as-of", err)
        # A plain run says so and begins anew.
        _, err = self.run_saiten("run", "--db", "crm.db")
        self.assertIn("was stopped before its end; this one was a new run", err)
        _, err = self.run_saiten("run", "--db", "crm.db")
        self.assertNotIn("this one was a new run", err)

    def test_a_signal_offers_to_go_on(self):
        stopped = self.run_that_waits()
        stopped.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        self.unblock()
        _, err = stopped.communicate(timeout=30)
        self.assertEqual(stopped.returncode, 143)
        self.assertIn("`saiten run --resume` goes on", err)
        self.run_saiten("run", "--db", "crm.db", "--resume")

    def test_after_an_error_that_may_pass(self):
        locked = self.run_that_waits()
        _, err = locked.communicate(timeout=30)
        self.assertEqual(locked.returncode, 75, err)
        self.unblock()
        _, err = self.run_saiten("run", "--db", "crm.db")
        self.assertIn("ended with an error and wrote no results; this one was a new run", err)
        _, err = self.run_saiten("run", "--db", "crm.db", LC_ALL="ja_JP.UTF-8")
        self.assertNotIn("新しい実行", err)

    def test_a_mistake_leaves_no_note(self):
        self.sql("DROP TABLE contacts")
        self.run_saiten("run", "--db", "crm.db", expect=2)
        self.assertFalse(self.note.exists())

    def test_a_torn_note_is_none(self):
        self.note.parent.mkdir()
        self.note.write_text("pid=1\nhost=x\nas_of=5\n")
        _, err = self.run_saiten("run", "--db", "crm.db")
        self.assertNotIn("this one was a new run", err)


class Files(Project):
    def test_a_database_is_not_replaced(self):
        self.run_saiten("run", "--db", "crm.db")
        before = self.rows("SELECT * FROM saiten_scores")
        _, err = self.run_saiten("run", "--db", "crm.db", "--metrics", "crm.db", expect=2)
        self.assertIn("`crm.db` is a database", err)
        self.run_saiten("report", "--db", "crm.db", "--html", "crm.db", expect=2)
        _, err = self.run_saiten("run", "--db", "crm.db", "--shard", "1/2", "--results", "./crm.db", expect=2)
        self.assertIn("names the database itself", err)
        self.assertEqual(self.rows("SELECT * FROM saiten_scores"), before)

    def test_a_snapshot_that_is_cut_while_it_is_in_use(self):
        self.run_saiten("run", "--db", "crm.db", "--as-of", "2026-06-01T00:00Z")
        for language, words in (("en", "was cut short while it was in use"), ("ja", "使用中に切り詰められたか")):
            run = self.run_that_waits("--lang", language, "--full")
            os.truncate(self.note.parent / "snapshot", 0)
            self.unblock()
            _, err = run.communicate(timeout=30)
            self.assertEqual(run.returncode, 2, err)
            self.assertIn(words, err)
            _, err = self.run_saiten("run", "--db", "crm.db")
            self.assertIn("it is made anew", err)
            self.run_saiten("run", "--db", "crm.db")

    def test_a_pipe_in_the_folder_does_not_hang(self):
        self.note.parent.mkdir()
        for name in ("snapshot", "run.state", "run.results", "running", "seen"):
            os.mkfifo(self.note.parent / name)
        self.run_saiten("run", "--db", "crm.db")


class Retry(Project):
    def runs(self):
        return self.rows("SELECT run, as_of, rules FROM saiten_run ORDER BY run")

    def test_retry(self):
        _, err = self.run_saiten("runs", "retry", "--db", "crm.db", expect=2)
        self.assertIn("nothing ever ran", err)
        self.run_saiten("run", "--db", "crm.db", "--as-of", "2026-06-01T00:00:00.25Z")
        self.run_saiten("run", "--db", "crm.db", "--as-of", "2026-06-02T00:00Z")
        # Data that was put right: the same time again.
        self.sql("UPDATE contacts SET kind = 'A' WHERE id = 4")
        _, err = self.run_saiten("runs", "retry", "--db", "crm.db")
        self.assertIn("run 3: ", err)
        self.assertEqual(self.rows("SELECT points, band FROM saiten_scores WHERE id = 4"), [(10, "hot")])
        _, err = self.run_saiten("runs", "retry", "1", "--db", "crm.db", "--json")
        runs = self.runs()
        self.assertEqual([as_of for _, as_of, _ in runs],
                         ["2026-06-01T00:00:00.25Z", "2026-06-02T00:00:00Z", "2026-06-02T00:00:00Z",
                          "2026-06-01T00:00:00.25Z"])
        for words in (["9"], ["x"], ["1", "2"]):
            self.run_saiten("runs", "retry", *words, "--db", "crm.db", expect=2)
        (self.folder / "crm.rules").write_text(RULES.replace("+10", "+11"))
        _, err = self.run_saiten("runs", "retry", "--db", "crm.db", expect=2)
        self.assertIn("run 4 was made with other rules than there are now", err)
        self.assertIn("`saiten run --as-of 2026-06-01T00:00:00.25Z`", err)
        self.assertEqual(self.runs(), runs)

    def test_goes_on_with_what_did_not_end(self):
        self.run_saiten("run", "--db", "crm.db", "--as-of", "2026-06-01T00:00Z")
        self.sql("UPDATE contacts SET age = 71 WHERE id = 1")
        process = self.run_that_waits("--as-of", "2026-06-05T00:00Z")
        process.kill()
        process.communicate(timeout=60)
        self.unblock()
        self.run_saiten("runs", "retry", "--db", "crm.db")
        self.assertEqual([as_of for _, as_of, _ in self.runs()], ["2026-06-01T00:00:00Z", "2026-06-05T00:00:00Z"])
        self.assertFalse(self.note.exists())


class Prune(Project):
    def kept(self):
        counts = {}
        for table in ("saiten_run", "saiten_run_score", "saiten_run_band", "saiten_run_bar", "saiten_run_segment",
                      "saiten_data_error", "saiten_data_error_example", "saiten_band_change"):
            counts[table] = self.rows(f"SELECT run, count(*) FROM {table} GROUP BY run ORDER BY run")
        return counts

    def test_prune(self):
        for i in range(5):
            self.run_saiten("run", "--db", "crm.db", expect=0)
            self.sql("UPDATE contacts SET kind = CASE kind WHEN 'A' THEN 'B' ELSE 'A' END WHERE id < 3")
        before, results = self.kept(), self.rows("SELECT * FROM saiten_scores ORDER BY 1, 2, 3")
        self.assertEqual([run for run, _ in before["saiten_run"]], [1, 2, 3, 4, 5])
        self.assertEqual([run for run, _ in before["saiten_band_change"]], [2, 3, 4, 5])
        for words in ([], ["--keep", "0"], ["--keep", "many"], ["--older-than", "long"], ["--older-than", "-3d"]):
            self.run_saiten("runs", "prune", "--db", "crm.db", *words, expect=2)
        for words in (["--keep", "5"], ["--keep", "9"], ["--older-than", "1d"], ["--older-than", "2020-01-01"],
                      ["--older-than", "1d", "--keep", "2"], ["--keep", "3", "--dry-run"]):
            self.run_saiten("runs", "prune", "--db", "crm.db", *words)
            self.assertEqual(self.kept(), before, words)
        said = json.loads(self.run_saiten("runs", "prune", "--db", "crm.db", "--keep", "3", "--dry-run", "--json")[0])
        self.assertEqual((said["runs"], said["band_changes"], said["first_run"]), (2, 2, 3))
        # What the next run finds unchanged stays so.
        self.run_saiten("run", "--db", "crm.db", "--as-of", "2026-06-20T00:00Z")
        seen = (self.note.parent / "seen").read_text().split()
        _, err = self.run_saiten("runs", "prune", "--db", "crm.db", "--keep", "3")
        self.assertIn("3 runs and 4 band changes removed", err)
        now = (self.note.parent / "seen").read_text().split()
        self.assertEqual(seen[0], now[0])
        self.assertNotEqual(seen[1], now[1])
        _, err = self.run_saiten("run", "--db", "crm.db", "--as-of", "2026-06-20T00:00Z", "-v")
        self.assertNotIn("has changed", err)
        after = self.kept()
        for table, rows in after.items():
            self.assertTrue(all(run > 3 for run, _ in rows), (table, rows))
            self.assertEqual([row for row in before[table] if row[0] > 3], [row for row in rows if row[0] <= 5], table)
        self.assertEqual(self.rows("SELECT DISTINCT run FROM saiten_band_changes ORDER BY 1"),
                         [(run,) for run, _ in after["saiten_band_change"]])
        self.assertEqual(len(self.rows("SELECT * FROM saiten_scores ORDER BY 1, 2, 3")), len(results))
        self.run_saiten("runs", "prune", "--db", "crm.db", "--older-than", "0d")
        self.assertEqual([run for run, _ in self.kept()["saiten_run"]], [7], "the last one stays")
        _, err = self.run_saiten("runs", "show", "1", "--db", "crm.db", expect=2)
        self.assertIn("no run 1", err)
        self.run_saiten("runs", "show", "--db", "crm.db")

    def test_retention(self):
        for _ in range(3):
            self.run_saiten("run", "--db", "crm.db")
            self.sql("UPDATE contacts SET kind = CASE kind WHEN 'A' THEN 'B' ELSE 'A' END WHERE id < 3")
        self.sql("UPDATE saiten_run SET started = '2020-01-01T00:00:00Z' WHERE run < 3")
        with open(self.folder / "saiten.toml", "w") as settings:
            settings.write('[data]\ndb = "crm.db"\n[run]\nretention = "30d"\n')
        self.run_saiten("run", "--dry-run")
        self.assertEqual([run for run, _ in self.kept()["saiten_run"]], [1, 2, 3])
        _, err = self.run_saiten("run", "-v")
        self.assertIn("2 run(s) older than `retention` forgotten", err)
        self.assertEqual([run for run, _ in self.kept()["saiten_run"]], [3, 4])
        self.assertEqual([run for run, _ in self.kept()["saiten_band_change"]], [3, 4])
        # Also by a run that finds nothing to do, which the next one then still finds as it was.
        self.run_saiten("run")
        self.sql("UPDATE saiten_run SET started = '2020-01-01T00:00:00Z' WHERE run = 3")
        self.run_saiten("run")
        self.assertEqual([run for run, _ in self.kept()["saiten_run"]], [4, 5, 6])
        _, err = self.run_saiten("run", "-v")
        self.assertIn("evaluated 0 of 4 records", err)
        # A run that is itself older than it may be stays, being the last.
        self.sql("UPDATE saiten_run SET started = '2020-01-01T00:00:00Z'")
        self.run_saiten("run", "--config", "run.retention=0d")
        self.assertEqual([run for run, _ in self.kept()["saiten_run"]], [8])
        for wrong in ("long", "5", "-1d"):
            _, err = self.run_saiten("run", "--config", f"run.retention={wrong}", expect=2)
            self.assertIn('`run.retention` must be a number of days such as "400d"', err)

    def test_waits_for_no_run(self):
        self.run_saiten("run", "--db", "crm.db")
        self.sql("UPDATE contacts SET age = 71 WHERE id = 1")
        process = self.run_that_waits()
        _, err = self.run_saiten("runs", "prune", "--db", "crm.db", "--keep", "1", expect=75)
        self.unblock()
        process.communicate(timeout=60)


class MetricsFile(Project):
    NAME = re.compile(r"[a-z][a-z0-9_]*$")
    SAMPLE = re.compile(r'([a-z_0-9]+)(\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+\})? (-?[0-9.e+-]+)$')

    def parse(self, text):
        """The text format as Prometheus reads it; samples by name and labels."""
        samples, current, seen = {}, None, set()
        self.assertTrue(text.endswith("\n"))
        for line in text.splitlines():
            if line.startswith("# HELP "):
                name = line.split(" ")[2]
                self.assertRegex(name, self.NAME)
                self.assertNotIn(name, seen, "a metric may appear once")
                seen.add(name)
                current = name
            elif line.startswith("# TYPE "):
                self.assertEqual(line.split(" ")[2:], [current, "gauge"])
            else:
                match = self.SAMPLE.match(line)
                self.assertTrue(match, line)
                self.assertEqual(match[1], current)
                key = (match[1], match[2] or "")
                self.assertNotIn(key, samples)
                samples[key] = float(match[3])
        return samples

    def test_metrics(self):
        self.run_saiten("run", "--db", "crm.db", "--metrics", "saiten.prom")
        text = (self.folder / "saiten.prom").read_text()
        samples = self.parse(text)
        db = 'database="crm.db"'
        self.assertEqual(samples["saiten_run_records", f"{{{db}}}"], 4)
        self.assertEqual(samples["saiten_run_number", f"{{{db}}}"], 1)
        self.assertEqual(samples["saiten_score_band_records",
                                 f'{{{db},object="contact",score="s",band="hot"}}'], 1)
        self.assertEqual(samples["saiten_score_points_max", f'{{{db},object="contact",score="s"}}'], 11.5)
        self.assertEqual(samples["saiten_segment_members", f'{{{db},object="contact",segment="old"}}'], 1)
        self.assertEqual(samples["saiten_run_data_errors",
                                 f'{{{db},subject="contact",property="kind",kind="not in the enum"}}'], 1)
        self.assertLess(abs(samples["saiten_run_started_timestamp_seconds", f"{{{db}}}"] - time.time()), 60)
        # Replaced whole: nothing of the temporary file is left for the collector.
        self.run_saiten("run", "--db", "crm.db", "--metrics", "saiten.prom")
        self.assertEqual([p.name for p in self.folder.iterdir() if "prom" in p.name or "tmp" in p.name], ["saiten.prom"])
        _, err = self.run_saiten("run", "--db", "crm.db", "--metrics", "no/such/folder.prom", expect=2)
        self.assertIn("no/such/folder.prom", err)
        self.assertEqual(self.rows("SELECT max(run) FROM saiten_run"), [(2,)], "told before the work")

    def test_where_they_cannot_be_written_the_run_is_done(self):
        (self.folder / "out").mkdir()
        run = self.run_that_waits("--metrics", "out/saiten.prom")
        (self.folder / "out").rmdir()
        self.unblock()
        _, err = run.communicate(timeout=30)
        self.assertEqual(run.returncode, 4, err)
        self.assertIn("out/saiten.prom", err)
        self.assertIn("only the metrics are missing: the results are in the database", err)
        self.assertEqual(self.rows("SELECT max(run) FROM saiten_run"), [(1,)])

    def test_the_text_is_what_prometheus_reads(self):
        self.run_saiten("run", "--db", "crm.db", "--metrics", "saiten.prom")
        text = (self.folder / "saiten.prom").read_text()
        try:
            from prometheus_client.parser import text_string_to_metric_families
        except ImportError:
            return  # the check above is the one that always runs
        self.assertGreater(len(list(text_string_to_metric_families(text))), 15)

    def test_names_are_escaped(self):
        os.rename(self.folder / "crm.db", self.folder / 'a"b\\c.db')
        self.run_saiten("run", "--db", 'a"b\\c.db', "--metrics", "saiten.prom")
        samples = self.parse((self.folder / "saiten.prom").read_text())
        self.assertIn(("saiten_run_records", '{database="a\\"b\\\\c.db"}'), samples)


if __name__ == "__main__":
    SAITEN = os.path.abspath(sys.argv.pop(1))
    unittest.main()
