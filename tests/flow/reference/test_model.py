"""The reference model by itself: acceptance A3 to A9 and A14, and the examples of sem D2 to D7, A2."""
import datetime as dt
import unittest

import calendars as cal
from model import Model
from project import Enum, EventType, Object, Project, Score, Template, Workflow, bucket

TOKYO = "Asia/Tokyo"


def at(text, zone=TOKYO):
    """`2026-06-01 10:00` as an instant."""
    return cal.instant_of(dt.datetime.fromisoformat(text), zone)


def clock(text):
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def prop(name):
    return ("prop", name)


def is_(left, right):
    return ("cmp", "==", left, right)


def lit(value):
    return ("lit", value)


def send(template, **more):
    return {"kind": "send", "template": template, **more}


def wait(count, unit="day", **more):
    return {"kind": "wait", "count": count, "unit": unit, **more}


def task(title, **more):
    return {"kind": "task", "title": title, **more}


def put(name, value, **more):
    return {"kind": "set", "property": name, "value": value, **more}


def wait_for(event, count, unit, then, otherwise, where=None, **more):
    return {"kind": "wait_for", "event": event, "where": where, "count": count, "unit": unit, "then": then,
            "else": otherwise, **more}


def contact(**more):
    return Object({"email": "text?", "opted_out": "bool", **more}, address="email", opt_out="opted_out")


def project(**parts):
    base = {"zone": TOKYO, "enums": {}, "objects": {}, "events": {}, "segments": {}, "scores": {}, "templates": {},
            "workflows": [], "calendars": {}}
    return Project(**{**base, **parts})


class Case(unittest.TestCase):
    def start(self, rules, now):
        self.model = Model(rules, at(now))
        return self.model

    def to(self, moment):
        self.model.advance(at(moment))
        self.model.settle()

    def mails(self, record="c", times=False):
        rows = self.model.rows(record, "mail")
        return [(r["template"], self.say(r["instant"])) if times else r["template"] for r in rows]

    def tasks(self, record="c"):
        return [(r["title"], self.say(r["instant"])) for r in self.model.rows(record, "task")]

    def refusals(self, flow, record="c"):
        return [r["reason"] for r in self.model.rows(record, "refused") if r["flow"] == flow]

    def say(self, instant):
        return cal.local(instant, self.model.zone).strftime("%m-%d %H:%M")


class Calendars(unittest.TestCase):
    def test_d4_new_york(self):
        zone = "America/New_York"
        utc = lambda text: int(dt.datetime.fromisoformat(text + "+00:00").timestamp())
        self.assertEqual(at("2026-03-08 02:30", zone), utc("2026-03-08T07:00"))
        self.assertEqual(at("2026-11-01 01:30", zone), utc("2026-11-01T05:30"))
        saturday = at("2026-03-07 09:00", zone)
        self.assertEqual(cal.move(saturday, 1, "day", zone) - saturday, 23 * 3600)
        self.assertEqual(cal.local(cal.move(saturday, 24, "hour", zone), zone).hour, 10)

    def test_d2_months(self):
        self.assertEqual(cal.move(at("2026-01-31 12:00"), 1, "month", TOKYO), at("2026-02-28 12:00"))
        self.assertEqual(cal.move_date(dt.date(2024, 2, 29), 1, "year"), dt.date(2025, 2, 28))

    def test_d3_business_days(self):
        jp = cal.Calendar("JP", range(5), [dt.date(2026, 9, d) for d in (21, 22, 23)])
        add = lambda text, n: cal.add_business_days(at(text), n, jp, TOKYO)
        self.assertEqual(add("2026-09-17 17:00", 4), at("2026-09-28 17:00"))
        self.assertEqual(add("2026-09-18 09:00", 4), at("2026-09-29 09:00"))
        self.assertEqual(add("2026-09-19 10:00", 1), at("2026-09-24 10:00"))
        self.assertEqual(add("2026-09-19 10:00", 0), at("2026-09-24 10:00"))
        self.assertEqual(add("2026-09-18 10:00", 0), at("2026-09-18 10:00"))

    def test_d5_equal_counts(self):
        self.assertEqual(cal.next_clock(at("2026-06-01 09:00"), clock("09:00"), TOKYO), at("2026-06-01 09:00"))
        self.assertEqual(cal.next_clock(at("2026-06-01 09:01"), clock("09:00"), TOKYO), at("2026-06-02 09:00"))
        self.assertEqual(cal.next_clock(at("2026-06-02 09:00"), clock("09:00"), TOKYO, 0), at("2026-06-08 09:00"))

    def test_d7_windows(self):
        day = cal.Window(range(5), clock("09:00"), clock("17:00"))
        self.assertEqual(day.next_open(at("2026-09-17 17:00"), TOKYO), at("2026-09-18 09:00"))
        self.assertEqual(day.next_open(at("2026-09-17 16:59"), TOKYO), at("2026-09-17 16:59"))
        night = cal.Window([0], clock("22:00"), clock("02:00"))
        self.assertEqual(night.next_open(at("2026-06-02 01:59"), TOKYO), at("2026-06-02 01:59"))
        self.assertEqual(night.next_open(at("2026-06-02 02:00"), TOKYO), at("2026-06-08 22:00"))

    def test_a2_vectors(self):
        subject = [84, 2559, 377, 563, 1691, 9891, 1514, 2940, 5505, 7904]
        timing = [6570, 8218, 8666, 6948, 2617, 9817, 9348, 6259, 1570, 6553]
        self.assertEqual([bucket("subject_test_v1", str(n)) for n in range(1, 11)], subject)
        self.assertEqual([bucket("timing_test_v1", str(n)) for n in range(1, 11)], timing)


