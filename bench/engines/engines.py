#!/usr/bin/env python3
"""What making code costs and what it saves: the two figures by which `run --engine auto` chooses (driver/execute.cpp).

    python3 bench/engines/engines.py [--saiten build/bin/saiten]

Rules of two kinds (conditions on properties, rules over events), 10 to 1,000 of them, over few and over many records.
Times are the processor's time of the whole command, so a busy machine changes them little; the difference between few
and many records is what a row costs, the difference between the engines on few records is what making code costs.
"""
import argparse
import os
import random
import resource
import sqlite3
import subprocess
import tempfile

FEW, MANY = 100, 5_000
EVENTS_EACH = 5

SCHEMA = """timezone "Asia/Tokyo"
object contact from "contacts" { id: int key  a: int?  b: int?  t: text? }
event view of contact from "events" { path: text?  amount: int? }
"""


def rules(kind, count):
    lines = ["score s for contact {"]
    for i in range(count):
        if kind == "properties":
            lines.append(f'  +{1 + i % 9} when a > {i} and (b < {i * 3} or t contains "x{i % 50}")')
        else:
            lines.append(f'  +{1 + i % 9} per view where amount > {i} and path like "/p{i % 40}*" '
                         f"at most {1 + i % 5} per day in last {10 + i % 80} days")
    return SCHEMA + "\n".join(lines) + "\n}\n"


def database(path, count, records):
    mix = random.Random(1)
    db = sqlite3.connect(path)
    db.execute("create table contacts (id integer primary key, a int, b int, t text)")
    db.execute("create table events (contact_id int, time int, path text, amount int)")
    db.executemany("insert into contacts values (?, ?, ?, ?)",
                   ((i, mix.randrange(2 * count), mix.randrange(3 * count), f"x{mix.randrange(60)} y") for i in range(records)))
    db.executemany("insert into events values (?, ?, ?, ?)",
                   ((mix.randrange(records), 1782777600 - mix.randrange(120 * 86400), f"/p{mix.randrange(50)}/z", mix.randrange(count))
                    for _ in range(EVENTS_EACH * records)))
    db.commit()
    db.close()


def processor_seconds(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def main():
    arguments = argparse.ArgumentParser()
    here = os.path.dirname(os.path.abspath(__file__))
    arguments.add_argument("--saiten", default=os.path.join(here, "..", "..", "build", "bin", "saiten"))
    saiten = os.path.abspath(arguments.parse_args().saiten)
    print(f"{'rules':>20} {'instructions':>12} {'code, us each':>14} {'interpreter, ns each and row or event':>40}")
    for kind in ("properties", "events"):
        for count in (10, 100, 1_000):
            with tempfile.TemporaryDirectory() as folder:
                with open(os.path.join(folder, "r.rules"), "w") as file:
                    file.write(rules(kind, count))
                seconds = {}
                for records in (FEW, MANY):
                    path = os.path.join(folder, f"{records}.db")
                    database(path, count, records)
                    for engine in ("interp", "jit"):
                        seconds[engine, records] = processor_seconds(
                            [saiten, "-C", folder, "run", "--db", path, "--as-of", "2026-06-30T09:00:00+09:00", "--engine", engine, "--dry-run"])
                ir = subprocess.run([saiten, "-C", folder, "emit", "--ir"], check=True, capture_output=True, text=True).stdout
                instructions = sum(" = " in line and line.lstrip().startswith("%") for line in ir.splitlines())
                code = (seconds["jit", FEW] - seconds["interp", FEW]) / instructions * 1e6
                items = (MANY - FEW) * (1 + EVENTS_EACH if kind == "events" else 1)
                row = (seconds["interp", MANY] - seconds["interp", FEW]) / instructions / items * 1e9
                print(f"{count:>9} {kind:>10} {instructions:>12} {code:>14.0f} {row:>40.1f}")


if __name__ == "__main__":
    main()
