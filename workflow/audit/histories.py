"""Histories: every event as it was written, none missing, none added, and each leading to where its ticket is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from models.lifecycle import NEW, Lifecycle
from workflow.audit.definitions import Definitions, Paths
from workflow.audit.findings import Finding, Findings, Tally, found
from workflow.audit.reading import Query, label_of, name_of, plain, stream, table_of
from workflow.engine.history import hash_content

NOWHERE: Paths = {}


def check(connection: Connection, model: type[Lifecycle], definitions: Definitions, tally: Tally) -> Findings:
    """Walk all subjects of a lifecycle and their events side by side, in the order of their ids."""
    subjects = _Subjects(connection, model, definitions, tally)
    kind, paths, count = model.kind, NOWHERE, 0
    subject: object = None
    name = last_hash = last_computed = state = ""
    last_seq, last_id = 0, -1
    for row in stream(connection, _events(connection, model)):
        count += 1
        (subject_id, seq, at, actor_id, role, unit_id, action, start, end, details, public, words_hash, previous,
         stored, row_id) = row  # fmt: skip
        if subject_id != subject:
            if count > 1:
                yield from subjects.hold(subject, state, last_seq)
            yield from subjects.advance(subject_id)
            subject, name, paths = subject_id, subjects.name, subjects.paths
            last_seq, last_hash, last_computed, state, last_id = 0, "", "", NEW, -1
        try:
            computed = hash_content(
                kind, subject_id, seq, at, actor_id, role, unit_id, action, start, end, details, public, words_hash,
                previous,
            )  # fmt: skip
        except (TypeError, ValueError):
            computed = "unreadable"
        if seq != last_seq + 1:
            yield _out_of_order(name, seq, last_seq)
        elif previous not in (last_hash, last_computed) and computed == stored:
            yield found("event_unchained", ticket=name, seq=seq)
        if computed != stored:
            yield found("event_altered", ticket=name, seq=seq)
        elif seq == last_seq + 1 and start != state:
            yield found("event_astray", ticket=name, seq=seq, start=start, state=state)
        elif paths.get((action, start)) != end:
            yield found("event_forbidden", ticket=name, seq=seq, action=action, start=start, end=end)
        if row_id <= last_id:
            yield found("event_moved", ticket=name, seq=seq)
        last_seq, last_hash, last_computed, state, last_id = seq, stored, computed, end, row_id
    if count:
        yield from subjects.hold(subject, state, last_seq)
    yield from subjects.rest()
    tally.add(table_of(model.history), count)


def _events(connection: Connection, model: type[Lifecycle]) -> Query:
    event = model.history
    columns = plain(
        connection, event.subject_id, event.seq, event.at, event.actor_id, event.actor_role, event.actor_unit_id,
        event.action, event.from_state, event.to_state, event.details, event.public, event.words_hash,
        event.previous_hash, event.hash, event.id,
    )  # fmt: skip
    return select(*columns).order_by(event.subject_id, event.seq)


def _out_of_order(name: str, seq: object, last: object) -> Finding:
    if isinstance(seq, int) and isinstance(last, int) and seq > last + 1:
        return found("events_missing", ticket=name, first=last + 1, last=seq - 1)
    return found("event_added", ticket=name, seq=seq)


class _Subjects:
    """The rows that the histories are about, one at a time."""

    def __init__(self, connection: Connection, model: type[Lifecycle], definitions: Definitions, tally: Tally) -> None:
        columns = model.id, label_of(model), model.state, model.version, model.definition_id
        self._rows: Iterator[tuple[Any, ...]] = stream(connection, select(*columns).order_by(model.id))
        self._row = next(self._rows, None)
        self._table = table_of(model)
        self._kind = model.kind
        self._definitions = definitions
        self._tally = tally
        self._here: tuple[Any, ...] | None = None
        self.name = ""
        self.paths = NOWHERE

    def advance(self, subject_id: Any) -> Findings:
        """Go to the subject of this id; those before it have no history at all."""
        known = isinstance(subject_id, int)  # SQLite keeps any text in a column of numbers, behind all numbers
        while self._row is not None and (not known or self._row[0] < subject_id):
            yield from self._without_history(self._row)
            self._next()
        self._here = None
        self.name, self.paths = name_of(self._kind, subject_id), NOWHERE
        if self._row is None or self._row[0] != subject_id:
            yield found("ticket_missing", ticket=self.name)
            return
        self._here = self._row
        _, label, _, _, definition = self._row
        self.name = name_of(label, subject_id)
        self.paths = self._definitions.paths.get(definition, NOWHERE)
        if definition not in self._definitions.paths:
            yield found("definition_missing", ticket=self.name)
        self._next()

    def hold(self, subject_id: object, state: str, seq: int) -> Findings:
        """Hold the subject against where its history ended."""
        if self._here is not None and self._here[0] == subject_id:
            if self._here[2] != state:
                yield found("state_altered", ticket=self.name, state=self._here[2], replayed=state)
            if self._here[3] != seq:
                yield found("version_differs", ticket=self.name, version=self._here[3], events=seq)

    def rest(self) -> Findings:
        """Whatever comes after the last history."""
        while self._row is not None:
            yield from self._without_history(self._row)
            self._next()

    def _next(self) -> None:
        self._tally.add(self._table, 1)
        self._row = next(self._rows, None)

    def _without_history(self, row: tuple[Any, ...]) -> Findings:
        yield found("history_missing", ticket=name_of(row[1], row[0]), version=row[3])
