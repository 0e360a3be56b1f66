"""W3, W4, W6 and W7: `saiten run` over an SQLite database, from the start of the process to its end."""
import json
import os
import subprocess

from harness import databases
from harness.answers import first_difference
from harness.command import Saiten, run
from harness.worker import Worker

AS_OF = "2026-06-30T09:00:00+09:00"
A_DAY_LATER = "2026-07-01T09:00:00+09:00"
NOW = 1782777600
FILES = ["schema.rules", "w1.rules", "w2.rules"]
CACHE = "pages of the database in the system's cache (it has just been written)"


def _cold_flags(saiten):
    """A run that neither reads nor leaves anything beside the database."""
    return [flag for flag in ("--full", "--no-snapshot") if saiten.knows(flag)]


def _base(title, contacts, events):
    return {"title": title, "rules": [f"bench/rules/{f}" for f in FILES], "rows": contacts, "events": events,
            "peers": {}, "peer_notes": {}, "skipped": {}, "disagree": {}, "agree": True, "cache": CACHE}


def _goal(goal, reached, ok):
    return {"goal": goal, "reached": round(reached, 4), "ok": ok}


def _cold(context, saiten, path, repetitions):
    """The best of several cold runs over fresh copies; neither data nor code is kept from the one before."""
    best = None
    for _ in range(repetitions):
        databases.copy(context, path, os.path.basename(saiten.db))
        seconds, peak, report = saiten.score(AS_OF, *_cold_flags(saiten))
        if best is None or seconds < best[0]:
            best = (seconds, peak, report)
    return best


def _raw_rows(context, path, contacts):
    scratch = os.path.join(context.data, "raw.db")
    read = json.loads(run([context.database, "read", path])[2])
    databases.remove(scratch)
    written = json.loads(run([context.database, "write", str(contacts), scratch])[2])
    databases.remove(scratch)
    return read["seconds"], written["seconds"]


def w3(context):
    contacts = context.size(1_000_000)
    events = contacts * 10
    path = databases.master(context, contacts, events)
    saiten = Saiten(context.saiten, databases.project(context, "w3", FILES), os.path.join(context.data, "w3.db"))
    result = {"item": "W3", **_base("nightly, cold: load, score, write results, no snapshot", contacts, events)}
    reads, writes, runs = [], [], []
    for _ in range(context.database_repetitions):
        read, write = _raw_rows(context, path, contacts)
        reads.append(read)
        writes.append(write)
        runs.append(_cold(context, saiten, path, 1))
    seconds, peak, report = min(runs, key=lambda r: r[0])
    _sqlite_peer(context, path, saiten.db, result, contacts)
    floor = min(reads) + min(writes)
    result.update({
        "ours_seconds": seconds, "peak_mb": peak, "parts": report.get("seconds", {}),
        "floors": {"raw rows, read and write": floor, "raw rows, read": min(reads), "raw rows, write": min(writes)},
        "goals": [_goal("at most 0.6 of the raw row floor", seconds / floor, seconds <= 0.6 * floor)],
        "repetitions": {"ours": [r[0] for r in runs], "read": reads, "write": writes},
    })
    databases.remove(saiten.db)
    return result


def _sqlite_peer(context, path, scored, result, contacts):
    """SQLite's own SQL over the same file: the answers of `scored` compared, then its time."""
    label = "SQLite's SQL, create table as"
    command = context.peers.python_command("sqlite_file", path, scored)
    if command is None:
        result["skipped"][label] = context.peers.skipped.get("SQLite's SQL", "not installed")
        return
    folder = os.path.join(context.data, "w3-answers")
    os.makedirs(f"{folder}/ours", exist_ok=True)
    os.makedirs(f"{folder}/theirs", exist_ok=True)
    worker = Worker(label, command)
    # Once to make the answers, ours beside them; the time of the second counts.
    worker.answers("ours", f"{folder}/ours")
    worker.answers("create table as", f"{folder}/theirs")
    why = first_difference(f"{folder}/ours", f"{folder}/theirs")
    if why:
        result["disagree"][label] = why
        result["agree"] = False
    else:
        result["peers"][label] = worker.run("create table as")["seconds"]
        result["peer_notes"][label] = worker.ready["version"] + ", one thread"
    worker.close()
    subprocess.run(["rm", "-r", folder], check=True)


def _equals_full_run(context, saiten, as_of, result, name):
    """Whether the views hold what a full run over a copy writes."""
    other = Saiten(saiten.program, saiten.project, databases.copy(context, saiten.db, "full.db"))
    other.score(as_of, *_cold_flags(other))
    why = databases.difference(saiten.db, other.db)
    databases.remove(other.db)
    if why:
        result["disagree"][name] = why
        result["agree"] = False


