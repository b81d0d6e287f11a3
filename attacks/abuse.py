"""Points got by tricks, tried on a running house: handling one's own, one picture twice, merges, a clerk in league."""

from __future__ import annotations

import re
from datetime import timedelta

import time_machine
from sqlalchemy import select

from attacks.tricks import ADMIN, AGAIN_SUPERVISOR, CLERK, HEAD, OFFICER, OTHERS, SUPERVISOR, Abuse
from models import Award, Membership, Review, Ticket, Unit, User
from models.clock import now
from stage.browser import Browser
from stage.house import House
from stage.photos import patchwork
from stage.stage import Stage
from stage.town import hold_audit
from workflow import reviews
from workflow.numbers import ticket_id

OFFICE = """
    clerk:triage clerk:assign ?accept ?send_back ?request_extension ?resolve
    officer:accept ?send_back ?request_extension ?request_suspension ?resolve
    officer:request_suspension supervisor:suspend ?resume officer:resume officer:resolve clerk:confirm
"""
LIVES = {
    CLERK: """
        ?triage ?reject ?merge clerk:merge ?unmerge clerk:unmerge ?reject ?merge ?assign clerk:assign ?merge ?assign
        ?urge officer:request_extension ?grant_extension ?refuse_extension clerk:refuse_extension officer:accept ?urge
        officer:resolve clerk:confirm
    """,
    OFFICER: OFFICE,
    HEAD: OFFICE,
    SUPERVISOR: """
        clerk:triage clerk:assign ?urge officer:request_extension clerk:grant_extension officer:accept
        officer:request_extension ?grant_extension ?refuse_extension supervisor:refuse_extension
        officer:request_suspension ?suspend ?refuse_suspension supervisor:suspend ?urge ?resume officer:resume
        officer:send_back clerk:assign officer:send_back ?assign supervisor:assign officer:accept
        officer:resolve clerk:confirm
    """,
}
"""What becomes of a report of each of theirs, step by step by others of that role; and before those (`?`) what they may
do in this state to any other ticket, and try on their own."""
OWN_REPORT, OWN_RESOLUTION = "urn:whistle:forbidden.own_report", "urn:whistle:forbidden.own_resolution"


def run(stage: Stage) -> None:
    with House(stage.new_folder("house"), stage.new_database()) as house:
        abuse = Abuse(stage, house)
        own_tickets(abuse)
        own_work(abuse)
        one_picture(abuse)
        merges(abuse)
        league(abuse)
        stage.figure("tricks tried", abuse.tried, least=30)
        stage.figure("refused, or paid no more than is due", abuse.refused, exactly=abuse.tried)
        stage.figure("that earned something", len(abuse.earned), exactly=0)
        for line in abuse.earned[:10]:
            stage.say(line)
        hold_audit(stage, house.database)


def own_tickets(abuse: Abuse) -> None:
    """Staff who ride as well handle nothing that they reported in any state, and are not paid for it."""
    _is_too(abuse.house, AGAIN_SUPERVISOR, "supervisor", "sip")
    abuse.other = abuse.report("rider4")
    for who, life in LIVES.items():
        _is_too(abuse.house, who, "rider", "sip")
        others = OTHERS | ({"officer": HEAD} if who == OFFICER else {})
        number = abuse.report(who)
        for step in life.split():
            role, _, name = step.rpartition(":")
            if role:
                abuse.fire(others[role], number, name, **abuse.fields(others[role], number, name))
            else:
                answer = abuse.person(who).fire(number, name[1:], **abuse.fields(who, number, name[1:]))
                abuse.forbid(f"{who} fires {name[1:]} on their own", answer, OWN_REPORT)
        abuse.settle()
        abuse.hold(f"{who} is paid for their own", who, 0, 0)


def own_work(abuse: Abuse) -> None:
    """Who is officer and clerk at once does not confirm what they resolved."""
    _is_too(abuse.house, HEAD, "clerk", "loufeng")
    number = abuse.report("rider4")
    for who, name in ((HEAD, "triage"), (HEAD, "assign"), (HEAD, "accept"), (HEAD, "resolve")):
        abuse.fire(who, number, name, **abuse.fields(who, number, name))
    for fields in ({}, {"rating": 5}):
        answer = abuse.person(HEAD).fire(number, "confirm", **fields)
        abuse.forbid(f"{HEAD} confirms what they resolved", answer, OWN_RESOLUTION)
    abuse.fire(CLERK, number, "rework", reason="没有清")
    abuse.fire(OFFICER, number, "resolve", **abuse.fields(OFFICER, number, "resolve"))