class A3(Case):
    def test_status_follows_the_band(self):
        band = ("band", "total")
        status = ("pick", band, [(n, ("enum", "Status", n)) for n in range(3)], None)
        rules = project(
            enums={"Status": Enum(["Cold", "Warm", "Hot"])},
            objects={"contact": Object({"industry": "text?", "employees": "int?", "status": "Status?"})},
            events={"open": EventType("contact"), "click": EventType("contact")},
            scores={
                "fit": Score("contact", [
                    ("when", 15, is_(prop("industry"), lit("Finance"))),
                    ("when", 15, ("and", ("cmp", ">=", prop("employees"), lit(100)),
                                  ("cmp", "<=", prop("employees"), lit(500)))),
                    ("when", 5, ("cmp", ">", prop("employees"), lit(500)))]),
                "behaviour": Score("contact", [("per", 1, "open", None, None), ("per", 3, "click", None, None)]),
                "total": Score("contact", formula=["fit", "behaviour"],
                               bands=[("cold", None), ("warm", 30), ("hot", 50)], band_name="temperature")},
            workflows=[Workflow("follow", "contact", [("change", band, None, None)], [put("status", status)],
                                policy="re-enter")])
        model = self.start(rules, "2026-06-01 00:00")
        model.create("c", "contact", {"industry": "Finance", "employees": 1200})
        lines = ["click"] * 3 + ["open"] + ["click"] * 6 + ["open"] * 2 + [50, "click", "open", "open"]
        seen = []
        for hour, line in enumerate(lines, 1):
            moment = at("2026-06-01 00:00") + hour * 3600
            if line == 50:
                model.set("c", moment, {"employees": 50})
            else:
                model.happen("c", line, moment, {})
            model.settle()
            seen.append((model.score("total", model.records["c"]), model.records["c"].values["status"]))
        self.assertEqual([points for points, _ in seen],
                         [23, 26, 29, 30, 33, 36, 39, 42, 45, 48, 49, 50, 45, 48, 49, 50])
        self.assertEqual([status for _, status in seen], [0] * 3 + [1] * 8 + [2] + [1] * 3 + [2])
        self.assertEqual(len(model.rows("c", "enrolled")), 5)


