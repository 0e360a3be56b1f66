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


@dataclasses.dataclass
class EventType:
    object: str
    fields: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Score:
    """Rules ("when", points, condition) and ("per", points, event, where, window); a formula is a list of scores."""
    object: str
    rules: list = dataclasses.field(default_factory=list)
    formula: list = None
    bands: list = None  # (name, lower bound); the first has None
    band_name: str = None


@dataclasses.dataclass
class Template:
    object: str
    message_class: str  # "marketing", "transactional", "one_to_one"


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
    suppress: list = dataclasses.field(default_factory=list)
    leave: bool = False
    group: str = None
    window: cal.Window = None
    contact_zone: str = None  # the fallback of `in contact timezone else "..."`
    calendar: str = None
    sequence: bool = False
    stop_on: list = dataclasses.field(default_factory=list)


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
    cap: tuple = None  # (message class, [(count, per)], "defer" | "skip")


def number_steps(steps, count=0):
    """Numbers the steps of a workflow as they are written."""
    for step in steps:
        step["index"] = count
        count += 1
        for block in blocks(step):
            count = number_steps(block, count)
    return count


def blocks(step):
    if step["kind"] in ("if", "wait_for"):
        return [step["then"], step["else"]]
    if step["kind"] == "match":
        return [steps for _, steps in step["rows"]]
    if step["kind"] == "split":
        return [steps for _, _, steps in step["arms"]]
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


def windows_of(expr, found):
    """All windows of elapsed seconds in an expression (or in anything that holds expressions)."""
    if isinstance(expr, dict):
        expr = tuple(expr.values())
    if isinstance(expr, tuple) and expr and expr[0] == "last":
        found.add(expr[1])
    if isinstance(expr, (tuple, list)):
        for part in expr:
            windows_of(part, found)
