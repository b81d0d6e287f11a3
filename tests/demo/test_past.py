"""The demo's past: a month of it is lived through once, and is what a city's month would be."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from config import Settings
from models import Account, Award, Event, Join, Notification, Outbox, Photo, Posting, Rule, Ticket, User
from models.clock import moved
from models.database import database
from models.storage import open_storage
from queues.demo import load
from queues.demo.cast import SHOWN
from queues.demo.loading import MOST_UNREAD
from workflow import access, bootstrap, points
from workflow.audit import Tally, audit, snapshot
from workflow.engine import permitted
from workflow.pictures import full_key, thumb_key
from workflow.points.caps import COUNTS

DAYS, REPORTS = 21, 130
HELD = 91
"""Reports of the last days that wait for whoever visits; they weigh more in a month than in ninety days."""
ZONE = ZoneInfo("Asia/Shanghai")
UNTIL = datetime(2026, 11, 25, 15, 30, tzinfo=ZONE).astimezone(UTC)
"""A Wednesday afternoon: the same moment gives the same city."""

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, datetime]]:
    """The settings of a demo with a past, and the moment at which it was loaded."""
    folder = tmp_path_factory.mktemp("past")
    settings = Settings.load({"DATA_DIR": str(folder), "DEMO": "people"})
    bootstrap.prepare(settings)
    until, shares = UNTIL, list[float]()
    with bootstrap.connect(settings).writing() as session:
        load(session, settings, until=until, passed=shares.append, days=DAYS, reports=REPORTS)
    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] <= 1
    yield settings, until
    database.engine.dispose()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def session(loaded: tuple[Settings, datetime]) -> Iterator[Session]:
    database.connect(loaded[0].database_url)
    with database.reading() as found:
        yield found


@pytest.fixture
def until(loaded: tuple[Settings, datetime]) -> datetime:
    return loaded[1]


def count(session: Session, *where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Ticket).where(*where)) or 0


def acted(*actions: str) -> ColumnElement[bool]:
    return Ticket.id.in_(select(Event.subject_id).where(Event.action.in_(actions)))


def test_histories_points_and_words_agree(session: Session) -> None:
    with snapshot(database) as connection:
        assert [each.sentence("en") for each in audit(connection, Tally())] == []


def test_there_are_as_many_reports_as_were_asked_for_from_nearly_all_riders(session: Session, until: datetime) -> None:
    tickets = count(session)
    assert abs(tickets - HELD - REPORTS) < REPORTS * 0.15
    riders = session.scalar(select(func.count()).select_from(User).where(User.username.like("rider%")))
    assert riders == 43
    assert len(session.scalars(select(Ticket.reporter_id).distinct()).all()) > riders * 0.85
    first, last = session.execute(select(func.min(Ticket.created_at), func.max(Ticket.created_at))).one()
    assert until - timedelta(days=DAYS) <= first < until - timedelta(days=DAYS - 2)
    assert until - timedelta(hours=1) < last <= until


def test_nothing_happened_in_the_future(session: Session, until: datetime) -> None:
    columns = (Event.at, Notification.created_at, Photo.created_at, Outbox.created_at, Ticket.updated_at)
    assert all(session.scalars(select(func.max(each))).one() <= until for each in columns)
    assert session.scalar(select(func.count()).select_from(Photo).where(Photo.taken_at >= Photo.created_at)) == 0


def test_nothing_is_left_to_do_but_timers(session: Session, until: datetime) -> None:
    due = select(Outbox).where(Outbox.due <= until, Outbox.done_at.is_(None))
    assert session.scalars(due).all() == []
    assert session.scalars(select(Outbox).where(Outbox.dead_at.is_not(None))).all() == []
    later = set(session.scalars(select(Outbox.topic).where(Outbox.done_at.is_(None)).distinct()))
    assert later <= {"watch_clock", "confirm_silence", "review_suspension"}
    assert count(session, Ticket.routed_at.is_(None), Ticket.state == "submitted") == 0


def test_no_story_follows_one_that_is_not_told(session: Session) -> None:
    """It would lie at its street's clerk for ever."""
    forgotten = UNTIL - timedelta(days=12)
    assert count(session, Ticket.state.in_(("submitted", "triaged")), Ticket.created_at < forgotten) == 0


def test_some_are_duplicates_rejected_and_reopened(session: Session) -> None:
    """Duplicates are merged tickets and people who joined one. Reopened is what came back to the offices after a
    resolution or a decision: reworked, or reopened by its reporter. What waits for a visitor has no part in it."""
    tickets = count(session) - HELD
    joined = session.scalars(select(Join.id).where(Join.from_ticket_id.is_(None))).all()
    duplicates = count(session, Ticket.state == "merged") + len(joined)
    assert 0.1 < duplicates / tickets < 0.18
    assert 0.07 < count(session, acted("reject")) / tickets < 0.12
    assert 0.04 < count(session, acted("reopen", "rework")) / tickets < 0.11
    assert count(session, acted("reopen")) > 0
    assert count(session, acted("rework")) > 0


def test_duplicates_lie_beside_what_they_repeat(session: Session) -> None:
    for ticket in session.scalars(select(Ticket).where(Ticket.state == "merged")):
        leader = session.get_one(Ticket, ticket.merged_into_id)
        assert abs(ticket.latitude - leader.latitude) < 0.0005
        assert abs(ticket.longitude - leader.longitude) < 0.0005
        assert abs(ticket.created_at - leader.created_at) < timedelta(days=2)


