#!/usr/bin/env python3
"""`saiten workflow enrol --dry-run`: what one record would get is what it gets, and nothing is written.

usage: try_enrolment.py SAITEN
"""

# req S1-149

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
use std.messages
enum Stage { Lead MQL }
object contact from "contacts" {
  id: int key
  email: text? as address
  name: text?
  stage: Stage?
  size: int?
  out: bool? as opt_out
}
event form of contact from "forms" { kind: text? }
segment gone for contact where out
template hello for contact class one_to_one {
  from "team@example.com"
  subject "Hello ${name else "you"}"
  body "Of ${size else 0} people"
}
workflow care for contact {
  on form
  once
  suppress gone
  send window mon..fri 09:00-18:00
  step first: send hello
  wait for email_open where email == hello up to 2 days {
    step thanks: send hello with subject "Thanks"
  } else {
    send hello with subject "Once more"
  }
  if size > 10 { set stage = MQL } else { exit }
  wait 3 days
  notify user "Ken" "${name else "-"} is ${stage else Lead}"
  enrol in other
}
workflow other for contact {
  manually
  restart
  send hello
}
"""


class TryEnrolment(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        with open(os.path.join(self.folder.name, "crm.rules"), "w", encoding="utf-8") as file:
            file.write(RULES.replace("object contact", 'object user from "users" { id: int key  name: text? }\nobject contact'))
        self.sql("CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT)")
        self.sql("INSERT INTO users VALUES(1, 'Ken')")
        self.sql("CREATE TABLE contacts(id INTEGER PRIMARY KEY, email, name, stage, size, out)")
        self.sql("INSERT INTO contacts VALUES(1, 'a@example.com', 'Ann', 'Lead', 50, 0), "
                 "(2, 'b@example.com', NULL, NULL, 5, 0), (3, 'c@example.com', 'Cem', NULL, 50, 1)")
        self.sql("CREATE TABLE forms(contact_id INTEGER, time TEXT, kind TEXT)")

    def sql(self, text):
        with sqlite3.connect(os.path.join(self.folder.name, "crm.db")) as database:
            return database.execute(text).fetchall()

    def saiten(self, *arguments, code=0):
        done = subprocess.run([SAITEN, "--lang", "en", *arguments, "--db", "crm.db"], cwd=self.folder.name,
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def dry(self, who, *more, at="2026-06-05 20:00", code=0):
        return self.saiten("workflow", "enrol", "care", "contact", str(who), "--dry-run", "--as-of", at, *more, code=code)

    def everything(self):
        with sqlite3.connect(os.path.join(self.folder.name, "crm.db")) as database:
            return list(database.iterdump())

    def test_it_is_what_happens(self):
        for ran in (False, True):
            if ran:
                self.saiten("run", "--as-of", "2026-06-01")
            before = self.everything()
            tried = {who: json.loads(self.dry(who, "--json").stdout) for who in (1, 2, 3)}
            self.assertEqual(before, self.everything())
        self.assertEqual([tried[who]["ended"] for who in (1, 2, 3)], ["completed", "completed", "suppressed"])
        for who in (1, 2, 3):
            self.saiten("workflow", "enrol", "care", "contact", str(who), "--as-of", "2026-06-05 20:00")
        self.saiten("run", "--as-of", "2026-07-05")
        for who in (1, 2, 3):
            real = [(kind, step or "", fields) for kind, step, fields in self.sql(
                "SELECT kind, step, payload FROM saiten_actions WHERE workflow = 'care' AND id = %d ORDER BY seq" % who)]
            told = [(row["kind"], row["step"], json.dumps(row["fields"])) for row in tried[who]["log"]
                    if row["kind"] in ("mail", "notification")]
            self.assertEqual([(kind, step, json.loads(fields)) for kind, step, fields in real],
                             [(kind, step, json.loads(fields)) for kind, step, fields in told])
            times = self.sql("SELECT strftime('%%Y-%%m-%%dT%%H:%%M:%%SZ', time / 1000000, 'unixepoch') FROM saiten_actions "
                             "WHERE workflow = 'care' AND id = %d ORDER BY seq" % who)
            self.assertEqual([time for time, in times],
                             [row["time"] for row in tried[who]["log"] if row["kind"] in ("mail", "notification")])
        self.assertEqual(len([row for row in tried[1]["log"] if row["kind"] == "mail"]), 2)
        again = json.loads(self.dry(1, "--json", at="2026-07-06").stdout)
        self.assertEqual([again["ended"], len(again["log"])], ["re-entry policy", 1])

    def test_words(self):
        done = self.dry(1)
        self.assertIn("2026-06-08T09:00:00+00:00  first: mail hello -> a@example.com\n    | Hello Ann\n    | Of 50 people\n",
                      done.stdout)
        self.assertIn("as if nobody answers; an answer leads to `thanks`", done.stdout)
        self.assertIn("Once more", done.stdout)
        self.assertNotIn("| Thanks", done.stdout)
        self.assertIn("nothing was written", done.stderr)

    def test_mistakes(self):
        self.assertIn("no contact with the key `9`", self.dry(9, code=2).stderr)
        self.assertIn("do not go together", self.dry(1, "--remove", code=2).stderr)


if __name__ == "__main__":
    unittest.main()
