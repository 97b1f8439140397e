"""Documentation that cannot go stale: each command, target, room, unit, decision and file on disk is told of."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

ROOMS = ("appliance", "web", "sync", "provisioning", "hardware", "systemd", "tests")
SCREEN_LINES_MAX = 70
HEADINGS = ("## What lives here", "## What must not", "## Where to add")
STATE = ("hall.db", "city.db", "hall.db-wal", "journal/", "blobs/", "keys/", "ticket.note", "hall.toml", "city.toml")
STATE += ("queue.db", "owner.lock", "owner.sock", "scan/")
STATE_COLUMNS = ("File", "What it is", "May it be lost?", "Rolled back?", "Trusted?", "Rebuilt from")
LINK = re.compile(r"\[[^\]]*\]\(([^)#]+)(?:#[^)]*)?\)")


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# ---- make


def targets(makefile: str) -> set[str]:
    return {name for line in re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE) for name in line.split()}


def in_menu(makefile: str) -> set[str]:
    return set(re.findall(r"^([a-z-]+):.*?## \S", makefile, re.MULTILINE))


def silenced(makefile: str) -> list[str]:
    """Recipe lines that hide what runs or what failed; the menu itself may print without echoing."""
    found = []
    target = ""
    for line in makefile.splitlines():
        if heading := re.match(r"([A-Za-z./_-]+)\s*[:?]?[:=]", line):
            target = heading[1] if not heading[1].isupper() else ""  # a variable goes on in tabbed lines too
        if not target:
            continue
        hidden = re.match(r"\t[@-]", line) and target != "help"
        if line.startswith("\t") and (hidden or re.search(r">\s*/dev/null|\|\|\s*true|\|\|\s*:|--silent", line)):
            found.append(line.strip())
    return found


def test_every_target_is_in_the_menu_and_the_readme(repository: Path) -> None:
    makefile = read(repository / "Makefile")
    readme = read(repository / "README.md")
    assert targets(makefile) == in_menu(makefile)
    assert not {name for name in targets(makefile) if f"`make {name}`" not in readme}


def test_menu_is_the_default_and_nothing_is_silenced(repository: Path) -> None:
    makefile = read(repository / "Makefile")
    assert ".DEFAULT_GOAL := help" in makefile
    assert not silenced(makefile)


@pytest.mark.parametrize("recipe", ["@pytest", "-rm x", "mypy >/dev/null", "ruff check . || true", "make --silent x"])
def test_silenced_recipe_is_found(recipe: str) -> None:
    assert silenced(f"help: ## menu\n\t@echo\nlint: ## x\n\t{recipe}\n")


def test_target_without_menu_line_is_found() -> None:
    assert targets(".PHONY: a\na: ## x\n.PHONY: b\nb:\n") - in_menu("a: ## x\nb:\n") == {"b"}


def test_ci_runs_the_command_of_the_readme(repository: Path) -> None:
    assert read(repository / ".ci/run").rstrip().endswith("exec make test")
    assert (repository / ".ci/run").stat().st_mode & 0o111
    assert "make test    # everything CI runs" in read(repository / "README.md")


# ---- commands


def leaves(command: click.Command, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Every command under a group, as the words one types."""
    if not isinstance(command, click.Group):
        yield words
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        child = command.get_command(context, name)
        if child is not None and not child.hidden:
            yield from leaves(child, (*words, name))


def undocumented(commands: list[tuple[str, ...]], text: str) -> list[str]:
    spoken = [" ".join(words) for words in commands]
    return [line for line in spoken if not re.search(rf"`{re.escape(line)}(?:[ `])", text)]


def test_every_command_is_documented(repository: Path) -> None:
    from provisioning import console  # noqa: PLC0415 - only this test needs the product

    commands = [*leaves(console.hall, ("hall",)), *leaves(console.city, ("city",))]
    assert len(commands) > 10
    text = "\n".join(read(path) for path in [repository / "README.md", *repository.glob("*/README.md")])
    assert not undocumented(commands, text)


def test_undocumented_command_is_found() -> None:
    group = click.Group(
        "log", commands=[click.Command("verify"), click.Command("prove"), click.Command("x", hidden=True)]
    )
    commands = list(leaves(click.Group("hall", commands=[group]), ("hall",)))
    assert undocumented(commands, "| `hall log prove INDEX` | `hall log verify-all` |") == ["hall log verify"]


# ---- rooms, decisions, links


@pytest.mark.parametrize("room", ROOMS)
def test_room_has_a_readme_of_one_screen(room: str, repository: Path) -> None:
    text = read(repository / room / "README.md")
    assert all(heading in text for heading in HEADINGS)
    assert room == "appliance" or len(text.splitlines()) <= SCREEN_LINES_MAX


def state_rows(text: str) -> dict[str, list[str]]:
    """File to cells of the state table."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| ")
    ]
    start = next(number for number, row in enumerate(rows) if tuple(row) == STATE_COLUMNS)
    return {row[0]: row for row in rows[start + 1 :] if len(row) == len(STATE_COLUMNS)}


def untold(text: str) -> list[str]:
    table = state_rows(text)
    return [name for name in STATE if not any(f"`{name}" in file and all(cells) for file, cells in table.items())]


def test_state_table_tells_of_every_file(repository: Path) -> None:
    assert not untold(read(repository / "appliance/README.md"))


def test_file_missing_from_the_state_table_is_found(repository: Path) -> None:
    text = read(repository / "appliance/README.md")
    without = "\n".join(line for line in text.splitlines() if not line.startswith("| `queue.db"))
    assert untold(without) == ["queue.db"]


def test_decisions_are_numbered_and_name_their_costs(repository: Path) -> None:
    records = sorted((repository / "appliance/decisions").glob("*.md"))
    assert len(records) >= 10
    for number, record in enumerate(records, 1):
        text = read(record)
        assert record.name.startswith(f"{number:04d}-"), record.name
        assert all(part in text for part in ("## Decision", "## Why", "## Costs")), record.name


def test_units_are_told_of(repository: Path) -> None:
    text = read(repository / "systemd/README.md")
    assert not [
        path.name for path in (repository / "systemd").iterdir() if path.name not in text and path.suffix != ".md"
    ]


def broken_links(path: Path) -> list[str]:
    return [link for link in LINK.findall(read(path)) if "://" not in link and not (path.parent / link).exists()]


def test_links_lead_somewhere(repository: Path) -> None:
    pages = [repository / "README.md", repository / "CHANGELOG.md", *repository.glob("*/README.md")]
    pages += (repository / "appliance/decisions").glob("*.md")
    assert not {page.relative_to(repository).as_posix(): broken for page in pages if (broken := broken_links(page))}


def test_broken_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("[a](page.md#x) [b](nowhere.md) ![c](no.png)", encoding="utf-8")
    assert broken_links(page) == ["nowhere.md", "no.png"]
