"""Figures for people: one table a work item."""


def seconds(value):
    if value is None:
        return ""
    return f"{value:.4f}" if value < 0.1 else f"{value:.3f}" if value < 10 else f"{value:,.1f}"


def _ratio(value):
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def lines_of(result):
    """The table of one work item as lines."""
    ours = result["ours_seconds"]
    rows = [("ours", ours, "")]
    rows += [(f"ours: {name}", value, "") for name, value in result.get("ours", {}).items()]
    rows += [(f"floor: {name}", value, "") for name, value in result.get("floors", {}).items()]
    for name, value in result.get("peers", {}).items():
        note = result.get("peer_notes", {}).get(name, "")
        rows.append((f"peer: {name}", value, note))
    width = max(len(name) for name, _, _ in rows)
    machine = result["machine"]
    head = f"{result['item']}  {result['title']}"
    lines = [head, "-" * len(head), f"rules: {', '.join(result.get('rules', []))}" if result.get("rules") else "",
             f"{result['rows']:,} contacts, {result.get('events', 0):,} events; {machine['cores']} cores, "
             f"{machine['processor']}, {machine['vector']}; {result.get('peak_mb', 0):,} MB at most",
             f"{'':{width}} {'seconds':>10} {'to ours':>8}"]
    for name, value, note in rows:
        if value is None:
            lines.append(f"{name:{width}} {'-':>10} {'':>8}  {note}")
        else:
            lines.append(f"{name:{width}} {seconds(value):>10} {_ratio(value / ours):>8}  {note}".rstrip())
    for name, why in result.get("disagree", {}).items():
        lines.append(f"{name} DISAGREES: {why}")
    for name, why in result.get("skipped", {}).items():
        lines.append(f"{name}: skipped, {why}")
    lines += [f"goal: {g['goal']}: {g['reached']} {'(reached)' if g['ok'] else '(not reached)'}" for g in result.get("goals", [])]
    lines.append(f"answers {'agree' if result.get('agree') else 'DO NOT AGREE'}")
    return [line for line in lines if line]
