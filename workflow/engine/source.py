"""YAML that remembers its lines, so that a mistake can be named as `file:line: what is wrong`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

from workflow.strangers import visible

DEEPEST = 30
"""A definition nests nine deep. The composer calls itself at each level, and Python ends that with an error."""
SCALARS = {f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "str", "timestamp")}
Place = tuple[str | int, ...]


class DefinitionError(Exception):
    """A definition that cannot be used. `problems` holds one `file:line: reason` each, and each once."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(dict.fromkeys(visible(each) for each in problems))
        super().__init__("\n".join(self.problems))


class _Loader(yaml.SafeLoader):
    """Takes neither references, which can make a few lines into more than memory holds, nor depth without end."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            reason = "references (& and *) are not taken here; write the value out"
            raise yaml.composer.ComposerError(None, None, reason, event.start_mark)
        if self.depth == DEEPEST:
            raise yaml.composer.ComposerError(None, None, "it is nested too deeply", event.start_mark)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class Source:
    """A YAML text as plain data, and the line of every place in it."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self._lines: dict[Place, int] = {}
        self._doubles: list[str] = []
        try:
            node = yaml.compose(text, Loader=_Loader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise DefinitionError([f"{name}:{line}: {error.problem or error}"]) from error
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            raise DefinitionError([f"{name}:{line}: {error.reason}"]) from error
        self.data: Any = None if node is None else self._read(node, ())
        if self._doubles:
            raise DefinitionError(self._doubles)

    def line(self, place: Sequence[str | int]) -> int:
        """The line of `place`, or of the nearest thing around it that has one."""
        at = tuple(place)
        while at and at not in self._lines:
            at = at[:-1]
        return self._lines.get(at, 1)

    def problem(self, place: Sequence[str | int], reason: str) -> str:
        """`file:line: where: reason`."""
        where = ".".join(str(part) for part in place)
        return f"{self.name}:{self.line(place)}: {where + ': ' if where else ''}{reason}"

    def _read(self, node: yaml.Node, place: Place) -> Any:
        self._lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            found: dict[str, Any] = {}
            for key, value in node.value:
                line = key.start_mark.line + 1
                if not isinstance(key, yaml.ScalarNode):
                    raise DefinitionError([f"{self.name}:{line}: a name is a single word, not a list or a mapping"])
                inner = (*place, key.value)
                self._lines[inner] = line
                if key.value in found:
                    self._doubles.append(f"{self.name}:{line}: {key.value} stands here twice")
                found[key.value] = self._read(value, inner)
            return found
        if isinstance(node, yaml.SequenceNode):
            return [self._read(each, (*place, index)) for index, each in enumerate(node.value)]
        unreadable = f"{self.name}:{node.start_mark.line + 1}: {node.value!r} cannot be read as {node.tag}"
        if node.tag not in SCALARS:
            raise DefinitionError([unreadable])
        try:
            return yaml.SafeLoader("").construct_object(node)
        except (yaml.YAMLError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
            # The library trusts a tag that is written out: `!!int ''` is an IndexError, `!!bool foo` a KeyError.
            raise DefinitionError([unreadable]) from error
