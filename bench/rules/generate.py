#!/usr/bin/env python3
"""Rules for W5: generate.py COUNT prints COUNT rules over the schema of the benchmark, the same every time.

The mix is that of w1.rules and w2.rules: comparisons of numbers, texts and enum members, lists, unknowns, a date window,
a relation, and one rule in eight that counts events of a window. A score holds a hundred rules, as people write them.
"""
import random
import sys

SOURCES = ["Google", "Direct Traffic", "Olark Chat", "Organic Search", "Reference", "Welingak Website", "Facebook"]
SPECIALIZATIONS = ["Finance", "Human Resource", "Marketing", "Operations", "Business", "Projects", "Supply", "Banking"]
INDUSTRIES = ["IT", "Finance", "Healthcare", "Manufacturing"]
TITLES = ["Staff", "Manager", "Director", "Executive"]
PATHS = ["/pricing*", "/demo*", "/blog/1*", "/blog/2*", "/blog/*7"]


def rule(draw):
    kinds = [
        lambda: f"when employees >= {draw.randrange(2000)}",
        lambda: f"when employees in {(low := draw.randrange(1500))}..{low + draw.randrange(1, 400)}",
        lambda: f"when time_spent >= {draw.randrange(2272)} and not do_not_email",
        lambda: f"when industry in [{', '.join(draw.sample(INDUSTRIES, 2))}] and employees < {draw.randrange(2000)}",
        lambda: f"when title >= {draw.choice(TITLES[1:])} and time_spent < {draw.randrange(2272)}",
        lambda: f'when source == "{draw.choice(SOURCES)}" and employees >= {draw.randrange(2000)}',
        lambda: 'when source in [' + ", ".join(f'"{s}"' for s in draw.sample(SOURCES, 2)) + f"] or time_spent >= {draw.randrange(2272)}",
        lambda: f'when specialization contains "{draw.choice(SPECIALIZATIONS)}" and time_spent >= {draw.randrange(2272)}',
        lambda: f"when occupation is unknown and employees >= {draw.randrange(2000)}",
        lambda: f"when created in last {draw.randrange(1, 2000)} days",
        lambda: f"when company.employees >= {draw.randrange(20_000)}",
        lambda: f'when origin == "Lead Add Form" and employees < {draw.randrange(2000)}',
    ]
    events = [
        lambda: f"per email_open in last {draw.randrange(1, 365)} days at most {draw.randrange(1, 20)}",
        lambda: f'per page_view where path like "{draw.choice(PATHS)}" in last {draw.randrange(1, 365)} days',
    ]
    points = draw.choice([-10, -5, 1, 2, 3, 5, 10, 15, 20])
    return f"  {points:+d} {draw.choice(events if draw.randrange(8) == 0 else kinds)()}"


def generate(count):
    draw = random.Random(5)
    lines = []
    for i in range(count):
        if i % 100 == 0:
            lines += ["}", ""] if i else []
            lines.append(f"score part_{i // 100} for contact {{")
        lines.append(rule(draw))
    return "\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    print(generate(int(sys.argv[1])), end="")
