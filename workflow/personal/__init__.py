"""What the house knows of a person: where it lies, handed to them, and erased.

    for part in packed(collect(session, person, phones), storage): ...   # everything, as a ZIP
    ask(session, person, actor=person, let_go=True)                      # a job erases it, and may run again

`holdings` is the table of it all: a new table or column that could hold something of a person must be declared there.
"""

from workflow.personal.collecting import Collected, collect
from workflow.personal.erasing import ask, erase
from workflow.personal.packing import packed
from workflow.personal.standing import Standing, standing

__all__ = ["Collected", "Standing", "ask", "collect", "erase", "packed", "standing"]