class A4(Case):
    def run_case(self, before, *changes):
        warm = ("enum", "Status", 1)
        rules = project(
            enums={"Status": Enum(["Cold", "Warm", "Hot"])},
            objects={"contact": contact(status="Status?", source="text?")},
            templates={"follow_up": Template("contact", "marketing")},
            workflows=[Workflow("warm", "contact", [("becoming", is_(prop("status"), warm))], [send("follow_up")],
                                only_if=is_(prop("source"), lit("Ebook")))])
        model = self.start(rules, "2026-06-01 10:00")
        model.create("c", "contact", {"email": "c@example.com", "status": 0, **before})
        model.settle()
        for day, change in enumerate(changes, 2):
            model.set("c", at(f"2026-06-{day:02} 10:00"), change)
        model.settle()
        return self.mails()

    def test_rows(self):
        ebook = {"source": "Ebook"}
        self.assertEqual(self.run_case(ebook, {"status": 1}), ["follow_up"])
        self.assertEqual(self.run_case({"source": "Web"}, {"status": 1}), [])
        self.assertEqual(self.refusals("warm"), ["not matching"])
        self.assertEqual(self.run_case({**ebook, "opted_out": True}, {"status": 1}), [])
        self.assertEqual(self.model.state("warm", "c"), "completed")
        self.assertEqual(self.run_case(ebook, {"status": 1}, {"status": 0}, {"status": 1}), ["follow_up"])
        self.assertEqual(self.refusals("warm"), ["re-entry policy"])
        self.assertEqual(self.run_case(ebook, {"status": 2}), [])
        self.assertEqual(self.run_case({}, {"status": 1, "source": "Ebook"}), ["follow_up"])


class A5(Case):
    def test_due_and_re_entry(self):
        hot = is_(prop("hot"), lit(True))
        rules = project(
            objects={"contact": Object({"hot": "bool"})},
            calendars={"JP": cal.Calendar("JP")},
            workflows=[
                Workflow("toss", "contact", [("becoming", hot)], [task("call", due=(2, "day"))], policy="re-enter",
                         after=30 * 86400),
                Workflow("business", "contact", [("becoming", hot)], [task("b", due=(2, "business day"))],
                         policy="re-enter", after=30 * 86400, calendar="JP")])
        for moment, days, business in [("2026-06-01 08:15", 3, 3), ("2026-06-01 14:30", 3, 3),
                                       ("2026-06-05 17:00", 7, 9)]:
            model = self.start(rules, moment)
            model.create("c", "contact", {"hot": True})
            model.settle()
            due = {row["title"]: row["due"] for row in model.rows("c", "task")}
            self.assertEqual(due, {"call": dt.date(2026, 6, days), "b": dt.date(2026, 6, business)})
        model = self.start(rules, "2026-06-01 08:15")
        model.create("c", "contact", {"hot": True})
        for moment, value in [("2026-06-10 09:00", False), ("2026-06-20 09:00", True), ("2026-06-25 09:00", False),
                              ("2026-07-01 08:15", True)]:
            model.set("c", at(moment), {"hot": value})
        model.settle()
        self.assertEqual(self.refusals("toss"), ["re-entry policy"])
        self.assertEqual([row["title"] for row in model.rows("c", "task")].count("call"), 2)