def w4(context):
    contacts = context.size(1_000_000)
    events = contacts * 10
    path = databases.master(context, contacts, events)
    saiten = Saiten(context.saiten, databases.project(context, "w4", FILES), os.path.join(context.data, "w4.db"))
    result = {"item": "W4", **_base("nightly, warm: again with a share of the contacts changed", contacts, events)}
    cold, cold_peak, _ = _cold(context, saiten, path, context.database_repetitions)
    databases.copy(context, path, "w4.db")
    saiten.call("attach")
    saiten.score(AS_OF)
    # The second run may still be making what the first one left out.
    saiten.score(AS_OF)
    ours, peaks, parts, changed, times = {}, {}, {}, {}, {}
    for name, share in (("0 %", 0), ("0.1 %", 0.001), ("1 %", 0.01), ("10 %", 0.1)):
        for round_number in range(context.database_repetitions):
            if share:
                changed[name] = databases.change(saiten.db, share, round_number, NOW)
            seconds, peak, report = saiten.score(AS_OF)
            times.setdefault(name, []).append(seconds)
            if name not in ours or seconds < ours[name]:
                ours[name], peaks[name], parts[name] = seconds, peak, report.get("seconds", {})
        _equals_full_run(context, saiten, AS_OF, result, name)
    name = "the clock a day on"
    ours[name], peaks[name], report = saiten.score(A_DAY_LATER)
    parts[name] = report.get("seconds", {})
    _equals_full_run(context, saiten, A_DAY_LATER, result, name)
    databases.remove(saiten.db)
    result.update({
        "ours_seconds": ours["1 %"], "ours": ours, "parts": parts, "changed": changed, "peak_mb": max(peaks.values()),
        "floors": {"W3 in this run": cold}, "peak_mb_of": peaks, "repetitions": times,
        "goals": [_goal("0 %: under 2 % of W3", ours["0 %"] / cold, ours["0 %"] < 0.02 * cold),
                  _goal("1 %: under 5 % of W3", ours["1 %"] / cold, ours["1 %"] < 0.05 * cold),
                  _goal("results equal to a full run's, every row", 0 if result["disagree"] else 1, not result["disagree"])],
    })
    return result


def w6(context):
    contacts = context.size(100_000)
    events = contacts * 10
    path = databases.master(context, contacts, events)
    saiten = Saiten(context.saiten, databases.project(context, "w6", FILES), os.path.join(context.data, "w6.db"))
    runs = [_cold(context, saiten, path, 1) for _ in range(context.database_repetitions)]
    read, write = _raw_rows(context, path, contacts)
    seconds, peak, report = min(runs, key=lambda r: r[0])
    result = {"item": "W6", **_base("Shanon's own figure: 1,000,000 histories of 100,000 leads, all in", contacts, events)}
    # Both are what they published, on machines of theirs: no measurement of ours, so no peer that is compared.
    result["published"] = {"Shanon, to compute": 12 * 60 + 25, "Shanon, to write back": 18 * 3600}
    databases.remove(saiten.db)
    result.update({
        "ours_seconds": seconds, "peak_mb": peak, "parts": report.get("seconds", {}),
        "floors": {"raw rows, read and write": read + write},
        "goals": [_goal("under 1 s all in", seconds, seconds < 1)],
        "repetitions": {"ours": [r[0] for r in runs]},
    })
    return result


def w7(context):
    contacts = context.size(15_000_000)
    events = contacts * 10
    path = databases.master(context, contacts, events)
    saiten = Saiten(context.saiten, databases.project(context, "w7", FILES), os.path.join(context.data, "w7.db"))
    result = {"item": "W7", **_base("HubSpot's size: 15 M contacts, 150 M events", contacts, events)}
    databases.copy(context, path, "w7.db")
    saiten.call("attach")
    ours, peaks, parts = {}, {}, {}

    def score(name, as_of):
        seconds, peak, report = saiten.score(as_of)
        if name not in ours or seconds < ours[name]:
            ours[name], peaks[name], parts[name] = seconds, peak, report.get("seconds", {})

    score("first run", AS_OF)
    saiten.score(AS_OF)
    for _ in range(context.database_repetitions):
        score("nothing changed", AS_OF)
    databases.change(saiten.db, 0.001, 0, NOW)
    score("0.1 % changed", AS_OF)
    score("the clock a day on", A_DAY_LATER)
    if context.quick:
        _equals_full_run(context, saiten, A_DAY_LATER, result, "the clock a day on")
    databases.remove(saiten.db)
    warm = ours["0.1 % changed"]
    result.update({
        "ours_seconds": warm, "ours": ours, "parts": parts, "peak_mb": max(peaks.values()), "peak_mb_of": peaks, "floors": {},
        "goals": [_goal("under 4 GB", max(peaks.values()) / 1024, max(peaks.values()) < 4096),
                  _goal("under 1 s warm (0.1 % changed)", warm, warm < 1)],
    })
    return result
