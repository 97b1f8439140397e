"""Exports open with any SQLite tool, trace every figure to its rows, and carry nobody's data."""

import sqlite3
from dataclasses import replace

import pytest
from click.testing import CliRunner

from appliance.errors import Conflict
from appliance.projections import cases
from appliance.projections.exports import REPORTS, export_audit, export_statistics
from appliance.store import event_store
from provisioning.console import hall as program
from provisioning.walk import STORIES

PICKED = ("agent", "correction", "refused", "received", "withdrawn_early")


@pytest.fixture(scope="module")
def filled(shared_hall):
    """A hall with a few cases; one of a business licence's holder, with the names that software loses."""
    for story in STORIES:
        if story.name in PICKED:
            shared_hall.walk(story, seed=story.name)
    return shared_hall


def people(hall):
    """Everything in the hall's cases that names or reaches a person."""
    found = set()
    for case in cases.every(hall.desk.reader()):
        one = case.applicant
        found |= {one.name, one.id_number, one.phone, one.representative, one.representative_id}
        if case.agent is not None:
            found |= {case.agent.name, case.agent.id_number, case.agent.phone}
        found |= {value for value in case.form.values() if isinstance(value, str) and len(value) > 3}
    return {text for text in found if text}


def leaks(path, hall):
    """Which of them stand anywhere in a file, in its free pages too."""
    data = path.read_bytes()
    return {text for text in people(hall) if text.encode() in data}


def rows(path, query):
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_statistics_hold_every_case_once_and_the_five_reports_add_up(filled, tmp_path):
    path = tmp_path / "statistics.db"
    answer = CliRunner().invoke(program, ["--data", str(filled.directory), "export", "statistics", str(path)])
    assert answer.exit_code == 0, answer.output
    held = {case.no: case for case in cases.every(filled.desk.reader())}
    assert len(held) == len(PICKED)
    assert f"{len(held)} 件" in answer.stdout
    assert {row[0] for row in rows(path, "SELECT number FROM cases")} == set(held)
    views = {name for (name,) in rows(path, "SELECT name FROM sqlite_schema WHERE type = 'view'")}
    assert views == set(REPORTS)
    assert views == {"by_department", "by_item", "by_window", "by_person_and_year", "by_channel", "spared"}
    for view in views - {"spared"}:
        assert sum(count for (count,) in rows(path, f"SELECT cases FROM {view}")) == len(held), view  # noqa: S608
    clerks = dict(rows(path, "SELECT clerk, sum(cases) FROM by_person_and_year GROUP BY 1"))
    assert clerks == {case.clerk: sum(one.clerk == case.clerk for one in held.values()) for case in held.values()}
    assert {year for (year,) in rows(path, "SELECT year FROM by_person_and_year")} == {"2026"}


def test_a_hall_without_cases_gives_empty_reports(hall, tmp_path):
    path = tmp_path / "statistics.db"
    assert export_statistics(hall.desk.reader(), path) == 0
    assert [rows(path, f"SELECT * FROM {view}") for view in REPORTS] == [[]] * 6  # noqa: S608


def test_an_audit_lists_every_entry_with_its_leaf_hash(filled, tmp_path):
    path = tmp_path / "audit.db"
    answer = CliRunner().invoke(program, ["--data", str(filled.directory), "export", "audit", str(path)])
    assert answer.exit_code == 0, answer.output
    own = filled.store.log(filled.origin)
    listed = rows(path, 'SELECT "index", leaf, staff FROM hall_log ORDER BY 1')
    assert [row[0] for row in listed] == list(range(own.size))
    connection = filled.desk.reader()
    leaves = connection.execute(
        "SELECT hex(leaf) FROM entry JOIN log ON log.id = log WHERE own = 1 ORDER BY idx"
    ).fetchall()
    assert [row[1] for row in listed] == [leaf.lower() for (leaf,) in leaves]
    assert {"W0312", "C1001"} & {row[2] for row in listed}
    assert len(rows(path, "SELECT * FROM city_log")) >= 4


@pytest.mark.parametrize("export", [export_statistics, export_audit])
def test_no_personal_data_stands_anywhere_in_the_file(filled, tmp_path, export):
    path = tmp_path / "export.db"
    assert export(filled.desk.reader(), path) > 0
    assert len(people(filled)) > 20
    assert leaks(path, filled) == set()


def test_the_search_for_personal_data_finds_it_where_it_is(filled, tmp_path):
    # The control: the hall's own database holds all of it, and one planted name in an export is seen.
    copy = tmp_path / "hall.db"
    source = sqlite3.connect(filled.directory / "hall.db")
    target = sqlite3.connect(copy)
    source.backup(target)
    source.close()
    target.close()
    assert len(leaks(copy, filled)) > 20

    path = tmp_path / "statistics.db"
    export_statistics(filled.desk.reader(), path)
    name = next(iter(people(filled)))
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE cases SET item = ? WHERE rowid = 1", (name,))
    connection.close()
    assert leaks(path, filled) == {name}


@pytest.mark.parametrize(("export", "verb"), [(export_statistics, "statistics"), (export_audit, "audit")])
def test_a_file_that_is_there_is_left_alone(hall, tmp_path, export, verb):
    path = tmp_path / "export.db"
    path.write_text("mine")
    with pytest.raises(Conflict) as refused:
        export(hall.desk.reader(), path)
    assert refused.value.code == "file_exists"
    answer = CliRunner().invoke(program, ["--data", str(hall.directory), "export", verb, str(path)])
    assert answer.exit_code == 2
    assert "已存在" in answer.stderr
    assert path.read_text() == "mine"


@pytest.mark.parametrize("export", [export_statistics, export_audit])
def test_an_export_is_for_its_owner_alone(hall, tmp_path, export):
    path = tmp_path / "export.db"
    export(hall.desk.reader(), path)
    assert path.stat().st_mode & 0o077 == 0


def test_an_export_that_fails_half_way_leaves_no_file(hall, tmp_path, monkeypatch):
    def broken(_connection):
        yield from ()
        raise RuntimeError

    monkeypatch.setattr("appliance.projections.exports.cases.every", broken)
    with pytest.raises(RuntimeError):
        export_statistics(hall.desk.reader(), tmp_path / "export.db")
    assert list(tmp_path.glob("export*")) == []


def test_a_log_of_a_later_epoch_stands_beside_the_first(hall, tmp_path, monkeypatch):
    # Each epoch counts its entries from 0: shown here with the same log under a second name.
    own = next(row for row in event_store.logs(hall.desk.reader()) if row.own)
    monkeypatch.setattr(event_store, "logs", lambda _connection: [own, replace(own, origin=own.origin + "x")])
    entries = event_store.iterate
    monkeypatch.setattr(
        event_store, "iterate", lambda connection, _origin, start, end: entries(connection, own.origin, start, end)
    )
    path = tmp_path / "audit.db"
    assert export_audit(hall.desk.reader(), path) == 2 * own.size
    assert rows(path, "SELECT count(*) FROM hall_log") == [(2 * own.size,)]
