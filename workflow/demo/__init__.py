"""The demo city: its people, and what they say, photograph and where. Only in a database loaded as a demo."""

from workflow.demo.people import PASSWORD, load_people

__all__ = ["PASSWORD", "load_people"]
