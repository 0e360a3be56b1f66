#!/usr/bin/env python3
"""How every command ends: one real case at least for each exit code of the table in docs/getting-started.md and each
command that can end so."""
import fcntl
import os
import pathlib
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
object contact from "contacts" { id: int key  age: int?  kind: Kind? }
event visit of contact from "visits" { page: text? }
list vip of contact
score s for contact {
  +1 when age > 3
  +1 per visit where page == "x"
  bands heat { cold  hot from 2 }
}
segment old for contact where age > 60 and not in list vip
evaluate q of s positive when kind == A
test "old" {
  now 2026-06-01 09:00
  contact c { age: 70 }
  expect s of c == 1
  expect c in segment old
}
"""
# A warning (the last rule can never hold) and an error (no such property).
WARNING = "segment never for contact where age > 5 and age < 3\n"
ERROR = "segment broken for contact where agee > 5\n"
TABLES = """
CREATE TABLE contacts (id INTEGER PRIMARY KEY, age INTEGER, kind TEXT);
CREATE TABLE visits (contact_id INTEGER, time TEXT, page TEXT);
INSERT INTO contacts VALUES (1, 70, 'A'), (2, 5, 'B'), (3, 2, NULL);
INSERT INTO visits VALUES (1, '2026-05-01 10:00', 'x'), (2, '2026-05-02 10:00', 'y');
"""
# Every command that compiles the rules, with what it needs to do its work.
COMPILE = {
    "check": [],
    "test": [],
    "run": ["--db", "crm.db"],
    "why": ["contact", "1", "--db", "crm.db"],
    "evaluate": ["--db", "crm.db"],
    "import": ["more.csv", "--object", "contact", "--db", "crm.db"],
    "schema check": ["--db", "crm.db"],
    "emit": ["--ir"],
}
READ = {name: COMPILE[name] for name in ("run", "why", "evaluate", "import", "schema check")} | {
    "schema pull": ["--db", "crm.db"],
    "runs list": ["--db", "crm.db"],
}


class Project(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.write("crm.rules", RULES)
        self.write("more.csv", "id,age,kind\n4,30,A\n")
        self.sql(TABLES)

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")

    def add(self, text):
        self.write("crm.rules", RULES + text)

    def sql(self, script, name="crm.db"):
        connection = sqlite3.connect(self.folder / name)
        try:
            connection.executescript(script)
        finally:
            connection.close()

    def rows(self, query, name="crm.db"):
        connection = sqlite3.connect(self.folder / name)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def start(self, name, *arguments, **options):
        command = [SAITEN, *name.split(), *map(str, arguments)]
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **options.pop("env", {})}
        return subprocess.Popen(command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                stdin=subprocess.DEVNULL, env=environment, **options)

    def ends(self, code, name, *arguments, **options):
        """Runs a command, which must end with `code`; what it said on stderr."""
        process = self.start(name, *arguments, **options)
        out, err = process.communicate()
        self.assertEqual(code, process.returncode, f"saiten {name} {arguments}\n{out}\n{err}")
        self.assertNotIn("Error", err)
        if code not in (0, 1):
            self.assertIn("saiten: ", err)
        return err

    def leftovers(self):
        return sorted(p.name for p in self.folder.iterdir() if p.name not in ("crm.rules", "more.csv", "crm.db", "crm.db.saiten"))


class Done(Project):
    def test_0(self):
        for name, arguments in (COMPILE | READ).items():
            with self.subTest(command=name):
                self.ends(0, name, *arguments)
        self.ends(0, "init", "new")
        self.ends(0, "doctor", "--db", "crm.db")
        self.ends(0, "explain", "E1001")
        self.ends(0, "config show")
        self.ends(0, "completion", "bash")

    def test_warnings_alone(self):
        self.add(WARNING)
        for name, arguments in COMPILE.items():
            with self.subTest(command=name):
                self.ends(0, name, *arguments)


class Findings(Project):
    def test_1_errors_in_the_rules(self):
        self.ends(0, "run", "--db", "crm.db")
        before = self.rows("SELECT count(*) FROM saiten_run")
        self.add(ERROR)
        for name, arguments in COMPILE.items():
            with self.subTest(command=name):
                self.ends(1, name, *arguments)
        self.ends(1, "doctor", "--db", "crm.db")
        self.assertEqual(before, self.rows("SELECT count(*) FROM saiten_run"), "a run with errors wrote something")
        self.assertEqual([(3,)], self.rows("SELECT count(*) FROM contacts"), "an import with errors wrote something")

    def test_1_warnings_of_strict(self):
        self.add(WARNING)
        for name, arguments in COMPILE.items():
            with self.subTest(command=name):
                self.ends(1, name, *arguments, "--strict")
        self.write("saiten.toml", "[project]\nstrict = true\n")
        self.ends(1, "check")

    def test_1_failed_test(self):
        self.write("crm.rules", RULES.replace("expect s of c == 1", "expect s of c == 2"))
        self.ends(1, "test")

    def test_1_differences_of_schema(self):
        self.sql("INSERT INTO contacts VALUES (9, 1, 'C')")
        self.ends(1, "schema check", "--db", "crm.db")

    def test_1_doctor(self):
        self.ends(1, "doctor", "--db", "absent.db")


class NotDone(Project):
    def test_2_usage(self):
        for name in (*COMPILE, *READ, "init", "doctor", "explain", "config show", "completion"):
            with self.subTest(command=name):
                self.ends(2, name, "--no-such-flag")
        self.ends(2, "nonsense")
        self.ends(2, "diff")
        self.ends(2, "why", "contact", "--db", "crm.db")
        self.ends(2, "why", "contact", "99", "--db", "crm.db")
        self.ends(2, "evaluate", "nothing", "--db", "crm.db")
        self.ends(2, "run", "--db", "crm.db", "--as-of", "yesterday")
        self.ends(2, "run")
        self.ends(2, "explain", "E9999")
        self.ends(2, "init", ".")

    def test_2_settings(self):
        self.write("saiten.toml", "[run\n")
        for name, arguments in COMPILE.items():
            with self.subTest(command=name):
                self.ends(2, name, *arguments)
        self.ends(2, "config show")

    def test_2_missing_files(self):
        for name, arguments in READ.items():
            if name == "import":
                continue
            with self.subTest(command=name):
                self.ends(2, name, *[a.replace("crm.db", "absent.db") for a in arguments])
        self.ends(2, "import", "absent.csv", "--object", "contact", "--db", "new.db")
        self.ends(2, "check", "absent.rules")
        self.ends(2, "check", "--config", "absent.toml")
        self.ends(2, "check", "-C", "absent")
        self.assertEqual([], self.leftovers())

    def test_2_no_place_for_the_output(self):
        self.ends(2, "check", "--output", "json:absent/check.json")
        self.ends(2, "schema pull", "--db", "crm.db", "--out", "absent/crm.rules")
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([SAITEN, "explain"], cwd=self.folder, stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(2, done.returncode, done.stderr)

    def test_2_no_database(self):
        self.write("text.db", "this is a text and no database, though it is long enough to look like one" * 20)
        for name, arguments in READ.items():
            with self.subTest(command=name):
                self.ends(2, name, *[a.replace("crm.db", "text.db") for a in arguments])


class Partial(Project):
    def test_4_quarantined(self):
        self.sql("CREATE TABLE t AS SELECT * FROM contacts; DROP TABLE contacts; ALTER TABLE t RENAME TO contacts;"
                 "INSERT INTO contacts VALUES (3, 1, 'A')")
        for name in ("run", "evaluate"):
            with self.subTest(command=name):
                self.ends(4, name, *COMPILE[name])
        self.assertEqual([(2,)], self.rows("SELECT count(*) FROM saiten_scores"))

    def test_4_max_errors(self):
        self.sql("INSERT INTO contacts VALUES (9, 'old', 'A'), (10, 'young', 'A')")
        self.ends(0, "run", "--db", "crm.db")
        self.ends(0, "run", "--db", "crm.db", "--max-errors", "2")
        self.ends(4, "run", "--db", "crm.db", "--max-errors", "1")
        self.write("saiten.toml", "[run]\nmax_errors = 1\n")
        self.ends(4, "run", "--db", "crm.db")

    def test_4_bad_rows_of_a_file(self):
        self.write("more.csv", "id,age,kind\n4,30,A\nx,1,B\n")
        self.ends(4, "import", *COMPILE["import"])


class Refused(Project):
    def test_2(self):
        self.sql("CREATE TABLE saiten_scores(mine)")
        self.ends(2, "run", "--db", "crm.db")
        self.ends(2, "evaluate", "--db", "crm.db")
        self.sql("CREATE VIEW people AS SELECT * FROM contacts")
        self.write("crm.rules", RULES.replace('from "contacts"', 'from "people"'))
        self.ends(2, "import", *COMPILE["import"])


class Temporary(Project):
    def expect_busy(self, names):
        # Each waits for the lock for a while, so all do it at once.
        processes = {name: self.start(name, *READ[name]) for name in names}
        for name, process in processes.items():
            out, err = process.communicate()
            with self.subTest(command=name):
                self.assertEqual(75, process.returncode, out + err)
                self.assertIn("is in use by another program", err)

    def test_75_locked_for_all(self):
        other = sqlite3.connect(self.folder / "crm.db", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        self.expect_busy(READ)
        other.close()
        self.assertEqual([], self.rows("SELECT name FROM sqlite_master WHERE name LIKE 'saiten%'"))

    def test_75_locked_for_writing(self):
        self.ends(0, "run", "--db", "crm.db")
        before = self.rows("SELECT * FROM saiten_scores")
        other = sqlite3.connect(self.folder / "crm.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        for name in ("why", "schema check", "schema pull", "runs list"):
            with self.subTest(command=name):
                self.ends(0, name, *READ[name])
        self.ends(0, "run", "--db", "crm.db", "--dry-run")
        self.ends(0, "evaluate", "--db", "crm.db", "--dry-run")
        self.expect_busy(["run", "evaluate", "import"])
        other.close()
        self.assertEqual(before, self.rows("SELECT * FROM saiten_scores"))

    def test_75_second_run(self):
        self.sql("WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 400000) "
                 "INSERT INTO contacts SELECT i, i % 90, 'A' FROM n")
        first = self.start("run", "--db", "crm.db", "--engine", "interp")
        try:
            wait_for(lambda: holds_the_lock(self.folder / "crm.db"))
            os.kill(first.pid, signal.SIGSTOP)
            self.assertIn("another run is at work", self.ends(75, "run", "--db", "crm.db"))
            self.ends(0, "run", "--db", "crm.db", "--dry-run")
        finally:
            os.kill(first.pid, signal.SIGCONT)
            first.communicate()
        self.assertEqual(0, first.returncode)
        self.ends(0, "run", "--db", "crm.db")


def has_open(pid, path):
    try:
        return any(os.path.realpath(f"/proc/{pid}/fd/{fd}") == os.path.realpath(path)
                   for fd in os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return False


def holds_the_lock(path):
    """Whether a run is at work on the file: the byte that store/runs/run_lock.cpp locks is taken. To have the file open
    says nothing yet, a run first looks whether it is a database."""
    with open(path, "r+b") as file:
        asked = struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, 1 << 62, 1, 0)
        return struct.unpack("hhqqi", fcntl.fcntl(file, fcntl.F_GETLK, asked))[0] != fcntl.F_UNLCK


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("it never came to that")
        time.sleep(0.001)


class Interrupted(Project):
    """A signal while it loads, computes and writes: the code, the message, the old results whole, nothing beside them."""

    def setUp(self):
        super().setUp()
        self.ends(0, "run", "--db", "crm.db", "--as-of", "2026-06-01")
        self.sql("WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) "
                 "INSERT INTO contacts SELECT i, i % 90, 'A' FROM n")
        self.before = self.results()

    def results(self):
        return self.rows("SELECT count(*), sum(points) FROM saiten_scores"), self.rows("SELECT count(*) FROM saiten_run")

    def interrupt(self, process, number):
        os.kill(process.pid, number)
        out, err = process.communicate()
        self.assertEqual([], self.leftovers())
        integrity = self.rows("PRAGMA integrity_check")
        self.assertEqual([("ok",)], integrity)
        return process.returncode, out, err

    def test_130_while_loading(self):
        process = self.start("run", "--db", "crm.db")
        wait_for(lambda: has_open(process.pid, self.folder / "crm.db"))
        code, out, err = self.interrupt(process, signal.SIGINT)
        self.assertEqual((130, ""), (code, out))
        self.assertIn("interrupted; nothing was changed", err)
        self.assertEqual(self.before, self.results())

    def test_143_while_writing(self):
        for language, words in (("en", "interrupted; nothing was changed"), ("ja", "中断しました。何も変更していません")):
            process = self.start("run", "--db", "crm.db", "--lang", language)
            journal = self.folder / "crm.db-journal"
            wait_for(journal.exists)
            code, out, err = self.interrupt(process, signal.SIGTERM)
            self.assertEqual((143, ""), (code, out))
            self.assertIn(words, err)
            self.assertEqual(self.before, self.results())

    def test_at_any_time(self):
        begin = time.monotonic()
        self.ends(0, "run", "--db", "crm.db", "--dry-run", "--engine", "interp")
        whole = 1.5 * (time.monotonic() - begin)
        codes = set()
        for step in range(12):
            before = self.results()
            process = self.start("run", "--db", "crm.db", "--engine", "interp")
            wait_for(lambda: has_open(process.pid, self.folder / "crm.db") or process.poll() is not None)
            time.sleep(whole * step / 12)
            code, _, err = self.interrupt(process, signal.SIGINT)
            codes.add(code)
            self.assertIn(code, (0, 130), err)
            written = code == 0 or "had been written" in err
            if not written:
                self.assertIn("nothing was changed", err)
            after = self.results()
            self.assertEqual(before[1][0][0] + written, after[1][0][0])
            if not written:
                self.assertEqual(before, after)
        self.assertIn(130, codes)

    def test_a_second_signal_ends_at_once(self):
        process = self.start("run", "--db", "crm.db")
        journal = self.folder / "crm.db-journal"
        wait_for(journal.exists)
        for _ in range(3):
            try:
                os.kill(process.pid, signal.SIGINT)
            except ProcessLookupError:
                break
        process.communicate()
        self.assertEqual(130, process.returncode)
        self.assertEqual(self.before, self.results())

    def test_130_while_importing(self):
        with open(self.folder / "big.csv", "w", encoding="utf-8") as csv:
            csv.write("id,age,kind\n" + "".join(f"{i},{i % 90},B\n" for i in range(1, 400_000)))
        before = self.rows("SELECT count(*), sum(kind = 'B') FROM contacts")
        process = self.start("import", "big.csv", "--object", "contact", "--db", "crm.db")
        journal = self.folder / "crm.db-journal"
        wait_for(lambda: journal.exists() and journal.stat().st_size > 0)
        os.kill(process.pid, signal.SIGINT)
        _, err = process.communicate()
        self.assertEqual(130, process.returncode, err)
        self.assertEqual(before, self.rows("SELECT count(*), sum(kind = 'B') FROM contacts"))
        process = self.start("import", "big.csv", "--object", "contact", "--db", "new.db")
        wait_for((self.folder / "new.db").exists)
        os.kill(process.pid, signal.SIGINT)
        process.communicate()
        self.assertEqual(130, process.returncode)
        self.assertEqual(["big.csv"], self.leftovers(), "half a database was left")


if __name__ == "__main__":
    SAITEN = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
