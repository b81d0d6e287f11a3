"""The words a definition may use: what the code behind one kind of lifecycle provides, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from models.lifecycle import Lifecycle as Row
from models.people import ROLES, Membership, User
from workflow.engine.definition import Lifecycle, Title, structure
from workflow.engine.move import Move
from workflow.engine.source import DefinitionError, Source

SYSTEM_ROLE = "system"
Step = Callable[[Move], None]
Person = Callable[[Any, User], bool]
Relation = Callable[[Any, Membership], bool]
Condition = Callable[[Any], bool]
Options = Callable[[Session, Any], list[tuple[str, Title]]]
Audience = Callable[[Session, Any], list[int]]
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class PersonRole:
    """A person known by what they are to the subject, not by a membership; `role` is what history calls them."""

    test: Person
    role: str


class Vocabulary:
    """Guards, checks, effects, relations, conditions, options and audiences of one kind of lifecycle."""

    def __init__(self, model: type[Row]) -> None:
        self.model = model
        self.kind = model.kind
        self.people: dict[str, PersonRole] = {}
        self.relations: dict[str, Relation] = {}
        self.guards: dict[str, Step] = {}
        self.checks: dict[str, Step] = {}
        self.effects: dict[str, Step] = {}
        self.conditions: dict[str, Condition] = {}
        self.options: dict[str, Options] = {}
        self.audiences: dict[str, Audience] = {}
        self.entered: Step | None = None
        self.reads: Callable[[Session, Any], None] | None = None
        self.tells: Callable[[Move, Any], None] | None = None
        self.find: Callable[[Session, str], int | None] = lambda _session, _number: None
        self.bound: Callable[[Session, int], list[int]] = lambda _session, subject_id: [subject_id]

    def person(self, role: str) -> Callable[[Person], Person]:
        """`(subject, user) -> bool`: a relation that needs no membership."""

        def add(function: Person) -> Person:
            self.people[function.__name__] = PersonRole(function, role)
            return function

        return add

    def relation(self, function: Relation) -> Relation:
        """`(subject, membership) -> bool`: how a role's unit stands to the subject."""
        self.relations[function.__name__] = function
        return function

    def guard(self, function: Step) -> Step:
        """A fact that must hold before anything is filled in; raises a Problem. It must not look at details."""
        self.guards[function.__name__] = function
        return function

    def check(self, function: Step) -> Step:
        """A fact about what was filled in; raises a Problem."""
        self.checks[function.__name__] = function
        return function

    def effect(self, function: Step) -> Step:
        """What follows, in the same transaction; it never calls out."""
        self.effects[function.__name__] = function
        return function

    def condition(self, function: Condition) -> Condition:
        """`(subject) -> bool`: when a field is required."""
        self.conditions[function.__name__] = function
        return function

    def choices(self, function: Options) -> Options:
        """`(session, subject) -> [(value, title)]`: what may be chosen."""
        self.options[function.__name__] = function
        return function

    def audience(self, function: Audience) -> Audience:
        """`(session, subject) -> ids of the people who are told`."""
        self.audiences[function.__name__] = function
        return function

    def finder(self, function: Callable[[Session, str], int | None]) -> Callable[[Session, str], int | None]:
        """`(session, number) -> id`: what a field of type `ticket` means."""
        self.find = function
        return function

    def bound_to(self, function: Callable[[Session, int], list[int]]) -> Callable[[Session, int], list[int]]:
        """`(session, id) -> ids`: it, and what else a move of it or to it may touch; all of them are locked."""
        self.bound = function
        return function

    def reader(self, function: Callable[[Session, Any], None]) -> Callable[[Session, Any], None]:
        """`(session, subject)`: reads at once what a move looks at, as soon as the subject is locked."""
        self.reads = function
        return function

    def teller(self, function: Callable[[Move, Any], None]) -> Callable[[Move, Any], None]:
        """`(move, event)`: decides, while all is as the event left it, what a worker will tell whom."""
        self.tells = function
        return function

    def on_entering(self, function: Step) -> Step:
        """Called after every transition that changed the state: where clocks start and stop."""
        self.entered = function
        return function

    def check_names(self, lifecycle: Lifecycle, source: Source, said: Callable[[str], bool]) -> None:
        """Hold a definition's states against each other and all its other names against the code. Raises
        DefinitionError; `said` knows the sentences."""
        problems = structure(lifecycle, source)

        def hold(place: tuple[str | int, ...], name: str, known: Any, what: str) -> None:
            if name not in known:
                problems.append(source.problem(place, f"unknown {what} {name}"))

        if lifecycle.kind != self.kind:
            problems.append(source.problem(("kind",), f"is {lifecycle.kind}, but {self.kind} is expected"))
        for name, transition in lifecycle.transitions.items():
            at: tuple[str | int, ...] = ("transitions", name)
            for index, who in enumerate(transition.who):
                role, _, relation = who.partition(" ")
                if relation:
                    hold((*at, "who", index), role, ROLES, "role")
                    hold((*at, "who", index), relation, self.relations, "relation")
                elif role != SYSTEM_ROLE:
                    hold((*at, "who", index), role, self.people, "person")
            for part in ("guards", "checks", "effects"):
                for index, each in enumerate(getattr(transition, part)):
                    hold((*at, part, index), each, getattr(self, part), part[:-1])
            for field, need in transition.fields.items():
                if isinstance(need.required, str):
                    hold((*at, "fields", field, "required"), need.required, self.conditions, "condition")
                if isinstance(need.options, str):
                    hold((*at, "fields", field, "options"), need.options, self.options, "options")
                if (need.type in ("choice", "choices")) != bool(need.options):
                    reason = "only a choice has options" if need.options else "a choice needs options"
                    problems.append(source.problem((*at, "fields", field), reason))
            for index, telling in enumerate(transition.tell):
                hold((*at, "tell", index), telling.who, self.audiences, "audience")
                if not said(telling.say):
                    problems.append(source.problem((*at, "tell", index, "say"), f"unknown sentence {telling.say}"))
        if problems:
            raise DefinitionError(problems)
