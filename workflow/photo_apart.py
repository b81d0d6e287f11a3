"""Pixels of a photo that is heavy to decode, by a process of its own: what decoding holds is never the web's, nor kept
by its allocator, and a decoder that falls over takes nobody with it.

    pixels = decode_apart(data, 1600)  # as photo_pixels.decode(read(data), 1600)
"""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys

from PIL import Image

from config import ROOT
from workflow.errors import Busy
from workflow.photo_files import Unreadable, read
from workflow.photo_pixels import decode

PATIENCE_SECONDS = 30
_SIZE = struct.Struct(">II")
_HERE = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")
_NO_ROOM = os.EX_TEMPFAIL
_FELL_OVER = (signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGABRT)
"""What a decoder does to itself over a picture; any other signal comes from the kernel or from people."""


def decode_apart(data: bytes, long_side: int) -> Image.Image:
    """The picture in `data` as RGB, at most `long_side` pixels long. Takes a fifth of a second more than decoding here.

    Raises Unreadable("broken") for what cannot be decoded, and Busy where the machine has no time or room for it.
    """
    # Nothing of the house's settings: whoever takes over a decoder finds no key there.
    environment = {name: os.environ[name] for name in _HERE if name in os.environ} | {"PYTHONPATH": str(ROOT)}
    try:
        done = subprocess.run(  # noqa: S603  our own module
            [sys.executable, "-P", "-m", "workflow.photo_apart", str(long_side)],
            input=data, capture_output=True, env=environment, timeout=PATIENCE_SECONDS, check=True,
        )  # fmt: skip
        size = _SIZE.unpack_from(done.stdout)
        return Image.frombuffer("RGB", size, done.stdout[_SIZE.size :], "raw", "RGB", 0, 1)
    except (subprocess.TimeoutExpired, OSError) as error:
        raise Busy from error
    except subprocess.CalledProcessError as error:
        killed = error.returncode < 0 and -error.returncode not in _FELL_OVER
        raise (Busy() if killed or error.returncode == _NO_ROOM else Unreadable("broken")) from error
    except (struct.error, ValueError) as error:
        raise Unreadable("broken") from error


def main() -> None:
    """A picture from standard input to its size and pixels on standard output; the exit status is 1 where it fails, and
    75 where there is no room for it."""
    try:
        pixels = decode(read(sys.stdin.buffer.read()), int(sys.argv[1]))
        sys.stdout.buffer.write(_SIZE.pack(*pixels.size) + pixels.tobytes())
    except Unreadable:
        sys.exit(1)
    except MemoryError:
        sys.exit(_NO_ROOM)


if __name__ == "__main__":
    main()
