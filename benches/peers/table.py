"""Measurements to markdown. Ratios are peer / octostore: 3.0x means that the peer needed three times as much."""
from statistics import median

BASE = "octostore"


def markdown(rows, facts, machine):
    peers = in_order(row["peer"] for row in rows)
    measured = [row for row in rows if "step" in row]
    # In octostore's order: the floor comes first but lacks some steps.
    steps = in_order(row["step"] for row in sorted(measured, key=lambda row: row["peer"] != BASE))
    return "\n".join(
        [*head(rows, facts, machine, peers), "", *summary(rows, steps, peers), "", *details(rows, steps, peers)])


def in_order(names):
    return list(dict.fromkeys(names))


def head(rows, facts, machine, peers):
    big, csv, small = facts["big"], facts["csv"], facts["small"]
    versions = {row["peer"]: row["version"].partition("\n")[0] for row in rows if "version" in row}
    return [
        f"Machine: {machine}.",
        f"Data: big {megabytes(big['bytes'])} MB incompressible; csv {megabytes(csv['bytes'])} MB in 8 files, {csv['rows']} rows; "
        f"small {small['files']} files, {megabytes(small['bytes'])} MB.",
        f"Edits: patch replaces {kilobytes(big['changed_bytes'])} kB of big in one place; rows changes {csv['changed_rows']} rows of csv "
        f"({kilobytes(csv['changed_bytes'])} kB of lines) at random; insert adds one row to the middle of each csv file.",
        "Versions: " + "; ".join(f"{peer}: {versions.get(peer, '?')}" for peer in peers) + ".",
    ]


def summary(rows, steps, peers):
    """Wall and CPU ratios on one screen."""
    others = [peer for peer in peers if peer != BASE]
    lines = ["Ratios to octostore (wall / CPU; of stored bytes where the step is a size); above 1 octostore needs less.", "",
             f"| step | octostore | {' | '.join(others)} |", "|---|" + "---:|" * (len(others) + 1)]
    for step in steps:
        cells = [own_cell(rows, step)] + [ratio_cell(rows, step, peer) for peer in others]
        if any(cells):
            lines.append(f"| {step} | {' | '.join(cells)} |")
    return lines


def own_cell(rows, step):
    if (size := middle(rows, BASE, step, "bytes")) is not None:
        return f"{megabytes(size)} MB"
    if (wall := middle(rows, BASE, step, "wall")) is not None:
        return f"{wall:.2f} s / {middle(rows, BASE, step, 'cpu'):.2f} s"
    return ""


def ratio_cell(rows, step, peer):
    if middle(rows, peer, step, "bytes") is not None:
        return times(rows, step, peer, "bytes")
    if middle(rows, peer, step, "wall") is not None and middle(rows, BASE, step, "wall"):
        return f"{times(rows, step, peer, 'wall')} / {times(rows, step, peer, 'cpu')}"
    return ""


def details(rows, steps, peers):
    lines = ["| step | peer | wall s | ratio | CPU s | ratio | peak RSS MB | bytes kB | ratio |",
             "|---|---|---:|---:|---:|---:|---:|---:|---:|"]
    for step in steps:
        for peer in peers:
            if values_of(rows, peer, step):
                lines.append(detail(rows, step, peer))
    for peer, error in in_order((row["peer"], row["error"]) for row in rows if "error" in row):
        lines.append(f"| ERROR | {peer} | {' '.join(error.split()).replace('|', '/')[:600]} | | | | | | |")
    return lines


def detail(rows, step, peer):
    cells = [step, peer]
    for key, form in (("wall", seconds), ("cpu", seconds), ("rss_bytes", megabytes), ("bytes", kilobytes)):
        value = middle(rows, peer, step, key)
        cells.append("" if value is None else form(value))
        if key != "rss_bytes":
            cells.append(times(rows, step, peer, key))
    return f"| {' | '.join(cells)} |"


def values_of(rows, peer, step):
    return [row for row in rows if row["peer"] == peer and row.get("step") == step]


def middle(rows, peer, step, key):
    values = [row[key] for row in values_of(rows, peer, step) if key in row]
    return median(values) if values else None


def times(rows, step, peer, key):
    own, other = middle(rows, BASE, step, key), middle(rows, peer, step, key)
    if not own or other is None:
        return ""
    return f"{other / own:.2f}x"


def megabytes(size):
    return f"{size / 1e6:.1f}"


def seconds(value):
    return f"{value:.3f}"


def kilobytes(size):
    return f"{size / 1e3:.1f}"
