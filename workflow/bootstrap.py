"""From an empty or an older database to one that this code can work with: migrate, load the city, store definitions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import CannotStart, Settings
from models import City, Definition, Ticket, User, migrations
from models.database import Database, database
from workflow.city.lacks import Lack
from workflow.city.load import load_pack
from workflow.city.mistakes import PackError
from workflow.city.read import read_pack
from workflow.demo import PASSWORD, load_people
from workflow.engine import DefinitionError
from workflow.engine.machines import machinery, store, vocabularies
from workflow.errors import Refused
from workflow.pretended import hold_real
from workflow.report import REPORT
from workflow.say import LOCALES
from workflow.strangers import read_regular

DEFINITIONS = Path(__file__).resolve().parent / "definitions"


@dataclass(frozen=True)
class Prepared:
    """What there is to say once the database is ready."""

    sentences: tuple[str, ...]


History = Callable[[Session], object]


def prepare(settings: Settings, history: History | None = None) -> Prepared:
    """Bring the database of `settings` up to this code and its city. Raises CannotStart with a sentence.

    `history` loads the demo's past, in the transaction that loads the city: all of it is there, or nothing.
    """
    database.connect(settings.database_url)
    migrations.migrate(database)
    with database.writing() as session:
        hold_real(session, settings)
        fresh = session.scalar(select(func.count()).select_from(City)) == 0
        lacking = load_city(session, settings.city, demo=settings.demo)
        if history is not None and fresh and settings.demo_history:
            history(session)
        hold_running(session)
        demo = session.scalars(select(City.demo)).one()
        unstaffed = session.scalar(select(func.count()).select_from(User).where(User.username.is_not(None))) == 0
    lines = [lack.sentence("zh") + " / " + lack.sentence("en") for lack in lacking]
    if demo:
        lines.append(
            f"演示账号（密码均为 {PASSWORD}）：rider1、clerk.*、officer.*、supervisor、admin / "
            f"Demo accounts (password {PASSWORD}): rider1, clerk.*, officer.*, supervisor, admin"
        )
    elif unstaffed:
        lines.append(
            "还没有管理员：bin/whistle user create NAME --role admin / "
            "There is no administrator yet: bin/whistle user create NAME --role admin"
        )
    return Prepared(tuple(lines))


def load_city(session: Session, pack: Path, *, demo: bool | None) -> list[Lack]:
    """Load a city's pack and its definitions; into an empty database also the demo's people unless `demo` is False.

    Returns what an administrator should see to. Raises CannotStart naming everything that is wrong with the pack.
    """
    empty = session.scalar(select(func.count()).select_from(City)) == 0
    try:
        report = load_pack(session, read_pack(pack))
        store_definitions(session, pack)
    except (PackError, DefinitionError) as error:
        chinese, english = (error.sentence(each) if isinstance(error, PackError) else str(error) for each in LOCALES)
        raise CannotStart(f"城市数据包有误：\n{chinese}", f"The city's pack cannot be used:\n{english}") from error
    except Refused as error:
        raise CannotStart(error.sentence("zh"), error.sentence("en")) from error
    if empty and demo is not False:
        load_people(session)
        return [lack for lack in report.lacks if "calendar" in lack.key]
    return list(report.lacks)


def store_definitions(session: Session, pack: Path) -> None:
    """Store each lifecycle's definition: the pack's own where it brings one (`workflow/<kind>.yaml`)."""
    own = pack / "workflow" / f"{REPORT.kind}.yaml"
    file = own if own.exists() else DEFINITIONS / f"{REPORT.kind}.yaml"
    try:
        text = read_regular(file).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError([f"{file}:1: cannot be read as a UTF-8 text: {error}"]) from error
    store(session, text, REPORT, str(file))


def hold_running(session: Session) -> None:
    """Every definition that a ticket was opened with must still be usable: else a ticket would be stranded."""
    query = select(Definition).where(Definition.id.in_(select(Ticket.definition_id).distinct()))
    try:
        for row in session.scalars(query):
            if row.kind in {each.kind for each in vocabularies()}:
                machinery(session, row.kind, row.id)
    except DefinitionError as error:
        raise CannotStart(
            f"仍在使用的流程定义不能用于这个版本：\n{error}",
            f"A definition that tickets still run on cannot be used by this version:\n{error}",
        ) from error


def connect(settings: Settings) -> Database:
    """Connect this process to its database, for commands and workers."""
    database.connect(settings.database_url)
    return database
