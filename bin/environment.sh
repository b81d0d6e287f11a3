# Sourced by the scripts in bin/: `ready_python FILE` makes .venv hold what FILE (a lock with hashes) says, and sets
# `python` to its interpreter. Needs Python 3.11 or later and nothing else. Where everything is installed already, as in
# the container's image, WHISTLE_PYTHON names the interpreter, and nothing is made.
# shellcheck shell=sh

root=$(cd "$(dirname "$(readlink -f "$0" 2>/dev/null || echo "$0")")/.." && pwd -P)

find_python() {
    # Each is tried, for a name on PATH may be a shim without a Python behind it.
    for candidate in python3.12 python3.11 python3.13 python3.14 python3 python; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            echo "$candidate"
            return
        fi
    done
    echo "找不到 Python 3.11 或更新的版本：请先安装（例如 apt install python3 python3-venv）。 / There is no Python 3.11 or later: install one first (apt install python3 python3-venv)." >&2
    return 1
}

ready_python() {
    if [ -n "${WHISTLE_PYTHON:-}" ]; then
        python=$WHISTLE_PYTHON
        return
    fi
    unset PYTHONHOME PYTHONPATH
    base=$(find_python) || exit 1
    "$base" "$root/bin/make_venv.py" "$root/.venv" "$root/$1" || exit 1
    python=$root/.venv/bin/python
    export python
}
