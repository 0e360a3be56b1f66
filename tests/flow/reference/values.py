"""Values of expressions in the reference model: sem 3.1, T3, the scores of 3.3 as far as workflows here use them.

An expression is a tuple whose first element says what it is; None is the unknown value.
"""
import datetime as dt
import fractions

import calendars as cal


def both(a, b):
    """Kleene `and`."""
    if a is False or b is False:
        return False
    return None if a is None or b is None else True


def negate(a):
    return None if a is None else not a


COMPARE = {
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}


def decayed(points, decay, age):
    """SC4, in points with up to three decimals (N7)."""
    if decay is None:
        return points
    kind, percent, every = decay
    steps, milli = age // every, abs(points) * 1000
    if kind == "expires":
        milli = 0 if steps else milli
    elif kind == "linear":
        milli = (milli * max(0, 100 - percent * steps) + 50) // 100
    else:
        for _ in range(steps):
            milli = max(0, min(milli - 1, (milli * (100 - percent) + 50) // 100))
    return fractions.Fraction(milli if points > 0 else -milli, 1000)


class Values:
    """The half of `Model` that only reads."""

    def events(self, record, name, where, window):
        """T3: the events that an aggregate sees."""
        since = None
        if window and window[0] == "last":
            since = self.now - window[1] + 1
        elif window:
            first = cal.date_of(self.now, self.zone) - dt.timedelta(days=window[1] - 1)
            since = cal.midnight(first, self.zone)
        return [e for e in record.events if e.kind == name and e.time <= self.now
                and (since is None or e.time >= since) and (where is None or self.value(where, record, e) is True)]

    def score(self, name, record):
        score = self.project.scores[name]
        if score.formula:
            return sum(self.score(part, record) for part in score.formula)
        total = sum(points for instant, points in record.granted.get(name, ()) if instant <= self.now)
        for rule in score.rules:
            if rule[0] == "when":
                total += rule[1] if self.value(rule[2], record) is True else 0
            else:
                decay = rule[5] if len(rule) > 5 else None
                total += sum(decayed(rule[1], decay, self.now - event.time) for event in self.events(record, *rule[2:5]))
        return total

    def band(self, name, record):
        """SC7: the highest band whose bound is reached, or that it was in before and need not leave."""
        score, points = self.project.scores[name], self.score(name, record)
        before = record.bands.get(name, 0)
        found = 0
        for place, (_, lower) in enumerate(score.bands[1:], 1):
            leave = score.leave[place - 1] if score.leave else None
            stays = place <= before and points >= (lower if leave is None else leave)
            if points >= lower or stays:
                found = place
        return found

    def spell(self, kind, value):
        """A value as rows of the log have it."""
        if value is None:
            return ""
        if kind in self.project.enums:
            return self.project.enums[kind].members[value]
        return str(value).lower() if kind == "bool" else str(value)

    def has_been(self, record, prop, value, duration):
        """E1a: it was so at the beginning of that time, nothing else came since; unknown without a change before."""
        since = self.now - duration[0] * cal.AGES[duration[1]]
        changes = record.changes.get(prop, [])
        if any(instant > since and after != value for instant, after in changes):
            return False
        before = [after for instant, after in changes if instant <= since]
        return None if not before or before[-1] is None else before[-1] == value

    def value(self, expr, record, row=None, run=None):
        """What an expression is; `row` is the event or record inside an aggregate, `run` has the starting event."""
        kind = expr[0]
        again = lambda part: self.value(part, record, row, run)
        if kind == "lit":
            return expr[1]
        if kind == "enum":
            return expr[2]
        if kind == "prop":
            return record.values[expr[1]]
        if kind == "field":
            return row.fields.get(expr[1])
        if kind == "inner":
            return row.values[expr[1]]
        if kind == "trigger":
            return run.event.fields.get(expr[1]) if run and run.event else None
        if kind == "rel":
            other = self.records.get(record.values[expr[1]])
            return self.value(expr[2], other) if other else None
        if kind == "cmp":
            a, b = again(expr[2]), again(expr[3])
            return None if a is None or b is None else COMPARE[expr[1]](a, b)
        if kind == "in":
            a = again(expr[1])
            return None if a is None else a in [again(part) for part in expr[2]]
        if kind == "known":
            return again(expr[1]) is not None
        if kind == "and":
            return both(again(expr[1]), again(expr[2]))
        if kind == "or":
            return negate(both(negate(again(expr[1])), negate(again(expr[2]))))
        if kind == "not":
            return negate(again(expr[1]))
        if kind == "else":
            a = again(expr[1])
            return again(expr[2]) if a is None else a
        if kind == "add":
            a, b = again(expr[1]), again(expr[2])
            return None if a is None or b is None else a + b
        if kind == "count":
            return len(self.events(record, *expr[1:]))
        if kind in ("exists", "no"):
            return bool(self.events(record, *expr[1:])) == (kind == "exists")
        if kind == "countrel":
            other, back = self.project.objects[record.object].many[expr[1]]
            rows = [r for r in self.records.values() if r.exists and r.object == other and
                    r.values[back] == record.name]
            return sum(expr[2] is None or self.value(expr[2], record, r) is True for r in rows)
        if kind == "been":
            return self.has_been(record, expr[1], expr[2][2], expr[3])
        if kind == "list":
            return expr[1] in record.lists
        if kind == "segment":
            return self.value(self.project.segments[expr[1]][1], record) is True
        if kind == "score":
            return self.score(expr[1], record)
        if kind == "band":
            return self.band(expr[1], record)
        if kind == "pick":
            value = again(expr[1])
            for pattern, chosen in expr[2]:
                if value == pattern:
                    return again(chosen)
            return again(expr[3]) if expr[3] else None
        if kind == "now":
            return self.now
        if kind == "today":
            return cal.date_of(self.now, self.zone)
        if kind == "moved":
            value = again(expr[1])
            if value is None:
                return None
            if isinstance(value, dt.date):
                return cal.move_date(value, expr[2], expr[3])
            return cal.move(value, expr[2], expr[3], self.zone)
        raise ValueError(kind)
