"""The supervisor over small real programs: it starts again what dies, stops in order and leaves nothing behind."""

import os
import signal
import sys
import time

import pytest

from queues.parts import LEASH, Part
from queues.supervisor import FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS, STABLE_SECONDS, Slot
from tests.ops.processes import Program, house, is_gone, kill

STAYS = "import signal; print('here'); signal.pause()"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here')\nwhile True: signal.pause()"
TELLS = """
import signal, sys
def end(number, frame):
    print("asked to stop")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("here")
while True: signal.pause()
"""
PARENT = """
import os, signal
child = os.fork()
if child:
    print("child", child)
while True: signal.pause()
"""


def test_it_prefixes_each_line_with_its_part():
    with house({"name": "web", "code": STAYS}, {"name": "worker1", "code": STAYS}) as it:
        it.expect(r"\| here$")
        it.expect(r"\| here$")
        assert {"web     | here", "worker1 | here"} <= set(it.said)


def test_it_starts_a_killed_part_again_within_five_seconds():
    with house({"name": "web", "code": STAYS}, {"name": "relay", "code": STAYS}) as it:
        relay = it.pid_of("relay")
        it.expect(r"relay \| here")
        kill(relay)
        began = time.monotonic()
        it.expect(r"relay \| ended, by SIGKILL")
        assert it.pid_of("relay") != relay
        it.expect(r"relay \| here")
        assert time.monotonic() - began < 5


def test_it_hides_what_is_not_worth_showing():
    code = "print('WARNING: overcommit'); print('ready')\n" + STAYS
    with house({"name": "redis", "code": code, "hides": ["overcommit"]}) as it:
        it.expect(r"redis \| ready")
        assert not any("overcommit" in line for line in it.said)


def test_it_clears_what_a_dead_part_left_running():
    with house({"name": "web", "code": PARENT}) as it:
        web = it.pid_of("web")
        child = int(it.expect(r"child (\d+)").group(1))
        kill(web)
        it.pid_of("web")
        assert is_gone(child)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_stops_all_in_order(number: int):
    parts = [{"name": name, "code": TELLS, "stage": stage} for stage, name in enumerate(("redis", "worker", "web"))]
    with house(*parts) as it:
        pids = [it.pid_of(name) for name in ("redis", "worker", "web")]
        for _ in parts:
            it.expect("here")
        it.signal(number)
        assert it.ends() == 0
        assert all(is_gone(pid, 0) for pid in pids)
        ended = [line.split()[0] for line in it.said if "ended, exit status 0" in line]
        assert ended == ["web", "worker", "redis"]


@pytest.mark.parametrize(("name", "stops"), [("INT", True), ("HUP", False)])
def test_it_hears_an_interrupt_behind_a_shell_and_no_hang_up_under_nohup(name: str, stops: bool):
    with house({"name": "web", "code": TELLS}, ignores=name) as it:
        it.expect("here")
        it.signal(signal.Signals[f"SIG{name}"])
        if not stops:
            it.signal(signal.SIGUSR1)
            assert it.ends() == -signal.SIGUSR1
            return
        assert it.ends() == 0


def test_it_kills_what_does_not_stop_in_its_time():
    with house({"name": "web", "code": DEAF, "grace_seconds": 0.3}) as it:
        it.expect("here")
        it.signal(signal.SIGTERM)
        assert it.ends() == 0
        assert any("ended, by SIGKILL" in line for line in it.said)


def test_one_request_that_arrives_twice_is_one():
    code = TELLS.replace("sys.exit(0)", "time.sleep(0.3); print('done'); sys.exit(0)").replace(
        "signal, sys", "signal, sys, time"
    )
    with house({"name": "web", "code": code}) as it:
        it.expect("here")
        it.signal(signal.SIGINT)
        it.expect("asked to stop")
        it.signal(signal.SIGTERM)
        it.expect("done")
        assert it.ends() == 0