class A6(Case):
    def run_case(self, *lines, **start):
        lifecycle = prop("lifecycle")
        member = lambda n: ("enum", "Lifecycle", n)
        is_benefits = is_(("field", "email"), lit("benefits"))
        pricing = is_(("field", "path"), lit("/pricing"))
        rules = project(
            enums={"Lifecycle": Enum(["Lead", "MQL", "Customer"])},
            objects={"contact": contact(lifecycle="Lifecycle?")},
            events={"form": EventType("contact", {"form": "text"}), "view": EventType("contact", {"path": "text"}),
                    "open": EventType("contact", {"email": "text"})},
            segments={"customers": ("contact", is_(lifecycle, member(2)))},
            scores={"behaviour": Score("contact")},
            templates={name: Template("contact", "marketing") for name in ("welcome", "related", "benefits", "value")},
            workflows=[Workflow(
                "nurture", "contact",
                [("event", "form", is_(("field", "form"), lit("ebook")), None),
                 ("becoming", ("cmp", ">=", ("count", "view", pricing, None), lit(2))),
                 ("becoming", is_(lifecycle, member(0)))],
                [send("welcome"), wait(1), send("related"), wait(3), send("benefits"),
                 wait_for("open", 2, "day", [{"kind": "grant", "score": "behaviour", "points": 5}, send("value")],
                          [send("benefits")], is_benefits, refers="benefits"),
                 wait(7), put("lifecycle", member(1)), task("follow")],
                suppress=["customers"], goal=is_(lifecycle, member(2)))])
        model = self.start(rules, "2026-06-01 09:00")
        model.create("c", "contact", {"email": "c@example.com", **start})
        for line in lines:
            if line[0] == "set":
                model.set("c", at(line[1]), line[2])
            else:
                model.happen("c", line[0], at(line[1]), line[2])
        self.to("2026-07-10 09:00")
        return self.mails(times=True)

    form = ("form", "2026-06-01 10:00", {"form": "ebook"})
    first = [("welcome", "06-01 10:00"), ("related", "06-02 10:00")]
    third = first + [("benefits", "06-05 10:00")]

    def opened(self, moment):
        return ("open", moment, {"email": "benefits"})

    def test_rows(self):
        found = self.run_case(self.form, self.opened("2026-06-05 15:00"))
        self.assertEqual(found, self.third + [("value", "06-05 15:00")])
        self.assertEqual(self.tasks(), [("follow", "06-12 15:00")])
        self.assertEqual(self.model.score("behaviour", self.model.records["c"]), 5)
        self.assertEqual(self.model.records["c"].values["lifecycle"], 1)
        self.assertEqual(self.run_case(self.form), self.third + [("benefits", "06-07 10:00")])
        self.assertEqual(self.tasks(), [("follow", "06-14 10:00")])
        found = self.run_case(self.form, self.opened("2026-06-07 10:00"))
        self.assertEqual(found, self.third + [("value", "06-07 10:00")])
        self.assertEqual(self.tasks(), [("follow", "06-14 10:00")])
        self.assertEqual(self.run_case(self.form, ("set", "2026-06-04 09:00", {"lifecycle": 2})), self.first)
        self.assertEqual(self.model.state("nurture", "c"), "goal")
        self.assertEqual(self.run_case(self.form, lifecycle=2), [])
        self.assertEqual(self.refusals("nurture"), ["suppressed"])
        visits = [("view", f"2026-06-{moment}", {"path": "/pricing"}) for moment in ("01 12:00", "03 09:00")]
        self.assertEqual(self.run_case(*visits)[0], ("welcome", "06-03 09:00"))
        self.run_case(self.form, *visits)
        self.assertEqual(len(self.model.rows("c", "enrolled")), 1)
        self.assertEqual(self.refusals("nurture"), ["already active"])
        self.assertEqual(self.run_case(self.form, ("set", "2026-06-03 12:00", {"opted_out": True})), self.first)
        self.assertEqual(self.tasks(), [("follow", "06-12 10:00")])


class A7(Case):
    def run_case(self, *lines, now="2026-01-30 09:00"):
        names = ("welcome", "guide", "tutorial", "reminder", "meeting", "survey")
        rules = project(
            enums={"Lifecycle": Enum(["Lead", "Customer"]), "Stage": Enum(["Open", "Won"])},
            objects={"contact": contact(lifecycle="Lifecycle?"),
                     "deal": Object({"stage": "Stage?"}, relations={"contact": "contact"})},
            events={"video": EventType("contact"), "ask": EventType("contact")},
            templates={name: Template("contact", "transactional") for name in names},
            workflows=[
                Workflow("won", "deal", [("becoming", is_(prop("stage"), ("enum", "Stage", 1)))],
                         [put("lifecycle", ("enum", "Lifecycle", 1), via="contact")], policy="re-enter"),
                Workflow("onboarding", "contact", [("becoming", is_(prop("lifecycle"), ("enum", "Lifecycle", 1)))],
                         [send("welcome"), wait(1), send("guide"), wait(3), send("tutorial"),
                          wait_for("video", 3, "day", [task("notice")], [send("reminder")]),
                          wait(5), send("meeting"), task("cs"), {"kind": "enrol", "flow": "nps"}]),
                Workflow("nps", "contact", [("event", "ask", None, None)], [wait(1, "month"), send("survey")])])
        model = self.start(rules, now)
        model.create("c", "contact", {"email": "c@example.com", "lifecycle": 0})
        model.create("d", "deal", {"contact": "c", "stage": 0})
        for line in lines:
            if line[0] == "set":
                model.set("d", at(line[1]), {"stage": line[2]})
            else:
                model.happen("c", line[0], at(line[1]), {})
        self.to("2026-05-01 09:00")
        return self.mails(times=True)

    def test_rows(self):
        won = ("set", "2026-01-31 09:00", 1)
        first = [("welcome", "01-31 09:00"), ("guide", "02-01 09:00"), ("tutorial", "02-04 09:00")]
        self.assertEqual(self.run_case(won, ("video", "2026-02-05 12:00")),
                         first + [("meeting", "02-10 12:00"), ("survey", "03-10 12:00")])
        self.assertEqual(self.tasks(), [("notice", "02-05 12:00"), ("cs", "02-10 12:00")])
        self.assertEqual(self.run_case(won), first + [("reminder", "02-07 09:00"), ("meeting", "02-12 09:00"),
                                                      ("survey", "03-12 09:00")])
        self.assertEqual(self.run_case(("ask", "2026-01-31 12:00")), [("survey", "02-28 12:00")])
        self.run_case(won, ("set", "2026-02-01 10:00", 0), ("set", "2026-02-01 11:00", 1))
        self.assertEqual(len([row for row in self.model.rows("c", "enrolled") if row["flow"] == "onboarding"]), 1)


