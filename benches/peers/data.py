#!/usr/bin/env python3
"""The data that every peer gets: seeded, so the same seed and scale give the same bytes on every machine.

    data.py FOLDER [--scale 1.0] [--seed 1]

    FOLDER/start/big/a.bin          1 GiB x scale of incompressible bytes
    FOLDER/start/csv/part-N.csv     8 files, 1 GiB x scale together, 14 mixed columns, about 3.5x compressible
    FOLDER/start/small/DDD/N.bin    20,000 x scale files of 4 to 56 KiB, half of them text, half random
    FOLDER/patch/big/a.bin          0.1 % of the bytes of a.bin replaced, in one place in the middle
    FOLDER/rows/csv/part-N.csv      0.1 % of the rows changed, at random places, in two columns (so lengths change)
    FOLDER/insert/csv/part-N.csv    `rows` with one row inserted in the middle of each file
    FOLDER/facts.json               sizes, and what each edit really changed
"""
import argparse
import json
import multiprocessing
import os
import random

GIB = 1 << 30
SMALL_FILES = 20_000
CSV_PARTS = 8
BLOCK = 4 << 20
EDITS = ("patch", "rows", "insert")

COLUMNS = "event,user,session,time,country,city,category,sku,device,status,quantity,price,discount,note\n"
COUNTRIES = "AR AT AU BE BR CA CH CL CN CZ DE DK EG ES FI FR GB GR ID IN IT JP KE KR MX NG NL NO PL PT SE TR US ZA".split()
CATEGORIES = ["audio", "baby", "books", "garden", "grocery", "music", "office", "pets", "sports & outdoor", "toys"]
DEVICES = ["phone", "tablet", "web", "kiosk"]
STATUSES = ["new", "paid", "packed", "sent", "delivered", "returned"]
STATUS, PRICE = 9, 11
WORDS = ("again after box broken call card changed cold courier damaged date door double early exchange fragile found gift "
         "green happy hold invoice key label late left letter lost missing name neighbour new no note office old open order "
         "paid parcel part phone pickup please price query refund repeat return ring room same scratch second sent sign "
         "size slow soon stairs stock street swap thanks twice unit urgent voucher wait week window wrong yes").split()


def row(chance, number):
    """One CSV line. Skewed users and items, mostly growing times, sometimes a note, sometimes a quoted one."""
    bits = chance.getrandbits(60)
    skew = chance.random()
    user = int(300_000 ** skew)
    note = " ".join(chance.choices(WORDS, k=bits % 9)) if bits >> 4 & 1 else ""
    if bits >> 5 & 7 == 0:
        note = f'"{note}, {note[:5]}"'
    return (f"{10_000_000 + number},{user:07},{user * 2_654_435_761 & 0xffffffff:08x}-{number // 50 & 0xfff:03x},"
            f"{1_735_689_600 + number // 9}.{bits >> 8 & 1023:04},{COUNTRIES[int(34 * skew * chance.random())]},"
            f"city{user % 701:03},{CATEGORIES[(bits >> 18) % 10]},S{int(80_000 ** chance.random()):05},"
            f"{DEVICES[bits >> 22 & 3]},{STATUSES[(bits >> 24) % 6]},{1 + (bits >> 30) % 4},"
            f"{1 + 250 * chance.random() ** 3:.2f},{'' if bits >> 34 & 3 else f'{skew / 4:.3f}'},{note}\n")


def changed(line):
    fields = line.split(",", PRICE + 1)
    fields[STATUS] = STATUSES[(STATUSES.index(fields[STATUS]) + 1) % len(STATUSES)]
    fields[PRICE] = f"{float(fields[PRICE]) * 1.1:.2f}"
    return ",".join(fields)


def make_csv_part(job):
    folder, seed, part, size = job
    chance = random.Random(f"{seed} csv {part}")
    rows, written = [], len(COLUMNS)
    while written < size:
        rows.append(row(chance, part * 20_000_000 + len(rows)))
        written += len(rows[-1])
    write_csv(folder, "start", part, rows)
    picked = chance.sample(range(len(rows)), max(1, len(rows) // 1000))
    for at in picked:
        rows[at] = changed(rows[at])
    write_csv(folder, "rows", part, rows)
    rows.insert(len(rows) // 2, row(chance, part * 20_000_000 + len(rows)))
    write_csv(folder, "insert", part, rows)
    return {"bytes": written, "rows": len(rows) - 1, "changed_rows": len(picked),
            "changed_bytes": sum(len(rows[at + (at >= len(rows) // 2)]) for at in picked)}


def write_csv(folder, version, part, rows):
    with open(made(folder, version, "csv", f"part-{part}.csv"), "w", newline="") as file:
        file.write(COLUMNS)
        file.writelines(rows)


def make_big(folder, seed, size):
    chance = random.Random(f"{seed} big")
    start, patch = made(folder, "start", "big", "a.bin"), made(folder, "patch", "big", "a.bin")
    with open(start, "wb") as one, open(patch, "wb") as other:
        for at in range(0, size, BLOCK):
            block = chance.randbytes(min(BLOCK, size - at))
            one.write(block)
            other.write(block)
        other.seek(size // 2)
        other.write(chance.randbytes(max(1, size // 1000)))
    return {"bytes": size, "changed_bytes": max(1, size // 1000)}


def make_small(folder, seed, count):
    chance = random.Random(f"{seed} small")
    total = 0
    for number in range(count):
        size = chance.randint(4 << 10, 56 << 10)
        text = " ".join(chance.choices(WORDS, k=size // 3)).encode()[:size]
        content = text if number % 2 else chance.randbytes(size)
        with open(made(folder, "start", "small", f"{number // 100:03}", f"{number:05}.bin"), "wb") as file:
            file.write(content)
        total += len(content)
    return {"bytes": total, "files": count}


def made(*names):
    path = os.path.join(*names)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return path


def make(folder, scale, seed=1):
    """Writes everything unless an earlier call finished it; returns the facts."""
    facts_path = os.path.join(folder, "facts.json")
    if not os.path.exists(facts_path):
        size = max(1 << 20, int(GIB * scale))
        jobs = [(folder, seed, part, size // CSV_PARTS) for part in range(CSV_PARTS)]
        with multiprocessing.Pool(2) as pool:
            parts = pool.map(make_csv_part, jobs, chunksize=1)
        csv = {key: sum(part[key] for part in parts) for key in parts[0]}
        facts = {"scale": scale, "seed": seed, "csv": csv, "big": make_big(folder, seed, size),
                 "small": make_small(folder, seed, max(10, int(SMALL_FILES * scale)))}
        with open(facts_path + ".new", "w") as file:
            json.dump(facts, file, indent=1)
        os.replace(facts_path + ".new", facts_path)
    with open(facts_path) as file:
        return json.load(file)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print(json.dumps(make(given.folder, given.scale, given.seed), indent=1))