def test_it_kills_at_once_when_told_again():
    with house({"name": "web", "code": DEAF, "grace_seconds": 60}) as it:
        it.expect("here")
        it.signal(signal.SIGINT)
        while it.process.poll() is None:
            it.signal(signal.SIGINT)
            time.sleep(0.05)
        assert it.ends() == 0


def test_it_leaves_no_orphan_when_it_is_killed_itself():
    with house({"name": "web", "code": DEAF}, {"name": "redis", "code": DEAF}) as it:
        pids = [it.pid_of("web"), it.pid_of("redis")]
        it.expect("here")
        it.expect("here")
        it.signal(signal.SIGKILL)
        it.ends()
        assert all(is_gone(pid) for pid in pids)


def test_it_gives_up_when_an_essential_part_never_comes_up():
    fails = "import sys; print('no such setting'); sys.exit(3)"
    parts = {"name": "web", "code": fails, "essential": True}, {"name": "redis", "code": STAYS}
    with house(*parts, environ={"WHISTLE_NEVER_READY": "1"}) as it:
        redis = it.pid_of("redis")
        assert it.ends() == 1
        assert sum("no such setting" in line for line in it.said) == 5
        assert any("web failed 5 times to start" in line for line in it.said)
        assert is_gone(redis, 0)


def test_it_goes_on_without_a_program_that_is_not_there():
    with house({"name": "web", "code": STAYS}, {"name": "relay", "code": ""}) as it:
        it.expect(r"web +\| here")
        it.expect(r"relay \| ended, exit status 0")
        it.expect(r"relay \| started")


def test_it_keeps_the_last_line_without_an_end_and_splits_an_endless_one():
    with house({"name": "web", "code": f"print('x' * 200_000); print('last', end='')\n{STAYS[:14]}"}) as it:
        it.expect(r"\| last$")
        assert sum(line.count("x") for line in it.said) == 200_000


def test_it_waits_longer_after_each_failure_and_afresh_after_a_stable_time():
    slot = Slot(Part(name="web", command=("true",)))
    waits = []
    for _ in range(8):
        slot.plan_restart(1, now=1.0)
        waits.append(slot.start_at - 1.0)
    assert waits[0] == pytest.approx(FIRST_WAIT_SECONDS)
    assert waits == sorted(waits)
    assert waits[-1] == pytest.approx(LONGEST_WAIT_SECONDS)
    slot.plan_restart(-9, now=1.0 + STABLE_SECONDS)
    assert slot.start_at == pytest.approx(1.0 + STABLE_SECONDS + FIRST_WAIT_SECONDS)


def test_it_does_not_make_a_part_wait_that_ended_well():
    slot = Slot(Part(name="worker1", command=("true",)))
    for _ in range(8):
        slot.plan_restart(0, now=1.0)
    assert slot.start_at == pytest.approx(1.0 + FIRST_WAIT_SECONDS)


def test_the_leash_kills_its_program_when_the_pipe_ends():
    reading, writing = os.pipe()
    code = "import os, signal; print('pid', os.getpid()); signal.pause()"
    words = [sys.executable, "-m", "queues.leash", sys.executable, "-u", "-c", code]
    with Program(words, {LEASH: str(reading)}, inherits=(reading,)) as it:
        pid = int(it.expect(r"pid (\d+)").group(1))
        os.close(reading)
        os.close(writing)
        assert is_gone(pid)
        assert it.ends() == -signal.SIGKILL


def test_the_leash_passes_on_the_request_to_stop():
    reading, writing = os.pipe()
    words = [sys.executable, "-m", "queues.leash", sys.executable, "-u", "-c", TELLS]
    with Program(words, {LEASH: str(reading)}, inherits=(reading,)) as it:
        it.expect("here")
        it.signal(signal.SIGTERM)
        it.expect("asked to stop")
        assert it.ends() == 0
    os.close(reading)
    os.close(writing)
