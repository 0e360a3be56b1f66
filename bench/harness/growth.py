"""How time grows with contacts, events and rules: the points of the plots."""
import os

from harness import memory_items, rule_items
from harness.worker import Worker


def _points(context, item, sizes):
    points = []
    for contacts, events in sizes:
        files = [os.path.join(context.rules, f) for f in ["schema.rules"] + memory_items.RULES[item]]
        worker = Worker("engine", [context.engine, item, str(contacts), str(events), str(context.threads), *files])
        floors = worker.ready["floors"]
        best = {}
        for _ in range(2 if context.quick else 7):
            for name in ["jit", *floors]:
                seconds = worker.run(name)["seconds"]
                best[name] = min(best.get(name, seconds), seconds)
        worker.close()
        points.append({"contacts": contacts, "events": events, "ours": best["jit"], "floor": min(best[f] for f in floors),
                       "peak_mb": worker.ready["peak_mb"]})
    return points


def measure(context):
    unit = context.size(1_000_000)
    by_contacts = _points(context, "w1", [(max(64, int(unit * m)), 0) for m in (0.1, 0.3, 1, 3, 10)])
    by_events = _points(context, "w2", [(unit, int(unit * m)) for m in (1, 3, 10, 30)])
    counts = (10, 100) if context.quick else (10, 30, 100, 300, 1_000, 3_000, 10_000)
    by_rules = []
    disagree = {}
    for count in counts:
        figures, differs = rule_items.run_rules(context, count, unit // 10, unit, 3)
        by_rules.append(figures)
        if differs:
            disagree[f"the interpreter, {count} rules"] = differs
    ours = {f"W1, {p['contacts']:,} contacts": p["ours"] for p in by_contacts}
    ours |= {f"W2, {p['contacts']:,} contacts, {p['events']:,} events": p["ours"] for p in by_events}
    ours |= {f"{p['rules']:,} rules, {unit // 10:,} contacts": p["run_seconds"] for p in by_rules}
    return {"item": "growth", "title": "time against contacts, events and rules", "rows": unit, "events": 0,
            "rules": ["bench/rules/w1.rules", "bench/rules/w2.rules", "bench/rules/generate.py"],
            "ours_seconds": by_contacts[-1]["ours"], "ours": ours, "by_contacts": by_contacts, "by_events": by_events,
            "by_rules": by_rules, "peak_mb": max(p["peak_mb"] for p in by_contacts + by_events + by_rules), "floors": {}, "peers": {}, "disagree": disagree, "agree": not disagree}
