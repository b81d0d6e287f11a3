"""`whistle workflow`: whether a definition can be used, and how it looks."""

from __future__ import annotations

from pathlib import Path

import click

from commands.kinds import OneOf, Place
from commands.spoken import argument, group, option, tell, told
from config import spoken_locale
from workflow.bootstrap import DEFINITIONS
from workflow.drawing import DOCUMENTS, diagram, document
from workflow.engine import parse
from workflow.engine.definition import read
from workflow.engine.machines import build, vocabularies, vocabulary_for
from workflow.errors import Refused
from workflow.say import LOCALES

workflow = group("workflow")


@workflow.command("check", help=told("workflow.check"))
@argument("file", "workflow.file", metavar="FILE", type=Place())
def check(file: Path) -> None:
    """`file:line: what is wrong`, or what it holds."""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Refused("cli.workflow.not_utf8", file=str(file)) from error
    lifecycle, source = read(text, str(file))
    vocabulary = vocabulary_for(lifecycle.kind)
    if vocabulary is None:
        kinds = ", ".join(each.kind for each in vocabularies())
        line = source.line(("kind",))
        raise Refused("cli.workflow.kind", file=str(file), line=line, kind=lifecycle.kind, kinds=kinds)
    build(text, vocabulary, str(file))
    edges = sum(len(each.targets) for each in lifecycle.transitions.values())
    counts = {"states": len(lifecycle.states), "transitions": len(lifecycle.transitions), "edges": edges}
    tell("workflow.ok", kind=lifecycle.kind, **counts)


@workflow.command("draw", help=told("workflow.draw"))
@argument("kind", "workflow.name", metavar="NAME")
@option("--lang", key="workflow.lang", type=OneOf(*LOCALES))
@option("--file", key="workflow.draw_file", type=Place(), metavar="FILE")
@option("--write", key="workflow.write", is_flag=True)
def draw(kind: str, lang: str | None, file: Path | None, write: bool) -> None:
    """A Mermaid state diagram on standard output, or the whole page in docs/."""
    known = sorted(path.stem for path in DEFINITIONS.glob("*.yaml"))
    if kind not in known:
        raise Refused("cli.workflow.unknown", name=kind, names=", ".join(known))
    source = file or DEFINITIONS / f"{kind}.yaml"
    lifecycle, _ = parse(source.read_text(encoding="utf-8"), str(source))
    if not write:
        click.echo(diagram(lifecycle, lang or spoken_locale()), nl=False)
        return
    page = DOCUMENTS / f"workflow-{kind}.md"
    page.parent.mkdir(exist_ok=True)
    page.write_text(document(lifecycle), encoding="utf-8")
    tell("workflow.written", file=page)
