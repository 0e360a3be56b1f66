"""W8: a month of virtual time for contacts inside a workflow of ten steps, by `saiten run` on an SQLite database."""
import os
import sqlite3
import time

from harness import databases
from harness.command import Saiten

BEGIN = 1780239600  # 2026-06-01 00:00 in Tokyo
DAY = 86_400
STEPS = 10
MAKE = """
CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE contacts(id INTEGER PRIMARY KEY, email TEXT, country TEXT, stage TEXT, out INTEGER);
CREATE TABLE forms(contact_id INTEGER, time INTEGER);
INSERT INTO users VALUES (1, 'Ken');
"""
# What leaves and what is decided, without what depends on when it was written.
LOG = "SELECT seq, key, time, kind, id, step, payload FROM saiten_actions"


def _make(path, contacts):
    databases.remove(path)
    database = sqlite3.connect(path)
    database.executescript(MAKE)
    database.execute("WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO contacts "
                     "SELECT i, 'u' || i || '@example.com', 'JP', 'Lead', 0 FROM n", (contacts,))
    database.commit()
    database.close()


def _enter(path):
    """Everybody fills in a form on the first day, spread over it."""
    database = sqlite3.connect(path)
    database.execute("INSERT INTO forms SELECT id, ? + (id * 7919) % ? FROM contacts", (BEGIN + 3600, DAY - 7200))
    database.commit()
    database.close()


def _query(path, sql):
    database = sqlite3.connect(path)
    rows = database.execute(sql).fetchall()
    database.close()
    return rows


def _raw(path, scratch):
    """The rows that such a month leaves, written by SQLite alone with the same durability, in one go."""
    databases.remove(scratch)
    database = sqlite3.connect(scratch, isolation_level=None)
    database.execute("PRAGMA synchronous = FULL")
    database.execute(f"ATTACH '{path}' AS month")
    begun = time.monotonic()
    database.execute("BEGIN")
    for table in ("saiten_action", "saiten_decision", "saiten_enrolment", "saiten_value"):
        database.execute(f"CREATE TABLE {table} AS SELECT * FROM month.{table}")
    database.execute("CREATE UNIQUE INDEX key ON saiten_action(key)")
    database.execute("COMMIT")
    seconds = time.monotonic() - begun
    database.close()
    databases.remove(scratch)
    return seconds


def _month(context, saiten, contacts, cuts):
    """A fresh database, everybody in, a month in so many runs; seconds of these, their steps, the peak."""
    _make(saiten.db, contacts)
    saiten.score("2026-06-01T00:00:00+09:00")
    _enter(saiten.db)
    seconds = peak = 0
    days = [2 + (33 - 2) * (i + 1) // (cuts + 1) for i in range(cuts)] + [33]
    for day in days:
        as_of = f"2026-06-{day:02}T00:00:00+09:00" if day <= 30 else f"2026-07-{day - 30:02}T00:00:00+09:00"
        took, most, report = saiten.score(as_of)
        seconds += report.get("automation", {}).get("seconds", took)
        peak = max(peak, most)
    return seconds, peak


def w8(context):
    contacts = context.size(1_000_000)
    saiten = Saiten(context.saiten, databases.project(context, "w8", ["w8.rules"]), os.path.join(context.data, "w8.db"))
    result = {"item": "W8", "title": "automation: a month inside a workflow of ten steps, durable",
              "rules": ["bench/rules/w8.rules"], "rows": contacts, "events": contacts, "peers": {}, "peer_notes": {},
              "skipped": {}, "disagree": {}, "agree": True,
              "cache": "transactions of at most 50,000 steps with synchronous=FULL, action rows and states included"}
    runs = [_month(context, saiten, contacts, 0) for _ in range(context.database_repetitions)]
    seconds, peak = min(runs)
    ended = _query(saiten.db, "SELECT status, count(*) FROM saiten_enrolments GROUP BY 1")
    if ended != [("completed", contacts)]:
        result["disagree"]["everybody is through"] = str(ended)
    raw = _raw(saiten.db, os.path.join(context.data, "raw.db"))
    actions = _query(saiten.db, LOG) if context.quick else None
    cut, _ = _month(context, saiten, contacts, 9)
    if context.quick and actions != _query(saiten.db, LOG):
        result["disagree"]["ten runs"] = "other actions than one run's"
    databases.remove(saiten.db)
    result["agree"] = not result["disagree"]
    rate = STEPS * contacts / seconds
    result.update({
        "ours_seconds": seconds, "ours": {"in ten runs": cut}, "peak_mb": peak,
        "floors": {"the same rows written by SQLite in one transaction": raw},
        "goals": [{"goal": "200,000 durable steps a second", "reached": round(rate), "ok": rate >= 200_000}],
        "repetitions": {"ours": [r[0] for r in runs]},
    })
    return result
