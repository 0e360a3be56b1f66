"""The reference model of automation: semantics.md 3.2 and 3.4 to 3.9, slow and obvious.

There are no timers and nothing is remembered that could be worked out again: at every second that can matter (a line of
the test, the edge of a window, the end of a wait, a local midnight, a clock time that starts something) every condition
of every record is evaluated anew. Written for the tests only, from semantics.md alone.
"""
import datetime as dt

import calendars as cal
from project import bucket, number_steps, windows_of
from values import Values

DAY = cal.DAY


class Event:
    def __init__(self, kind, time, fields, seq=0, identity=None):
        self.kind, self.time, self.fields, self.seq, self.identity = kind, time, fields, seq, identity


class Record:
    def __init__(self, name, object, key, values):
        self.name, self.object, self.key, self.values = name, object, key, values
        self.exists = False
        self.events, self.granted, self.queue = [], {}, []
        self.writes, self.requests = [], []
        self.timed = None  # the instant whose timers were looked at
        self.again = False  # one of its runs goes on in the next cycle


class Instance:
    def __init__(self, flow, record, key, number, enrolled, seq, event, serial):
        self.flow, self.record, self.key, self.number = flow, record, key, number
        self.enrolled, self.seq, self.event, self.serial = enrolled, seq, event, serial
        self.status, self.ended = "active", None
        self.steps = None  # the generator that goes through the steps
        self.wait = None
        self.due = enrolled  # when the step it is at was due
        self.wrote = False
        self.suppressed = set()  # templates whose message was left out


class Ended(Exception):
    def __init__(self, state):
        self.state = state


class CascadeLimit(Exception):
    """W2: deeper than eight; the generator leaves such cases out."""


STOPS = {"reply": "replied", "meeting_booked": "meeting", "bounce": "bounced", "unsubscribe": "unsubscribed"}