def one_picture(abuse: Abuse) -> None:
    """The same picture from a second account, or the same one again, is shown to the clerk, and what is paid for it
    under two names is drawn for a second look."""
    shot = patchwork(70_000)
    first = abuse.report("rider4", shot)
    abuse.finish(first)
    if abuse.points("rider4") != 10:
        abuse.earned.append("an honest report was not paid")
    for who in ("rider5", "rider4"):
        again = abuse.report(who, shot)
        shown = _browser(abuse.house, CLERK).get(f"/tickets/{again}").body.decode()
        abuse.tried += 1
        abuse.refused += first in shown and "Same photo" in shown
        abuse.finish(again)
        abuse.alike.append(again)
    abuse.alike.append(first)


def merges(abuse: Abuse) -> None:
    """Two accounts merged into one ticket with one picture, one's own reports into each other, and again and again."""
    shot = patchwork(71_000)
    first, second = abuse.report("rider6", shot), abuse.report("rider7", shot)
    abuse.fire(CLERK, first, "triage", category="06010")
    abuse.fire(CLERK, second, "merge", into=first)
    abuse.refuse("merged into itself", abuse.person(CLERK).fire(first, "merge", into=first))
    abuse.refuse("merged in a circle", abuse.person(CLERK).fire(first, "merge", into=second))
    abuse.finish(first)
    abuse.hold("a second account is merged in with the same picture", "rider7", 0, 1)
    abuse.alike.append(first)
    own = [abuse.report("rider8") for _ in range(3)]
    abuse.fire(CLERK, own[0], "triage", category="06010")
    for each in own[1:]:
        abuse.fire(CLERK, each, "merge", into=own[0])
    abuse.fire(CLERK, own[1], "unmerge")
    abuse.fire(CLERK, own[1], "merge", into=own[0])
    for _ in range(4):
        abuse.person("rider9").post(f"/nearby/{_public_id(abuse.house, own[0])}/join", {})
    abuse.finish(own[0])
    abuse.hold("one's own reports merged into each other", "rider8", 0, 10)
    abuse.hold("joined four times", "rider9", 0, 1)
    abuse.refuse("rewarded once more", abuse.person(CLERK).fire(own[0], "reward"))


def league(abuse: Abuse) -> None:
    """What one clerk grants to one rider stands out, and of a day's awards some are drawn for others."""
    house, stage = abuse.house, abuse.stage
    numbers = [abuse.report("rider10") for _ in range(5)]
    for number in numbers:
        abuse.finish(number)
    with time_machine.travel(now() + timedelta(days=1)), house.database.writing() as session:
        reviews.draw(session)
    with house.database.reading() as session:
        of = select(Ticket).join(Award, Award.ticket_id == Ticket.id).join(Review, Review.award_id == Award.id)
        seen = {each.number for each in session.scalars(of)}
        rider = session.scalars(select(User.name).where(User.username == "rider10")).one()
        clerk = session.scalars(select(User.name).where(User.username == CLERK)).one()
        drawn = session.scalars(select(Review.id)).all()
    page = _browser(house, SUPERVISOR)
    shown = page.get("/supervisor/awards").body.decode()
    stands_out = re.search(f">{clerk}</th><td>{rider}</td>", shown)
    stage.figure("a clerk and a rider in league, shown", int(stands_out is not None), exactly=1)
    stage.figure("awards of the day drawn for others", len(drawn), least=reviews.LEAST, most=reviews.MOST)
    stage.figure("of one picture under two names, drawn", len(seen & set(abuse.alike)), exactly=len(abuse.alike))
    abuse.refuse("a clerk looks at what was drawn", _browser(house, CLERK).get("/supervisor/awards"))
    taken = _browser(house, CLERK).send(f"/supervisor/awards/{drawn[0]}", {"verdict": "sound"})
    abuse.refuse("a clerk decides on what was drawn", taken)
    for review in drawn:
        with house.database.reading() as session:
            about = select(Ticket).join(Award, Award.ticket_id == Ticket.id).join(Review, Review.award_id == Award.id)
            number = session.scalars(about.where(Review.id == review)).one().number
        abuse.person(SUPERVISOR).fire(number, "comment", note="看过了")
        own = page.send(f"/supervisor/awards/{review}", {"verdict": "sound"})
        abuse.refuse("who had a part in it decides", own)
    found = _browser(house, ADMIN).send(f"/supervisor/awards/{drawn[0]}", {"verdict": "doubtful", "note": "查"})
    stage.figure("another pair of eyes decides", int(found.status == 303), exactly=1)


def _browser(house: House, who: str) -> Browser:
    browser = Browser(house.address)
    if browser.sign_in(who).status != 303:
        raise RuntimeError(f"{who} cannot sign in")
    return browser


def _is_too(house: House, who: str, role: str, unit: str) -> None:
    with house.database.writing() as session:
        user = session.scalars(select(User).where(User.username == who)).one()
        where = session.scalars(select(Unit).where(Unit.code == unit)).one()
        user.memberships.append(Membership(role=role, unit=where))


def _public_id(house: House, number: str) -> str:
    with house.database.reading() as session:
        return session.scalars(select(Ticket.public_id).where(Ticket.id == ticket_id(session, number))).one()
