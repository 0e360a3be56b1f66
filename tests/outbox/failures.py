"""What follows a failed call: the workflow waits at the step for what comes of the delivery, and goes on by it at its instant."""
import datetime
import subprocess
import time
import unittest

from outbox_case import OutboxCase, SAITEN
from servers import Hooks

RULES = """timezone "UTC"
object contact from "contacts" {
  id: int key
  phase: text?
  done: bool
}
event form of contact { name: text }
event crm_answer of contact from "saiten_responses" by "record" where object == "contact" {
  name: text?
  code: int
  state: text
}
action to_crm(c: contact) webhook "HOOKS/${c.id}" { id: c.id }

workflow branching for contact {
  on form where name == "branch"
  re-enter
  call to_crm(contact) retry 1 backoff 1s on failure { set phase = "failed" }
  notify team "Sales" "behind"
}
workflow leaving for contact {
  on form where name == "exit"
  re-enter
  webhook "HOOKS/exit/${contact.id}" { id: contact.id } on failure exit
  notify team "Sales" "reached"
}
workflow asking for contact {
  on form where name == "ask"
  re-enter
  call to_crm(contact)
  wait for crm_answer where name == "to_crm" and code == 201 up to 2 days {
    set phase = "made"
  } else {
    set phase = "silent"
  }
}
workflow closing for contact {
  on form where name == "goal"
  goal done == true
  re-enter
  call to_crm(contact) on failure { notify team "Sales" "never" }
  notify team "Sales" "never either"
}
"""


class Failures(OutboxCase):
    def setUp(self):
        super().setUp()
        self.db.unlink()
        # Even contacts are served, odd ones are refused for good; 5 comes back at the second time.
        self.hooks = Hooks(lambda path, body, times: 201 if int(path.split("/")[-1]) % 2 == 0
                           else (503, 201)[times - 1] if path == "/5" else 400)
        self.addCleanup(self.hooks.stop)
        (self.folder / "crm.rules").write_text(RULES.replace("HOOKS", self.hooks.url))
        self.settings(f'allow = ["{self.hooks.url}"]')
        self.write("CREATE TABLE contacts(id INTEGER PRIMARY KEY, phase, done)",
                   "CREATE TABLE users(id INTEGER PRIMARY KEY, name, email, team)",
                   "CREATE TABLE form(id INTEGER PRIMARY KEY, contact_id, time, name)",
                   "INSERT INTO contacts VALUES " + ", ".join(f"({i}, NULL, 0)" for i in range(1, 10)))
        self.start = int(time.time()) - 600
        self.run_at(0)

    def run_at(self, seconds, *arguments):
        """So many seconds behind the start; the outbox has the machine's clock."""
        at = datetime.datetime.fromtimestamp(self.start + seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        done = subprocess.run([SAITEN, "-C", self.folder, "run", "--as-of", at, *arguments], capture_output=True, text=True,
                              timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def form(self, name, *contacts):
        at = datetime.datetime.fromtimestamp(self.start + 60, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        for contact in contacts:
            self.write(("INSERT INTO form(contact_id, time, name) VALUES (?, ?, ?)", (contact, at, name)))

    def notes(self):
        return self.query("SELECT id, json_extract(payload, '$.text') FROM saiten_actions WHERE kind = 'notification' "
                          "ORDER BY id, seq")

    def phases(self):
        return self.query("SELECT id, value FROM saiten_values WHERE property = 'phase' ORDER BY id")

    def inside(self):
        return self.query("SELECT id, status, waiting FROM saiten_enrolments ORDER BY id, enrolment")

    # req S1-77
    def test_branch(self):
        self.form("branch", 1, 2, 5)
        self.run_at(120)
        waiting = [(i, "active", "delivery") for i in (1, 2, 5)]
        self.assertEqual(self.inside(), waiting)
        self.assertEqual(self.notes(), [])
        # Nobody has delivered: whatever the time, it waits.
        self.run_at(180)
        self.assertEqual(self.inside(), waiting)
        self.send(code=4)  # 1 has failed, 2 is there, 5 will be tried again
        self.run_at(700)
        self.assertEqual(self.inside(), [(1, "completed", None), (2, "completed", None), (5, "active", "delivery")])
        self.assertEqual(self.phases(), [(1, "failed")])
        self.assertEqual(self.notes(), [(1, "behind"), (2, "behind")])
        # The instant is that of the delivery, not of the run.
        times = dict(self.query("SELECT a.id, d.time FROM saiten_delivery d JOIN saiten_actions a ON a.seq = d.action "
                                "WHERE d.state IN ('sent', 'failed')"))
        told = self.query("SELECT id, time, detail FROM saiten_decisions WHERE kind = 'branch' ORDER BY id")
        self.assertEqual(told, [(1, times[1], "failure"), (2, times[2], "sent")])
        time.sleep(1.1)
        self.send()
        self.run_at(800)
        self.assertEqual(self.phases(), [(1, "failed")])
        self.assertEqual(self.notes(), [(1, "behind"), (2, "behind"), (5, "behind")])
        self.assertEqual(self.query("SELECT count(*), count(DISTINCT key) FROM saiten_actions"), [(6, 6)])

    def test_exit(self):
        self.form("exit", 3, 4)
        self.run_at(120)
        self.send(code=4)
        self.run_at(700)
        self.assertEqual(self.inside(), [(3, "failed", None), (4, "completed", None)])
        self.assertEqual(self.notes(), [(4, "reached")])

    # req S1-77
    def test_a_response_is_an_event_to_wait_for(self):
        self.form("ask", 6, 7)
        self.run_at(120)
        self.send(code=4)
        self.run_at(700)
        self.assertEqual(self.phases(), [(6, "made")])
        self.run_at(120 + 3 * 86400)
        self.assertEqual(self.phases(), [(6, "made"), (7, "silent")])

    def test_who_has_left_is_not_brought_back(self):
        self.form("goal", 8, 9)
        self.run_at(120)
        self.write("UPDATE contacts SET done = 1 WHERE id = 9")
        self.run_at(180)
        self.assertEqual(self.inside(), [(8, "active", "delivery"), (9, "goal", None)])
        self.send(code=4)
        self.run_at(700)
        self.assertEqual(self.inside(), [(8, "completed", None), (9, "goal", None)])
        self.assertEqual(self.notes(), [(8, "never either")])

    def test_a_person_drops_or_someone_else_delivers(self):
        self.form("exit", 3, 4)
        self.run_at(120)
        self.write("UPDATE saiten_action SET state = 'dropped' WHERE id = 4", "UPDATE saiten_action SET state = 'sent' WHERE id = 3")
        self.run_at(180)
        self.assertEqual(self.inside(), [(3, "completed", None), (4, "failed", None)])


if __name__ == "__main__":
    unittest.main()
