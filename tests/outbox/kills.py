"""`saiten outbox send` killed (-9) at random moments, and begun again each time: what the servers wrote down.

A webhook arrives, and again only with the same Idempotency-Key; a mail arrives at most once unless somebody says so, and
every mail of which that is not known is listed."""
import json
import os
import random
import signal
import subprocess
import threading
import time
import unittest

from outbox_case import OutboxCase
from servers import Hooks, Mailbox

SEED = int(os.environ.get("SAITEN_SEED", 20261123))
KILLS = 24


class Kills(OutboxCase):
    def strike(self):
        """Something has just arrived: the sender may have only moments left, before or behind the answer."""
        sender = self.sender
        if sender and self.on_arrival and self.random.random() < 0.3:
            threading.Timer(self.random.choice([0, 0.0003, 0.001, 0.003, 0.01]), sender.kill).start()

    def arrived(self):
        self.strike()
        time.sleep(self.random.choice([0, 0.001, 0.003]))

    def flaky(self, path, body, times):
        """Most are taken; some servers fail first, or die after they have taken it."""
        self.strike()
        time.sleep(self.random.choice([0, 0.001, 0.003]))
        return 200 if times > 1 else self.random.choice([200] * 8 + [500, ("close",), ("twice", 200)])

    def test_killed_again_and_again(self):
        self.random = random.Random(SEED)
        self.sender, self.on_arrival = None, False
        hooks = Hooks(self.flaky)
        self.addCleanup(hooks.stop)
        box = Mailbox()
        box.arrived = self.arrived
        self.addCleanup(box.stop)
        self.settings(f'allow = ["{hooks.url}", "smtp"]', f'smtp = "{box.url}"', 'smtp_tls = "none"', 'timeout = "5s"')
        self.write("PRAGMA journal_mode = " + self.random.choice(["delete", "wal"]))
        mails, calls = {}, {}
        for i in range(700):
            if i % 2:
                calls[self.call(f"{hooks.url}/{i}", record=i, retry="3")] = f"/{i}"
            else:
                mails[self.mail(f"u{i}@example.jp", record=i)] = f"u{i}@example.jp"
        killed = 0
        for _ in range(4 * KILLS):
            if killed == KILLS:
                break
            self.on_arrival = self.random.random() < 0.7
            sender = self.sender = subprocess.Popen(self.command("send"), stdout=subprocess.DEVNULL,
                                                    stderr=subprocess.DEVNULL)
            if not self.on_arrival:
                time.sleep(0.02 + self.random.random() * 0.1)
                sender.kill()
            killed += sender.wait() == -signal.SIGKILL
        self.sender = None
        self.assertGreaterEqual(killed, 20, f"seed {SEED}")
        self.assertIn("new", self.states().values(), "killed too late to mean anything")
        end = self.saiten("send", "--wait", "30s")
        states = self.states()
        # Webhooks: all arrived, each with its own key alone.
        self.assertEqual({states[key] for key in calls}, {"sent"}, end.stderr)
        seen = {}
        for path, headers, _ in hooks.log:
            seen.setdefault(headers["Idempotency-Key"], []).append(path)
        self.assertEqual(set(seen), set(calls))
        for key, paths in seen.items():
            self.assertEqual(set(paths), {calls[key]})
        # Mails: never twice, and what is not known to have arrived is in doubt and in the list.
        arrived = [recipient for recipient, _ in box.mails]
        self.assertEqual(len(arrived), len(set(arrived)))
        for key, recipient in mails.items():
            self.assertIn(states[key], ("sent", "in doubt"))
            if states[key] == "sent":
                self.assertIn(recipient, arrived)
        doubtful = {key for key in mails if states[key] == "in doubt"}
        missing = {key for key, recipient in mails.items() if recipient not in arrived}
        self.assertLessEqual(missing, doubtful)
        self.assertLessEqual(len(doubtful), killed)
        self.assertEqual(end.returncode, 4 if doubtful else 0, end.stderr)
        listed = self.saiten("send", "--in-doubt", "list", "--json")
        self.assertEqual({one["key"] for one in json.loads(listed.stdout)}, doubtful)
        print(f"{killed} kills; {len(hooks.log)} calls for {len(calls)}; {len(arrived)} mails for {len(mails)}, "
              f"{len(doubtful)} in doubt, {len(missing)} of them not arrived")
        # A person decides: all arrive, those that had arrived already for the second time with the same Message-ID.
        self.send("--in-doubt", "resend")
        self.assertEqual({recipient for recipient, _ in box.mails}, set(mails.values()))
        for recipient, text in box.mails:
            key, = [k for k, to in mails.items() if to == recipient]
            self.assertIn(f"Message-Id: <{key}@example.com>".lower().encode(), text.lower())


if __name__ == "__main__":
    print(f"seed {SEED}")
    unittest.main()
