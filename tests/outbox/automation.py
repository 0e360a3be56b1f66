"""From rules to the servers and back: `saiten run` writes actions, `saiten outbox send` delivers them, the next runs know what
came of them."""
import email
import json
import subprocess
import time
import unittest

from outbox_case import OutboxCase, SAITEN
from servers import Hooks, Mailbox

RULES = """timezone "UTC"
use std.messages
object contact from "contacts" {
  id: int key
  email: text? as address
  unsubscribed: bool as opt_out
  phase: text?
}
event form of contact { name: text }
event crm_answer of contact from "saiten_responses" by "record" where object == "contact" {
  name: text?
  code: int
  state: text
}

template welcome for contact class one_to_one {
  from "info@example.com" as "株式会社A"
  subject "ようこそ"
  body "配信停止: ${unsubscribe_link}"
}
action to_crm(c: contact, form: text) webhook "HOOKS/crm" { id: c.id, form: form, phase: c.phase, out: c.unsubscribed }

workflow greet for contact {
  on form
  re-enter
  call to_crm(contact, event.name) retry 1 backoff 1s
  send welcome
  task "電話" due in 2 days
  wait for delivered where email == welcome up to 5 days {
    set phase = "delivered"
  } else {
    set phase = "never arrived"
  }
}
workflow answered for contact {
  on crm_answer where name == "to_crm" and state == "sent"
  re-enter
  notify team "Sales" "CRM"
}
workflow bounced for contact {
  on bounce where hard == true
  re-enter
  notify team "Sales" "bounced"
}
"""


class Automation(OutboxCase):
    def setUp(self):
        super().setUp()
        self.db.unlink()
        self.hooks = Hooks(lambda path, body, times: 500 if times == 1 else 200)
        self.box = Mailbox(lambda to, times: ("rcpt", 550) if to.startswith("gone") else "take")
        self.addCleanup(self.hooks.stop)
        self.addCleanup(self.box.stop)
        (self.folder / "crm.rules").write_text(RULES.replace("HOOKS", self.hooks.url))
        self.settings(f'allow = ["{self.hooks.url}", "smtp"]', f'smtp = "{self.box.url}"', 'smtp_tls = "none"',
                      'unsubscribe_url = "https://example.com/{key}"')
        self.write("CREATE TABLE users(id INTEGER PRIMARY KEY, name, email, team)",
                   "CREATE TABLE contacts(id INTEGER PRIMARY KEY, email, unsubscribed, phase)",
                   "CREATE TABLE form(id INTEGER PRIMARY KEY, contact_id, time, name)",
                   "INSERT INTO contacts VALUES (1, 'a@example.jp', 0, NULL), (2, 'gone@example.jp', 0, 'x')")

    def run_at(self, *arguments):
        done = subprocess.run([SAITEN, "-C", self.folder, "run", *arguments], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    # req S1-77 S1-11
    def test_there_and_back(self):
        self.run_at()
        time.sleep(1.1)
        self.write("INSERT INTO form VALUES (1, 1, strftime('%Y-%m-%dT%H:%M:%SZ'), 'ebook'), "
                   "(2, 2, strftime('%Y-%m-%dT%H:%M:%SZ'), 'demo')")
        time.sleep(1.1)
        self.run_at()
        kinds = [kind for kind, in self.query("SELECT kind FROM saiten_actions ORDER BY seq")]
        self.assertEqual(sorted(kinds), ["call", "call", "mail", "mail", "task", "task"])
        done = self.send("--wait", "20s", code=4)
        self.assertIn("3 sent, 2 tasks and notifications handed over, 1 failed", done.stderr)
        bodies = {h["Idempotency-Key"]: json.loads(b) for _, h, b in self.hooks.log}
        self.assertEqual(sorted(bodies.values(), key=lambda b: b["id"]),
                         [{"id": 1, "form": "ebook", "phase": None, "out": False},
                          {"id": 2, "form": "demo", "phase": "x", "out": False}])
        self.assertEqual(set(bodies), {k for k, in self.query("SELECT key FROM saiten_actions WHERE kind = 'call'")})
        self.assertEqual([to for to, _ in self.box.mails], ["a@example.jp"])
        self.assertEqual(self.query("SELECT title FROM saiten_tasks"), [("電話",), ("電話",)])
        time.sleep(1.1)
        self.run_at()
        notes = self.query("SELECT id, text FROM saiten_notifications ORDER BY id, text")
        self.assertEqual(notes, [(1, "CRM"), (2, "CRM"), (2, "bounced")])
        self.assertEqual(self.query("SELECT id, value FROM saiten_values WHERE property = 'phase'"), [(1, "delivered")])
        # Nothing goes out again.
        self.send()
        self.assertEqual((len(self.hooks.log), len(self.box.mails)), (3, 1))

    def test_mail_of_a_run_that_was_ended(self):
        (self.folder / "crm.rules").write_text("""timezone "UTC"
use std.messages
object contact from "contacts" { id: int key  email: text? as address  unsubscribed: bool as opt_out  phase: text? }
event form of contact { name: text }
template news for contact class one_to_one {
  from "info@example.com" as "株式会社A"
  subject "news"
  body "配信停止: ${unsubscribe_link}"
}
template receipt for contact class transactional reason "order" {
  from "info@example.com" as "株式会社A"
  subject "receipt"
  body "receipt"
}
workflow nurture for contact {
  on form where name == "nurture"
  once
  goal phase == "won"
  send news
  send receipt
  wait 30 days
}
workflow quick for contact {
  on form where name == "quick"
  once
  goal phase == "won"
  send news
}
workflow ends_itself for contact {
  on form where name == "now"
  once
  goal phase == "now"
  send news
  set phase = "now"
  wait 30 days
}
""")
        self.write("DELETE FROM contacts")
        for number, name in enumerate(["nurture", "nurture", "quick", "now"], 1):
            self.write(("INSERT INTO contacts VALUES (?, ?, 0, NULL)", (number, f"u{number}@example.jp")))
        self.run_at("--as-of", "2026-01-01T00:00:00Z")
        for number, name in enumerate(["nurture", "nurture", "quick", "now"], 1):
            self.write(("INSERT INTO form VALUES (?, ?, '2026-01-01T01:00:00Z', ?)", (number, number, name)))
        self.run_at("--as-of", "2026-01-02T00:00:00Z")
        self.write("UPDATE contacts SET phase = 'won' WHERE id IN (2, 3)")
        self.run_at("--as-of", "2026-01-03T00:00:00Z")
        ended = self.query("SELECT id, status FROM saiten_enrolments ORDER BY id")
        self.assertEqual(ended, [(1, "active"), (2, "goal"), (3, "completed"), (4, "goal")])
        self.assertIn("1 dropped", self.send("--dry-run").stderr)
        self.assertIn("1 dropped", self.send().stderr)
        got = sorted((to, email.message_from_bytes(mail)["Subject"]) for to, mail in self.box.mails)
        # The run of 2 had ended before its news went out; that of 4 ended in the instant in which it sent them.
        self.assertEqual(got, [("u1@example.jp", "news"), ("u1@example.jp", "receipt"), ("u2@example.jp", "receipt"),
                               ("u3@example.jp", "news"), ("u4@example.jp", "news")])
        self.assertEqual(self.query("SELECT a.id, a.state, d.response FROM saiten_actions a JOIN saiten_delivery d "
                                    "ON d.action = a.seq WHERE a.state = 'dropped'"), [(2, "dropped", "run ended")])


if __name__ == "__main__":
    unittest.main()
