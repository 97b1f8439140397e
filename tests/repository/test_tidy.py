"""The house style that no linter knows. Each check is a function over (path, text), and each has its control."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import pytest

MODULE_LINES_MAX = 450
FUNCTION_LINES_MAX = 75
ROOMS = ("appliance", "web", "sync", "provisioning", "hardware")
SKIPPED = {".git", ".venv", "var", "__pycache__", ".mypy_cache", ".ruff_cache", ".import_linter_cache", ".hypothesis"}
VENDORED = "vendor"
TEXT = {".py", ".md", ".toml", ".lock", ".cfg", ".html", ".css", ".js", ".sql", ".typ", ".service", ".target", ".conf"}
TEXT |= {".json", ".yml", ".po", ".pot", ".txt", ""}
SQL_HOMES = ("appliance/store/", "appliance/projections/", "sync/hub/")
VAGUE = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc"}
NOTES = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
MACHINE = re.compile(r"(?<![\w.~-])/(?:wo" r"rk|tm" r"p|ro" r"ot|ho" r"me)/\w")
REGISTRY = re.compile(
    r"py" r"pi\.org|python" r"hosted|npm" r"js\.(?:org|com)|npm" r"mirror|deb\.debian|index" r"-url|golang\.org",
    re.IGNORECASE,
)
SQL = re.compile(
    r"\s*(?:SELECT\s[\s\S]+\sFROM\s|INSERT\s+(?:OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|REPLACE\s+INTO\s"
    r"|CREATE\s+(?:UNIQUE\s+|VIRTUAL\s+|TEMP\w*\s+)?(?:TABLE|INDEX|TRIGGER|VIEW)\s|DROP\s+(?:TABLE|INDEX|TRIGGER)\s"
    r"|PRAGMA\s+\w|VACUUM\b|BEGIN\s+(?:IMMEDIATE|EXCLUSIVE)|ATTACH\s+DATABASE)",
    re.IGNORECASE,
)

Check = Callable[[str, str], Iterator[str]]


def is_product(path: str) -> bool:
    return path.endswith(".py") and path.split("/", 1)[0] in ROOMS


def long_module(path: str, text: str) -> Iterator[str]:
    lines = len(text.splitlines())
    if path.endswith(".py") and lines > MODULE_LINES_MAX:
        yield f"{path}: {lines} lines; look for the second thing it does"


def long_function(path: str, text: str) -> Iterator[str]:
    if not path.endswith(".py"):
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES_MAX:
                yield f"{path}:{node.lineno}: {node.name} has {lines} lines"


def vague_name(path: str, text: str) -> Iterator[str]:
    del text
    for part in PurePosixPath(path).parts:
        if part.partition(".")[0] in VAGUE:
            yield f"{path}: “{part}” says nothing about what it holds"


def left_note(path: str, text: str) -> Iterator[str]:
    yield from matches(path, text, NOTES)


def machine_path(path: str, text: str) -> Iterator[str]:
    yield from matches(path, text, MACHINE)


def registry_host(path: str, text: str) -> Iterator[str]:
    if path != "Makefile":  # its options say that the lock must not name one
        yield from matches(path, text, REGISTRY)


def matches(path: str, text: str, pattern: re.Pattern[str]) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        if found := pattern.search(line):
            yield f"{path}:{number}: {found.group()}"


def package_marker(path: str, text: str) -> Iterator[str]:
    del text
    if path.startswith(("tests/", "systemd/")) and path.endswith("__init__.py"):
        yield f"{path}: tests are not a package, and systemd/ would shadow `import systemd`"


def product_assert(path: str, text: str) -> Iterator[str]:
    if is_product(path):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Assert):
                yield f"{path}:{node.lineno}: invariants raise; assert vanishes under -O"


def sql_away_from_home(path: str, text: str) -> Iterator[str]:
    if path.startswith(SQL_HOMES) or path.startswith("tests/"):
        return
    if path.endswith(".sql"):
        yield f"{path}: SQL lives in {', '.join(SQL_HOMES)}"
    if not is_product(path):
        return
    tree = ast.parse(text)
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in prose:
            continue
        if SQL.match(node.value):
            yield f"{path}:{node.lineno}: SQL lives in {', '.join(SQL_HOMES)}"


def second_apsw(path: str, text: str) -> Iterator[str]:
    if not is_product(path) or path.startswith("appliance/store/"):
        return
    for node in ast.walk(ast.parse(text)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        if any(name.partition(".")[0] == "apsw" for name in names):
            yield f"{path}:{node.lineno}: only appliance.store imports apsw"


CHECKS: tuple[Check, ...] = (
    long_module,
    long_function,
    vague_name,
    left_note,
    machine_path,
    registry_host,
    package_marker,
    product_assert,
    sql_away_from_home,
    second_apsw,
)

PLANTED: tuple[tuple[Check, str, str], ...] = (
    (long_module, "web/pages/long.py", "x = 1\n" * (MODULE_LINES_MAX + 1)),
    (long_function, "web/pages/f.py", "def f():\n" + "    x = 1\n" * FUNCTION_LINES_MAX),
    (long_function, "tests/f.py", "async def f():\n" + "    x = 1\n" * FUNCTION_LINES_MAX),
    (vague_name, "web/utils.py", ""),
    (vague_name, "sync/common/parts.py", ""),
    (left_note, "README.md", "to be mended, TO" + "DO"),
    (left_note, "web/static/hall.css", "/* FIX" + "ME */"),
    (machine_path, "web/x.py", 'open("/tm' + 'p/x")'),
    (machine_path, "README.md", "see `/wo" + "rk/main`"),
    (registry_host, "requirements.lock", "--index" + "-url x"),
    (registry_host, "README.md", "https://py" + "pi.org/x"),
    (package_marker, "systemd/__init__.py", ""),
    (package_marker, "tests/store/__init__.py", ""),
    (product_assert, "sync/agent.py", "def f(x):\n    assert x\n"),
    (sql_away_from_home, "web/pages/a.py", 'def f(c):\n    c.execute("select a from b where c = 1")\n'),
    (sql_away_from_home, "appliance/services/a.py", 'def f(c, t):\n    c.execute(f"DELETE FROM {t}")\n'),
    (sql_away_from_home, "provisioning/x.sql", ""),
    (second_apsw, "web/a.py", "import apsw.ext\n"),
    (second_apsw, "appliance/services/a.py", "from apsw import Connection\n"),
)

INNOCENT: tuple[tuple[Check, str, str], ...] = (
    (long_module, "web/pages/long.py", "x = 1\n" * MODULE_LINES_MAX),
    (vague_name, "web/pages/hall_manager.py", ""),
    (machine_path, "systemd/hall-web.service", "PrivateTmp=yes\nReadWritePaths=/var/lib/hallmark\n"),
    (machine_path, "web/routes.py", 'PATHS = ("/static/work/x", "/cases")'),
    (product_assert, "tests/a.py", "assert True"),
    (sql_away_from_home, "appliance/store/a.py", 'Q = "SELECT a FROM b "'),
    (sql_away_from_home, "web/a.py", '"""Select a window from the list."""\nT = "Update the list"\n'),
    (second_apsw, "appliance/store/a.py", "import apsw\n"),
)


def texts(repository: Path) -> Iterator[tuple[str, str]]:
    """Every text file of the repository with its path, vendored files left out."""
    for path in sorted(repository.rglob("*")):
        relative = path.relative_to(repository)
        if SKIPPED.intersection(relative.parts) or VENDORED in relative.parts or not path.is_file():
            continue
        if path.suffix in TEXT and path.name != "LICENSE":
            yield relative.as_posix(), path.read_text(encoding="utf-8")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_repository_is_tidy(check: Check, repository: Path) -> None:
    findings = [finding for path, text in texts(repository) for finding in check(path, text)]
    assert not findings, "\n".join(findings)


@pytest.mark.parametrize(("check", "path", "text"), PLANTED)
def test_planted_mistake_is_found(check: Check, path: str, text: str) -> None:
    assert list(check(path, text))


@pytest.mark.parametrize(("check", "path", "text"), INNOCENT)
def test_innocent_text_is_left_alone(check: Check, path: str, text: str) -> None:
    assert not list(check(path, text))


def test_each_check_has_a_control() -> None:
    assert {check for check, _, _ in PLANTED} == set(CHECKS)


def test_walk_reaches_every_room(repository: Path) -> None:
    reached = {path.split("/", 1)[0] for path, _ in texts(repository)}
    assert {*ROOMS, "tests", "systemd", "Makefile", ".ci", "requirements.lock"} <= reached
