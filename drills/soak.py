"""Mixed load for minutes: memory stays within a tenth of what it was once warm, no file and no connection is leaked."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter

from stage import books
from stage.callers import Callers, Line, Lost
from stage.house import House
from stage.stage import Stage
from stage.traffic import CLERK, OFFICER, RIDERS, Traffic, picture
from stage.usage import Usage, usage

MORE = 1.1
SAMPLES = 5
SETTLE_SECONDS = 6.0
"""Longer than gunicorn keeps an idle connection open."""
LISTS = ("/tickets", "/tickets?state=submitted", "/tickets?limit=50", "/me", "/categories", "/units")
PAGES = ("/login", "/static/../", "/healthz", "/")
PAUSE_SECONDS = 0.05
