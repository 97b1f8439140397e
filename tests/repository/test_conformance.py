"""The conformance table claims what tests prove, and nothing else."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from appliance.conformance import (
    Kind,
    Row,
    Scope,
    Status,
    encode_proofs,
    function_name,
    proofs,
    rows,
    standing_of,
    summary,
    table_directory,
)
from appliance.errors import IntegrityFailure

PROVING_ROOMS = ("tests/browser/", "tests/web/", "tests/commands/")
SYSTEMS = ("4.2.1", "4.2.2", "4.2.3", "4.2.4", "4.2.5", "4.2.6", "4.2.7", "4.2.8", "4.3.1", "4.3.2", "4.3.3")
SYSTEMS += ("4.4.1", "4.4.2", "4.4.3")


def unknown_rows(proven: Mapping[str, tuple[str, ...]], known: set[str]) -> list[str]:
    return sorted(set(proven) - known)


def misplaced(proven: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Tests that claim a row without driving a page or a command."""
    return sorted({test for tests in proven.values() for test in tests if not test.startswith(PROVING_ROOMS)})


def absent(proven: Mapping[str, tuple[str, ...]], repository: Path) -> list[str]:
    """Tests named as proof whose function is not in its file."""
    return sorted(
        test
        for tests in proven.values()
        for test in tests
        if not (path := repository / test.partition("::")[0]).is_file()
        or f"def {function_name(test)}(" not in path.read_text(encoding="utf-8")
    )


def collected(folder: Path, target: Path) -> bytes:
    """The proofs as collection gives them now."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--collect-only",
        "--quiet",
        "-p",
        "no:xdist",
        "--write-proofs",
        str(target),
    ]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode in (0, 5), result.stdout[-2000:] + result.stderr[-2000:]
    return target.read_bytes()


def row(**changes: object) -> Row:
    fields = {"id": "9.9", "kind": Kind.CLAUSE, "group": "g", "title": "t", "text": "x", "scope": Scope.CORE}
    return Row(**{**fields, **changes})


def test_table_holds_every_part_of_the_standard() -> None:
    table = rows(table_directory())
    kinds = [one.kind for one in table]
    assert kinds.count(Kind.CLAUSE) == 73
    assert kinds.count(Kind.NODE) == 15
    assert {one.group for one in table if one.kind is Kind.FUNCTION} == {*SYSTEMS, "data"}
    nine = [one for one in table if one.group == "4.2.1"]
    assert len(nine) == 9
    assert all(one.title and one.text for one in table)


def test_proofs_file_is_what_collection_gives(repository: Path, tmp_path: Path) -> None:
    assert collected(repository, tmp_path / "proofs.json") == (table_directory() / "proofs.json").read_bytes()


def test_marks_name_rows_and_stand_on_tests_that_drive_pages_or_commands(repository: Path) -> None:
    proven = proofs(table_directory())
    assert not unknown_rows(proven, {one.id for one in rows(table_directory())})
    assert not misplaced(proven)
    assert not absent(proven, repository)


def test_needs_that_nothing_meets_are_not_typed_in_vain() -> None:
    # A row may name a test only once it exists; otherwise a renamed test would quietly turn done into partial.
    gaps = {one.row.id: one.missing for group in summary(table_directory()) for one in group.standings if one.missing}
    assert not gaps


def test_planted_marks_are_refused(repository: Path) -> None:
    planted = {"5.9.9": ("tests/store/test_x.py::test_y",)}
    assert unknown_rows(planted, {"5.1"}) == ["5.9.9"]
    assert misplaced(planted) == ["tests/store/test_x.py::test_y"]
    assert absent(planted, repository) == ["tests/store/test_x.py::test_y"]
    here = "tests/repository/test_conformance.py::test_that_was_renamed"
    assert absent({"1": (here,)}, repository) == [here]


def test_planted_mark_reaches_the_proofs(pytester: pytest.Pytester, repository: Path) -> None:
    pytester.makeini("[pytest]\nmarkers =\n  programme(name): long\n  conformance(clause): proof\n")
    shutil.copy(repository / "tests/conftest.py", pytester.path)
    pytester.makepyfile(
        test_a="""
        import pytest

        @pytest.mark.conformance("5.2.2.3")
        @pytest.mark.conformance("A7")
        @pytest.mark.parametrize("n", [1, 2])
        def test_one(n):
            pass
        """
    )
    written = json.loads(collected(pytester.path, pytester.path / "proofs.json"))
    assert written == {"5.2.2.3": ["test_a.py::test_one"], "A7": ["test_a.py::test_one"]}


@pytest.mark.parametrize(
    ("needs", "tests", "status"),
    [
        ((), (), Status.PLANNED),
        ((), ("tests/web/t.py::test_a",), Status.PARTIAL),
        (("test_a",), (), Status.PLANNED),
        (("test_a", "test_b"), ("tests/web/t.py::test_a",), Status.PARTIAL),
        (("test_a",), ("tests/web/t.py::test_a",), Status.DONE),
        (("test_a",), ("tests/web/t.py::test_ab",), Status.PARTIAL),
    ],
)
def test_status_is_derived(needs: tuple[str, ...], tests: tuple[str, ...], status: Status) -> None:
    assert standing_of(row(needs=needs), {"9.9": tests}).status is status


def test_status_cannot_be_typed(tmp_path: Path) -> None:
    text = (table_directory() / "table.toml").read_text(encoding="utf-8")
    (tmp_path / "table.toml").write_text(text.replace("needs = []", 'needs = []\nstatus = "done"', 1), encoding="utf-8")
    with pytest.raises(IntegrityFailure, match="status"):
        rows(tmp_path)


def test_row_twice_is_refused(tmp_path: Path) -> None:
    text = (table_directory() / "table.toml").read_text(encoding="utf-8")
    (tmp_path / "table.toml").write_text(text.replace('id = "3.2"', 'id = "3.1"', 1), encoding="utf-8")
    with pytest.raises(IntegrityFailure, match=r"3\.1"):
        rows(tmp_path)


def test_proofs_have_one_form() -> None:
    assert encode_proofs({"b": {"z", "a"}, "a": {"q"}}) == encode_proofs({"a": {"q"}, "b": {"a", "z"}})
