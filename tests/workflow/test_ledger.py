"""Points are kept like money: every journal sums to zero, once under its key, and is mended only by another."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import Account, Award, Journal, Posting, User
from models.ledger import seal_award
from stage.cast import a_ticket, person, step
from workflow import ledger, points
from workflow.alone import be_alone, write
from workflow.errors import Refused
from workflow.ledger import lock_accounts, post, reverse

pytestmark = pytest.mark.usefixtures("monday")


def accounts(session: Session) -> dict[str, int]:
    """Alice's balances, and the city's."""
    found = lock_accounts(session, person(session, "alice").id)
    return {kind: account.balance for (kind, _), account in found.items()}


def paid(session: Session) -> Journal:
    """Alice was paid ten points for a report."""
    ticket = a_ticket(session, "rewarded")
    return session.scalars(select(Journal).where(Journal.ticket_id == ticket.id)).one()


def spend(session: Session, amount: int) -> None:
    """Take points from Alice's account, as whatever she spends them on would."""
    alice = person(session, "alice").id
    found = lock_accounts(session, alice)
    moves = [(found["rider", alice], -amount), (found["issuance", None], amount)]
    post(session, "reversal", f"spent:{amount}", moves)


def moves(journal: Journal) -> dict[str, int]:
    return {posting.account.kind: posting.amount for posting in journal.postings}


@pytest.fixture
def ada(session: Session) -> User:
    return person(session, "ada")


def test_an_award_is_two_postings_under_one_key(session: Session) -> None:
    journal = paid(session)
    alice = person(session, "alice")
    row = session.scalars(select(Award).where(Award.ticket_id == journal.ticket_id)).one()
    assert journal.key == f"award:{journal.ticket_id}:{journal.rule_id}:{alice.id}"
    assert (row.state, row.journal_id, row.rule_id) == ("paid", journal.id, journal.rule_id)
    assert moves(journal) == {"issuance": -10, "rider": 10}
    assert accounts(session) == {"issuance": -10, "rider": 10, "debt": 0}
    assert journal.hash == ledger.journal_hash(journal)


def test_accounts_are_locked_in_one_order_and_read_anew(session: Session) -> None:
    alice, bob = person(session, "alice").id, person(session, "bob").id
    lock_accounts(session, bob)
    found = lock_accounts(session, bob, alice)
    assert set(found) == {("issuance", None), *((kind, who) for kind in ("rider", "debt") for who in (alice, bob))}
    numbers = [each.id for each in found.values()]
    assert numbers == sorted(numbers)
    session.execute(text("UPDATE accounts SET balance = 7, seq = 3 WHERE id = :id"), {"id": found["rider", bob].id})
    again = lock_accounts(session, bob)["rider", bob]
    assert (again.balance, again.seq) == (7, 3)


def test_who_is_paid_nothing_now_keeps_nobody_waiting_for_the_city(session: Session) -> None:
    alice = person(session, "alice").id
    lock_accounts(session, alice)
    assert set(lock_accounts(session, alice, issuance=False)) == {("rider", alice), ("debt", alice)}


def test_what_was_hashed_once_is_hashed_so_for_ever() -> None:
    content = ("award", "award:1:2:3", 1, 2, None, None, "因为", "2026-11-27T08:00:00.000000+00:00")
    sides = [(5, 10, 1, 10), (1, -10, 4, -40)]
    always = "f68cecb8a7969344fc7415d339d155eeaf17aa7eacb9dd192440e2ccc65504af"
    assert ledger.hash_content(content, sides) == ledger.hash_content(content, sides[::-1]) == always
    always = "63ae2a966bbf846453505f750df7402b8b7891428ca2226552c2382ca87e7617"
    assert seal_award((1, 2, 3, "2026-11-23", 20, 10, "pending", None)) == always


