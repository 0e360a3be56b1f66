#!/usr/bin/env python3
"""Random workflows through `saiten run` over a database, against the reference model.

    runs.py --saiten build/bin/saiten --cases 100

Each history is played three times into a database of its own: with a run at every line and some between (1 thread, the
interpreter), with as few runs as there can be (8 threads, machine code), and as the first again with runs that are
killed on their way and started anew. What disagrees is made as small as `--shrink` tries allow.
A change of a property has the instant of the run that sees it (sem T4a), so there is always a run behind one; a record
that is deleted is gone from the run before on, so there is one before it too. Events
arrive late, before their time and twice; people pause workflows, end them, put records into them, and records are
deleted or merged, workflows are edited while people are inside. All three logs must be the model's. Exit 1 if one is not.
"""
import argparse
import collections
import concurrent.futures
import copy
import dataclasses
import datetime as dt
import json
import os
import pathlib
import random
import sqlite3
import subprocess
import sys
import tempfile
import time

import cover
import generate
import history
import project
import run

ASKED = ("control", "ask", "merge")  # lines that are commands
LAST = ("merge", "publish")  # that come behind everything else of their instant
ALONE = (*ASKED, "delete", "publish")  # with nothing else at their instant
COLUMNS = {"int": "INTEGER", "bool": "INTEGER"}


