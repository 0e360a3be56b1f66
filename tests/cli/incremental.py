#!/usr/bin/env python3
"""Runs that build on the run before give what runs of everything give, over random histories.

Two databases get the same edits. One is run as usual, so that only what may have changed is evaluated and written; of
the other everything beside it is deleted before each run and `--full` asked for. After each step the views, the
history of bands and the report must be the same. usage: incremental.py SAITEN [SEED...]
"""

import datetime
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

RULES = """
timezone "America/New_York"
object contact from "contacts" {
  id: int key
  created: time? as created
  signed: date?
  employees: int?
  title: text?
  company: company?
}
object company from "companies" { id: int key  staff: int?  contacts: many contact by company }
event visit of contact from "visits" { page: text? }
event order of contact from "orders" { amount: int? }
segment active for contact where exists(visit in last 30 days)
segment fresh for contact where created >= now - 90 days
segment signed_lately for contact where signed >= today - 1 month
segment idle for contact where no(visit where page == "pricing" in last 1 month)
score total for contact {
  +10 when employees > 100
  +2 per visit where page == "pricing" decay compound 20% every 10 days  max 20
  +1 per visit in last 30 calendar days  at most 2 per day
  +5 when company.staff > 50
  +3 when title like "Chief*"
  +5 per order expires after 45 days
  bands t { cold  warm from 10  hot from 20 leave below 15 }
}
score huge for contact = (employees else 0) * 9000000000000
score worth for company = sum(contacts.total) + count(contacts where in segment active)
segment rich for contact where company.worth > 40
"""

START = datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)


def instant(clock, days):
    return (clock + datetime.timedelta(minutes=int(days * 1440))).strftime("%Y-%m-%dT%H:%M:%SZ")


class History:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.clock = START
        self.next_id = 1000
        r = self.random
        self.first = [
            "create table contacts(id integer primary key, created text, signed text, employees int, title text, company_id int)",
            "create table companies(id integer primary key, staff int)",
            "create table visits(id integer primary key, contact_id int, time text, page text)",
            "create table orders(id integer primary key, contact_id int, time text, amount int)",
        ]
        for i in range(1, 401):
            self.first.append(f"insert into companies values({i}, {r.randint(1, 120)})")
        for i in range(1, 701):
            self.first.append(self.contact(i))
        for _ in range(1800):
            self.first.append(self.event(r.randint(1, 700)))

    def contact(self, key):
        r = self.random
        company = r.choice(["null"] + [str(i) for i in range(1, 401)])
        signed = instant(self.clock, -r.randint(0, 60))[:10]
        title = r.choice(["Chief of all", "clerk", "Chief clerk"])
        employees = r.choice([5, 99, 101, 300, 2000])
        return (f"insert into contacts values({key}, '{instant(self.clock, -r.random() * 120)}', '{signed}', "
                f"{employees}, '{title}', {company})")

    def event(self, contact):
        r = self.random
        self.next_id += 1
        when = instant(self.clock, r.random() * 62 - 60)
        if r.random() < 0.7:
            page = r.choice(["pricing", "home", "blog"])
            return f"insert into visits values({self.next_id}, {contact}, '{when}', '{page}')"
        return f"insert into orders values({self.next_id}, {contact}, '{when}', {r.randint(1, 50)})"

    def edit(self):
        r = self.random
        key = r.randint(1, 700)
        kind = r.randint(0, 9)
        if kind <= 2:
            return self.event(key)
        if kind == 3:
            return f"update contacts set employees = {r.choice([5, 99, 101, 300, 'null'])} where id = {key}"
        if kind == 4:
            return f"update contacts set company_id = {r.randint(1, 400)} where id = {key}"
        if kind == 5:
            return f"update companies set staff = {r.randint(1, 120)} where id = {r.randint(1, 400)}"
        if kind == 6:
            return f"update contacts set title = '{r.choice(['Chief', 'none', 'Chief Joy'])}' where id = {key}"
        if kind == 7:
            return f"delete from visits where contact_id = {key} and id % 3 = {r.randint(0, 2)}"
        if kind == 8:
            return f"delete from contacts where id = {r.randint(600, 760)}"
        self.next_id += 1
        return self.contact(self.next_id) if r.random() < 0.5 else f"update visits set contact_id = {key} where id % 97 = {r.randint(0, 96)}"

    def move(self):
        r = self.random
        step = r.choice([0, 0, 1 / 24, 0.3, 1, 2.5, 9, 31])
        if r.random() < 0.06:
            step = -3
        self.clock += datetime.timedelta(days=step)


COLUMNS = {"contacts": "id, created, signed, employees, title, company_id", "companies": "id, staff",
           "visits": "id, contact_id, time, page", "orders": "id, contact_id, time, amount"}
UPDATED_RULES = re.sub(r'from "(\w+)"', r'from "\1" updated "changed"', RULES)


def execute(path, statements):
    with sqlite3.connect(path) as db:
        for statement in statements:
            db.execute(re.sub(r"insert into (\w+) values", lambda into: f"insert into {into[1]}({COLUMNS[into[1]]}) values",
                              statement))
    db.close()


def stamp_rows():
    """Each row says when it was last changed, as the programs or triggers of many databases do."""
    yield "create table ticks(t int)"
    yield "insert into ticks select 1600000000"
    for table in COLUMNS:
        yield f"alter table {table} add column changed int"
        yield f"update {table} set changed = 1600000000"
        for what in ("insert", "update"):
            yield (f"create trigger {table}_{what} after {what} on {table} begin update {table} set changed = "
                   "(select t from ticks) where rowid = new.rowid; end")


