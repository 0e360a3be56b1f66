"""Random histories of a project: what happens to which record when, and when the engine is cut."""
import datetime as dt

import calendars as cal
from model import STANDS, Model
from project import blocks
from steps import LAWS

DAY, HOUR = cal.DAY, cal.HOUR


class History:
    """Lines are ("create", name, object, values, at), ("set", name, at, values), ("ask", name, at, flow, into),
    ("control", at, flow, what a person asks of it), ("delete", name, at) and ("merge", name, into, at)
    and ("publish", at, versions of workflows) (over a database only), ("event", name, kind, time, fields, received), ("past", name, kind, time, fields); those of `before` are there when
    the engine begins."""

    def __init__(self, start, end, before, lines, cuts):
        self.start, self.end, self.before, self.lines, self.cuts = start, end, before, lines, cuts


def run(project, history):
    """What the model says of a history."""
    model = Model(project, history.start)
    for line in history.before:
        tell(model, line, True)
    model.begin()
    for line in history.lines:
        tell(model, line, False)
    model.advance(history.end)
    model.settle()
    return model


def tell(model, line, before):
    kind = line[0]
    if kind == "create":
        if not before:
            model.advance(line[4])
        model.create(line[1], line[2], line[3], before)
    elif kind == "past":
        model.opening = True
        model.happen(*line[1:])
    elif kind == "event":
        model.opening = False
        model.happen(*line[1:])
    elif kind == "set":
        model.set(*line[1:])
    elif kind == "ask":
        model.ask(*line[1:])
    elif kind == "control":
        model.control(*line[1:])
    elif kind == "delete":
        model.delete(*line[1:])
    elif kind == "publish":
        model.publish(*line[1:])
    elif kind == "merge":
        model.merge(*line[1:])


def all_steps(project):
    lists = [flow.steps for flow in project.workflows]
    for steps in lists:
        for step in steps:
            yield step
            lists += blocks(step)