def test_a_session_that_is_alone_pays_the_same(session: Session) -> None:
    be_alone(session)
    tickets = [a_ticket(session, "rewarded", who) for who in ("alice", "bob", "alice")]
    write(session)
    session.flush()
    found = session.scalars(select(Account).where(Account.kind != "debt").order_by(Account.id)).all()
    assert {(each.kind, each.user_id): (each.balance, each.seq) for each in found} == {
        ("issuance", None): (-30, 3),
        ("rider", person(session, "alice").id): (20, 2),
        ("rider", person(session, "bob").id): (10, 1),
    }
    query = select(Posting.amount, Posting.seq, Posting.balance_after).join(Journal).order_by(Posting.amount)
    sides = [session.execute(query.where(Journal.ticket_id == each.id)).all() for each in tickets]
    assert sides == [[(-10, 1, -10), (10, 1, 10)], [(-10, 2, -20), (10, 1, 10)], [(-10, 3, -30), (10, 2, 20)]]


def test_postings_are_numbered_and_carry_the_balance(session: Session) -> None:
    for _ in range(3):
        paid(session)
    account = session.scalars(select(Account).where(Account.kind == "rider")).one()
    rows = session.scalars(select(Posting).where(Posting.account_id == account.id).order_by(Posting.seq)).all()
    assert [(each.seq, each.amount, each.balance_after) for each in rows] == [(1, 10, 10), (2, 10, 20), (3, 10, 30)]


def test_the_same_key_posts_once(session: Session) -> None:
    journal = paid(session)
    alice = person(session, "alice").id
    found = lock_accounts(session, alice)
    again = post(session, "award", journal.key, [(found["rider", alice], 5), (found["issuance", None], -5)])
    assert again is journal
    assert accounts(session)["rider"] == 10


@pytest.mark.parametrize("amounts", [[], [(5,)], [5, -4], [1, 1]])
def test_what_does_not_sum_to_zero_is_no_journal(session: Session, amounts: list[int]) -> None:
    alice = person(session, "alice").id
    found = lock_accounts(session, alice)
    both = [found["rider", alice], found["issuance", None]]
    given = [(account, amount) for account, amount in zip(both, amounts, strict=False) if isinstance(amount, int)]
    with pytest.raises(ValueError, match="does not sum to zero"):
        post(session, "award", "odd", given)


def test_nobody_gives_what_they_do_not_have(session: Session) -> None:
    paid(session)
    with pytest.raises(Refused) as caught, session.begin_nested():
        spend(session, 11)
    assert caught.value.key == "ledger.not_enough"
    session.expire_all()
    assert accounts(session) == {"issuance": -10, "rider": 10, "debt": 0}
    spend(session, 10)
    assert accounts(session) == {"issuance": 0, "rider": 0, "debt": 0}


def test_nobody_pays_back_more_than_they_owe(session: Session) -> None:
    alice = person(session, "alice").id
    found = lock_accounts(session, alice)
    for amount in (1, 5):
        with pytest.raises(Refused) as caught, session.begin_nested():
            post(session, "reversal", "back", [(found["debt", alice], amount), (found["issuance", None], -amount)])
        assert caught.value.key == "ledger.not_enough"


def test_what_was_altered_past_the_ledger_is_not_paid(session: Session) -> None:
    a_ticket(session, "confirmed")
    due = session.scalars(select(Award)).one()
    session.execute(update(Award).values(points=1000).execution_options(synchronize_session=False))
    session.refresh(due)
    with pytest.raises(Refused) as caught:
        ledger.award(session, due)
    assert (caught.value.key, caught.value.params) == ("ledger.altered", {"award": due.id})
    assert accounts(session)["rider"] == 0


def test_a_reversal_takes_it_back(session: Session, ada: User) -> None:
    journal = paid(session)
    back = reverse(session, journal, actor=ada, reason="照片是旧的")
    assert moves(back) == {"issuance": 10, "rider": -10}
    assert (back.kind, back.reverses_id, back.actor_id, back.why) == ("reversal", journal.id, ada.id, "照片是旧的")
    assert (back.ticket_id, back.rule_id) == (journal.ticket_id, journal.rule_id)
    assert accounts(session) == {"issuance": 0, "rider": 0, "debt": 0}
    assert [(each.points, each.kind) for each in points.summary(session, person(session, "alice")).items] == [
        (-10, "reversal"), (10, "award"),
    ]  # fmt: skip


