"""routing.yaml and rewards.yaml: rules in data, in the order in which they are tried.

Bodies as stored and as their readers in the workflow take them:

- `routing`: `{do: "triage" or "assign", when: {…}, priority: "normal" or "urgent" or None, department: code or None}`.
  `when` names the matter by one of `category` (code), `in` (codes), `group` (code) and may ask for `has_photo`,
  `inside_area` (the place lies in a street) and `hours` ("office" or "closed"); what is not named is not asked.
  Without a priority or a department the category's own is meant.
- `duplicates`: `{metres, hours}`: near in place and time, and of the same group.
- `reward`: `{pays: "category" or a number of points, excluded: ["anonymous", "staff"]}`.
- `cap`: `{points}`, its code `day` or `month`.
"""

from __future__ import annotations

from typing import Any, Literal

from workflow.city.files import Folder
from workflow.city.pack import Category, Group, Rule, Unit
from workflow.city.record import Record

ROUTING_FILE = "routing.yaml"
REWARDS_FILE = "rewards.yaml"
MATTERS = ("category", "in", "group")
REWARDS = ("report", "join")
"""For what a person may be paid: for reporting, and for meeting the same matter later."""
CAPS = ("day", "month")
EXCLUDED = ("anonymous", "staff")
TITLE = (120, 200)

RuleKind = Literal["routing", "duplicates", "reward", "cap"]


def read_routing(
    folder: Folder, categories: tuple[Category, ...], groups: tuple[Group, ...], units: tuple[Unit, ...]
) -> tuple[Rule, ...]:
    """The rules that may triage or assign as the system, and how likely duplicates are found."""
    record = folder.mapping(ROUTING_FILE)
    if record is None:
        return ()
    reader = _Routing(categories, groups, units)
    rules = _named("routing", [(each.code("name", 48), each, reader.body(each)) for each in record.records("rules")])
    duplicates = record.record("duplicates")
    if duplicates is not None:
        body = {"metres": duplicates.whole("metres", 1, 5000), "hours": duplicates.whole("hours", 1, 8760)}
        rules.append(Rule("duplicates", "duplicates", duplicates.words("title", *TITLE), body))
        duplicates.done()
    record.done()
    return tuple(rules)


def read_rewards(folder: Folder) -> tuple[Rule, ...]:
    """What is paid for, up to what a day and a month, and who is never paid."""
    record = folder.mapping(REWARDS_FILE)
    if record is None:
        return ()
    excluded = []
    for name, line in record.texts("excluded"):
        if name not in EXCLUDED:
            choices = ", ".join(EXCLUDED)
            record.mistakes.add(REWARDS_FILE, line, "not_among", name="excluded", value=name, choices=choices)
        excluded.append(name)
    rewards = [
        (each.choice("name", REWARDS), each, {"pays": _pays(each), "excluded": excluded})
        for each in record.records("rules")
    ]
    rules = _named("reward", rewards)
    caps = record.record("caps")
    if caps is not None:
        given = [(name, inner) for name in CAPS if (inner := caps.record(name)) is not None]
        rules += _named("cap", [(name, inner, {"points": inner.whole("points", 1)}) for name, inner in given])
        caps.done()
    record.done()
    return tuple(rules)


def _pays(record: Record) -> str | int:
    if record.has("pays") and record.text("pays") == "category":
        return "category"
    return record.whole("pays", 1, 10_000)


def _named(kind: RuleKind, given: list[tuple[str, Record, dict[str, Any]]]) -> list[Rule]:
    rules: list[Rule] = []
    lines: dict[str, int] = {}
    for name, record, body in given:
        title = record.words("title", *TITLE)
        record.done()
        if name in lines:
            record.wrong("name", "double_code", value=name, first=lines[name])
        elif name:
            lines[name] = record.line
            rules.append(Rule(kind, name, title, body))
    return rules


class _Routing:
    """Reads what a routing rule asks and does; every code in it must be known."""

    def __init__(self, categories: tuple[Category, ...], groups: tuple[Group, ...], units: tuple[Unit, ...]) -> None:
        self.categories = {category.code for category in categories}
        self.groups = {group.code for group in groups}
        self.departments = {unit.code for unit in units if unit.kind == "department"}

    def body(self, record: Record) -> dict[str, Any]:
        """The rule's body as the module's docstring shapes it."""
        do = record.choice("do", ("triage", "assign"))
        when = record.record("when")
        body: dict[str, Any] = {"do": do, "when": self._when(when) if when else {}}
        body["priority"] = record.choice("priority", ("normal", "urgent")) if record.has("priority") else None
        body["department"] = record.code("department") if record.has("department") else None
        if body["priority"] and do != "triage":
            record.wrong("priority", "not_for", do=do)
        if body["department"] and do != "assign":
            record.wrong("department", "not_for", do=do)
        if body["department"] and self.departments and body["department"] not in self.departments:
            record.wrong("department", "unknown_department", value=body["department"])
        return body

    def _when(self, record: Record) -> dict[str, Any]:
        when: dict[str, Any] = {}
        named = [name for name in MATTERS if record.has(name)]
        if len(named) != 1:
            record.mistakes.add(record.file, record.line, "not_one_matter", choices=", ".join(MATTERS))
        if "category" in named:
            when["category"] = record.code("category")
            self._hold(record, "category", when["category"], record.at("category"))
        if "in" in named:
            codes = record.texts("in")
            when["in"] = [code for code, _ in codes]
            for code, line in codes:
                self._hold(record, "in", code, line)
        if "group" in named:
            when["group"] = record.code("group")
            if when["group"] and self.groups and when["group"] not in self.groups:
                record.wrong("group", "unknown_group", value=when["group"])
        for name in ("has_photo", "inside_area"):
            if record.has(name):
                when[name] = record.flag(name)
        if record.has("hours"):
            when["hours"] = record.choice("hours", ("office", "closed"))
        record.done()
        return when

    def _hold(self, record: Record, name: str, code: str, line: int) -> None:
        if code and self.categories and code not in self.categories:
            record.mistakes.add(record.file, line, "unknown_category", name=name, value=code)
