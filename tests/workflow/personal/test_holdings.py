"""Every table and every column that could hold something of a person is declared: a new one is refused here."""

from __future__ import annotations

import pytest
from sqlalchemy import JSON, Column, ForeignKey, Integer, LargeBinary, MetaData, String, Table, Text, TypeDecorator

from models import Base
from workflow.personal.holdings import HOLDINGS, NOBODYS
from workflow.say import LOCALES, catalogue

TELLING = (String, Text, LargeBinary, JSON)
DECLARED = {each.table: each for each in HOLDINGS}


def could_tell(column: Column[object]) -> bool:
    """Whether a column could hold what somebody wrote, or who somebody is."""
    kind = column.type
    inner = kind.impl if isinstance(kind, TypeDecorator) else kind
    people = any(key.target_fullname == "users.id" for key in column.foreign_keys)
    return people or isinstance(kind, TELLING) or isinstance(inner, TELLING)


def undeclared(table: Table) -> set[str]:
    """The columns of a table of which nobody has decided what becomes of them; the table itself where it is unknown."""
    telling = {column.name for column in table.columns if could_tell(column)}
    if table.name in NOBODYS:
        return telling - set(NOBODYS[table.name])
    holding = DECLARED.get(table.name)
    if holding is None:
        return {"*"}
    return set() if holding.is_deleted else telling - {*holding.blanked, *holding.stays}


@pytest.mark.parametrize("name", sorted(Base.metadata.tables))
def test_every_column_is_declared(name: str) -> None:
    assert undeclared(Base.metadata.tables[name]) == set()


def test_no_table_stands_in_both_lists_or_in_none() -> None:
    assert not DECLARED.keys() & NOBODYS.keys()
    assert DECLARED.keys() | NOBODYS.keys() == Base.metadata.tables.keys()
    assert len(DECLARED) == len(HOLDINGS)


def test_nothing_is_declared_that_is_not_there() -> None:
    for holding in HOLDINGS:
        columns = set(Base.metadata.tables[holding.table].columns.keys())
        assert {*holding.blanked, *holding.stays, *holding.secret} <= columns, holding.table
    for table, named in NOBODYS.items():
        assert set(named) <= set(Base.metadata.tables[table].columns.keys()), table


def test_what_belongs_to_nobody_refers_to_nobody() -> None:
    for name in NOBODYS:
        targets = {key.target_fullname for key in Base.metadata.tables[name].foreign_keys}
        assert "users.id" not in targets, name


def test_a_new_column_or_table_would_be_refused() -> None:
    aside = MetaData()
    Table("users", aside, Column("id", Integer, primary_key=True))
    grown = Table("tickets", aside, Column("id", Integer, primary_key=True), Column("nickname", String(10)))
    assert undeclared(grown) == {"nickname"}
    orders = Table("an_order", aside, Column("id", Integer, primary_key=True), Column("owner", ForeignKey("users.id")))
    assert undeclared(orders) == {"*"}
    units = Table("units", aside, Column("code", String(3)), Column("head", Integer, ForeignKey("users.id")))
    assert undeclared(units) == {"head"}


@pytest.mark.parametrize("locale", LOCALES)
def test_whoever_takes_it_along_reads_what_each_file_is(locale: str) -> None:
    for holding in HOLDINGS:
        assert (f"export.table.{holding.table}" in catalogue(locale)) == holding.exported
