"""Every guard of `appliance.domain.decide` and of the table of transitions, found in the code, and how to take it away.

Run as a program with a JSON list of test files and a share in per cent, it removes one guard after the other in its
own process, runs the tests that reach it until one fails, puts it back, and prints what nobody noticed as JSON.

What counts as a guard, read from the syntax trees and not from a list:

* `raise` of a refusal; with it gone, what follows simply happens;
* a call whose value nobody uses (`require(…)`, `only_handler(…)`, `faults.add(…)`, `faults.take(…)`,
  `faults.raise_if_any()`): it is there to refuse;
* one operand of an `or`, or one half of a chain `a <= b <= c`, in the condition of such a refusal;
* the least and greatest length of a text (`text_of`), and a call that gives a step or a proposal only to whom it may;
* a predicate of the module (`-> bool`) that is made to say always yes or always no;
* in the table: the roles and the states of each row; proposers, grounds and basis of each act of two persons.
"""

import ast
import contextlib
import copy
import importlib
import json
import pkgutil
import sys
import time
import types
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

PACKAGE = "appliance.domain.decide"
TABLE = "appliance.domain.transitions"
NO_REFUSALS = {"ValueError"}  # a mistake in the program, not an answer to a person
COLLECTING = {"append", "update", "done.add"}  # calls for their effect on a collection of our own
TEXTS = {"text_of", "_check_text"}
# A call that gives a value only to whom it may: without its guard, where the value comes from.
GIVERS = {
    "_own_step": "case.current_step",
    "last_step": "case.current_step",
    "confirmed": "case.proposal",
    "waiting": "case.proposal",
}


@dataclass(frozen=True)
class Guard:
    """One guard: `name` is stable while the code around it moves; `lines` are those that a test runs to reach it."""

    name: str
    path: str = ""
    lines: frozenset[int] = frozenset()
    function: types.FunctionType | None = field(default=None, compare=False)
    code: types.CodeType | None = field(default=None, compare=False)
    row: tuple[str, str, object] | None = None

    @contextlib.contextmanager
    def removed(self):
        """Take the guard away for everybody who holds the function or the table, and put it back."""
        if self.row is not None:
            table, key, changed = self.row
            rows = getattr(importlib.import_module(TABLE), table)
            kept, rows[key] = rows[key], changed
            try:
                yield
            finally:
                rows[key] = kept
            return
        kept, self.function.__code__ = self.function.__code__, self.code
        try:
            yield
        finally:
            self.function.__code__ = kept


def _called(node):
    """Name what a call calls, the last part of it."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _refuses(statement):
    if isinstance(statement, ast.Raise):
        raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        return getattr(raised, "id", "") not in NO_REFUSALS
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and not {_called(statement.value), ast.unparse(statement.value.func)} & COLLECTING
    )


def _removals(function):
    """Give (kind, node to replace, its replacement, line) for every guard of one function; nodes by identity."""
    predicate = isinstance(function.returns, ast.Name) and function.returns.id == "bool"
    for node in ast.walk(function):
        if _refuses(node):
            yield "refusal", node, ast.copy_location(ast.Pass(), node)
        elif isinstance(node, ast.If) and any(_refuses(one) for one in node.body):
            yield from _operands(node.test)
        elif isinstance(node, ast.Call) and _called(node) in TEXTS:
            yield "text", node, ast.parse(f"{ast.unparse(node.args[1])}.strip()", mode="eval").body
        elif isinstance(node, ast.Assign) and _called(node.value) in GIVERS:
            yield "giver", node.value, ast.parse(GIVERS[_called(node.value)], mode="eval").body
        elif isinstance(node, ast.Return) and predicate:
            for says in (True, False):
                if ast.unparse(node.value) != str(says):
                    yield f"always {says}", node.value, ast.Constant(says)


def _operands(test):
    """Give each condition that can go alone: of an `or`, of a chain of comparisons."""
    for node in ast.walk(test):
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
            for operand in node.values:
                yield "condition", operand, ast.Constant(value=False)
        elif isinstance(node, ast.Compare) and len(node.ops) > 1:
            for at in range(len(node.ops)):
                fewer = copy.deepcopy(node)
                del fewer.ops[at]
                if at == 0:
                    fewer.left = fewer.comparators.pop(0)
                else:
                    del fewer.comparators[at]
                yield "bound", node, fewer


class _Put(ast.NodeTransformer):
    def __init__(self, node, other):
        self.node, self.other = node, other

    def visit(self, node):
        return ast.copy_location(self.other, node) if node is self.node else self.generic_visit(node)


def _code_of(module_code, qualname):
    """Find a function's code in a compiled module."""
    found = module_code
    for name in qualname.split("."):
        found = next(one for one in found.co_consts if isinstance(one, types.CodeType) and one.co_name == name)
    return found