class A8(Case):
    def run_case(self, registered, attended=None, received=None, again=None):
        fields = {"webinar": "w1", "starts_at": at("2026-06-18 14:00"), "ends_at": at("2026-06-18 15:30")}
        moment = lambda name: ("trigger", name)
        rules = project(
            objects={"contact": contact()},
            events={"registered": EventType("contact"), "attended": EventType("contact")},
            templates={name: Template("contact", "transactional") for name in ("confirm", "remind", "record", "next")},
            workflows=[Workflow(
                "webinar", "contact", [("event", "registered", None, None)],
                [send("confirm"),
                 {"kind": "until_moment", "moment": ("moved", moment("starts_at"), -1, "day"), "if_past": "skip"},
                 send("remind"),
                 {"kind": "until_moment", "moment": moment("ends_at"), "if_past": "continue"},
                 wait_for("attended", 24, "hour", [send("record")], [send("next")],
                          is_(("field", "webinar"), moment("webinar")), since_enrolment=True)],
                key=moment("webinar"), only_if=("cmp", ">", moment("ends_at"), ("now",)))])
        model = self.start(rules, "2026-06-01 09:00")
        model.create("c", "contact", {"email": "c@example.com"})
        for when in [registered] + ([again] if again else []):
            model.happen("c", "registered", at(when), fields)
        if attended:
            model.happen("c", "attended", at(attended), {"webinar": "w1"}, received and at(received))
        self.to("2026-07-10 09:00")
        return self.mails(times=True)

    def test_rows(self):
        came = "2026-06-18 14:02"
        remind = ("remind", "06-17 14:00")
        self.assertEqual(self.run_case("2026-06-10 11:00", came, "2026-06-18 15:00"),
                         [("confirm", "06-10 11:00"), remind, ("record", "06-18 15:30")])
        self.assertEqual(self.run_case("2026-06-17 20:00", came),
                         [("confirm", "06-17 20:00"), ("record", "06-18 15:30")])
        self.assertEqual(self.run_case("2026-06-10 11:00"),
                         [("confirm", "06-10 11:00"), remind, ("next", "06-19 15:30")])
        self.assertEqual(self.run_case("2026-06-18 16:00"), [])
        self.assertEqual(self.refusals("webinar"), ["not matching"])
        self.assertEqual(self.run_case("2026-06-10 11:00", came, "2026-06-18 17:00")[-1], ("record", "06-18 17:00"))
        self.assertEqual(self.run_case("2026-06-10 11:00", came, again="2026-06-12 11:00"),
                         [("confirm", "06-10 11:00"), remind, ("record", "06-18 15:30")])


