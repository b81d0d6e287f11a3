"""Whose fault it was that a run ended badly, and what is told of it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from queues.blame import is_busy, told
from workflow.errors import Busy, Refused


class Trouble(Exception):
    """What a driver raises, with its code."""

    def __init__(self, **about: Any) -> None:
        vars(self).update(about)
        super().__init__("Zhang, 13800000000")


def of(kind: type[DBAPIError] = DBAPIError, lost: bool = False, **about: Any) -> DBAPIError:
    return kind("SELECT 'Zhang'", {}, Trouble(**about), connection_invalidated=lost)


@pytest.mark.parametrize("code", [5, 6, 10, 13, 14, 5 | 1 << 8, 10 | 12 << 8])
def test_a_sqlite_that_is_busy_full_or_away_is_nobodys_fault(code: int) -> None:
    assert is_busy(of(sqlite_errorcode=code))


@pytest.mark.parametrize("state", ["08006", "40001", "40P01", "53100", "57P01", "58030", "55P03"])
def test_a_postgresql_that_is_busy_full_or_away_is_nobodys_fault(state: str) -> None:
    assert is_busy(of(sqlstate=state))


@pytest.mark.parametrize("error", [Busy(), PoolTimeout(), of(OperationalError), of(InterfaceError), of(lost=True)])
def test_nor_is_what_has_no_code_and_is_away(error: Exception) -> None:
    assert is_busy(error)


@pytest.mark.parametrize(
    "error",
    [
        ValueError(), Refused(), of(IntegrityError), of(OperationalError, sqlite_errorcode=1),
        of(OperationalError, sqlite_errorcode=19), of(OperationalError, sqlite_errorcode=19 | 5 << 8),
        of(OperationalError, sqlstate="57014"), of(OperationalError, sqlstate="23505"),
        of(OperationalError, sqlstate="55000"), of(OperationalError, sqlstate="42P01"),
    ],
)  # fmt: skip
def test_everything_else_is_the_jobs(error: Exception) -> None:
    assert not is_busy(error)


def fail(deeper: int) -> None:
    if deeper:
        fail(deeper - 1)
    raise ValueError("Zhang, 13800000000")


def lines(act: Any) -> list[str]:
    with pytest.raises(Exception) as caught:  # noqa: PT011
        act()
    said = told(caught.value)
    assert "Zhang" not in said
    return said.splitlines()


def test_an_error_is_its_kind_and_the_last_places_it_came_through() -> None:
    kind, *places = lines(lambda: fail(9))
    assert kind == "ValueError"
    assert len(places) == 6
    for place in places:
        assert re.fullmatch(r"  tests/queues/test_blame\.py:\d+ fail", place)


def test_its_causes_are_told_and_no_more_than_two() -> None:
    def chain() -> None:
        try:
            try:
                try:
                    fail(0)
                except ValueError as error:
                    raise KeyError("Zhang") from error
            except KeyError as error:
                raise Refused("ledger.not_enough") from error
        except Refused as error:
            raise of(sqlstate="23505") from error

    kinds = [line for line in lines(chain) if not line.startswith(" ")]
    assert kinds == [
        "sqlalchemy.exc.DBAPIError", "caused by workflow.errors.Refused: ledger.not_enough", "caused by KeyError",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("about", "code"),
    [({"sqlstate": "23505"}, ": 23505"), ({"sqlite_errorname": "SQLITE_FULL"}, ": SQLITE_FULL"), ({}, "")],
)
def test_a_drivers_error_is_told_with_its_code(about: dict[str, str], code: str) -> None:
    assert told(Trouble(**about)) == f"tests.queues.test_blame.Trouble{code}"


def test_a_place_is_told_as_a_librarys_our_own_or_where_it_is() -> None:
    *_, library = lines(lambda: create_engine("nonsense"))
    assert library.startswith("  sqlalchemy/engine/")
    *_, python = lines(lambda: json.loads("Zhang"))
    assert re.match(r"  /.*/json/", python)
