#!/usr/bin/env python3
"""The snapshot beside a database (docs/architecture.md): it is used, noticed when it is old, foreign or damaged, and never
needed. Whatever happens to it, a run gives the results of one that never had it."""
import fcntl
import json
import os
import pathlib
import random
import resource
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
import unittest

SAITEN = None

RULES = """\
timezone "Asia/Tokyo"
enum Kind { A  B }
object company from "companies" { id: text key  name: text?  contacts: many contact by company }
object contact from "contacts" { id: int key  age: int  kind: Kind?  mail: text?  company: company? }
event visit of contact from "visits" { page: text?  n: int? }
list vip of contact from "vips"
score s for contact {
  +1 when age > 30
  +2 when mail like "*@b.example"
  +5 when company.name == "（株）あ"
  +1 per visit where page == "/x" in last 90 days
  +3 when in list vip
  bands heat { cold  warm from 3  hot from 8 }
}
score size for company { +1 when count(contacts) > 1 }
segment grown for contact where age > 60 and not in list vip
"""
OTHER_RULES = RULES + "segment busy for contact where exists(visit where n > 3)\n"
AS_OF = "2026-06-30T09:00"


def tables(contacts):
    rows = ["BEGIN; CREATE TABLE companies (id TEXT, name TEXT);"
            "CREATE TABLE contacts (id INTEGER PRIMARY KEY, age, kind, mail, company_id);"
            "CREATE TABLE visits (contact_id, time, page, n); CREATE TABLE vips (contact_id);"
            "INSERT INTO companies VALUES ('a', '㈱あ'), ('b', NULL);"
            "INSERT INTO vips VALUES (3), (99999999);"]
    for i in range(1, contacts + 1):
        age = "NULL" if i % 97 == 0 else i % 90
        rows.append(f"INSERT INTO contacts VALUES ({i}, {age}, '{'ABx'[i % 3]}', 'm{i}@{'ab'[i % 2]}.example', "
                    f"'{'abz'[i % 3]}');")
        rows.append(f"INSERT INTO visits VALUES ({i * 7 % contacts}, '2026-06-{i % 30 + 1:02}', '/{'xy'[i % 2]}', {i % 9});")
    return "".join(rows) + "COMMIT;"


class Project(unittest.TestCase):
    contacts = 300

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        (self.folder / "crm.rules").write_text(RULES, encoding="utf-8")
        self.sql(tables(self.contacts))
        self.kept = self.folder / "crm.db.saiten"
        self.file = self.kept / "snapshot"

    def sql(self, script, name="crm.db"):
        connection = sqlite3.connect(self.folder / name)
        connection.executescript(script)
        connection.close()

    def command(self, *arguments):
        return [SAITEN, "-C", str(self.folder), "run", "--db", "crm.db", "--as-of", AS_OF, "--json", *arguments]

    def run_saiten(self, *arguments, **settings):
        return subprocess.run(self.command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              encoding="utf-8", **settings)

    def results(self):
        """What anybody can see of a run in the database."""
        connection = sqlite3.connect(self.folder / "crm.db")
        rows = [connection.execute(f"SELECT * FROM {view} ORDER BY 1, 2, 3").fetchall()
                for view in ("saiten_scores", "saiten_members")]
        connection.close()
        return rows

    def report(self, done):
        self.assertIn(done.returncode, (0, 4), done.stderr)
        report = json.loads(done.stdout)
        return {name: report[name] for name in ("records", "events", "data_errors", "quarantined", "scores", "segments",
                                                "errors")}

    def check(self, source, *arguments):
        """Runs, and compares with a run that knows of no snapshot; gives stderr."""
        done = self.run_saiten(*arguments)
        report = self.report(done)
        self.assertEqual(json.loads(done.stdout)["read_from"], source, done.stderr)
        got = self.results()
        plain = self.run_saiten("--no-snapshot", "--full")
        self.assertEqual(self.report(plain), report)
        self.assertEqual(self.results(), got)
        return done.stderr


