"""An HTTP and an SMTP server on this machine that misbehave as they are told, and write down what reached them."""
import http.server
import json
import socket
import socketserver
import ssl
import threading
import time


class Hooks:
    """Takes webhooks. `script(path, body, times)` says what to do the `times`-th time (from 1) that this path is called:
    a status; ("redirect", url), ("hang", seconds), ("close",), ("twice", status), ("endless",), ("after", status, pause)."""

    def __init__(self, script=lambda path, body, times: 200):
        self.log = []  # (path, headers, body) in the order of arrival
        self.lock = threading.Lock()
        self.script = script
        hooks = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with hooks.lock:
                    hooks.log.append((self.path, dict(self.headers), body))
                    times = sum(1 for path, _, _ in hooks.log if path == self.path)
                hooks.act(self, hooks.script(self.path, body, times))

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128  # many may come at once

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def act(self, handler, what):
        if isinstance(what, int):
            what = ("status", what)
        kind, *rest = what
        if kind == "hang":
            time.sleep(rest[0])
            handler.close_connection = True
            return
        if kind == "close":
            handler.close_connection = True
            handler.connection.shutdown(socket.SHUT_RDWR)
            return
        if kind == "endless":
            handler.send_response(200)
            handler.end_headers()
            while True:
                handler.wfile.write(b"more " * 1000)
        status = {"redirect": 307, "redirect-get": 302}.get(kind) or rest[0]
        text = b'{"seen": "' + b"x" * 2000 + b'"}'
        for _ in range(2 if kind == "twice" else 1):
            handler.send_response(status)
            if kind.startswith("redirect"):
                handler.send_header("Location", rest[0])
            if kind == "after":
                handler.send_header("Retry-After", str(rest[1]))
            handler.send_header("Content-Length", str(len(text)))
            handler.end_headers()
            handler.wfile.write(text)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Mailbox:
    """Takes mail. `script(recipient, times)` says what to do with the `times`-th mail to this recipient: "take";
    ("rcpt", code), ("data", code) refuse there; ("close",) takes it and closes without an answer, ("hang", seconds) takes
    it and answers late; ("close-early",) closes at RCPT; ("silent",) takes it and ("silent-early",) does not, and both
    answer nothing from then on, until the client goes."""

    def __init__(self, script=lambda recipient, times: "take", tls=None, user=None, greeting=220):
        self.mails = []  # (recipient, bytes) of all whose last line arrived
        self.lock = threading.Lock()
        self.script = script
        self.connections = 0
        self.logins = []
        self.arrived = lambda: None  # called before the answer to a whole mail
        box = self

        class Handler(socketserver.StreamRequestHandler):
            def say(self, text):
                self.wfile.write(text.encode() + b"\r\n")
                self.wfile.flush()

            def keep_silent(self):
                while self.rfile.readline():
                    pass

            def handle(self):
                box.connections += 1
                self.say(f"{greeting} mail.test")
                recipient, what = "", "take"
                while line := self.rfile.readline():
                    command = line.decode("utf-8", "replace").strip()
                    upper = command.upper()
                    if upper.startswith("EHLO"):
                        lines = ["mail.test", "SIZE 50000000", "8BITMIME", "SMTPUTF8"]
                        lines += ["STARTTLS"] if tls and not isinstance(self.connection, ssl.SSLSocket) else []
                        lines += ["AUTH PLAIN"] if user else []
                        for i, each in enumerate(lines):
                            self.say(f"250{' ' if i + 1 == len(lines) else '-'}{each}")
                    elif upper == "STARTTLS":
                        self.say("220 go on")
                        self.connection = tls.wrap_socket(self.connection, server_side=True)
                        self.rfile = self.connection.makefile("rb")
                        self.wfile = self.connection.makefile("wb")
                    elif upper.startswith("AUTH PLAIN"):
                        words = command.split()
                        if len(words) < 3:
                            self.say("334 ")
                            words.append(self.rfile.readline().decode().strip())
                        box.logins.append(words[2])
                        self.say("235 in" if words[2] == user else "535 who are you")
                    elif upper.startswith("RCPT"):
                        recipient = command[command.index("<") + 1:command.rindex(">")]
                        with box.lock:
                            times = 1 + sum(1 for to, _ in box.mails if to == recipient)
                            what = box.script(recipient, times)
                        if what[0] == "close-early":
                            return
                        if what[0] == "silent-early":
                            return self.keep_silent()
                        self.say(f"{what[1]} no" if what[0] == "rcpt" else "250 yes")
                    elif upper == "DATA":
                        self.say("354 go on")
                        lines = []
                        while (line := self.rfile.readline()) not in (b".\r\n", b""):
                            lines.append(line[1:] if line.startswith(b".") else line)
                        if line == b"":
                            return
                        if what[0] == "data":
                            self.say(f"{what[1]} not that")
                            continue
                        with box.lock:
                            box.mails.append((recipient, b"".join(lines)))
                        box.arrived()
                        if what[0] == "close":
                            return
                        if what[0] == "silent":
                            return self.keep_silent()
                        if what[0] == "hang":
                            time.sleep(what[1])
                        self.say("250 taken")
                    elif upper == "QUIT":
                        self.say("221 bye")
                        return
                    else:
                        self.say("250 yes")

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            request_queue_size = 128  # many may come at once
            allow_reuse_address = True

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"smtp://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
