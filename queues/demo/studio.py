"""Where the demo's pictures are drawn: by another process, while this one lives the past through.

`python -m queues.demo.studio PARENT ZONE FOLDER`: draws what its input asks for into the folder, a picture a line, but
for what somebody has begun already.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Self, cast
from zoneinfo import ZoneInfo

from config import ROOT
from queues.parts import dies_with
from workflow.demo.scenes import draw
from workflow.photos import Rendered, inspect_and_render

QUALITY = 85
POLL_SECONDS = 0.01
Wanted = tuple[str, bool, int]
"""A scene, whether it is mended, and its variant."""


class Studio:
    """`with Studio(zone) as studio: studio.want(…) … for wanted, picture in studio.pictures(): …`"""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._wanted: list[Wanted] = []

    def __enter__(self) -> Self:
        self._held = tempfile.TemporaryDirectory(prefix="whistle-", ignore_cleanup_errors=True)
        self._folder = Path(self._held.name)
        self._painter = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "queues.demo.studio", str(os.getpid()), self._zone.key, str(self._folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        return self

    def want(self, wanted: Wanted) -> None:
        """Have a picture drawn."""
        self._wanted.append(wanted)
        # Whatever a painter does not draw is drawn here in the end.
        with contextlib.suppress(OSError):
            assert self._painter.stdin is not None
            print(_name(wanted), file=self._painter.stdin, flush=True)

    def pictures(self) -> Iterator[tuple[Wanted, Rendered]]:
        """All that was wanted, as uploads of it would be kept. What nobody has begun yet is drawn here, the last first,
        so that the two seldom meet."""
        for wanted in reversed(self._wanted):
            yield wanted, self._picture(wanted)

    def _picture(self, wanted: Wanted) -> Rendered:
        done = self._folder / _name(wanted)
        if _claim(done):
            return render(wanted, self._zone)
        while not done.exists():
            if self._painter.poll() is not None and not done.exists():
                return render(wanted, self._zone)
            time.sleep(POLL_SECONDS)
        return cast(Rendered, pickle.loads(done.read_bytes()))  # noqa: S301  our own, in a folder of our own

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._painter.kill()
        self._painter.wait()
        with contextlib.suppress(OSError):
            assert self._painter.stdin is not None
            self._painter.stdin.close()
        self._held.cleanup()


def render(wanted: Wanted, zone: ZoneInfo) -> Rendered:
    """Draw a scene and read it as an upload is read."""
    scene, after, variant = wanted
    file = BytesIO()
    draw(scene, after=after, variant=variant).save(file, "JPEG", quality=QUALITY)
    return inspect_and_render(file.getvalue(), f"{scene}.jpg", tz=zone)


def paint(names: Iterable[str], folder: Path, zone: ZoneInfo) -> None:
    """Draw each picture that nobody has begun into a file that is there only when it is whole."""
    for name in names:
        scene, variant, stage = name.split(".")
        done = folder / name
        if _claim(done):
            drying = done.with_name(f"{name}.wet")
            drying.write_bytes(pickle.dumps(render((scene, stage == "after", int(variant)), zone)))
            drying.rename(done)


def _name(wanted: Wanted) -> str:
    scene, after, variant = wanted
    return f"{scene}.{variant}.{'after' if after else 'before'}"


def _claim(done: Path) -> bool:
    with contextlib.suppress(FileExistsError):
        done.with_name(f"{done.name}.begun").touch(exist_ok=False)
        return True
    return False


if __name__ == "__main__":
    dies_with(int(sys.argv[1]))()
    # Whoever waits for the past waits for the process that lives it.
    os.nice(5)
    paint((line.strip() for line in sys.stdin), Path(sys.argv[3]), ZoneInfo(sys.argv[2]))
