"""Polars: polars_peer.py ITEM FOLDER ROWS THREADS. Columns in memory, one lazy query."""
import os
import sys

os.environ["POLARS_MAX_THREADS"] = sys.argv[4]

import polars as pl  # noqa: E402  (reads the number of threads when it is loaded)

import columns  # noqa: E402
import serve  # noqa: E402
import sql  # noqa: E402


def points(condition, value, otherwise=0):
    return pl.when(condition).then(pl.lit(value, pl.Int32)).otherwise(
        otherwise if isinstance(otherwise, pl.Expr) else pl.lit(otherwise, pl.Int32))


def flag(condition):
    return condition.fill_null(False).cast(pl.Int32)


def bands(value, *limits):
    return sum((value >= limit).cast(pl.Int32) for limit in limits)


def scored(item, tables):
    c = pl.col
    contacts = tables["contacts"].lazy().join(
        tables["companies"].lazy().select(c("id").alias("company"), c("employees").alias("company_employees")),
        on="company", how="left", maintain_order="left")
    fit = (points(c("industry").is_in(["IT", "Finance", "Healthcare"]), 15)
           + points(c("employees").is_between(100, 500), 15, points(c("employees") >= 501, 5))
           + points(c("title") == "Executive", 20,
                    points(c("title") == "Director", 15, points(c("title") == "Manager", 10)))).clip(upper_bound=50)
    referred = c("source").is_in(["Reference", "Welingak Website"])
    card = (points(c("origin") == "Lead Add Form", 40) + points(referred, 10)
            + points(c("time_spent") >= 1000, 30, points(c("time_spent") >= 500, 15, points(c("time_spent") >= 200, 5)))
            + points(c("occupation") == "Working Professional", 25) + points(c("occupation").is_null(), -15)
            + points(c("specialization").is_null(), -10) + points(c("do_not_email"), -20)
            + points((c("source") == "Olark Chat") & (c("time_spent") == 0), -5))
    query = contacts.select(
        "id", fit.alias("fit"), card.alias("card_a"), flag(referred).alias("referred"),
        flag(c("specialization").cast(pl.String).str.contains("Management", literal=True)
             & ~c("do_not_email")).alias("management"),
        flag((c("created") > pl.date(2026, 4, 1)) & (c("created") <= pl.date(2026, 6, 30))).alias("recent"),
        (c("occupation").is_null() & (c("source") != "Google").fill_null(True)).cast(pl.Int32).alias("bare"),
        flag((c("company_employees") >= 1000) & c("industry").is_in(["IT", "Finance"])).alias("enterprise"),
    ).with_columns(bands(c("fit"), 20, 35).alias("priority"), bands(c("card_a"), 20, 30, 40).alias("grade"))
    if item == "w1":
        return query.select("id", *sql.W1_COLUMNS)
    window = (c("time") > sql.NOW - 90 * sql.DAY) & (c("time") <= sql.NOW)
    where = window & c("path").cast(pl.String).str.starts_with("/pricing") if item == "w2" else window

    def counts(table, condition, name):
        return tables[table].lazy().filter(condition).group_by(c("contact").alias("id")).agg(pl.len().cast(pl.Int32).alias(name))

    return (query.join(counts("email_open", window, "opens"), on="id", how="left", maintain_order="left")
            .join(counts("page_view", where, "views"), on="id", how="left", maintain_order="left")
            .with_columns((c("opens").clip(upper_bound=10).fill_null(0) + 3 * c("views").fill_null(0)).alias("behaviour"))
            .with_columns((c("fit") + c("behaviour")).alias("total"))
            .with_columns(bands(c("total"), 30, 50).alias("temperature"))
            .select("id", *sql.W2_COLUMNS))


def main():
    item, folder, rows = sys.argv[1], sys.argv[2], int(sys.argv[3])
    tables = {name: pl.from_arrow(table) for name, table in columns.tables(folder, rows, item != "w1")}
    found = None

    def collect():
        nonlocal found
        found = scored(item, tables).collect()

    def total():
        scored(item, tables).select(pl.col(sql.columns(item)).sum()).collect()

    def answers(name):
        collect()
        return sql.in_thousandths(item, [found[c].to_numpy() for c in sql.columns(item)])

    serve.serve({"version": pl.__version__}, {"sum": total, "collect": collect}, answers)


if __name__ == "__main__":
    main()
