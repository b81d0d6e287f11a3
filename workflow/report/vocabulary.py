"""The vocabulary of `definitions/report.yaml`; its words are in the files beside this one."""

from models.tickets import Ticket
from workflow.engine.machines import register
from workflow.engine.vocabulary import Vocabulary

REPORT = register(Vocabulary(Ticket))
