"""The people as an administrator finds and manages them. Riders' telephone numbers are shown by their tails alone.

An administrator is never shut out by themselves, and the last one by nobody: whoever takes an administrator's powers
away must be another who has them still, behind a lock on all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models import Invitation, Membership, Ticket, Unit, User
from models.clock import now
from workflow.access import require
from workflow.actors import Actor
from workflow.administration.acts import hold_seen, record
from workflow.administration.fields import Errors, hold_choice, hold_name, refuse
from workflow.administration.roles import unit_for
from workflow.administration.watching import tell_person
from workflow.errors import NotFound, Refused
from workflow.identity import accounts, sign_ins
from workflow.notices import set_address
from workflow.numbers import LARGEST_ID
from workflow.say import LOCALES

ROWS = 50
STATES = ("active", "disabled", "invited")


@dataclass(frozen=True)
class PeopleFilter:
    """Who is wanted; None asks for anybody. `unit` counts what lies below; `q` is of a name or username, or a tail."""

    q: str | None = None
    role: str | None = None
    unit: str | None = None
    state: str | None = None


@dataclass(frozen=True)
class People:
    """A page of people, how many there are in all, and the invitations that are still open by their person's id."""

    rows: list[User]
    total: int
    page: int
    pages: int
    invitations: dict[int, Invitation]


