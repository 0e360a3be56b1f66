#!/usr/bin/env python3
"""The plots of docs/performance.md, from docs/performance/figures.json; needs matplotlib, which `./dev bench` installs."""
import os

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402  (after the backend is chosen)
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter  # noqa: E402

import page  # noqa: E402

OURS, FLOOR, PEER = "#c2410c", "#475569", "#94a3b8"
FOLDER = os.path.join(page.DOCS, "performance")


def save(figure, name):
    figure.savefig(os.path.join(FOLDER, name + ".svg"), metadata={"Date": None}, bbox_inches="tight")
    plt.close(figure)


def count(value):
    """2000000 as 2M."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def time(value):
    return page.seconds(value).replace(".00", "")


def logarithmic(axis, text):
    """Equal steps are equal ratios; 1, 2 and 5 of each decade are named, as `text` does."""
    axis.set_major_locator(LogLocator(base=10, subs=(1,)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: text(value)))
    axis.set_minor_formatter(NullFormatter())
    low, high = axis.get_view_interval()
    if high / low < 50:
        axis.set_major_locator(LogLocator(base=10, subs=(1, 2, 5)))


def bars(result, name, rows):
    """Times as bars, the first on top."""
    rows = rows[::-1]
    figure, axes = plt.subplots(figsize=(8, 0.34 * len(rows) + 1))
    low = min(value for _, value, _ in rows) / 2
    axes.barh([label for label, _, _ in rows], [value - low for _, value, _ in rows], left=low, color=[c for _, _, c in rows])
    axes.set_xscale("log")
    axes.set_xlim(low, max(value for _, value, _ in rows) * 6)
    logarithmic(axes.xaxis, time)
    for place, (_, value, _) in enumerate(rows):
        axes.text(value * 1.08, place, page.seconds(value), va="center", fontsize=9)
    axes.set_xlabel("time, logarithmic")
    axes.set_title(f"{result['item']}: {result['rows']:,} contacts" + (f", {result['events']:,} events" if result.get("events") else ""))
    axes.spines[["top", "right"]].set_visible(False)
    save(figure, name)


def memory_item(result, name):
    rows = [("Saiten", result["ours_seconds"], OURS)]
    floor = min(result["floors"], key=result["floors"].get)
    rows.append((f"hand-written C++ ({floor})", result["floors"][floor], FLOOR))
    rows += [(label, value, PEER) for label, value in result["peers"].items()]
    bars(result, name, sorted(rows, key=lambda r: r[1]))


def warm(result):
    rows = [(f"warm, {label}" if "%" in label else label, value, OURS) for label, value in result["ours"].items()]
    bars(result, "w4", [("cold (W3)", result["floors"]["W3 in this run"], FLOOR), *rows])


def line(axes, points, x, y, label, color, marker="o"):
    axes.plot([p[x] for p in points], [p[y] for p in points], marker=marker, ms=4, color=color, label=label)


def growth(result):
    figure, (a, b, c, d) = plt.subplots(1, 4, figsize=(15, 3.6))
    for axes, points, x, title in ((a, result["by_contacts"], "contacts", "W1: time against contacts"),
                                   (b, result["by_events"], "events", f"W2: time against events ({count(result['by_events'][0]['contacts'])} contacts)")):
        line(axes, points, x, "ours", "Saiten", OURS)
        line(axes, points, x, "floor", "hand-written C++", FLOOR, "s")
        axes.set_title(title, fontsize=10)
        axes.set_xlabel(x)
    rules = result["by_rules"]
    line(c, rules, "rules", "ns_per_row", "machine code, all cores", OURS)
    line(c, rules, "rules", "interpreter_ns_per_row", "interpreter, one core", FLOOR, "s")
    c.set_title("time a contact against rules", fontsize=10)
    c.set_ylabel("nanoseconds")
    line(d, rules, "rules", "first_results_seconds", "to first results", FLOOR, "s")
    line(d, rules, "rules", "native_code_seconds", "to native code", OURS)
    d.set_title("time to begin against rules", fontsize=10)
    for axes in (c, d):
        axes.set_xlabel("rules")
    for axes in (a, b, c, d):
        axes.set_xscale("log")
        axes.set_yscale("log")
        logarithmic(axes.xaxis, count)
        logarithmic(axes.yaxis, count if axes is c else time)
        axes.grid(alpha=0.3)
        axes.legend(frameon=False, fontsize=8)
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    save(figure, "growth")


def main():
    matplotlib.rcParams.update({"svg.hashsalt": "saiten", "svg.fonttype": "path", "font.family": "DejaVu Sans"})
    results = {r["item"]: r for r in page.load()}
    for item, name in page.PLOTS.items():
        if item not in results:
            continue
        if item == "W4":
            warm(results[item])
        elif item == "growth":
            growth(results[item])
        else:
            memory_item(results[item], name)


if __name__ == "__main__":
    main()
