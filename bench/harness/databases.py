"""The SQLite databases of the benchmark: made once for each size and kept, copied for whoever writes into one."""
import hashlib
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys


def generator():
    """Names what makes the databases: another generator makes them anew."""
    bench = pathlib.Path(__file__).resolve().parents[1]
    sources = [*bench.glob("population/population.*"), *(bench / "database" / name for name in ("generate.cpp", "generate.h"))]
    digest = hashlib.sha256()
    for source in sorted(sources):
        digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    return digest.hexdigest()


def made_by(path):
    try:
        return pathlib.Path(path + ".made-by").read_text().strip()
    except OSError:
        return ""


def master(context, contacts, events):
    """A database that nobody writes to."""
    path = os.path.join(context.data, f"crm-{contacts}-{events}.db")
    if not os.path.exists(path) or made_by(path) != generator():
        print(f"generating {contacts:,} contacts and {events:,} events", file=sys.stderr)
        making = path + ".making"
        if os.path.exists(making):
            os.remove(making)
        subprocess.run([context.database, "generate", str(contacts), str(events), making], check=True)
        forget(path)
        os.rename(making, path)
        pathlib.Path(path + ".made-by").write_text(generator() + "\n")
    return path


def copy(context, path, name):
    to = os.path.join(context.data, name)
    remove(to)
    shutil.copyfile(path, to)
    return to


def remove(path):
    """The database and everything kept beside it."""
    for suffix in ("", "-wal", "-shm", "-journal", ".lock"):
        if os.path.exists(path + suffix):
            os.remove(path + suffix)
    forget(path)


def forget(path):
    """What Saiten keeps beside the database; without it a run costs more time and nothing else."""
    shutil.rmtree(path + ".code", ignore_errors=True)
    shutil.rmtree(path + ".saiten", ignore_errors=True)


def project(context, name, files):
    """A folder with just these rules."""
    folder = os.path.join(context.data, "projects", name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for file in files:
        shutil.copy(os.path.join(context.rules, file), folder)
    return folder


def change(path, share, round_number, now):
    """Edits of one contact in 1/share: half get another time on the website, half an event an hour ago."""
    every = round(1 / share)
    db = sqlite3.connect(path)
    first = (round_number * 7919) % every
    chosen = f"id % {every} = {first}"
    edited = db.execute(f"update contacts set time_spent = (coalesce(time_spent, 0) * 7 + 131) % 2272 "
                        f"where {chosen} and id / {every} % 2 = 0").rowcount
    added = db.execute(f"insert into events select id, 'view', {now} - 3600, '/pricing' from contacts "
                       f"where {chosen} and id / {every} % 2 = 1").rowcount
    db.commit()
    db.close()
    return edited + added


VIEWS = {
    "saiten_scores": "object, id, score, points, band",
    "saiten_members": "segment, object, id",
}


def digest(path):
    """What the views hold, whatever the order: how many rows, and a number that all of them make."""
    db = sqlite3.connect(path)
    found = {}
    for view, names in VIEWS.items():
        count = total = 0
        for row in db.execute(f"select {names} from {view}"):
            count += 1
            total = (total + hash(row)) % 2**64
        found[view] = (count, total)
    db.close()
    return found


def difference(mine, other):
    """A sentence on the first row that only one of them has; None where there is none."""
    if digest(mine) == digest(other):
        return None
    db = sqlite3.connect(mine)
    db.execute("attach ? as other", (other,))
    for view, names in VIEWS.items():
        for a, b in (("main", "other"), ("other", "main")):
            row = db.execute(f"select {names} from {a}.{view} except select {names} from {b}.{view} order by 1, 2, 3 limit 1").fetchone()
            if row:
                return f"{view}: only {'the incremental' if a == 'main' else 'the full'} run has {row}"
    return "the same rows in another number"
