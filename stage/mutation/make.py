"""`python -m stage.mutation.make FILE…`: every mutant that mutmut makes of these files, as a JSON list.

Runs with the interpreter of .venv-attack, the only one that has mutmut. What is decorated is mutated too: mutmut leaves
it out because its trampolines define a function many times over, and `stage.mutation.trial` has none.
"""

from __future__ import annotations

import json
import sys
from itertools import accumulate
from pathlib import Path

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, WhitespaceInclusivePositionProvider
from mutmut.mutation import file_mutation
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import get_ignored_lines


class Visitor(file_mutation.MutationVisitor):  # type: ignore[misc]  # the library is not here where mypy runs
    """mutmut's, that goes into decorated functions as well."""

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        bare = node.with_changes(decorators=[]) if isinstance(node, cst.FunctionDef) else node
        return bool(super()._skip_node_and_children(bare))


def mutants(file: str) -> list[dict[str, str]]:
    """Of each: `file`, `function` by its qualified name, the lines `was` and `now`, and the `source` with it."""
    code = Path(file).read_text(encoding="utf-8")
    wrapper = MetadataWrapper(cst.parse_module(code))
    visitor = Visitor(mutation_operators, get_ignored_lines(file, code, wrapper))
    wrapper.visit(visitor)
    places = wrapper.resolve(WhitespaceInclusivePositionProvider)
    names, lines = dict(_functions(wrapper.module, "")), code.splitlines(keepends=True)
    starts = [0, *accumulate(map(len, lines))]
    found = []
    for mutation in visitor.mutations:
        function = names.get(mutation.contained_by_top_level_function)
        if function is None:
            continue  # of a class or a module: made once, when it is imported
        place: CodeRange = places[mutation.original_node]
        first, last = place.start.line - 1, place.end.line - 1
        before, after = code[: starts[first] + place.start.column], code[starts[last] + place.end.column :]
        written = wrapper.module.code_for_node(mutation.mutated_node)
        source = before + written + after
        was = code[starts[first] : starts[last + 1]]
        now = source[starts[first] : len(source) - (len(code) - starts[last + 1])]
        found.append({"file": file, "function": function, "was": _plain(was), "now": _plain(now), "source": source})
    return found


def _functions(body: cst.CSTNode, prefix: str) -> list[tuple[cst.CSTNode, str]]:
    found: list[tuple[cst.CSTNode, str]] = []
    for node in body.body if isinstance(body, cst.Module) else body.body.body:
        if isinstance(node, cst.FunctionDef):
            found.append((node, f"{prefix}{node.name.value}"))
        elif isinstance(node, cst.ClassDef):
            found += _functions(node, f"{node.name.value}.")
    return found


def _plain(lines: str) -> str:
    return " ".join(lines.split())


if __name__ == "__main__":
    json.dump([each for file in sys.argv[1:] for each in mutants(file)], sys.stdout)
