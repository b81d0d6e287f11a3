"""A plugin of pytest: instead of running the tests once it runs, for each mutant, those that come by its function.

`MUTATION_TASK` names a JSON file: `mutants` (of `stage.mutation.make`, numbered), `tests` (for each file of the product
the test files that fit it) and `folder`, where the tests write and `results.jsonl` comes to be. First it finds, on the
code as it is, how long each test takes and by which functions it comes. Each mutant is then tried in a fork, in which
its function has the mutant's code; the file has its source meanwhile, for the programs that tests start. The first
failure kills it. A result is a line: `{"mutant": number, "how": killed · stuck · survived · untried}`.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import gc
import importlib
import json
import os
import resource
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import zip_longest
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

from queues.parts import dies_with

CPU_SECONDS, WALL_SECONDS, PATIENCE = 20, 60, 6
"""Beyond its baseline times PATIENCE a mutant's run counts as stuck: it never ends, or waits for what never comes."""

UNTRIED = 71
"""The exit status where the mutant's code does not fit its function."""


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    task = json.loads(Path(os.environ["MUTATION_TASK"]).read_text(encoding="utf-8"))
    folder = Path(task["folder"])
    baseline = Path(task.get("baseline", folder / "baseline.json"))
    _fill_once(folder)
    if not baseline.exists():
        _forked(partial(_find_baseline, session.items, task["tests"], baseline), folder, 3600, 3600)
    failed = baseline.with_suffix(".failed")
    if failed.exists() or not baseline.exists():
        raise pytest.UsageError(f"fails on the code as it is: {failed.read_text() if failed.exists() else 'all'}")
    known = json.loads(baseline.read_text(encoding="utf-8"))
    _warm_up(session.items, known)
    if session.testsfailed:
        raise pytest.UsageError("what passed on the code as it is fails when it is run again")
    for mutant in task["mutants"]:
        items = _that_fit(session.items, mutant, task["tests"][mutant["file"]], known)
        cost = PATIENCE * sum(known["seconds"][each.nodeid] for each in items)
        act = partial(_try, items, mutant)
        with _written(Path(mutant["file"]), mutant["source"]):
            how = _forked(act, folder, CPU_SECONDS + cost, WALL_SECONDS + cost)
        with (folder / "results.jsonl").open("a", encoding="utf-8") as results:
            results.write(json.dumps({"mutant": mutant["number"], "how": how}) + "\n")
    return True


def _fill_once(folder: Path) -> None:
    """Make the tests' template of a database now, and let every fork copy it."""
    conftest = importlib.import_module("tests.conftest")
    template, fill = folder / "template.db", conftest.fill
    if not template.exists():
        _forked(lambda: fill(f"sqlite:///{template}") or 0, folder, 600, 600)
    vars(conftest)["fill"] = lambda url: shutil.copyfile(template, url.removeprefix("sqlite:///"))


def _warm_up(items: Sequence[pytest.Item], known: Any) -> None:
    """Run the first test of each file here, so that no fork has to read definitions and compile SQL anew."""
    first: dict[str, pytest.Item] = {}
    for item in items:
        if item.nodeid in known["seconds"]:
            first.setdefault(item.nodeid.partition("::")[0], item)
    for item in first.values():
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)


def _that_fit(items: Sequence[pytest.Item], mutant: dict[str, Any], files: list[str], known: Any) -> list[pytest.Item]:
    """The tests that come by the function, the files in order of their cost and the quickest first; all that fit where
    none is known to, and for `main`: programs that tests start do not tell."""
    fit = [each for each in items if each.nodeid in known["seconds"] and each.nodeid.partition("::")[0] in files]
    key = f"{mutant['file']} {mutant['function']}"
    hits = known["hits"].get(key, []) if mutant["function"] != "main" else []
    fit = [each for each in fit if each.nodeid in hits] or fit
    seconds: dict[str, float] = {}
    for each in fit:
        file = each.nodeid.partition("::")[0]
        seconds[file] = min(seconds.get(file, 1e9), known["seconds"][each.nodeid])
    return sorted(
        fit, key=lambda each: (seconds[each.nodeid.partition("::")[0]], each.nodeid.partition("::")[0],
                               known["seconds"][each.nodeid]),
    )  # fmt: skip


def _forked(act: Callable[[], int], folder: Path, cpu: float, wall: float) -> str:
    """Run `act` in a process and session of its own, whose files are gone afterwards, and say how it ended."""
    scratch = folder / "scratch"
    scratch.mkdir()
    bind = dies_with(os.getpid())
    child = os.fork()
    if child == 0:
        status = 70
        try:
            os.setsid()
            bind()
            quiet = os.open(os.devnull, os.O_RDWR)
            for number in (1, 2):
                os.dup2(quiet, number)
            resource.setrlimit(resource.RLIMIT_CPU, (int(cpu) + 1, int(cpu) + 2))
            os.environ["PYTEST_DEBUG_TEMPROOT"] = str(scratch)
            status = act()
        finally:
            os._exit(status)
    deadline, (ended, state) = time.monotonic() + wall, (0, 0)
    while not ended and time.monotonic() < deadline:
        time.sleep(0.01)
        ended, state = os.waitpid(child, os.WNOHANG)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    if not ended:
        _, state = os.waitpid(child, 0)
    shutil.rmtree(scratch, ignore_errors=True)
    if not ended or (os.WIFSIGNALED(state) and os.WTERMSIG(state) in (signal.SIGXCPU, signal.SIGKILL)):
        return "stuck"
    return {0: "survived", UNTRIED: "untried"}.get(os.waitstatus_to_exitcode(state), "killed")


