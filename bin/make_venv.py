"""make_venv.py VENV LOCK: makes VENV hold exactly what LOCK pins, and does nothing when it does so already.

Runs on a bare Python 3.11 or later. A venv that was left half made, or whose Python is gone, is made anew.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

BEGUN, STAMP = ".installing", ".installed.json"
MODULES = "import sys, pip; sys.exit(sys.version_info < (3, 11))"


class Failed(Exception):
    """Why there is no venv: a sentence in Chinese and in English."""


def main() -> int:
    venv, lock = Path(sys.argv[1]), Path(sys.argv[2])
    held = os.open(venv.parent, os.O_RDONLY)
    # Two scripts that start together on a fresh machine must not install over each other.
    fcntl.flock(held, fcntl.LOCK_EX)
    try:
        if not is_current(venv, lock):
            make(venv, lock)
    except OSError as error:
        print(f"无法建立 {venv}：{error} / {venv} cannot be made: {error}", file=sys.stderr)
        return 1
    except Failed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def is_current(venv: Path, lock: Path) -> bool:
    """Whether the venv has a Python and was last installed, wholly, from locks that include this one."""
    return os.access(venv / "bin" / "python", os.X_OK) and stamps(venv).get(lock.name) == digest(lock)


def make(venv: Path, lock: Path) -> None:
    """Make or mend the venv and install; the mark of a whole one is gone while that is under way."""
    print(
        f"正在安装 {lock.name}，首次约需一分钟…… / Installing {lock.name}: about a minute the first time…", flush=True
    )
    half_made = (venv / BEGUN).exists()
    installed = works(venv) and install(venv, lock)
    if not installed and (half_made or not works(venv)):
        installed = make_anew(venv, lock)
    if not installed:
        raise Failed(
            f"安装 {lock.name} 失败，原因见上；请检查网络后重试。 / "
            f"Installing {lock.name} failed for the reason above: check the network and try again."
        )
    (venv / STAMP).write_text(json.dumps({file.name: digest(file) for file in included(lock)}), encoding="utf-8")
    (venv / BEGUN).unlink()


def make_anew(venv: Path, lock: Path) -> bool:
    """Install on clean ground; what was there comes back when that fails."""
    aside = venv.with_name(f"{venv.name}.old")
    shutil.rmtree(aside, ignore_errors=True)
    if venv.exists():
        venv.rename(aside)
    installed = False
    try:
        create(venv)
        installed = install(venv, lock)
    finally:
        if not installed and aside.exists():
            shutil.rmtree(venv, ignore_errors=True)
            aside.rename(venv)
    shutil.rmtree(aside, ignore_errors=True)
    return installed


def create(venv: Path) -> None:
    made = run(sys.executable, "-m", "venv", venv, capture_output=True)
    if made.returncode:
        shutil.rmtree(venv, ignore_errors=True)
        said = (made.stdout + made.stderr).decode(errors="replace").strip()
        raise Failed(
            f"{said}\n无法建立虚拟环境：请安装 venv（例如 apt install python3-venv）。 / "
            "The virtual environment cannot be made: install venv (apt install python3-venv)."
        )


def install(venv: Path, lock: Path) -> bool:
    """Whether pip installed all of the lock; the venv counts as half made until the caller stamps it."""
    (venv / BEGUN).touch()
    (venv / STAMP).unlink(missing_ok=True)
    options = ("--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes")
    return run(venv / "bin" / "python", "-m", "pip", "install", *options, "--requirement", lock).returncode == 0


def works(venv: Path) -> bool:
    """Whether it has a Python that runs, is new enough and can install."""
    try:
        return run(venv / "bin" / "python", "-c", MODULES, capture_output=True).returncode == 0
    except OSError:
        return False


def run(*command: str | Path, capture_output: bool = False) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PIP_USER": "0"}
    return subprocess.run(command, env=environment, capture_output=capture_output, check=False)  # noqa: S603


def included(lock: Path) -> list[Path]:
    """The lock and those that it contains: bin/lock holds the tests' to the product's own pins."""
    files = [lock.with_name("requirements.txt")] if lock.name == "requirements-dev.txt" else []
    return [lock, *files]


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def stamps(venv: Path) -> dict[str, str]:
    try:
        found = json.loads((venv / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


if __name__ == "__main__":
    sys.exit(main())
