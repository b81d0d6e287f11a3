"""What people want to hear, by which channel: defaults, switches, what stays, and addresses."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Notification, Outbox, Preference
from stage.cast import a_ticket, person
from workflow import notices, telling
from workflow.administration.look import look
from workflow.city_settings import governance
from workflow.errors import Invalid
from workflow.notices.kinds import TABLE
from workflow.say import LOCALES, catalogue, say


def shown(session: Session, name: str) -> dict[tuple[str, str], tuple[bool, bool]]:
    return {(each.kind, each.channel): each[2:] for each in notices.preferences(session, person(session, name))}


def test_a_rider_chooses_among_a_riders_kinds(session: Session) -> None:
    assert shown(session, "alice") == {
        ("progress", "inbox"): (True, False), ("progress", "mail"): (True, False),
        ("points", "inbox"): (True, False), ("points", "mail"): (True, False),
        ("privacy", "inbox"): (True, True), ("privacy", "mail"): (True, False),
    }  # fmt: skip


def test_what_one_must_act_upon_stays_in_the_inbox(session: Session) -> None:
    fixed = {kind for (kind, channel), (_, is_fixed) in shown(session, "carol").items() if is_fixed}
    assert fixed == {"privacy", "work", "requests", "deadlines"}
    assert {kind for (kind, _) in shown(session, "ada")} == {"progress", "privacy", "system"}
    assert {kind for (kind, _) in shown(session, "sam")} == {"progress", "privacy", "work", "requests", "deadlines"}
    assert shown(session, "mallory") == {}


def test_a_switch_stays_and_what_is_not_named_too(session: Session) -> None:
    carol = person(session, "carol")
    notices.switch(session, carol, {("work", "mail"): True, ("deadlines", "mail"): False})
    notices.switch(session, carol, {("deadlines", "mail"): True, ("progress", "inbox"): False})
    after = {key: on for key, (on, _) in shown(session, "carol").items()}
    assert after[("work", "mail")]
    assert after[("deadlines", "mail")]
    assert not after[("progress", "inbox")]
    assert session.scalar(select(func.count()).select_from(Preference)) == 3


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({("weather", "mail"): True}, "kind"),
        ({("work", "pigeon"): True}, "channel"),
        ({("progress", "mail"): False, ("deadlines", "inbox"): False}, "deadlines.inbox"),
    ],
)
def test_a_wrong_switch_changes_nothing(session: Session, wanted: dict[tuple[str, str], bool], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        notices.switch(session, person(session, "carol"), wanted)
    assert list(refused.value.errors) == [field]
    assert all(each["message"] for locale in LOCALES for each in refused.value.field_errors(locale))
    assert session.scalars(select(Preference)).all() == []


def test_a_kind_without_any_channel_is_not_told(session: Session) -> None:
    alice = person(session, "alice")
    notices.switch(session, alice, {("progress", "inbox"): False})
    ticket = a_ticket(session, "submitted")
    assert not telling.write(session, alice.id, "event:1", "told.triage", {}, ticket.id)
    assert session.scalars(select(Notification)).all() == []


def test_a_look_behind_an_anonymous_report_is_told_to_whoever_wants_no_news(session: Session) -> None:
    for name in ("alice", "sam"):
        notices.switch(session, person(session, name), {("progress", "inbox"): False, ("privacy", "mail"): False})
    number = a_ticket(session, "submitted", anonymous=True).number
    look(session, person(session, "ada"), number, "投诉核实需要联系上报人")
    rows = session.scalars(select(Notification).where(Notification.key.endswith(".look"))).all()
    assert sorted((each.key, each.hidden) for each in rows) == [("told.look", False), ("told.supervisors.look", False)]


def test_the_same_cause_is_told_and_mailed_once(session: Session) -> None:
    alice = person(session, "alice")
    notices.set_address(session, alice, "alice@example.org")
    told = [telling.write(session, alice.id, "event:1", "told.triage", {}, None) for _ in range(3)]
    assert told == [True, False, False]
    assert session.scalar(select(func.count(Outbox.id)).where(Outbox.topic == "mail")) == 1


def test_whoever_is_disabled_keeps_an_inbox_and_gets_no_mail(session: Session) -> None:
    erin = person(session, "erin")
    notices.set_address(session, erin, "erin@example.org")
    assert notices.channels_for(session, erin.id, "deadlines") == ["inbox", "mail"]
    erin.disabled_at = erin.created_at
    session.flush()
    assert notices.channels_for(session, erin.id, "deadlines") == ["inbox"]
    assert notices.channels_for(session, 10**9, "deadlines") == []


def test_every_sentence_that_is_told_has_a_kind_on_purpose() -> None:
    """Whoever adds a sentence decides what it is: this list is all that counts as progress without being named."""
    keys = {key for key in catalogue("zh") if key.startswith("told.")} - {"told.matter", "told.nothing"}
    kinds = {key: notices.kind_of(key) for key in keys}
    assert set(kinds.values()) == set(notices.KINDS) == set(TABLE)
    progress = {key for key, kind in kinds.items() if kind == "progress" and not key.startswith("told.joined.")}
    assert progress == {
        f"told.{each}"
        for each in (
            "accept", "assign", "close", "comment", "grant_extension", "merge", "other", "reject", "reopen", "resolve",
            "resume", "suspend", "triage", "unmerge",
        )
    }  # fmt: skip


def test_every_kind_and_channel_has_its_words() -> None:
    for locale in LOCALES:
        assert all(say(f"notice.kind.{kind}{part}", locale) for kind in notices.KINDS for part in ("", ".about"))
        assert all(say(f"notice.channel.{channel}", locale) for channel in notices.CHANNELS)


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        (" Wang.Wei+work@Example.ORG ", "Wang.Wei+work@example.org"),
        ("a@例子.中国", "a@xn--fsqu00a.xn--fiqs8s"),
        ("", None),
        ("   ", None),
    ],
)
def test_an_address_is_stored_as_it_is_written_to(given: str, stored: str | None) -> None:
    assert notices.address(given) == stored


@pytest.mark.parametrize(
    "given",
    [
        "a", "a@b", "@example.org", "a@", "a@@example.org", "a b@example.org", "a@exa mple.org", ".a@example.org",
        "a..b@example.org", "a@example.org\r\nBcc: eve@example.org", "a@example..org", "a@-example.org",
        "a@[127.0.0.1]",
        "a@127.0.0.1", '"a b"@example.org', "王@example.org", "a@example.org, b@example.org", "Eve <a@example.org>",
        f"{'a' * 65}@example.org", f"a@{'b' * 64}.org", f"a@{'b.' * 130}org",
    ],
)  # fmt: skip
def test_a_wrong_address_is_refused(session: Session, given: str) -> None:
    alice = person(session, "alice")
    with pytest.raises(Invalid) as refused:
        notices.set_address(session, alice, given)
    assert list(refused.value.errors) == ["email"]
    assert alice.email is None


def test_another_address_is_tried_and_the_same_is_not(session: Session) -> None:
    alice = person(session, "alice")
    notices.set_address(session, alice, "alice@example.org")
    alice.email_refused = "550 5.1.1"
    notices.set_address(session, alice, "alice@example.org")
    assert alice.email_refused == "550 5.1.1"
    notices.set_address(session, alice, "alice@example.com")
    assert alice.email_refused is None


def test_the_city_says_what_is_near_and_when_it_is_escalated(session: Session) -> None:
    assert [governance(session, each) for each in ("near_percent", "near_minutes", "escalate_workdays")] == [25, 10, 1]