def test_most_are_resolved_on_time(session: Session) -> None:
    resolved = count(session, Ticket.resolved_at.is_not(None))
    met = count(session, Ticket.resolved_at <= Ticket.resolve_due_at)
    assert resolved > REPORTS / 2
    assert 0.83 < met / resolved < 0.94


def test_a_few_are_due_within_the_hour(session: Session, until: datetime) -> None:
    near = Ticket.due_at.between(until, until + timedelta(hours=1))
    assert 2 <= count(session, near, Ticket.state == "in_progress") <= 20


def test_riders_report_at_meals_and_seldom_at_night(session: Session) -> None:
    hours = Counter(each.astimezone(ZONE).hour for each in session.scalars(select(Ticket.created_at)))
    meals, nights = sum(hours[each] for each in (11, 12, 17, 18, 19)), sum(hours[each] for each in range(1, 6))
    assert meals / hours.total() > 0.38
    assert nights / hours.total() < 0.12


def test_every_role_has_something_waiting(session: Session) -> None:
    states = Counter(session.scalars(select(Ticket.state)))
    for state in ("submitted", "triaged", "assigned", "in_progress", "suspended", "resolved"):
        assert states[state] >= 3, state
    for name in SHOWN:
        person = session.scalars(select(User).where(User.username == name)).one()
        own = set(session.scalars(select(Ticket.state).where(Ticket.reporter_id == person.id)))
        assert {"submitted", "assigned", "in_progress", "resolved"} <= own
        with moved(UNTIL):
            today, month = points.used_caps(session, person)
        assert today.earned * 2 <= (today.cap or 0), "a visitor's first report is paid"
        assert month.earned < (month.cap or 0)


@pytest.mark.parametrize("name", ["loufeng", "xietang", "weiting", "shengpu", "jinjihu"])
def test_each_streets_clerk_finds_a_morning_of_work(session: Session, until: datetime, name: str) -> None:
    clerk = session.scalars(select(User).where(User.username == f"clerk.{name}")).one()
    seen = session.scalars(access.visible_tickets(session, clerk)).all()
    fresh = [each for each in seen if each.state == "submitted"]
    assert 4 <= len(fresh) <= 8
    assert all(until - timedelta(hours=4) < each.created_at for each in fresh)
    assert [each for each in seen if each.state == "resolved"]
    waiting = [each for each in seen if each.open_request("extension") is not None]
    assert waiting
    assert {each.name for each in permitted(waiting[0], clerk)} >= {"grant_extension", "refuse_extension"}


def test_the_officer_of_the_demo_has_some_to_accept_and_some_in_hand(session: Session) -> None:
    officer = session.scalars(select(User).where(User.username == "officer.enforcement")).one()
    states = Counter(each.state for each in session.scalars(access.visible_tickets(session, officer)))
    assert states["assigned"] >= 2
    assert states["in_progress"] >= 3


def test_balances_are_their_postings_and_caps_hold(session: Session) -> None:
    sums = select(Posting.account_id, func.sum(Posting.amount)).group_by(Posting.account_id)
    summed = dict(session.execute(sums).all())
    accounts = session.scalars(select(Account)).all()
    assert {each.id: each.balance for each in accounts if each.balance} == {
        account: total for account, total in summed.items() if total
    }
    assert sum(each.balance for each in accounts) == 0
    most = session.scalars(select(Rule).where(Rule.kind == "cap", Rule.code == "day")).one().body["points"]
    days = select(func.sum(Award.points)).where(Award.state.in_(COUNTS)).group_by(Award.user_id, Award.day)
    used = session.scalars(days).all()
    assert max(used) <= most
    assert sum(used) > 0


def test_riders_write_in_words_of_their_own(session: Session) -> None:
    said = session.scalars(select(Ticket.description).where(Ticket.description.is_not(None))).all()
    assert len(set(said)) > len(said) * 0.9
    assert not [each for each in said if "{" in each or "}" in each]
    assert max(Counter(said).values()) <= 5
    assert any(each.isascii() is False for each in said)


def test_each_picture_has_its_files_and_no_file_is_left_over(
    session: Session, loaded: tuple[Settings, datetime]
) -> None:
    kept = set(session.scalars(select(Photo.storage_key)))
    files = {name(key) for key in kept for name in (full_key, thumb_key)}
    assert set(open_storage(loaded[0].storage_url).keys()) == files
    assert {"before", "after"} <= set(session.scalars(select(Photo.kind)))


def test_the_newest_of_each_inbox_is_unread_and_all_older_is_read(session: Session) -> None:
    newest = (Notification.user_id, Notification.created_at.desc(), Notification.id.desc())
    inboxes: dict[int, list[bool]] = {}
    for row in session.scalars(select(Notification).order_by(*newest)):
        inboxes.setdefault(row.user_id, []).append(row.read_at is None)
    for unread in inboxes.values():
        assert unread == sorted(unread, reverse=True)
        assert sum(unread) <= MOST_UNREAD
    assert sum(any(unread) for unread in inboxes.values()) > len(inboxes) / 2


def test_the_folder_is_only_the_demos(loaded: tuple[Settings, datetime]) -> None:
    """What drew the pictures left nothing behind."""
    assert {each.name for each in Path(loaded[0].data_dir).iterdir()} <= {
        "files", "run", "secret_key", "whistle.db", "whistle.db-shm", "whistle.db-wal",
    }  # fmt: skip
