"""Random people do random things, half of them wrong, while the clock moves: what must never be untrue, never is."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from queues.jobs.reports import apply_rules, confirm_silence, review_suspension, settle_report
from tests.workflow.conftest import MONDAY
from tests.workflow.situations import gather
from tests.workflow.truths import hold_together
from tests.workflow.world import PEOPLE, STAYS, TABLE, WORK, World
from workflow.known import forget

WRONG = [
    None, "", "  ", 3, -1, True, [], {}, ["x"], "x", "长" * 3000, "a\x00", "\ud800", "2026-13-01", "2020-01-01", 10**30,
    "enforcement", ["enforcement"], "SIP-26-000001", 0.5,
]  # fmt: skip
FIELDS = ["reason", "note", "until", "review_on", "category", "department", "into", "photos", "rating", "internal", "x"]
small, many = st.integers(0, 11), st.integers(0, 59)
person_of = st.sampled_from(WORK + PEOPLE)
spoil = st.one_of(st.none(), st.none(), st.tuples(st.sampled_from(FIELDS), st.sampled_from(WRONG)))
command = st.one_of(
    st.tuples(st.just("may"), small, many, spoil),
    st.tuples(st.just("may"), small, many, st.none()),
    st.tuples(st.just("may"), small, many, st.none()),
    st.tuples(st.just("may"), small, many, st.none()),
    st.tuples(st.just("on"), small, small),
    st.tuples(st.just("on"), small, small),
    st.tuples(st.just("any"), small, person_of, st.sampled_from([*TABLE, *STAYS, "comment", "open", "fly"]), spoil),
    st.tuples(st.just("wait"), st.sampled_from([1, 60, 200, 1440, 3 * 1440, 5 * 1440, 16 * 1440])),
    st.tuples(st.just("job"), small, st.sampled_from([settle_report, confirm_silence, review_suspension, apply_rules])),
    st.tuples(st.just("join"), small, person_of),
    st.tuples(st.just("reverse"), small),
)
lives = st.lists(command, min_size=40, max_size=80)
CALM = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
PHASES = [Phase.explicit, Phase.generate, Phase.shrink]


@pytest.fixture
def crowd(session: Session) -> Session:
    gather(session)
    return session


def live(session: Session, commands: list[tuple[Any, ...]]) -> None:
    """One world, from its beginning to its end, of which nothing stays."""
    point = session.begin_nested()
    try:
        with time_machine.travel(MONDAY, tick=False) as clock:
            world = World(session)
            for each in commands:
                world.do(clock, each)
            hold_together(session, world.tickets)
    finally:
        point.rollback()
        session.expunge_all()
        forget(session)


@pytest.mark.parametrize("shared", ["sqlite"], indirect=True)
@settings(max_examples=12, suppress_health_check=CALM, phases=PHASES)
@given(commands=lives)
def test_whatever_people_do(crowd: Session, commands: list[tuple[Any, ...]]) -> None:
    live(crowd, commands)


@pytest.mark.parametrize("shared", ["postgresql"], indirect=True)
@settings(max_examples=5, suppress_health_check=CALM, phases=PHASES)
@given(commands=lives)
def test_whatever_people_do_on_the_other_database(crowd: Session, commands: list[tuple[Any, ...]]) -> None:
    live(crowd, commands)
