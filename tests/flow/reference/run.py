#!/usr/bin/env python3
"""Random workflows through `saiten test`, against the reference model.

    run.py --saiten build/bin/saiten --cases 10000            the seeds 0 to 9999
    run.py --saiten build/bin/saiten --first 4711 --cases 1   one of them, as the message said

Stops at the first disagreement (or collects `--collect N` of them), leaves out whatever does not matter to it and
prints what is left. Exit 1 if there was one.
"""
import argparse
import concurrent.futures
import copy
import pathlib
import subprocess
import sys
import tempfile

import generate
import model
import project

# Something that is left out where it stands, with what it is without it.
CLAUSES = {"after": None, "at_most": None, "only_if": None, "leave": False, "goal": None, "suppress": [], "group": None,
           "window": None, "contact_zone": None, "priority": 0, "policy": "re-enter", "key": None}


class Program:
    def __init__(self, path):
        self.path = path

    def test(self, text):
        """("agrees" | "differs" | "broken", what it says)."""
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "case.rules").write_text(text, encoding="utf-8")
            try:
                done = subprocess.run([self.path, "test", folder], capture_output=True, text=True, timeout=60)
            except subprocess.TimeoutExpired:
                return "broken", "it does not come to an end"
        said = done.stdout + done.stderr
        if done.returncode == 0:
            return "agrees", said
        return ("broken" if done.returncode != 1 or "error[" in said else "differs"), said


def outcome(program, case):
    try:
        text = case.text()
    except (model.CascadeLimit, KeyError, IndexError):
        return "useless", "", ""
    return *program.test(text), text


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
    for number, (_, lines, _) in enumerate(case.histories):
        for index in reversed(range(len(lines))):
            yield drop(lambda found: found.histories[number][1], index)
    if case.project.cap:
        yield changed(lambda found: setattr(found.project, "cap", None))
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
    for number, (_, lines, _) in enumerate(case.histories):
        for index, line in enumerate(lines):
            values = {"create": 3, "set": 3, "event": 4}.get(line[0])
            for name in line[values] if values else ():
                yield changed(lambda found: found.histories[number][1][index][values].pop(name))
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


def check(job):
    path, seed = job
    case = generate.case_of(seed)
    kind, said, _ = outcome(Program(path), case)
    return seed, kind, said


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--saiten", required=True, help="the program")
    options.add_argument("--first", type=int, default=0, help="the first seed")
    options.add_argument("--cases", type=int, default=100)
    options.add_argument("--jobs", type=int, default=1)
    options.add_argument("--collect", type=int, default=1, help="how many disagreements to collect before stopping")
    options.add_argument("--shrink", type=int, default=400, help="how many smaller cases to try")
    options.add_argument("--print", action="store_true", help="print the cases, run nothing")
    chosen = options.parse_args()
    seeds = range(chosen.first, chosen.first + chosen.cases)
    if chosen.print:
        for seed in seeds:
            print(generate.case_of(seed).text())
        return 0
    program = Program(chosen.saiten)
    found = agreed = 0
    with concurrent.futures.ProcessPoolExecutor(chosen.jobs) as pool:
        for start in range(0, len(seeds), 200):
            jobs = [(chosen.saiten, seed) for seed in seeds[start:start + 200]]
            for seed, kind, said in pool.map(check, jobs, chunksize=4):
                if kind == "agrees":
                    agreed += 1
                    continue
                found += 1
                case = shrink(program, generate.case_of(seed), kind, chosen.shrink)
                _, said, text = outcome(program, case)
                print(f"=== seed {seed} {kind}\n{text}\n--- {program.path} says\n{said}", flush=True)
                if found >= chosen.collect:
                    print(f"{agreed} agreed, {found} did not")
                    return 1
    print(f"{agreed} cases of {len(seeds)} agreed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