def index(session: Session, actor: Actor, wanted: PeopleFilter, page: int = 1) -> People:
    """The people whom `wanted` asks for: those with an account by username, then those known by telephone alone.

    At most six queries. Raises Forbidden.
    """
    require(actor, "user.manage")
    conditions = _conditions(session, wanted)
    total = session.scalar(select(func.count()).select_from(User).where(*conditions)) or 0
    pages = max(1, -(-total // ROWS))
    page = min(max(page, 1), pages)
    query: Select[User] = (
        select(User)
        .where(*conditions)
        .order_by(User.username.is_(None), User.username, User.id)
        .options(selectinload(User.memberships).joinedload(Membership.unit))
    )
    rows = list(session.scalars(query.limit(ROWS).offset((page - 1) * ROWS)))
    return People(rows, total, page, pages, open_invitations(session, [row.id for row in rows]))


def open_invitations(session: Session, people: Sequence[int]) -> dict[int, Invitation]:
    """The link that each of `people` was given and has not used, also where its time is over."""
    query = select(Invitation).where(Invitation.user_id.in_(people), Invitation.ended_at.is_(None))
    return {row.user_id: row for row in session.scalars(query)}


def show(session: Session, actor: Actor, number: int) -> User:
    """One person with their roles. Raises Forbidden, NotFound."""
    require(actor, "user.manage")
    query = select(User).where(User.id == min(number, LARGEST_ID))
    options = selectinload(User.memberships).joinedload(Membership.unit)
    row = session.scalars(query.options(options)).one_or_none()
    if row is None:
        raise NotFound()
    return row


def in_hand(session: Session, person: User) -> int:
    """How many open tickets the person handles: what somebody else must take over."""
    query = select(func.count()).select_from(Ticket)
    return session.scalar(query.where(Ticket.handler_id == person.id, Ticket.settled_at.is_(None))) or 0


def hand(session: Session, person: User, most: int = 10) -> list[Ticket]:
    """The open tickets that the person handles, the first due first, at most `most`. One query."""
    query = select(Ticket).where(Ticket.handler_id == person.id, Ticket.settled_at.is_(None))
    query = query.order_by(Ticket.due_at.is_(None), Ticket.due_at, Ticket.id).options(joinedload(Ticket.category))
    return list(session.scalars(query.limit(most)))


def rename(
    session: Session, actor: Actor, number: int, name: str, locale: str, email: str | None, *, seen: int | None = None
) -> None:
    """Mend a person's name, language and address for mail. Raises Invalid, Refused where somebody did meanwhile."""
    person = held(session, actor, number, seen)
    errors: Errors = {}
    hold_name(errors, "name", name, 64)
    hold_choice(errors, "locale", locale, LOCALES)
    refuse(errors)
    before = (person.name, person.locale, person.email)
    set_address(session, person, email)
    person.name, person.locale = name.strip(), locale
    if before != (person.name, person.locale, person.email):
        # What the address was is nobody's business later: the act says only that it was changed.
        act = record(session, actor, "user.name", "user", person.id, email=before[2] != person.email)
        changed = {"name": before[0] != person.name, "email": before[2] != person.email}
        tell_person(session, act, person, *(each for each, differs in changed.items() if differs))


def disable(session: Session, actor: Actor, number: int, *, seen: int | None = None) -> None:
    """Shut a person out at once. Raises Refused for oneself and the last administrator."""
    person = held(session, actor, number, seen)
    if person.id == actor.id:
        raise Refused("user.oneself")
    hold_another_administrator(session, person)
    if person.disabled_at is None:
        accounts.disable(session, person)
        record(session, actor, "user.disable", "user", person.id, in_hand=in_hand(session, person))


def enable(session: Session, actor: Actor, number: int, *, seen: int | None = None) -> None:
    """Let a disabled person sign in again, with the password they had."""
    person = held(session, actor, number, seen)
    if person.disabled_at is not None:
        accounts.enable(session, person)
        record(session, actor, "user.enable", "user", person.id)


def add_role(
    session: Session, actor: Actor, number: int, role: str, unit_code: str, *, seen: int | None = None
) -> None:
    """Give a person a role in a unit. Raises Invalid where the role makes no sense there."""
    person = held(session, actor, number, seen)
    unit = unit_for(session, role, unit_code)
    if any(each.role == role and each.unit_id == unit.id for each in person.memberships):
        return
    if role != "rider" and not person.is_staff:
        sign_ins.shorten(session, person)
    person.memberships.append(Membership(role=role, unit=unit))
    record(session, actor, "user.add_role", "user", person.id, role=role, unit=unit.code)


def remove_role(
    session: Session, actor: Actor, number: int, role: str, unit_code: str, *, seen: int | None = None
) -> None:
    """Take a role in a unit away. Raises Refused for one's own as administrator, and for the last one's."""
    person = held(session, actor, number, seen)
    found = next((each for each in person.memberships if (each.role, each.unit.code) == (role, unit_code)), None)
    if found is None:
        return
    if role == "admin":
        if person.id == actor.id:
            raise Refused("user.oneself")
        hold_another_administrator(session, person)
    person.memberships.remove(found)
    record(session, actor, "user.remove_role", "user", person.id, role=role, unit=unit_code)


def held(session: Session, actor: Actor, number: int, seen: int | None) -> User:
    """The person, locked, as nobody changed them since. Administrators are locked before anybody is read: two who
    take each other's powers away at once must not both succeed. Raises Forbidden, NotFound, Refused."""
    require(actor, "user.manage")
    powers = select(Membership.id).where(Membership.role == "admin").order_by(Membership.id).with_for_update()
    session.execute(powers)
    person = show(session, actor, number)
    session.refresh(person, ["password_hash", "disabled_at", "erasure_asked_at"], with_for_update=True)
    if person.erasure_asked_at is not None:
        raise Refused("user.has_left")
    if isinstance(actor, User):
        session.refresh(actor, ["disabled_at", "memberships"])
        require(actor, "user.manage")
    hold_seen(session, "user", person.id, seen)
    return person


def hold_another_administrator(session: Session, person: User) -> None:
    """Raise Refused where `person` is the only administrator who can sign in. Only for whom `held` has locked."""
    if not person.has_role("admin"):
        return
    others = select(func.count(func.distinct(User.id))).join(Membership, Membership.user_id == User.id)
    working = others.where(Membership.role == "admin", User.disabled_at.is_(None), User.password_hash.is_not(None))
    if not session.scalar(working.where(User.id != person.id)):
        raise Refused("user.last_administrator")


def _conditions(session: Session, wanted: PeopleFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.q:
        q = wanted.q.strip()
        named = [User.name.icontains(q, autoescape=True), User.username.icontains(q, autoescape=True)]
        conditions.append(or_(*named, User.phone_tail == q))
    if wanted.role or wanted.unit:
        member = select(Membership.id).where(Membership.user_id == User.id)
        if wanted.role:
            member = member.where(Membership.role == wanted.role)
        if wanted.unit:
            path = session.scalar(select(Unit.path).where(Unit.code == wanted.unit)) or "?"
            below = select(Unit.id).where(Unit.path.startswith(path, autoescape=True))
            member = member.where(Membership.unit_id.in_(below))
        conditions.append(exists(member))
    if wanted.state == "disabled":
        conditions.append(User.disabled_at.is_not(None))
    elif wanted.state == "active":
        conditions.append(User.disabled_at.is_(None))
    elif wanted.state == "invited":
        conditions.append(User.disabled_at.is_(None))
        conditions.append(User.id.in_(select(Invitation.user_id).where(Invitation.ended_at.is_(None))))
    return conditions


def expired(row: Invitation) -> bool:
    """Whether the link's time is over."""
    return row.expires_at <= now()
