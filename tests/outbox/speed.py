"""How fast `saiten outbox send` delivers to servers on this machine: N waiting actions of which DUE may go out now.

usage: speed.py SAITEN [WAITING [DUE]]   (no test: it prints numbers)"""
import sqlite3
import sys
import time

from outbox_case import OutboxCase, START
from servers import Hooks, Mailbox

WAITING = int(sys.argv.pop(1)) if len(sys.argv) > 1 else 100_000
DUE = int(sys.argv.pop(1)) if len(sys.argv) > 1 else 1_000


class Speed(OutboxCase):
    def fill(self, kind, payload):
        database = sqlite3.connect(self.db)
        database.execute("CREATE TABLE IF NOT EXISTS saiten_delivery(action INTEGER, attempt INTEGER, time INTEGER, state TEXT, "
                         "response TEXT, code INTEGER, failures INTEGER, due INTEGER, PRIMARY KEY(action, attempt)) WITHOUT ROWID")
        for i in range(1, WAITING + 1):
            database.execute("INSERT INTO saiten_action VALUES (?, ?, ?, ?, 'contact', ?, 'nurture', 'first', ?, 'new')",
                             (i, f"{i:032x}", START + i, kind, i % 1000, payload))
            if i > DUE:  # a pause before the next attempt
                database.execute("INSERT INTO saiten_delivery VALUES (?, 1, 0, 'again', '', 500, 1, ?)", (i, 1 << 60))
        database.commit()
        database.close()

    def timed(self, what, *arguments):
        begin = time.monotonic()
        self.send(*arguments, code=4 if DUE < WAITING else 0)
        seconds = time.monotonic() - begin
        print(f"{what}: {DUE} of {WAITING} in {seconds:.2f} s, {DUE / seconds:.0f} a second")

    def runTest(self):
        hooks, box = Hooks(), Mailbox()
        self.settings(f'allow = ["{hooks.url}", "smtp"]', f'smtp = "{box.url}"', 'smtp_tls = "none"')
        self.fill("call", f'{{"url": "{hooks.url}/x", "action": "a", "body": "{{}}"}}')
        self.timed("webhooks")
        self.write("DELETE FROM saiten_action", "DELETE FROM saiten_delivery")
        self.fill("mail", '{"template": "t", "class": "one_to_one", "to": "a@example.jp", "from": "b@example.com", '
                          '"subject": "s", "body": "text"}')
        self.timed("mails")
        assert len(box.mails) == DUE and len(hooks.log) == DUE


if __name__ == "__main__":
    case = Speed()
    case.setUp()
    try:
        case.runTest()
    finally:
        case.doCleanups()
