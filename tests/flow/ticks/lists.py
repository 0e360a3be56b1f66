#!/usr/bin/env python3
"""Lists whose members change in the source between two runs: the change is an edge at the second one (sem E1, T4a): lists.py SAITEN."""
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

SAITEN = pathlib.Path(sys.argv.pop(1)).resolve()
RULES = """timezone "UTC"
object company from "companies" {
  id: int key
  staff: many contact by company
}
object contact from "contacts" {
  id: int key
  name: text?
  company: company?
  created: time? as created
}
list vip of contact from "vips"
list asked of contact
segment both for contact where in list vip and in list asked
segment served for company where exists(staff where in list vip)
workflow comes for contact {
  on becoming in list vip
  re-enter
  set name = "came"
}
workflow goes for contact {
  on becoming not in list vip
  re-enter
  set name = "went"
}
workflow in_both for contact {
  on becoming in segment both
  re-enter
  set name = "both"
}
workflow hears for company {
  on becoming in segment served
  re-enter
  exit
}
"""
MAKE = """
CREATE TABLE companies(id INTEGER PRIMARY KEY);
CREATE TABLE contacts(id INTEGER PRIMARY KEY, name, company_id, created);
CREATE TABLE vips(contact_id INTEGER);
INSERT INTO companies VALUES (7);
INSERT INTO contacts VALUES (1, 'Ann', 7, NULL), (2, 'Bo', NULL, NULL), (3, 'Cy', NULL, NULL);
INSERT INTO vips VALUES (3);
"""