class A9(Case):
    def run_case(self, *events, end="18:00", ask="2026-09-17 17:00"):
        steps = [send("intro"), wait(4, "business day"), send("remind"), wait(2, "business day"),
                 task("call", until_done=True), wait(1, "business day"), task("close")]
        stops = ["reply", "meeting_booked", "bounce", "unsubscribe"]
        rules = project(
            objects={"contact": contact()},
            events={name: EventType("contact") for name in stops + ["ask", "auto_reply", "task_done"]},
            templates={name: Template("contact", "one_to_one") for name in ("intro", "remind")},
            calendars={"JP": cal.Calendar("JP", range(5), [dt.date(2026, 9, day) for day in (21, 22, 23)])},
            workflows=[
                Workflow("first_call", "contact", [], steps, policy="re-enter", sequence=True, stop_on=stops,
                         calendar="JP", window=cal.Window(range(5), clock("09:00"), clock(end))),
                Workflow("start", "contact", [("event", "ask", None, None)], [{"kind": "enrol", "flow": "first_call"}],
                         policy="re-enter")])
        model = self.start(rules, "2026-09-17 09:00")
        model.create("c", "contact", {"email": "c@example.com"})
        model.happen("c", "ask", at(ask), {})
        for name, moment in events:
            model.happen("c", name, at(moment), {"task": "call"})
        self.to("2026-10-20 09:00")
        return self.mails(times=True)

    def test_rows(self):
        intro = [("intro", "09-17 17:00")]
        self.assertEqual(self.run_case(("task_done", "2026-10-01 11:00")), intro + [("remind", "09-28 17:00")])
        self.assertEqual(self.tasks(), [("call", "09-30 17:00"), ("close", "10-02 11:00")])
        for event, moment, state in [("reply", "2026-09-24 10:00", "replied"),
                                     ("meeting_booked", "2026-09-28 17:00", "meeting"),
                                     ("bounce", "2026-09-17 17:05", "bounced"),
                                     ("unsubscribe", "2026-09-25 10:00", "unsubscribed")]:
            self.assertEqual(self.run_case((event, moment)), intro)
            self.assertEqual(self.model.state("first_call", "c"), state)
        self.assertEqual(self.run_case(("auto_reply", "2026-09-18 10:00")), intro + [("remind", "09-28 17:00")])
        self.assertEqual(self.run_case(end="17:00"), [("intro", "09-18 09:00"), ("remind", "09-29 09:00")])


class A14(Case):
    def rules(self):
        lifecycle = lambda n: ("enum", "Lifecycle", n)
        return project(
            enums={"Lifecycle": Enum(["Lead", "Customer", "Champion"])},
            objects={"contact": contact(lifecycle="Lifecycle?")},
            events={name: EventType("contact") for name in ("signal", "early", "three")},
            templates={"offer": Template("contact", "marketing")},
            caps=[("marketing", [(1, "day")], "defer")],
            workflows=[
                Workflow("retention", "contact", [("event", "signal", None, None)],
                         [put("lifecycle", lifecycle(2)), wait(1)], 20, "re-enter", group="NURTURE"),
                Workflow("campaign", "contact", [("event", "signal", None, None), ("event", "early", None, None)],
                         [wait(3), send("offer")], 10, "re-enter", group="NURTURE"),
                Workflow("other", "contact", [("event", "signal", None, None)], [put("lifecycle", lifecycle(1))], 10,
                         "re-enter"),
                Workflow("many", "contact", [("event", "three", None, None)], [send("offer") for _ in range(3)],
                         policy="re-enter")])

    def test_rows(self):
        model = self.start(self.rules(), "2026-06-01 08:00")
        model.create("c", "contact", {"email": "c@example.com"})
        model.happen("c", "signal", at("2026-06-02 09:00"), {})
        model.settle()
        self.assertEqual(model.state("retention", "c"), "active")
        self.assertEqual(self.refusals("campaign"), ["group"])
        self.assertEqual(model.records["c"].values["lifecycle"], 2)
        model = self.start(self.rules(), "2026-06-01 08:00")
        model.create("c", "contact", {"email": "c@example.com"})
        model.happen("c", "early", at("2026-06-02 09:00"), {})
        model.happen("c", "signal", at("2026-06-05 09:00"), {})
        self.to("2026-06-20 09:00")
        self.assertEqual(model.state("campaign", "c"), "left")
        self.assertEqual(self.mails(), [])
        model = self.start(self.rules(), "2026-06-01 08:00")
        model.create("c", "contact", {"email": "c@example.com"})
        model.happen("c", "three", at("2026-06-01 09:00"), {})
        self.to("2026-06-20 09:00")
        self.assertEqual(self.mails(times=True), [("offer", f"06-0{day} 09:00") for day in (1, 2, 3)])


if __name__ == "__main__":
    unittest.main()