class WithoutRowNumbers(unittest.TestCase):
    """A table without row numbers whose events are nobody's: when their record comes, they are found."""

    def test_the_record_comes_later(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder)
            (path / "a.rules").write_text('timezone "UTC"\nobject person from "people" { id: text key }\n'
                                          'event wr of person from "wr" by "p" at "t"\n'
                                          'score a for person { +4 per wr }\n')
            connection = sqlite3.connect(path / "c.db")
            connection.executescript("CREATE TABLE people(id TEXT PRIMARY KEY); INSERT INTO people VALUES ('1');"
                                     "CREATE TABLE wr(p TEXT, t TEXT, PRIMARY KEY(p, t)) WITHOUT ROWID;"
                                     "INSERT INTO wr VALUES ('9', '2026-01-01');")

            def saiten(*words):
                done = subprocess.run([SAITEN, "-C", folder, *words, "--db", "c.db"], stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True, encoding="utf-8")
                self.assertIn(done.returncode, (0, 4), done.stderr)

            saiten("attach")
            saiten("run", "--as-of", "2026-02-01")
            connection.execute("INSERT INTO people VALUES ('9')")
            connection.commit()
            saiten("run", "--as-of", "2026-02-02")
            self.assertEqual(connection.execute("SELECT id, points FROM saiten_scores ORDER BY id").fetchall(),
                             [("1", 0), ("9", 4)])
            connection.close()


class RepeatedIds(unittest.TestCase):
    """Of events told apart by an id that is no primary key the table is read as a whole if they change, and no other."""

    def test_a_record_alone_is_read_again(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder)
            (path / "a.rules").write_text('timezone "UTC"\nobject person from "people" { id: int key  n: int? }\n'
                                          'event wr of person from "wr" by "p" at "t"\n'
                                          'score a for person {\n  +4 per wr\n  +1 when n > 5\n}\n')
            connection = sqlite3.connect(path / "c.db", isolation_level=None)
            connection.executescript("CREATE TABLE people(id INTEGER PRIMARY KEY, n INTEGER);"
                                     "INSERT INTO people VALUES (1, 1), (2, 9); CREATE TABLE wr(id TEXT, p INTEGER, t TEXT);"
                                     "INSERT INTO wr VALUES ('a', 1, '2026-01-01'), ('a', 2, '2026-01-02');")

            def read_from(*words):
                done = subprocess.run([SAITEN, "-C", folder, *words, "--db", "c.db"], stdout=subprocess.PIPE, text=True,
                                      encoding="utf-8", check=True)
                return json.loads(done.stdout)["read_from"] if words[0] == "run" else ""

            read_from("attach")
            run = ("run", "--as-of", "2026-02-01", "--json")
            read_from(*run)
            connection.execute("UPDATE people SET n = 7 WHERE id = 1")
            self.assertEqual(read_from(*run), "changes")
            connection.execute("INSERT INTO wr VALUES ('b', 2, '2026-01-03')")
            self.assertEqual(read_from(*run), "changes")
            self.assertEqual(connection.execute("SELECT id, points FROM saiten_scores ORDER BY id").fetchall(),
                             [(1, 5), (2, 5)])
            connection.close()


