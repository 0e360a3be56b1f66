#!/usr/bin/env python3
"""Random workflows through the engine, against the reference model.

    run.py --replay build/bin/flow_replay --cases 10000            the seeds 0 to 9999
    run.py --replay build/bin/flow_replay --first 4711 --cases 1   one of them, as the message said

Stops at the first disagreement (or collects `--collect N` of them), leaves out whatever does not matter to it and
prints what is left. Exit 1 if there was one, or if something that must occur never did.
"""
# req S0-28 S0-29 S0-30 S0-45 S0-52 S1-37 S1-70 S1-71 S1-72 S1-73 S1-74
import argparse
import collections
import concurrent.futures
import copy
import datetime as dt
import json
import subprocess
import sys

import cover
import generate
import history
import project
from render import Writer

# Something that is left out where it stands, with what it is without it.
CLAUSES = {"after": None, "at_most": None, "only_if": None, "leave": False, "count_for": None, "goal": None, "suppress": [], "group": None,
           "window": None, "contact_zone": None, "spread": None, "stale": None, "consent": None, "existing": None,
           "priority": 0, "policy": "re-enter", "key": None}


class Case:
    def __init__(self, seed):
        generator = generate.Generator(seed)
        self.project = generator.project()
        maker = history.Histories(generator)
        self.histories = [maker.make() for _ in range(3)]

    def rules(self, tables=False):
        return rules_of(self.project, tables)


def rules_of(made, tables):
    project.number_all(made)
    writer = Writer(made, tables)
    writer.declarations()
    return "\n".join(writer.lines) + "\n"


def written_flow(made, flow):
    """The lines of one workflow."""
    writer = Writer(made)
    writer.workflow(flow)
    return writer.lines


