"""SQLite's own SQL, from Python's module: sqlite_peer.py ITEM FOLDER ROWS THREADS. A database in memory, one thread."""
import sqlite3
import sys

import columns
import serve
import sql


def main():
    item, folder, rows = sys.argv[1], sys.argv[2], int(sys.argv[3])
    db = sqlite3.connect(":memory:")
    for name, table in columns.tables(folder, rows, item != "w1"):
        names = table.column_names
        is_text = [n == "created" or "dictionary" in str(table[n].type) for n in names]
        kinds = ["integer primary key" if n == "id" else "text" if t else "integer" for n, t in zip(names, is_text)]
        db.execute(f"create table {name} ({', '.join(f'{n} {k}' for n, k in zip(names, kinds))})")
        insert = f"insert into {name} values ({', '.join('?' * len(names))})"
        for batch in table.to_batches(max_chunksize=100_000):
            values = [(c.cast("string") if t else c).to_pylist() for t, c in zip(is_text, batch.columns)]
            db.executemany(insert, zip(*values))
        if name in ("email_open", "page_view"):
            db.execute(f"create index {name}_contact on {name} (contact, time{', path' if name == 'page_view' else ''})")
    db.commit()
    # `like` ignores case in SQLite unless told otherwise.
    db.execute("pragma case_sensitive_like = on")
    db.execute("analyze")
    query = sql.select(item, least="min", date="'{}'")

    def run_sum():
        db.execute(sql.sums(item, query)).fetchall()

    def run_table():
        db.execute("drop table if exists answers")
        db.execute(f"create table answers as {query}")

    def answers(name):
        import numpy
        run_table()
        wanted = ", ".join(sql.columns(item))
        found = numpy.array(db.execute(f"select {wanted} from answers order by id").fetchall(), dtype="int32")
        return sql.in_thousandths(item, list(found.T))

    serve.serve({"version": sqlite3.sqlite_version}, {"sum": run_sum, "create table as": run_table}, answers)


if __name__ == "__main__":
    main()