def _functions(tree, module):
    """Give (qualified name, definition, function object) of every function and method of a module."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node, getattr(module, node.name)
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    held = vars(getattr(module, node.name))[inner.name]
                    held = held.fget if isinstance(held, property) else held
                    yield f"{node.name}.{inner.name}", inner, held


def _compiled(tree, definition, qualname, node, other, path):
    """Compile the module with one node replaced and give the code of the one function."""
    changed = _Put(node, other)
    place = next(
        (parent, parent.body.index(definition))
        for parent in ast.walk(tree)
        if isinstance(parent, ast.Module | ast.ClassDef) and definition in parent.body
    )
    memo = {id(node): node}  # keep the identity of what is replaced while the rest is copied
    parent, at = place
    parent.body[at] = changed.visit(copy.deepcopy(definition, memo))
    try:
        ast.fix_missing_locations(tree)
        return _code_of(compile(tree, path, "exec"), qualname)
    finally:
        parent.body[at] = definition


def guards_in(module_name):
    """Enumerate the guards of one module."""
    module = importlib.import_module(module_name)
    path = module.__file__
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    short = module_name.rsplit(".", 1)[1]
    seen = {}
    for qualname, definition, function in _functions(tree, module):
        for kind, node, other in list(_removals(definition)):
            words = f"{short}.{qualname}: {kind}: {ast.unparse(node)}"
            seen[words] = seen.get(words, 0) + 1
            name = words if seen[words] == 1 else f"{words} #{seen[words]}"
            yield Guard(
                name=" ".join(name.split()),
                path=path,
                lines=frozenset(range(node.lineno, node.end_lineno + 1)),
                function=function,
                code=_compiled(tree, definition, qualname, node, other, path),
            )


def _table_guards():
    from dataclasses import replace  # noqa: PLC0415 - the table is the only reader

    module = importlib.import_module(TABLE)
    roles, states = frozenset(module.Role), frozenset({None, *module.State})
    for number, row in module.TRANSITIONS.items():
        yield Guard(f"row {number}: roles", row=("TRANSITIONS", number, replace(row, roles=roles)))
        yield Guard(f"row {number}: states", row=("TRANSITIONS", number, replace(row, sources=states)))
    for code, act in module.ACTS.items():
        yield Guard(f"act {code}: proposers", row=("ACTS", code, replace(act, proposers=roles)))
        if act.grounds:
            yield Guard(f"act {code}: grounds", row=("ACTS", code, replace(act, grounds=())))
        if act.basis:
            yield Guard(f"act {code}: basis", row=("ACTS", code, replace(act, basis=False)))


def every_guard():
    """Enumerate the guards of all deciders and of the table, in the order of the code."""
    package = importlib.import_module(PACKAGE)
    names = [f"{PACKAGE}.{one.name}" for one in pkgutil.iter_modules(package.__path__)]
    return [guard for name in (*names, TABLE) for guard in guards_in(name)] + list(_table_guards())


class Remover:
    """A pytest plugin in the place of the loop: traces each test once, then removes the guards one by one."""

    def __init__(self, percent, *, reported=False):
        self.percent, self.reported = percent, reported
        self.unnoticed, self.unreached, self.tried, self.all = [], [], 0, 0
        self.failed_without = []

    def _run(self, item, session):
        # As if the session came next: its fixtures (calendar, catalogue) live on, all others are torn down.
        reports = runtestprotocol(item, log=False, nextitem=session)
        return any(report.failed for report in reports)

    def _traced(self, item, session, paths):
        reached = set()

        def line(frame, event, _):
            if event == "line":
                reached.add((frame.f_code.co_filename, frame.f_lineno))
            return line

        def call(frame, _event, _):
            return line if frame.f_code.co_filename in paths else None

        sys.settrace(call)
        try:
            failed = self._run(item, session)
        finally:
            sys.settrace(None)
        if failed:
            self.failed_without.append(item.nodeid)
        return reached

    def pytest_runtestloop(self, session):
        guards = every_guard()
        self.all = len(guards)
        paths = {guard.path for guard in guards}
        reached, took = {}, {}
        for item in session.items:
            begun = time.perf_counter()
            reached[item] = self._traced(item, session, paths)
            took[item] = time.perf_counter() - begun
        session.items.sort(key=took.__getitem__)  # the quick ones first: the first failure is enough
        tables = [item for item in session.items if "test_states" in item.nodeid]
        stride = max(1, round(100 / self.percent))
        for guard in guards[::stride]:
            self.tried += 1
            at = {(guard.path, line) for line in guard.lines}
            tests = tables if guard.row else [item for item in session.items if reached[item] & at]
            if not tests:
                self.unreached.append(guard.name)
                continue
            with guard.removed():
                if not any(self._run(item, session) for item in tests):
                    self.unnoticed.append(guard.name)
        return True


def main(arguments):
    percent, *files = arguments
    remover = Remover(float(percent))
    options = ["--import-mode=importlib", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:terminal"]
    pytest.main([*options, *files], plugins=[remover])
    answer = {name: getattr(remover, name) for name in ("all", "tried", "unnoticed", "unreached", "failed_without")}
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