class Updated(Project):
    """Tables without a log that name the column of their rows' last change."""

    def setUp(self):
        super().setUp()
        rules = RULES.replace('from "contacts"', 'from "contacts" updated "at"').replace(
            'from "companies"', 'from "companies" updated "at"').replace('from "visits"', 'from "visits" updated "at"')
        (self.folder / "crm.rules").write_text(rules, encoding="utf-8")

    def prepare(self):
        self.sql("UPDATE contacts SET age = 1 WHERE age IS NULL")
        for table in ("contacts", "companies", "visits"):
            self.sql(f"ALTER TABLE {table} ADD COLUMN at; UPDATE {table} SET at = '2026-06-01 09:00:00'")
        self.report(self.run_saiten())
        # Tables whose rows have no number of their own are read once more when ours have been made; a run that finds
        # nothing changed leaves that to the next one, unless everything is asked for.
        self.report(self.run_saiten("--full"))

    def test_only_what_changed_is_read(self):
        self.prepare()
        self.check("snapshot")  # all rows have the latest time, and any may have changed again; but nobody has written
        self.sql("UPDATE contacts SET age = 80, at = '2026-06-02 09:00:00' WHERE id = 7")
        done = self.run_saiten()
        self.assertEqual(json.loads(done.stdout)["read_from"], "changes", done.stderr)
        self.check("snapshot")
        for edit in ("DELETE FROM contacts WHERE id = 9", "INSERT INTO visits VALUES (5, '2026-06-03', '/x', 1, NULL)",
                     "REPLACE INTO contacts VALUES (11, 61, 'A', 'x@b.example', 'a', '2026-05-01')",
                     "UPDATE companies SET name = '（株）あ', at = '2026-06-02 10:00' WHERE id = 'b'",
                     "DELETE FROM visits WHERE n = 3; INSERT INTO vips VALUES (4)"):
            with self.subTest(edit):
                self.sql(edit)
                self.check("changes")
        self.assertIn("vacuumed", self.check_after("VACUUM", "database"))
        self.assertIn("tables, indexes or triggers", self.check_after("ALTER TABLE contacts ADD COLUMN more", "database"))

    def check_after(self, edit, source):
        self.sql(edit)
        return self.check(source)

    def test_an_import_need_not_stamp(self):
        self.prepare()
        self.sql("UPDATE contacts SET at = '2026-06-05 09:00:00' WHERE id = 1")
        self.check("changes")
        (self.folder / "new.csv").write_text("id,age\n20,88\n21,5\n")
        subprocess.run([SAITEN, "-C", str(self.folder), "import", "new.csv", "--object", "contact", "--db", "crm.db"],
                       check=True, capture_output=True)
        self.check("database")

    def test_what_only_reads_keeps_no_refreshed_snapshot(self):
        self.prepare()
        # Of the others nobody doubts then whether they have changed again.
        self.sql("INSERT INTO companies VALUES ('q', NULL, '2026-06-05 09:00:00')")
        for table in ("contacts", "visits"):
            self.sql(f"UPDATE {table} SET at = '2026-06-05 09:00:00' WHERE rowid = 1")
        self.report(self.run_saiten())
        self.sql("UPDATE contacts SET age = 80, at = '2026-06-07 09:00:00' WHERE id = 7")
        before = self.file.stat()
        why = [SAITEN, "-C", str(self.folder), "why", "contact", "7", "--db", "crm.db", "--as-of", AS_OF]
        self.assertIn("80", subprocess.run(why, capture_output=True, encoding="utf-8", check=True).stdout)
        self.assertEqual(json.loads(self.run_saiten("--dry-run").stdout)["read_from"], "changes")
        after = self.file.stat()
        self.assertEqual((before.st_ino, before.st_mtime_ns), (after.st_ino, after.st_mtime_ns))
        # So the run knows what has changed since its results were made.
        done = self.run_saiten()
        report = json.loads(done.stdout)
        self.assertEqual(report["read_from"], "changes", done.stderr)
        self.assertIsNone(report["everything_because"])
        self.assertLess(sum(each["records"] for each in report["evaluated_by_object"]), 20, done.stdout)
        self.assertNotEqual(self.file.stat().st_ino, after.st_ino)

    def test_no_import_while_a_run_is_at_work(self):
        self.prepare()
        (self.folder / "new.csv").write_text("id,age\n20,88\n")
        command = [SAITEN, "-C", str(self.folder), "import", "new.csv", "--object", "contact", "--db", "crm.db"]
        with open(self.folder / "crm.db", "r+b") as database:
            # As a run holds it: store/runs/run_lock.cpp.
            lock = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 1 << 62, 1, 0)
            fcntl.fcntl(database, fcntl.F_OFD_SETLK, lock)
            done = subprocess.run(command, capture_output=True, encoding="utf-8")
            self.assertEqual(done.returncode, 75, done.stderr)
            self.assertIn("another run is at work", done.stderr)
            self.assertTrue(self.file.exists())
            subprocess.run([*command, "--dry-run"], check=True, capture_output=True)
        subprocess.run(command, check=True, capture_output=True)
        self.assertFalse(self.file.exists())

    def test_a_run_says_that_an_import_is_at_work(self):
        self.prepare()
        with open(self.folder / "crm.db", "r+b") as database:
            # As an import holds it: store/runs/run_lock.cpp.
            lock = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 1 << 62, 2, 0)
            fcntl.fcntl(database, fcntl.F_OFD_SETLK, lock)
            done = subprocess.run([SAITEN, "-C", str(self.folder), "run", "--db", "crm.db"], capture_output=True, encoding="utf-8")
        self.assertEqual(done.returncode, 75, done.stderr)
        self.assertIn("an import into `crm.db` is at work", done.stderr)
        self.assertNotIn("another run", done.stderr)

    def test_the_column_must_be_there(self):
        done = self.run_saiten()
        self.assertEqual(done.returncode, 2)
        for what in ("object `contact` (its `updated`)", "event `visit` (its `updated`)", "`at`"):
            self.assertIn(what, done.stderr)


