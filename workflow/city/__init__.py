"""A city's data pack: read and checked, then loaded.

    pack = read_pack(Path("cities/sip"))
    with database.writing() as session:
        report = load_pack(session, pack)

PackError names every mistake by file and line; a load changes everything or nothing.
"""

from workflow.city.lacks import Lack, lacks
from workflow.city.load import LoadReport, load_pack
from workflow.city.mistakes import Mistake, PackError
from workflow.city.pack import Pack
from workflow.city.read import read_pack

__all__ = ["Lack", "LoadReport", "Mistake", "Pack", "PackError", "lacks", "load_pack", "read_pack"]
