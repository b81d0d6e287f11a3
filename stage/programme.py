"""`python -m stage.programme drills [NAME…]`: runs the trials of a folder and says what fell short."""

from __future__ import annotations

import importlib
import json
import pkgutil
import signal
import sys
import time
import traceback
from dataclasses import asdict
from pathlib import Path
from types import ModuleType

import click

from stage.figures import Figures
from stage.postgres import find
from stage.stage import stage

BOTH = ("sqlite", "postgresql")
SEED = 20261127


def trials(package: str) -> dict[str, ModuleType]:
    """The modules with a `run`, by name."""
    folder = importlib.import_module(package)
    names = [found.name for found in pkgutil.iter_modules(folder.__path__)]
    modules = {name: importlib.import_module(f"{package}.{name}") for name in names}
    return {name: module for name, module in sorted(modules.items()) if hasattr(module, "run")}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("package")
@click.argument("names", nargs=-1)
@click.option("--database", type=click.Choice([*BOTH, "both"]), default="both", show_default=True)
@click.option("--long", is_flag=True, help="The full sizes instead of those that end within three minutes each.")
@click.option("--seed", default=SEED, show_default=True)
@click.option("--keep", type=click.Path(path_type=Path), help="A file of JSON that keeps the figures, for plots.")
@click.option("--list", "listed", is_flag=True, help="What there is, a line each.")
def main(
    package: str, names: tuple[str, ...], database: str, long: bool, seed: int, keep: Path | None, listed: bool
) -> None:
    """Run the trials NAMES of PACKAGE, or all of them. The exit status is 1 where a figure fell short."""
    found = trials(package)
    if listed:
        for name, module in found.items():
            print(f"{name:<14} {(module.__doc__ or '').partition(chr(10))[0]}")
        return
    if unknown := [name for name in names if name not in found]:
        raise click.UsageError(f"no {', '.join(unknown)}; there are {', '.join(found)}")
    wanted = BOTH if database == "both" else (database,)
    if "postgresql" in wanted:
        try:
            find()
        except FileNotFoundError as error:
            raise click.UsageError(f"{error}; or leave it out with --database sqlite") from error
    # What was started is stopped when we are: an unhandled SIGTERM would leave PostgreSQL behind.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    short: list[str] = []
    for name in names or found:
        for kind in [kind for kind in getattr(found[name], "DATABASES", BOTH) if kind in wanted]:
            figures = _run(found[name], name, kind, long, seed)
            short += [f"{name} on {kind}: {what}" for what in figures.short]
            if keep is not None:
                kept = json.loads(keep.read_text(encoding="utf-8")) if keep.exists() else {}
                kept.setdefault(name, {})[kind] = [asdict(each) for each in figures.found]
                keep.write_text(f"{json.dumps(kept, ensure_ascii=False, indent=1)}\n", encoding="utf-8")
    for line in short:
        print(f"SHORT: {line}", file=sys.stderr)
    sys.exit(1 if short else 0)


def _run(module: ModuleType, name: str, database: str, long: bool, seed: int) -> Figures:
    """What was found."""
    print(f"== {name} on {database}, {'long' if long else 'short'}, seed {seed}", flush=True)
    began = time.monotonic()
    with stage(database, long=long, seed=seed, write=lambda line: print(line, flush=True)) as it:
        try:
            module.run(it)
        except Exception:
            traceback.print_exc()
            it.figures.short.append("it broke off")
        print(f"   {time.monotonic() - began:.0f} s", flush=True)
        return it.figures


if __name__ == "__main__":
    main()
