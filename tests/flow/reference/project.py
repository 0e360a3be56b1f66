"""What a project of the reference model is made of: plain data, workflows with their steps as dictionaries."""
import dataclasses

import calendars as cal


@dataclasses.dataclass
class Enum:
    members: list
    ordered: bool = True
    forward_only: bool = False


@dataclasses.dataclass
class Object:
    properties: dict  # name -> type: "int?", "bool", "date?", "time?", "text?", an enum with `?`
    relations: dict = dataclasses.field(default_factory=dict)  # name -> object
    many: dict = dataclasses.field(default_factory=dict)  # name -> (object, its relation)
    address: str = None  # the properties with these roles
    opt_out: str = None
    zone: str = None
    consent: str = None
    marketing: str = None
    bounced: str = None
    country: str = None


@dataclasses.dataclass
class EventType:
    object: str
    fields: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Score:
    """Rules ("when", points, condition) and ("per", points, event, where, window, decay); a formula is a list of scores.
    A decay is (kind, percent, seconds): "linear", "compound" or "expires"."""
    object: str
    rules: list = dataclasses.field(default_factory=list)
    formula: list = None
    bands: list = None  # (name, lower bound); the first has None
    leave: list = None  # of each band but the first where it is left, if that is not its lower bound
    band_name: str = None


@dataclasses.dataclass
class Template:
    object: str
    message_class: str  # "marketing", "transactional", "one_to_one"
    laws: tuple = ("jp",)  # of marketing (G7)
    consent: str = None  # the purpose


@dataclasses.dataclass
class Workflow:
    name: str
    object: str
    triggers: list
    steps: list
    priority: int = 0
    policy: str = "once"  # "once", "re-enter", "restart"
    after: int = None  # seconds (R3a)
    at_most: int = None
    key: tuple = None
    only_if: tuple = None
    goal: tuple = None
    count_for: tuple = None  # (2, "day"): how long behind the end it still counts
    suppress: list = dataclasses.field(default_factory=list)
    leave: bool = False
    group: str = None
    window: cal.Window = None
    contact_zone: str = None  # the fallback of `in contact timezone else "..."`
    calendar: str = None
    sequence: bool = False
    stop_on: list = dataclasses.field(default_factory=list)
    consent: str = None  # the purpose
    stale: int = None  # seconds
    spread: int = None  # seconds
    existing: int = None  # `existing enrol`, so many an hour; 0: all at once
    in_flight: str = None  # of a version that is published: "stay", "move at next wait", "end"


@dataclasses.dataclass
class Project:
    zone: str
    enums: dict
    objects: dict
    events: dict
    segments: dict  # name -> (object, expression)
    scores: dict
    templates: dict
    workflows: list
    calendars: dict
    lists: dict = dataclasses.field(default_factory=dict)  # name -> object
    facts: tuple = None  # what the model has found out about it
    caps: list = dataclasses.field(default_factory=list)  # (message class, [(count, per)], "defer" | "skip")


def number_all(project):
    for flow in project.workflows:
        number_steps(flow.steps)


def number_steps(steps, count=0):
    """Numbers the steps of a workflow as they are written."""
    for step in steps:
        step["index"] = count
        count += 1
        for block in blocks(step):
            count = number_steps(block, count)
    return count


def name_of(step):
    """Steps are numbered, but those of a workflow that is published anew: their names stay what they were."""
    return step.get("name") or f"n{step['index']}"


def path_to(steps, name):
    """Where a step stands: places in lists of steps, and which block of the step there; None if there is none."""
    for place, step in enumerate(steps):
        if name_of(step) == name:
            return [(place, None)]
        for number, block in enumerate(blocks(step)):
            path = path_to(block, name)
            if path:
                return [(place, number), *path]
    return None


def blocks(step):
    if step["kind"] in ("if", "wait_for"):
        return [step["then"], step["else"]]
    if step["kind"] == "match":
        return [steps for _, steps in step["rows"]]
    if step["kind"] == "split":
        return [steps for _, _, steps in step["arms"]]
    if step.get("outcomes"):
        return [steps for _, steps in step["outcomes"]]
    return []


def bucket(name, unit):
    """A2: 0 to 9999."""
    mask = 2**64 - 1
    value = 0xCBF29CE484222325
    for byte in (name + "\x1f" + unit).encode():
        value = (value ^ byte) * 0x100000001B3 & mask
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & mask
    value = (value ^ value >> 27) * 0x94D049BB133111EB & mask
    value ^= value >> 31
    return value * 10000 >> 64


def parts_of(expr):
    """An expression, or anything that holds expressions, and everything in it that is one."""
    if isinstance(expr, dict):
        expr = tuple(expr.values())
    if dataclasses.is_dataclass(expr):
        expr = tuple(vars(expr).values())
    if isinstance(expr, (tuple, list)):
        yield expr
        for part in expr:
            yield from parts_of(part)


def windows_of(expr, found):
    """All windows of elapsed seconds."""
    found.update(part[1] for part in parts_of(expr) if part and part[0] == "last")
    return found


def decays_of(scores):
    """All decays of scores."""
    return {rule[5] for score in scores.values() for rule in score.rules if rule[0] == "per" and len(rule) > 5 and rule[5]}


def durations_of(expr, found):
    """All durations of `has been`."""
    found.update(part[3] for part in parts_of(expr) if part and part[0] == "been")
    return found


def mentions(expr, kind):
    return any(part and part[0] == kind for part in parts_of(expr))
