"""What follows a transition, in the same transaction. An effect never calls out: it writes rows."""

from __future__ import annotations

from models.outbox import later
from models.tickets import Assignment, Request, Ticket
from workflow import directory, points
from workflow.alone import write
from workflow.city_settings import as_day, calendar
from workflow.engine.move import Move
from workflow.numbers import ticket_id
from workflow.report import clocks
from workflow.report.joining import adopt, disown
from workflow.report.photos import attach
from workflow.report.vocabulary import REPORT


@REPORT.effect
def ask_for_routing(move: Move) -> None:
    """A job finds community, street, likely category, department and duplicates."""
    later(move.session, "route_report", move.subject.id)


@REPORT.effect
def ask_for_rules(move: Move) -> None:
    """A rule may assign what has just been triaged."""
    later(move.session, "apply_rules", move.subject.id)


@REPORT.effect
def ask_for_settling(move: Move) -> None:
    """A job rewards or closes what is confirmed."""
    later(move.session, "settle_report", move.subject.id)


@REPORT.effect
def set_category(move: Move) -> None:
    """What it is, where it belongs, how urgent it is."""
    ticket, session, details = move.subject, move.session, move.details
    ticket.category = directory.category(session, details["category"])
    ticket.priority = details.get("priority") or ("urgent" if ticket.category.urgent else ticket.priority)
    if "unit" in details:
        ticket.unit = directory.unit(session, details["unit"])


@REPORT.effect
def assign_departments(move: Move) -> None:
    """The lead and the assisting ones; earlier ones that are not named again are out."""
    ticket, session = move.subject, move.session
    wanted = {move.details["department"]: "lead"} | dict.fromkeys(move.details.get("assisting", []), "assisting")
    units = {code: directory.unit(session, code) for code in wanted}
    if ticket.department is not None and ticket.department.code != move.details["department"]:
        move.facts["from_department"] = ticket.department.code
    _end(ticket, move)
    for code, role in wanted.items():
        unit = units[code]
        ticket.assignments.append(Assignment(unit=unit, unit_id=unit.id, role=role, started_at=move.at))
    ticket.department = units[move.details["department"]]
    if "from_department" in move.facts:
        ticket.handler = None


def _end(ticket: Ticket, move: Move) -> None:
    for each in ticket.assignments:
        each.ended_at = each.ended_at or move.at
    write(move.session)


@REPORT.effect
def end_assignments(move: Move) -> None:
    """No department has it any more."""
    _end(move.subject, move)


@REPORT.effect
def leave_department(move: Move) -> None:
    """The lead does not see it any more."""
    if move.subject.department is not None:
        move.facts["from_department"] = move.subject.department.code
    move.subject.department = move.subject.handler = None


@REPORT.effect
def become_handler(move: Move) -> None:
    """Who accepts it answers for it."""
    move.subject.handler = move.actor


@REPORT.effect
def count_send_back(move: Move) -> None:
    """So that it cannot bounce for ever."""
    move.subject.send_backs += 1


@REPORT.effect
def count_rework(move: Move) -> None:
    """How often it was not done when it was said to be."""
    move.subject.reworks += 1


@REPORT.effect
def count_reopen(move: Move) -> None:
    """An appeal against a rejection, or what turned out not to be solved."""
    if move.from_state == "rejected":
        move.subject.appeals += 1
    else:
        move.subject.reopens += 1
    move.subject.ended_at = None


@REPORT.effect
def count_urge(move: Move) -> None:
    """How often somebody had to push."""
    move.subject.urges += 1


@REPORT.effect
def restart_clock(move: Move) -> None:
    """Another department has its whole time, the same one what is left; entering a state starts its clock anyway."""
    if move.from_state == move.to_state and "from_department" in move.facts:
        clocks.start(move)


@REPORT.effect
def ask_extension(move: Move) -> None:
    """Remember what was asked, for whoever decides."""
    _ask(move, "extension", "until")


@REPORT.effect
def ask_suspension(move: Move) -> None:
    """Remember what was asked, for whoever decides."""
    _ask(move, "suspension", "review_on")


