"""The three kinds of file in a pack (YAML, CSV, GeoJSON), read so that every value knows its line."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from workflow.city.mistakes import Mistakes
from workflow.city.record import Record, Value
from workflow.strangers import NotRegular, read_regular


class Folder:
    """A pack's folder: its files as text, each read once; what cannot be read is a mistake."""

    def __init__(self, path: Path, mistakes: Mistakes) -> None:
        self.path = path
        self.mistakes = mistakes

        self.contents: dict[str, bytes] = {}

    def text(self, file: str) -> str | None:
        """The file's text without a byte order mark; None (and a mistake) where it cannot be read as UTF-8."""
        try:
            content = self.read(file)
        except NotRegular:
            self.mistakes.add(file, 1, "not_regular")
            return None
        except OSError:
            self.mistakes.add(file, 1, "no_file")
            return None
        self.contents[file] = content
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            self.mistakes.add(file, content.count(b"\n", 0, error.start) + 1, "not_utf8")
            return None

    def read(self, file: str) -> bytes:
        """The file as it is. Raises OSError."""
        return read_regular(self.path / file)

    def mapping(self, file: str) -> Record | None:
        """A YAML file that holds one mapping; None after a mistake."""
        text = self.text(file)
        if text is None:
            return None
        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
            value = Value(1, None) if root is None else self._value(file, root, set())
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.mistakes.add(file, mark.line + 1 if mark else 1, "bad_yaml", detail=error.problem or "")
            return None
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            self.mistakes.add(file, line, "bad_yaml", detail=error.reason)
            return None
        except RecursionError:
            self.mistakes.add(file, 1, "too_deep")
            return None
        if not isinstance(value.data, dict):
            self.mistakes.add(file, value.line, "not_mapping", name=file)
            return None
        return Record(file, value.line, value.data, self.mistakes)

    def rows(self, file: str, columns: tuple[str, ...]) -> Iterator[Record]:
        """The rows of a CSV file that has exactly these columns, in any order, and at least one row."""
        text = self.text(file)
        if text is None:
            return
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        line, any_row = 1, False
        try:
            header = [name.strip() for name in next(reader, [])]
            if not self._header_holds(file, header, columns):
                return
            line = reader.line_num + 1
            for row in reader:
                if any(cell.strip() for cell in row):
                    any_row = True
                    if len(row) == len(header):
                        values = {name: Value(line, cell) for name, cell in zip(header, row, strict=True)}
                        yield Record(file, line, values, self.mistakes)
                    else:
                        self.mistakes.add(file, line, "wrong_width", given=len(row), expected=len(header))
                line = reader.line_num + 1
        except csv.Error as error:
            self.mistakes.add(file, line, "bad_csv", detail=str(error))
            return
        if not any_row:
            self.mistakes.add(file, 1, "no_rows")

    def features(self, file: str) -> list[tuple[int, Any]] | None:
        """The features of a GeoJSON FeatureCollection, each with the line that it starts on; None after a mistake."""
        text = self.text(file)
        if text is None:
            return None
        try:
            collection = json.loads(text, object_pairs_hook=_each_once)
        except json.JSONDecodeError as error:
            self.mistakes.add(file, error.lineno, "bad_json", detail=error.msg)
            return None
        except ValueError as error:  # a number too long to be read, or a name given twice
            self.mistakes.add(file, 1, "bad_json", detail=str(error))
            return None
        except RecursionError:
            self.mistakes.add(file, 1, "too_deep")
            return None
        if (
            not isinstance(collection, dict)
            or collection.get("type") != "FeatureCollection"
            or not isinstance(collection.get("features"), list)
        ):
            self.mistakes.add(file, 1, "not_collection")
            return None
        if "crs" in collection:
            self.mistakes.add(file, 1, "has_crs")
        return list(_features(text))

    def _header_holds(self, file: str, header: list[str], columns: tuple[str, ...]) -> bool:
        holds = True
        for name in columns:
            if name not in header:
                self.mistakes.add(file, 1, "missing_column", name=name)
                holds = False
        for name, times in Counter(header).items():
            if name not in columns:
                self.mistakes.add(file, 1, "unknown_column", name=name)
                holds = False
            elif times > 1:
                self.mistakes.add(file, 1, "double_column", name=name)
                holds = False
        return holds

    def _value(self, file: str, node: yaml.Node, seen: set[int]) -> Value:
        line = node.start_mark.line + 1
        if id(node) in seen:
            self.mistakes.add(file, line, "has_alias")
            return Value(line, None)
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            values: dict[str, Value] = {}
            for key, inner in node.value:
                name = key.value if isinstance(key, yaml.ScalarNode) else ""
                if not name or name in values:
                    self.mistakes.add(file, key.start_mark.line + 1, "double_key", name=name)
                else:
                    value = self._value(file, inner, seen)
                    values[name] = Value(key.start_mark.line + 1, value.data)
            return Value(line, values)
        if isinstance(node, yaml.SequenceNode):
            return Value(line, [self._value(file, inner, seen) for inner in node.value])
        return Value(line, None if node.tag == "tag:yaml.org,2002:null" else node.value)


class Given(Folder):
    """Files that were handed over instead of lying in a folder: their content by name."""

    def __init__(self, given: Mapping[str, bytes], mistakes: Mistakes) -> None:
        super().__init__(Path(), mistakes)
        self.given = given

    def read(self, file: str) -> bytes:
        if file not in self.given:
            raise FileNotFoundError(file)
        return self.given[file]


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("a name stands twice in one object: " + ", ".join(name for name, _ in pairs))
    return values


def _features(text: str) -> Iterator[tuple[int, Any]]:
    """The features of a valid collection, each with the line that it starts on."""
    decoder = json.JSONDecoder()
    place = _after_space(text, text.index("{") + 1)
    while True:
        name, place = decoder.raw_decode(text, place)
        place = _after_space(text, _after_space(text, place) + 1)
        if name == "features":
            break
        _, place = decoder.raw_decode(text, place)
        place = _after_space(text, _after_space(text, place) + 1)
    place = _after_space(text, place + 1)
    line, counted = 1, 0
    while text[place] != "]":
        line, counted = line + text.count("\n", counted, place), place
        feature, place = decoder.raw_decode(text, place)
        yield line, feature
        place = _after_space(text, place)
        if text[place] == ",":
            place = _after_space(text, place + 1)


def _after_space(text: str, place: int) -> int:
    while text[place] in " \t\r\n":
        place += 1
    return place
