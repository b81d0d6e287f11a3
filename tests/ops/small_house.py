"""A supervisor of small real programs: `small_house.py SPECIFICATION`, a JSON list of parts as Part takes them."""

import json
import os
import sys

from queues.parts import Part
from queues.supervisor import Supervisor


def main() -> int:
    parts = [Part(**{**part, "command": tuple(part["command"])}) for part in json.loads(sys.argv[1])]
    ready = "WHISTLE_NEVER_READY" not in os.environ
    return Supervisor(parts, until_ready=lambda: ready).run()


if __name__ == "__main__":
    sys.exit(main())
