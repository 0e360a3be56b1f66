"""SQLite's own SQL over the benchmark's file: sqlite_file_peer.py DATABASE SCORED. `ours`: what Saiten wrote in SCORED."""
import sqlite3
import sys

import serve
import sql

VIEWS = """
create temp view contacts as select id, case industry when '金融' then 'Finance' when '医療業界' then 'Healthcare'
    when '製造' then 'Manufacturing' else industry end as industry, employees,
  case title when '一般' then 'Staff' when '課長' then 'Manager' when '部長' then 'Director' when '役員' then 'Executive' end as title,
  origin, source, do_not_email, time_spent, occupation, specialization, created, company_id as company from main.contacts;
create temp view email_open as select contact_id as contact, time, path from main.events where type = 'open';
create temp view page_view as select contact_id as contact, time, path from main.events where type = 'view';
"""
BANDS = {"priority": ("fit", ["later", "next", "first"]), "grade": ("card_a", ["low", "mid", "good", "top"]),
         "temperature": ("total", ["cold", "warm", "hot"])}


def written(path):
    """What stands in Saiten's views, as columns in the order of the ids."""
    import numpy
    db = sqlite3.connect(path)
    ids = numpy.array(db.execute("select id from contacts order by id").fetchall(), dtype="int64")[:, 0]
    place = {int(i): n for n, i in enumerate(ids)}
    found = {}
    for score in ("fit", "card_a", "behaviour", "total"):
        points = numpy.empty(len(ids), dtype="int32")
        bands = numpy.zeros(len(ids), dtype="int32")
        name, labels = next(((n, m) for n, (s, m) in BANDS.items() if s == score), (None, []))
        for key, value, band in db.execute("select id, points, band from saiten_scores where score = ?", (score,)):
            points[place[int(key)]] = round(value * 1000)
            if name:
                bands[place[int(key)]] = labels.index(band)
        found[score] = points
        if name:
            found[name] = bands
    for segment in ("referred", "management", "recent", "bare", "enterprise"):
        members = numpy.zeros(len(ids), dtype="int32")
        for (key,) in db.execute("select id from saiten_members where segment = ?", (segment,)):
            members[place[int(key)]] = 1
        found[segment] = members
    db.close()
    return found


def main():
    path, scored = sys.argv[1], sys.argv[2]
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    db.execute("pragma temp_store = memory")
    db.execute("pragma case_sensitive_like = on")
    db.executescript(VIEWS)
    query = sql.select("w2", least="min", date="'{}'")

    def run_table():
        db.execute("drop table if exists temp.answers")
        db.execute(f"create temp table answers as {query}")

    def answers(name):
        import numpy
        if name == "ours":
            return written(scored)
        found = numpy.array(db.execute(f"select {', '.join(sql.columns('w2'))} from answers order by id").fetchall(), dtype="int32")
        return sql.in_thousandths("w2", list(found.T))

    serve.serve({"version": sqlite3.sqlite_version}, {"ours": lambda: None, "create table as": run_table}, answers)


if __name__ == "__main__":
    main()
