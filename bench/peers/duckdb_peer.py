"""DuckDB: duckdb_peer.py ITEM FOLDER ROWS THREADS. Tables in memory; texts of attributes as ENUM, its fastest type."""
import sys

import duckdb

import columns
import serve
import sql


def main():
    item, folder, rows, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    db = duckdb.connect(":memory:", config={"threads": threads})
    for name, table in columns.tables(folder, rows, item != "w1"):
        db.register("arrow_table", table)
        # Arrow dictionaries become ENUMs. Paths are text, as anybody would keep them.
        db.execute(f"create table {name} as select * " + ("replace (path::varchar as path) " if "path" in table.column_names else "")
                   + "from arrow_table")
        db.unregister("arrow_table")
        del table
    query = sql.select(item)

    def run_sum():
        db.execute(sql.sums(item, query)).fetchall()

    def run_table():
        db.execute(f"create or replace table answers as {query}")

    def answers(name):
        run_table()
        found = db.execute("select * from answers order by id").fetchnumpy()
        return sql.in_thousandths(item, [found[c] for c in sql.columns(item)])

    serve.serve({"version": duckdb.__version__}, {"sum": run_sum, "create table as": run_table}, answers)


if __name__ == "__main__":
    main()
