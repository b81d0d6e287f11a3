"""What the worst accepted photos cost, measured in a process of its own on what the kernel counts as resident."""

import gzip
import json
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

FILES = Path(__file__).parent / "files"
ROOT = Path(__file__).parents[2]
LIMIT_MB = 400
BESIDE_MB = 150
"""What the process that is asked may come to."""

# Writing 5 to clear_refs puts the peak back to what is resident now.
MEASURE = """
import json, pathlib, re, resource, struct, sys, zoneinfo
from workflow.photos import PhotoRefused, inspect_and_render

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) / 1024

found = {}
for path in map(pathlib.Path, sys.argv[1:]):
    data = path.read_bytes()
    pathlib.Path("/proc/self/clear_refs").write_text("5")
    try:
        inspect_and_render(data, path.name, tz=zoneinfo.ZoneInfo("Asia/Shanghai"))
        outcome = "accepted"
    except PhotoRefused as refused:
        outcome = refused.key
    found[path.name] = [outcome, peak(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024]
print(json.dumps(found))
"""


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(more):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes(65 * 64)))
    return b"\x89PNG\r\n\x1a\n" + header + more + pixels + chunk(b"IEND", b"")


def hostile_exif():
    entries = b"".join(struct.pack("<HHII", number + 1, 7, 60_000, 0) for number in range(5000))
    return b"II*\0\x08\0\0\0" + struct.pack("<H", 5000) + entries + bytes(4)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_worst_photos_stay_below_the_limit(tmp_path):
    (tmp_path / "largest.jpg").write_bytes(gzip.decompress((FILES / "largest.jpg.gz").read_bytes()))
    (tmp_path / "wordy.png").write_bytes(png(chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(50_000_000), 1)) * 20))
    (tmp_path / "hostile.png").write_bytes(png(chunk(b"eXIf", hostile_exif())))
    photos = [*sorted(tmp_path.iterdir()), FILES / "largest.webp", FILES / "largest.heic"]
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", MEASURE, *map(str, photos)],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert {name: outcome for name, (outcome, *_) in found.items()} == dict.fromkeys(found, "accepted")
    # What is heavy is decoded by a process of its own, and is nothing of ours.
    assert {name: round(peak) for name, (_, peak, _) in found.items() if peak > BESIDE_MB} == {}
    assert {name: round(peak) for name, (*_, peak) in found.items() if peak > LIMIT_MB} == {}
    assert found["largest.heic"][2] > 200
    assert max(found["wordy.png"][1], found["hostile.png"][1]) < 150
    assert done.stderr == ""
