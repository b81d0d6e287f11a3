"""Two photos are decoded at a time, and the heavy ones in a process apart."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import nullcontext, suppress
from datetime import UTC
from pathlib import Path

import pytest

from stage.photos import encoded
from tests.workflow.drawn import FILES, corners, refusal, rendered
from workflow import photo_apart, photos
from workflow.errors import Busy
from workflow.photo_apart import decode_apart
from workflow.photo_files import Unreadable, read
from workflow.photo_pixels import decode
from workflow.photos import GATE, inspect_and_render

ROOT = Path(__file__).parents[2]
HEAVY = encoded(corners().resize((3200, 2400)), "PNG")


def test_two_are_decoded_at_a_time_and_the_others_wait():
    assert GATE.acquire(blocking=False)
    assert GATE.acquire(blocking=False)
    done = threading.Event()
    waiting = threading.Thread(target=lambda: (rendered(encoded(corners(), "JPEG")), done.set()))
    waiting.start()
    try:
        assert not done.wait(0.15)
    finally:
        GATE.release()
    assert done.wait(5)
    GATE.release()
    waiting.join()


def test_who_waits_too_long_for_the_others_is_told_that_it_is_busy(monkeypatch):
    monkeypatch.setattr(photos, "GATE_SECONDS", 0.05)
    data = encoded(corners(), "JPEG")
    with GATE, GATE, pytest.raises(Busy):
        inspect_and_render(data, "a.jpg", tz=UTC)
    assert inspect_and_render(data, "a.jpg", tz=UTC).width == 96


def test_the_gate_opens_again_after_a_refusal():
    for _ in range(3):
        refusal(b"\xff\xd8\xff broken")
    assert rendered(encoded(corners(), "JPEG")).width == 96


def test_the_caller_may_bring_another_gate():
    data = encoded(corners(), "JPEG")
    with GATE, GATE:
        assert inspect_and_render(data, "a.jpg", tz=UTC, gate=nullcontext).width == 96


def test_what_is_heavy_looks_the_same_decoded_apart():
    light, heavy = (FILES / "street.heic").read_bytes(), encoded(corners().resize((3200, 2400)), "PNG")
    assert (read(light).heavy, read(heavy).heavy) == (False, True)
    for data in (light, heavy):
        here, apart = decode(read(data), 800), decode_apart(data, 800)
        assert (here.size, here.mode, here.tobytes()) == (apart.size, apart.mode, apart.tobytes())


def test_what_a_decoder_apart_cannot_read_is_broken():
    heavy = encoded(corners().resize((3200, 2400)), "PNG")
    assert refusal(heavy[: len(heavy) // 2] + heavy[-12:]).key == "photo.broken"
    with pytest.raises(Unreadable, match="broken"):
        decode_apart(b"no picture", 800)


def test_who_has_no_time_to_decode_says_so_and_calls_nothing_broken(monkeypatch):
    monkeypatch.setattr(photo_apart, "PATIENCE_SECONDS", 0.001)
    with pytest.raises(Busy):
        rendered(encoded(corners().resize((3200, 2400)), "PNG"))


def test_heavy_ones_that_wait_for_each_other_stop_nobody_else(monkeypatch):
    monkeypatch.setattr(photos, "ALONE_SECONDS", 0.4)
    light, outcomes = encoded(corners(), "JPEG"), []

    def one():
        try:
            outcomes.append(rendered(HEAVY).width)
        except Busy:
            outcomes.append("busy")

    waiting = [threading.Thread(target=one) for _ in range(3)]
    with photos.ALONE:
        for each in waiting:
            each.start()
        started = time.monotonic()
        assert rendered(light).width == 96
        assert time.monotonic() - started < 0.3
        for each in waiting:
            each.join(5)
    assert outcomes == ["busy"] * 3
    assert rendered(HEAVY).width == 1600


def kill_decoder_of(thread, how):
    """Send a signal to the first process that decodes for a thread of ours; within ten seconds."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        for number in Path(f"/proc/self/task/{thread}/children").read_text().split():
            with suppress(OSError):
                if b"photo_apart" in Path(f"/proc/{number}/cmdline").read_bytes():
                    os.kill(int(number), how)
                    return


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    ("how", "outcome"), [(signal.SIGKILL, Busy), (signal.SIGTERM, Busy), (signal.SIGSEGV, Unreadable)]
)
def test_a_decoder_that_is_killed_calls_no_picture_broken(how, outcome):
    """As the kernel does to whoever holds most; one that falls over by itself has met a picture that does it."""
    killer = threading.Thread(target=kill_decoder_of, args=(threading.get_native_id(), how))
    killer.start()
    try:
        with pytest.raises(outcome):
            decode_apart(HEAVY, 800)
    finally:
        killer.join()


NO_ROOM = """
import pathlib, re, resource, sys
from workflow.errors import Busy
from workflow.photo_apart import decode_apart
from workflow.photos import inspect_and_render
from zoneinfo import ZoneInfo

data = pathlib.Path(sys.argv[1]).read_bytes()
used = int(re.search(r"VmSize:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) * 1024
resource.setrlimit(resource.RLIMIT_AS, (used + 40_000_000, used + 40_000_000))
try:
    inspect_and_render(data, "a.png", tz=ZoneInfo("UTC"))
except Busy:
    print("busy")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("heavy", [True, False])
def test_no_memory_to_decode_calls_no_picture_broken(tmp_path, heavy):
    path = tmp_path / "a.png"
    path.write_bytes(encoded(corners(mode="RGBA").resize((4900, 4900) if heavy else (2600, 2600)), "PNG"))
    assert read(path.read_bytes()).heavy == heavy
    done = subprocess.run(
        [sys.executable, "-c", NO_ROOM, str(path)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("busy\n", "")