class Lists(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="saiten-lists-"))
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "saiten.toml").write_text('[data]\ndb = "crm.db"\n')
        self.rules(RULES)
        self.sql(MAKE)

    def rules(self, text):
        (self.folder / "crm.rules").write_text(text)

    def sql(self, script):
        connection = sqlite3.connect(self.folder / "crm.db")
        connection.executescript(script)
        connection.close()

    def query(self, sql):
        connection = sqlite3.connect(self.folder / "crm.db")
        rows = connection.execute(sql).fetchall()
        connection.close()
        return rows

    def saiten(self, *args, expect=0):
        done = subprocess.run([SAITEN, "--lang", "en", "-C", self.folder, *args], capture_output=True, text=True)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def run_on(self, day, *more):
        return self.saiten("run", "--as-of", f"2026-06-{day:02}T00:00:00Z", *more)

    def entered(self):
        """Who entered what, and on which day of June."""
        rows = self.query("SELECT time, workflow, id FROM saiten_decisions WHERE kind = 'enrolled' ORDER BY seq")
        first = 1_780_272_000_000_000
        return [(1 + (time - first) // 86_400_000_000, workflow, record) for time, workflow, record in rows]

    def members(self):
        return self.query("SELECT list, id FROM saiten_seen_member ORDER BY 1, 2")

    def test_a_list_of_the_source(self):
        self.run_on(1)
        self.assertEqual(self.entered(), [])
        self.sql("INSERT INTO vips VALUES (1), (1)")
        self.run_on(2)
        self.assertEqual(sorted(self.entered()), [(2, "comes", 1), (2, "hears", 7)])
        self.run_on(3)
        self.sql("DELETE FROM vips WHERE contact_id IN (1, 3)")
        self.run_on(4)
        self.assertEqual(self.entered()[2:], [(4, "goes", 1), (4, "goes", 3)])
        self.sql("INSERT INTO vips VALUES (1)")
        self.run_on(5)
        self.assertEqual(sorted(self.entered()[4:]), [(5, "comes", 1), (5, "hears", 7)])
        self.assertEqual(self.members(), [("vip", 1)])

    def test_with_a_log_of_changes_and_on_both_engines(self):
        self.saiten("attach")
        self.run_on(1, "--engine", "jit")
        self.sql("INSERT INTO vips VALUES (2)")
        self.run_on(2, "--engine", "jit")
        self.sql("DELETE FROM vips WHERE contact_id = 2; UPDATE contacts SET name = 'Bob' WHERE id = 2")
        self.run_on(3, "--engine", "interp")
        self.assertEqual(self.entered(), [(2, "comes", 2), (3, "goes", 2)])

    def test_an_imported_list(self):
        self.run_on(1)
        (self.folder / "asked.csv").write_text("id\n3\n2\n")
        self.saiten("import", str(self.folder / "asked.csv"), "--list", "asked")
        self.run_on(2)
        self.run_on(3)
        self.assertEqual(self.entered(), [(2, "in_both", 3)])
        self.assertEqual(self.members(), [("asked", 2), ("asked", 3), ("vip", 3)])

    def test_what_a_workflow_does_is_no_change_of_the_source(self):
        self.rules(RULES + """
workflow asks for contact {
  on becoming name == "ask"
  once
  add to asked
  wait 1 day
  remove from asked
}
""")
        self.sql("INSERT INTO vips VALUES (2)")
        self.run_on(1)
        self.sql("UPDATE contacts SET name = 'ask' WHERE id = 2")
        self.run_on(2)
        told = [(2, "asks", 2), (2, "in_both", 2)]
        self.assertEqual(self.entered(), told)
        self.assertEqual(self.members(), [("asked", 2), ("vip", 2), ("vip", 3)])
        self.run_on(4)
        self.run_on(5)
        self.assertEqual(self.entered(), told)
        self.assertEqual(self.members(), [("vip", 2), ("vip", 3)])

    def test_of_a_workflow_and_an_import_the_later_counts(self):
        self.rules(RULES + """
workflow takes for contact {
  on becoming name == "take"
  once
  wait 1 day
  remove from asked
}
""")
        self.sql("INSERT INTO vips VALUES (2)")
        self.run_on(1)
        self.sql("UPDATE contacts SET name = 'take' WHERE id = 2")
        self.run_on(2)
        (self.folder / "asked.csv").write_text("id\n2\n")
        self.saiten("import", str(self.folder / "asked.csv"), "--list", "asked")
        # It was removed on the third; that the source has it is known on the fifth.
        self.run_on(5)
        self.assertEqual(self.entered(), [(2, "takes", 2), (5, "in_both", 2)])
        self.assertEqual(self.query("SELECT list, id FROM saiten_lists"), [("asked", 2)])
        self.run_on(6)
        self.assertEqual(len(self.entered()), 2)

    def test_who_is_new_comes_with_the_lists(self):
        self.run_on(1)
        self.sql("INSERT INTO contacts VALUES (4, 'Di', NULL, '2026-06-02T00:00:00Z'); INSERT INTO vips VALUES (4)")
        self.run_on(5)
        self.run_on(6)
        self.assertEqual(self.entered(), [(2, "comes", 4)])
        self.assertEqual(self.members(), [("vip", 3), ("vip", 4)])

    def test_who_is_gone_is_in_no_list(self):
        self.run_on(1)
        self.sql("DELETE FROM contacts WHERE id = 3")
        self.run_on(2)
        self.assertEqual(self.members(), [])
        self.sql("INSERT INTO contacts VALUES (3, 'Cy', NULL, NULL)")
        self.run_on(3)
        self.assertEqual(self.entered(), [(3, "comes", 3)])

    def test_a_list_that_was_not_known_begins_with_what_is_there(self):
        self.run_on(1)
        self.sql("DROP TABLE saiten_seen_list; DROP TABLE saiten_seen_member; INSERT INTO vips VALUES (1)")
        self.run_on(2)
        self.assertEqual(self.entered(), [])
        self.sql("INSERT INTO vips VALUES (2)")
        self.run_on(3)
        self.assertEqual(self.entered(), [(3, "comes", 2)])
        # Nobody asks for it: it is not kept.
        self.rules("\n".join(line for line in RULES.split("workflow comes")[0].splitlines() if "segment" not in line)
                   + '\nworkflow other for contact {\n  on becoming name == "x"\n  once\n  set name = "y"\n}\n')
        self.run_on(4)
        self.assertEqual(self.members(), [])
        # Nor is `company` read, of which much is known: nobody comes or goes when it is read again.
        self.rules(RULES)
        self.run_on(5)
        self.assertEqual(len(self.entered()), 1)
        self.assertEqual(self.members(), [("vip", 1), ("vip", 2), ("vip", 3)])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
