"""The table that profilers are measured on: events, 22 columns, as CSV and as Parquet (zstd 3, row groups of 250,000).

    data.py FOLDER [--rows 5000000]

Ids, Zipf keys, timestamps, dates, booleans, floats with missing values and outliers, strings of low, middle and high
cardinality, zip codes with leading zeros, a text column with commas, quotes and line ends. Made in chunks, each from a seed of
its own: memory stays small, and the first rows of a larger table are the smaller table. Needs numpy and pyarrow.
"""
import argparse
import os

import numpy
import pyarrow
import pyarrow.compute as compute
import pyarrow.csv
import pyarrow.parquet

CHUNK = 250_000
SEED = 20250101
COUNTRIES = ("US IN BR DE GB FR JP NL CA AU MX ES IT PL SE TR ID NG ZA KR AR CO CH BE AT DK NO FI PT GR CZ RO HU IE IL AE SA EG "
             "KE GH TH VN PH MY SG NZ CL PE UA PK BD LK MA TN EE LV LT SK SI HR").split()
CATEGORIES = ["electronics", "books", "home & garden", "toys", "grocery", "fashion", "sports", "automotive", "beauty, health",
              "music", "office", "other"]
DEVICES = ["android", "ios", "web", "desktop", "tv"]
NOTES = ["late delivery, customer called", 'asked for "gift wrap"', "see ticket\nreopened twice", "ok",
         "refund pending; wait 3 days", "überprüft – Grüße", "顧客からの問い合わせ", "N/A"]


def zipf(random, rows, values, exponent):
    """Indices below `values` whose frequency falls with their rank to the power of `exponent`."""
    u = random.random(rows)
    if exponent == 1.0:
        drawn = numpy.power(values + 1.0, u) - 1.0
    else:
        b = 1.0 - exponent
        drawn = numpy.power(u * (numpy.power(values + 1.0, b) - 1.0) + 1.0, 1.0 / b) - 1.0
    return numpy.minimum(drawn.astype(numpy.int64), values - 1)


def pick(values, index, missing=None):
    column = pyarrow.array(values, pyarrow.string()).take(pyarrow.array(index))
    if missing is None:
        return column
    return compute.if_else(pyarrow.array(~missing), column, pyarrow.scalar(None, pyarrow.string()))


def numbered(prefix, width, index):
    digits = pyarrow.array(index).cast(pyarrow.string())
    digits = compute.utf8_lpad(digits, width, padding="0") if width else digits
    return compute.binary_join_element_wise(pyarrow.scalar(prefix), digits, "")


def chunk(number):
    random = numpy.random.default_rng([SEED, number])
    n = CHUNK
    begin = numpy.datetime64("2024-01-01T00:00:00.000", "ms").astype(numpy.int64)
    time = begin + numpy.sort(random.integers(0, 1_500_000_000, n)) + number * 1_500_000_000
    session = random.integers(0, 1 << 62, n // 3 + 1)[random.integers(0, n // 3 + 1, n)]
    url = zipf(random, n, 3_000_000, 0.8)
    price = numpy.round(numpy.exp(random.normal(3.2, 1.1, n)), 2)
    price[random.random(n) < 0.0005] *= 1000
    nowhere = random.random(n) < 0.08
    seconds = numpy.where(random.random(n) < 0.2, 0, random.gamma(2.0, 420.0, n)).astype(numpy.int64)
    array = pyarrow.array
    return pyarrow.table({
        "event_id": array(number * CHUNK + random.permutation(n).astype(numpy.int64)),
        "user_id": array(zipf(random, n, 1_000_000, 1.05) * 7919 % 1_000_003 + 10_000_000),
        "ts": array(time, pyarrow.timestamp("ms")),
        "day": array((time // 86_400_000).astype(numpy.int32), pyarrow.date32()),
        "country": pick(COUNTRIES, zipf(random, n, len(COUNTRIES), 1.1), random.random(n) < 0.01),
        "category": pick(CATEGORIES, zipf(random, n, len(CATEGORIES), 0.7)),
        "device": pick(DEVICES, zipf(random, n, len(DEVICES), 1.0), random.random(n) < 0.002),
        "city": numbered("city-", 5, zipf(random, n, 20_000, 0.9)),
        "zip": numbered("", 5, random.integers(501, 99_950, n)),
        "session": array(numpy.char.mod("%016x", session)),
        "url": compute.binary_join_element_wise(pyarrow.scalar("/p"), pick(["electronics", "item", "deal", "sale"], url % 4),
                                                numbered("", 0, url), "/"),
        "price": array(price, mask=random.random(n) < 0.03),
        "lat": array(numpy.round(random.normal(41.88, 0.08, n), 6), mask=nowhere),
        "lon": array(numpy.round(random.normal(-87.65, 0.07, n), 6), mask=nowhere),
        "score": array(random.standard_t(3, n), mask=random.random(n) < 0.01),
        "qty": array(random.geometric(0.3, n).astype(numpy.int64)),
        "trip_seconds": array(seconds, mask=random.random(n) < 0.005),
        "rating": array(random.integers(2, 11, n) / 2.0, mask=random.random(n) < 0.4),
        "balance_cents": array(random.normal(0, 250_000, n).astype(numpy.int64)),
        "is_paid": array(random.random(n) < 0.7),
        "is_new": array(random.random(n) < 0.1, mask=random.random(n) < 0.05),
        "note": pick(NOTES, random.integers(0, len(NOTES), n), random.random(n) < 0.9),
    })


def make(folder, rows):
    """Writes events.csv and events.parquet of `rows` rows, unless they are there."""
    csv, parquet, done = (os.path.join(folder, name) for name in ("events.csv", "events.parquet", f"rows-{rows}"))
    if os.path.exists(done):
        return csv, parquet
    os.makedirs(folder, exist_ok=True)
    schema = chunk(0).schema
    quoting = pyarrow.csv.WriteOptions(quoting_style="needed")
    with pyarrow.csv.CSVWriter(csv, schema, write_options=quoting) as text, \
            pyarrow.parquet.ParquetWriter(parquet, schema, compression="zstd", compression_level=3) as columns:
        for number in range((rows + CHUNK - 1) // CHUNK):
            table = chunk(number).slice(0, min(CHUNK, rows - number * CHUNK))
            text.write(table)
            columns.write_table(table, row_group_size=CHUNK)
    with open(done, "w"):
        return csv, parquet


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Makes the table that profilers are measured on.")
    parser.add_argument("folder")
    parser.add_argument("--rows", type=int, default=5_000_000)
    options = parser.parse_args()
    make(options.folder, options.rows)
