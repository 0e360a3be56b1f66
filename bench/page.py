#!/usr/bin/env python3
"""docs/performance.md from docs/performance/figures.json, bench/performance.md.in and the notes of bench/notes.

A note called as an item (W1.md) stands below its table, every other one is a section of its own at the end.
"""
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
DOCS = os.path.join(os.path.dirname(HERE), "docs")
FIGURES = os.path.join(DOCS, "performance", "figures.json")
ORDER = ["W1", "W2", "W2 plain", "W3", "W4", "W5", "W6", "W7", "W8", "start", "growth"]
PLOTS = {"W1": "w1", "W2": "w2", "W2 plain": "w2_plain", "W4": "w4", "growth": "growth"}


def merge(results):
    """The figures of this run in the place of older ones of the same items."""
    figures = {r["item"]: r for r in load()} | {r["item"]: r for r in results}
    os.makedirs(os.path.dirname(FIGURES), exist_ok=True)
    with open(FIGURES, "w") as file:
        json.dump(sorted(figures.values(), key=lambda r: ORDER.index(r["item"])), file, ensure_ascii=False, indent=1)
        file.write("\n")


def load():
    if not os.path.exists(FIGURES):
        return []
    with open(FIGURES) as file:
        return json.load(file)


def seconds(value):
    if value < 0.001:
        return f"{value * 1e6:.0f} µs"
    if value < 1:
        return f"{value * 1e3:.3g} ms"
    return f"{value:.2f} s" if value < 100 else f"{value:,.0f} s"


def times(value):
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def machines(results):
    seen = {}
    for r in results:
        m = r["machine"]
        what = f"{m['processor']}, {m['cores']} cores, {m['vector']}, L3 {m['l3']}, {m['memory_gb']} GB; Linux {m['kernel']}; {m['compiler']}"
        seen.setdefault(what, []).append(r)
    lines = []
    for what, of in seen.items():
        lines.append(f"Machine: {what}.")
        commits = {}
        for r in of:
            key = f"{r['machine']['date'][:10]}, commit {r['machine']['commit']}"
            if isinstance(r.get("scale"), float) and r["scale"] != 1.0:
                key += f", {r['scale']:g} of the full size"
            commits.setdefault(key, []).append(f"{r['item']} (load {r['machine'].get('load', '?')})")
        lines += [f"{key}: {', '.join(items)}." for key, items in commits.items()]
    return "  \n".join(lines) + "\n\nThe load is how many programs ran or waited on the machine in that minute; ours counts too."


def goals(results):
    lines = ["| | goal | reached | |", "|---|---|---|---|"]
    for r in results:
        for g in r.get("goals", []):
            lines.append(f"| {r['item']} | {g['goal']} | {g['reached']:.4g} | {'yes' if g['ok'] else '**no**'} |")
    return "\n".join(lines)


def verdict(results):
    lines = []
    for r in results:
        ours = r["ours_seconds"]
        peers = sorted(r["peers"].items(), key=lambda p: p[1])
        if peers:
            name, value = peers[0]
            if value >= ours:
                lines.append(f"- {r['item']}: {times(value / ours)} times as fast as the fastest peer ({name}).")
            else:
                lines.append(f"- {r['item']}: the fastest peer ({name}) is {times(ours / value)} times as fast: we lose.")
        floors = {n: v for n, v in r["floors"].items()}
        if floors and r["item"] in ("W1", "W2", "W2 plain"):
            name, value = min(floors.items(), key=lambda f: f[1])
            if value >= ours:
                lines.append(f"- {r['item']}: {times(value / ours)} times as fast as the best hand-written loop ({name}): we win.")
            else:
                lines.append(f"- {r['item']}: the best hand-written loop ({name}) is {times(ours / value)} times as fast: we lose.")
        elif "raw rows, read and write" in floors:
            lines.append(f"- {r['item']}: {times(ours / floors['raw rows, read and write'])} of the time that reading and writing the rows takes.")
    return "\n".join(lines)


