"""A city's own definition is refused with a sentence where it cannot be read."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from config import CannotStart
from workflow.bootstrap import load_city

SIP = Path(__file__).resolve().parents[2] / "cities" / "sip"


@pytest.mark.parametrize("content", [b"\xff\xfe", None])
def test_a_definition_that_is_no_text_is_named(session: Session, tmp_path: Path, content: bytes | None) -> None:
    pack = Path(shutil.copytree(SIP, tmp_path / "sip"))
    own = pack / "workflow" / "report.yaml"
    own.parent.mkdir()
    own.mkdir() if content is None else own.write_bytes(content)
    with pytest.raises(CannotStart, match=r"report\.yaml:1: "):
        load_city(session, pack, demo=False)