def _ask(move: Move, kind: str, field: str) -> None:
    day = as_day(move.details[field])
    asked = Request(kind=kind, asked_by_id=move.actor.id, asked_at=move.at, day=day)
    move.subject.requests.append(asked)


def _decide(move: Move, kind: str, decision: str) -> None:
    request = move.subject.open_request(kind)
    if request is not None:
        request.decision, request.decided_at, request.decided_by_id = decision, move.at, move.actor.id


@REPORT.effect
def grant_extension(move: Move) -> None:
    """A new day to be done by, at close of business."""
    _decide(move, "extension", "granted")
    ticket = move.subject
    ticket.extensions += 1
    ticket.extended_to = as_day(move.details["until"])
    ticket.due_at = calendar(move.session).close_of_business(ticket.extended_to)
    clocks.stamp_near(move.session, ticket, move.at)
    move.facts["due_at"] = ticket.due_at.isoformat()


@REPORT.effect
def refuse_extension(move: Move) -> None:
    """The deadline stays."""
    _decide(move, "extension", "refused")


@REPORT.effect
def grant_suspension(move: Move) -> None:
    """It rests until the day of review."""
    _decide(move, "suspension", "granted")
    ticket = move.subject
    ticket.review_on = as_day(move.details["review_on"])
    ticket.review_at = calendar(move.session).close_of_business(ticket.review_on)
    later(move.session, "review_suspension", ticket.id, ticket.review_at)


@REPORT.effect
def refuse_suspension(move: Move) -> None:
    """It goes on."""
    _decide(move, "suspension", "refused")


@REPORT.effect
def end_suspension(move: Move) -> None:
    """It goes on."""
    move.subject.review_on = move.subject.review_at = None


@REPORT.effect
def lapse_requests(move: Move) -> None:
    """What was asked and not decided has no object any more."""
    for kind in ("extension", "suspension"):
        _decide(move, kind, "lapsed")


@REPORT.effect
def attach_photos(move: Move) -> None:
    """Pictures of how it is."""
    internal = bool(move.details.get("internal"))
    attach(move.session, move.details.get("photos", []), move.subject, kind="before", internal=internal)


@REPORT.effect
def attach_after_photos(move: Move) -> None:
    """Pictures of how it is now that it is done."""
    attach(move.session, move.details.get("photos", []), move.subject, kind="after")


@REPORT.effect
def stamp_resolved(move: Move) -> None:
    """Who says that it is done."""
    move.subject.resolved_by_id = move.actor.id


@REPORT.effect
def stamp_ended(move: Move) -> None:
    """From here the days for a reopen count."""
    move.subject.ended_at = move.at


@REPORT.effect
def follow_the_other(move: Move) -> None:
    """Its reporter and joiners join the other ticket, whose fate is theirs from now on."""
    target = move.session.get_one(Ticket, ticket_id(move.session, move.facts["target"]))
    move.subject.merged_into = target
    adopt(move.session, move.subject, target)


@REPORT.effect
def leave_the_other(move: Move) -> None:
    """It stands for itself again."""
    ticket = move.subject
    target = ticket.merged_into
    move.facts["from_ticket"] = target.number
    if ticket.category is None:
        ticket.category = target.category
    disown(move.session, ticket)
    ticket.merged_into = None


@REPORT.effect
def reserve_points(move: Move) -> None:
    """What its people will be paid is set aside under their caps."""
    if move.subject.category_id is not None and move.to_state != "submitted":
        points.reserve(move.session, move.subject)


@REPORT.effect
def release_points(move: Move) -> None:
    """What was set aside is free again."""
    points.release(move.session, move.subject)


@REPORT.effect
def pay_points(move: Move) -> None:
    """Points are posted in the ticket's own transaction. Where only joiners are paid, the reporter is told why."""
    paid = points.pay(move.session, move.subject)
    move.facts |= {"points": paid} if paid else {"why": points.why_unpaid(move.session, move.subject)}
