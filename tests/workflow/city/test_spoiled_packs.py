"""However a file is spoiled, reading gives a pack or names the mistakes: it never breaks in another way."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflow.city.conftest import ROOT, said
from workflow.city import Pack, PackError, read_pack

TINY = ROOT / "tests/packs/tiny"
FILES = sorted(path.name for path in TINY.iterdir())
SPOILS = st.sampled_from(
    ["", "[", "]", "{}", "null", "~", "-1", "1e999", "NaN", "'", '"', ",", ":", "|", "\n", "\t", "&a", "*a", "<<",
     "!!set", "\x00", "\ufeff", "é".encode().decode("latin-1"), "9" * 5000, "true", "2026-13-01", "- ", "#"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(file=st.sampled_from(FILES), place=st.floats(0, 1), cut=st.integers(0, 12), spoil=SPOILS)
def test_a_spoiled_file_is_read_or_refused(file: str, place: float, cut: int, spoil: str) -> None:
    with TemporaryDirectory() as folder:
        pack = Path(shutil.copytree(TINY, Path(folder) / "pack"))
        content = (pack / file).read_text(encoding="utf-8")
        at = round(place * len(content))
        (pack / file).write_text(content[:at] + spoil + content[at + cut :], encoding="utf-8")
        try:
            assert isinstance(read_pack(pack), Pack)
        except PackError as error:
            for mistake in error.mistakes:
                assert mistake.line >= 1
                assert said(mistake, "zh")
                assert said(mistake, "en")
