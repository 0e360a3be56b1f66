"""W1 and W2: rules over columns in memory, against hand-written loops and every peer over the same columns."""
import os
import shutil
import subprocess

from harness.answers import first_difference
from harness.peers import NODE_PEERS, PYTHON_PEERS
from harness.worker import Worker, WorkerFailed

RULES = {"w1": ["w1.rules"], "w2": ["w1.rules", "w2.rules"], "w2_plain": ["w1.rules", "w2_plain.rules"]}
TITLES = {
    "w1": "attributes: fit, card A and five segments",
    "w2": "history: and two types of event counted in the last 90 days, one of them by path",
    "w2_plain": "history without a filter: counts that need no reading of events",
}


class Item:
    """One work item in memory: the processes that take part, their repetitions interleaved."""

    def __init__(self, context, item, contacts, events):
        self.context = context
        self.item = item
        self.contacts = contacts
        self.events = events
        self.folder = os.path.join(context.data, f"memory-{item}")
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self.runs = []  # (kind, name, worker, what, repetitions, share of the contacts)
        self.workers = []
        self.notes = {}
        self.disagree = {}
        self.skipped = dict(context.peers.skipped)
        if item != "w1":
            why = "it has no notion of events"
            self.skipped.update({label: why for label in NODE_PEERS.values()})

    def _worker(self, name, command):
        worker = Worker(name, command)
        self.workers.append(worker)
        return worker

    def _agrees(self, worker, name, what):
        folder = os.path.join(self.folder, "answers")
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        worker.answers(what, folder)
        why = first_difference(os.path.join(self.folder, "ours"), folder)
        shutil.rmtree(folder)
        if why:
            self.disagree[name] = why
        return why is None

    def _add_engine(self):
        files = [os.path.join(self.context.rules, f) for f in ["schema.rules"] + RULES[self.item]]
        engine = self._worker("engine", [self.context.engine, self.item, str(self.contacts), str(self.events),
                                         str(self.context.threads), *files])
        os.makedirs(os.path.join(self.folder, "ours"))
        engine.answers("jit", os.path.join(self.folder, "ours"))
        # Interpreting so many rows takes a while; it answers, and its time is known from that.
        self._agrees(engine, "the interpreter", "interp")
        self.runs += [("ours", name, engine, name, self.context.repetitions, 1) for name in ("jit", "fresh")]
        for name in engine.ready["floors"]:
            if self._agrees(engine, f"floor {name}", name):
                self.runs.append(("floors", name, engine, name, self.context.repetitions, 1))
        engine.ask(f"dump {self.folder}/columns")
        return engine

    def _add_peer(self, label, command, share, only=None):
        if command is None:
            return
        try:
            worker = self._worker(label, command)
            for what in worker.ready["names"]:
                name = f"{label}, {what}" if len(worker.ready["names"]) > 1 else label
                if self._agrees(worker, name, what):
                    self.runs.append(("peers", name, worker, what, self.context.peer_repetitions, share))
                self.notes[name] = worker.ready["version"]
                if share < 1:
                    self.notes[name] += f"; {int(self.contacts * share):,} contacts, times {1 / share:,.0f}"
        except WorkerFailed as error:
            self.skipped[label] = str(error)

    def _add_peers(self):
        columns = os.path.join(self.folder, "columns")
        peers = self.context.peers
        for peer, label in PYTHON_PEERS.items():
            # One thread and rows one by one: a tenth of the contacts says enough.
            rows = self.contacts // 10 if peer == "sqlite" else self.contacts
            command = peers.python_command(peer, self.item, columns, rows, self.context.threads)
            self._add_peer(label, command, rows / self.contacts)
        if self.item == "w1" and peers.has_python():
            rows = min(self.contacts, self.context.node_rows)
            sample = os.path.join(self.folder, "sample.json")
            subprocess.run(peers.python_command("sample", columns, rows, sample), check=True)
            for peer, label in NODE_PEERS.items():
                self._add_peer(label, peers.node_command(peer, sample), rows / self.contacts)

    def measure(self):
        try:
            return self._measure()
        finally:
            for worker in self.workers:
                worker.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _measure(self):
        engine = self._add_engine()
        self._add_peers()
        best = {}
        all_times = {}
        peak = {}
        # Of W1 all that the leanest layout touches, of W2 the times of all events as they lie in memory.
        touched = engine.ready["bytes_touched"] if self.item == "w1" else self.events * 8
        read = gigabyte = None
        for repetition in range(max(self.context.repetitions, self.context.peer_repetitions)):
            for kind, name, worker, what, repetitions, share in self.runs:
                if repetition >= repetitions:
                    continue
                done = worker.run(what)
                seconds = done["seconds"] / share
                all_times.setdefault(f"{kind}: {name}", []).append(seconds)
                best[kind, name] = min(best.get((kind, name), seconds), seconds)
                peak[name] = done["peak_mb"]
            if repetition % 5 == 0:
                read = min(engine.ask(f"read {touched}")["seconds"], read or 1e9)
                gigabyte = min(engine.ask("read 1000000000")["seconds"], gigabyte or 1e9)
        result = {
            "item": self.item.upper().replace("_PLAIN", " plain"),
            "title": TITLES[self.item],
            "rules": [f"bench/rules/{f}" for f in RULES[self.item]],
            "rows": self.contacts,
            "events": self.events,
            "ours_seconds": best["ours", "jit"],
            "ours": {"with results in new memory": best["ours", "fresh"]},
            "compile_seconds": {"text to IR": engine.ready["front_seconds"], "IR to machine code": engine.ready["code_seconds"]},
            "floors": {name: value for (kind, name), value in best.items() if kind == "floors"},
            "peers": {name: value for (kind, name), value in best.items() if kind == "peers"},
            "peer_notes": self.notes,
            "peer_peak_mb": {name: peak[name] for (kind, name) in best if kind == "peers"},
            "skipped": self.skipped,
            "disagree": self.disagree,
            "agree": not self.disagree,
            "peak_mb": engine.ready["peak_mb"],
            "repetitions": all_times,
        }
        result["memory"] = {"bytes": touched, "read_seconds": read, "gigabyte_read_seconds": gigabyte}
        result["goals"] = self._goals(result)
        return result

    def _goals(self, result):
        ours = result["ours_seconds"]
        floor = min(result["floors"].values())
        goals = [_goal("at least 1.0 of the hand-written loop", floor / ours, 1.0)]
        ducks = [v for n, v in result["peers"].items() if n.startswith("DuckDB")]
        if ducks:
            # `sum` is the fastest thing to ask for, so the hardest to beat.
            times = 30 if self.item == "w1" else 40
            goals.append(_goal(f"{times} times DuckDB", min(ducks) / ours, times))
        if self.item == "w2_plain":
            goals.append(_goal("counts that need no filter beat reading the times of the events at all",
                               result["memory"]["read_seconds"] / ours, 1))
        if self.item == "w1":
            goals.append(_goal("the hand-written loop within 2 of the time to read as much memory",
                               floor / result["memory"]["read_seconds"], 2, at_most=True))
        return goals


def _goal(goal, reached, limit, at_most=False):
    return {"goal": goal, "reached": round(reached, 3), "ok": reached <= limit if at_most else reached >= limit}


def measure(context, item):
    contacts = context.size(10_000_000)
    return Item(context, item, contacts, 0 if item == "w1" else contacts * 10).measure()
