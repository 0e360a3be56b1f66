#!/usr/bin/env python3
"""Databases that are not what they should be, through the command: a clear message, the right exit code, no half result,
nothing left behind."""
import os
import pathlib
import resource
import signal
import sqlite3
import sys
import unittest

import exit_codes
from exit_codes import COMPILE, READ, RULES, Project, has_open, wait_for

MANY = ("WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) "
        "INSERT INTO contacts SELECT i, i % 90, 'A' FROM n")
NOBODY = 65534


def become_nobody():
    """The administrator may write everything; nobody may not."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def limit_files_to(size):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


class BadDatabase(Project):
    def results(self, name="crm.db"):
        return self.rows("SELECT * FROM saiten_scores", name), self.rows("SELECT * FROM saiten_members", name)


class Damaged(BadDatabase):
    def damaged(self, name, change):
        self.sql(MANY)
        self.ends(0, "run", "--db", "crm.db")
        data = bytearray((self.folder / "crm.db").read_bytes())
        (self.folder / name).write_bytes(change(data))

    def expect_damaged(self, name, *commands):
        before = (self.folder / name).read_bytes()
        for command in commands:
            with self.subTest(command=command):
                err = self.ends(2, command, *[a.replace("crm.db", name) for a in READ[command]])
                self.assertRegex(err, f"`{name}` is (damaged|not an SQLite database)")
        self.assertEqual(before, (self.folder / name).read_bytes(), "it was made worse")
        self.assertEqual([name], self.leftovers())

    def test_bytes_flipped_in_the_middle(self):
        def flip(data):
            middle = len(data) // 2
            for at in range(4096 * 4, middle):
                data[at] ^= 0x5A
            return data
        self.damaged("flipped.db", flip)
        self.expect_damaged("flipped.db", "run", "why", "evaluate", "schema check", "schema pull")

    def test_cut_off(self):
        self.damaged("cut.db", lambda data: data[:len(data) // 10])
        self.expect_damaged("cut.db", "run", "why", "evaluate", "schema check")

    def test_no_database(self):
        self.damaged("header.db", lambda data: b"SQLite format 4\0" + data[16:])
        self.expect_damaged("header.db", *READ)

    def test_an_empty_file_is_an_empty_database(self):
        (self.folder / "empty.db").touch()
        self.assertIn("has no tables", self.ends(2, "run", "--db", "empty.db"))
        self.ends(2, "schema pull", "--db", "empty.db")
        self.ends(0, "import", "more.csv", "--object", "contact", "--db", "empty.db")
        self.assertEqual([(4, 30, "A")], self.rows("SELECT * FROM contacts", "empty.db"))


class OtherVersion(BadDatabase):
    def test_of_a_newer_saiten(self):
        self.ends(0, "run", "--db", "crm.db")
        self.sql("UPDATE saiten_meta SET value = 99 WHERE key = 'format_version'")
        before = self.results()
        for command in ("run", "evaluate", "runs list"):
            with self.subTest(command=command):
                err = self.ends(2, command, *READ[command])
                self.assertIn("written by a newer Saiten", err)
                self.assertIn("use that version", err)
        self.assertEqual(before, self.results())
        # What only reads the CRM's own tables goes on.
        self.ends(0, "run", "--db", "crm.db", "--dry-run")
        self.ends(0, "schema check", "--db", "crm.db")


class Rights(BadDatabase):
    def setUp(self):
        super().setUp()
        self.ends(0, "run", "--db", "crm.db")
        self.before = self.results()
        self.folder.chmod(0o755)

    def as_nobody(self, code, command, *arguments):
        return self.ends(code, command, *arguments, preexec_fn=become_nobody)

    def expect_readable(self):
        self.as_nobody(0, "why", *READ["why"])
        self.as_nobody(0, "run", "--db", "crm.db", "--dry-run")
        self.as_nobody(0, "evaluate", "--db", "crm.db", "--dry-run")
        self.as_nobody(0, "schema pull", "--db", "crm.db")
        self.as_nobody(0, "runs list", "--db", "crm.db")

    def expect_not_writable(self):
        for command in ("run", "evaluate", "import"):
            with self.subTest(command=command):
                err = self.as_nobody(2, command, *READ[command])
                self.assertRegex(err, "may not be written|cannot open the database|cannot write .*running")
                self.assertIn("check the rights of the file and of its folder", err)
        self.assertEqual(self.before, self.results())
        self.assertEqual([], self.leftovers())

    def test_a_file_that_may_only_be_read(self):
        (self.folder / "crm.db").chmod(0o444)
        self.expect_readable()
        self.expect_not_writable()

    def test_a_folder_that_may_only_be_read(self):
        (self.folder / "crm.db").chmod(0o666)
        self.folder.chmod(0o555)
        self.addCleanup(self.folder.chmod, 0o755)
        self.expect_readable()
        self.expect_not_writable()

    def test_a_log_that_cannot_be_made(self):
        self.sql("PRAGMA journal_mode = WAL")
        (self.folder / "crm.db").chmod(0o444)
        self.folder.chmod(0o555)
        self.addCleanup(self.folder.chmod, 0o755)
        if os.getuid() != 0:
            self.addCleanup((self.folder / "crm.db").chmod, 0o644)
        self.assertIn("needs the right to write its folder", self.as_nobody(2, "why", *READ["why"]))

    def test_a_file_that_may_not_be_read(self):
        (self.folder / "crm.db").chmod(0o000)
        self.addCleanup((self.folder / "crm.db").chmod, 0o644)
        for command in READ:
            with self.subTest(command=command):
                self.assertIn("ermission", self.as_nobody(2, command, *READ[command]))

    def test_a_folder_in_its_place(self):
        (self.folder / "folder.db").mkdir()
        for command in READ:
            with self.subTest(command=command):
                err = self.ends(2, command, *[a.replace("crm.db", "folder.db") for a in READ[command]])
                self.assertIn("is a folder, not a database", err)


class OtherTables(BadDatabase):
    def remade(self, script):
        self.sql("DROP TABLE contacts;" + script)

    def test_a_column_is_missing(self):
        self.remade("CREATE TABLE contacts (id INTEGER, kind TEXT)")
        err = self.ends(2, "run", "--db", "crm.db")
        self.assertIn("`contact.age` reads the column `age`, which the table `contacts` does not have; it has id, kind", err)
        self.assertIn("tables there: contacts, visits", err)
        err = self.ends(2, "run", "--db", "crm.db", "--lang", "ja")
        self.assertIn("`contact.age`が読む列`age`は表`contacts`にありません", err)
        self.assertEqual([], self.rows("SELECT name FROM sqlite_master WHERE name LIKE 'saiten%'"))

    def test_a_view(self):
        self.remade("CREATE TABLE people (nr INTEGER, years INTEGER, kind TEXT); INSERT INTO people VALUES (1, 70, 'A');"
                    "CREATE VIEW contacts AS SELECT nr AS id, years AS age, kind FROM people")
        self.ends(0, "run", "--db", "crm.db")
        self.assertEqual([("contact", 1, "s", 2, "hot")], self.rows("SELECT * FROM saiten_scores"))

    def test_a_view_that_does_not_work(self):
        self.remade("CREATE TABLE people (nr INTEGER); CREATE VIEW contacts AS SELECT nr AS id, years AS age, kind FROM people")
        for command in ("run", "schema check"):
            err = self.ends(2, command, *READ[command])
            self.assertIn("no such column: years", err)

    def test_without_rowid(self):
        self.remade("CREATE TABLE contacts (id INTEGER PRIMARY KEY, age INTEGER, kind TEXT) WITHOUT ROWID;"
                    "INSERT INTO contacts VALUES (1, 70, 'A'), (2, 5, 'B')")
        self.ends(0, "run", "--db", "crm.db")
        self.ends(0, "import", *COMPILE["import"])
        self.ends(0, "import", *COMPILE["import"])
        self.assertEqual([(1,), (2,), (4,)], self.rows("SELECT id FROM contacts ORDER BY id"))
        self.ends(0, "schema check", "--db", "crm.db")

    def test_a_table_of_the_user_with_our_name(self):
        self.sql("CREATE TABLE saiten_members (mine); INSERT INTO saiten_members VALUES ('kept')")
        err = self.ends(2, "run", "--db", "crm.db")
        self.assertIn("has a table of its own called `saiten_members`", err)
        self.assertEqual([("kept",)], self.rows("SELECT * FROM saiten_members"))


class ChangedWhileRead(BadDatabase):
    """Every record has age 10 and one visit, or age 20 and two: what is read in between would be neither."""

    RULES = 'object contact from "contacts" { id: int key  age: int? }\nevent visit of contact from "visits" { }\n' \
            'score s for contact { (age) points when age > 0\n +100 per visit }\n'

    def change_while_read(self, journal):
        self.write("crm.rules", 'timezone "Asia/Tokyo"\n' + self.RULES)
        self.sql(f"PRAGMA journal_mode = {journal}; DELETE FROM contacts; DELETE FROM visits;"
                 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150000) "
                 "INSERT INTO contacts SELECT i, 10, NULL FROM n;"
                 "INSERT INTO visits SELECT id, '2026-01-01 10:00', NULL FROM contacts")
        writer = sqlite3.connect(self.folder / "crm.db", timeout=60, isolation_level=None)
        process = self.start("run", "--db", "crm.db")
        wait_for(lambda: has_open(process.pid, self.folder / "crm.db"))
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE contacts SET age = 20")
        writer.execute("INSERT INTO visits SELECT id, '2026-01-02 10:00', NULL FROM contacts")
        writer.execute("COMMIT")
        writer.close()
        out, err = process.communicate()
        self.assertEqual(0, process.returncode, out + err)
        self.assertIn(self.rows("SELECT points, count(*) FROM saiten_scores GROUP BY points"),
                      ([(110, 150_000)], [(220, 150_000)]))

    def test_with_a_journal(self):
        self.change_while_read("DELETE")

    def test_with_a_log(self):
        self.change_while_read("WAL")


class FullDisk(BadDatabase):
    """A limit on the size of files does to a write what a full disk does, and needs no rights."""

    def test_while_results_are_written(self):
        self.ends(0, "run", "--db", "crm.db")
        self.sql(MANY)
        before = self.results()
        size = (self.folder / "crm.db").stat().st_size
        err = self.ends(2, "run", "--db", "crm.db", preexec_fn=limit_files_to(size + 100_000))
        self.assertRegex(err, "nothing was written")
        self.assertEqual(before, self.results())
        self.assertEqual([("ok",)], self.rows("PRAGMA integrity_check"))
        self.assertEqual([], self.leftovers())
        self.ends(0, "run", "--db", "crm.db")

    def test_while_an_evaluation_is_written(self):
        self.sql("PRAGMA page_size = 512; VACUUM")
        self.ends(0, "evaluate", "--db", "crm.db", "--as-of", "2026-06-01")
        before = self.rows("SELECT * FROM saiten_evaluations")
        size = (self.folder / "crm.db").stat().st_size
        for day in range(1, 30):
            done = self.start("evaluate", "--db", "crm.db", "--as-of", f"2026-05-{day:02}",
                              preexec_fn=limit_files_to(size))
            _, err = done.communicate()
            self.assertIn(done.returncode, (0, 2), err)
            if done.returncode == 2:
                break
            before = self.rows("SELECT * FROM saiten_evaluations")
        self.assertEqual(2, done.returncode)
        self.assertRegex(err, "nothing was written")
        self.assertEqual(before, self.rows("SELECT * FROM saiten_evaluations"))
        self.assertEqual([], self.leftovers())

    def test_while_importing(self):
        self.write("more.csv", "id,age,kind\n" + "".join(f"{i},{i % 90},B\n" for i in range(1, 60_000)))
        before = self.rows("SELECT * FROM contacts")
        err = self.ends(2, "import", *COMPILE["import"], preexec_fn=limit_files_to(200_000))
        self.assertRegex(err, "nothing was written")
        self.assertEqual(before, self.rows("SELECT * FROM contacts"))
        self.ends(2, "import", "more.csv", "--object", "contact", "--db", "new.db", preexec_fn=limit_files_to(200_000))
        self.assertEqual([], self.leftovers(), "half a database was left")

    def test_while_a_file_is_written(self):
        self.write("crm.rules", RULES + "".join(f"segment s{i} for contact where agee > {i}\n" for i in range(50)))
        self.ends(2, "check", "--output", "json:report.json", preexec_fn=limit_files_to(1_000))
        self.assertEqual([], self.leftovers())


class Died(BadDatabase):
    def test_a_writer_that_died_is_rolled_back(self):
        self.sql(MANY)
        self.ends(0, "run", "--db", "crm.db", "--as-of", "2026-06-01")
        before = self.results()
        process = self.start("run", "--db", "crm.db")
        journal = self.folder / "crm.db-journal"
        wait_for(lambda: journal.exists() and journal.stat().st_size > 0)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        # Whoever reads next, also Saiten, takes the half of it back.
        self.ends(0, "why", *READ["why"])
        self.assertEqual(before, self.results())
        self.ends(0, "run", "--db", "crm.db")
        self.assertEqual([], self.leftovers())


if __name__ == "__main__":
    exit_codes.SAITEN = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