def when(instant):
    return dt.datetime.fromtimestamp(instant, dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S+00:00")


# In memory where that can be: what is lost with the power is tested elsewhere.
FOLDER = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


class Database:
    """The CRM's own tables, as somebody else writes them."""

    def __init__(self, path, project):
        self.path, self.project, self.rows, self.arrived = path, project, {}, 0
        with self.open() as db:
            for name, thing in project.objects.items():
                columns = [prop for prop in thing.properties] + [relation + "_id" for relation in thing.relations]
                db.execute(f"CREATE TABLE {name}_rows(id INTEGER PRIMARY KEY, " + ", ".join(columns) + ")")
            db.execute("CREATE TABLE users(id INTEGER PRIMARY KEY, name, email)")
            for name, event in project.events.items():
                columns = "".join(", " + field for field in event.fields)
                db.execute(f"CREATE TABLE {name}_rows(event_id TEXT, {event.object}_id, time, received{columns})")

    def open(self):
        return sqlite3.connect(self.path, timeout=30, isolation_level="IMMEDIATE")

    def value(self, kind, found):
        kind = kind.rstrip("?")
        if found is None:
            return None
        if kind in self.project.objects:
            return self.rows[found][1]
        if kind in self.project.enums:
            return self.project.enums[kind].members[found]
        if isinstance(found, dt.date):
            return found.isoformat()
        return int(found) if isinstance(found, bool) else when(found) if kind.startswith("time") else found

    def columns(self, thing, values):
        made = self.project.objects[thing]
        return {name if name in made.properties else name + "_id":
                self.value({**made.properties, **made.relations}[name], found) for name, found in values.items()}

    def write(self, db, line):
        kind, name = line[:2]
        if kind == "create":
            key = 1 + sum(thing == line[2] for thing, _ in self.rows.values())
            self.rows[name] = line[2], key
            values = {prop: False for prop, what in self.project.objects[line[2]].properties.items() if what == "bool"}
            found = {"id": key, **self.columns(line[2], {**values, **line[3]})}
            db.execute(f"INSERT INTO {line[2]}_rows({', '.join(found)}) VALUES ({', '.join('?' * len(found))})",
                       list(found.values()))
        elif kind == "set":
            thing, key = self.rows[name]
            found = self.columns(thing, line[3])
            db.execute(f"UPDATE {thing}_rows SET " + ", ".join(f"{column} = ?" for column in found) + " WHERE id = ?",
                       [*found.values(), key])
        elif kind == "delete":
            thing, key = self.rows[name]
            db.execute(f"DELETE FROM {thing}_rows WHERE id = ?", [key])
        elif kind == "merge":
            gone, stays = self.rows[name][1], self.rows[line[2]][1]
            for event, about in self.project.events.items():
                if about.object == "contact":
                    db.execute(f"UPDATE {event}_rows SET contact_id = ? WHERE contact_id = ?", [stays, gone])
            db.execute("DELETE FROM contact_rows WHERE id = ?", [gone])
        else:
            event = self.project.events[line[2]]
            self.arrived += 1
            found = {"event_id": f"e{self.arrived}", event.object + "_id": self.rows[name][1], "time": when(line[3]),
                     "received": when(line[5]) if len(line) > 5 and line[5] is not None else None,
                     **{field: self.value(event.fields[field], one) for field, one in line[4].items()}}
            for _ in range(1 + (self.arrived % 5 == 0)):  # T4: some come twice
                db.execute(f"INSERT INTO {line[2]}_rows({', '.join(found)}) VALUES ({', '.join('?' * len(found))})",
                           list(found.values()))


class Player:
    def __init__(self, saiten, folder, case, engine):
        self.saiten, self.folder, self.engine, self.case = saiten, folder, engine, case
        self.database = Database(os.path.join(folder, "crm.db"), case.project)
        self.kills = 0
        self.publish(())

    def publish(self, versions):
        named = {flow.name: flow for flow in versions}
        flows = [named.get(flow.name, flow) for flow in self.case.project.workflows]
        rules = run.rules_of(dataclasses.replace(self.case.project, workflows=flows), True)
        pathlib.Path(self.folder, "case.rules").write_text(rules, encoding="utf-8")

    def run(self, instant, threads, killed=None):
        """One run; `killed`: a generator of numbers, and the run is killed a few times before it may end."""
        command = [self.saiten, "run", "--db", self.database.path, "--as-of", when(instant), "--threads", str(threads),
                   "--engine", self.engine]
        for _ in range(killed.randint(0, 2) if killed else 0):
            process = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(killed.random() * 0.05)
            process.kill()
            self.kills += process.wait() != 0
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=120)
        if done.returncode not in (0, 4):
            raise RuntimeError(f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}")

    def ask(self, line):
        """What a person asks of a workflow waits for the next run, but for a merge."""
        if line[0] == "merge":
            keys = [str(self.database.rows[name][1]) for name in line[1:3]]
            words, at = ["merge", "contact", *keys], line[3]
        elif line[0] == "control":
            verb, *way = line[3].split() if line[3].startswith("resume") else (
                ("pause",) if line[3] == "pause" else ("off", line[3]))
            words, at = [verb, line[2], *["--" + word for word in way]], line[1]
        else:
            thing, key = self.database.rows[line[1]]
            words, at = ["enrol", line[3], thing, str(key)] + ([] if line[4] else ["--remove"]), line[2]
        command = [self.saiten, "workflow", *words, "--db", self.database.path, "--as-of", when(at)]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=120)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}")

    def play(self, told, often, threads, killed=None):
        with self.database.open() as db:
            for line in told.before:
                self.database.write(db, line)
        self.run(told.start, threads, killed)
        cuts = sorted(told.cuts) if often else []
        for place, line in enumerate(told.lines):
            at = instant_of(line, told.start)
            while cuts and cuts[0] < at:
                self.run(cuts.pop(0), threads, killed)
            if line[0] == "delete" and at - 1 > told.start:
                self.run(at - 1, threads, killed)  # of a record that is gone nothing of the time before can be done
            if line[0] in LAST and at > told.start:
                self.run(at, threads, killed)
            if line[0] in ASKED:
                self.ask(line)
            if line[0] == "publish":
                self.publish(line[2])
            elif line[0] not in ("control", "ask"):
                with self.database.open() as db:
                    self.database.write(db, line)
            if line[0] == "merge":
                self.run(at, threads, killed)  # who has become another one is gone from then on
            more = place + 1 < len(told.lines) and instant_of(told.lines[place + 1], told.start) == at
            if (line[0] not in ("event", "publish", *ASKED) or often) and not more:
                self.run(at, threads, killed)
        for cut in cuts:
            self.run(cut, threads, killed)
        self.run(told.end, threads, killed)

    def log(self):
        with self.database.open() as db:
            rows = []
            for seq, instant, thing, key, flow, number, step, kind, detail, fields in db.execute(
                    "SELECT seq, time, object, id, workflow, number, step, kind, detail, fields FROM saiten_decisions"):
                rows.append((seq, [instant, thing, "" if key is None else key, 0, flow or "", number or 0, "", step or "", kind, "", "",
                                   detail or "", json.loads(fields or "{}")]))
            for seq, hashed, instant, kind, thing, key, flow, step, payload in db.execute(
                    "SELECT seq, key, time, kind, object, id, workflow, step, payload FROM saiten_actions"):
                rows.append((seq, [instant, thing, key, 0, flow, 0, "", step, "action", kind, hashed, "",
                                   json.loads(payload)]))
        return [run.of_engine(row) for _, row in sorted(rows)]


