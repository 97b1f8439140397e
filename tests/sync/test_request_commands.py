"""``city command …`` and ``conflicts`` on the command line: asked, heard, listed at both sides in the same words."""

import json
from datetime import timedelta

import msgspec
import pytest
from click.testing import CliRunner

from appliance.catalogue.calendar import load_calendar
from appliance.config import CITY_FILE, CityConfig, CityPerson, dump
from appliance.domain.events import CaseWithdrawn, CommandAnswered
from appliance.errors import HallmarkError, Invalid, NotFound
from appliance.projections import city_commands, conflicts
from provisioning.console import city, hall
from sync.hub import errands
from sync.hub.due import last_day
from sync.hub.publish import publish_pack
from sync.hub.request_commands import uploads_of
from web.serving import CITY_ERRANDS

HERE = "42019901"
CASE = "S42019901000000AA"


class Tables:
    """A hall's read model, small: what the city asked, and conflicts."""

    blobs = None

    def schemas(self):
        return tuple((model.name, model.schema) for model in (city_commands.MODEL, conflicts.MODEL))

    def ready(self, _applied):
        return True

    def apply(self, connection, applied):
        city_commands.apply(connection, applied)
        conflicts.apply(connection, applied)


@pytest.fixture
def world(world_with):
    return world_with(Tables())


def run(program, directory, *words, code=0):
    result = CliRunner().invoke(program, ["--data", str(directory), *words])
    assert result.exit_code == code, (result.output, result.exception)
    return result.stdout


def at_city(world, *words, code=0):
    """The command line owns the city only while its program is stopped."""
    world.hub.close()
    try:
        return run(city, world.city_directory, *words, code=code)
    finally:
        world.reopen_hub()


def test_a_withdrawal_is_asked_once_heard_and_answered(world, tmp_path):
    world.write(case=CASE)
    world.sync()
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"%PDF-1.7 letter")
    words = ("command", "withdraw", CASE, "--hall", HERE, "--reason", "不想办了", "--id", "wx-1", "--json")
    first = json.loads(at_city(world, *words, "--material", f"L:撤回申请书={letter}"))
    assert (first["command"], first["subject"], first["standing"]) == ("wx-1", CASE, "open")
    assert json.loads(at_city(world, *words, "--material", f"L:撤回申请书={letter}")) == first
    world.sync()
    world.write(case=CASE, event=CommandAnswered(command="wx-1", outcome="refused", ground="decided", words="已决定"))
    world.sync()
    (listed,) = json.loads(at_city(world, "command", "list", "--json"))
    assert (listed["standing"], listed["ground"]) == ("refused", "decided")
    assert json.loads(at_city(world, "command", "list", "--open", "--json")) == []
    assert "不予办理" in at_city(world, "command", "list", "--hall", HERE)


def test_both_sides_list_the_same_conflicts_and_the_city_resolves_its_own(world):
    world.write(case=CASE, event=CaseWithdrawn(reason="不办了"))
    for _ in range(2):
        world.clock.advance(timedelta(minutes=1))
        world.sync()
    (there,) = json.loads(at_city(world, "conflicts", "--json"))
    (here,) = json.loads(run(hall, world.hall_directory, "conflicts", "--open", "--json"))
    assert here == there
    assert (there["kind"], there["owner"], there["open"]) == ("case_unknown", "city", True)
    assert "未处理" in run(hall, world.hall_directory, "conflicts")
    operator = CityPerson(id="O0001", name="示例", roles=("city_operator",))
    (world.city_directory / CITY_FILE).write_text(
        dump(CityConfig(city="wuhan-demo", name="示例市", people=(operator,)))
    )
    resolve = ("conflict", "resolve", there["conflict"], "--choice", "kept", "--operator", "O0001", "--reason")
    at_city(world, *resolve, "不够", code=2)
    stranger = tuple("O0009" if word == "O0001" else word for word in resolve)
    at_city(world, *stranger, "已向大厅核实，作为事实保留", code=2)
    assert "已处理" in at_city(world, *resolve, "已向大厅核实，作为事实保留")
    world.sync()
    (here,) = json.loads(run(hall, world.hall_directory, "conflicts", "--json"))
    assert (here["choice"], here["by"]) == ("kept", "O0001")
    assert json.loads(at_city(world, "conflicts", "--open", "--json")) == []


def test_a_city_that_runs_does_the_errands_of_its_command_line(world):
    world.write(case=CASE)
    world.sync()
    assert set(CITY_ERRANDS) == {"bundle", "command", "conflict", "numbers", "salvage"}
    asking = {
        "hall": HERE,
        "request": {"command": "wx-9", "kind": "supervise", "subject": CASE, "words": "请尽快办理这件"},
    }
    answers = [
        json.loads(errands.handler(world.hub, CITY_ERRANDS["command"])("command.send", json.dumps(asking).encode()))
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert [asked.command for asked in city_commands.listing(world.hub.store.reader())] == ["wx-9"]
    resolving = {"conflict": "none", "choice": "kept", "reason": "已向大厅核实，作为事实保留", "operator": "O0009"}
    with pytest.raises(HallmarkError):
        errands.handler(world.hub, CITY_ERRANDS["conflict"])("conflict.resolve", json.dumps(resolving).encode())
    with pytest.raises(NotFound):
        errands.handler(world.hub, CITY_ERRANDS["command"])("command.forget", b"{}")


@pytest.mark.parametrize("given", ["M1=x.pdf", "M1:名称", "M1:名称=/nowhere.pdf", ":名称=x.pdf"])
def test_a_material_that_is_written_wrongly_is_told(given):
    with pytest.raises(Invalid) as told:
        uploads_of((given,))
    assert "material" in told.value.fields


def test_last_days_are_working_days(world):
    friday = world.clock.now().date() + timedelta(days=4)
    assert friday.weekday() == 4
    assert last_day(world.hub, HERE, friday, 1) == (friday + timedelta(days=3)).isoformat()


def test_a_calendar_that_the_city_published_moves_the_last_day(world):
    friday = world.clock.now().date() + timedelta(days=4)
    tables = [msgspec.to_builtins(table) for table in load_calendar().tables]
    this = next(table for table in tables if table["year"] == friday.year)
    monday = {"name": "示例", "date": (friday + timedelta(days=3)).isoformat(), "isOffDay": True}
    this["days"] = [*this["days"], monday]
    years = [{"year": table["year"], "body": msgspec.json.encode(table).decode()} for table in tables]
    publish_pack(world.hub, "calendar", {"year": years})
    assert last_day(world.hub, HERE, friday, 1) == (friday + timedelta(days=4)).isoformat()
