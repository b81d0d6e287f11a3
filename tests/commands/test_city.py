"""`whistle city`, `whistle calendar` and `whistle route`: the data that a city runs on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models import CalendarDay, CalendarYear, Category, User
from models.database import database
from tests.commands.conftest import Run
from tests.conftest import ROOT, SIP

TINY = ROOT / "tests" / "packs" / "tiny"


@pytest.fixture
def spoiled(tmp_path: Path) -> Path:
    """A pack with a mistake on a line."""
    folder = tmp_path / "spoiled"
    shutil.copytree(TINY, folder)
    file = folder / "calendar.csv"
    file.write_text(file.read_text(encoding="utf-8") + "2026-13-01,no,Nothing\n", encoding="utf-8")
    return folder


def test_it_loads_a_city_into_nothing(bare: Run, environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "There is no database yet" in bare("user", "list", status=1).stderr
    monkeypatch.setenv("DEMO", "0")
    said = bare("city", "load", str(TINY)).stdout
    assert f"Loaded {TINY}: " in said
    database.connect(f"sqlite:///{environment / 'whistle.db'}")
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 0
    assert bare("user", "list").stdout == ""
    bare("city", "load", str(TINY))
    assert "belongs to the city 'delft'" in bare("city", "load", str(SIP), status=1).stderr


def test_it_names_every_mistake_of_a_pack_and_loads_nothing(small: Run, spoiled: Path) -> None:
    for command in ("check", "load"):
        said = small("city", command, str(spoiled), status=1).stderr
        assert "calendar.csv:" in said
        assert "2026-13-01" in said
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Category)) == 128


def test_it_checks_a_pack_with_its_own_definition(small: Run, tmp_path: Path) -> None:
    assert "is ok: " in small("city", "check", str(SIP)).stdout
    folder = tmp_path / "own"
    shutil.copytree(TINY, folder)
    (folder / "workflow").mkdir(exist_ok=True)
    (folder / "workflow" / "report.yaml").write_text("kind: report\n", encoding="utf-8")
    assert "report.yaml:1: states: is missing" in small("city", "check", str(folder), status=1).stderr
    assert "There is no folder" in small("city", "check", str(tmp_path / "none"), status=2).stderr


def test_an_imported_calendar_outlives_the_packs_guess(small: Run, tmp_path: Path) -> None:
    """The pack's 2027 is not announced; what an administrator imported stays when the pack is loaded again."""
    file = tmp_path / "2027.csv"
    file.write_text("date,workday,name\n2027-01-01,no,元旦\n2027-01-03,yes,元旦调休\n", encoding="utf-8-sig")
    assert small("calendar", "import", str(file)).stdout == "Imported the calendar of 2027: 2 days.\n"
    said = small("city", "load").stdout
    assert "2027" not in said
    with database.reading() as session:
        assert session.get_one(CalendarYear, 2027).published
        days = session.scalars(select(CalendarDay.day).where(CalendarDay.day >= func.date("2027-01-01")))
        assert [str(day) for day in days] == ["2027-01-01", "2027-01-03"]


def test_a_provisional_calendar_goes_on_warning(small: Run, tmp_path: Path) -> None:
    file = tmp_path / "2027.csv"
    file.write_text("name,date,workday\nNew Year,2027-01-01,no\n", encoding="utf-8")
    small("calendar", "import", str(file), "--provisional")
    with database.reading() as session:
        assert not session.get_one(CalendarYear, 2027).published


def test_a_broken_calendar_is_refused_by_line(small: Run, tmp_path: Path) -> None:
    file = tmp_path / "days.csv"
    for text, said in (
        ("date,workday,name\n2027-01-01,perhaps,x\n", "days.csv:2:"),
        ("date,workday\n2027-01-01,no\n", "days.csv:1:"),
        ("date,workday,name\n2027-01-01,no,a\n2027-01-01,no,b\n", "days.csv:3:"),
        ("date,workday,name\n", "days.csv:1:"),
    ):
        file.write_text(text, encoding="utf-8")
        assert said in small("calendar", "import", str(file), status=1).stderr
    file.write_bytes("date,workday,name\n2027-01-01,no,元旦\n".encode("gb18030"))
    assert "days.csv:2:" in small("calendar", "import", str(file), status=1).stderr
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(CalendarYear).where(CalendarYear.published)) == 1


def test_it_says_why_a_report_goes_where_it_goes(small: Run) -> None:
    said = small("route", "--explain", "31.305", "120.655", "06010").stdout
    assert "Loufeng" in said
    assert len(said.splitlines()) >= 4
    assert len(small("route", "31.305", "120.655", "06010").stdout.splitlines()) == 1
    assert "06010" not in small("route", "--explain", "31.305", "120.655", "--text", "垃圾").stdout
    shifted = small("route", "--explain", "31.30298", "120.65927", "06010", "--datum", "gcj02").stdout
    assert shifted.splitlines()[0] == said.splitlines()[0]


def test_a_place_anywhere_on_earth_can_be_asked_for(small: Run) -> None:
    assert "lies in no area" in small("route", "-33.9", "-70.6").stdout
    assert "is not a number of degrees" in small("route", "91", "120", status=2).stderr
    assert "is not a number of degrees" in small("route", "nan", "120", status=2).stderr
    assert "99999" in small("route", "31.3", "120.6", "99999", status=1).stderr
