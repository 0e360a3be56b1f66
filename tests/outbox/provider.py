"""What a mail provider reports comes in by `saiten import --event` and takes effect (sem G2a, G5, G6): opens, bounces, opt-outs
by link or by one click, replies of people and of machines."""
import unittest

from outbox_case import OutboxCase
from servers import Mailbox

RULES = """timezone "UTC"
use std.messages
object contact from "contacts" { id: int key  email: text? as address }
object member from "members" { id: int key  email: text? as address }
event form of contact { name: text }
let gone for contact = count(bounce where hard == true) > 0 as bounced
let out for contact = count(unsubscribe) > 0 as opt_out

template hello for contact class one_to_one {
  from "info@example.com" as "A"
  subject "hello"
  body "Opt out: ${unsubscribe_link}"
}
workflow begins for contact {
  on form
  re-enter
  enrol in outreach
}
sequence outreach for contact {
  stop on reply
  send hello
  wait 1 day
  send hello
}
workflow opened for contact {
  on email_open where email == hello
  re-enter
  notify team "Sales" "opened"
}
"""


class Provider(OutboxCase):
    def setUp(self):
        super().setUp()
        self.db.unlink()
        self.box = Mailbox()
        self.addCleanup(self.box.stop)
        (self.folder / "crm.rules").write_text(RULES)
        self.settings('allow = ["smtp"]', f'smtp = "{self.box.url}"', 'smtp_tls = "none"',
                      'unsubscribe_url = "https://example.com/{key}"')
        self.write("CREATE TABLE users(id INTEGER PRIMARY KEY, name, email, team)",
                   "CREATE TABLE contacts(id INTEGER PRIMARY KEY, email)", "CREATE TABLE members(id INTEGER PRIMARY KEY, email)",
                   "CREATE TABLE form(id INTEGER PRIMARY KEY, contact_id, time, name)")
        for i in range(1, 7):
            self.write(f"INSERT INTO contacts VALUES ({i}, 'u{i}@example.jp')", f"INSERT INTO members VALUES ({i}, 'm')")
        self.tool("run", "--as-of", "2026-03-02T09:00Z")
        for i in range(1, 7):
            self.write(f"INSERT INTO form VALUES ({i}, {i}, '2026-03-02T09:30:00Z', 'ebook')")

    def import_events(self, event, *rows, code=0, of=("--object", "contact")):
        (self.folder / "events.csv").write_text("id,record,time,email,hard\n" + "\n".join(rows) + "\n")
        return self.tool("import", self.folder / "events.csv", "--event", event, *of, code=code)

    # req S0-52 S4-57
    def test_there_and_back(self):
        self.tool("run", "--as-of", "2026-03-02T10:00Z")
        # It says whose event it is, and does not guess.
        self.assertIn("`--object contact`", self.import_events("bounce", "a,1,2026-03-02T10:00:01Z,hello,", code=2, of=()).stderr)
        self.assertIn("not of `user`",
                      self.import_events("bounce", "a,1,2026-03-02T10:00:01Z,hello,", code=2, of=("--object", "user")).stderr)
        self.import_events("email_open", "o1,1,2026-03-02T10:00:01Z,hello,", "o6,6,2026-03-02T10:00:01Z,hello,")
        self.import_events("unsubscribe", "u2,2,2026-03-02T10:00:02Z,hello,")
        self.import_events("bounce", "b3,3,2026-03-02T10:00:03Z,hello,true", "b4,4,2026-03-02T10:00:03Z,hello,false")
        self.import_events("auto_reply", "r5,5,2026-03-02T10:00:04Z,hello,")
        self.import_events("reply", "r6,6,2026-03-02T10:00:04Z,hello,")
        # The same record number of another object is somebody else.
        self.import_events("unsubscribe", "m1,1,2026-03-02T10:00:02Z,,", of=("--object", "member"))
        # The same file again is nothing new.
        self.assertIn("1 as before", self.import_events("auto_reply", "r5,5,2026-03-02T10:00:04Z,hello,").stdout)
        self.assertEqual(self.query("SELECT event, object, count(*) FROM saiten_message_events GROUP BY 1, 2 ORDER BY 1, 2"),
                         [("auto_reply", "contact", 1), ("bounce", "contact", 2), ("email_open", "contact", 2),
                          ("reply", "contact", 1), ("unsubscribe", "contact", 1), ("unsubscribe", "member", 1)])
        # Mails that were made before do not go to those who opted out, by the link or by one click, or bounced for good.
        self.send()
        self.assertEqual(sorted(to for to, _ in self.box.mails), [f"u{i}@example.jp" for i in (1, 4, 5, 6)])
        self.assertEqual(self.query("SELECT a.id, d.response FROM saiten_actions a JOIN saiten_delivery d ON d.action = a.seq "
                                    "WHERE a.state = 'dropped' ORDER BY a.id"), [(2, "opted out"), (3, "bounced")])
        # And the next runs know it: a reply ends the sequence, an automatic one does not.
        self.tool("run", "--as-of", "2026-03-02T11:00Z")
        self.tool("run", "--as-of", "2026-03-04T11:00Z")
        ended = dict(self.query("SELECT id, status FROM saiten_enrolments WHERE workflow = 'outreach'"))
        self.assertEqual(ended, {1: "completed", 2: "unsubscribed", 3: "bounced", 4: "completed", 5: "completed", 6: "replied"})
        self.assertEqual(self.query("SELECT id FROM saiten_actions WHERE kind = 'notification' ORDER BY id"), [(1,), (6,)])
        # `delivered` of the delivery stands beside what was imported.
        self.assertEqual(self.query("SELECT count(*) FROM saiten_message_events WHERE event = 'delivered'"), [(4,)])


if __name__ == "__main__":
    unittest.main()
