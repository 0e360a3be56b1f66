"""What the cases of the comparison covered, and what must never be missing there."""
import collections

import calendars as cal
import project

KINDS = """send wait until_clock until_day until_moment wait_for set grant member enrol notify webhook task if match split
exit""".split()
TRIGGERS = "event becoming entering leaving change every at around".split()
REFUSED = ["suppressed", "consent", "goal already met", "not matching", "already active", "group", "re-entry policy",
           "key unknown", "off"]
SKIPPED = ["guard", "past", "unknown", "stale", "cap", "no address", "bounced", "opted out", "no marketing contact",
           "no consent", "law", "nobody to notify"]
CONTROLS = ["pause", "drain", "freeze", "cancel", "resume keep", "resume restart", "resume active-time"]
ENDED = ["completed", "goal", "suppressed", "unsubscribed", "meeting", "off", "replied", "bounced", "left", "restarted",
         "removed", "failed"]
ROWS = ["enrolled", "late-ignored", "branch", "mail", "task", "notification", "webhook", "write", "granted",
        "overridden", "refused write", "cascade-limit", "goal after"]
OTHERS = """by turn, goal of the event and the clock, priority: several, key, only if, goal, goal of the event,
suppress, leave when not matching, group, window, window over midnight, window of the contact, unknown zone, spread,
stale after, require consent, existing enrol, existing enrol so many an hour, sequence, manually, once, re-enter,
re-enter after, at most, restart, cap per day, cap per week, rolling cap, cap that defers, cap that skips, business
days, months, from planned, guard, since enrolment, about a message, until done, outcomes, up to, holdout, by
enrolment, move back, forward only, of another record, to several, enrolled elsewhere, taken out, has been, over a
relation, of a list, event before its time, late event, event a year late, several at one instant, record before the
engine, past event, relation that moves, by hand, taken out by hand, New York in spring, New York in autumn, Tokyo"""

RUNS = ["row", "merge", "publish", "merged: removed", "edited: ended", "edited: moved", "edited: goes on in the old version",
        "runs killed"]


def of_runs(told, model):
    """Counts of what only cases over a database have."""
    found = collections.Counter(line[0] for line in told.lines if line[0] in ("merge", "publish", "delete"))
    found["row"] = len(model.log)
    for row in model.log:
        if row.get("merged"):
            found["merged: " + row["detail"]] += 1
        found["edited: ended"] += row.get("published", False)
        found["edited: moved"] += row["kind"] == "moved"
        found["edited: goes on in the old version"] += row.get("old", False)
    return found


def missing_in_runs(found):
    return [name for name in RUNS if not found[name]]


def of_case(case, models):
    """Counts of what is written in a case and of what came of it."""
    found = collections.Counter()
    for flow in case.project.workflows:
        of_workflow(flow, case.project, found)
    everything = [case.project.workflows, case.project.segments, case.project.scores]
    for kind, name in (("been", "has been"), ("rel", "over a relation"), ("countrel", "over a relation"),
                       ("list", "of a list")):
        found[name] += project.mentions(everything, kind)
    for what, rates, over in case.project.caps:
        found["cap that " + over + "s"] += 1
        found["cap of " + what] += 1
        for _, per in rates:
            found["rolling cap" if isinstance(per, int) else "cap per " + per] += 1
    for told, model in zip(case.histories, models):
        of_history(told, case.project, found)
        for row in model.log:
            if row["kind"] in ("refused", "skipped", "deferred", "ended"):
                found[f"{row['kind']} {row['detail']}"] += 1
            else:
                found["row " + row["kind"]] += 1
    found["history"] += len(models)
    return found