def of_model(row):
    """Rows of actions have no number of the run: it is in their key. Nor has any row the key of the run."""
    row = {**row, "run": ""}
    return run.of_model({**row, "number": 0} if "action" in row else row)


def instant_of(line, start):
    if line[0] == "past":
        return start
    place = {"create": 4, "set": 2, "delete": 2, "ask": 2, "control": 1, "merge": 3, "publish": 1}.get(line[0])
    return line[place] if place else line[5] or line[3]


def with_deletes(told, chance):
    """Some contacts that no deal belongs to are deleted on the way."""
    deals = {value for line in told.before + told.lines if line[0] in ("create", "set")
             for name, value in line[3].items() if name == "contact"}
    found = list(told.lines)
    for line in told.before + told.lines:
        if line[0] != "create" or line[2] != "contact" or line[1] in deals or chance.random() > 0.2:
            continue
        at = chance.randint(instant_of(line, told.start) + 2, told.end - 1)
        found = [one for one in found if instant_of(one, told.start) < at or line[1] not in one]
        place = sum(instant_of(one, told.start) < at for one in found)
        found.insert(place, ("delete", line[1], at))
    return history.History(told.start, told.end, told.before, found, told.cuts)


def with_twin(told, chance):
    """One more contact, of whom most of what happens to another one is told as well; later the two become one."""
    contacts = [line for line in told.before + told.lines if line[0] == "create" and line[2] == "contact"]
    one, name, found = chance.choice(contacts), "twin", []
    for line in told.lines:
        found.append(line)
        if line is one:
            found.append(("create", name, *line[2:]))
        if line is one or one[1] not in line or chance.random() > 0.8:
            continue
        later = chance.choice((1, 60, 3600, 7200, 86400, 90000))
        if line[0] == "event":
            received = None if line[5] is None else line[5] + later
            found.append(("event", name, line[2], line[3] + later, line[4], received))
        elif line[0] == "set" or line[0] == "ask" and line[1] == one[1]:
            found.append((line[0], name, line[2] + later, *line[3:]))
    before = told.before + [("create", name, *line[2:]) for line in told.before if line is one]
    found.sort(key=lambda line: instant_of(line, told.start))
    found = [line for line in found if instant_of(line, told.start) < told.end]
    return history.History(told.start, told.end, before, found, told.cuts), {one[1], name}


def with_merges(told, chance):
    """Contacts that no deal belongs to become another one on the way."""
    told, twins = with_twin(told, chance)
    deals = {value for line in told.before + told.lines if line[0] in ("create", "set")
             for name, value in line[3].items() if name == "contact"}
    found = list(told.lines)
    for line in told.before + told.lines:
        if line[0] != "create" or line[2] != "contact" or line[1] in deals or chance.random() > 0.6:
            continue
        at = chance.randint(instant_of(line, told.start) + 2, told.end - 1)
        lines = [one for one in told.before + found if instant_of(one, told.start) < at]
        gone = {one[1] for one in lines if one[0] in ("delete", "merge")}
        others = [one[1] for one in lines if one[0] == "create" and one[2] == "contact" and one[1] not in gone | {line[1]}]
        if line[1] in gone or not others:
            continue
        into = min(others, key=lambda other: (not {line[1], other} <= twins, chance.random()))
        found = [one for one in found if instant_of(one, told.start) < at or line[1] not in one]
        place = sum(instant_of(one, told.start) < at for one in found)
        found.insert(place, ("merge", line[1], into, at))
    return history.History(told.start, told.end, told.before, found, told.cuts)


