"""`python -m queues.leash COMMAND…`: runs a program that must not outlive the supervisor.

For systems without PR_SET_PDEATHSIG. The supervisor alone holds the writing end of the pipe whose reading end is named
by WHISTLE_LEASH: when it dies, however it dies, the pipe ends and the program is killed with all of its process group.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from types import FrameType

from queues.parts import LEASH


def main() -> int:
    """Run the command; pass on SIGTERM and SIGINT; answer its exit status as a shell does (128 + signal)."""
    pipe = int(os.environ.pop(LEASH))
    # What the supervisor handed down is for the program.
    child = subprocess.Popen(sys.argv[1:], close_fds=False)  # noqa: S603

    def pass_on(number: int, frame: FrameType | None) -> None:
        child.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, pass_on)
    threading.Thread(target=_kill_at_the_end_of, args=(pipe,), daemon=True).start()
    status = child.wait()
    return status if status >= 0 else 128 - status


def _kill_at_the_end_of(pipe: int) -> None:
    while os.read(pipe, 1):
        pass
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
