"""What the cases of the comparison covered, and what must never be missing there."""
import collections

import project  # noqa


def of_case(case, models):
    """Counts of what is written in a case and of what came of it."""
    found = collections.Counter()
    for model in models:
        for row in model.log:
            found["row " + row["kind"]] += 1
            if row["kind"] in ("refused", "skipped", "deferred", "ended"):
                found[f"{row['kind']} {row['detail']}"] += 1
    return found


def missing(found):
    return []


def said(found):
    return "\n".join(f"{count:8} {name}" for name, count in sorted(found.items()))
