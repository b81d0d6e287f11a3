"""Why a report of this category at this place goes where it goes, in sentences: what `whistle route --explain` says."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.categories import Category
from models.clock import now
from models.units import Unit
from workflow import directory
from workflow.city_settings import city, titles
from workflow.deadlines import amount
from workflow.errors import Invalid
from workflow.routing import area_index, fitting_rule, guess_category, unit_at
from workflow.say import say


def explain(
    session: Session, latitude: float, longitude: float, code: str | None, text: str | None, locale: str
) -> list[str]:
    """One sentence a step: where, what, whose, by when, by which rules. WGS-84 degrees. Raises Invalid."""
    if not -90 <= latitude <= 90 or not -180 <= longitude <= 180:
        raise Invalid.field("latitude", "report.place")
    unit = unit_at(session, latitude, longitude)
    said = _place(session, latitude, longitude, unit, locale)
    category = _category(session, code, text, locale, said)
    if category is None:
        return said
    said.append(say("route.department", locale, category=titles(category), department=titles(category.department)))
    counts = say(f"counts.{category.limit_counts}", locale)
    said.append(say("route.limit", locale, amount=amount(category.limit_minutes, locale), counts=counts))
    for do in ("triage", "assign"):
        rule = fitting_rule(session, do, category, has_photo=None, inside=unit.kind != "city", at=now())
        if rule is None:
            said.append(say(f"route.no_{do}_rule", locale))
        else:
            photo = say("route.with_photo", locale) if rule.body["when"].get("has_photo") else ""
            said.append(say(f"route.{do}_rule", locale, rule={"zh": rule.title_zh, "en": rule.title_en}, photo=photo))
    for near in directory.rules(session, "duplicates")[:1]:
        said.append(say("route.duplicates", locale, metres=near.body["metres"], hours=near.body["hours"]))
    return said


def _place(session: Session, latitude: float, longitude: float, unit: Unit, locale: str) -> list[str]:
    index = area_index(session)
    covering = [session.get_one(Unit, each) for each in index.covering(latitude, longitude)]
    if covering:
        chain = " → ".join(each.name(locale) for each in reversed(covering))
        return [say("route.inside", locale, unit=titles(unit), chain=chain)]
    nearest = index.nearest(latitude, longitude)
    if nearest is None:
        return [say("route.no_areas", locale, city=titles_of_city(session))]
    closest = session.get_one(Unit, nearest[0])
    return [
        say("route.outside", locale, unit=titles(closest), metres=round(nearest[1]), city=titles_of_city(session)),
    ]


def titles_of_city(session: Session) -> dict[str, str]:
    """The city's name in both languages."""
    row = city(session)
    return {"zh": row.name_zh, "en": row.name_en}


def _category(session: Session, code: str | None, text: str | None, locale: str, said: list[str]) -> Category | None:
    if code:
        category = session.scalars(select(Category).where(Category.code == code, Category.active)).first()
        if category is None:
            raise Invalid.field("category", "report.unknown_category", code=code[:20])
        return category
    guess = guess_category(session, text)
    if guess is None:
        said.append(say("route.no_guess", locale))
        return None
    words = ("、" if locale == "zh" else ", ").join(guess.words)
    said.append(say("route.guess", locale, category=titles(guess.category), words=words))
    return directory.category(session, guess.category.code)
