"""A lifecycle as data: its shape, and what makes it usable.

The smallest one:

    kind: permit
    title: {zh: 许可, en: Permit}
    states:
      asked: {title: {zh: 已申请, en: Asked}, tone: waiting}
      given: {title: {zh: 已发放, en: Given}, tone: done, final: true}
    transitions:
      ask: {title: {zh: 申请, en: Ask}, done: {zh: 申请, en: asked}, from: [new], to: asked, who: [asker]}
      give: {title: {zh: 发放, en: Give}, done: {zh: 发放, en: gave}, from: [asked], to: given, who: [clerk in_office]}

`new` is where everything begins; `to: stays` keeps the state and writes an event like any other; `moves` gives a
target of its own to each state.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from models.lifecycle import NEW
from workflow.engine.source import DefinitionError, Source

FieldType = Literal["text", "longtext", "date", "number", "boolean", "choice", "choices", "ticket", "photos"]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,30}$")]
STAYS = "stays"


class Part(BaseModel):
    """Base of a definition's parts: nothing unknown is let through, nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Title(Part):
    """A text in both languages."""

    zh: Annotated[str, StringConstraints(min_length=1)]
    en: Annotated[str, StringConstraints(min_length=1)]


class Option(Part):
    """One of a fixed set of values."""

    value: str
    title: Title


class FieldNeed(Part):
    """A field of a transition. `required` is yes, no, or the name of a condition; `options` a list or its name."""

    title: Title
    type: FieldType
    required: bool | Name = False
    options: list[Option] | Name | None = None
    maximum: int = Field(default=2000, description="characters of a text, items of a list, value of a number")
    minimum: int = 0

    @model_validator(mode="after")
    def _something_fits(self) -> FieldNeed:
        if self.maximum < max(self.minimum, 1):
            raise ValueError("`maximum` leaves nothing that could be filled in")
        return self


class State(Part):
    """What a ticket can be, and which clock runs while it is."""

    title: Title
    tone: Literal["waiting", "moving", "paused", "done", "paid", "ended"]
    clock: Name | None = None
    final: bool = False


class Telling(Part):
    """Who hears of a transition, and in which sentence."""

    who: Name
    say: str


class Transition(Part):
    """A move: from where to where, by whom, with what, under which guards, with which effects."""

    title: Title
    done: Title
    from_: list[str] = Field(alias="from", default_factory=list)
    to: str | None = None
    moves: dict[str, str] = Field(default_factory=dict)
    who: list[Annotated[str, StringConstraints(pattern=r"^[a-z_]+( [a-z_]+)?$")]]
    fields: dict[Name, FieldNeed] = Field(default_factory=dict)
    guards: list[Name] = Field(default_factory=list)
    checks: list[Name] = Field(default_factory=list)
    effects: list[Name] = Field(default_factory=list)
    tell: list[Telling] = Field(default_factory=list)
    private: bool = Field(default=False, description="the reporter does not see it")

    @model_validator(mode="after")
    def _one_way_to_say_it(self) -> Transition:
        if len({bool(self.from_), self.to is not None, not self.moves}) > 1:
            raise ValueError("needs either `from` and `to`, or `moves`")
        if not self.who:
            raise ValueError("nobody may fire it: `who` is empty")
        return self

    @property
    def targets(self) -> dict[str, str]:
        """The state it leads to, by the state it starts from."""
        return self.moves or {state: state if self.to == STAYS else str(self.to) for state in self.from_}


class Lifecycle(Part):
    """A whole definition, checked in itself; `Vocabulary.check_names` holds its names against the code."""

    kind: Name
    title: Title
    states: dict[Name, State]
    transitions: dict[Name, Transition]


def parse(text: str, name: str = "definition") -> tuple[Lifecycle, Source]:
    """Read a definition that is whole in itself. Raises DefinitionError naming file, line and every reason."""
    lifecycle, source = read(text, name)
    problems = structure(lifecycle, source)
    if problems:
        raise DefinitionError(problems)
    return lifecycle, source


def read(text: str, name: str = "definition") -> tuple[Lifecycle, Source]:
    """Read what has a definition's shape, wherever it leads. Raises DefinitionError."""
    source = Source(text, name)
    if not isinstance(source.data, dict):
        raise DefinitionError([f"{name}:1: a definition is a mapping with kind, title, states and transitions"])
    _spell_out_any(source.data)
    try:
        lifecycle = Lifecycle.model_validate(source.data)
    except ValidationError as error:
        problems = [source.problem(_place(each["loc"]), _reason(each)) for each in error.errors()]
        raise DefinitionError(problems) from error
    return lifecycle, source


def structure(lifecycle: Lifecycle, source: Source) -> list[str]:
    """What is wrong with where it leads: `file:line: reason` for unknown, unreachable and dead-end states."""
    return [source.problem(place, reason) for place, reason in _structure(lifecycle)]


def _spell_out_any(data: dict[str, Any]) -> None:
    """`from: any` stands for every state of the definition."""
    transitions, states = data.get("transitions"), data.get("states")
    if isinstance(transitions, dict) and isinstance(states, dict):
        for each in transitions.values():
            if isinstance(each, dict) and each.get("from") == "any":
                each["from"] = list(states)


def _place(location: tuple[str | int, ...]) -> tuple[str | int, ...]:
    return tuple(part for part in location if part not in ("[key]", "bool", "list[Option]", "constrained-str"))


def _reason(error: Any) -> str:
    if error["type"] == "missing":
        return "is missing"
    if error["type"] == "extra_forbidden":
        return "is not known here"
    return str(error["msg"]).removeprefix("Value error, ")


def _structure(lifecycle: Lifecycle) -> list[tuple[tuple[str | int, ...], str]]:
    found: list[tuple[tuple[str | int, ...], str]] = []
    edges: dict[str, set[str]] = {}
    for name, transition in lifecycle.transitions.items():
        for start, end in transition.targets.items():
            key = "moves" if transition.moves else "from"
            if start != NEW and start not in lifecycle.states:
                found.append((("transitions", name, key), f"unknown state {start}"))
            if end not in lifecycle.states:
                found.append((("transitions", name, "moves" if transition.moves else "to"), f"unknown state {end}"))
            edges.setdefault(start, set()).add(end)
        if transition.to == STAYS and NEW in transition.from_:
            found.append((("transitions", name, "to"), "cannot stay in `new`"))
    if NEW not in edges:
        found.append((("transitions",), "no transition starts from `new`: nothing could ever be opened"))
    reached, frontier = set[str](), [NEW]
    while frontier:
        for end in edges.get(frontier.pop(), set()) - reached:
            reached.add(end)
            frontier.append(end)
    for name, state in lifecycle.states.items():
        if name == NEW:
            found.append((("states", name), "`new` is reserved for what is not open yet"))
        if name not in reached:
            found.append((("states", name), "cannot be reached from `new`"))
        leaves = edges.get(name, set()) - {name}
        if not leaves and not state.final:
            found.append((("states", name), "has no way out and is not final"))
        if leaves and state.final:
            found.append((("states", name), f"is final, yet leads to {', '.join(sorted(leaves))}"))
    return found
