#!/usr/bin/env python3
"""Workflows by hand: off, pause, resume, enrol, from the command line to what the next runs do.

usage: workflow_control.py SAITEN
"""

# req S1-157

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import unittest

SAITEN = sys.argv.pop(1)

RULES = """
timezone "Etc/UTC"
object contact from "contacts" {
  id: int key
  email: text? as address
  vip: bool
  out: bool? as opt_out
}
event form of contact from "forms" { kind: text? }
segment important for contact where vip
template hello for contact class one_to_one {
  from "team@example.com"
  subject "Hello"
  body "Hello {unsubscribe_link}"
}
template bye for contact class one_to_one {
  from "team@example.com"
  subject "Bye"
  body "Bye {unsubscribe_link}"
}
workflow nurture for contact {
  on form
  re-enter
  only if not vip
  send hello
  wait 3 days
  send bye
}
"""


class WorkflowControl(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        with open(os.path.join(self.folder.name, "crm.rules"), "w", encoding="utf-8") as file:
            file.write(RULES)
        self.sql("CREATE TABLE contacts(id INTEGER PRIMARY KEY, email TEXT, vip INTEGER, out INTEGER)")
        self.sql("INSERT INTO contacts VALUES(1, 'a@example.com', 0, 0), (2, 'b@example.com', 1, 0)")
        self.sql("CREATE TABLE forms(contact_id INTEGER, time TEXT, kind TEXT)")
        self.run_at("2026-06-01")
        self.sql("INSERT INTO forms VALUES(1, '2026-06-01T09:00:00Z', 'x')")

    def sql(self, text):
        with sqlite3.connect(os.path.join(self.folder.name, "crm.db")) as database:
            return database.execute(text).fetchall()

    def saiten(self, *arguments, code=0):
        done = subprocess.run([SAITEN, *arguments], cwd=self.folder.name, capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def run_at(self, time):
        self.saiten("run", "--db", "crm.db", "--as-of", time, "-q")

    def workflow(self, *arguments, at="2026-06-02", code=0):
        return self.saiten("workflow", *arguments, "--db", "crm.db", "--as-of", at, code=code)

    def log(self, who=1):
        rows = self.sql(
            "SELECT seq, time, kind, detail FROM saiten_decisions WHERE id IS " + str(who) +
            " UNION ALL SELECT seq, time, json_extract(payload, '$.template'), '' FROM saiten_actions WHERE id IS " +
            str(who) + " ORDER BY 1")
        hours = 3600 * 1_000_000
        june = 1780272000 * 1_000_000
        return [((time - june) // hours, kind, detail or "") for _, time, kind, detail in rows]

    def test_pause_and_resume(self):
        for way, end in (("--keep", 228), ("--restart", 300), ("--active-time", 285)):
            with self.subTest(way):
                self.setUp()
                self.run_at("2026-06-01 12:00")
                self.workflow("pause", "nurture")
                self.run_at("2026-06-09")
                self.assertEqual(self.sql("SELECT state FROM saiten_flow"), [("paused",)])
                self.workflow("resume", "nurture", way, at="2026-06-10 12:00")
                self.run_at("2026-06-30")
                self.assertEqual(self.log(), [(9, "enrolled", ""), (9, "hello", ""), (end, "bye", ""),
                                              (end, "ended", "completed")])
                self.assertEqual(self.log("NULL"), [(24, "switched", "paused"), (228, "switched", "on")])
                self.assertEqual(self.sql("SELECT count(*) FROM saiten_control"), [(0,)])

    def test_it_does_not_matter_when_the_next_run_comes(self):
        # Nothing ran since the form: all of it is done in one run, each at its instant.
        self.workflow("pause", "nurture")
        self.workflow("resume", "nurture", "--active-time", at="2026-06-10 12:00")
        self.run_at("2026-06-30")
        self.assertEqual(self.log(), [(9, "enrolled", ""), (9, "hello", ""), (285, "bye", ""),
                                      (285, "ended", "completed")])

    def evaluated(self, time):
        done = subprocess.run([SAITEN, "run", "--db", "crm.db", "--as-of", time, "--json", "-q"], cwd=self.folder.name,
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["evaluated"]

    def test_a_run_with_nothing_to_do_reads_nothing_and_loses_nothing(self):
        self.run_at("2026-06-01 12:00")
        self.workflow("pause", "nurture", at="2026-06-03 12:00")
        self.assertEqual(self.evaluated("2026-06-02"), 2)  # who writes makes it look
        self.assertEqual(self.evaluated("2026-06-03"), 0)
        self.assertEqual(self.sql("SELECT until FROM saiten_automation"), [(1780444800 * 1_000_000,)])
        # The pause was for later, and what waited for its time is late by it.
        self.assertEqual(self.evaluated("2026-06-03 18:00"), 2)
        self.assertEqual(self.sql("SELECT state FROM saiten_flow"), [("paused",)])
        self.assertEqual(self.evaluated("2026-06-04"), 0)
        self.workflow("resume", "nurture", "--keep", at="2026-06-04 06:00")
        self.assertEqual(self.evaluated("2026-06-04 07:00"), 2)
        self.assertEqual(self.evaluated("2026-06-04 08:00"), 0)
        self.assertEqual(self.evaluated("2026-06-05"), 2)  # 3 days behind the form
        # An event that is told before its time.
        self.sql("INSERT INTO forms VALUES(1, '2026-06-07T09:00:00Z', 'x')")
        for day in ("06", "07", "08"):
            self.run_at("2026-06-" + day)
        self.assertEqual(self.log(), [(9, "enrolled", ""), (9, "hello", ""), (81, "bye", ""), (81, "ended", "completed"),
                                      (153, "enrolled", ""), (153, "hello", "")])

    def test_what_is_for_later_waits(self):
        self.workflow("off", "nurture", "--cancel", at="2026-06-03")
        self.run_at("2026-06-02")
        self.assertEqual(self.sql("SELECT state FROM saiten_flow"), [("on",)])
        self.run_at("2026-06-05")
        self.assertEqual(self.sql("SELECT state FROM saiten_flow"), [("off",)])
        self.assertEqual(self.log()[-1], (48, "ended", "off"))

    def test_off_says_what_becomes_of_those_inside(self):
        self.assertIn("--drain", self.workflow("off", "nurture", code=2))
        self.assertIn("--drain", self.workflow("off", "nurture", "--drain", "--cancel", code=2))
        self.workflow("off", "nurture", "--drain")
        self.sql("INSERT INTO forms VALUES(2, '2026-06-02T09:00:00Z', 'x')")
        self.run_at("2026-06-30")
        self.assertEqual(self.log()[-1], (81, "ended", "completed"))
        self.assertEqual(self.log(2), [(33, "refused", "off")])

    # req S1-149
    def test_by_hand_only_the_condition_is_not_asked(self):
        self.sql("INSERT INTO forms VALUES(2, '2026-06-01T10:00:00Z', 'x')")
        self.workflow("enrol", "nurture", "contact", "2")
        self.workflow("enrol", "nurture", "contact", "2", at="2026-06-03")
        self.workflow("enrol", "nurture", "contact", "2", "--remove", at="2026-06-04")
        self.run_at("2026-06-30")
        self.assertEqual(self.log(2), [(10, "refused", "not matching"), (24, "enrolled", ""), (24, "hello", ""),
                                       (48, "refused", "already active"), (72, "ended", "removed")])

    def test_never_before_the_end_of_the_last_run(self):
        self.run_at("2026-06-02 12:00")
        asked = json.loads(self.workflow("pause", "nurture", "--json", at="2026-06-01"))
        self.assertEqual(asked["at"], "2026-06-02T12:00:00Z")
        self.assertEqual((asked["before"], asked["after"]), ("on", "paused"))

    def test_what_cannot_be(self):
        self.assertIn("did you mean `nurture`?", self.workflow("pause", "nurtur", code=2))
        self.assertIn("is on already", self.workflow("resume", "nurture", "--keep", code=2))
        self.assertIn("no record with the key `9`", self.workflow("enrol", "nurture", "contact", "9", code=2))
        self.assertIn("whole number", self.workflow("enrol", "nurture", "contact", "x", code=2))
        self.assertIn("for `contact`", self.workflow("enrol", "nurture", "deal", "1", code=2))
        self.assertEqual(self.sql("SELECT count(*) FROM saiten_control"), [(0,)])
        self.assertEqual(self.sql("SELECT count(*) FROM saiten_request"), [(0,)])

    # req S1-80
    def test_merge(self):
        # 1 has been through once and is in again; 2 came in later, and stays.
        self.sql("INSERT INTO forms VALUES(1, '2026-06-10T09:00:00Z', 'x')")
        self.workflow("enrol", "nurture", "contact", "2", at="2026-06-11")
        self.run_at("2026-06-12")
        said = json.loads(self.workflow("merge", "contact", "1", "2", "--json", at="2026-06-12"))
        self.assertEqual((said["moved"], said["ended"]), (2, 1))
        self.sql("DELETE FROM contacts WHERE id = 1")
        self.sql("UPDATE forms SET contact_id = 2")
        self.run_at("2026-06-30")
        self.assertEqual(self.sql("SELECT id, number, status FROM saiten_enrolments ORDER BY number"),
                         [(2, 1, "removed"), (2, 2, "completed"), (2, 3, "completed")])
        # The older one went on, as the other record: its key is not one of the run that was there already.
        self.assertEqual(self.log(2)[-2:], [(297, "bye", ""), (297, "ended", "completed")])
        self.assertIn((264, "ended", "removed"), self.log(2))
        self.assertIn((264, "merged", ""), self.log(2))
        self.assertIn("with itself", self.workflow("merge", "contact", "2", "2", code=2, at="2026-07-01"))
        self.assertIn("key `7`", self.workflow("merge", "contact", "2", "7", code=2, at="2026-07-01"))

    # sem O1: whoever stays in the CRM and enters again gets no key that an action has already.
    def test_who_was_merged_may_enter_again(self):
        self.run_at("2026-06-10")
        self.workflow("merge", "contact", "1", "2", at="2026-06-10")
        self.sql("INSERT INTO forms VALUES(1, '2026-06-11T09:00:00Z', 'x')")
        self.run_at("2026-06-20")
        self.assertEqual(self.sql("SELECT number, status FROM saiten_enrolments WHERE id = 1"), [(2, "completed")])
        # And back: the numbers that it had are not given again either.
        self.workflow("merge", "contact", "2", "1", at="2026-06-20")
        self.sql("INSERT INTO forms VALUES(1, '2026-06-21T09:00:00Z', 'x')")
        self.run_at("2026-06-30")
        self.assertEqual(self.sql("SELECT count(*), count(DISTINCT number), max(number) FROM saiten_enrolments WHERE id = 1"),
                         [(3, 3, 4)])
        self.assertEqual(self.sql("SELECT count(*), count(DISTINCT key) FROM saiten_actions"), [(6, 6)])

    # sem G1, O4: what the two meet only together ends the run that goes on.
    def test_merge_that_meets_a_goal(self):
        with open(os.path.join(self.folder.name, "crm.rules"), "w", encoding="utf-8") as file:
            file.write(RULES.replace("  only if", "  goal count(form) >= 3\n  only if"))
        self.sql("INSERT INTO forms VALUES(2, '2026-06-02T10:00:00Z', 'x')")
        self.sql("INSERT INTO forms VALUES(1, '2026-06-12T09:00:00Z', 'x')")
        self.run_at("2026-06-13")
        self.workflow("merge", "contact", "1", "2", at="2026-06-13")
        self.sql("DELETE FROM contacts WHERE id = 1")
        self.sql("UPDATE forms SET contact_id = 2")
        self.run_at("2026-06-14")
        self.assertEqual(self.sql("SELECT status, ended FROM saiten_enrolments WHERE id = 2 ORDER BY number DESC LIMIT 1"),
                         [("goal", (1780272000 + 12 * 86400) * 1_000_000)])

    def test_views_of_an_older_version_are_renewed(self):
        views = "SELECT name, sql FROM sqlite_master WHERE type = 'view' AND name LIKE 'saiten%' ORDER BY name"
        made = self.sql(views)
        self.run_at("2026-06-01 10:00")
        schema = self.sql("PRAGMA schema_version")
        self.run_at("2026-06-01 11:00")
        self.assertEqual(self.sql("PRAGMA schema_version"), schema)
        self.sql("DROP VIEW saiten_decisions")
        self.sql("CREATE VIEW saiten_decisions(seq, kind) AS SELECT d.seq, CASE d.kind WHEN 0 THEN 'enrolled' END "
                 "FROM saiten_decision d")
        self.run_at("2026-06-01 12:00")
        self.assertEqual(self.sql(views), made)
        # Something of the user's is left alone.
        self.sql("DROP VIEW saiten_decisions")
        self.sql("CREATE VIEW saiten_decisions AS SELECT 1 AS mine")
        said = self.saiten("run", "--db", "crm.db", "--as-of", "2026-06-01 13:00", code=2)
        self.assertIn("saiten_decisions", said)
        self.assertEqual(self.sql("SELECT mine FROM saiten_decisions"), [(1,)])

    # sem W4: the record that is left is in one member of a group.
    def test_merge_leaves_one_member_of_a_group(self):
        for low, stays in ((5, "push"), (10, "nurture"), (20, "nurture")):
            with self.subTest(low=low):
                self.setUp()
                path = os.path.join(self.folder.name, "crm.rules")
                grouped = RULES.replace("  re-enter\n", "  re-enter\n  exclusive group one\n")
                push = grouped[grouped.index("workflow nurture"):].replace("only if not vip", "only if vip")
                push = push.replace("nurture for contact", "push for contact priority 10")
                grouped = grouped.replace("nurture for contact", f"nurture for contact priority {low}")
                with open(path, "w", encoding="utf-8") as file:
                    file.write(grouped + push)
                self.run_at("2026-06-10")
                self.workflow("enrol", "nurture", "contact", "1", at="2026-06-11 01:00")
                self.workflow("enrol", "push", "contact", "2", at="2026-06-11 02:00")
                self.run_at("2026-06-12")
                said = json.loads(self.workflow("merge", "contact", "1", "2", "--json", at="2026-06-12"))
                self.assertEqual(said["ended"], 1)
                ends = dict(self.sql("SELECT workflow, status FROM saiten_enrolments WHERE id = 2 AND enrolled > "
                                     "(SELECT min(enrolled) FROM saiten_enrolments) OR status <> 'completed'"))
                gone = "push" if stays == "nurture" else "nurture"
                self.assertEqual((ends[stays], ends[gone]), ("active", "left"))
                self.assertEqual(self.sql("SELECT workflow, detail FROM saiten_decisions WHERE fields = '{\"merged\":1}'"),
                                 [(gone, "left")])

    def test_merge_unites_what_came_back(self):
        self.sql("INSERT INTO forms VALUES(1, '2026-06-10T09:00:00Z', 'x')")
        self.run_at("2026-06-12")
        self.sql("CREATE TABLE saiten_message_events(seq INTEGER PRIMARY KEY, id TEXT UNIQUE, object TEXT, event TEXT, record, "
                 "time TEXT, email TEXT, step TEXT, workflow TEXT, action TEXT, url TEXT, hard INTEGER)")
        # A CSV file brings keys as text, the delivery as numbers.
        self.sql("INSERT INTO saiten_message_events(id, object, event, record) VALUES('a', 'contact', 'bounce', '1'), "
                 "('b', 'contact', 'delivered', 1), ('c', 'contact', 'delivered', 2), ('d', 'user', 'delivered', 1)")
        self.sql("INSERT INTO saiten_history(object, id, name, time, value) VALUES"
                 "('contact', 1, 'vip', '2026-01-01T00:00:00Z', '1'), ('contact', 1, 'vip', '2026-05-01T00:00:00Z', '0'), "
                 "('contact', 2, 'vip', '2026-03-01T00:00:00Z', '1'), ('contact', 1, 'kind', '2026-03-01T00:00:00Z', 'x')")
        self.sql("INSERT INTO saiten_grants(object, id, name, time, points) VALUES('contact', 1, 's', '2026-01-01T00:00:00Z', 5)")
        waiting = self.sql("SELECT count(*) FROM saiten_actions WHERE id = 1 AND state = 'new'")
        self.sql("UPDATE saiten_action SET state = 'sent' WHERE seq = (SELECT min(seq) FROM saiten_action)")
        self.workflow("merge", "contact", "1", "2", at="2026-06-12")
        self.assertEqual(self.sql("SELECT id, object, record FROM saiten_message_events ORDER BY id"),
                         [("a", "contact", 2), ("b", "contact", 2), ("c", "contact", 2), ("d", "user", 1)])
        # A value was one thing at a time: the other's history counts before this one's began.
        self.assertEqual(self.sql("SELECT id, name, time, value FROM saiten_history WHERE name IN ('vip', 'kind') ORDER BY time"),
                         [(2, "vip", "2026-01-01T00:00:00Z", "1"), (2, "vip", "2026-03-01T00:00:00Z", "1")])
        self.assertEqual(self.sql("SELECT id, points FROM saiten_grants"), [(2, 5)])
        # What waits goes to the one who is left; what has gone out went to the other.
        self.assertEqual(self.sql("SELECT id, state, count(*) FROM saiten_actions GROUP BY id, state ORDER BY id"),
                         [(1, "sent", 1)] + ([(2, "new", waiting[0][0] - 1)] if waiting[0][0] > 1 else []))

    def test_what_waits_for_a_workflow_that_is_gone(self):
        self.run_at("2026-06-01 12:00")
        self.workflow("pause", "nurture", at="2026-06-01 13:00")
        self.workflow("enrol", "nurture", "contact", "2", at="2026-06-01 13:00")
        path = os.path.join(self.folder.name, "crm.rules")
        with open(path) as file:
            rules = file.read()
        with open(path, "w") as file:
            file.write(rules.replace("workflow nurture", "workflow other"))
        said = self.saiten("run", "--db", "crm.db", "--as-of", "2026-06-02")
        for what in ("`workflow pause nurture` is not done", "`workflow enrol nurture` is not done", "have no such workflow"):
            self.assertIn(what, said)
        self.assertEqual(self.sql("SELECT id, workflow, detail, fields FROM saiten_decisions WHERE detail = 'no such workflow' "
                                  "ORDER BY seq"), [(2, "nurture", "no such workflow", '{"asked":"enrol"}'),
                                                    (None, "nurture", "no such workflow", '{"asked":"pause"}')])
        self.assertEqual(self.sql("SELECT count(*) FROM saiten_control"), [(0,)])
        # A workflow that comes back under the name is another one: nobody has paused it.
        with open(path, "w") as file:
            file.write(rules)
        self.assertNotIn("is not done", self.saiten("run", "--db", "crm.db", "--as-of", "2026-06-03"))
        self.assertNotEqual(self.sql("SELECT state FROM saiten_flow WHERE name = 'nurture'"), [("paused",)])

    # Who is inside goes on as they began (sem R6); who comes behind the change gets the step that was written.
    # req S0-48 S1-34
    def test_steps_written_while_people_are_inside(self):
        self.sql("INSERT INTO contacts VALUES(3, 'c@example.com', 0, 0), (4, 'd@example.com', 0, 0)")
        self.run_at("2026-06-05")
        self.assertEqual(self.sql("SELECT status FROM saiten_enrolments WHERE id = 1"), [("completed",)])
        self.sql("INSERT INTO forms VALUES(3, '2026-06-05T09:00:00Z', 'x')")
        self.run_at("2026-06-06")
        with open(os.path.join(self.folder.name, "crm.rules"), "w", encoding="utf-8") as file:
            file.write(RULES.replace("  send bye\n", "  send bye\n  wait 1 day\n  send hello with subject \"Again\"\n"))
        self.sql("INSERT INTO forms VALUES(4, '2026-06-06T09:00:00Z', 'x')")
        self.run_at("2026-06-30")
        mails = "SELECT json_extract(payload, '$.subject') FROM saiten_actions WHERE id = {} ORDER BY seq"
        self.assertEqual(self.sql(mails.format(1)), [("Hello",), ("Bye",)])
        self.assertEqual(self.sql(mails.format(3)), [("Hello",), ("Bye",)])
        self.assertEqual(self.sql(mails.format(4)), [("Hello",), ("Bye",), ("Again",)])

    def test_a_record_that_is_gone_ends(self):
        self.run_at("2026-06-01 12:00")
        self.sql("DELETE FROM contacts WHERE id = 1")
        self.run_at("2026-06-02")
        self.assertEqual(self.sql("SELECT id, status FROM saiten_enrolments"), [(1, "removed")])
        self.assertEqual(self.log()[-1][1:], ("ended", "removed"))

    def test_before_anything_ran(self):
        os.remove(os.path.join(self.folder.name, "crm.db"))
        self.sql("CREATE TABLE contacts(id INTEGER PRIMARY KEY, email TEXT, vip INTEGER, out INTEGER)")
        self.sql("INSERT INTO contacts VALUES(1, 'a@example.com', 0, 0)")
        self.sql("CREATE TABLE forms(contact_id INTEGER, time TEXT, kind TEXT)")
        self.workflow("enrol", "nurture", "contact", "1", at="2026-05-31")
        self.workflow("off", "nurture", "--freeze", at="2026-05-31 12:00")
        self.run_at("2026-06-01")
        self.assertEqual(self.sql("SELECT state FROM saiten_flow"), [("frozen",)])
        self.assertEqual(self.log(), [(0, "refused", "off")])


if __name__ == "__main__":
    unittest.main()
