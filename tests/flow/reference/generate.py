"""Random projects, from a seed; history.py makes the histories."""
import datetime as dt
import random

import calendars as cal
from project import Enum, EventType, Object, Project, Score, Template, Workflow

DAY, HOUR = cal.DAY, cal.HOUR
PATHS = ["/a", "/b", "/pricing"]
TEMPLATES = ["m1", "m2", "t1", "t2"]


# With it the seeds 3378, 5842, 6852 and 7005 of run.py disagree, and nobody knows yet who is right.
LEAVE_BELOW = False


class Generator:
    def __init__(self, seed):
        self.seed, self.random = seed, random.Random(seed)

    def chance(self, percent):
        return self.random.randrange(100) < percent

    def pick(self, *choices):
        return self.random.choice(choices)

    # -- the project --------------------------------------------------------------------------------------------------

    def project(self):
        self.companies, self.deals = self.chance(50), self.chance(40)
        zone = self.pick("Asia/Tokyo", "America/New_York")
        first = self.pick(dt.date(2026, 2, 26), dt.date(2026, 10, 22), dt.date(2026, 6, 1), dt.date(2026, 1, 27))
        self.zone, self.first = zone, first
        contact = Object({"email": "text?", "opted_out": "bool", "vip": "bool", "status": "Status?", "life": "Life?",
                          "colour": "Colour?", "level": "int?", "term": "date?", "deadline": "time?", "tz": "text?",
                          "agreed": "bool", "marketable": "bool", "bounced": "bool"},
                         address="email", opt_out="opted_out", zone="tz", consent="agreed", marketing="marketable",
                         bounced="bounced")
        if self.chance(35):
            contact.properties["country"], contact.country = "text?", "country"
        self.users = self.chance(30)
        objects = {"user": Object({"name": "text?", "team": "text?"})} if self.users else {}
        if self.companies:
            objects["company"] = Object({"state": "Status?", "size": "int?"}, many={"contacts": ("contact", "company")})
            contact.relations["company"] = "company"
        objects["contact"] = contact
        if self.deals:
            objects["deal"] = Object({"stage": "Life?", "amount": "int?"}, relations={"contact": "contact"})
            contact.many["deals"] = ("deal", "contact")
        holidays = [first + dt.timedelta(days=self.random.randrange(40)) for _ in range(3)]
        self.made = Project(
            zone=zone,
            enums={"Status": Enum(["Cold", "Warm", "Hot"]), "Life": Enum(["Lead", "Mql", "Sql", "Won"], True,
                                                                         self.chance(60)),
                   "Colour": Enum(["Red", "Green", "Blue"], False),
                   "TaskOutcome": Enum(["done", "absent", "refused"], False)},
            objects=objects,
            events={"visit": EventType("contact", {"path": "text", "n": "int"}),
                    "email_open": EventType("contact", {"email": "text"}), "form": EventType("contact", {"kind": "text"}),
                    "reply": EventType("contact"), "meeting_booked": EventType("contact"),
                    "bounce": EventType("contact"), "unsubscribe": EventType("contact"),
                    "task_done": EventType("contact", {"task": "text", "outcome": "TaskOutcome"})},
            segments={}, scores={},
            templates={"m1": Template("contact", "marketing"),
                       "m2": Template("contact", "marketing", *self.pick(
                           (("jp", "us"), None), (("jp", "us", "eu"), "news"), (("us",), None), (("jp",), "news"))),
                       "t1": Template("contact", "transactional"), "t2": Template("contact", "transactional"),
                       "o1": Template("contact", "one_to_one")},
            workflows=[], calendars={"JP": cal.Calendar("JP", range(5), holidays)}, lists={"picked": "contact"})
        if self.chance(50):
            self.made.scores["s1"] = Score(
                "contact", [("per", self.pick(1, 5, 10), *self.source(), self.decay()) for _ in range(self.pick(1, 2))]
                + [("when", self.pick(-5, 10), self.atom())],
                bands=[("low", None), ("mid", 10), ("top", 30)] if self.chance(60) else None, band_name="heat")
            if self.made.scores["s1"].bands and self.chance(40):
                below = self.pick([5, None], [None, 20], [3, 12])
                self.made.scores["s1"].leave = below if LEAVE_BELOW else None
        for name in self.pick([], ["g1"], ["g1", "g2"]):
            condition = self.condition(2)
            self.made.segments[name] = ("contact", condition)
        if self.chance(40):
            rates = self.pick([(1, "day")], [(2, 3 * DAY)], [(1, "day"), (2, 7 * DAY)], [(1, "week")], [(1, 36 * HOUR)])
            self.made.caps.append(("marketing", rates, self.pick("defer", "skip")))
        if self.chance(15):
            self.made.caps.append((self.pick("one_to_one", "transactional"), [self.pick((1, 2 * DAY), (2, "day"))],
                                   self.pick("defer", "skip")))
        self.sequence = None
        if self.chance(40):
            self.sequence = "q1"
        for number in range(self.random.randint(1, 4)):
            self.made.workflows.append(self.workflow(number))
        if self.chance(6):
            self.made.workflows.append(self.chain())
        if self.made.caps and self.chance(25):
            self.made.workflows += self.rivals()
        if self.sequence:
            self.made.workflows.append(self.make_sequence())
        return self.made

    # -- expressions --------------------------------------------------------------------------------------------------

    def where(self, event):
        if self.chance(40) or event == "reply":
            return None
        if event == "visit":
            return self.pick(("cmp", "==", ("field", "path"), ("lit", self.pick(*PATHS))),
                             ("cmp", self.pick(">=", "<"), ("field", "n"), ("lit", self.random.randint(1, 4))),
                             ("in", ("field", "path"), [("lit", "/a"), ("lit", "/b")]))
        if event == "email_open":
            return ("cmp", "==", ("field", "email"), ("lit", self.pick(*TEMPLATES)))
        return ("cmp", self.pick("==", "!="), ("field", "kind"), ("lit", self.pick("x", "y")))

    def window(self):
        return self.pick(None, ("last", self.pick(1, 2, 3, 5) * DAY), ("last", self.pick(1, 6, 36) * HOUR),
                         ("calendar", self.random.randint(1, 4)))

    def source(self):
        event = self.pick("visit", "email_open", "form")
        return event, self.where(event), self.window()

    def decay(self):
        if self.chance(60):
            return None
        return (self.pick("linear", "compound", "expires"), self.pick(25, 40, 100), self.pick(DAY, 3 * DAY, 36 * HOUR))

    def member(self, name):
        return ("enum", name, self.random.randrange(len(self.made.enums[name].members) if hasattr(self, "made") else 3))

    def atom(self, event=None):
        """A condition over a contact; `event`: the declaration of the event that starts the workflow."""
        kinds = ["status", "life", "colour", "points", "vip", "seen", "seen", "counted", "due", "deadline", "known"]
        if self.companies:
            kinds += ["company"]
        if self.deals:
            kinds += ["deals"]
        if getattr(self, "made", None):
            kinds += ["been", "list"]
        if getattr(self, "made", None) and self.made.scores:
            kinds += ["score"]
        if getattr(self, "made", None) and self.made.segments:
            kinds += ["segment"]
        if event:
            kinds += ["event"] * 2
        kind = self.pick(*kinds)
        if kind == "status":
            return ("cmp", self.pick("==", "!=", ">=", "<"), ("prop", "status"), self.member("Status"))
        if kind == "life":
            return ("cmp", self.pick("==", ">="), ("prop", "life"), self.member("Life"))
        if kind == "colour":
            return self.pick(("cmp", self.pick("==", "!="), ("prop", "colour"), self.member("Colour")),
                             ("in", ("prop", "colour"), [("enum", "Colour", 0), ("enum", "Colour", 2)]))
        if kind == "points":
            value = self.pick(("prop", "level"), ("else", ("prop", "level"), ("lit", 0)))
            return ("cmp", self.pick(">=", "<", "=="), value, ("lit", self.random.randint(0, 4)))
        if kind == "vip":
            return self.pick(("prop", "vip"), ("cmp", "==", ("prop", "vip"), ("lit", False)))
        if kind == "seen":
            return (self.pick("exists", "no"), *self.source())
        if kind == "counted":
            return ("cmp", self.pick(">=", "<", "=="), ("count", *self.source()), ("lit", self.random.randint(1, 3)))
        if kind == "due":
            return ("cmp", self.pick("<=", "==", ">"), ("prop", "term"), ("today",))
        if kind == "deadline":
            return ("cmp", self.pick("<=", ">"), ("prop", "deadline"), ("now",))
        if kind == "known":
            known = ("known", ("prop", self.pick("status", "term", "level", "email")))
            return self.pick(known, ("not", known))
        if kind == "company":
            return self.pick(("cmp", "==", ("rel", "company", ("prop", "state")), self.member("Status")),
                             ("cmp", ">=", ("rel", "company", ("prop", "size")), ("lit", 2)))
        if kind == "deals":
            where = self.pick(None, ("cmp", ">=", ("inner", "stage"), self.member("Life")))
            return ("cmp", ">=", ("countrel", "deals", where), ("lit", self.pick(1, 2)))
        if kind == "score":
            if self.made.scores["s1"].bands and self.chance(50):
                return ("cmp", self.pick("==", ">="), ("band", "s1"), ("enum", "s1", self.random.randint(1, 2)))
            return ("cmp", self.pick(">=", "<"), ("score", "s1"), ("lit", self.pick(5, 10, 20)))
        if kind == "segment":
            return ("segment", self.pick(*self.made.segments))
        if kind == "been":
            name, prop = self.pick(("Status", "status"), ("Life", "life"))
            return ("been", prop, self.member(name), self.pick((1, "day"), (2, "day"), (6, "hour")))
        if kind == "list":
            return ("list", "picked")
        field = self.pick(*event.fields)
        literal = {"path": "/a", "email": "m1", "kind": "x", "n": 2}[field]
        return ("cmp", self.pick("==", "!="), ("trigger", field), ("lit", literal))

    def condition(self, depth=1, event=None):
        if depth == 0 or self.chance(60):
            return self.atom(event)
        kind = self.pick("and", "or", "and", "not")
        if kind == "not":
            return ("not", self.condition(depth - 1, event))
        return (kind, self.condition(depth - 1, event), self.condition(depth - 1, event))

    # -- workflows ----------------------------------------------------------------------------------------------------

    def clock(self):
        return self.pick(9, 10, 14, 0, 1, 2) * HOUR + self.pick(0, 0, 30) * 60

    def trigger(self):
        kind = self.pick("event", "event", "event", "becoming", "becoming", "change", "change", "segment", "every",
                         "at", "around")
        if kind == "segment" and not self.made.segments:
            kind = "becoming"
        if kind == "event":
            event = self.pick("visit", "form", "email_open")
            return ("event", event, self.where(event), self.pick(None, None, None, 2 * HOUR, 3 * DAY))
        if kind == "becoming":
            return ("becoming", self.condition(1))
        if kind == "change":
            name = self.pick(("status", "Status"), ("life", "Life"), ("colour", "Colour"), ("level", None))
            if self.made.scores and self.made.scores["s1"].bands and self.chance(30):
                return ("change", ("band", "s1"), None, self.pick(None, ("enum", "s1", 1)))
            start = self.member(name[1]) if name[1] and self.chance(25) else None
            to = self.member(name[1]) if name[1] and self.chance(35) else None
            return ("change", ("prop", name[0]), start, to)
        if kind == "segment":
            return (self.pick("entering", "leaving"), self.pick(*self.made.segments))
        if kind == "every":
            return ("every", self.pick("day", self.random.randrange(7), ("month", self.random.randint(1, 28))),
                    self.clock())
        if kind == "at":
            day = self.first + dt.timedelta(days=self.random.randint(1, 30))
            return ("at", cal.at_clock(day, self.clock(), self.zone))
        count = self.pick(-3, -1, 1, 2)
        return self.pick(("around", count, "day", "term", self.pick(None, self.clock())),
                         ("around", count, self.pick("day", "hour"), "deadline", None))

    def workflow(self, number):
        if self.deals and self.chance(15):
            change = ("change", ("prop", "stage"), None, self.pick(None, self.member("Life")))
            step = self.pick({"kind": "set", "property": "life", "value": self.member("Life"), "via": "contact"},
                             {"kind": "send", "template": "m1", "via": "contact"})
            return Workflow(f"w{number}", "deal", [change], [step], policy="re-enter")
        if self.companies and self.chance(15):
            change = ("change", ("prop", self.pick("state", "size")), None, None)
            steps = [self.pick({"kind": "send", "template": self.pick("m1", "t1"), "via": "contacts"},
                               {"kind": "set", "property": "level", "value": ("lit", 1), "via": "contacts"})]
            if self.sequence and self.chance(50):
                steps.append({"kind": "enrol", "flow": self.sequence, "via": "contacts"})
            return Workflow(f"w{number}", "company", [change], steps, self.pick(0, 10), policy="re-enter")
        triggers = [self.trigger() for _ in range(self.pick(1, 1, 1, 2))]
        before = None
        if self.made.workflows and self.chance(25) and self.made.workflows[-1].object == "contact":
            before = self.made.workflows[-1]
            triggers = list(before.triggers)  # those that meet at one instant
        if self.chance(5):
            triggers = []
        alone = len(triggers) == 1 and triggers[0][0] == "event"
        event = self.made.events[triggers[0][1]] if alone else None
        flow = Workflow(f"w{number}", "contact", triggers, [], self.pick(0, 0, 10, 20),
                        self.pick("once", "re-enter", "re-enter", "re-enter", "restart"))
        if flow.policy == "re-enter":
            flow.after = self.pick(None, None, 2 * DAY, 5 * DAY)
            flow.at_most = self.pick(None, None, 2)
        flow.only_if = self.condition(1, event) if self.chance(30) else None
        flow.goal = self.condition(1, event if self.chance(20) else None) if self.chance(30) else None
        if self.chance(12):
            flow.goal = ("cmp", ">=", ("count", *self.source()), ("lit", self.random.randint(2, 4)))
        if event and event.fields and self.chance(25):
            flow.goal = self.goal_of(event)
        if flow.goal and self.chance(35):
            flow.count_for = self.pick((12, "hour"), (2, "day"), (5, "day"), (1, "month"))
        if self.made.segments and self.chance(30):
            flow.suppress = [self.pick(*self.made.segments)]
            if self.chance(20):
                flow.goal = self.pick(("segment", flow.suppress[0]), self.made.segments[flow.suppress[0]][1])
        flow.leave = flow.only_if is not None and self.chance(30)
        flow.group = "GROUP" if self.chance(40) else None
        flow.consent = "news" if self.chance(15) else None
        if any(trigger[0] in ("becoming", "entering") for trigger in triggers) and self.chance(30):
            flow.existing = self.pick(0, 1, 2)
        if event and event.fields and self.chance(35):
            flow.key = ("trigger", self.pick(*event.fields))
        flow.calendar = "JP"
        self.hours(flow, 35)
        self.number, self.splits = number, 0
        self.starting, self.sent, self.parts = event, [], self.random.randint(1, 6)
        flow.steps = self.steps(2)
        if before and self.chance(50):  # W3
            for one in (before, flow):
                one.steps.insert(0, {"kind": "set", "property": "colour", "value": self.member("Colour")})
        return flow

    def chain(self):
        """One that starts itself again and again at one instant, up to the limit of W2 or to its end before."""
        steps = [{"kind": "set", "property": "level", "value": ("add", ("prop", "level"), ("lit", 1))}]
        if self.chance(40):
            steps.append({"kind": self.pick("notify", "webhook")})
        self.number = 8
        return Workflow("w8", "contact", [("change", ("prop", "level"), None, None)], steps, self.pick(0, 10),
                        self.pick("re-enter", "restart"), calendar="JP",
                        only_if=("cmp", "<", ("prop", "level"), ("lit", self.random.randint(5, 15))))

    def rivals(self):
        """Some that want the same slots under a cap (G8)."""
        template = {"marketing": "m1", "one_to_one": "o1", "transactional": "t1"}[self.made.caps[0][0]]
        return [Workflow(name, "contact", [("event", event, None, None)], [{"kind": "send", "template": template}],
                         self.pick(0, 0, 0, 10), "re-enter", stale=self.pick(None, None, 2 * DAY), calendar="JP")
                for name, event in zip(["r1", "r2", "r3"], self.random.sample(["visit", "form", "email_open"], 3))]

    def goal_of(self, event):
        """A goal that compares what started it with what changes, by events or by the clock alone."""
        field = self.pick(*event.fields)
        if field == "n":
            other = self.pick(("count", *self.source()), ("else", ("prop", "level"), ("lit", 0)),
                              ("count", *self.source()))
            return ("cmp", self.pick("==", "<", ">=", "<="), ("trigger", "n"), other)
        value = ("lit", {"path": "/a", "email": "m1"}.get(field, "x"))
        same = ("cmp", self.pick("==", "!="), ("trigger", field), value)
        clock = self.pick((self.pick("exists", "no"), *self.source()), ("cmp", "<=", ("prop", "deadline"), ("now",)),
                          ("cmp", "<=", ("prop", "term"), ("today",)))
        return ("and", same, clock)

    def hours(self, flow, percent):
        if self.chance(12):
            flow.stale = self.pick(6 * HOUR, DAY, 2 * DAY)
        if not self.chance(percent):
            return
        start, end = self.pick((9, 18), (10, 12), (22, 3), (0, 6), (1, 3))
        flow.window = cal.Window(self.pick(range(5), range(7), [0, 3]), start * HOUR, end * HOUR,
                                 self.made.calendars["JP"])
        if self.chance(30):
            flow.contact_zone = self.pick("Asia/Tokyo", "America/New_York")
        if self.chance(30):
            flow.spread = self.pick(10000, 20000)
        if self.chance(40):
            since = (start - self.pick(0, 1, 2, 9, 10, 14)) % 24  # one that is stale exactly where the window opens
            flow.stale = self.pick(6 * HOUR, DAY, 2 * DAY, since * HOUR or DAY)

    def make_sequence(self):
        self.number, self.splits, self.starting, self.sent, self.parts = 9, 0, None, [], 0
        steps = [{"kind": "send", "template": self.pick("o1", "o1", "m2")}, self.wait(),
                 {"kind": "send", "template": "o1"}, self.wait(), self.task(1)]
        flow = Workflow(self.sequence, "contact", [], steps, policy="re-enter", sequence=True,
                        stop_on=self.pick(["reply"], ["reply", "bounce", "unsubscribe"], ["visit", "reply"],
                                          ["meeting_booked", "reply"]),
                        calendar="JP")
        self.hours(flow, 20)
        return flow

    def task(self, depth):
        step = {"kind": "task", "title": f"t{self.number}{self.random.randint(0, 3)}"}
        if self.users and self.chance(60):
            step["assign"] = self.assign()
        if self.chance(30):
            step["due"] = (self.random.randint(1, 4), self.pick("day", "business day"))
        if not depth or self.chance(50):
            return step
        step["until_done"] = True
        if self.chance(60):
            step["up_to"] = (self.random.randint(1, 4), self.pick("day", "hour"))
        if self.chance(60):
            step["outcomes"] = [([0], self.steps(depth - 1)), (self.pick([1], [1, 2]), self.steps(depth - 1))]
            if self.chance(70):
                step["outcomes"].append((None, self.steps(depth - 1)))
        return step

    def assign(self):
        return self.pick(("turn", "A"), ("turn", "A"), ("turn", "B"), ("turn", "B"), ("user", "U1"))

    def wait(self):
        unit = self.pick("day", "day", "hour", "business day", "minute", "month" if self.chance(20) else "day")
        low = 0 if unit == "business day" else 1
        return {"kind": "wait", "count": self.random.randint(low, {"month": 1, "hour": 48, "minute": 90}.get(unit, 4)),
                "unit": unit, "planned": self.chance(15)}

    def steps(self, depth):
        found = []
        for _ in range(self.random.randint(1, 4)):
            found.append(self.step(depth))
            if found[-1]["kind"] == "exit":
                break
            if found[-1]["kind"] == "until_moment":
                found.append({"kind": "task", "title": f"p{self.random.randint(0, 9)}"})
        return found

    def step(self, depth):
        kinds = ["send"] * 4 + ["wait"] * 3 + ["until_clock", "until_day", "until_moment", "set", "set", "set", "task", "task",
                                            "member", self.pick("notify", "webhook")]
        if self.made.scores:
            kinds.append("grant")
        if self.sequence:
            kinds.append("enrol")
        if depth:
            kinds += ["wait_for"] * 2 + ["if"] * 2 + ["match", "split"]
        if depth < 2:
            kinds.append("exit")
        kind = self.pick(*kinds)
        guard = self.condition(1, self.starting) if self.chance(25 if kind == "send" else 15) else None
        if kind == "send":
            template = self.pick(*TEMPLATES)
            if self.made.caps and self.chance(60):
                template = {"marketing": "m1", "one_to_one": "o1", "transactional": "t1"}[self.made.caps[0][0]]
            if not guard:
                self.sent.append(template)
            return {"kind": kind, "template": template, "guard": guard}
        if kind == "wait":
            return self.wait()
        if kind == "until_clock":
            return {"kind": kind, "clock": self.clock(), "weekday": self.pick(None, self.random.randrange(7))}
        if kind == "until_day":
            return {"kind": kind, "day": self.random.randint(1, 6)}
        if kind == "until_moment":
            prop = self.pick("term", "deadline")
            count = self.pick(0, -1, 2)
            value = ("moved", ("prop", prop), count, "day") if count else ("prop", prop)
            return {"kind": kind, "moment": value, "if_past": self.pick("skip", "continue", "exit"),
                    "if_unknown": self.pick("skip", "continue", "exit")}
        if kind == "set":
            return self.set(guard)
        if kind == "task":
            step = self.task(depth)
            return step if step.get("outcomes") else {**step, "guard": guard}
        if kind == "member":
            return {"kind": kind, "list": "picked", "add": self.chance(70), "guard": guard}
        if kind in ("notify", "webhook"):
            step = {"kind": kind, "guard": guard}
            if kind == "notify" and self.users:
                step["assign"] = ("user", self.pick("U1", "U9"))
            return step
        if kind == "grant":
            return {"kind": kind, "score": "s1", "points": self.pick(1, 5, 10), "guard": guard}
        if kind == "enrol":
            return {"kind": kind, "flow": self.sequence, "guard": guard, "into": self.chance(80)}
        if kind == "wait_for":
            event, where, refers = self.pick("visit", "form", "reply"), None, None
            if self.sent and self.chance(60):
                event, refers = "email_open", self.pick(*self.sent)
                where = ("cmp", "==", ("field", "email"), ("lit", refers))
            else:
                where = self.where(event)
            return {"kind": kind, "event": event, "where": where, "refers": refers, "since_enrolment": self.chance(25),
                    "count": self.random.randint(1, 4), "unit": self.pick("day", "hour", "day"),
                    "then": self.steps(depth - 1), "else": self.steps(depth - 1) if self.chance(70) else []}
        if kind == "if":
            return {"kind": kind, "condition": self.condition(1, self.starting), "then": self.steps(depth - 1),
                    "else": self.steps(depth - 1) if self.chance(50) else []}
        if kind == "match":
            name, prop = self.pick(("Status", "status"), ("Colour", "colour"))
            rows = [(("enum", name, 0), self.steps(depth - 1)), (("enum", name, 2), self.steps(depth - 1))]
            if self.chance(40):
                rows.append(("unknown", self.steps(depth - 1)))
            return {"kind": kind, "subject": ("prop", prop), "rows": rows + [("otherwise", self.steps(depth - 1))]}
        if kind == "split":
            self.splits += 1
            name = f"x{self.number}{self.splits}"
            last = ("holdout", 2000, []) if self.chance(50) else ("C", 2000, self.steps(depth - 1))
            return {"kind": kind, "name": name, "by_enrolment": self.chance(30),
                    "arms": [("A", 5000, self.steps(depth - 1)), ("B", 3000, self.steps(depth - 1)), last]}
        return {"kind": "exit"}

    def set(self, guard):
        name = self.pick("status", "life", "colour", "level", "vip", "level+")
        step = {"kind": "set", "property": name, "guard": guard}
        if name == "status":
            step["value"] = self.member("Status")
            if self.companies and self.chance(25):
                step.update(property="state", via="company")
        elif name == "life":
            step["value"] = self.member("Life")
            step["back"] = self.made.enums["Life"].forward_only and self.chance(30)
        elif name == "colour":
            step["value"] = self.member("Colour")
        elif name == "level":
            step["value"] = ("lit", self.random.randint(0, 4))
        elif name == "level+":
            step.update(property="level", value=("add", ("else", ("prop", "level"), ("lit", 0)), ("lit", 1)))
        else:
            step["value"] = ("lit", self.chance(60))
        return step