def _try(items: Sequence[pytest.Item], mutant: dict[str, Any]) -> int:
    try:
        put(mutant["file"], mutant["function"], mutant["source"])
    except Exception:
        return UNTRIED
    return next((1 for item in _run(items) if item.session.testsfailed), 0)


def _run(items: Sequence[pytest.Item]) -> Iterator[pytest.Item]:
    """Each test after it has run."""
    for item, following in zip_longest(items, items[1:]):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        yield item


def _find_baseline(items: Sequence[pytest.Item], tests: dict[str, list[str]], baseline: Path) -> int:
    hits: dict[str, set[str]] = {}
    notes = baseline.with_suffix(".hits")
    for file in tests:
        _note_hits(file, notes)
    seconds, outcomes = {}, _Outcomes()
    session = items[0].session
    session.config.pluginmanager.register(outcomes)
    began = time.monotonic()
    for item in _run(items):
        if session.testsfailed:  # what follows would be no measure of a mutant
            baseline.with_suffix(".failed").write_text(item.nodeid)
            return 1
        if item.nodeid in outcomes.passed:
            seconds[item.nodeid] = time.monotonic() - began
        began = time.monotonic()
    for line in notes.read_text().splitlines():
        key, _, test = line.partition("\t")
        hits.setdefault(key, set()).add(test)
    baseline.write_text(json.dumps({"seconds": seconds, "hits": {key: sorted(found) for key, found in hits.items()}}))
    return 0


class _Outcomes:
    """Which tests ran to their end, rather than being skipped."""

    def __init__(self) -> None:
        self.passed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self.passed.add(report.nodeid)


def _note_hits(file: str, notes: Path) -> None:
    """Let every function of the file note which test comes by, also in what a test forks."""
    seen: set[tuple[str, str]] = set()

    def hit(key: str) -> None:
        test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
        if test and (key, test) not in seen:
            seen.add((key, test))
            with notes.open("a") as lines:
                lines.write(f"{key}\t{test}\n")

    vars(builtins)["_mutation_hit"] = hit
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    for name, node in _functions(tree.body, ""):
        call = ast.parse(f"_mutation_hit({f'{file} {name}'!r})").body
        node.body[:0] = call
    source = ast.unparse(ast.fix_missing_locations(tree))
    for name, _ in _functions(tree.body, ""):
        put(file, name, source)


def _functions(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in body:
        if isinstance(node, ast.FunctionDef):
            yield f"{prefix}{node.name}", node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node.body, f"{prefix}{node.name}.")


def put(file: str, name: str, source: str) -> None:
    """Give a function that is there the code, and the defaults, that it has in `source`: whoever holds it has them. So
    have the functions that it made before."""
    module = importlib.import_module(file.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    function, wanted = _function(module, name), compile(source, file, "exec", dont_inherit=True)
    for part in name.split("."):
        wanted = next(each for each in wanted.co_consts if isinstance(each, CodeType) and each.co_name == part)
    inner = dict(_inside(wanted))
    for each, code in _inside(function.__code__):
        for made in [held for held in gc.get_referrers(code) if isinstance(held, FunctionType)]:
            made.__code__ = inner[each]
    function.__code__ = wanted
    getattr(vars(module).get(name), "cache_clear", lambda: None)()
    node = dict(_functions(ast.parse(source).body, ""))[name].args
    value: Callable[[ast.expr], Any] = lambda each: eval(ast.unparse(each), vars(module))  # noqa: E731, S307
    function.__defaults__ = tuple(value(each) for each in node.defaults) or None
    given = zip(node.kwonlyargs, node.kw_defaults, strict=True)
    function.__kwdefaults__ = {argument.arg: value(each) for argument, each in given if each is not None} or None


def _inside(code: CodeType) -> Iterator[tuple[str, CodeType]]:
    """The named functions that a function makes, by what they are called."""
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _inside(each)
            if not each.co_name.startswith("<"):
                yield each.co_qualname, each


def _function(module: ModuleType, name: str) -> FunctionType:
    """The function itself, whatever its decorators made of it."""
    found: Any = module
    for part in name.split("."):
        found = vars(found)[part]
    while not isinstance(found, FunctionType) or hasattr(found, "__wrapped__"):
        names = ("__wrapped__", "__func__", "fget")
        found = next(getattr(found, each) for each in names if getattr(found, each, None) is not None)
    return found


@contextlib.contextmanager
def _written(file: Path, source: str) -> Iterator[None]:
    """Let the file hold the mutant, and nothing that was compiled from another."""
    original = file.read_text(encoding="utf-8")
    file.write_text(source, encoding="utf-8")
    _forget_compiled(file)
    try:
        yield
    finally:
        file.write_text(original, encoding="utf-8")
        _forget_compiled(file)


def _forget_compiled(file: Path) -> None:
    for each in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
        each.unlink(missing_ok=True)