def edited(flow, generator, number):
    """A workflow with something else in it; None if it would read as before."""
    found = copy.deepcopy(flow)
    for steps in run.step_lists(found.steps):
        for step in steps:
            step["name"] = f"n{step['index']}"
    found.in_flight = generator.pick(None, "stay", "move at next wait", "move at next wait", "end")
    lists = [steps for steps in run.step_lists(found.steps) if steps]
    steps = generator.pick(*lists)
    kind = generator.pick("goal", "only if", "insert", "insert", "insert", "remove", "remove", "wait", "wait", "trigger")
    if kind == "goal":
        found.goal = generator.condition(1)
    elif kind == "only if" and not flow.leave:
        found.only_if = generator.condition(1)
    elif kind == "insert":
        step = generator.pick({"kind": "notify"}, {"kind": "task", "title": "t00"}, generator.wait())
        place = generator.random.randrange(len(steps))  # nothing comes behind `exit`
        steps.insert(place, {**step, "name": f"z{number}"})
    elif kind == "remove":
        plain = ("wait", "notify", "webhook", "task", "set", "member", "grant")
        gone = [step for step in steps if step["kind"] in plain and not project.blocks(step)]
        if len(steps) > 1 and gone and gone[0] is not steps[-1]:
            steps.remove(gone[0])
    elif kind == "wait":
        for step in [step for steps in lists for step in steps if step["kind"] in ("wait", "wait_for")]:
            step["count"] += generator.random.randint(0, 2)
    elif kind == "trigger" and flow.triggers and not flow.key and flow.existing is None and (
            not project.mentions(dataclasses.astuple(flow), "trigger")):
        found.triggers = [generator.trigger()]
    said = lambda one: "\n".join(run.written_flow(generator.made, one))
    return found if said(found) != said(flow) else None


def with_versions(told, generator, chance):
    """Some workflows say something else from an instant on, at which somebody is in one of them."""
    model = history.run(generator.made, told)
    inside = [(run.flow, run.enrolled + 1, (run.ended or told.end) - 1) for run in model.instances
              if run.record.object == "contact" and (run.ended or told.end) - run.enrolled > 2]
    if not inside:
        return told
    edited_one, since, until = chance.choice(inside)
    at = chance.randint(since, until)
    versions = [edited(flow, generator, number) for number, flow in enumerate(generator.made.workflows)
                if flow is edited_one or flow.object == "contact" and chance.random() < 0.3]
    versions = [flow for flow in versions if flow]
    if not versions:
        return told
    place = sum(instant_of(one, told.start) < at for one in told.lines)
    found = [*told.lines[:place], ("publish", at, versions), *told.lines[place:]]
    return history.History(told.start, told.end, told.before, found, told.cuts)


def playable(told):
    """The history for a database: a change of a record has the instant of a run for itself."""
    before, lines = list(told.before), []
    made = {instant_of(line, told.start) for line in told.lines if line[0] == "create"}
    seen = {told.start}
    source = {line[1]: dict(line[3]) for line in before + list(told.lines) if line[0] == "create"}
    alone, stands = set(), {}
    for line in told.lines:
        at = instant_of(line, told.start)
        if at in alone or line[0] in ALONE and at in seen | made:
            continue
        if line[0] == "control":
            if history.STANDS[line[3]] == stands.get(line[2], "on"):
                continue  # another that came before it was left out
            stands[line[2]] = history.STANDS[line[3]]
        if line[0] in ALONE:
            alone.add(at)
            lines.append(line)
            continue
        if line[0] == "set" and at not in seen | made:
            # A column that is given the value it has does not change (O1a).
            own = source[line[1]]
            line = (*line[:3], {name: value for name, value in line[3].items() if own.get(name) != value})
            own.update(line[3])
            if not line[3]:
                continue
        if at == told.start:
            if line[0] in ("create", "past"):
                before.append(line)
            continue
        if line[0] == "create" or at not in seen | made:
            lines.append(line)
        seen.add(at)
    cuts = [cut for cut in told.cuts if cut not in seen | alone]
    return history.History(told.start, told.end, before, lines, cuts)


