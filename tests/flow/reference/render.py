"""Writes a project of the reference model, and the tests over it, as the language spells them."""
import datetime as dt

import calendars as cal
from project import name_of

DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def text(value):
    return '"' + value + '"'


def duration(count, unit):
    return f"{count} {unit}" + ("" if count == 1 else "s")


def seconds(count):
    for unit, size in (("day", cal.DAY), ("hour", cal.HOUR), ("minute", 60)):
        if count % size == 0:
            return duration(count // size, unit)
    return f"{count}s"


def decay(kind=None):
    if kind is None:
        return ""
    what, percent, every = kind
    return f" expires after {seconds(every)}" if what == "expires" else f" decay {what} {percent}% every {seconds(every)}"


def clock(count):
    return f"{count // 3600:02}:{count // 60 % 60:02}"


def moment(instant, zone):
    """Local where that says which instant it is, else with an offset."""
    wall = cal.local(instant, zone)
    if cal.instant_of(wall, zone) == instant:
        return wall.strftime("%Y-%m-%d %H:%M" + (":%S" if wall.second else ""))
    return dt.datetime.fromtimestamp(instant, cal.UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")


class Writer:
    """`tables`: for a database, whose events have ids and say when they were received."""

    def __init__(self, project, tables=False):
        self.project, self.lines, self.tables = project, [], tables

    def put(self, line, depth=0):
        self.lines.append("  " * depth + line)

    # -- expressions --------------------------------------------------------------------------------------------------

    def literal(self, value):
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str):
            return text(value)
        return value.isoformat() if isinstance(value, dt.date) else str(value)

    def member(self, enum, index):
        """A member of an enum, or a band of the score `enum`."""
        if enum in self.project.scores:
            return self.project.scores[enum].bands[index][0]
        return self.project.enums[enum].members[index]

    def window(self, window):
        if window is None:
            return ""
        if window[0] == "last":
            return f" in last {seconds(window[1])}"
        return f" in last {window[1]} calendar day" + ("" if window[1] == 1 else "s")

    def source(self, event, where, window):
        return event + (f" where {self.expr(where)}" if where else "") + self.window(window)

    def pattern(self, pattern):
        if isinstance(pattern, str):
            return pattern
        return self.member(*pattern[1:]) if pattern[0] == "enum" else self.literal(pattern[1])

    def expr(self, e):
        kind = e[0]
        if kind == "lit":
            return self.literal(e[1])
        if kind == "enum":
            return self.member(e[1], e[2]) if e[1] in self.project.scores else f"{e[1]}.{self.member(e[1], e[2])}"
        if kind in ("prop", "field", "inner", "score"):
            return e[1]
        if kind == "band":
            return self.project.scores[e[1]].band_name
        if kind == "trigger":
            return "event." + e[1]
        if kind == "rel":
            return f"{e[1]}.{self.expr(e[2])}"
        if kind == "cmp":
            return f"{self.expr(e[2])} {e[1]} {self.expr(e[3])}"
        if kind == "in":
            return f"{self.expr(e[1])} in [" + ", ".join(self.expr(part) for part in e[2]) + "]"
        if kind == "known":
            return f"{self.expr(e[1])} is known"
        if kind in ("and", "or"):
            return f"({self.expr(e[1])}) {kind} ({self.expr(e[2])})"
        if kind == "not":
            return f"not ({self.expr(e[1])})"
        if kind == "else":
            return f"({self.expr(e[1])} else {self.expr(e[2])})"
        if kind == "add":
            return f"({self.expr(e[1])} + {self.expr(e[2])})"
        if kind in ("count", "exists", "no"):
            return f"{kind}({self.source(*e[1:])})"
        if kind == "countrel":
            return f"count({e[1]}" + (f" where {self.expr(e[2])})" if e[2] else ")")
        if kind == "segment":
            return f"in segment {e[1]}"
        if kind == "list":
            return f"in list {e[1]}"
        if kind == "been":
            return f"{e[1]} has been {self.expr(e[2])} for {duration(*e[3])}"
        if kind in ("now", "today"):
            return kind
        if kind == "moved":
            sign = "+" if e[2] >= 0 else "-"
            return f"{self.expr(e[1])} {sign} {duration(abs(e[2]), e[3])}"
        raise ValueError(kind)

    # -- declarations -------------------------------------------------------------------------------------------------

    def declarations(self):
        project = self.project
        self.put(f"timezone {text(project.zone)}")
        for name, calendar in project.calendars.items():
            holidays = ", ".join(day.isoformat() for day in sorted(calendar.holidays))
            self.put(f"calendar {name} {{ mon..fri" + (f"  except {holidays}" if holidays else "") + " }")
        for name, enum in project.enums.items():
            flags = (" ordered" if enum.ordered else "") + (" forward only" if enum.forward_only else "")
            self.put(f"enum {name}{flags} {{ " + "  ".join(enum.members) + " }")
        for name, thing in project.objects.items():
            self.put(f'object {name} from "{name}_rows" {{')
            self.put("id: int key", 1)
            roles = {getattr(thing, role): role
                     for role in ("address", "opt_out", "zone", "consent", "marketing", "bounced", "country")}
            for prop, kind in thing.properties.items():
                self.put(f"{prop}: {kind}" + (f" as {roles[prop]}" if prop in roles else ""), 1)
            for relation, other in thing.relations.items():
                self.put(f"{relation}: {other}?", 1)
            for relation, (other, back) in thing.many.items():
                self.put(f"{relation}: many {other} by {back}", 1)
            self.put("}")
        for name, event in project.events.items():
            fields = "  ".join(f"{field}: {kind}?" for field, kind in event.fields.items())
            table = f'"{name}_rows"' + (' id "event_id" received "received"' if self.tables else "")
            self.put(f"event {name} of {event.object} from {table}" + (f" {{ {fields} }}" if fields else ""))
        for name, thing in project.lists.items():
            self.put(f"list {name} of {thing}")
        for name, score in project.scores.items():
            self.put(f"score {name} for {score.object} {{")
            for rule in score.rules:
                if rule[0] == "when":
                    self.put(f"{rule[1]:+} when {self.expr(rule[2])}", 1)
                else:
                    self.put(f"{rule[1]:+} per {self.source(*rule[2:5])}{decay(*rule[5:])}", 1)
            if score.bands:
                leave = [None, *(score.leave or [None] * len(score.bands))]
                bands = "  ".join(band + ("" if lower is None else f" from {lower}")
                                  + ("" if below is None else f" leave below {below}")
                                  for (band, lower), below in zip(score.bands, leave))
                self.put(f"bands {score.band_name} {{ {bands} }}", 1)
            self.put("}")
        for name, (thing, condition) in project.segments.items():
            self.put(f"segment {name} for {thing} where {self.expr(condition)}")
        for name, template in project.templates.items():
            self.template(name, template)
        for what, rates, over in project.caps:
            rates = ", ".join(f"{count} per {per if isinstance(per, str) else seconds(per)}" for count, per in rates)
            self.put(f"cap {what} {rates} {over}")
        for flow in project.workflows:
            self.workflow(flow)

    def template(self, name, template):
        extra = {"marketing": " law " + ", ".join(template.laws),
                 "transactional": ' reason "contract"'}.get(template.message_class, "")
        self.put(f"template {name} for {template.object} class {template.message_class}{extra} {{")
        self.put('from "a@example.com"', 1)
        self.put(f'subject "{name}"', 1)
        self.put('body "${unsubscribe_link}"' if template.message_class == "marketing" else 'body "x"', 1)
        if template.message_class == "marketing":
            self.put('sender_info "A Inc., Tokyo"', 1)
            self.put('inquiries "q@example.com"', 1)
        if template.consent:
            self.put(f"consent {text(template.consent)}", 1)
        self.put("}")

    # -- workflows ----------------------------------------------------------------------------------------------------

    def trigger(self, t):
        kind = t[0]
        if kind == "event":
            late = "" if t[3] is None else f" accept late {seconds(t[3])}"
            return f"on {t[1]}" + (f" where {self.expr(t[2])}" if t[2] else "") + late
        if kind == "becoming":
            return f"on becoming {self.expr(t[1])}"
        if kind == "change":
            ends = (f" from {self.expr(t[2])}" if t[2] else "") + (f" to {self.expr(t[3])}" if t[3] else "")
            return f"on change of {self.expr(t[1])}" + ends
        if kind in ("entering", "leaving"):
            return f"on {kind} {t[1]}"
        if kind == "every":
            what = f"month on {t[1][1]}" if isinstance(t[1], tuple) else "day" if t[1] == "day" else DAYS[t[1]]
            return f"every {what} {clock(t[2])}"
        if kind == "at":
            return f"on {moment(t[1], self.project.zone)}"
        if kind == "around":
            way = "before" if t[1] < 0 else "after"
            return f"{duration(abs(t[1]), t[2])} {way} {t[3]}" + ("" if t[4] is None else f" at {clock(t[4])}")
        raise ValueError(kind)

    def workflow(self, flow):
        word = "sequence" if flow.sequence else "workflow"
        priority = f" priority {flow.priority}" if flow.priority else ""
        self.put(f"{word} {flow.name} for {flow.object}{priority} {{")
        for number, trigger in enumerate(flow.triggers):
            self.put(("or " if number else "") + self.trigger(trigger), 1)
        if not flow.triggers and not flow.sequence:
            self.put("manually", 1)
        policy = flow.policy
        if flow.after is not None:
            policy += f" after {seconds(flow.after)}"
        if flow.at_most is not None:
            policy += f" at most {flow.at_most}"
        if not flow.sequence:
            self.put(policy, 1)
        if flow.existing is not None:
            self.put("existing enrol" + (f" limit {flow.existing} per hour" if flow.existing else ""), 1)
        if flow.in_flight:
            self.put(f"in-flight {flow.in_flight}", 1)
        if flow.consent:
            self.put(f"require consent {flow.consent}", 1)
        if flow.stale:
            self.put(f"stale after {seconds(flow.stale)}", 1)
        if flow.key:
            self.put(f"key {self.expr(flow.key)}", 1)
        if flow.suppress:
            self.put("suppress " + ", ".join(flow.suppress), 1)
        if flow.goal:
            counts = f" count for {duration(*flow.count_for)} after" if flow.count_for else ""
            self.put(f"goal {self.expr(flow.goal)}{counts}", 1)
        if flow.only_if:
            self.put(f"only if {self.expr(flow.only_if)}", 1)
        if flow.leave:
            self.put("leave when not matching", 1)
        if flow.group:
            self.put(f"exclusive group {flow.group}", 1)
        if flow.calendar:
            self.put(f"calendar {flow.calendar}", 1)
        if flow.window:
            hours = f"{clock(flow.window.start)}-{clock(flow.window.end)}"
            days = ", ".join(f"{cal.WEEKDAYS[day]} {hours}" for day in sorted(flow.window.weekdays))
            if flow.window.weekdays == set(range(5)):
                days = f"mon..fri {hours}"
            zone = f" in {flow.object} timezone else {text(flow.contact_zone)}" if flow.contact_zone else ""
            spread = f" spread {flow.spread}s" if flow.spread else ""
            self.put(f"send window {days}{zone}{spread}", 1)
        if flow.stop_on:
            self.put("stop on " + ", ".join(flow.stop_on), 1)
        self.steps(flow.steps, 1)
        self.put("}")

    def steps(self, steps, depth):
        for step in steps:
            self.step(step, depth)

    def recipient(self, to):
        if not to:
            return 'team "T"'
        kind, name = to
        return f'user "{name}"' if kind == "user" else f'one of team "{name}" by ' + (
            "turn" if kind == "turn" else "fewest open tasks")

    def block(self, head, steps, depth):
        self.put(head + " {", depth)
        self.steps(steps, depth + 1)

    def step(self, step, depth):
        kind = step["kind"]
        name = f"step {name_of(step)}: "
        guard = f" when {self.expr(step['guard'])}" if step.get("guard") else ""
        via = f" to {step['via']}" if step.get("via") else ""
        if kind == "send":
            self.put(f"{name}send {step['template']}{via}{guard}", depth)
        elif kind == "wait":
            planned = " from planned" if step.get("planned") else ""
            self.put(f"{name}wait {duration(step['count'], step['unit'])}{planned}{guard}", depth)
        elif kind in ("notify", "webhook"):
            self.put(name + (f'notify {self.recipient(step.get("assign"))} "hello"' if kind == "notify" else
                             'webhook "https://example.com/x" { }') + guard, depth)
        elif kind == "member":
            self.put(f"{name}{'add to' if step['add'] else 'remove from'} {step['list']}{guard}", depth)
        elif kind == "until_clock":
            day = "" if step.get("weekday") is None else DAYS[step["weekday"]] + " "
            self.put(f"{name}wait until {day}{clock(step['clock'])}{guard}", depth)
        elif kind == "until_day":
            self.put(f"{name}wait until day {step['day']} of enrolment{guard}", depth)
        elif kind == "until_moment":
            unknown = f" if unknown {step['if_unknown']}" if step.get("if_unknown") else ""
            self.put(f"{name}wait until {self.expr(step['moment'])} if past {step['if_past']}{unknown}{guard}", depth)
        elif kind == "wait_for":
            where = f" where {self.expr(step['where'])}" if step["where"] else ""
            since = " since enrolment" if step.get("since_enrolment") else ""
            self.block(f"{name}wait for {step['event']}{where}{since} up to {duration(step['count'], step['unit'])}",
                       step["then"], depth)
            self.ending(step["else"], depth)
        elif kind == "set":
            target = (step["via"] + "." if step.get("via") else "") + step["property"]
            self.put(f"{name}set {target} = {self.expr(step['value'])}" + (" move back" if step.get("back") else "") + guard,
                     depth)
        elif kind == "grant":
            self.put(f"{name}grant {step['points']} to {step['score']} reason \"r\"{guard}", depth)
        elif kind == "enrol":
            word = "enrol in" if step.get("into", True) else "unenrol from"
            if step.get("via"):
                word = f"enrol {step['via']} in"
            self.put(f"{name}{word} {step['flow']}{guard}", depth)
        elif kind == "task":
            due = f" due in {duration(*step['due'])}" if "due" in step else ""
            done = " until done" if step.get("until_done") else ""
            if step.get("up_to"):
                done += f" up to {duration(*step['up_to'])}"
            to = f" assign {self.recipient(step['assign'])}" if step.get("assign") else ""
            line = f"{name}phone task {text(step['title'])}{to}{due}{done}{guard}"
            if not step.get("outcomes"):
                self.put(line, depth)
                return
            self.put(line + " {", depth)
            for members, steps in step["outcomes"]:
                names = [self.member("TaskOutcome", member) for member in members or ()]
                self.block(f"{', '.join(names)} =>" if names else "else", steps, depth + 1)
                self.put("}", depth + 1)
            self.put("}", depth)
        elif kind == "if":
            self.block(f"{name}if {self.expr(step['condition'])}", step["then"], depth)
            self.ending(step["else"], depth)
        elif kind == "match":
            self.put(f"{name}match {self.expr(step['subject'])} {{", depth)
            for pattern, steps in step["rows"]:
                self.block(f"{self.pattern(pattern)} =>", steps, depth + 1)
                self.put("}", depth + 1)
            self.put("}", depth)
        elif kind == "split":
            unit = "enrolment" if step.get("by_enrolment") else "contact"
            self.put(f"{name}split {step['name']} by {unit} {{", depth)
            for arm, share, steps in step["arms"]:
                if arm == "holdout":
                    self.put(f"holdout {share // 100}%", depth + 1)
                    continue
                self.block(f"{arm} {share // 100}%", steps, depth + 1)
                self.put("}", depth + 1)
            self.put("}", depth)
        elif kind == "exit":
            self.put(name + "exit" + guard, depth)
        else:
            raise ValueError(kind)

    def ending(self, otherwise, depth):
        if otherwise:
            self.block("} else", otherwise, depth)
        self.put("}", depth)
