"""The reference model of automation: semantics.md 3.2 and 3.4 to 3.9, slow and obvious.

There are no timers and nothing is remembered that could be worked out again: at every second that can matter (a line of
the history, the edge of a window, the end of a wait, a local midnight, a clock time that starts something) every
condition of every record is evaluated anew. Written for the tests only, from semantics.md alone (and docs/decisions.md
where that is silent). This file has commits and cycles; steps.py goes through the steps of a run.
"""
import dataclasses
import datetime as dt

import calendars as cal
from project import decays_of, durations_of, mentions, number_steps, windows_of
from steps import Ended, Steps
from values import Values

DAY = cal.DAY
DEPTH = 8  # W2
INGEST, EXITS, ENROLMENTS, STEPS = 0, 2, 3, 4  # the phases of W1 that have rows


def facts_of(project):
    everything = [project.segments, project.scores]
    # What is known of a record at every commit; the rest is asked when a run gets there, and commits nothing by itself.
    known = [project.segments, project.scores]
    for flow in project.workflows:
        number_steps(flow.steps)
        everything += [flow.triggers, flow.steps, flow.key, flow.only_if, flow.goal]
        known += [flow.triggers, flow.goal]
    flows = sorted(project.workflows, key=lambda flow: (-flow.priority, flow.name.encode()))
    return (windows_of(everything, set()), durations_of(everything, set()), mentions(known, "rel"),
            mentions(known, "countrel"), flows)


class Event:
    def __init__(self, kind, time, fields, seq=0, identity=None):
        self.kind, self.time, self.fields, self.seq, self.identity = kind, time, fields, seq, identity


class Record:
    def __init__(self, name, object, key, values):
        self.name, self.object, self.key, self.values = name, object, key, values
        self.exists = self.gone = False
        self.events, self.granted, self.queue, self.lists = [], {}, [], set()
        self.bands = {}  # score -> the band of its last commit
        self.changes = {}  # property -> [(instant, value)], what `has been` looks at
        self.effects, self.depth, self.touched = [], 0, False
        self.timed = None  # the instant whose timers were looked at


class Commit:
    """One commit of one record (E2)."""

    def __init__(self, record, kind, what=None, depth=0):
        self.record, self.kind, self.what, self.depth = record, kind, what, depth
        self.changed = kind in ("create", "event", "set")


class Instance:
    def __init__(self, flow, record, key, number, enrolled, seq, event, serial):
        self.flow, self.record, self.key, self.number = flow, record, key, number
        self.enrolled, self.seq, self.event, self.serial = enrolled, seq, event, serial
        self.status, self.ended = "active", None
        self.steps = None  # the generator that goes through the steps
        self.wait = None  # what it waits for, its end first; `waited`: the one before
        self.waited = None
        self.planned = enrolled  # when it should have come to its step (D9)
        self.wrote = False
        self.unsent, self.went = set(), set()  # templates of which a message was left out, or went out
        self.variant = []  # arms taken
        self.given = None  # the event that the last `wait for` took
        self.counts = None  # until when the goal still counts for it, behind its end (G2)


# How a workflow as a whole stands (O3): what a person asked for, and what that makes of it.
STANDS = {"drain": "draining", "freeze": "frozen", "cancel": "off", "pause": "paused", "resume keep": "on",
          "resume restart": "on", "resume active-time": "on"}
STOPS = {"reply": "replied", "meeting_booked": "meeting", "bounce": "bounced", "unsubscribe": "unsubscribed"}


