"""What each peer does: count, missing, mean, spread, bounds, quantiles, histogram, distinct and top values of every column.

    peers.py NAME FILE        one peer on one file, in this process
"""
import os
import sys

QUANTILES = [i / 10 for i in range(11)]
NUMBERS = ("BIGINT", "DOUBLE", "INTEGER", "FLOAT")


def duckdb_summarize(path):
    """Approximate quartiles and distinct counts; no histogram and no top values."""
    import duckdb
    database = connect(duckdb)
    return database.execute(f"summarize select * from {source(path)}").fetchall()


def duckdb_exact(path):
    """The same answers as ours, all of them exact, in SQL."""
    import duckdb
    database, table = connect(duckdb), source(path)
    columns = [(row[0], row[1]) for row in database.execute(f"describe select * from {table}").fetchall()]
    answers, numbers = [], [name for name, kind in columns if kind in NUMBERS]
    for name, kind in columns:
        what = [f'count("{name}")', f'min("{name}")', f'max("{name}")']
        if kind in NUMBERS:
            what += [f'avg("{name}")', f'stddev_pop("{name}")']
        if kind not in ("VARCHAR", "BOOLEAN"):
            what.append(f'quantile_disc("{name}", {QUANTILES})')
        answers.append(database.execute(f"select {', '.join(what)} from {table}").fetchall())
        answers.append(database.execute(
            f'with g as materialized (select "{name}" v, count(*) k from {table} group by 1) '
            "select (select count(v) from g), v, k from g order by k desc limit 20").fetchall())
    bounds = database.execute("select " + ", ".join(f'min("{n}"), max("{n}")' for n in numbers) + f" from {table}").fetchone()
    histograms = []
    for at, name in enumerate(numbers):
        low, high = float(bounds[2 * at]), float(bounds[2 * at + 1])
        edges = [low + (high - low) * step / 10 for step in range(1, 10)]
        histograms.append(f'histogram("{name}"::double, {edges})')
    answers.append(database.execute(f"select {', '.join(histograms)} from {table}").fetchall())
    return answers


def polars_exact(path):
    """The same answers as ours, all of them exact."""
    import polars
    rows = (polars.read_csv(path, try_parse_dates=True, schema_overrides={"zip": polars.String}).lazy()
            if path.endswith(".csv") else polars.scan_parquet(path))
    schema = rows.collect_schema()
    what = []
    for name, kind in schema.items():
        column = polars.col(name)
        what += [column.null_count().alias(f"{name} missing"), column.n_unique().alias(f"{name} distinct"),
                 column.min().alias(f"{name} min"), column.max().alias(f"{name} max")]
        if kind.is_numeric():
            what += [column.mean().alias(f"{name} mean"), column.std(ddof=0).alias(f"{name} spread")]
        if kind.is_numeric() or kind.is_temporal():
            what += [column.to_physical().quantile(q).alias(f"{name} {q}") for q in QUANTILES]
    answers = [rows.select(what).collect()]
    for name, kind in schema.items():
        answers.append(rows.group_by(name).len().sort("len", descending=True).head(20).collect())
        if kind.is_numeric():
            answers.append(rows.select(polars.col(name).drop_nulls().hist(bin_count=10)).collect())
    return answers


def decode(path):
    """No answers: what only reading every value into memory costs (pyarrow)."""
    import pyarrow.csv
    import pyarrow.parquet
    if path.endswith(".csv"):
        options = pyarrow.csv.ParseOptions(newlines_in_values=True)
        return sum(batch.num_rows for batch in pyarrow.csv.open_csv(path, parse_options=options))
    return sum(batch.num_rows for batch in pyarrow.parquet.ParquetFile(path).iter_batches())


def connect(duckdb):
    database = duckdb.connect()
    database.execute(f"set threads={os.cpu_count()}")
    return database


def source(path):
    return f"read_csv('{path}')" if path.endswith(".csv") else f"'{path}'"


PEERS = {
    "decode only (pyarrow)": (decode, ["pyarrow"]),
    "DuckDB SUMMARIZE": (duckdb_summarize, ["duckdb"]),
    "DuckDB exact SQL": (duckdb_exact, ["duckdb"]),
    "polars exact": (polars_exact, ["polars"]),
}

if __name__ == "__main__":
    PEERS[sys.argv[1]][0](sys.argv[2])