def of_workflow(flow, whole, found):
    for name, there in (
            ("priority: several", flow.priority), ("key", flow.key), ("only if", flow.only_if), ("goal", flow.goal),
            ("goal of the event", flow.goal and project.mentions(flow.goal, "trigger")),
            ("goal of the event and the clock", flow.goal and project.mentions(flow.goal, "trigger") and (
                project.mentions(flow.goal, "count") or project.mentions(flow.goal, "now"))), ("suppress", flow.suppress),
            ("leave when not matching", flow.leave), ("group", flow.group), ("window", flow.window),
            ("window over midnight", flow.window and flow.window.end < flow.window.start),
            ("window of the contact", flow.contact_zone), ("spread", flow.spread), ("stale after", flow.stale),
            ("require consent", flow.consent), ("existing enrol", flow.existing is not None),
            ("existing enrol so many an hour", flow.existing), ("sequence", flow.sequence),
            ("manually", not flow.triggers and not flow.sequence), ("re-enter after", flow.after),
            ("at most", flow.at_most), (flow.policy, True)):
        found[name] += bool(there)
    for trigger in flow.triggers:
        found["trigger " + trigger[0]] += 1
    of_steps(flow.steps, whole, found)


def of_steps(steps, whole, found):
    for step in steps:
        kind = step["kind"]
        found["step " + kind] += 1
        unit = step.get("unit")
        for name, there in (
                ("business days", unit == "business day"), ("months", unit == "month"),
                ("from planned", step.get("planned")), ("guard", step.get("guard")),
                ("since enrolment", step.get("since_enrolment")), ("about a message", step.get("refers")),
                ("until done", step.get("until_done")), ("outcomes", step.get("outcomes")), ("up to", step.get("up_to")),
                ("holdout", kind == "split" and step["arms"][-1][0] == "holdout"),
                ("by enrolment", step.get("by_enrolment")), ("move back", step.get("back")),
                ("forward only", kind == "set" and step["property"] == "life" and whole.enums["Life"].forward_only),
                ("of another record", kind == "set" and step.get("via")),
                ("to several", step.get("via") == "contacts"), ("by turn", step.get("assign", " ")[0] == "turn"),
                ("enrolled elsewhere", kind == "enrol" and step.get("into", True)),
                ("taken out", kind == "enrol" and not step.get("into", True))):
            found[name] += bool(there)
        for block in project.blocks(step):
            of_steps(block, whole, found)


def of_history(told, whole, found):
    if whole.zone == "Asia/Tokyo":
        found["Tokyo"] += 1
    else:
        for name, change in (("spring", 1772953200), ("autumn", 1793512800)):
            found["New York in " + name] += told.start < change < told.end
    seen = set()
    for line in told.before + told.lines:
        kind = line[0]
        found["past event"] += kind == "past"
        found["by hand"] += kind == "ask" and line[4]
        found["taken out by hand"] += kind == "ask" and not line[4]
        if kind == "event" and line[5] is not None:
            found["event before its time"] += line[3] > line[5]
            found["late event"] += line[3] < line[5]
            found["event a year late"] += line[3] < line[5] - 365 * cal.DAY
        if kind == "set":
            found["relation that moves"] += bool({"company", "contact"} & set(line[3]))
        if kind in ("create", "set"):
            found["unknown zone"] += line[3].get("tz") == "Nowhere/At_All"
        if kind == "control":
            found["asked for " + line[3]] += 1
        if kind in ("event", "set", "ask", "control"):
            at = line[5] if kind == "event" and line[5] is not None else line[
                {"set": 2, "ask": 2, "control": 1}.get(kind, 3)]
            found["several at one instant"] += at in seen
            seen.add(at)
    found["record before the engine"] += sum(line[0] == "create" for line in told.before)


def missing(found):
    """What must occur and did not."""
    wanted = [" ".join(name.split()) for name in OTHERS.split(",")]
    for kind, names in (("step", KINDS), ("trigger", TRIGGERS), ("refused", REFUSED), ("skipped", SKIPPED),
                        ("ended", ENDED), ("row", ROWS), ("deferred", ["window", "cap"])):
        wanted += [f"{kind} {name}" for name in names]
    wanted += ["asked for " + what for what in CONTROLS] + ["cap of " + what for what in ("marketing", "one_to_one")]
    return [name for name in wanted if not found[name]]


def said(found):
    return "\n".join(f"{count:8} {name}" for name, count in sorted(found.items()))
