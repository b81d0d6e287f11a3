"""Everything that the house knows of a person, as they may read it: rows by table, and which pictures go with them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Table, inspect, select
from sqlalchemy.orm import Session

from models import Event, Photo, User
from models.clock import now
from workflow.personal.holdings import HOLDINGS, Holding, Row, tickets_of
from workflow.phones import PhoneBook
from workflow.timeline import OTHERS


@dataclass(frozen=True)
class Collected:
    """`tables` are rows by table; `pictures` storage keys by their photo's id; `at` is when it was so."""

    at: datetime
    tables: dict[str, list[Row]]
    pictures: dict[str, str]


def collect(session: Session, person: User, phones: PhoneBook) -> Collected:
    """Every row of a person's, each of its columns but what opens something and what is another's.

    Another person, and for a rider another's ticket, is null where a row refers to them.
    """
    known = None if person.is_staff else set(session.scalars(tickets_of(person)))
    tables = {}
    for holding in HOLDINGS:
        if holding.exported:
            tables[holding.table] = _rows(session, holding, person, known)
    for row in tables["users"]:
        encrypted = row.pop("phone_encrypted")
        row["phone"] = phones.open(encrypted) if encrypted else None
    pictures = next(each.handed(session, person) for each in HOLDINGS if each.model is Photo)
    keys = session.execute(select(Photo.public_id, Photo.storage_key).where(pictures).order_by(Photo.id))
    return Collected(now(), tables, dict(keys.all()))


def _rows(session: Session, holding: Holding, person: User, known: set[int] | None) -> list[Row]:
    table: Table = inspect(holding.model).local_table  # type: ignore[assignment]
    columns = [each for each in table.columns if each.name not in holding.secret]
    query = select(*columns).where(holding.handed(session, person)).order_by(*table.primary_key.columns)
    rows = [
        {column.name: _value(column, value, person, known) for column, value in zip(columns, row, strict=True)}
        for row in session.execute(query)
    ]
    if holding.model is Event:
        for row in rows:
            details = json.loads(row["details"])
            hidden = OTHERS if known is not None else ()
            row["details"] = {name: value for name, value in details.items() if name not in hidden}
    return rows


def _value(column: Column[Any], value: Any, person: User, known: set[int] | None) -> Any:
    referred = {key.column.table.name for key in column.foreign_keys}
    if "users" in referred and value != person.id:
        return None
    if "tickets" in referred and known is not None and value not in known:
        return None
    return value.isoformat() if isinstance(value, date) else value
