"""Everything that is peculiar to reports: what their definition may name, and how one is opened, joined and told of."""

from workflow import telling
from workflow.report import audiences, checks, choices, effects, guards, parts, relations
from workflow.report.vocabulary import REPORT

__all__ = ["REPORT", "audiences", "checks", "choices", "effects", "guards", "parts", "relations", "telling"]
