"""A definition that cannot be used is refused: file, line, and what is wrong. One that was used is kept."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import CannotStart
from models import Definition, Ticket
from stage.cast import a_report, fields, person
from tests.workflow.permits import DEFINITION, PERMIT
from workflow import bootstrap
from workflow.engine import DefinitionError, fire, machines, permitted
from workflow.engine.machines import build, current, store
from workflow.errors import Refused
from workflow.report import REPORT

ASK = "from: [new], to: asked, who: [asker]"
OPEN = "  asked: {title: {zh: 已申请, en: Asked}, tone: waiting}\n"

# what is changed in DEFINITION, into what, and the line and the reason that are named; line 0 is the changed one
WRONG = {
    "unknown guard": ("[not_the_asker]", "[not_the_askr]", 0, "give.guards.0: unknown guard not_the_askr"),
    "unknown check": ("[polite]", "[polite, rude]", 0, "give.checks.1: unknown check rude"),
    "unknown effect": ("[stamp, spill_ink]", "[stamp, spil]", 0, "give.effects.1: unknown effect spil"),
    "unknown relation": ("clerk in_office, sys", "clerk in_offic, sys", 0, "who.0: unknown relation in_offic"),
    "unknown role": ("clerk in_office, sys", "clerc in_office, sys", 0, "who.0: unknown role clerc"),
    "unknown person": ("who: [asker]}", "who: [askr]}", 0, "ask.who.0: unknown person askr"),
    "unknown audience": ("who: the_asker", "who: nobody", 0, "give.tell.0: unknown audience nobody"),
    "unknown sentence": ("told.comment", "told.nonsense", 0, "tell.0.say: unknown sentence told.nonsense"),
    "unknown condition": ("required: stamped", "required: stampd", 0, "seal.required: unknown condition stampd"),
    "unknown options": ("choice, options: colours", "choice, options: colors", 0, "unknown options colors"),
    "choice without options": ("choice, options: colours", "choice", 0, "colour: a choice needs options"),
    "options of a text": ("text, maximum: 10", "text, options: colours", 0, "word: only a choice has options"),
    "unknown type": ("text, maximum: 10", "txt", 0, "word.type: Input should be 'text'"),
    "nothing fits": ("text, maximum: 10", "text, maximum: 0", 0, "word: `maximum` leaves nothing"),
    "minimum too high": ("minimum: 1,", "minimum: 6,", 0, "stars: `maximum` leaves nothing"),
    "option without value": ("{value: s, title", "{title", 0, "size.options.0.value: is missing"),
    "option untranslated": ("zh: 小, en: Small", "en: Small", 0, "size.options.0.title.zh: is missing"),
    "nobody may fire": ("who: [asker]}", "who: []}", 0, "ask: nobody may fire it: `who` is empty"),
    "too many words": ("who: [asker]}", "who: [the old asker]}", 0, "ask.who.0: String should match"),
    "title in one language": ("zh: 已申请, en: Asked", "zh: 已申请", 0, "asked.title.en: is missing"),
    "empty title": ("zh: 已申请, en: Asked", "zh: '', en: Asked", 0, "asked.title.zh: String should have at least"),
    "untitled transition": ("    title: {zh: 发放, en: Give}\n", "", 26, "give.title: is missing"),
    "unsaid transition": ("    done: {zh: 发放, en: gave}\n", "", 26, "give.done: is missing"),
    "unknown tone": ("tone: waiting", "tone: wating", 0, "asked.tone: Input should be 'waiting'"),
    "unknown key": ("tone: waiting", "tone: waiting, colour: red", 0, "asked.colour: is not known here"),
    "no kind": ("kind: permit\n", "", 1, "kind: is missing"),
    "another kind": ("kind: permit", "kind: report", 1, "kind: is report, but permit is expected"),
    "bad name": ("  ask: {", "  Ask-It: {", 0, "transitions.Ask-It: String should match"),
    "state twice": (OPEN, OPEN + OPEN, 5, "asked stands here twice"),
    "transition twice": ("  give:\n", "  ask:\n", 0, "ask stands here twice"),
    "unreachable": (OPEN, OPEN + OPEN.replace("asked", "lost"), 5, "lost: cannot be reached from `new`"),
    "dead end": (", final: true", "", 5, "given: has no way out and is not final"),
    "final with a way out": ("tone: waiting", "tone: waiting, final: true", 0, "asked: is final, yet leads to given"),
    "no beginning": ("from: [new]", "from: [asked]", 6, "no transition starts from `new`"),
    "from nowhere": ("from: [new]", "from: [newer]", 0, "ask.from: unknown state newer"),
    "to nowhere": ("to: given", "to: gone", 0, "give.to: unknown state gone"),
    "moves to nowhere": ("from: [asked]\n    to: given", "moves: {asked: gone}", 29, "give.moves: unknown state gone"),
    "moves and to": ("from: [asked]\n    to: given", "moves: {asked: given}\n    to: given", 26, "or `moves`"),
    "neither": ("    from: [asked]\n    to: given\n", "", 26, "give: needs either `from` and `to`, or `moves`"),
    "without to": ("    to: given\n", "", 26, "give: needs either `from` and `to`, or `moves`"),
    "stays in new": (ASK, ASK.replace("to: asked", "to: stays"), 7, "ask.to: cannot stay in `new`"),
    "state called new": ("  given: {", "  new: {title: {zh: 新, en: N}, tone: done}\n  given: {", 5, "`new` is"),
    "open bracket": ("kind: permit", "kind: [permit", 2, "expected ',' or ']'"),
    "tag of Python": ("kind: permit", "kind: !!python/object:os.system x", 1, "cannot be read as"),
    "not its type": ("kind: permit", "kind: !!int x", 1, "'x' cannot be read as"),
    "key that is a list": ("kind: permit", "? [a, b]\n: c\nkind: permit", 1, "a name is a single word"),
    "not even a number": ("kind: permit", "kind: !!int ''", 1, "'' cannot be read as"),
    "not even a fraction": ("kind: permit", "kind: !!float ''", 1, "'' cannot be read as"),
    "too large a fraction": ("kind: permit", "kind: !!float 1" + ":1" * 400, 1, "cannot be read as"),
    "not a truth": ("kind: permit", "kind: !!bool foo", 1, "'foo' cannot be read as"),
    "not a time": ("kind: permit", "kind: !!timestamp foo", 1, "'foo' cannot be read as"),
    "no such day": ("kind: permit", "kind: !!timestamp 2026-02-30", 1, "'2026-02-30' cannot be read as"),
    "word as a list": ("[not_the_asker]", "!!seq not_the_asker", 0, "'not_the_asker' cannot be read as"),
    "itself within itself": ("kind: permit", "kind: &a [*a]", 1, "references (& and *) are not taken"),
    "anchor": ("kind: permit", "kind: &a permit", 1, "references (& and *) are not taken"),
    "nested": ("kind: permit", "kind: " + "[" * 5000 + "]" * 5000, 1, "it is nested too deeply"),
    "nested and open": ("kind: permit", "kind: " + "[" * 5000, 1, "it is nested too deeply"),
    "nested in blocks": ("kind: permit", "kind:\n  " + "- " * 5000, 2, "it is nested too deeply"),
    "second document": ("kind: permit", "kind: permit\n---\nkind: permit", 2, "another document"),
    "control character": ("kind: permit", "kind: per\x07mit", 1, "special characters are not allowed"),
    "control character below": ("to: given", "to: \x1b[2J", 0, "special characters are not allowed"),
    "unknown alias": ("kind: permit", "kind: *x", 1, "references (& and *) are not taken"),
}  # fmt: skip


def problems(text: str) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        build(text, PERMIT, "permit.yaml")
    return caught.value.problems


@pytest.mark.parametrize("mistake", WRONG)
def test_it_names_file_line_and_reason(mistake: str) -> None:
    good, bad, line, reason = WRONG[mistake]
    start = DEFINITION.index(good)
    found = problems(DEFINITION.replace(good, bad, 1))
    expected = f"permit.yaml:{line or DEFINITION[:start].count(chr(10)) + 1}: "
    assert any(each.startswith(expected) and reason in each for each in found), found


@pytest.mark.parametrize("text", ["", "[]", "permit", "null", "\x00", "3"])
def test_it_refuses_what_is_no_definition_at_all(text: str) -> None:
    assert problems(text)[0].startswith("permit.yaml:1: ")


def test_it_names_all_mistakes_at_once() -> None:
    text = DEFINITION.replace("[not_the_asker]", "[a, b]").replace("[polite]", "[c]").replace("told.comment", "d")
    assert [each.rpartition(" ")[2] for each in problems(text)] == ["a", "b", "c", "d"]


def test_it_names_wrong_states_and_wrong_words_together() -> None:
    found = problems(DEFINITION.replace("to: given", "to: gone").replace("[polite]", "[rude]"))
    assert any("give.to: unknown state gone" in each for each in found)
    assert any("give.checks.0: unknown check rude" in each for each in found)


def test_it_names_a_mistake_once() -> None:
    found = problems(DEFINITION.replace("from: [asked]\n    to: given", "from: [asked, given]\n    to: gone"))
    assert len(found) == len(set(found))
    assert sum("unknown state gone" in each for each in found) == 1


def test_it_does_not_let_references_multiply() -> None:
    """Nine aliases of nine aliases of nine aliases…"""
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))]
    assert problems("\n".join(lines)) == ["permit.yaml:1: references (& and *) are not taken here; write the value out"]


def test_its_reasons_cannot_speak_to_the_terminal() -> None:
    (found,) = problems('"\\e[2J": 1\n"\\e[2J": 2\n')
    assert found == "permit.yaml:2: \\x1b[2J stands here twice"


def test_it_accepts_the_good_ones(session: Session) -> None:
    build(DEFINITION, PERMIT)
    assert build(current(session, "report").text, REPORT).lifecycle.kind == "report"


def _changed(text: str) -> str:
    """Reports that may be withdrawn while they are triaged, too."""
    old = "    from: [submitted]\n    to: withdrawn\n"
    assert text.count(old) == 1
    return text.replace(old, "    from: [submitted, triaged]\n    to: withdrawn\n")


def test_a_running_ticket_keeps_its_definition(session: Session) -> None:
    alice, carol = person(session, "alice"), person(session, "carol")
    early = a_report(session)
    first = current(session, "report")
    second = store(session, _changed(first.text), REPORT)
    assert (second.version, current(session, "report").id) == (first.version + 1, second.id)
    late = a_report(session)
    for ticket in (early, late):
        fire(ticket, "triage", fields(session, "triage"), actor=carol)
    assert "withdraw" not in {each.name for each in permitted(early, alice)}
    assert "withdraw" in {each.name for each in permitted(late, alice)}
    with pytest.raises(Refused):
        fire(early, "withdraw", actor=alice)
    fire(late, "withdraw", actor=alice)
    assert (early.state, late.state) == ("triaged", "withdrawn")


def test_the_same_text_is_the_same_version(session: Session) -> None:
    newest = current(session, "report")
    assert store(session, newest.text, REPORT).id == newest.id
    changed = store(session, _changed(newest.text), REPORT)
    assert store(session, newest.text, REPORT).version == changed.version + 1
    assert session.scalar(select(func.count()).select_from(Definition)) == 3


def test_what_a_running_ticket_needs_is_missed_at_the_start(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    a_report(session)
    monkeypatch.setattr(REPORT, "guards", dict(REPORT.guards))
    monkeypatch.setattr(machines, "_made", {})
    session.info.pop("machineries")  # as in the process that starts
    del REPORT.guards["send_backs_left"]
    with pytest.raises(CannotStart) as caught:
        bootstrap.hold_running(session)
    line = 1 + next(
        number
        for number, line in enumerate((bootstrap.DEFINITIONS / "report.yaml").read_text("utf-8").splitlines())
        if "send_backs_left" in line
    )
    expected = f"report version 1:{line}: transitions.send_back.guards.1: unknown guard send_backs_left"
    assert expected in str(caught.value)


def test_what_only_an_unused_version_needs_is_not_missed(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(REPORT, "guards", dict(REPORT.guards))
    monkeypatch.setattr(machines, "_made", {})
    assert session.scalar(select(func.count()).select_from(Ticket)) == 0
    del REPORT.guards["send_backs_left"]
    bootstrap.hold_running(session)
