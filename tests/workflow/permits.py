"""A second, tiny lifecycle: a permit is asked for and given. It shares nothing with reports but the engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, MetaData, UniqueConstraint, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from models import Base, Unit, User
from models.append_only import guard
from models.clock import now
from models.lifecycle import History, Lifecycle, Words
from models.people import Membership
from stage.cast import person
from workflow.engine import Move, Vocabulary, fire, machines
from workflow.engine.definition import Title
from workflow.errors import Forbidden, Refused


class Own(DeclarativeBase):
    """Tables that no migration knows; those of the house that they refer to are mentioned by copy."""

    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
    type_annotation_map = Base.registry.type_annotation_map


for name in ("units", "users", "definitions"):
    Base.metadata.tables[name].to_metadata(Own.metadata)


class PermitEvent(History, Own):
    __tablename__ = "permit_events"
    __table_args__ = (UniqueConstraint("permit_id", "seq"),)

    subject_id: Mapped[int] = mapped_column("permit_id", ForeignKey("permits.id"))


class PermitWords(Words, Own):
    __tablename__ = "permit_words"

    event_id: Mapped[int] = mapped_column(ForeignKey("permit_events.id"), primary_key=True)


class Permit(Lifecycle, Own):
    kind: ClassVar[str] = "permit"
    history = PermitEvent
    words = PermitWords

    __tablename__ = "permits"

    asker_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    stamps: Mapped[int] = mapped_column(default=0)


guard(Own.metadata.tables["permit_events"])

PERMIT = Vocabulary(Permit)


@PERMIT.person("rider")
def asker(permit: Permit, user: User) -> bool:
    return permit.asker_id == user.id


@PERMIT.relation
def in_office(permit: Permit, membership: Membership) -> bool:
    return membership.unit_id == permit.unit_id


@PERMIT.guard
def not_the_asker(move: Move) -> None:
    if move.actor.id == move.subject.asker_id:
        raise Forbidden()


@PERMIT.check
def polite(move: Move) -> None:
    if "!" in move.details.get("note", ""):
        raise Refused()


@PERMIT.effect
def stamp(move: Move) -> None:
    move.subject.stamps += 1
    move.facts["stamps"] = move.subject.stamps


@PERMIT.effect
def spill_ink(move: Move) -> None:
    if move.details.get("note") == "ink":
        raise OSError("ink everywhere")


@PERMIT.condition
def stamped(permit: Permit) -> bool:
    return permit.stamps > 0


@PERMIT.choices
def colours(_session: Session, _permit: Permit) -> list[tuple[str, Title]]:
    return [("red", Title(zh="红", en="Red")), ("blue", Title(zh="蓝", en="Blue"))]


@PERMIT.audience
def the_asker(_session: Session, permit: Permit) -> list[int]:
    return [permit.asker_id]


@PERMIT.finder
def find(_session: Session, number: str) -> int | None:
    return int(number) if number.isdecimal() and len(number) < 6 else None


DEFINITION = """\
kind: permit
title: {zh: 许可, en: Permit}
states:
  asked: {title: {zh: 已申请, en: Asked}, tone: waiting}
  given: {title: {zh: 已发放, en: Given}, tone: done, final: true}
transitions:
  ask: {title: {zh: 申请, en: Ask}, done: {zh: 申请, en: asked}, from: [new], to: asked, who: [asker]}
  fill:
    title: {zh: 填写, en: Fill in}
    done: {zh: 填写, en: filled in}
    from: [asked]
    to: stays
    who: [asker, clerk in_office]
    fields:
      word: {title: {zh: 词, en: Word}, type: text, maximum: 10}
      story: {title: {zh: 故事, en: Story}, type: longtext}
      day: {title: {zh: 日, en: Day}, type: date}
      stars: {title: {zh: 星, en: Stars}, type: number, minimum: 1, maximum: 5}
      agreed: {title: {zh: 是, en: Agreed}, type: boolean}
      colour: {title: {zh: 色, en: Colour}, type: choice, options: colours}
      size: {title: {zh: 码, en: Size}, type: choice, options: [{value: s, title: {zh: 小, en: Small}}]}
      colours: {title: {zh: 色, en: Colours}, type: choices, options: colours, maximum: 2}
      other: {title: {zh: 单, en: Other}, type: ticket}
      pictures: {title: {zh: 图, en: Pictures}, type: photos, maximum: 3}
      seal: {title: {zh: 章, en: Seal}, type: text, required: stamped}
  give:
    title: {zh: 发放, en: Give}
    done: {zh: 发放, en: gave}
    from: [asked]
    to: given
    who: [clerk in_office, system]
    guards: [not_the_asker]
    fields:
      note: {title: {zh: 说明, en: Note}, type: longtext, required: true}
    checks: [polite]
    effects: [stamp, spill_ink]
    tell: [{who: the_asker, say: told.comment}]
"""


@contextmanager
def office(session: Session) -> Iterator[Session]:
    """The permits' tables and their place in the engine, for as long as it lasts."""
    mine = [each.__table__ for each in (Permit, PermitEvent, PermitWords)]
    Own.metadata.create_all(session.connection(), tables=mine)
    machines.register(PERMIT)
    machines.store(session, DEFINITION, PERMIT, "permit.yaml")
    try:
        yield session
    finally:
        del machines._vocabularies["permit"]


def a_permit(session: Session, asker: User, unit: Unit, **about: Any) -> Permit:
    """A permit that nobody has asked for yet."""
    permit = Permit(asker_id=asker.id, unit_id=unit.id, updated_at=now(), **about)
    permit.definition_id = machines.current(session, "permit").id
    session.add(permit)
    session.flush()
    return permit


def loufeng(session: Session) -> Unit:
    """The office that gives them."""
    return session.scalars(select(Unit).where(Unit.code == "loufeng")).one()


def asked(session: Session, **about: Any) -> Permit:
    """A permit that Alice asked the office of Loufeng for."""
    alice = person(session, "alice")
    permit = a_permit(session, alice, loufeng(session), **about)
    fire(permit, "ask", actor=alice)
    return permit
