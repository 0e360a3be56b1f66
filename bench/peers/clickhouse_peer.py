"""ClickHouse, in this process as chdb: clickhouse_peer.py ITEM FOLDER ROWS THREADS. Tables of its engine Memory."""
import os
import sys
import tempfile

import pyarrow as pa
import pyarrow.parquet as parquet

import columns
import serve
import sql

KINDS = {"bool": "Bool", "date32[day]": "Date32", "int8": "Int8", "int16": "Int16", "int32": "Int32", "int64": "Int64"}


def kind_of(field, nullable):
    if pa.types.is_dictionary(field.type):
        return "LowCardinality(Nullable(String))"
    plain = KINDS[str(field.type)]
    return f"Nullable({plain})" if nullable else plain


def main():
    from chdb import session
    import chdb

    item, folder, rows, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    with tempfile.TemporaryDirectory() as temporary:
        db = session.Session(os.path.join(temporary, "db"))
        db.query(f"set max_threads = {threads}")
        # As the standard says: what a left join does not find is NULL.
        db.query("set join_use_nulls = 1")
        for name, table in columns.tables(folder, rows, item != "w1"):
            path = os.path.join(temporary, name + ".parquet")
            parquet.write_table(table, path)
            kinds = ", ".join(f"{f.name} {kind_of(f, table[f.name].null_count > 0)}" for f in table.schema)
            db.query(f"create table {name} ({kinds}) engine = Memory")
            db.query(f"insert into {name} select * from file('{path}', Parquet)")
            os.remove(path)
        query = sql.select(item, date="toDate32('{}')", prefix="startsWith(path, '/pricing')")

        def run_sum():
            db.query(sql.sums(item, query), "CSV")

        def run_table():
            db.query("drop table if exists answers")
            db.query(f"create table answers engine = Memory as {query}")

        def answers(name):
            run_table()
            found = db.query(f"select {', '.join(sql.columns(item))} from answers order by id", "Arrow")
            table = pa.ipc.open_file(pa.py_buffer(found.bytes())).read_all()
            return sql.in_thousandths(item, [table[c].to_numpy() for c in sql.columns(item)])

        serve.serve({"version": chdb.engine_version}, {"sum": run_sum, "create table as": run_table}, answers)


if __name__ == "__main__":
    main()
