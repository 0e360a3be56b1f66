"""The half of the reference model that goes through the steps of a run: sem 3.6 to 3.8."""
import datetime as dt
import hashlib

import calendars as cal
from project import blocks, bucket, name_of, path_to


# G7: whose law a message to a country must satisfy.
LAWS = {"JP": "jp", "日本": "jp", "us": "us", "United States": "us", "Germany": "eu", "FR": "eu", "Brazil": None}


class Ended(Exception):
    def __init__(self, state):
        self.state = state


class Moved(Exception):
    """The run goes on in another version of its workflow, at a step there."""

    def __init__(self, path, skip):
        self.path, self.skip = path, skip


class Steps:
    def reads(self, step):
        """Whether a step looks at data, so that behind a write of its run it waits for the next cycle."""
        kind = step["kind"]
        if step.get("guard") or kind in ("send", "task", "notify", "webhook", "if", "match", "until_moment"):
            return True
        if kind == "wait_for":
            return step.get("since_enrolment", False)
        return kind == "set" and (step["value"][0] not in ("lit", "enum") or "via" in step) or (
            kind == "enrol" and "via" in step)

    def holds(self, instance, condition):
        return self.value(condition, instance.record, None, instance) is True

    def pause(self, instance, until, length=None):
        """`length`: from a beginning to its end, where the wait has a length of its own and no hour or moment."""
        if until > self.now:
            yield ("until", until, length)
            until = instance.waited[1]
        instance.planned = until

    def whole(self, instance):
        path, skip = None, False
        while True:
            try:
                yield from self.walk(instance, instance.flow.steps, path, skip)
                break
            except Moved as moved:
                path, skip = moved.path, moved.skip
        yield from self.stand(instance)

    def move(self, instance, step, skip):
        """R6: at a wait of an older version a run goes over to the newest one, if that says so and has the step."""
        newest = next(flow for flow in self.flows if flow.name == instance.flow.name)
        waits = step["kind"] in ("wait", "wait_for", "until_clock", "until_day", "until_moment") or step.get("until_done")
        path = path_to(newest.steps, name_of(step))
        if newest is not instance.flow and newest.in_flight == "move at next wait" and waits and path:
            self.say(instance, step, "moved")
            instance.flow = newest
            raise Moved(path, skip)

    def stand(self, instance):
        """O3: in a workflow that stands still nobody begins a step, nor ends."""
        while self.still(instance.flow):
            yield ("still", None, self.now)

    def say(self, instance, step, kind, detail="", **about):
        self.row(kind, instance.record, instance, detail, step=name_of(step), **about)

    def leave_out(self, instance, step, why):
        if step["kind"] == "send":
            instance.unsent.add(step["template"])
        self.say(instance, step, "skipped", why)

    def walk(self, instance, steps, path=None, skip=False):
        """Goes through steps; yields what it waits for, and is sent the event that came. `path`: where it begins."""
        first = path[0][0] if path else 0
        if path and len(path) > 1:
            yield from self.walk(instance, blocks(steps[first])[path[0][1]], path[1:], skip)
            first, skip = first + 1, False
        for step in steps[first:]:
            yield from self.stand(instance)
            self.move(instance, step, skip)
            if instance.wrote and self.reads(step):
                yield ("again", None)
            if skip:
                skip = False
                self.leave_out(instance, step, "past")
                continue
            if step.get("guard") and not self.holds(instance, step["guard"]):
                self.leave_out(instance, step, "guard")
                continue
            kind = step["kind"]
            if kind == "send":
                yield from self.send(instance, step)
            elif kind == "wait":
                start = instance.planned if step.get("planned") else self.now
                length = lambda since, step=step: self.wait_end(instance, step, since)
                yield from self.pause(instance, length(start), length)
            elif kind == "until_clock":
                until = cal.next_clock(self.now, step["clock"], self.zone, step.get("weekday"))
                yield from self.pause(instance, until)
            elif kind == "until_day":
                yield from self.pause(instance, cal.move(instance.enrolled, step["day"], "day", self.zone))
            elif kind == "until_moment":
                moment = self.value(step["moment"], instance.record, None, instance)
                if isinstance(moment, dt.date):
                    moment = cal.midnight(moment, self.zone)
                if moment is not None and moment >= self.now:
                    yield from self.pause(instance, moment)
                    continue
                what = step["if_unknown"] if moment is None else step["if_past"]
                if what == "exit":
                    raise Ended("completed")
                if what == "skip":
                    self.say(instance, step, "skipped", "unknown" if moment is None else "past")
                    skip = True
            elif kind == "wait_for":
                came = yield from self.await_event(instance, step)
                self.say(instance, step, "branch", "then" if came else "else")
                yield from self.walk(instance, step["then"] if came else step["else"])
            elif kind == "set":
                self.write(instance, step)
            elif kind == "grant":
                instance.wrote = True
                self.affect(instance.record, ("grant", instance, step["score"], step["points"]))
            elif kind == "member":
                instance.wrote = True
                self.affect(instance.record, ("member", instance, step["list"], step["add"]))
            elif kind == "enrol":
                for record in self.targets(instance, step.get("via")):
                    instance.wrote = True
                    self.affect(record, ("request", instance, step["flow"], None if step.get("into", True) else False))
            elif kind in ("notify", "webhook"):
                if not step.get("assign"):
                    self.act(instance, step, "webhook" if kind == "webhook" else "notification")
                    continue
                user = self.assignee(step["assign"])
                if user is None:
                    self.say(instance, step, "skipped", "nobody to notify")
                else:
                    self.act(instance, step, "notification", to=user.values["name"])
            elif kind == "task":
                yield from self.task(instance, step)
            elif kind == "if":
                way = "then" if self.holds(instance, step["condition"]) else "else"
                self.say(instance, step, "branch", "1" if way == "then" else "else")
                yield from self.walk(instance, step[way])
            elif kind == "match":
                yield from self.match(instance, step)
            elif kind == "split":
                yield from self.walk(instance, self.arm(instance, step))
            elif kind == "exit":
                raise Ended("completed")
            else:
                raise ValueError(kind)

    def targets(self, instance, via):
        """The record itself, the one that a relation leads to, or all of a relation's other end."""
        if via is None:
            return [instance.record]
        thing = self.project.objects[instance.record.object]
        if via in thing.many:
            other, back = thing.many[via]
            return self.in_order(r for r in self.records.values() if r.object == other and not r.gone
                                 and r.values[back] == instance.record.name)
        found = self.records.get(instance.record.values[via])
        return [found] if found else []

    def match(self, instance, step):
        value = self.value(step["subject"], instance.record, None, instance)
        for number, (pattern, chosen) in enumerate(step["rows"]):
            if pattern == "otherwise" or (value is None if pattern == "unknown" else value == pattern[-1]):
                self.say(instance, step, "branch", "else" if pattern == "otherwise" else str(number + 1))
                yield from self.walk(instance, chosen)
                return

    def wait_end(self, instance, step, start):
        if step["unit"] == "business day":
            calendar = self.project.calendars[step.get("calendar") or instance.flow.calendar]
            return cal.add_business_days(start, step["count"], calendar, self.zone)
        return cal.move(start, step["count"], step["unit"], self.zone)

    def task(self, instance, step):
        due = self.due_date(instance, step)
        user = self.assignee(step["assign"]) if step.get("assign") else None
        self.act(instance, step, "task", title=step["title"], due=due, assignee=user and user.values["name"])
        if not step.get("until_done"):
            return
        length = step.get("up_to") and (lambda since: cal.move(since, *step["up_to"], self.zone))
        event = yield ("done", length(self.now) if length else None, step["title"], length)
        instance.planned = self.now
        outcome = event.fields.get("outcome") if event else None
        for members, steps in step.get("outcomes", ()):
            if members is None or outcome is not None and outcome in members:
                self.say(instance, step, "branch", "else" if members is None else "outcome")
                yield from self.walk(instance, steps)
                return
        self.say(instance, step, "branch", "done" if event else "deadline")

    def assignee(self, to):
        """One of a team by turn, in the order of keys; or whoever has that name alone."""
        kind, name = to
        users = self.in_order(record for record in self.records.values() if record.object == "user")
        if kind == "user":
            named = [user for user in users if user.values["name"] == name]
            return named[0] if len(named) == 1 else None
        members = [user for user in users if user.values["team"] == name]
        if not members:
            return None
        self.turns[name] = self.turns.get(name, 0) + 1
        return members[(self.turns[name] - 1) % len(members)]

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
        if step.get("refers") in instance.unsent - instance.went:
            return False
        length = lambda since: cal.move(since, step["count"], step["unit"], self.zone)
        if step.get("since_enrolment"):
            for event in instance.record.events:
                if instance.enrolled < event.time <= self.now and event.kind == step["event"] and (
                        self.event_fits(instance, event, step["where"])):
                    return True
        came = yield ("event", length(self.now), step["event"], step["where"], length)
        instance.planned = self.now
        return came

    def event_fits(self, instance, event, where):
        return where is None or self.value(where, instance.record, event, instance) is True

    def answers(self, instance, event):
        kind, deadline = instance.wait[0], instance.wait[1]
        if kind == "done":
            return event.kind == "task_done" and event.fields.get("task") == instance.wait[2]
        return event.kind == instance.wait[2] and event.time <= deadline and (
            self.event_fits(instance, event, instance.wait[3]))

    def write(self, instance, step):
        value = self.value(step["value"], instance.record, None, instance)
        for target in self.targets(instance, step.get("via")):
            instance.wrote = True
            self.affect(target, ("set", instance, step["property"], value, step.get("back", False)))

    def arm(self, instance, step):
        unit = str(instance.record.key)
        if step.get("by_enrolment"):
            unit += "\x1f" + str(instance.number)
        at = bucket(step["name"], unit)
        reach = 0
        for name, share, steps in step["arms"]:
            reach += share
            if at < reach:
                instance.variant.append(f"{step['name']}={name}")
                self.say(instance, step, "branch", name)
                return steps
        raise ValueError("shares")

    # -- actions ------------------------------------------------------------------------------------------------------

    def act(self, instance, step, kind, loop=0, **about):
        """O1: a row with its key."""
        parts = [instance.flow.name, instance.record.object, str(instance.record.key),
                 "" if instance.key is None else str(instance.key), str(instance.number), name_of(step),
                 str(loop), ",".join(instance.variant), "0"]
        key = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
        self.say(instance, step, kind, action=key, **about)

    def consents(self, record):
        consent = self.project.objects[record.object].consent
        return bool(consent) and record.values[consent] is True

    def refusal(self, instance, template, to):
        """G4, G5: why a message cannot go to this record."""
        owner = self.project.objects[to.object]
        kind = self.project.templates[template].message_class
        if to.values.get(owner.address) is None:
            return "no address"
        if owner.bounced and to.values[owner.bounced] is True:
            return "bounced"
        if kind == "transactional":
            return None
        if owner.opt_out and to.values[owner.opt_out] is True:
            return "opted out"
        if kind == "marketing" and owner.marketing and to.values[owner.marketing] is not True:
            return "no marketing contact"
        if kind == "marketing" and (instance.flow.consent or self.project.templates[template].consent) and (
                not self.consents(to)):
            return "no consent"
        if kind == "marketing" and owner.country:
            country = to.values[owner.country]
            needed = {"jp", "us", "eu"} if country is None else {LAWS[country]} - {None}
            if needed - set(self.project.templates[template].laws):
                return "law"
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

    def room_for(self, template, to):
        """G8: the first instant with room under the cap."""
        kind = self.project.templates[template].message_class
        rates = [rate for cap in self.project.caps if cap[0] == kind for rate in cap[1]]
        if not rates:
            return self.now
        sent = [row["instant"] for row in self.log if row["kind"] == "mail" and row["to"] == to.name
                and row["class"] == kind]
        return cal.first_room(self.now, rates, sent, self.zone)

    def over_the_cap(self, template):
        kind = self.project.templates[template].message_class
        return next(over for message_class, _, over in self.project.caps if message_class == kind)

    def send(self, instance, step):
        """D7, D8, G8: moved to the window or to room under the cap, left out, or sent; looked at again when moved."""
        flow, template, again = instance.flow, step["template"], False
        while True:
            if flow.stale and self.now - instance.planned >= flow.stale:
                return self.leave_out(instance, step, "stale")
            if flow.window:
                opens = flow.window.next_open(self.now, self.zone_for(instance))
                if opens > self.now:
                    if flow.spread:
                        name = flow.name + "\x1f" + name_of(step)
                        opens += bucket(name, str(instance.record.key)) * flow.spread // 10000
                    self.say(instance, step, "deferred", "window")
                    yield ("until", opens, "deferred", None)
                    again = True
                    continue
            found = [(to, self.refusal(instance, template, to)) for to in self.targets(instance, step.get("via"))]
            rooms = [self.room_for(template, to) for to, reason in found if reason is None]
            room = max(rooms, default=self.now)
            if room > self.now and self.over_the_cap(template) == "defer":
                # Nobody gets it twice: it goes to all of several at one instant.
                self.say(instance, step, "deferred", "cap")
                yield ("until", room, "deferred", None)
                again = True
                continue
            break
        if again and step.get("guard") and not self.holds(instance, step["guard"]):
            return self.leave_out(instance, step, "guard")
        loop = 0
        refused = None
        for to, reason in found:
            if reason is None and self.room_for(template, to) > self.now:
                self.say(instance, step, "skipped", "cap")
                continue
            if reason:
                refused = reason
                self.say(instance, step, "skipped", reason)
                continue
            self.act(instance, step, "mail", loop, template=template, to=to.name,
                     **{"class": self.project.templates[template].message_class})
            loop += 1
        (instance.went if loop else instance.unsent).add(template)
        if not loop and flow.sequence and refused:
            raise Ended("bounced" if refused in ("bounced", "no address") else "unsubscribed")