class Case(run.Case):
    """One history of a case, as a database can have it."""

    def __init__(self, seed):
        generator = generate.Generator(seed)
        self.project = generator.project()
        chance = random.Random(seed)
        told = with_deletes(history.Histories(generator).make(), chance)
        if chance.random() < 0.8:
            told = with_versions(told, generator, chance)
        if chance.random() < 0.6:
            told = with_merges(told, chance)
        self.histories = [playable(told)]


WAYS = {"with many runs": (True, 1, "interp"), "with few runs": (False, 8, "jit"), "with kills": (True, 2, "auto")}


def check(saiten, case, seed, ways=WAYS):
    """What is to be said of a case, with the way in which it was played; what occurred."""
    told = case.histories[0]
    model = history.run(case.project, told)
    wanted = [of_model(row) for row in model.log]
    covered = cover.of_runs(told, model)
    for name in ways:
        often, threads, engine = WAYS[name]
        killed = random.Random(seed) if name == "with kills" else None
        with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
            player = Player(saiten, folder, case, engine)
            try:
                player.play(told, often, threads, killed)
                found = player.log()
            except (RuntimeError, sqlite3.Error, subprocess.TimeoutExpired) as error:
                return f"{name}: {error}", name, covered
            covered["runs killed"] += player.kills
        said = run.first_difference("model", wanted, "saiten run " + name, found)
        if said:
            return said, name, covered
    return "", "", covered


def check_seed(job):
    saiten, seed = job
    return seed, *check(saiten, Case(seed), seed)


def shrink(saiten, case, seed, way, said, tries):
    """Leaves out what can be, as long as that way of playing still goes wrong as it did."""
    failed = said.startswith(way)
    again = True
    while again:
        again = False
        for candidate in run.smaller(case):
            if not tries:
                return case
            tries -= 1
            try:
                candidate.histories = [playable(candidate.histories[0])]
                said = check(saiten, candidate, seed, [way])[0]
            except (KeyError, IndexError, AttributeError, TypeError, ValueError, StopIteration):
                continue  # something was left out that others name
            if said and said.startswith(way) == failed:
                case, again = candidate, True
                break
    return case


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--saiten", required=True, help="the program")
    options.add_argument("--first", type=int, default=0, help="the first seed")
    options.add_argument("--cases", type=int, default=100)
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--collect", type=int, default=1, help="how many disagreements to show")
    options.add_argument("--shrink", type=int, default=150, help="how many smaller cases to try")
    options.add_argument("--cover", action="store_true", help="fail if something that must occur never did")
    chosen = options.parse_args()
    chosen.saiten = os.path.abspath(chosen.saiten)
    seeds = range(chosen.first, chosen.first + chosen.cases)
    bad, covered = [], collections.Counter()
    with concurrent.futures.ProcessPoolExecutor(chosen.jobs) as pool:
        for seed, said, way, counts in pool.map(check_seed, [(chosen.saiten, seed) for seed in seeds]):
            covered.update(counts)
            if said:
                bad.append(seed)
                if len(bad) <= chosen.collect:
                    print(f"=== seed {seed}, {way}: {said}", flush=True)
                    case = shrink(chosen.saiten, Case(seed), seed, way, said, chosen.shrink)
                    print(case.rules(True))
                    run.print_history(case.histories[0])
                    print(check(chosen.saiten, case, seed, [way])[0], flush=True)
    print(f"{len(seeds) - len(bad)} of {len(seeds)} cases agree" + (f"; not {bad[:40]}" if bad else ""))
    missing = cover.missing_in_runs(covered) if chosen.cover else []
    if chosen.cover:
        print(cover.said(covered))
    if missing:
        print("never occurred: " + ", ".join(missing))
    return 1 if bad or missing else 0


if __name__ == "__main__":
    sys.exit(main())
