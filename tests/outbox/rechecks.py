"""Between the run that made a mail and its delivery things happen: somebody opts out, an address bounces, a record goes, a
workflow is paused. The delivery looks again, before each mail (sem G4, G5, O3)."""
import json
import unittest

from outbox_case import OutboxCase
from servers import Mailbox

RULES = """timezone "UTC"
use std.messages
enum Purpose { news "news"  events "events" }
object contact from "contacts" {
  id: int key
  email: text? as address
  unsubscribed: bool as opt_out
  dead: bool
  agreed: set<Purpose> as consent
}
event form of contact { name: text }
let unreachable for contact = dead or count(bounce where hard == true) > 0 as bounced

template letter for contact class marketing law us {
  from "info@example.com" as "A"
  subject "letter"
  body "Opt out: ${unsubscribe_link}"
  sender_info "A Inc., 1 Main Street, Boston"
  consent "news"
}
template personal for contact class one_to_one {
  from "info@example.com" as "A"
  subject "personal"
  body "Opt out: ${unsubscribe_link}"
}
template receipt for contact class transactional reason "contract" {
  from "info@example.com" as "A"
  subject "receipt"
  body "Thank you"
}
workflow greet for contact {
  on form
  re-enter
  send letter
  send personal
  send receipt
}
"""