class Histories:
    """Makes histories of what a Generator made."""

    def __init__(self, generator):
        self.random, self.chance, self.pick = generator.random, generator.chance, generator.pick
        self.project, self.zone, self.first = generator.made, generator.zone, generator.first
        self.clock = generator.clock

    def values(self, thing, now, names):
        """Some values of an object, as somebody outside sets them."""
        found = {}
        for prop, kind in self.project.objects[thing].properties.items():
            if self.chance(60) or prop in ("email", "opted_out", "bounced", "marketable", "agreed"):
                continue
            kind = kind.rstrip("?")
            if kind in self.project.enums:
                found[prop] = self.random.randrange(len(self.project.enums[kind].members))
            elif kind == "int":
                found[prop] = self.random.randint(0, 4)
            elif kind == "bool":
                found[prop] = self.chance(50)
            elif kind == "date":
                found[prop] = cal.date_of(now, self.zone) + dt.timedelta(days=self.random.randint(-2, 10))
            elif kind == "time":
                found[prop] = now + self.random.randint(-30, 200) * HOUR + self.pick(0, 0, 30) * 60
            elif prop == "country":
                found[prop] = self.pick(*LAWS)
            else:
                found[prop] = self.pick("Asia/Tokyo", "America/New_York", "Nowhere/At_All")
            if self.project.objects[thing].properties[prop].endswith("?") and self.chance(8):
                found[prop] = None
        for relation, other in self.project.objects[thing].relations.items():
            others = [name for name, kind in names if kind == other]
            if others and self.chance(15):
                found[relation] = self.pick(None, *others)
        return found

    def event(self, name, time, received, kind=None):
        stops = [event for flow in self.project.workflows for event in flow.stop_on]
        kind = kind or self.pick(*stops, *["visit"] * 3, *["form", "email_open", "task_done"] * 2,
                         self.pick("reply", "bounce", "unsubscribe", "meeting_booked"))
        fields = {}
        for field in self.project.events[kind].fields:
            if self.chance(90):
                fields[field] = {"path": self.pick("/a", "/b", "/pricing"), "email": self.pick("m1", "m2", "t1", "t2"),
                                 "kind": self.pick("x", "y"), "n": self.random.randint(1, 4),
                                 "task": self.task(), "outcome": self.random.randrange(3)}[field]
        return ("event", name, kind, time, fields, received)

    def task(self):
        flow = self.pick(*self.project.workflows)
        number = 9 if flow.sequence else flow.name[1:]
        return f"t{number}{self.random.randint(0, 3)}"

    def new(self, names, now, lines):
        """A contact with its deal and company, if the project has them."""
        for thing in self.project.objects:
            if thing == "user":
                continue
            if thing == "company" and len(names) > 2 and self.chance(70):
                continue
            name = f"{thing[0] if thing != 'company' else 'k'}{len(names) + 1}"
            values = self.values(thing, now, names)
            if thing == "contact":
                if self.chance(90):
                    values["email"] = "c@example.com"
                values["opted_out"], values["bounced"] = self.chance(12), self.chance(5)
                values["marketable"], values["agreed"] = self.chance(92), self.chance(70)
                if "company" in self.project.objects and self.chance(80):
                    values["company"] = self.pick(*[other for other, kind in names if kind == "company"])
            if thing == "deal" and self.chance(80):
                values["contact"] = self.pick(*[other for other, kind in names if kind == "contact"])
            names.append((name, thing))
            lines.append(("create", name, thing, values, now))

    def control(self, stands, now):
        """Something that changes how a workflow stands: those that stand still or are off soon go on."""
        name = self.pick(*self.project.workflows).name
        if stands and self.chance(70):
            name = self.pick(*stands)
        kinds = ["resume keep", "resume restart", "resume active-time"] if stands.get(name, "on") != "on" else ["pause"]
        if kinds == ["pause"] or self.chance(15):
            kinds = ["pause", "pause", "drain", "freeze", "cancel"]
        if stands.get(name) in ("paused", "frozen") and self.chance(25):
            kinds = ["pause", "freeze"]
        what = self.pick(*[kind for kind in kinds if STANDS[kind] != stands.get(name, "on")])
        stands[name] = STANDS[what]
        return ("control", now, name, what)

    def make(self):
        start = cal.at_clock(self.first, 8 * HOUR + 17 * 60, self.zone)
        before, lines, names = [], [], []
        contact = lambda: self.pick(*[name for name, thing in names if thing == "contact"])
        waits = [step for step in all_steps(self.project) if step["kind"] == "wait_for"]
        first = before if self.chance(40) else lines
        for number in range(self.random.randint(0, 6) if "user" in self.project.objects else 0):
            values = {"name": f"U{number + 1}", "team": self.pick("A", "B", "A", "B", None)}
            before.append(("create", f"u{number + 1}", "user", values, start))
        for _ in range(self.pick(1, 1, 2, 3)):
            self.new(names, start, first)
        for _ in range(self.pick(0, 0, 1, 3)):
            first.append(("past", *self.event(contact(), start - self.random.randint(1, 100) * HOUR, None)[1:5]))
        now, asks, stands = start, self.chance(25), {}
        for _ in range(self.random.randint(3, 14) + 2 * asks):
            now += self.pick(DAY, 2 * DAY, HOUR, 3 * DAY, 36 * HOUR, 0, self.random.randint(1, 3000) * 60,
                             self.random.randint(1, 3000) * 60, self.random.randint(1, 90000))
            if self.chance(15):
                now = cal.next_clock(now + 1, self.clock(), self.zone)
            kind = self.pick(*["event"] * 6, *["set"] * 4, *["late"] * 2, self.pick("create", "event"), "ask")
            if asks and self.chance(20):
                lines.append(self.control(stands, now))
                continue
            if kind == "event":
                begun = [line for line in lines if line[0] == "event" and line[5] is None]
                if waits and begun and self.chance(30):  # the very end of a wait that an event before began
                    wait, first = self.pick(*waits), self.pick(*begun)
                    echo = cal.move(first[3], wait["count"], wait["unit"], self.zone)
                    if now <= echo < now + 5 * DAY:
                        now = echo
                        lines.append(self.event(first[1], now, None, wait["event"]))
                        continue
                lines.append(self.event(contact(), now, None))
            elif kind == "late":
                age = self.pick(HOUR, 23 * HOUR, DAY, 2 * DAY, 5 * DAY, 366 * DAY, -HOUR if self.chance(50) else HOUR)
                lines.append(self.event(contact(), now - age, now))
            elif kind == "set":
                name, thing = self.pick(*names)
                values = self.values(thing, now, names)
                if thing == "contact" and self.chance(15):
                    values[self.pick("opted_out", "bounced", "marketable", "agreed")] = self.chance(60)
                if thing == "contact" and self.chance(5):
                    values["email"] = self.pick(None, "d@example.com")
                if values:
                    lines.append(("set", name, now, values))
            elif kind == "ask":
                flow = self.pick(*self.project.workflows, self.project.workflows[-1])
                mine = [name for name, thing in names if thing == flow.object]
                # Whoever is put by hand into one that is left when not matching leaves at the next commit, whatever it is.
                if mine and not flow.leave:
                    lines.append(("ask", self.pick(*mine), now, flow.name, self.chance(80)))
            else:
                self.new(names, now, lines)
        end = now + self.random.randint(2, 25) * DAY + self.random.randint(0, 86399)
        return History(start, end, before, lines, [self.random.randint(start + 1, end) for _ in range(3)])
