"""`saiten outbox send` against SMTP servers: what goes out, what is refused, and mails that may have gone out."""
import base64
import email
import email.policy
import json
import os
import re
import signal
import sqlite3
import ssl
import subprocess
import unittest

from outbox_case import OutboxCase
from servers import Hooks, Mailbox


class Mails(OutboxCase):
    def mailbox(self, *arguments, more=(), tls_setting="none", **named):
        box = Mailbox(*arguments, **named)
        self.addCleanup(box.stop)
        self.settings('allow = ["smtp"]', f'smtp = "{box.url}"', f'smtp_tls = "{tls_setting}"', 'timeout = "2s"',
                      'unsubscribe_url = "https://example.com/out?k={key}&t={token}"', 'secret = "env:SECRET"', *more)
        return box

    def send(self, *arguments, **more):
        return super().send(*arguments, environment={"SECRET": "s3cret", "PASSWORD": "p4ss", "USERNAME": "postman"}, **more)

    def parsed(self, box):
        return [(to, email.message_from_bytes(text, policy=email.policy.default)) for to, text in box.mails]

    def events(self):
        return self.query("SELECT object, record, event, email, workflow, step, action, hard FROM saiten_message_events")

    # req S4-55 S4-61 S4-65 S4-67
    def test_text_and_html_with_a_link_to_opt_out(self):
        box = self.mailbox()
        link = "\x1aunsubscribe_link\x1a"
        key = self.mail(subject="【ご案内】新製品のご紹介とキャンペーンについてのとても長いお知らせです。ぜひご覧ください",
                        from_name="株式会社A 営業部, 東京", reply_to="reply@example.com",
                        body=f"山田様\n.\n.dot\n配信停止: {link}\n", html=f'<body><p>山田様 <a href="{link}">x</a></p></body>',
                        sender_info="株式会社A 東京都千代田区1-1", inquiries="q@example.com")
        done = self.send("-v")
        self.assertEqual(self.states(), {key: "sent"})
        (to, mail), = self.parsed(box)
        self.assertEqual(to, "taro@example.jp")
        self.assertEqual(mail["To"], "taro@example.jp")
        self.assertEqual(mail["From"].addresses[0].display_name, "株式会社A 営業部, 東京")
        self.assertEqual(mail["From"].addresses[0].addr_spec, "info@example.com")
        self.assertEqual(mail["Reply-To"], "reply@example.com")
        self.assertEqual(mail["Subject"], "【ご案内】新製品のご紹介とキャンペーンについてのとても長いお知らせです。ぜひご覧ください")
        self.assertEqual(mail["Message-ID"], f"<{key}@example.com>")
        self.assertEqual(mail["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        url = mail["List-Unsubscribe"].strip("<>")
        self.assertRegex(url, rf"^https://example\.com/out\?k={key}&t=[0-9a-f]{{64}}$")
        self.assertEqual(mail.get_content_type(), "multipart/alternative")
        text, html = mail.iter_parts()
        self.assertEqual((text.get_content_type(), html.get_content_type()), ("text/plain", "text/html"))
        self.assertEqual(text.get_content().replace("\r\n", "\n"),
                         f"山田様\n.\n.dot\n配信停止: {url}\n\n\n-- \n株式会社A 東京都千代田区1-1\nq@example.com")
        self.assertIn(f'href="{url.replace("&", "&amp;")}"', html.get_content())
        self.assertIn("千代田区1-1</p>", html.get_content().split("</body>")[0])
        # On the wire it is seven bits and short lines, so that any server takes it.
        raw = box.mails[0][1]
        self.assertTrue(raw.isascii())
        self.assertLess(max(map(len, raw.split(b"\r\n"))), 200)
        self.assertEqual(self.events(), [("contact", 5, "delivered", "welcome", "nurture", "first", key, None)])
        for personal in ("taro", "山田", "s3cret", "example"):
            self.assertNotIn(personal, done.stdout + done.stderr)

    def test_classes_without_a_link_and_plain_text(self):
        box = self.mailbox()
        self.mail(**{"class": "transactional"}, subject="Receipt", body="Thank you.")
        self.send()
        (_, mail), = self.parsed(box)
        self.assertIsNone(mail["List-Unsubscribe"])
        self.assertEqual(mail.get_content_type(), "text/plain")
        self.assertEqual(mail.get_content().strip(), "Thank you.")

    def test_a_mail_for_another_record(self):
        self.mailbox()
        self.mail(object="user", id="7", to="boss@example.com")
        self.mail(object="company", id="c-7", to="office@example.com")
        self.send()
        self.assertEqual([e[:3] for e in self.events()], [("user", 7, "delivered"), ("company", "c-7", "delivered")])

    def test_addresses_and_headers_from_data(self):
        box = self.mailbox()
        bad = [self.mail(to=to) for to in (
            "", "nobody", "a@b\r\nRCPT TO:<victim@example.com>", "a@b,victim@example.com", "a b@example.com", "<a@b>",
            "a@b@c", "a@", "@b", "x" * 300 + "@example.com", "a@b\0c")]
        bad.append(self.add("mail", b'{"to":"\xff\xfe@example.com","from":"info@example.com","subject":"x","body":"y"}'))
        bad.append(self.mail(**{"from": "info@example.com\r\nBcc: v@example.com"}))
        bad.append(self.mail(reply_to="a@b\nBcc: v@example.com"))
        good = self.mail(subject="Hello\r\nBcc: victim@example.com\r\n\r\nbody", from_name="A\nBcc: v@example.com",
                         to="user+tag@example.jp")
        self.send(code=4)
        states = self.states()
        self.assertEqual({states[key] for key in bad}, {"failed"})
        self.assertEqual(states[good], "sent")
        (to, mail), = self.parsed(box)
        self.assertEqual(to, "user+tag@example.jp")
        self.assertIsNone(mail["Bcc"])
        self.assertEqual(mail["Subject"], "Hello  Bcc: victim@example.com    body")
        # An address that is none is a hard bounce: nobody writes there again.
        self.assertEqual([e[2:3] + e[7:] for e in self.events()].count(("bounce", 1)), 11)

    def test_ten_megabytes(self):
        box = self.mailbox()
        body = "あいうえおかきくけこ\n" * 330_000
        self.mail(body=body)
        self.send()
        (_, mail), = self.parsed(box)
        self.assertEqual(mail.get_content().replace("\r\n", "\n").strip(), body.strip())

    def test_refused_for_good_and_for_now(self):
        box = self.mailbox(lambda to, times: {"gone": ("rcpt", 550), "full": ("rcpt", 452), "spam": ("data", 554),
                                              "grey": ("data", 451), "closed": ("close-early",)}[to.split("@")[0]])
        gone, full = self.mail("gone@example.jp", record=1), self.mail("full@example.jp", record=2)
        spam, grey = self.mail("spam@example.jp", record=3), self.mail("grey@example.jp", record=4)
        closed = self.mail("closed@example.jp", record=6)
        done = self.send(code=4)
        self.assertEqual(self.states(), {gone: "failed", full: "new", spam: "failed", grey: "new", closed: "new"})
        self.assertEqual([e[1:3] for e in self.events()], [(1, "bounce")])
        self.assertIn("the mail server answered 550", done.stderr)
        self.assertIn("again in 60 s", done.stderr)
        # Later the server takes them.
        box.script = lambda to, times: "take"
        self.write("UPDATE saiten_delivery SET due = NULL")
        self.send(code=0)
        self.assertEqual({self.states()[key] for key in (full, grey, closed)}, {"sent"})
        self.assertEqual(sorted(to for to, _ in box.mails), ["closed@example.jp", "full@example.jp", "grey@example.jp"])

    def test_a_soft_bounce_after_the_last_try(self):
        self.mailbox(lambda to, times: ("rcpt", 452))
        key = self.mail()
        for attempt in range(6):
            self.send(code=4)
            self.write("UPDATE saiten_delivery SET due = NULL")
        self.assertEqual(self.states(), {key: "failed"})
        self.assertEqual([e[2:3] + e[7:] for e in self.events()], [("bounce", 0)])

    def test_in_doubt(self):
        acts = {"close": ("close",), "hang": ("hang", 4), "good": "take"}
        box = self.mailbox(lambda to, times: acts[to.split("@")[0]] if times == 1 else "take")
        close, hang = self.mail("close@example.jp"), self.mail("hang@example.jp")
        good = self.mail("good@example.jp")
        done = self.send(code=4)
        # The late answer to the second is not taken for one to the third.
        self.assertEqual(self.states(), {close: "in doubt", hang: "in doubt", good: "sent"})
        self.assertEqual([line.split()[1] for line in done.stdout.splitlines()], [close, hang])
        self.assertNotIn("example.jp", done.stdout + done.stderr)
        # Nothing sends them again by itself, and they stay in the list.
        self.send(code=4)
        self.assertEqual(len(box.mails), 3)
        listed = json.loads(self.send("--in-doubt", "list", "--json", code=4).stdout)
        self.assertEqual([one["key"] for one in listed], [close, hang])
        self.assertEqual(len(box.mails), 3)
        # By hand: the same Message-ID.
        self.send("--in-doubt", "resend")
        self.assertEqual(set(self.states().values()), {"sent"})
        ids = [mail["Message-ID"] for _, mail in self.parsed(box)]
        self.assertEqual(sorted(ids), sorted([f"<{k}@example.com>" for k in (close, close, hang, hang, good)]))
        self.send("--in-doubt", "list")

    def test_what_came_of_a_mail_cannot_be_written(self):
        box = self.mailbox()
        first, second = self.mail(), self.mail("jiro@example.jp")
        box.arrived = lambda: self.write(
            "CREATE TRIGGER full BEFORE UPDATE ON saiten_action BEGIN SELECT RAISE(ABORT, 'no room'); END")
        done = self.send(code=2)
        self.assertIn("no room", done.stderr)
        self.assertIn("what came of mail 1 could not be written", done.stderr)
        self.assertIn("in doubt", done.stderr)
        self.assertNotIn("example.jp", done.stdout + done.stderr)
        box.arrived = lambda: None
        self.write("DROP TRIGGER full")
        self.send(code=4)
        self.assertEqual(self.states(), {first: "in doubt", second: "sent"})
        self.assertEqual(len(box.mails), 2)

    def test_somebody_holds_the_database_behind_the_call(self):
        box = self.mailbox()
        key = self.mail()
        holder = sqlite3.connect(self.db, check_same_thread=False, isolation_level=None)
        self.addCleanup(holder.close)
        box.arrived = lambda: holder.execute("BEGIN IMMEDIATE")
        sending = subprocess.Popen(self.command("send", "--lang", "en"), stderr=subprocess.PIPE, text=True,
                                   env={**os.environ, "SECRET": "s3cret"})
        self.addCleanup(sending.stderr.close)
        for line in sending.stderr:
            if "somebody holds the database" in line:
                break
        sending.send_signal(signal.SIGINT)
        rest = sending.stderr.read()
        self.assertEqual(sending.wait(), 75, rest)
        self.assertIn("what came of mail 1 could not be written", rest)
        holder.execute("ROLLBACK")
        box.arrived = lambda: None
        self.send(code=4)
        self.assertEqual(self.states(), {key: "in doubt"})
        self.assertEqual(len(box.mails), 1)

    def test_what_came_of_a_mail_cannot_be_written_in_japanese(self):
        box = self.mailbox()
        self.mail()
        box.arrived = lambda: self.write("DROP TABLE saiten_delivery")
        done = self.send("--lang", "ja", code=2)
        self.assertIn("メール1の結果を書き込めませんでした", done.stderr)
        self.assertIn("送信不明", done.stderr)

    def test_a_server_that_falls_silent_is_left(self):
        acts = {"behind": ("silent",), "before": ("silent-early",), "good": "take"}
        self.mailbox(lambda to, times: acts[to.split("@")[0]])
        before, *behind = [self.mail(f"{name}@example.jp") for name in ("before", "behind", "behind")]
        good = self.mail("good@example.jp")
        # curl would wait two minutes behind each, and this command is given two in all.
        done = self.send(code=4)
        self.assertEqual(self.states(), {before: "new", **dict.fromkeys(behind, "in doubt"), good: "sent"})
        # An answer to an earlier word (250) is none to the last.
        self.assertIn("no answer of the mail server", done.stderr)
        self.assertNotIn("answered", done.stderr)

    def test_in_doubt_dropped(self):
        box = self.mailbox(lambda to, times: ("close",))
        key = self.mail()
        self.send(code=4)
        self.assertIn("1 dropped", self.send("--in-doubt", "drop").stderr)
        self.assertEqual(self.states(), {key: "dropped"})
        self.assertEqual(len(box.mails), 1)

    def test_no_server_no_login(self):
        box = self.mailbox(greeting=554)
        keys = [self.mail(), self.mail()]
        self.assertIn("no mail can go out at present", self.send(code=4).stderr)
        # It was asked once, and no mail is worse off for it.
        self.assertEqual(box.connections, 1)
        self.assertEqual({self.states()[key] for key in keys}, {"new"})
        box.stop()
        self.send(code=4)
        self.assertEqual({self.states()[key] for key in keys}, {"new"})
        token = base64.b64encode(b"\0postman\0p4ss").decode()
        login = ['smtp_user = "env:USERNAME"', 'smtp_password = "env:PASSWORD"']
        other = self.mailbox(user=base64.b64encode(b"\0postman\0other").decode(), more=login)
        done = self.send(code=4)
        self.assertNotIn("p4ss", done.stderr + done.stdout)
        self.assertEqual((other.logins, other.mails), ([token], []))
        right = self.mailbox(user=token, more=login)
        self.send()
        self.assertEqual((len(right.logins), len(right.mails)), (1, 2))

    def test_tls(self):
        certificate = self.folder / "cert.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", certificate, "-out", self.folder / "c"],
                       check=True, capture_output=True)
        ca = self.folder / "c"
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(ca, certificate)
        # A server that nobody vouches for, and one without TLS, get nothing.
        box = self.mailbox(tls=tls, tls_setting="required")
        key = self.mail()
        self.send(code=4)
        self.assertEqual((box.mails, self.states()), ([], {key: "new"}))
        plain = self.mailbox(tls_setting="required")
        self.send(code=4)
        self.assertEqual(plain.mails, [])
        box = self.mailbox(tls=tls, tls_setting="required", more=['ca_file = "c"'])
        self.send()
        self.assertEqual(len(box.mails), 1)

    def test_settings_that_are_missing(self):
        key = self.mail()
        self.settings('allow = ["smtp"]')
        self.assertIn("names no server", self.send(code=2).stderr)
        self.settings('smtp = "smtp://127.0.0.1:1"')
        self.assertIn('does not hold "smtp"', self.send(code=2).stderr)
        self.settings('allow = ["smtp"]', 'smtp = "smtp://127.0.0.1:1"', 'smtp_password = "env:NO_SUCH_VARIABLE"')
        self.assertIn("NO_SUCH_VARIABLE, which is not set", self.send(code=2).stderr)
        self.settings('allow = ["smtp"]', 'smtp = "smtp://127.0.0.1:1"', 'unsubscribe_url = "https://e.com/{token}"')
        self.assertIn("`outbox.secret`", self.send(code=2).stderr)
        self.assertEqual(self.states(), {key: "new"})
        # A link that leads nowhere goes to nobody.
        self.settings('allow = ["smtp"]', 'smtp = "smtp://127.0.0.1:1"')
        link = self.mail(body="\x1aunsubscribe_link\x1a")
        self.write(f"DELETE FROM saiten_action WHERE key = '{key}'")
        self.assertIn("unsubscribe_url", self.send(code=4).stderr)
        self.assertEqual(self.states(), {link: "failed"})


if __name__ == "__main__":
    unittest.main()