class Program:
    """flow_replay, which answers one case after the other."""

    def __init__(self, path):
        self.path, self.process = path, None

    def ask(self, question):
        if not self.process:
            self.process = subprocess.Popen([self.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            self.process.stdin.write(json.dumps(question) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            code, self.process = self.process.wait(), None
            return {"error": f"it ended with {code}"}
        return json.loads(answer)


def spoken(case, told):
    """A history as flow_replay reads it."""
    objects, rows, counts = {}, {}, collections.Counter()
    micro = lambda instant: None if instant is None else instant * 1_000_000

    def value(kind, found):
        if found is None:
            return None
        if kind.rstrip("?") in case.project.objects:
            return rows[found]
        if isinstance(found, dt.date):
            return (found - dt.date(1970, 1, 1)).days
        if isinstance(found, bool):
            return int(found)
        return micro(found) if kind.startswith("time") else found

    def values(kinds, found):
        return {name: value(kinds[name], one) for name, one in found.items()}

    def of(name):
        thing = case.project.objects[objects[name]]
        return {**thing.properties, **thing.relations}

    def line(found):
        kind, name = found[:2]
        if kind == "control":
            return ["control", found[2], found[3], micro(found[1])]
        if kind == "create":
            objects[name], rows[name] = found[2], counts[found[2]]
            counts[found[2]] += 1
            return ["create", found[2], values(of(name), found[3]), micro(found[4])]
        if kind == "set":
            return ["set", objects[name], rows[name], micro(found[2]), values(of(name), found[3])]
        if kind == "ask":
            return ["request", objects[name], rows[name], micro(found[2]), found[3], found[4]]
        received = micro(found[5]) if len(found) > 5 else None
        return [kind, found[2], rows[name], micro(found[3]), received,
                values(case.project.events[found[2]].fields, found[4])]

    return {"start": micro(told.start), "end": micro(told.end), "cuts": [micro(cut) for cut in told.cuts],
            "before": [line(one) for one in told.before], "lines": [line(one) for one in told.lines]}


ABOUT = {"mail": ["template"], "task": ["title", "due", "assignee"], "granted": ["points"],
         "write": ["property", "before", "after"], "overridden": ["property", "before", "after"],
         "refused write": ["property", "before", "after"]}


def of_model(row):
    """A row of the model as text, to be compared with one of the engine."""
    words = [f"{name}={row[name]}" for name in ABOUT.get(row["kind"], []) if row.get(name) is not None]
    step = row.get("step", "")
    return " ".join([dt.datetime.fromtimestamp(row["instant"], dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S"),
                     row["object"], str(row["key"]), row["flow"], f"#{row['number']} {row['run']}", step, row["kind"],
                     row["detail"], *words, row.get("action", "")])


def of_engine(row):
    instant, thing, key, _, flow, number, run, step, kind, action, hashed, detail, fields = row
    words = [f"{name}={fields[name]}" for name in ABOUT.get(action or kind, []) if name in fields]
    when = dt.datetime.fromtimestamp(instant // 1_000_000, dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    if instant % 1_000_000:
        when += f".{instant % 1_000_000:06}"
    named = kind in ("branch", "skipped", "deferred", "action", "moved")
    detail = "" if kind in ("late-ignored", "moved") else detail
    return " ".join([when, thing, str(key), flow, f"#{number} {run}", step if named else "", action or kind, detail, *words,
                     hashed])


def outcome(program, case, whole=False):
    """("agrees" | "differs" | "broken", what is to be said of it, the runs of the model)."""
    try:
        rules = case.rules()
        models = [history.run(case.project, told) for told in case.histories]
        question = {"rules": rules, "histories": [spoken(case, told) for told in case.histories]}
    except (KeyError, IndexError, AttributeError, TypeError, ValueError, StopIteration):
        if whole:  # else something was left out that others name
            raise
        return "useless", "", []
    answer = program.ask(question)
    if "error" in answer:
        said = answer["error"]
        if "whole" in answer:
            said += first_difference("in one go", map(of_engine, answer["whole"]), "in pieces",
                                     map(of_engine, answer["cut"]))
        return "broken " + answer["error"][:20], said, models
    for number, (model, rows) in enumerate(zip(models, answer["logs"])):
        said = first_difference("model", map(of_model, model.log), "engine", map(of_engine, rows))
        if said:
            return "differs", f"history {number}{said}", models
    return "agrees", "", models


def first_difference(left_name, left, right_name, right):
    left, right = list(left), list(right)
    if left == right:
        return ""
    same = 0
    while same < min(len(left), len(right)) and left[same] == right[same]:
        same += 1
    said = "".join(f"\n    {row}" for row in left[max(0, same - 12):same])
    for name, rows in ((left_name, left), (right_name, right)):
        said += f"\n  {name}:" + "".join(f"\n    {row}" for row in rows[same:same + 4] or ["(nothing more)"])
    return said


def step_lists(steps):
    yield steps
    for step in steps:
        for block in project.blocks(step):
            yield from step_lists(block)


def smaller(case):
    """Cases with one thing less, the big things first."""
    def changed(edit):
        found = copy.deepcopy(case)
        edit(found)
        found.project.facts = None
        return found

    def drop(find, index):
        def edit(found):
            del find(found)[index]
        return changed(edit)

    for number in range(len(case.histories)):
        if len(case.histories) > 1:
            yield drop(lambda found: found.histories, number)
    for number in range(len(case.project.workflows)):
        yield drop(lambda found: found.project.workflows, number)
    for number, told in enumerate(case.histories):
        for index in reversed(range(len(told.lines))):
            yield drop(lambda found: found.histories[number].lines, index)
        for index in reversed(range(len(told.before))):
            yield drop(lambda found: found.histories[number].before, index)
        for index in range(len(told.cuts)):
            yield drop(lambda found: found.histories[number].cuts, index)
    for index in range(len(case.project.caps)):
        yield drop(lambda found: found.project.caps, index)
    for number, flow in enumerate(case.project.workflows):
        for place, steps in enumerate(step_lists(flow.steps)):
            for index in reversed(range(len(steps))):
                yield drop(lambda found: list(step_lists(found.project.workflows[number].steps))[place], index)
        for index in range(len(flow.triggers)):
            if len(flow.triggers) > 1:
                yield drop(lambda found: found.project.workflows[number].triggers, index)
        for clause, without in CLAUSES.items():
            if getattr(flow, clause) != without:
                yield changed(lambda found: setattr(found.project.workflows[number], clause, without))
        for place, steps in enumerate(step_lists(flow.steps)):
            for index, step in enumerate(steps):
                if step.get("guard"):
                    yield changed(lambda found: list(step_lists(found.project.workflows[number].steps))[place][
                        index].update(guard=None))
    for number, told in enumerate(case.histories):
        for part in ("lines", "before"):
            for index, line in enumerate(getattr(told, part)):
                values = {"create": 3, "set": 3, "event": 4, "past": 4}.get(line[0])
                for name in line[values] if values else ():
                    yield changed(lambda found: getattr(found.histories[number], part)[index][values].pop(name))
    for name in list(case.project.segments):
        yield changed(lambda found: found.project.segments.pop(name))
    for name in list(case.project.scores):
        yield changed(lambda found: found.project.scores.pop(name))


def shrink(program, case, kind, limit):
    """Leaves out what can be, as long as the two still disagree in the same way."""
    tried = 0
    again = True
    while again and tried < limit:
        again = False
        for candidate in smaller(case):
            tried += 1
            if tried >= limit:
                break
            if outcome(program, candidate)[0] == kind:
                case, again = candidate, True
                break
    return case


PROGRAM = None  # of this process


def check(job):
    global PROGRAM
    path, seeds = job
    PROGRAM = PROGRAM or Program(path)
    bad, covered = [], collections.Counter()
    for seed in seeds:
        case = Case(seed)
        kind, said, models = outcome(PROGRAM, case, True)
        if kind != "agrees":
            bad.append((seed, kind))
        covered.update(cover.of_case(case, models))
    return bad, covered


def tell(program, case, kind, limit):
    case = shrink(program, case, kind, limit)
    _, said, _ = outcome(program, case)
    rules = case.rules()
    print(rules[rules.index("list picked"):rules.index("template m1")] + rules[rules.index("template o1"):])
    for told in case.histories:
        print_history(told)
    print(said, flush=True)


def print_history(told):
    say = lambda instant: dt.datetime.fromtimestamp(instant, dt.timezone.utc).isoformat()
    print(f"  from {say(told.start)} to {say(told.end)}")
    for name, lines in (("before", told.before), ("", told.lines)):
        for line in lines:
            print("  ", name, *[say(part) if isinstance(part, int) and part > 10**9 else part for part in line])


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--replay", required=True, help="the program flow_replay")
    options.add_argument("--first", type=int, default=0, help="the first seed")
    options.add_argument("--cases", type=int, default=100)
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--collect", type=int, default=1, help="how many disagreements to show before stopping")
    options.add_argument("--shrink", type=int, default=400, help="how many smaller cases to try")
    options.add_argument("--cover", action="store_true", help="fail if something that must occur never did")
    chosen = options.parse_args()
    seeds = range(chosen.first, chosen.first + chosen.cases)
    bad, covered = [], collections.Counter()
    with concurrent.futures.ProcessPoolExecutor(chosen.jobs) as pool:
        jobs = [(chosen.replay, seeds[start:start + 20]) for start in range(0, len(seeds), 20)]
        for found, counts in pool.map(check, jobs):
            bad += found
            covered.update(counts)
    program = Program(chosen.replay)
    for seed, kind in bad[:chosen.collect]:
        print(f"=== seed {seed} {kind}")
        tell(program, Case(seed), kind, chosen.shrink)
    print(f"{len(seeds) - len(bad)} of {len(seeds)} cases agree" + (f"; not {bad[:40]}" if bad else ""))
    missing = cover.missing(covered) if chosen.cover else []
    if chosen.cover:
        print(cover.said(covered))
    if missing:
        print("never occurred: " + ", ".join(missing))
    return 1 if bad or missing else 0


if __name__ == "__main__":
    sys.exit(main())
