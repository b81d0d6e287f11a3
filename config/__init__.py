"""The environment, as typed values: the only part that reads environment variables."""

from config.reading import ROOT, CannotStart, ConfigError
from config.settings import Settings, spoken_locale

__all__ = ["ROOT", "CannotStart", "ConfigError", "Settings", "spoken_locale"]