class Snapshot(Project):
    def test_is_used_while_nothing_changes(self):
        self.assertNotIn("snapshot", self.check("database"))
        self.assertTrue(self.file.exists())
        # The comparing run wrote as well, without having read the snapshot: then nobody knows what else was written.
        self.run_saiten()
        for _ in range(3):
            done = self.run_saiten()
            self.assertEqual(json.loads(done.stdout)["read_from"], "snapshot", done.stderr)
        why = subprocess.run([SAITEN, "-C", str(self.folder), "why", "contact", "5", "--db", "crm.db", "--as-of", AS_OF],
                             stdout=subprocess.PIPE, text=True, encoding="utf-8", check=True)
        self.assertIn("5", why.stdout)
        self.assertFalse(pathlib.Path(str(self.file) + ".new").exists())

    def test_deleting_it_costs_nothing_but_time(self):
        self.run_saiten()
        shutil.rmtree(self.kept)
        self.check("database")
        self.assertTrue(self.file.exists())

    def test_with_any_number_of_threads(self):
        plain = self.report(self.run_saiten("--no-snapshot", "--threads", "1"))
        results = self.results()
        for threads in ("1", "8"):
            shutil.rmtree(self.kept, ignore_errors=True)
            for source in ("database", "snapshot", "snapshot"):
                done = self.run_saiten("--threads", threads, "--full")
                self.assertEqual(json.loads(done.stdout)["read_from"], source, done.stderr)
                self.assertEqual(self.report(done), plain)
                self.assertEqual(self.results(), results)

    def test_no_snapshot_keeps_nothing(self):
        self.run_saiten("--no-snapshot")
        self.assertFalse(self.file.exists())

    def test_changes_are_seen(self):
        self.run_saiten()
        self.sql("UPDATE contacts SET age = 80 WHERE id = 7; DELETE FROM contacts WHERE id = 9;"
                 "INSERT INTO visits VALUES (7, '2026-06-20', '/x', 1)")
        self.assertIn("crm.db", self.check("database"))

    def test_other_rules_over_the_same_schema_add_to_it(self):
        self.run_saiten()
        (self.folder / "crm.rules").write_text(OTHER_RULES, encoding="utf-8")
        done = self.run_saiten("--dry-run")
        self.assertIn("lacks columns", done.stderr)
        self.report(done)
        for rules in (RULES, OTHER_RULES, RULES):
            (self.folder / "crm.rules").write_text(rules, encoding="utf-8")
            done = self.run_saiten("--dry-run")
            self.assertEqual(json.loads(done.stdout)["read_from"], "snapshot", done.stderr)
            self.assertEqual(self.report(done), self.report(self.run_saiten("--dry-run", "--no-snapshot")))

    def test_another_schema_makes_it_worthless(self):
        self.run_saiten()
        (self.folder / "crm.rules").write_text(RULES.replace("age: int ", "age: int?"), encoding="utf-8")
        self.assertIn("another schema", self.check("database"))

    def test_damage_is_named_and_mended(self):
        self.run_saiten()
        whole = self.file.read_bytes()
        cases = {"not complete": whole[:len(whole) // 2], "first page": whole[:30] + b"\xff" + whole[31:],
                 "no file of Saiten's": b"hello" * 100, "table of contents": whole[:-3] + b"abc"}
        for words, content in cases.items():
            self.file.write_bytes(content)
            self.assertIn(words, self.check("database"))
            self.file.write_bytes(content)
            done = self.run_saiten("--lang", "ja", "--dry-run")
            self.assertIn("作り直します", done.stderr)
        rng = random.Random(5)
        for _ in range(15):
            self.run_saiten()
            content = bytearray(self.file.read_bytes())
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
            self.file.write_bytes(content)
            got = self.report(self.run_saiten("--dry-run"))
            self.assertEqual(got, self.report(self.run_saiten("--dry-run", "--no-snapshot")))

    def test_of_another_database(self):
        self.run_saiten()
        kept = self.file.read_bytes()
        (self.folder / "crm.db").unlink()
        self.sql(tables(self.contacts).replace("* 7 %", "* 11 %").replace("(3), (99999999)", "(4), (5)"))
        self.run_saiten()
        self.file.write_bytes(kept)
        self.check("database")

    def test_where_nothing_can_be_kept_the_run_goes_on(self):
        self.kept.write_text("in the way")
        self.assertIn("cannot be written", self.check("database"))
        done = self.run_saiten("--lang", "ja", "--dry-run")
        self.assertIn("書けません", done.stderr)
        self.kept.unlink()
        self.kept.mkdir()
        self.file.mkdir()
        self.check("database")

    def test_a_full_disk_is_a_warning(self):
        self.run_saiten()
        size = self.file.stat().st_size
        shutil.rmtree(self.kept)
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, size // 2))
        done = self.run_saiten("--dry-run", preexec_fn=limit)
        self.report(done)
        self.assertIn("cannot be written", done.stderr)
        self.assertFalse(self.file.exists())
        self.assertEqual(list(self.kept.iterdir()), [])
        self.check("database")

    def test_two_at_once(self):
        for _ in range(4):
            shutil.rmtree(self.kept, ignore_errors=True)
            both = [subprocess.Popen(self.command("--dry-run"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                    for _ in range(3)]
            reports = []
            for process in both:
                out, err = process.communicate()
                self.assertIn(process.returncode, (0, 4), err)
                reports.append(json.loads(out)["scores"])
            self.assertEqual(reports, reports[:1] * 3)
            done = self.run_saiten("--dry-run")
            self.assertEqual(json.loads(done.stdout)["read_from"], "snapshot", done.stderr)


class Killed(Project):
    contacts = 20_000

    def test_at_random_moments(self):
        plain = self.report(self.run_saiten("--no-snapshot"))
        results = self.results()
        begin = time.monotonic()
        self.run_saiten("--dry-run")
        longest = time.monotonic() - begin
        rng = random.Random(11)
        for _ in range(10):
            if rng.random() < 0.7:
                shutil.rmtree(self.kept, ignore_errors=True)
            process = subprocess.Popen(self.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(rng.random() * longest * 1.2)
            process.send_signal(signal.SIGKILL)
            process.wait()
            self.assertEqual(self.report(self.run_saiten("--dry-run")), plain)
        self.assertEqual(self.report(self.run_saiten()), plain)
        self.assertEqual(self.results(), results)


if __name__ == "__main__":
    SAITEN = os.path.abspath(sys.argv.pop(1))
    unittest.main()