class Rechecks(OutboxCase):
    def setUp(self):
        super().setUp()
        self.db.unlink()
        self.box = Mailbox()
        self.addCleanup(self.box.stop)
        (self.folder / "crm.rules").write_text(RULES)
        self.settings('allow = ["smtp"]', f'smtp = "{self.box.url}"', 'smtp_tls = "none"',
                      'unsubscribe_url = "https://example.com/{key}"')
        self.write("CREATE TABLE users(id INTEGER PRIMARY KEY, name, email, team)",
                   "CREATE TABLE contacts(id INTEGER PRIMARY KEY, email, unsubscribed, dead, agreed)",
                   "CREATE TABLE form(id INTEGER PRIMARY KEY, contact_id, time, name)")
        for i in range(1, 9):
            self.write(f"INSERT INTO contacts VALUES ({i}, 'u{i}@example.jp', 0, 0, 'news')")
        self.tool("run", "--as-of", "2026-03-02T09:00Z")

    def enter(self, *contacts):
        """They send the form, and the next run writes three mails for each."""
        for contact in contacts:
            self.write(f"INSERT INTO form VALUES ({contact}, {contact}, '2026-03-02T09:30:00Z', 'ebook')")
        self.tool("run", "--as-of", "2026-03-02T10:00Z")
        self.assertEqual(self.query("SELECT count(*) FROM saiten_actions WHERE state = 'new'"), [(3 * len(contacts),)])

    def arrived(self, contact):
        return [text.decode().split("Subject: ")[1].split()[0] for to, text in self.box.mails
                if to == f"u{contact}@example.jp"]

    def reasons(self, contact):
        return [(json.loads(payload)["template"], why) for payload, why in self.query(
            "SELECT a.payload, d.response FROM saiten_actions a JOIN saiten_delivery d ON d.action = a.seq "
            "WHERE a.state = 'dropped' AND d.state = 'dropped' AND a.id = ? ORDER BY a.seq", contact)]

    # req S0-52 S4-57
    def test_who_may_not_be_written_to_any_more(self):
        self.enter(1, 2, 3, 4, 5, 6, 7)
        self.write("UPDATE contacts SET unsubscribed = 1 WHERE id = 1", "UPDATE contacts SET dead = 1 WHERE id = 2",
                   "DELETE FROM contacts WHERE id = 3", "UPDATE contacts SET agreed = 'events' WHERE id = 4",
                   "UPDATE contacts SET email = NULL WHERE id = 5",
                   "CREATE TABLE IF NOT EXISTS saiten_message_events(seq INTEGER PRIMARY KEY, id TEXT UNIQUE, object TEXT, "
                   "event TEXT, record, time TEXT, email TEXT, step TEXT, workflow TEXT, action TEXT, url TEXT, hard INTEGER)",
                   "INSERT INTO saiten_message_events(id, object, event, record, time, hard) VALUES "
                   "('b', 'contact', 'bounce', 6, '2026-03-02T10:00:00Z', 1)")
        look = self.send("--dry-run")
        self.assertIn("6 would be sent, 0 tasks and notifications handed over, 15 dropped", look.stderr)
        self.assertEqual(self.query("SELECT DISTINCT state FROM saiten_actions"), [("new",)])
        done = self.send()
        self.assertIn("6 sent, 0 tasks and notifications handed over, 15 dropped", done.stderr)
        every = ["letter", "personal", "receipt"]
        # An opt-out leaves what a contract needs; a consent is asked of marketing alone.
        self.assertEqual(self.arrived(1), ["receipt"])
        self.assertEqual(self.reasons(1), [("letter", "opted out"), ("personal", "opted out")])
        self.assertEqual(self.reasons(2), [(one, "bounced") for one in every])
        self.assertEqual(self.reasons(3), [(one, "record gone") for one in every])
        self.assertEqual((self.arrived(4), self.reasons(4)), (["personal", "receipt"], [("letter", "no consent")]))
        self.assertEqual(self.reasons(5), [(one, "no address") for one in every])
        self.assertEqual(self.reasons(6), [(one, "bounced") for one in every])
        self.assertEqual(self.arrived(7), every)
        # People see why.
        self.assertIn("opted out", self.saiten("list", "--state", "dropped").stdout)
        listed = json.loads(self.saiten("list", "--state", "dropped", "--json").stdout)
        self.assertEqual(len(listed), 15)
        self.assertEqual(sorted({one["why"] for one in listed}),
                         ["bounced", "no address", "no consent", "opted out", "record gone"])
        self.assertIn("dropped: opted out", self.tool("why", "contact", "1", "--as-of", "2026-03-02T11:00Z").stdout)
        # A later opt-in brings nothing back.
        self.write("UPDATE contacts SET unsubscribed = 0 WHERE id = 1")
        self.send()
        self.assertEqual(self.arrived(1), ["receipt"])

    def test_tables_that_no_mail_is_about_are_not_needed(self):
        self.enter(1)
        self.write("DROP TABLE users")  # `use std.messages` declares users; a run does not read them here
        self.tool("run", "--as-of", "2026-03-02T11:00Z")
        self.send()
        self.assertEqual(self.arrived(1), ["letter", "personal", "receipt"])

    def test_what_a_workflow_has_set_counts(self):
        self.enter(1)
        # As a run writes it: over the source, which still says otherwise.
        self.write("INSERT OR IGNORE INTO saiten_flow_name(text) VALUES ('contact'), ('unsubscribed')",
                   "INSERT INTO saiten_value SELECT o.name, 1, p.name, 1, 'true', 0 FROM saiten_flow_name o, "
                   "saiten_flow_name p WHERE o.text = 'contact' AND p.text = 'unsubscribed'")
        self.send()
        self.assertEqual(self.arrived(1), ["receipt"])

    def test_while_it_is_sending(self):
        self.enter(1, 2, 3)
        said = []

        def opt_out():
            if not said:
                said.append(1)
                self.write("UPDATE contacts SET unsubscribed = 1")
        self.box.arrived = opt_out
        self.send()
        # Nothing that begins after it is in the database goes out: of the one under way alone nobody can tell.
        self.assertEqual([len(self.arrived(i)) for i in (1, 2, 3)], [2, 1, 1])
        self.assertEqual(self.query("SELECT count(*) FROM saiten_actions WHERE state = 'dropped'"), [(5,)])

    def test_in_doubt_and_failed(self):
        self.box.script = lambda to, times: ("close",) if to.startswith("u1@") else ("data", 554)
        self.enter(1, 2)
        self.send(code=4)
        self.box.script = lambda to, times: "take"
        self.write("UPDATE contacts SET unsubscribed = 1")
        self.assertEqual(len(self.arrived(1)), 3)
        self.send("--in-doubt", "resend", "--failed")
        self.assertEqual([self.arrived(1).count(one) for one in ("letter", "personal", "receipt")], [1, 1, 2])
        self.assertEqual(self.arrived(2), ["receipt"])

    def test_paused_and_off(self):
        self.enter(1)
        self.tool("workflow", "pause", "greet", "--as-of", "2026-03-02T10:10Z")
        self.assertIn("3 wait for their workflow to be resumed", self.send().stderr)
        self.assertEqual(self.box.mails, [])
        self.send("--wait", "1s")
        self.tool("workflow", "resume", "greet", "--keep", "--as-of", "2026-03-02T10:20Z")
        self.send("--limit", "1", code=0)
        self.assertEqual(len(self.box.mails), 1)
        self.tool("workflow", "off", "greet", "--cancel", "--as-of", "2026-03-02T10:30Z")
        self.assertIn("2 dropped", self.send().stderr)
        self.assertEqual(self.reasons(1), [("personal", "workflow off"), ("receipt", "workflow off")])
        self.assertEqual(len(self.box.mails), 1)

    def test_rules_that_cannot_answer(self):
        self.enter(1)
        (self.folder / "more.rules").write_text("segment x for nobody where true\n")
        self.assertIn("the rules have errors", self.send(code=2).stderr)
        for file in self.folder.glob("*.rules"):
            file.unlink()
        self.assertIn("no .rules files", self.send(code=2).stderr)
        self.assertEqual(self.query("SELECT DISTINCT state FROM saiten_actions"), [("new",)])
        # A template and a workflow that are not there any more: the class that the mail was made with decides.
        (self.folder / "crm.rules").write_text(RULES.split("template letter")[0])
        self.write("UPDATE contacts SET unsubscribed = 1")
        self.send()
        self.assertEqual(self.arrived(1), ["receipt"])


if __name__ == "__main__":
    unittest.main()
