"""Reports out of a table that somebody kept: typed in from the telephone, exported from another system.

    table = Table.open(Path("reports.csv"))
    for outcome in Import(database, storage, secret_key).run(table):
        print(outcome.sentence("en"))

Each row is a transaction of its own and has a key made of its content, so that a run can be broken off and begun again,
or the file sent twice, and no report is there twice.
"""

from workflow.importing.run import Import, Outcome
from workflow.importing.table import Table

__all__ = ["Import", "Outcome", "Table"]
