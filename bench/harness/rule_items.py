"""W5: many rules over columns in memory, and "start": small projects as whole processes."""
import os
import shutil
import subprocess
import sys

from harness import databases
from harness.answers import first_difference
from harness.command import Saiten, run
from harness.worker import Worker

AS_OF = "2026-06-30T09:00:00+09:00"


def _goal(goal, reached, limit, at_most=True):
    return {"goal": goal, "reached": round(reached, 4), "ok": reached <= limit if at_most else reached >= limit}


def generated(context, count):
    """A file of `count` rules."""
    path = os.path.join(context.data, f"w5-{count}.rules")
    text = subprocess.run([sys.executable, os.path.join(context.rules, "generate.py"), str(count)],
                          check=True, capture_output=True, text=True).stdout
    with open(path, "w") as file:
        file.write(text)
    return path


def run_rules(context, count, contacts, events, repetitions):
    """Figures of `count` rules over one population; `differs` says where the engines do."""
    files = [os.path.join(context.rules, "schema.rules"), generated(context, count)]
    worker = Worker("engine", [context.engine, "w5", str(contacts), str(events), str(context.threads), *files])
    folder = os.path.join(context.data, "w5-answers")
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("jit", "interp"):
        os.makedirs(os.path.join(folder, name))
    try:
        worker.answers("jit", os.path.join(folder, "jit"))
        rows = min(contacts, max(4096, 4_000_000 // count))
        interpreted = worker.ask(f"interpret {rows} {folder}/interp")
        differs = first_difference(os.path.join(folder, "jit"), os.path.join(folder, "interp"))
        seconds = min(worker.run("jit")["seconds"] for _ in range(repetitions))
        ready = worker.ready
        return {
            "rules": count, "instructions": ready["instructions"], "front_seconds": ready["front_seconds"],
            "first_results_seconds": ready["first_seconds"],
            "native_code_seconds": ready["front_seconds"] + ready["code_seconds"],
            "memory_mb": ready["front_mb"] + ready["code_mb"], "peak_mb": ready["peak_mb"],
            "run_seconds": seconds, "ns_per_row": seconds / contacts * 1e9,
            # What `run --engine auto` weighs: both for one instruction.
            "code_us_each": ready["code_seconds"] / ready["instructions"] * 1e6,
            "interpreter_ns_each": interpreted["seconds"] / interpreted["rows"] / ready["instructions"] * 1e9,
            "interpreter_ns_per_row": interpreted["seconds"] / interpreted["rows"] * 1e9,
        }, differs
    finally:
        worker.close()
        shutil.rmtree(folder, ignore_errors=True)


def w5(context):
    contacts = context.size(1_000_000)
    events = contacts * 10
    by_count, disagree = {}, {}
    for count in (100, 1_000) if context.quick else (100, 1_000, 10_000):
        by_count[count], differs = run_rules(context, count, contacts, events, 3)
        if differs:
            disagree[f"the interpreter, {count} rules"] = differs
    ours = {}
    for count, figures in by_count.items():
        ours[f"{count:,} rules, first results"] = figures["first_results_seconds"]
        ours[f"{count:,} rules, native code"] = figures["native_code_seconds"]
        ours[f"{count:,} rules, {contacts:,} contacts"] = figures["run_seconds"]
    thousand = by_count[1_000]
    goals = [_goal("1,000 rules: first results within 100 ms", thousand["first_results_seconds"], 0.1),
             _goal("1,000 rules: native code within 400 ms", thousand["native_code_seconds"], 0.4),
             _goal("1,000 rules: 50 MB more", thousand["memory_mb"], 50)]
    if 10_000 in by_count:
        goals += [_goal("10,000 rules native in 4 s", by_count[10_000]["native_code_seconds"], 4),
                  _goal("time a row grows slower than the rules (100 to 10,000 rules: less than 100 times)",
                        by_count[10_000]["ns_per_row"] / by_count[100]["ns_per_row"], 100)]
    return {"item": "W5", "title": "many rules: until there are results, until there is code, a row",
            "rules": ["bench/rules/generate.py"], "rows": contacts, "events": events,
            "ours_seconds": thousand["native_code_seconds"], "ours": ours, "floors": {}, "peers": {}, "by_count": by_count,
            "peak_mb": max(f["peak_mb"] for f in by_count.values()),
            "published": {"Grule, 1,000 rules, to load": 0.934}, "published_mb": {"Grule, 1,000 rules": 488},
            "disagree": disagree, "agree": not disagree, "goals": goals}


def start(context):
    """The shortest things people do: a check, a small run, each from the start of the process to its end."""
    project = databases.project(context, "start", ["schema.rules", "w1.rules", "w2.rules"])
    # A hundred lines are the schema, the scores and segments of W2.
    lines = sum(sum(1 for _ in open(os.path.join(project, f))) for f in os.listdir(project))
    small = databases.master(context, 100, 1_000)
    saiten = Saiten(context.saiten, project, databases.copy(context, small, "start.db"))
    repetitions = 5 if context.quick else 20
    checks = [run([context.saiten, "-C", project, "check"]) for _ in range(repetitions)]
    runs, interpreted = [], []
    for _ in range(repetitions):
        databases.forget(saiten.db)
        runs.append(saiten.score(AS_OF))
        databases.forget(saiten.db)
        interpreted.append(saiten.score(AS_OF, "--engine", "interp"))
    empty = [run(["true"])[0] for _ in range(repetitions)]
    check = min(c[0] for c in checks)
    small, never = min(r[0] for r in runs), min(r[0] for r in interpreted)
    databases.remove(saiten.db)
    engine = runs[0][2].get("engine", "")
    return {"item": "start", "title": "whole processes: a check, a small run", "rules": ["bench/rules/w2.rules"],
            "rows": 100, "events": 1_000, "ours_seconds": check,
            "ours": {f"check of {lines} lines": check, "run over 100 contacts": small,
                     "the same with `--engine interp`": never},
            "floors": {"a process that does nothing": min(empty)}, "peers": {}, "disagree": {}, "agree": True,
            "peak_mb": max(r[1] for r in runs), "engine_of_small_run": engine,
            "goals": [_goal("check of a 100-line file under 50 ms", check, 0.05),
                      _goal("a small run never waits for the JIT (to one that has none: within a tenth)", small / never, 1.1)]}
