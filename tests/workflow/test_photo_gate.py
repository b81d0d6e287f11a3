"""Two photos are decoded at a time, and the heavy ones in a process apart."""

import threading
from contextlib import nullcontext
from datetime import UTC

import pytest

from stage.photos import encoded
from tests.workflow.drawn import FILES, corners, refusal, rendered
from workflow import photo_apart
from workflow.errors import Busy
from workflow.photo_apart import decode_apart
from workflow.photo_files import Unreadable, read
from workflow.photo_pixels import decode
from workflow.photos import GATE, inspect_and_render


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


def test_the_gate_opens_again_after_a_refusal():
    for _ in range(3):
        refusal(b"\xff\xd8\xff broken")
    assert rendered(encoded(corners(), "JPEG")).width == 96


def test_the_caller_may_bring_another_gate():
    data = encoded(corners(), "JPEG")
    with GATE, GATE:
        assert inspect_and_render(data, "a.jpg", tz=UTC, gate=nullcontext()).width == 96


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
