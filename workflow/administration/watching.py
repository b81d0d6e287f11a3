"""Who hears of what an administrator does to a person: the person, whoever watches over them, other administrators.

Whoever resets a password holds the link to a new one and can become that person: nothing keeps an administrator from
it, so it must show.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Act, Membership, Unit, User
from workflow import telling
from workflow.actors import Actor
from workflow.administration.acts import who


def watching(session: Session, *paths: str) -> dict[int, str]:
    """The supervisors above any of the units at `paths` and all administrators, as "supervisors" or "admin"."""
    query = select(Membership.user_id, Membership.role, Unit.path).join(Unit).join(User)
    query = query.where(Membership.role.in_(("supervisor", "admin")), User.disabled_at.is_(None))
    found: dict[int, str] = {}
    for person, role, above in session.execute(query.order_by(Membership.role.desc())):
        if role == "admin" or any(path.startswith(above) for path in paths):
            found.setdefault(person, "admin" if role == "admin" else "supervisors")
    return found


def watching_rider(session: Session, actor: Actor, person: User) -> dict[int, str]:
    """Who hears that `actor` reset the password of `person`: nobody where that is no rider, who reports nothing."""
    paths = [each.unit.path for each in person.memberships if each.role == "rider"]
    found = watching(session, *paths) if paths else {}
    return {each: role for each, role in found.items() if each not in (actor.id, person.id)}


def tell_person(session: Session, act: Act, person: User, *changed: str) -> None:
    """Tell a person what of their account was `changed` by an act that was not their own: name, email, password."""
    if act.actor_id == person.id:
        return
    for each in changed:
        telling.write(session, person.id, f"act:{act.id}:{each}", f"told.account.{each}", {"name": who(act)}, None)


def tell_watching(session: Session, act: Act, person: User, told: dict[int, str]) -> None:
    """Tell whoever watches of a password that was reset."""
    params = {"name": who(act), "username": person.username}
    for each, role in told.items():
        telling.write(session, each, f"act:{act.id}", f"told.{role}.reset", params, None)