class Model(Values):
    """One test while it runs: lines come in through create, happen, set; `advance` moves the clock."""

    def __init__(self, project, start):
        self.project, self.now = project, start
        self.zone = project.zone
        self.records, self.instances, self.log = {}, [], []
        self.seen = set()  # (event, id)
        self.sequence = 0  # of arrivals
        self.truth = {}  # (workflow, trigger, record) -> what it was at the last commit
        self.opening = True
        self.cycle = 0
        self.windows = set()
        for segment in project.segments.values():
            windows_of(segment[1], self.windows)
        for score in project.scores.values():
            windows_of(score.rules, self.windows)
        for flow in project.workflows:
            number_steps(flow.steps)
            windows_of([flow.triggers, flow.steps, flow.key, flow.only_if, flow.goal], self.windows)

    # -- lines of the test --------------------------------------------------------------------------------------------

    def create(self, name, object, values):
        key = 1 + sum(r.object == object for r in self.records.values())
        record = self.records[name] = Record(name, object, key, dict(values))
        for prop, kind in self.project.objects[object].properties.items():
            record.values.setdefault(prop, False if kind == "bool" else None)
        for relation in self.project.objects[object].relations:
            record.values.setdefault(relation, None)
        record.queue.append(("create",))
        return record

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

    def advance(self, instant):
        """Moves the clock, doing everything that is due before; what is due at the instant itself waits."""
        if instant < self.now:
            return
        self.opening = False
        while self.now < instant:
            self.process()
            self.now = min(self.next_instant(), instant)

    def settle(self):
        """Does what is due at the clock."""
        self.opening = False
        self.process()

    # -- what may matter next -----------------------------------------------------------------------------------------

    def next_instant(self):
        found = {cal.midnight(cal.date_of(self.now, self.zone) + dt.timedelta(days=1), self.zone)}
        for record in self.records.values():
            for event in record.events:
                found.add(event.time)
                found.update(event.time + window for window in self.windows)
            for prop, kind in self.project.objects[record.object].properties.items():
                if kind.startswith("time") and record.values[prop] is not None:
                    found.add(record.values[prop])
            for flow in self.project.workflows:
                if flow.object == record.object:
                    found.update(self.moments(flow, record))
        for instance in self.instances:
            if instance.status == "active" and instance.wait and instance.wait[0] in ("until", "event"):
                found.add(instance.wait[1])
        return min(t for t in found if t is not None and t > self.now)

    def moments(self, flow, record):
        return {self.moment(trigger, record, self.now + 1) for trigger in flow.triggers} - {None}

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
                    found = cal.at_clock(day.replace(day=what[1]), clock, self.zone)
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

    def process(self):
        """All cycles of the instant: each takes in something of every record, then all read the same data."""
        changed = False
        cascade = 0
        while True:
            commits = []
            for record in list(self.records.values()):
                if record.writes or record.requests or record.again:
                    commits.append((record, ("writes", record.writes, record.requests)))
                    record.writes, record.requests, record.again = [], [], False
                elif record.queue:
                    commits.append((record, record.queue.pop(0)))
                elif record.exists and record.timed != self.now:
                    record.timed = self.now
                    commits.append((record, ("timer",)))
                elif record.exists and changed:
                    commits.append((record, ("look",)))
            if not commits:
                return
            commits = [(record, self.ingest(record, commit)) for record, commit in commits]
            changed = any(commit[0] in ("writes", "create", "event", "set") for _, commit in commits)
            for record, commit in commits:
                self.evaluate(record, commit)
            # W2 counts causes; so many cycles on end may be as deep.
            cascade = cascade + 1 if any(commit[0] == "writes" for _, commit in commits) else 0
            if cascade > 7:
                raise CascadeLimit
            self.cycle += 1

    def take(self, record, event):
        self.sequence += 1
        event.seq = self.sequence
        record.events.append(event)

    def ingest(self, record, commit):
        kind = commit[0]
        if kind == "create":
            record.exists = True
        elif kind == "set":
            record.values.update(commit[1])
        elif kind == "event":
            event = commit[1]
            identity = (event.kind, event.identity)
            if event.identity is not None and identity in self.seen:
                return ("look",)
            self.seen.add(identity)
            self.take(record, event)
        elif kind == "writes":
            self.apply(record, commit[1])
        return commit

    def apply(self, record, writes):
        """W3: of writes to one property the highest priority wins, then the name; within a run the last one."""
        best = {}
        for write in writes:
            if write[0] == "grant":
                record.granted[write[1]] = record.granted.get(write[1], 0) + write[2]
                continue
            _, instance, prop, value, back = write
            rank = (-instance.flow.priority, instance.flow.name.encode(), instance.serial)
            if prop not in best or rank <= best[prop][0]:
                best[prop] = (rank, value, back)
        for prop, (_, value, back) in best.items():
            kind = self.project.objects[record.object].properties[prop].rstrip("?")
            enum = self.project.enums.get(kind)
            before = record.values[prop]
            if enum and enum.forward_only and not back and None not in (before, value) and value < before:
                continue  # W5
            record.values[prop] = value

    # -- one commit of one record -------------------------------------------------------------------------------------

    def flows_of(self, record):
        mine = [flow for flow in self.project.workflows if flow.object == record.object]
        return sorted(mine, key=lambda flow: (-flow.priority, flow.name.encode()))

    def active(self, record):
        return [i for i in self.instances if i.record is record and i.status == "active"]

    def evaluate(self, record, commit):
        fired = []
        for flow in self.flows_of(record):
            starts = [self.fires(flow, number, trigger, record, commit) for number, trigger in enumerate(flow.triggers)]
            events = [start for start in starts if start]
            if events:
                fired.append((flow, events[0] if isinstance(events[0], Event) else None))
            if commit[0] == "writes":
                fired.extend((flow, None) for asked in commit[2] if asked == flow.name)
        ready = []
        for instance in self.active(record):
            state = self.exit_of(instance, commit)
            if state:
                self.end(instance, state)
        for flow, event in fired:
            started = self.enrol(flow, record, event)
            if started:
                ready.append((started, None))
        for instance in self.active(record):
            if instance.wait is None:
                continue
            kind = instance.wait[0]
            if kind == "cycle" and instance.wait[1] < self.cycle:
                ready.append((instance, None))
            elif kind == "until" and commit[0] == "timer" and instance.wait[1] <= self.now:
                ready.append((instance, None))
            elif kind == "event" and commit[0] == "event" and self.answers(instance, commit[1]):
                ready.append((instance, True))
            elif kind == "event" and commit[0] == "timer" and instance.wait[1] is not None and (
                    instance.wait[1] <= self.now):
                ready.append((instance, False))
        ready.sort(key=lambda item: (-item[0].flow.priority, item[0].due, item[0].flow.name.encode(), item[0].serial))
        for instance, answer in ready:
            if instance.status == "active":
                self.resume(instance, answer)

    def fires(self, flow, number, trigger, record, commit):
        """Whether a trigger starts something in this commit (E1 to E6): False, True or the event."""
        kind = trigger[0]
        if kind == "event":
            _, name, where, late = trigger
            if commit[0] != "event" or commit[1].kind != name:
                return False
            event = commit[1]
            if where and self.value(where, record, event) is not True:
                return False
            return event if self.now - event.time < (DAY if late is None else late) else False
        place = (flow.name, number, record.name)
        if kind in ("becoming", "entering", "leaving"):
            condition = trigger[1] if kind == "becoming" else ("segment", trigger[1])
            before = self.truth.get(place, False)
            after = self.value(condition, record) is True
            if kind == "leaving":
                first = place not in self.truth
                self.truth[place] = after
                return not first and before and not after
            self.truth[place] = after
            return after and not before
        if kind == "change":
            _, what, start, to = trigger
            after = self.value(what, record)
            new = place not in self.truth
            before = self.truth.get(place)
            self.truth[place] = after
            if before == after or new and start is not None:
                return False
            if start is not None and before != self.value(start, record):
                return False
            return to is None or after == self.value(to, record)
        return commit[0] == "timer" and self.moment(trigger, record, self.now) == self.now

    def exit_of(self, instance, commit):
        flow, record = instance.flow, instance.record
        if flow.goal and self.value(flow.goal, record, None, instance.event) is True:
            return "goal"
        if any(self.value(("segment", name), record) is True for name in flow.suppress):
            return "suppressed"
        if commit[0] == "event" and commit[1].kind in flow.stop_on:
            return STOPS.get(commit[1].kind, "left")
        if flow.leave and self.value(flow.only_if, record, None, instance.event) is not True:
            return "left"
        return None

    def row(self, instance, kind, **about):
        flow = instance.flow if isinstance(instance, Instance) else instance
        self.log.append({"instant": self.now, "cycle": self.cycle, "flow": flow.name, "priority": flow.priority,
                         "kind": kind, **about})

    def end(self, instance, state):
        instance.status, instance.ended, instance.wait = state, self.now, None
        self.row(instance, "ended", record=instance.record.name, state=state)

    def enrol(self, flow, record, event):
        """R2: the checks in their order; the first that fails is the reason."""
        def refuse(reason):
            self.row(flow, "refused", record=record.name, reason=reason)

        if any(self.value(("segment", name), record) is True for name in flow.suppress):
            return refuse("suppressed")
        if flow.goal and self.value(flow.goal, record, None, event) is True:
            return refuse("goal already met")
        if flow.only_if and self.value(flow.only_if, record, None, event) is not True:
            return refuse("not matching")
        key = None
        if flow.key:
            key = self.value(flow.key, record, None, event)
            if key is None:
                return refuse("key unknown")
        before = [i for i in self.instances if i.flow is flow and i.record is record and i.key == key]
        running = [i for i in before if i.status == "active"]
        if running and flow.policy != "restart":
            return refuse("already active")
        lower = []
        if flow.group:
            for other in self.active(record):
                if other.flow is not flow and other.flow.group == flow.group:
                    if other.flow.priority >= flow.priority:
                        return refuse("group")
                    lower.append(other)
        over = flow.policy == "once" and before or flow.at_most is not None and len(before) >= flow.at_most
        if flow.after is not None and before and not running and before[-1].ended + flow.after > self.now:
            over = True
        if over:
            return refuse("re-entry policy")
        for other in lower:
            self.end(other, "left")
        for other in running:
            self.end(other, "restarted")
        instance = Instance(flow, record, key, len(before) + 1, self.now, self.sequence, event, len(self.instances))
        self.instances.append(instance)
        self.row(instance, "enrolled", record=record.name)
        instance.steps = self.walk(instance, flow.steps)
        return instance

    def resume(self, instance, answer):
        instance.wrote = False
        instance.wait = None
        try:
            instance.wait = instance.steps.send(answer)
        except StopIteration:
            self.end(instance, "completed")
        except Ended as ended:
            self.end(instance, ended.state)
        else:
            if instance.wait[0] == "cycle":
                instance.record.again = True
            elif instance.wait[1] is not None and "deferred" not in instance.wait:
                instance.due = instance.wait[1]

    # -- steps --------------------------------------------------------------------------------------------------------

    def reads(self, step):
        kind = step["kind"]
        if step.get("guard") or kind in ("if", "match", "until_moment"):
            return True
        return kind == "set" and step["value"][0] not in ("lit", "enum")

    def holds(self, instance, condition):
        return self.value(condition, instance.record, None, instance.event) is True

    def pause(self, instant):
        if instant > self.now:
            yield ("until", instant)

    def walk(self, instance, steps):
        """Goes through steps; yields what it waits for, and is sent whether the event came."""
        skip = False
        for step in steps:
            if skip:
                skip = False
                continue
            if instance.wrote and self.reads(step):
                yield ("cycle", self.cycle)
            kind = step["kind"]
            if kind == "send":
                yield from self.send(instance, step)
                continue
            if step.get("guard") and not self.holds(instance, step["guard"]):
                continue
            if kind == "wait":
                yield from self.pause(self.wait_end(instance, step))
            elif kind == "until_clock":
                yield from self.pause(cal.next_clock(self.now, step["clock"], self.zone, step.get("weekday")))
            elif kind == "until_day":
                yield from self.pause(cal.move(instance.enrolled, step["day"], "day", self.zone))
            elif kind == "until_moment":
                moment = self.value(step["moment"], instance.record, None, instance.event)
                if isinstance(moment, dt.date):
                    moment = cal.midnight(moment, self.zone)
                if moment is not None and moment >= self.now:
                    yield from self.pause(moment)
                    continue
                what = step["if_unknown"] if moment is None else step["if_past"]
                if what == "exit":
                    raise Ended("completed")
                skip = what == "skip"
            elif kind == "wait_for":
                came = yield from self.await_event(instance, step)
                yield from self.walk(instance, step["then"] if came else step["else"])
            elif kind == "set":
                self.write(instance, step)
            elif kind == "grant":
                instance.wrote = True
                instance.record.writes.append(("grant", step["score"], step["points"]))
            elif kind == "enrol":
                instance.record.requests.append(step["flow"])
            elif kind == "task":
                self.row(instance, "task", record=instance.record.name, title=step["title"], step=step["index"],
                         due=self.due_date(instance, step))
                if step.get("until_done"):
                    yield ("event", None, "task_done", ("cmp", "==", ("field", "task"), ("lit", step["title"])))
            elif kind == "if":
                way = "then" if self.holds(instance, step["condition"]) else "else"
                yield from self.walk(instance, step[way])
            elif kind == "match":
                value = self.value(step["subject"], instance.record, None, instance.event)
                for pattern, chosen in step["rows"]:
                    if pattern == "otherwise" or (value is None if pattern == "unknown" else value == pattern[-1]):
                        yield from self.walk(instance, chosen)
                        break
            elif kind == "split":
                yield from self.walk(instance, self.arm(instance, step))
            elif kind == "exit":
                raise Ended("completed")
            else:
                raise ValueError(kind)

    def wait_end(self, instance, step):
        if step["unit"] == "business day":
            calendar = self.project.calendars[step.get("calendar") or instance.flow.calendar]
            return cal.add_business_days(self.now, step["count"], calendar, self.zone)
        return cal.move(self.now, step["count"], step["unit"], self.zone)

    def due_date(self, instance, step):
        if "due" not in step:
            return None
        count, unit = step["due"]
        today = cal.date_of(self.now, self.zone)
        if unit == "business day":
            return cal.add_business_days_to_date(today, count, self.project.calendars[instance.flow.calendar])
        return cal.move_date(today, count, unit)

    def await_event(self, instance, step):
        """D6: exactly one way is taken."""
        if step.get("refers") in instance.suppressed:
            return False
        deadline = cal.move(self.now, step["count"], step["unit"], self.zone)
        if step.get("since_enrolment"):
            for event in instance.record.events:
                if event.seq > instance.seq and event.time <= self.now and event.kind == step["event"] and (
                        self.event_fits(instance, event, step["where"])):
                    return True
        return (yield ("event", deadline, step["event"], step["where"]))

    def event_fits(self, instance, event, where):
        return where is None or self.value(where, instance.record, event, instance.event) is True

    def answers(self, instance, event):
        _, deadline, kind, where = instance.wait
        return event.kind == kind and (deadline is None or event.time <= deadline) and (
            self.event_fits(instance, event, where))

    def write(self, instance, step):
        value = self.value(step["value"], instance.record, None, instance.event)
        target = instance.record
        if step.get("via"):
            target = self.records.get(instance.record.values[step["via"]])
        instance.wrote = True
        if target:
            target.writes.append(("set", instance, step["property"], value, step.get("back", False)))

    def arm(self, instance, step):
        at = bucket(step["name"], str(instance.record.key))
        reach = 0
        for _, share, steps in step["arms"]:
            reach += share
            if at < reach:
                return steps
        raise ValueError("shares")

    def refusal(self, instance, template):
        """G4, G5: why a message cannot go to this record."""
        owner = self.project.objects[instance.record.object]
        if instance.record.values.get(owner.address) is None:
            return "no address"
        kind = self.project.templates[template].message_class
        if kind in ("marketing", "one_to_one") and owner.opt_out and instance.record.values[owner.opt_out] is True:
            return "opted out"
        return None

    def zone_for(self, instance):
        if instance.flow.contact_zone is None:
            return self.zone
        name = instance.record.values[self.project.objects[instance.record.object].zone]
        try:
            cal.zone_of(name)
        except Exception:  # whatever zoneinfo says of an unknown name
            return instance.flow.contact_zone
        return name

    def send(self, instance, step):
        """D7, D8, G8: refused, moved to the window or to room under the cap, or sent; looked at again when moved."""
        template, guard = step["template"], step.get("guard")
        if guard and not self.holds(instance, guard):
            return
        while True:
            if instance.flow.window:
                opens = instance.flow.window.next_open(self.now, self.zone_for(instance))
                if opens > self.now:
                    yield ("until", opens, "deferred")
                    continue
            reason = self.refusal(instance, template)
            if reason:
                if instance.flow.sequence and reason == "opted out":
                    raise Ended("unsubscribed")
                instance.suppressed.add(template)
                return
            cap = self.project.cap
            if cap and cap[0] == self.project.templates[template].message_class:
                sent = [row["instant"] for row in self.log if row["kind"] == "mail"
                        and row["record"] == instance.record.name and row["class"] == cap[0]]
                room = cal.first_room(self.now, cap[1], sent, self.zone)
                if room > self.now and cap[2] == "skip":
                    instance.suppressed.add(template)
                    return
                if room > self.now:
                    yield ("until", room, "deferred")
                    continue
            break
        if guard and not self.holds(instance, guard):
            return
        instance.suppressed.discard(template)
        self.row(instance, "mail", record=instance.record.name, template=template, step=step["index"],
                 **{"class": self.project.templates[template].message_class})

    # -- what came of it ------------------------------------------------------------------------------------------------

    def rows(self, record, kind):
        mine = [row for row in self.log if row["kind"] == kind and row["record"] == record]
        return sorted(mine, key=lambda row: (row["instant"], row["cycle"], -row["priority"], row["flow"].encode(),
                                             row.get("step", 0)))

    def state(self, flow, record):
        mine = [i for i in self.instances if i.flow.name == flow and i.record.name == record]
        return mine[-1].status if mine else None
