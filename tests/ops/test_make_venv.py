"""How a fresh machine gets its .venv: installed once from a lock with hashes, mended when half made."""

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from config import ROOT

MAKE_VENV = ROOT / "bin" / "make_venv.py"


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """A lock of one small wheel, on a disk instead of an index."""
    wheel = tmp_path / "grass-1.0-py3-none-any.whl"
    about = "grass-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as packed:
        packed.writestr("grass.py", "GREEN = True\n")
        packed.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: grass\nVersion: 1.0\n")
        packed.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nGenerator: us\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        packed.writestr(f"{about}/RECORD", f"grass.py,,\n{about}/METADATA,,\n{about}/WHEEL,,\n{about}/RECORD,,\n")
    lock = tmp_path / "requirements.txt"
    lock.write_text(f"grass==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
    return lock


def make(lock: Path) -> subprocess.CompletedProcess[str]:
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(lock.parent), "PIP_CONFIG_FILE": os.devnull}
    return subprocess.run(
        [sys.executable, MAKE_VENV, lock.parent / ".venv", lock],
        env={**os.environ, **offline},
        capture_output=True,
        text=True,
        check=False,
    )


def has_grass(lock: Path) -> bool:
    python = lock.parent / ".venv" / "bin" / "python"
    return subprocess.run([python, "-c", "import grass"], capture_output=True, check=False).returncode == 0


def test_it_mends_what_is_half_made_and_installs_once(lock: Path):
    venv = lock.parent / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(lock.parent / "a-python-that-is-gone")
    (venv / ".installing").touch()
    made = make(lock)
    assert made.returncode == 0, made.stdout + made.stderr
    assert "正在安装" in made.stdout
    assert has_grass(lock)
    assert not (lock.parent / ".venv.old").exists()

    again = make(lock)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")

    good = lock.read_text()
    lock.write_text("whistle-has-no-such-package==1.0 --hash=sha256:" + "0" * 64 + "\n")
    failed = make(lock)
    assert failed.returncode == 1
    assert "Installing requirements.txt failed" in failed.stderr
    assert has_grass(lock)

    lock.write_text(good)
    assert make(lock).returncode == 0
    assert make(lock).stdout == ""


def find_python(path: Path) -> subprocess.CompletedProcess[str]:
    """`find_python` of bin/environment.sh with nothing but `path` on PATH."""
    script = f'PATH=/usr/bin:/bin; . "{ROOT}/bin/environment.sh"; PATH="{path}"; find_python'
    return subprocess.run(
        ["/bin/sh", "-c", script, ROOT / "bin" / "serve"], capture_output=True, text=True, check=False
    )


def shim(path: Path, name: str, target: str) -> None:
    (path / name).write_text(f'#!/bin/sh\nexec {target} "$@"\n')
    (path / name).chmod(0o755)


def test_a_name_without_a_python_behind_it_is_passed_over(tmp_path: Path):
    shim(tmp_path, "python3.12", "/bin/false")
    shim(tmp_path, "python3", sys.executable)
    assert find_python(tmp_path).stdout.strip() == "python3"


def test_no_python_is_a_clear_sentence(tmp_path: Path):
    found = find_python(tmp_path)
    assert found.returncode == 1
    assert "There is no Python 3.11 or later" in found.stderr
