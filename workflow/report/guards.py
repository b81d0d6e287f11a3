"""What must hold before anything is filled in. Each raises the sentence for the person."""

from __future__ import annotations

from datetime import timedelta

from models.tickets import Ticket
from workflow import points
from workflow.city_settings import governance
from workflow.engine.move import Move
from workflow.errors import Forbidden, Refused
from workflow.report.vocabulary import REPORT


@REPORT.guard
def not_the_reporter(move: Move) -> None:
    """Nobody handles what they reported."""
    if move.actor.id is not None and move.actor.id == move.subject.reporter_id:
        raise Forbidden("forbidden.own_report")


@REPORT.guard
def not_who_resolved(move: Move) -> None:
    """Who resolved it cannot confirm it."""
    if move.actor.id is not None and move.actor.id == move.subject.resolved_by_id:
        raise Forbidden("forbidden.own_resolution")


@REPORT.guard
def has_category(move: Move) -> None:
    """What was merged before it was triaged has no category yet: it must be known before it counts as triaged."""
    if move.subject.category_id is None and move.subject.merged_into.category_id is None:
        raise Refused("refused.no_category")


def bounced(ticket: Ticket, send_backs: int) -> bool:
    """Whether departments have sent it back as often as they may."""
    return ticket.send_backs >= send_backs


@REPORT.guard
def send_backs_left(move: Move) -> None:
    """A ticket is sent back at most twice; then who must act is decided."""
    if bounced(move.subject, governance(move.session, "send_backs")):
        raise Refused("refused.send_backs", times=move.subject.send_backs)


@REPORT.guard
def arbitrated_by_supervisor(move: Move) -> None:
    """After the last send-back a supervisor assigns, and only then."""
    arbitration = bounced(move.subject, governance(move.session, "send_backs"))
    if arbitration and move.role != "supervisor":
        raise Refused("refused.arbitration")
    if not arbitration and move.role == "supervisor":
        raise Refused("refused.no_arbitration")


def _open(move: Move, kind: str) -> bool:
    return move.subject.open_request(kind) is not None


@REPORT.guard
def no_open_extension(move: Move) -> None:
    """One request at a time."""
    if _open(move, "extension"):
        raise Refused("refused.extension_waits")


@REPORT.guard
def open_extension(move: Move) -> None:
    """There is a request to decide."""
    if not _open(move, "extension"):
        raise Refused("refused.no_extension")


@REPORT.guard
def no_open_suspension(move: Move) -> None:
    """One request at a time."""
    if _open(move, "suspension"):
        raise Refused("refused.suspension_waits")


@REPORT.guard
def open_suspension(move: Move) -> None:
    """There is a request to decide."""
    if not _open(move, "suspension"):
        raise Refused("refused.no_suspension")


@REPORT.guard
def decides_this_extension(move: Move) -> None:
    """The first extension is the clerk's to decide, later ones the supervisor's."""
    decider = "clerk" if move.subject.extensions == 0 else "supervisor"
    if move.role != decider:
        raise Refused(f"refused.extension_by_{decider}")


def _not_who_asked(move: Move, kind: str) -> None:
    request = move.subject.open_request(kind)
    if request is not None and request.asked_by_id == move.actor.id:
        raise Forbidden("forbidden.own_request")


@REPORT.guard
def not_who_asked_extension(move: Move) -> None:
    """Never who asked."""
    _not_who_asked(move, "extension")


@REPORT.guard
def not_who_asked_suspension(move: Move) -> None:
    """Never who asked."""
    _not_who_asked(move, "suspension")


@REPORT.guard
def within_reopen_days(move: Move) -> None:
    """What ended too long ago is reported anew."""
    days = governance(move.session, "reopen_days")
    ended = move.subject.ended_at
    if ended is not None and move.at > ended + timedelta(days=days):
        raise Refused("refused.reopen_days", days=days)


@REPORT.guard
def one_appeal(move: Move) -> None:
    """A rejection may be appealed so often; by default once."""
    if move.from_state == "rejected" and move.subject.appeals >= governance(move.session, "appeals"):
        raise Refused("refused.appealed")


@REPORT.guard
def somebody_is_paid(move: Move) -> None:
    """A rule pays somebody for it, or has paid already."""
    if not points.payable(move.session, move.subject):
        raise Refused("refused.nobody_paid")


@REPORT.guard
def nobody_is_paid(move: Move) -> None:
    """What pays somebody is not closed without paying."""
    if points.payable(move.session, move.subject):
        raise Refused("refused.somebody_paid")