def item(r, notes):
    ours = r["ours_seconds"]
    lines = [f"## {r['item']}: {r['title']}", ""]
    what = f"{r['rows']:,} contacts, {r.get('events', 0):,} events"
    if r.get("peak_mb"):
        what += f"; at most {r['peak_mb']:,} MB of memory"
    lines += [what + ". Rules: " + ", ".join(f"`{f}`" for f in r["rules"]) + ".", ""]
    lines += ["| | time | to ours | |", "|---|---|---|---|", f"| **ours** | **{seconds(ours)}** | | |"]
    lines += [f"| ours, {n} | {seconds(v)} | {times(v / ours)} | |" for n, v in r.get("ours", {}).items()]
    lines += [f"| floor, {n} | {seconds(v)} | {times(v / ours)} | |" for n, v in sorted(r["floors"].items(), key=lambda f: f[1])]
    lines += [f"| {n} | {seconds(v)} | {times(v / ours)} | {r.get('peer_notes', {}).get(n, '')} |"
              for n, v in sorted(r["peers"].items(), key=lambda p: p[1])]
    lines += [f"| {n} | {seconds(v)} | {times(v / ours)} | published, not run here |" for n, v in r.get("published", {}).items()]
    lines.append("")
    if "memory" in r:
        m = r["memory"]
        best = min(r["floors"].values())
        rate = (f"{m['bytes'] / m['read_seconds'] / 1e9:.0f} GB/s; a gigabyte, which caches hold less of: "
                f"{1 / m['gigabyte_read_seconds']:.0f} GB/s")
        if r["item"] == "W1":
            lines += [f"The leanest layout reads and writes {m['bytes'] / 1e6:,.0f} MB. Reading as much memory with all cores takes "
                      f"{seconds(m['read_seconds'])} ({rate}), so the hand-written loop takes {times(best / m['read_seconds'])} times "
                      f"the memory's own time.", ""]
        else:
            lines += [f"Reading the times of all events once, {m['bytes'] / 1e6:,.0f} MB, takes {seconds(m['read_seconds'])} with all "
                      f"cores ({rate}).", ""]
    if r.get("parts"):
        lines += parts(r["parts"])
    if r.get("by_count"):
        lines += by_count(r["by_count"])
    if r.get("peak_mb_of"):
        lines += ["Memory at most: " + ", ".join(f"{n} {v:,} MB" for n, v in r["peak_mb_of"].items()) + ".", ""]
    if r.get("cache"):
        lines += [f"State of the machine: {r['cache']}.", ""]
    lines += [f"**{n} disagrees**: {why}.\n" for n, why in r.get("disagree", {}).items()]
    skipped = {}
    for n, why in r.get("skipped", {}).items():
        skipped.setdefault(why, []).append(n)
    lines += [f"Left out: {', '.join(names)} ({why}).\n" for why, names in skipped.items()]
    if r["item"] in PLOTS:
        lines += [f"![{r['item']}: {r['title']}](performance/{PLOTS[r['item']]}.svg)", ""]
    if r["item"] in notes:
        lines += [notes.pop(r["item"]).strip(), ""]
    return "\n".join(lines)


def parts(of):
    rows = of if all(isinstance(v, dict) for v in of.values()) else {"": of}
    names = list(dict.fromkeys(n for row in rows.values() for n in row))
    lines = ["| where the time went | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    for name, row in rows.items():
        lines.append(f"| {name} | " + " | ".join(seconds(row[n]) if n in row else "" for n in names) + " |")
    return [*lines, ""]


def by_count(of):
    lines = ["| rules | instructions | text to IR | first results | native code | memory | a contact | interpreted |",
             "|---|---|---|---|---|---|---|---|"]
    for f in of.values():
        lines.append(f"| {f['rules']:,} | {f['instructions']:,} | {seconds(f['front_seconds'])} | {seconds(f['first_results_seconds'])} | "
                     f"{seconds(f['native_code_seconds'])} | {f['memory_mb']:.0f} MB | {f['ns_per_row']:.3g} ns | "
                     f"{f['interpreter_ns_per_row']:,.0f} ns |")
    each = list(of.values())[-1]
    return [*lines, "", f"An instruction takes {each['code_us_each']:.0f} µs to become code on all cores and {each['interpreter_ns_each']:.1f} ns "
            "to be interpreted for a contact on one, events included: what `run --engine auto` weighs.", ""]


def read_notes():
    folder = os.path.join(HERE, "notes")
    notes = {}
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        if name.endswith(".md"):
            with open(os.path.join(folder, name)) as file:
                notes[name[:-3].replace("_", " ")] = file.read()
    return notes


def render():
    results = load()
    notes = read_notes()
    with open(os.path.join(HERE, "performance.md.in")) as file:
        page = file.read()
    made = {"machine": machines(results), "goals": goals(results), "verdict": verdict(results),
            "items": "\n".join(item(r, notes) for r in results)}
    # A note on an item that was not measured has nothing to stand below.
    made["notes"] = "\n\n".join(text.strip() for name, text in notes.items() if name not in ORDER)
    page = re.sub(r"{{(\w+)}}", lambda m: made[m.group(1)], page)
    with open(os.path.join(DOCS, "performance.md"), "w") as file:
        file.write(re.sub(r"\n{3,}", "\n\n", page).rstrip() + "\n")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        with open(sys.argv[1]) as given:
            merge(json.load(given))
    render()
