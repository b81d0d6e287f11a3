"""The environment, as typed values: the only part that reads environment variables."""

from config.reading import ROOT, CannotStart, ConfigError
from config.settings import Settings, key_file, spoken_locale

__all__ = ["ROOT", "CannotStart", "ConfigError", "Settings", "key_file", "spoken_locale"]