def content(path):
    db = sqlite3.connect(path)
    tables = {}
    for view, columns in (("saiten_scores", "object, id, score, points, band"),
                          ("saiten_members", "segment, object, id"),
                          ("saiten_band_changes", "run, as_of, object, id, score, from_band, to_band")):
        tables[view] = db.execute(f"select {columns} from {view} order by {columns}").fetchall()
    db.close()
    return tables


def run(saiten, folder, path, clock, *options):
    done = subprocess.run([saiten, "run", "--db", path, "--as-of", clock.strftime("%Y-%m-%dT%H:%M:%SZ"), "--json",
                           "--engine", "interp", *options], cwd=folder, capture_output=True, text=True)
    if done.returncode not in (0, 3, 4):
        sys.exit(f"saiten ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout), done.stderr


def follow(saiten, seed, how, tally):
    history = History(seed)
    folder = tempfile.mkdtemp(prefix="saiten_incremental_")
    try:
        with open(os.path.join(folder, "rules.rules"), "w") as rules:
            rules.write(UPDATED_RULES if how == "updated" else RULES)
        ours, full = os.path.join(folder, "ours.db"), os.path.join(folder, "full.db")
        for path in (ours, full):
            execute(path, history.first)
            if how == "updated":
                execute(path, stamp_rows())
        if how == "attach":
            subprocess.run([saiten, "attach", "--db", ours], cwd=folder, check=True, capture_output=True)
        for step in range(14):
            if step > 0:
                # Sometimes in the same second as before.
                edits = [f"update ticks set t = t + {history.random.choice([0, 1, 500])}"] if how == "updated" else []
                edits += [history.edit() for _ in range(history.random.choice([0, 0, 1, 3, 8]))]
                for path in (ours, full):
                    execute(path, edits)
                history.move()
            report, _ = run(saiten, folder, ours, history.clock, "--threads", str(1 + seed % 2 * 7))
            shutil.rmtree(full + ".saiten", ignore_errors=True)
            want, _ = run(saiten, folder, full, history.clock, "--full")
            where = f"seed {seed} step {step}"
            for what in ("scores", "segments", "saturated", "records", "events", "next_change", "data_errors"):
                if report[what] != want[what]:
                    sys.exit(f"{where}: {what}: {report[what]} instead of {want[what]}")
            got, expected = content(ours), content(full)
            for view in expected:
                if got[view] != expected[view]:
                    differ = set(got[view]) ^ set(expected[view])
                    sys.exit(f"{where}: {view} differs: {sorted(differ, key=str)[:6]}")
            for rows in report["evaluated_by_object"]:
                tally["of"] += rows["of"]
                tally["evaluated"] += rows["records"]
            tally["steps"] += 1
            tally["partly"] += any(rows["records"] < rows["of"] for rows in report["evaluated_by_object"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def expect(report, why, where):
    got = report["everything_because"]
    if (why is None) != (got is None) or (why and why not in got):
        sys.exit(f"{where}: everything_because is {got!r}, not {why!r}")
    whole = all(rows["records"] == rows["of"] for rows in report["evaluated_by_object"])
    if whole != (why is not None):
        sys.exit(f"{where}: {report['evaluated_by_object']}")


def reasons(saiten):
    """When everything is evaluated after all, and that the report says why."""
    history = History(99)
    with tempfile.TemporaryDirectory(prefix="saiten_incremental_") as folder:
        rules, db = os.path.join(folder, "rules.rules"), os.path.join(folder, "crm.db")
        state, results = db + ".saiten/run.state", db + ".saiten/run.results"
        with open(rules, "w") as file:
            file.write(RULES)
        execute(db, history.first)
        now = lambda *options: run(saiten, folder, db, history.clock, *options)[0]
        first = now()
        if first["everything_because"] is not None:
            sys.exit("a first run needs no reason")
        expect(now(), None, "again")
        expect(now("--full"), "--full", "--full")
        with open(rules, "a") as file:
            file.write("// a comment changes nothing\n")
        expect(now(), None, "a comment")
        with open(rules, "w") as file:
            file.write(RULES.replace("employees > 100", "employees > 101"))
        expect(now(), "the rules", "another rule")
        expect(now(), None, "the same rules again")
        for path in (state, results):
            with open(path, "r+b") as file:
                file.truncate(5000)
            expect(now(), "run.", f"torn {path}")
            os.remove(path)
            report = now()
            if path == results:
                expect(report, "not kept", "without results")
            expect(now(), None, f"after {path} was made anew")
        # A copy of the database as it was before the last run, put back.
        shutil.copy(db, db + ".backup")
        now()
        shutil.copy(db + ".backup", db)
        expect(now(), "not those of the run", "a restored database")
        back = run(saiten, folder, db, history.clock - datetime.timedelta(days=1))[0]
        expect(back, "clock", "a clock before the last run's")


def main():
    saiten = os.path.abspath(sys.argv[1])
    seeds = [int(seed) for seed in sys.argv[2:]] or list(range(1, 10))
    tally = {"of": 0, "evaluated": 0, "steps": 0, "partly": 0}
    for seed in seeds:
        follow(saiten, seed, ("updated", None, "attach")[seed % 3], tally)
    print(f"{tally['steps']} steps, {tally['partly']} of them evaluated only a part; "
          f"{tally['evaluated']} of {tally['of']} records evaluated")
    reasons(saiten)
    if tally["partly"] == 0:
        sys.exit("no run built on the one before")


main()
