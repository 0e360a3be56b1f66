"""`saiten outbox send` against HTTP servers that fail, hang, answer twice and redirect."""
import hashlib
import hmac
import json
import os
import sqlite3
import subprocess
import threading
import time
import unittest

from outbox_case import OutboxCase, SAITEN
from servers import Hooks


class Webhooks(OutboxCase):
    def hooks(self, script=lambda path, body, times: 200):
        hooks = Hooks(script)
        self.addCleanup(hooks.stop)
        return hooks

    def allow(self, *urls, more=()):
        self.settings(f"allow = {json.dumps(list(urls))}", 'timeout = "1s"', *more)

    # req S1-152
    def test_delivers_with_key_and_signature(self):
        hooks = self.hooks()
        self.allow(hooks.url, more=['secret = "env:HOOK_SECRET"'])
        key = self.call(hooks.url + "/crm?x=1")
        done = self.send("-v", environment={"HOOK_SECRET": "s3cret"})
        self.assertEqual(self.states(), {key: "sent"})
        (path, headers, body), = hooks.log
        self.assertEqual(path, "/crm?x=1")
        self.assertEqual(json.loads(body), {"id": 5, "name": "山田"})
        self.assertEqual(headers["Idempotency-Key"], key)
        self.assertEqual(headers["Content-Type"], "application/json")
        stamp, signature = (part.split("=")[1] for part in headers["Saiten-Signature"].split(","))
        wanted = hmac.new(b"s3cret", stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        self.assertEqual(signature, wanted)
        self.assertLess(abs(int(stamp) - time.time()), 60)
        # Ids alone are said.
        self.assertIn("action 1 (call, contact 5)", done.stderr)
        for secret in ("s3cret", "山田", "x=1", "127.0.0.1"):
            self.assertNotIn(secret, done.stdout + done.stderr)
        # The first KB of the answer is kept.
        (state, code, response), = self.deliveries(key)
        self.assertEqual((state, code, len(response)), ("sent", 200, 1024))
        self.assertEqual(self.query("SELECT action, state, code, name FROM saiten_responses"), [(key, "sent", 200, "to_crm")])

    def test_nothing_twice(self):
        hooks = self.hooks()
        self.allow(hooks.url)
        self.call(hooks.url)
        self.send()
        self.send()
        self.assertEqual(len(hooks.log), 1)

    def test_500_then_200(self):
        hooks = self.hooks(lambda path, body, times: 500 if times == 1 else 200)
        self.allow(hooks.url)
        key = self.call(hooks.url, retry="3", backoff="1,60")
        self.assertIn("1 to be tried again", self.send(code=4).stderr)
        self.assertEqual(self.states(), {key: "new"})
        # Not before its time.
        self.send(code=4)
        self.assertEqual(len(hooks.log), 1)
        self.send("--wait", "20s")
        self.assertEqual(self.states(), {key: "sent"})
        self.assertEqual([h["Idempotency-Key"] for _, h, _ in hooks.log], [key, key])
        self.assertEqual([(s, c) for s, c, _ in self.deliveries(key)], [("again", 500), ("sent", 200)])

    def test_gives_up_as_the_rule_says(self):
        hooks = self.hooks(lambda path, body, times: 503)
        self.allow(hooks.url)
        key = self.call(hooks.url, retry="2")
        once = self.call(hooks.url + "/once")
        done = self.send("--wait", "5s", code=4)
        self.assertEqual(self.states(), {key: "failed", once: "failed"})
        self.assertEqual(len([1 for path, _, _ in hooks.log if path == "/"]), 3)
        self.assertIn("the server answered 503", done.stderr)
        # A person may try it again; the key stays.
        hooks.script = lambda path, body, times: 200
        self.send("--failed")
        self.assertEqual(self.states(), {key: "sent", once: "sent"})
        self.assertEqual({h["Idempotency-Key"] for _, h, _ in hooks.log}, {key, once})

    def test_a_request_that_is_wrong_is_not_repeated(self):
        hooks = self.hooks(lambda path, body, times: 422)
        self.allow(hooks.url)
        key = self.call(hooks.url, retry="5")
        self.send(code=4)
        self.assertEqual(self.states(), {key: "failed"})
        self.assertEqual(len(hooks.log), 1)

    def test_the_server_says_when(self):
        hooks = self.hooks(lambda path, body, times: ("after", 429, 120))
        self.allow(hooks.url)
        key = self.call(hooks.url, retry="5", backoff="1")
        self.assertIn("again in 120 s", self.send(code=4).stderr)
        self.assertEqual(self.states(), {key: "new"})

    def test_hanging_closing_twice_and_endless(self):
        acts = {"/hang": ("hang", 3), "/close": ("close",), "/twice": ("twice", 200), "/endless": ("endless",)}
        hooks = self.hooks(lambda path, body, times: acts[path])
        self.allow(hooks.url)
        keys = {path: self.call(hooks.url + path) for path in acts}
        behind = self.call(hooks.url + "/twice")
        begun = time.time()
        self.send(code=4)
        self.assertLess(time.time() - begun, 10)
        states = self.states()
        self.assertEqual({path: states[key] for path, key in keys.items()},
                         {"/hang": "failed", "/close": "failed", "/twice": "sent", "/endless": "sent"})
        self.assertEqual(states[behind], "sent")
        # A server that answers twice has been asked once each.
        twice = [h["Idempotency-Key"] for path, h, _ in hooks.log if path == "/twice"]
        self.assertEqual(twice, [keys["/twice"], behind])

    def test_redirects_stay_inside_the_allow_list(self):
        other = self.hooks()
        hooks = self.hooks(lambda path, body, times: {
            "/in": ("redirect", "/arrived"), "/out": ("redirect", other.url + "/stolen"), "/arrived": 200,
            "/get": ("redirect-get", "/arrived"), "/circle": ("redirect", "/circle")}[path])
        self.allow(hooks.url)
        inside, outside = self.call(hooks.url + "/in"), self.call(hooks.url + "/out")
        get, circle = self.call(hooks.url + "/get"), self.call(hooks.url + "/circle")
        done = self.send(code=4)
        self.assertEqual(self.states(), {inside: "sent", outside: "failed", get: "failed", circle: "failed"})
        self.assertEqual(other.log, [])
        self.assertIn("redirected to a place that is not in `[outbox] allow`", done.stderr)
        arrived, = [(h["Idempotency-Key"], json.loads(b)) for path, h, b in hooks.log if path == "/arrived"]
        self.assertEqual(arrived, (inside, {"id": 5, "name": "山田"}))

    def test_only_where_it_is_allowed(self):
        hooks = self.hooks()
        port = hooks.server.server_port
        self.allow(hooks.url + "/crm/", "https://hooks.example.com")
        good = self.call(hooks.url + "/crm/contact")
        bad = [
            "/other", "/crm", "/crm/../other", "/crm/%2e%2e/other", "/crm%2f..%2fother", "/crmx/"]
        refused = [self.call(hooks.url + path) for path in bad]
        refused += [self.call(url) for url in (
            f"http://user@127.0.0.1:{port}/crm/", f"http://127.0.0.1:{port}@evil.example/crm/",
            "https://hooks.example.com.evil.example/", "http://hooks.example.com/", "https://hooks.example.com:444/",
            "file:///etc/passwd", "gopher://127.0.0.1/", "no url", "", "http://", f"//127.0.0.1:{port}/crm/")]
        done = self.send(code=4)
        states = self.states()
        self.assertEqual(states[good], "sent")
        self.assertEqual({states[key] for key in refused}, {"failed"})
        self.assertEqual([path for path, _, _ in hooks.log], ["/crm/contact"])
        self.assertIn("is not in `[outbox] allow`", done.stderr)
        self.assertNotIn("evil", done.stderr)

    def test_no_network(self):
        closed = self.hooks()
        closed.stop()
        self.allow(closed.url)
        key = self.call(closed.url, retry="3", backoff="60")
        self.assertIn("no answer", self.send(code=4).stderr)
        self.assertEqual(self.states(), {key: "new"})

    def test_settings_that_are_wrong(self):
        hooks = self.hooks()
        self.call(hooks.url)
        for lines, words in (
            (['allow = ["https://a b/"]'], "is no place to deliver to"),
            (['allow = "smtp"'], "must be a list of texts"),
            (['secret = "s3cret"'], "must be the name of a variable"),
            ([f'allow = ["{hooks.url}"]', 'secret = "env:NOT_THERE_AT_ALL"'], "NOT_THERE_AT_ALL, which is not set"),
            (['timeout = "1 year"'], "must be a time such as"),
            (['rate = "fast"'], "must be how many at most"),
            (['smtp = "mail.example.com"'], "must be a server such as"),
            (['smtp_tls = "no"'], '"required", "if offered", "none"'),
            (['unsubscribe_url = "https://example.com/out"'], "must be a URL with {key}"),
        ):
            self.settings(*lines)
            done = self.send(code=2)
            self.assertIn(words, done.stderr)
            self.assertNotIn("s3cret", done.stderr)
        self.assertEqual(hooks.log, [])
        self.allow(hooks.url)
        self.assertIn("`fast` is no rate", self.send("--rate", "fast", code=2).stderr)
        self.assertIn("`soon` is no time", self.send("--wait", "soon", code=2).stderr)
        # In Japanese as well.
        self.assertIn("速度として使えません", self.send("--rate", "fast", "--lang", "ja", code=2).stderr)

    def test_dry_run_limit_rate_and_list(self):
        hooks = self.hooks()
        self.allow(hooks.url)
        keys = [self.call(hooks.url, record=i) for i in range(5)]
        bad = self.call("https://elsewhere.example/")
        self.write("UPDATE saiten_action SET state = 'simulated' WHERE seq = 5")
        before = self.db.read_bytes()
        done = self.send("--dry-run", code=4)
        self.assertEqual(done.stdout.splitlines()[0], "action 1 (call, contact 0)")
        self.assertIn("4 would be sent", done.stderr)
        self.assertEqual(self.db.read_bytes(), before)
        self.assertEqual(hooks.log, [])
        self.assertIn("ended at --limit", self.send("--limit", "2").stderr)
        # Under way at the same time, as they are for different records.
        self.assertEqual(sorted(h["Idempotency-Key"] for _, h, _ in hooks.log), keys[:2])
        listed = json.loads(self.saiten("list", "--json").stdout)
        self.assertEqual([one["key"] for one in listed], [keys[2], keys[3], bad])
        begun = time.time()
        self.send("--rate", "2/s", code=4)
        self.assertGreater(time.time() - begun, 0.9)
        failed = self.saiten("list", "--state", "failed")
        self.assertIn(bad, failed.stdout)
        self.assertEqual(len(failed.stdout.splitlines()), 1)
        self.assertEqual(self.states()[keys[4]], "simulated")

    def test_payloads_that_cannot_be_read(self):
        hooks = self.hooks()
        self.allow(hooks.url)
        keys = [self.add("call", text) for text in ("", "[1]", "{", b'{"url":"\xff\xfe"}')]
        good = self.call(hooks.url)
        self.assertIn("payload is not JSON", self.send(code=4).stderr)
        states = self.states()
        self.assertEqual({states[key] for key in keys}, {"failed"})
        self.assertEqual(states[good], "sent")

    # req S1-75 S1-76
    def test_tasks_and_notifications_stand_in_their_views(self):
        self.allow()
        task = self.add("task", {"title": "フォロー", "assignee": "鈴木", "due": "2026-06-03"})
        note = self.add("notification", {"to": "Sales", "text": "MQL"})
        self.assertIn("2 tasks and notifications", self.send().stderr)
        self.assertEqual(self.query("SELECT key, title, assignee, due, remind, state FROM saiten_tasks"),
                         [(task, "フォロー", "鈴木", "2026-06-03", None, "sent")])
        self.assertEqual(self.query("SELECT key, recipient, text, state FROM saiten_notifications"),
                         [(note, "Sales", "MQL", "sent")])

    def test_side_by_side_but_not_for_one_record(self):
        under_way, most, together = [], [0], []
        lock = threading.Lock()

        def take(path, body, times):
            with lock:
                together.extend(other for other in under_way if other == path)
                under_way.append(path)
                most[0] = max(most[0], len(under_way))
            # All that may come at once are waited for, as long as they take.
            for _ in range(500):
                with lock:
                    if most[0] == 16:
                        break
                time.sleep(0.01)
            with lock:
                under_way.remove(path)
            return 200
        hooks = self.hooks(take)
        self.allow(hooks.url)
        keys = [self.call(f"{hooks.url}/{i % 16}", record=i % 16) for i in range(48)]
        self.send()
        self.assertEqual(set(self.states().values()), {"sent"})
        self.assertEqual((most[0], together), (16, []))
        # Those of one record arrive in the order of the log.
        arrived = [headers["Idempotency-Key"] for path, headers, _ in hooks.log if path == "/3"]
        self.assertEqual(arrived, keys[3::16])

    def test_databases_that_do_not_let_us(self):
        hooks = self.hooks()
        self.allow(hooks.url)
        key = self.call(hooks.url)
        # Somebody else writes for long.
        holder = sqlite3.connect(self.db, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        self.assertIn("in use by another program", self.send(code=75).stderr)
        holder.execute("ROLLBACK")
        self.assertEqual(hooks.log, [])
        # The lock comes between the answer and our note of it: it is waited for.
        def take_and_hold(path, body, times):
            def hold():
                other = sqlite3.connect(self.db, isolation_level=None)
                other.execute("BEGIN IMMEDIATE")
                ready.set()
                time.sleep(7)
                other.execute("ROLLBACK")
                other.close()
            ready = threading.Event()
            threading.Thread(target=hold).start()
            ready.wait()
            return 200
        hooks.script = take_and_hold
        self.send()
        self.assertEqual(self.states(), {key: "sent"})
        self.assertEqual(len(hooks.log), 1)
        self.assertIn("there is no database", self.send("--db", "none.db", code=2).stderr)
        (self.folder / "text.db").write_text("no database at all, only words" * 50)
        self.assertIn("not an SQLite database", self.send("--db", "text.db", code=2).stderr)
        sqlite3.connect(self.folder / "empty.db").execute("CREATE TABLE t(a)")
        self.assertIn("0 sent", self.send("--db", "empty.db").stderr)

    @unittest.skipIf(os.geteuid() == 0 and not os.path.exists("/usr/bin/setpriv"), "root may write everything")
    def test_read_only_database(self):
        hooks = self.hooks()
        self.allow(hooks.url)
        self.call(hooks.url)
        os.chmod(self.db, 0o444)
        os.chmod(self.folder, 0o555)
        self.addCleanup(os.chmod, self.folder, 0o755)
        os.chmod(self.folder.parent, 0o1777)
        words = self.command("send")
        if os.geteuid() == 0:
            words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *words]
        done = subprocess.run(words, capture_output=True, text=True, env={"LANG": "C", "PATH": os.environ["PATH"]})
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("may not be written", done.stderr)
        self.assertEqual(hooks.log, [])

    def test_two_senders(self):
        hooks = self.hooks(lambda path, body, times: (time.sleep(0.05), 200)[1])
        self.allow(hooks.url)
        keys = [self.call(hooks.url) for _ in range(20)]
        first = subprocess.Popen(self.command("send"), stderr=subprocess.DEVNULL)
        while not hooks.log:
            time.sleep(0.01)
        self.assertIn("another `saiten outbox send`", self.send(code=75).stderr)
        self.assertEqual(first.wait(), 0)
        self.assertEqual([h["Idempotency-Key"] for _, h, _ in hooks.log], keys)

    def test_interrupted(self):
        hooks = self.hooks(lambda path, body, times: (time.sleep(0.3), 200)[1])
        self.allow(hooks.url)
        keys = [self.call(hooks.url) for _ in range(5)]
        first = subprocess.Popen(self.command("send"), stderr=subprocess.PIPE, text=True)
        while not hooks.log:
            time.sleep(0.01)
        first.terminate()
        self.assertIn("interrupted", first.communicate()[1])
        self.assertEqual(first.returncode, 143)
        # The one under way was finished and noted.
        self.assertEqual([self.states()[key] for key in keys], ["sent"] + ["new"] * 4)
        self.send()
        self.assertEqual([h["Idempotency-Key"] for _, h, _ in hooks.log], keys)


if __name__ == "__main__":
    unittest.main()
