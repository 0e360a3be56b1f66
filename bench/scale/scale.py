#!/usr/bin/env python3
"""Scores a million contacts with ten million events and says how long each part took and what memory it needed.

    python3 bench/scale/scale.py [--contacts N] [--events N] [--db FILE] [--saiten build/bin/saiten]

The database is generated with SQLite alone, the same every time: most contacts quiet, a few with thousands of events.
"""
import argparse
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
AS_OF = "2026-06-30T09:00:00+09:00"

# A number below 2^31 that looks random, from a row number; integer arithmetic only, so every machine makes the same.
MIX = "(((({0} * 2654435761 + {1}) & 4294967295) * 40503 >> 7) & 2147483647)"


def generate(path, contacts, events):
    db = sqlite3.connect(path)
    db.execute("pragma journal_mode = off")
    db.execute("pragma synchronous = off")
    db.executescript("""
        create table contacts (id integer primary key, email text, industry text, employees integer, title text, created text);
        create table events (contact_id integer, type text, time integer, email integer, path text);
    """)
    mix = lambda salt: MIX.format("i", salt)
    db.execute(f"""
        insert into contacts
        with recursive n(i) as (select 1 union all select i + 1 from n where i < {contacts})
        select i, 'user' || i || '@' || case {mix(1)} % 4 when 0 then 'example.jp' else 'example.com' end,
          case {mix(2)} % 6 when 0 then 'IT' when 1 then '金融' when 2 then '医療' when 3 then '製造' end,
          case when {mix(3)} % 5 then {mix(4)} % 2000 end,
          case {mix(5)} % 6 when 0 then '一般' when 1 then '課長' when 2 then '部長' when 3 then '役員' when 4 then '一般' end,
          date('2026-06-30', '-' || ({mix(6)} % 2000) || ' days') from n""")
    # Every second contact has no event; of the others a cube law gives a few of them thousands.
    db.execute(f"""
        insert into events
        with recursive n(i) as (select 1 union all select i + 1 from n where i < {events})
        select 1 + 2 * cast(({contacts} / 2 - 1) * (({mix(11)} / 2147483647.0) * ({mix(12)} / 2147483647.0) * ({mix(13)} / 2147483647.0)) as integer),
          case when {mix(14)} % 3 then 'view' else 'open' end, 1782777600 - {mix(15)} % 31536000, {mix(16)} % 500,
          case {mix(17)} % 8 when 0 then '/pricing' when 1 then '/pricing/team' when 2 then '/demo' else '/blog/' || ({mix(18)} % 1000) end
          from n""")
    db.commit()
    db.close()


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--contacts", type=int, default=1_000_000)
    arguments.add_argument("--events", type=int, default=10_000_000)
    arguments.add_argument("--db")
    arguments.add_argument("--saiten", default=os.path.join(HERE, "..", "..", "build", "bin", "saiten"))
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.db or os.path.join(folder, "scale.db")
        if not os.path.exists(path):
            begin = time.monotonic()
            generate(path, options.contacts, options.events)
            print(f"generated {options.contacts:,} contacts, {options.events:,} events in {time.monotonic() - begin:.1f} s", file=sys.stderr)
        for engine in ("interp", "jit"):
            begin = time.monotonic()
            done = subprocess.run([options.saiten, "-C", HERE, "run", "--db", path, "--as-of", AS_OF, "--engine", engine, "--json"],
                                  stdout=subprocess.PIPE, check=True)
            report = json.loads(done.stdout)
            report["wall_seconds"] = round(time.monotonic() - begin, 3)
            report["peak_mb"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
            print(json.dumps({"engine": engine, **report}, ensure_ascii=False))


if __name__ == "__main__":
    main()