class Model(Values, Steps):
    """One history while it runs: lines come in through create, happen, set, ask; `advance` moves the clock."""

    def __init__(self, project, start):
        self.project, self.now = project, start
        self.zone = project.zone
        self.records, self.instances, self.log = {}, [], []
        self.seen = set()  # (event, id)
        self.sequence = 0  # of arrivals
        self.truth = {}  # (workflow, trigger, record) -> what it was at the last commit
        self.opening = True
        self.cycle, self.phase, self.depth = 0, STEPS, 0
        self.requests = []  # (instant, record, workflow): those of `existing enrol` that are still to come
        self.turns = {}  # team -> how many were assigned
        self.controls = []  # (workflow, what a person asks of it) at this instant
        self.stands = {flow.name: ("on", None) for flow in project.workflows}  # and since when
        if project.facts is None:
            project.facts = facts_of(project)
        self.decays = decays_of(project.scores)
        # Windows and ages of conditions; whether they read other objects.
        self.windows, self.durations, self.reads_company, self.reads_deals, self.flows = project.facts

    # -- lines of a history -------------------------------------------------------------------------------------------

    def create(self, name, object, values, known=False):
        """A record; `known`: it was there before the engine began."""
        key = 1 + sum(r.object == object for r in self.records.values())
        record = self.records[name] = Record(name, object, key, dict(values))
        for prop, kind in self.project.objects[object].properties.items():
            record.values.setdefault(prop, False if kind == "bool" else None)
        for relation in self.project.objects[object].relations:
            record.values.setdefault(relation, None)
        for prop, value in record.values.items():
            if value is not None:
                record.changes[prop] = [(self.now, value)]
        record.exists = known
        record.before = record.values.get("contact")  # of a deal: what it led to at its last commit
        if not known:
            record.queue.append(("create", None))
        return record

    def begin(self):
        """E4: what is there is history; `existing enrol` lets those in for whom the condition holds."""
        for record in self.records.values():
            record.timed = self.now
            self.note_bands(record)
            self.opens(record)
        for flow in self.flows:
            if flow.existing is None:
                continue
            count, at = 0, self.now
            for record in self.in_order(r for r in self.records.values() if r.object == flow.object):
                if not any(self.truth.get((flow.name, number, record.name)) is True and trigger[0] in (
                        "becoming", "entering") for number, trigger in enumerate(flow.triggers)):
                    continue
                if flow.existing and count and count % flow.existing == 0:
                    at += 3600
                count += 1
                self.requests.append((at, record, flow))

    def opens(self, record):
        """What is true of it now starts nothing."""
        for flow in self.flows_of(record):
            for number, trigger in enumerate(flow.triggers):
                if trigger[0] in ("becoming", "entering", "leaving", "change"):
                    self.truth[flow.name, number, record.name] = self.watched(trigger, record)

    def happen(self, name, kind, time, fields, received=None, identity=None):
        record = self.records[name]
        event = Event(kind, time, fields, identity=identity)
        if self.opening and time < self.now and (received is None or received < self.now):
            self.take(record, event)
            return
        self.advance(received if received is not None else time)
        record.queue.append(("event", event))

    def set(self, name, at, values):
        self.advance(at)
        self.records[name].queue.append(("set", values))

    def ask(self, name, at, flow, enrol):
        """A person puts a record into a workflow, or takes it out."""
        self.advance(at)
        self.records[name].queue.append(("request", (flow, enrol)))

    def control(self, at, flow, what):
        self.advance(at)
        self.controls.append((flow, what))

    def delete(self, name, at):
        self.advance(at)
        self.records[name].queue.append(("delete", None))

    def publish(self, at, versions):
        """R6: workflows say something else, behind everything else of the instant; an edge of that is none (SC10)."""
        self.advance(at)
        self.settle()
        named = {flow.name: flow for flow in versions}
        flows = [named.get(flow.name, flow) for flow in self.project.workflows]
        self.project = dataclasses.replace(self.project, workflows=flows, facts=None)
        windows, durations, company, deals, self.flows = facts_of(self.project)
        self.windows, self.durations = self.windows | windows, self.durations | durations
        self.reads_company, self.reads_deals = self.reads_company or company, self.reads_deals or deals
        for instance in self.instances:
            if instance.status == "active" and instance.flow.name in named and (
                    named[instance.flow.name].in_flight == "end"):
                self.end(instance, "left")
                self.log[-1]["published"] = True
        self.truth = {place: true for place, true in self.truth.items() if place[0] not in named}
        for record in self.records.values():
            if record.exists:
                self.opens(record)

    def merge(self, name, other, at):
        """O4: the first record has become the second one, behind everything else of the instant."""
        self.advance(at)
        self.settle()
        gone, stays = self.records[name], self.records[other]
        for loser, state in self.losers(gone, stays):
            if loser.status == "active":
                self.end(loser, state)
                self.log[-1]["merged"] = True
        numbers = {}
        for instance in self.instances:
            if instance.record is stays:
                place = instance.flow.name, instance.key
                numbers[place] = max(numbers.get(place, 0), instance.number)
        for instance in self.instances:
            if instance.record is gone:
                instance.record = stays
                instance.number += numbers.get((instance.flow.name, instance.key), 0)
        self.row("merged", stays)
        self.unite(gone, stays)
        self.opens(stays)
        stays.queue.append(("merge", None))

    def losers(self, gone, stays):
        """Of two in one workflow the older run stays; of two in one exclusive group the one of the higher priority."""
        for mine in self.active(gone):
            for theirs in self.active(stays):
                if mine.flow.name == theirs.flow.name and mine.key == theirs.key:
                    yield (theirs if mine.enrolled < theirs.enrolled else mine), "removed"
        for mine in self.active(gone):
            for theirs in self.active(stays):
                if mine.flow.name != theirs.flow.name and mine.flow.group and mine.flow.group == theirs.flow.group:
                    own, other = (mine.flow.priority, -mine.enrolled), (theirs.flow.priority, -theirs.enrolled)
                    yield (theirs if own > other else mine), "left"

    def unite(self, gone, stays):
        stays.events += gone.events
        for score, points in gone.granted.items():
            stays.granted.setdefault(score, []).extend(points)
        stays.lists |= gone.lists
        for prop, changes in stays.changes.items():
            # A value was one thing at a time: that of the other one counts from before this one's began.
            changes[:0] = [change for change in gone.changes.get(prop, []) if changes and change[0] < changes[0][0]]
        for row in self.log:
            if row.get("to") == gone.name:
                row["to"] = stays.name  # caps count both
            if row["record"] == gone.name and "action" in row:
                row["key"], row["record"] = stays.key, stays.name  # nobody has delivered it
        self.requests = [(at, stays if record is gone else record, flow) for at, record, flow in self.requests]
        gone.events, gone.queue, gone.exists, gone.gone = [], [], False, True

    def advance(self, instant):
        """Moves the clock, doing everything that is due before; what is due at the instant itself waits."""
        if instant < self.now:
            return
        while self.now < instant:
            self.opening = False
            self.process()
            self.now = min(self.next_instant(), instant)

    def settle(self):
        """Does what is due at the clock."""
        self.opening = False
        self.process()

    # -- what may matter next -----------------------------------------------------------------------------------------

    def next_instant(self):
        now = self.now
        best = cal.midnight(cal.date_of(now, self.zone) + dt.timedelta(days=1), self.zone)
        found = [instant for instant, _, _ in self.requests]
        for record in self.records.values():
            for event in record.events:
                found.append(event.time)
                found.extend(event.time + window for window in self.windows)
                for kind, percent, every in self.decays:
                    steps = 1 if kind == "expires" else -(-100 // percent) if kind == "linear" else 30
                    found.extend(event.time + every * step for step in range(1, steps + 1))
            for changes in record.changes.values() if self.durations else ():
                for instant, _ in changes:
                    found.extend(instant + count * cal.AGES[unit] for count, unit in self.durations)
            for prop, kind in self.project.objects[record.object].properties.items():
                if kind.startswith("time") and record.values[prop] is not None:
                    found.append(record.values[prop])
            for flow in self.project.workflows:
                if flow.object == record.object:
                    found.extend(self.moment(trigger, record, now + 1) for trigger in flow.triggers)
        for instance in self.instances:
            if instance.status == "active" and self.has_end(instance):
                found.append(instance.wait[1])
        return min((t for t in found if t is not None and now < t < best), default=best)

    def moment(self, trigger, record, since):
        """When a trigger of the clock starts something: not before `since`, but a property has only its own moment."""
        kind = trigger[0]
        if kind == "at":
            return trigger[1]
        if kind == "every":
            _, what, clock = trigger
            if isinstance(what, tuple):
                day = cal.date_of(since, self.zone).replace(day=1)
                while True:
                    found = cal.at_clock(cal.day_of_month(day, what[1]), clock, self.zone)
                    if found >= since:
                        return found
                    day = cal.add_months(day, 1)
            return cal.next_clock(since, clock, self.zone, None if what == "day" else what)
        if kind == "around":
            _, count, unit, prop, clock = trigger
            value = record.values[prop]
            if value is None:
                return None
            if isinstance(value, dt.date):
                day = cal.move_date(value, count, unit)
                return cal.at_clock(day, clock or 0, self.zone)
            moved = cal.move(value, count, unit, self.zone)
            return moved if clock is None else cal.at_clock(cal.date_of(moved, self.zone), clock, self.zone)
        return None

    # -- one instant --------------------------------------------------------------------------------------------------

    def in_order(self, records):
        return sorted(records, key=lambda record: (record.object.encode(), record.key))

    def process(self):
        """All cycles of the instant: each takes in something of every record, then all read the same data."""
        begun = len(self.log)
        self.cycle = 0
        while self.controls:
            self.switch(*self.controls.pop(0))
        for asked in [asked for asked in self.requests if asked[0] == self.now]:
            self.requests.remove(asked)
            asked[1].queue.append(("request", (asked[2].name, None)))
        for record in self.records.values():
            record.due = record.exists and self.is_due(record)
        while True:
            commits = [self.next_commit(record) for record in self.in_order(self.records.values())]
            commits = [commit for commit in commits if commit]
            if not commits:
                break
            for commit in commits:
                self.ingest(commit)
            for commit in commits:
                if commit.changed:
                    for reader in self.readers_of(commit.record):
                        reader.touched = True
                        reader.depth = max(reader.depth, commit.depth + 1)
            for commit in commits:
                self.depth = commit.depth
                self.evaluate(commit)
            self.cycle += 1
        # W1a.
        self.log[begun:] = sorted(self.log[begun:], key=lambda row: row["order"])

    def still(self, flow):
        return self.stands[flow.name][0] in ("paused", "frozen")

    def has_end(self, instance):
        """Whether time alone makes it go on."""
        return (instance.wait is not None and instance.wait[0] in ("until", "event", "done")
                and instance.wait[1] is not None and not self.still(instance.flow))

    def switch(self, name, what):
        """O3: done before everything else of the instant; who stood still goes on as `resume` says."""
        flow = next(flow for flow in self.flows if flow.name == name)
        before, since = self.stands[name]
        stood, now = before in ("paused", "frozen"), STANDS[what] in ("paused", "frozen")
        self.stands[name] = STANDS[what], since if stood and now else self.now
        self.log.append({
            "instant": self.now, "object": flow.object, "key": "", "record": "", "kind": "switched", "flow": name,
            "number": 0, "run": "", "detail": STANDS[what], "order": (b"",)})
        self.phase = EXITS
        for instance in sorted([i for i in self.instances if i.flow.name == name and i.status == "active"], key=self.place):
            if what == "cancel":
                self.end(instance, "off")
            elif stood and not now:
                self.go_on(instance, what, since)

    def go_on(self, instance, what, since):
        """Only waits that have a length begin anew or become longer: an hour, a date, a moment of the record stay.
        A step that was not begun begins now; when its message should have come is moved in the same way."""
        kind, until, *about = instance.wait
        if kind == "still" or "deferred" in about:
            if what == "resume restart":
                instance.planned = self.now
            elif what == "resume active-time":
                instance.planned += self.now - (about[-1] if kind == "still" else since)
        if kind == "still":
            instance.wait = "until", self.now, None
        elif what == "resume restart" and about[-1] is not None:
            instance.wait = kind, about[-1](self.now), *about
        elif what == "resume active-time" and about[-1] is not None:
            instance.wait = kind, until + self.now - since, *about

    def next_commit(self, record):
        """What the record takes in in this cycle: writes, then what came from outside one by one, then its timers."""
        if record.depth > DEPTH:
            self.cut(record)
        if record.effects or record.touched:
            commit = Commit(record, "writes", record.effects, record.depth)
            record.effects, record.depth, record.touched = [], 0, False
            return commit
        if record.queue:
            kind, what = record.queue.pop(0)
            return Commit(record, kind, what)
        if record.exists and record.timed != self.now:
            record.timed = self.now
            if record.due or self.is_the_moment(record):
                return Commit(record, "timer")
        return None

    def is_the_moment(self, record):
        return any(self.moment(trigger, record, self.now) == self.now
                   for flow in self.flows_of(record) for trigger in flow.triggers)

    def is_due(self, record):
        """Whether time alone does something to the record now: ends a wait, starts something, changes what is true."""
        if any(self.band(name, record) != band for name, band in record.bands.items()):
            return True
        for instance in self.active(record):
            if self.has_end(instance) and instance.wait[1] <= self.now:
                return True
            if self.exit_of(instance, Commit(record, "timer")):
                return True
        if any(self.counts_goal(instance) for instance in self.instances if instance.record is record):
            return True
        for flow in self.flows_of(record):
            for number, trigger in enumerate(flow.triggers):
                place = (flow.name, number, record.name)
                if place in self.truth and self.truth[place] != self.watched(trigger, record):
                    return True
        return self.is_the_moment(record)

    def watched(self, trigger, record):
        """What a trigger watches, as it is now."""
        if trigger[0] == "change":
            return self.value(trigger[1], record)
        return self.value(trigger[1] if trigger[0] == "becoming" else ("segment", trigger[1]), record) is True

    def cut(self, record):
        """W2: deeper than eight: the cycle is cut, nothing of it happens; runs that were to go on in it have failed."""
        self.phase = INGEST
        self.row("cascade-limit", record)
        for effect in record.effects:
            if effect[0] == "again":
                self.end(effect[1], "failed")
        record.effects, record.depth, record.touched = [], 0, False

    def readers_of(self, record):
        """Those whose conditions read this record over relations (W1a, as decided: from the next cycle on)."""
        if record.object == "company" and self.reads_company:
            return [r for r in self.records.values() if r.object == "contact" and not r.gone
                    and r.values["company"] == record.name]
        if record.object == "deal" and self.reads_deals:
            names = {record.values["contact"], record.before}
            record.before = record.values["contact"]
            return [r for r in self.records.values() if r.object == "contact" and not r.gone and r.name in names]
        return []

    def take(self, record, event):
        self.sequence += 1
        event.seq = self.sequence
        record.events.append(event)

    def ingest(self, commit):
        record = commit.record
        self.phase = INGEST
        if commit.kind == "create":
            record.exists = True
        elif commit.kind == "delete":
            record.exists, record.gone = False, True
        elif commit.kind == "set":
            commit.changed = False
            for prop, value in commit.what.items():
                commit.changed |= self.put(record, prop, value)
        elif commit.kind == "event":
            event = commit.what
            identity = (event.kind, event.identity)
            if event.identity is not None and identity in self.seen:
                commit.kind, commit.changed = "duplicate", False  # T4
                return
            self.seen.add(identity)
            self.take(record, event)
        elif commit.kind == "writes":
            self.apply(commit)

    def put(self, record, prop, value):
        if record.values[prop] == value:
            return False
        record.values[prop] = value
        record.changes.setdefault(prop, []).append((self.now, value))
        return True

    def apply(self, commit):
        """W3: of writes to one property the highest priority wins, then the name; within a workflow the last one."""
        record, sets = commit.record, []
        for effect in commit.what:
            kind, source = effect[0], effect[1]
            if kind == "grant":
                commit.changed = True
                record.granted.setdefault(effect[2], []).append((self.now, effect[3]))
                self.row("granted", record, source, points=str(effect[3]), reason="r")
            elif kind == "member":
                commit.changed = True
                (record.lists.add if effect[3] else record.lists.discard)(effect[2])
            elif kind == "created":
                commit.kind, commit.changed, record.exists = "create", True, True
            elif kind == "set":
                commit.changed = True
                sets.append(effect)
        sets.sort(key=lambda effect: (-effect[1].flow.priority, effect[1].flow.name.encode()))
        taken, written = {}, {}
        for _, source, prop, value, back in sets:
            kind = self.project.objects[record.object].properties[prop].rstrip("?")
            enum = self.project.enums.get(kind)
            before = written.get(prop, record.values[prop])
            about = {"property": prop, "before": self.spell(kind, before), "after": self.spell(kind, value)}
            if prop in taken and taken[prop] != source.flow.name:
                self.row("overridden", record, source, detail=taken[prop], **about)
            elif enum and enum.forward_only and not back and None not in (before, value) and value < before:
                self.row("refused write", record, source, detail="forward only", **about)  # W5
            else:
                taken[prop] = source.flow.name
                if before != value:
                    written[prop] = value
                    self.row("write", record, source, **about)
        for prop, value in written.items():  # E2: nobody sees what it was in between
            self.put(record, prop, value)

    # -- one commit of one record -------------------------------------------------------------------------------------

    def flows_of(self, record):
        return [flow for flow in self.flows if flow.object == record.object]

    def active(self, record):
        return [i for i in self.instances if i.record is record and i.status == "active"]

    def note_bands(self, record):
        for name, score in self.project.scores.items():
            if score.bands and score.object == record.object and record.exists:
                record.bands[name] = self.band(name, record)

    def evaluate(self, commit):
        record = commit.record
        self.note_bands(record)
        self.phase = EXITS
        for instance in sorted(self.active(record), key=self.place):
            state = self.exit_of(instance, commit)
            if state:
                self.end(instance, state)
        for instance in self.instances:
            if instance.record is record and self.counts_goal(instance):
                self.row("goal after", record, instance)
                instance.counts = None
        if not record.exists:
            return
        self.phase = ENROLMENTS
        ready = []
        for flow in self.flows_of(record):
            starts = [self.fires(flow, number, trigger, record, commit) for number, trigger in enumerate(flow.triggers)]
            for place, start in enumerate(starts):
                if start == "late" and not any(isinstance(other, Event) or other is True for other in starts[:place]):
                    self.row("late-ignored", record, flow)
            events = [start for start in starts if start and start != "late"]
            if events:
                ready.append(self.enrol(flow, record, events[0] if isinstance(events[0], Event) else None, False))
                continue
            for name, enrol in self.asked(commit):
                if name != flow.name:
                    continue
                if enrol is not False:
                    ready.append(self.enrol(flow, record, None, commit.kind == "request" and enrol is True))
                    continue
                for instance in self.active(record):
                    if instance.flow.name == flow.name:
                        self.end(instance, "removed")
        self.phase = STEPS
        ready = [(instance, None) for instance in ready if instance]
        for instance in self.active(record):
            if instance.wait is not None and self.due_now(instance, commit):
                answer = commit.what if commit.kind == "event" else None
                ready.append((instance, answer if instance.wait[0] in ("event", "done") else None))
        # G8: slots by priority, then due time, then name.
        ready.sort(key=lambda item: (-item[0].flow.priority, self.should_have(item[0]), self.place(item[0])))
        for instance, answer in ready:
            if instance.status == "active":
                self.resume(instance, answer)

    def should_have(self, instance):
        """When the step it is at was due: a message that had to wait, when it should have gone."""
        return instance.planned if instance.wait and instance.wait[0] == "until" and len(
            instance.wait) > 3 else self.now

    def counts_goal(self, instance):
        """G2: the goal is met behind the end, in time, and nobody has entered under the key since."""
        if instance.counts is None or self.now > instance.counts or not instance.record.exists:
            return False
        if any(i.flow.name == instance.flow.name and i.record is instance.record and i.key == instance.key
               and i.number > instance.number for i in self.instances):
            return False
        return self.value(instance.flow.goal, instance.record, None, instance) is True

    def place(self, instance):
        key = "" if instance.key is None else str(instance.key)
        return -instance.flow.priority, instance.flow.name.encode(), key.encode(), instance.number

    def asked(self, commit):
        """Who is to be put into which workflow, or out of it: by a person, by `existing enrol`, by other workflows."""
        if commit.kind == "request":
            return [commit.what]
        if commit.kind in ("writes", "create") and commit.what:
            return [(effect[2], effect[3]) for effect in commit.what if effect[0] == "request"]
        return []

    def due_now(self, instance, commit):
        kind, until = instance.wait[0], instance.wait[1]
        if kind == "again":
            return commit.kind in ("writes", "create") and ("again", instance) in (commit.what or [])
        if commit.kind == "event" and kind in ("event", "done"):
            return self.answers(instance, commit.what)
        return commit.kind == "timer" and self.has_end(instance) and until <= self.now

    def fires(self, flow, number, trigger, record, commit):
        """Whether a trigger starts something in this commit (E1 to E6): False, True, the event, or "late"."""
        kind = trigger[0]
        if kind == "event":
            _, name, where, late = trigger
            if commit.kind != "event" or commit.what.kind != name:
                return False
            event = commit.what
            if where and self.value(where, record, event) is not True:
                return False
            if self.now - event.time < (DAY if late is None else late):
                return event
            return "late"
        place = (flow.name, number, record.name)
        if kind in ("becoming", "entering", "leaving"):
            before = self.truth.get(place, False)
            after = self.watched(trigger, record)
            self.truth[place] = after
            return before and not after if kind == "leaving" else after and not before
        if kind == "change":
            _, _, start, to = trigger
            after = self.watched(trigger, record)
            new = place not in self.truth
            before = self.truth.get(place)
            self.truth[place] = after
            if before == after or new and start is not None:
                return False
            if start is not None and before != self.value(start, record):
                return False
            return to is None or after == self.value(to, record)
        return commit.kind == "timer" and self.moment(trigger, record, self.now) == self.now

    def exit_of(self, instance, commit):
        flow, record = instance.flow, instance.record
        if not record.exists:
            return "removed"  # O4
        if flow.goal and self.value(flow.goal, record, None, instance) is True:
            return "goal"
        if any(self.value(("segment", name), record) is True for name in flow.suppress):
            return "suppressed"
        if flow.leave and self.value(flow.only_if, record, None, instance) is not True:
            return "left"
        if commit.kind == "event" and commit.what.kind in flow.stop_on:
            return STOPS.get(commit.what.kind, "left")
        return None

    # -- rows of the log ----------------------------------------------------------------------------------------------

    def row(self, kind, record, source=None, detail="", **about):
        """A row; `source`: the run, or the workflow, it belongs to."""
        run = source if isinstance(source, Instance) else None
        flow = run.flow if run else source
        if run and all(flow is not one for one in self.flows):
            about["old"] = True
        rank = (1, -flow.priority, flow.name.encode()) if flow else (0,)
        self.log.append({
            "instant": self.now, "object": record.object, "key": record.key, "record": record.name, "kind": kind,
            "flow": flow.name if flow else "", "number": run.number if run else 0, "run": "" if run is None or run.key is None else str(run.key),
            "detail": detail, **about,
            "order": (record.object.encode(), record.key, self.cycle, self.phase, rank)})

    def end(self, instance, state):
        instance.status, instance.ended, instance.wait = state, self.now, None
        if state == "completed" and instance.flow.goal and instance.flow.count_for:
            instance.counts = cal.move(self.now, *instance.flow.count_for, self.zone)
        self.row("ended", instance.record, instance, state)

    def enrol(self, flow, record, event, by_hand):
        """R2: the checks in their order; the first that fails is the reason."""
        def refuse(reason):
            self.row("refused", record, flow, reason, reason=reason)
            self.log[-1]["run"] = "" if key is None else str(key)

        starting = Instance(flow, record, None, 0, self.now, self.sequence, event, 0)
        key = None
        if flow.key:
            key = self.value(flow.key, record, None, starting)
            if key is None:
                return refuse("key unknown")
        if self.stands[flow.name][0] in ("draining", "frozen", "off"):
            return refuse("off")
        if any(self.value(("segment", name), record) is True for name in flow.suppress):
            return refuse("suppressed")
        if flow.consent and flow.steps[0]["kind"] == "send" and not self.consents(record):
            return refuse("consent")
        if flow.goal and self.value(flow.goal, record, None, starting) is True:
            return refuse("goal already met")
        if flow.only_if and not by_hand and self.value(flow.only_if, record, None, starting) is not True:
            return refuse("not matching")
        before = [i for i in self.instances if i.flow.name == flow.name and i.record is record and i.key == key]
        running = [i for i in before if i.status == "active"]
        if running and flow.policy != "restart":
            return refuse("already active")
        lower = []
        if flow.group:
            for other in self.active(record):
                if other.flow.name != flow.name and other.flow.group == flow.group:
                    if other.flow.priority >= flow.priority:
                        return refuse("group")
                    lower.append(other)
        over = flow.policy == "once" and before or flow.at_most is not None and len(before) >= flow.at_most
        if flow.after is not None and before and not running and max(other.ended for other in before) + flow.after > self.now:
            over = True
        if over:
            return refuse("re-entry policy")
        for other in running + lower:
            self.end(other, "restarted" if other in running else "left")
        instance = Instance(flow, record, key, len(before) + 1, self.now, self.sequence, event, len(self.instances))
        self.instances.append(instance)
        self.row("enrolled", record, instance)
        instance.steps = self.whole(instance)
        return instance

    def resume(self, instance, answer):
        instance.wrote = False
        instance.waited, instance.wait = instance.wait, None
        try:
            instance.wait = instance.steps.send(answer)
        except StopIteration:
            self.end(instance, "completed")
        except Ended as ended:
            self.end(instance, ended.state)
        else:
            if instance.wait[0] == "again":
                self.affect(instance.record, ("again", instance))

    def affect(self, record, effect):
        record.effects.append(effect)
        record.depth = max(record.depth, self.depth + 1)

    # -- what came of it ----------------------------------------------------------------------------------------------

    def rows(self, record, kind):
        return [row for row in self.log if row["kind"] == kind and row["record"] == record]

    def state(self, flow, record):
        mine = [i for i in self.instances if i.flow.name == flow and i.record.name == record]
        return mine[-1].status if mine else None