def test_what_was_spent_is_owed_and_netted_from_what_comes(session: Session, ada: User) -> None:
    journal = paid(session)
    spend(session, 7)
    back = reverse(session, journal, actor=ada, reason="重复")
    assert moves(back) == {"issuance": 10, "rider": -3, "debt": -7}
    summary = points.summary(session, person(session, "alice"))
    assert (summary.balance, summary.owed) == (0, 7)
    later = paid(session)
    assert moves(later) == {"issuance": -10, "debt": 7, "rider": 3}
    summary = points.summary(session, person(session, "alice"))
    assert (summary.balance, summary.owed) == (3, 0)


def test_a_debt_may_outlast_an_award(session: Session, ada: User) -> None:
    journals = [paid(session), paid(session)]
    spend(session, 20)
    for each in journals:
        reverse(session, each, actor=ada, reason="虚假")
    assert accounts(session) == {"issuance": 20, "rider": 0, "debt": -20}
    first = paid(session)
    assert moves(first) == {"issuance": -10, "debt": 10}
    assert accounts(session) == {"issuance": 10, "rider": 0, "debt": -10}
    again = reverse(session, first, actor=ada, reason="虚假")
    assert moves(again) == {"issuance": 10, "debt": -10}
    assert accounts(session)["debt"] == -20


def test_an_award_is_taken_back_once_and_a_reversal_never(session: Session, ada: User) -> None:
    journal = paid(session)
    back = reverse(session, journal, actor=ada, reason="重复")
    for wrong, key in ((journal, "ledger.reversed"), (back, "ledger.not_an_award")):
        with pytest.raises(Refused) as caught:
            reverse(session, wrong, actor=ada, reason="再来")
        assert caught.value.key == key
        assert all(caught.value.sentence(locale) for locale in ("zh", "en"))
    assert accounts(session) == {"issuance": 0, "rider": 0, "debt": 0}


def test_what_was_taken_back_is_not_paid_again(session: Session, ada: User) -> None:
    """Nor does it make room under a cap: it was earned that day, and lost by a decision."""
    ticket = a_ticket(session, "rewarded")
    journal = session.scalars(select(Journal).where(Journal.ticket_id == ticket.id)).one()
    reverse(session, journal, actor=ada, reason="重复")
    for name in ("reopen", "assign", "accept", "resolve", "confirm", "reward"):
        step(session, ticket, name)
    assert accounts(session)["rider"] == 0
    assert session.scalar(select(func.count()).select_from(Journal)) == 2
    assert points.summary(session, person(session, "alice")).today.earned == 10


@pytest.mark.parametrize(
    "change",
    [
        update(Account).where(Account.kind == "rider").values(balance=-1),
        update(Account).where(Account.kind == "debt").values(balance=1),
        update(Account).where(Account.kind == "issuance").values(kind="rider"),
        update(Account).where(Account.kind == "rider").values(user_id=None),
        update(Account).where(Account.kind == "rider").values(kind="pocket"),
        update(Award).values(points=-1),
        update(Award).values(state="promised"),
    ],
    ids=[
        "rider below zero",
        "debt above zero",
        "city's own",
        "nobody's",
        "unknown kind",
        "negative award",
        "unknown state",
    ],
)
def test_the_database_itself_forbids_what_cannot_be(session: Session, change: object) -> None:
    paid(session)
    with pytest.raises(IntegrityError):
        session.execute(change)  # type: ignore[call-overload]


@pytest.mark.parametrize("amount", [0])
def test_a_posting_moves_something(session: Session, amount: int) -> None:
    journal = paid(session)
    account = session.scalars(select(Account).where(Account.kind == "debt")).one()
    session.add(Posting(journal_id=journal.id, account_id=account.id, amount=amount, seq=1, balance_after=0))
    with pytest.raises(IntegrityError):
        session.flush()
