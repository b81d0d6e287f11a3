"""The kinds of values that commands take; what is wrong with one is a sentence."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import click

from commands.spoken import told


class Whole(click.ParamType[Any]):
    """A whole number from 1."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, str) and value.isascii() and value.isdigit() and 0 < len(value) < 10:
            return int(value)
        return self.fail(told("kind.whole", value=value), param, ctx)


class Degrees(click.ParamType[Any]):
    """A latitude or longitude."""

    name = "degrees"

    def __init__(self, most: int) -> None:
        self.most = most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            degrees = float(value)
        except ValueError:
            degrees = math.nan
        if not -self.most <= degrees <= self.most:
            self.fail(told("kind.degrees", value=value, most=self.most), param, ctx)
        return degrees


class OneOf(click.ParamType[Any]):
    """One of a few words."""

    name = "word"

    def __init__(self, *words: str) -> None:
        self.words = words

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in self.words:
            self.fail(told("kind.one_of", value=value, words=", ".join(self.words)), param, ctx)
        return str(value)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "|".join(self.words)


class Place(click.ParamType[Any]):
    """A file or a folder that is there."""

    name = "path"

    def __init__(self, *, folder: bool = False) -> None:
        self.folder = folder

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = Path(value)
        if not (path.is_dir() if self.folder else path.is_file()):
            self.fail(told("kind.folder" if self.folder else "kind.file", value=value), param, ctx)
        return path
