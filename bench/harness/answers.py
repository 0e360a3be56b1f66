"""Answers of two programs compared: files COLUMN.i32, one number a contact. No time counts before they are equal."""
import array
import os


def _load(path):
    values = array.array("i")
    with open(path, "rb") as file:
        values.frombytes(file.read())
    return values


def first_difference(ours, theirs):
    """None where every column of `theirs` begins as ours does; else a sentence. `theirs` may hold fewer contacts."""
    names = sorted(n for n in os.listdir(ours) if n.endswith(".i32"))
    found = sorted(n for n in os.listdir(theirs) if n.endswith(".i32"))
    if names != found:
        return f"other columns: {', '.join(set(names) ^ set(found))}"
    for name in names:
        size = os.path.getsize(os.path.join(theirs, name))
        if size == 0:
            return f"{name}: no answers"
        with open(os.path.join(ours, name), "rb") as a, open(os.path.join(theirs, name), "rb") as b:
            if a.read(size) == b.read():
                continue
        mine, other = _load(os.path.join(ours, name)), _load(os.path.join(theirs, name))
        if len(other) > len(mine):
            return f"{name}: {len(other)} answers, ours are {len(mine)}"
        differ = [i for i in range(len(other)) if other[i] != mine[i]]
        i = differ[0]
        return (f"{name[:-4]} of contact {i + 1} is {other[i]}, ours is {mine[i]} "
                f"({len(differ):,} of {len(other):,} contacts differ)")
    return None
