"""The command line and the agent's loop, over real directories."""

import json
from random import Random

import pytest
from click.testing import CliRunner

from appliance.errors import TransportFailure
from sync.hub import commands as city
from sync.running import Pauses, keep_syncing


def run(command, *args, data, code=0):
    result = CliRunner().invoke(command, [*args], obj={"data": data})
    assert result.exit_code == code, (result.output, result.exception)
    return result.output


@pytest.fixture
def made(tmp_path):
    data = tmp_path / "other-city"
    run(city.init, "--city", "demo", "--name", "示范市", "--officer", "a", "--officer", "b", data=data)
    return data


def test_init_says_what_must_be_carried_away_and_keeps_its_keys(made):
    before = (made / "city-keys.note").read_bytes()
    output = run(city.init, "--city", "demo", "--name", "示范市", "--officer", "a", "--officer", "b", data=made)
    assert "根密钥指纹" in output
    assert "handover/root.seed" in output
    assert (made / "city-keys.note").read_bytes() == before


def test_one_officer_cannot_make_a_city(tmp_path):
    result = CliRunner().invoke(
        city.init, ["--city", "demo", "--name", "n", "--officer", "a", "--officer", "a"], obj={"data": tmp_path}
    )
    assert result.exit_code != 0


def test_two_officers_approve_on_the_command_line(made, world):
    request = next((world.city_directory / "enrol").glob("*/request.note")).read_bytes()
    from sync.hub.enrolment_desk import receive_request  # noqa: PLC0415

    assert receive_request(made, request) is None
    listed = json.loads(run(city.enrol_list, "--json", data=made))
    assert [(row["hall"], row["approvals"], row["issued"]) for row in listed] == [("42019901", [], False)]
    name = listed[0]["id"][:8]
    keys = [str(made / "handover" / f"officer-{who}.seed") for who in "ab"]
    assert "还需另一名" in run(city.enrol_approve, name, "--officer-key", keys[0], data=made)
    assert "还需另一名" in run(city.enrol_approve, name, "--officer-key", keys[0], data=made)
    assert receive_request(made, request) is None
    assert "已签发" in run(city.enrol_approve, name, "--officer-key", keys[1], data=made)
    assert receive_request(made, request) is not None


def test_halls_are_listed_beside_a_running_city(world):
    world.write(cases=3)
    world.sync()
    told = json.loads(run(city.halls, "--json", data=world.city_directory))
    (row,) = told["halls"]
    assert (row["hall"], row["size"], row["cases"], row["behind_up"]) == ("42019901", 4, 3, 0)
    assert row["root"] == world.hall.own().root.hex()
    assert "示范区政务服务大厅" in run(city.halls, data=world.city_directory)


def test_the_agent_waits_longer_after_each_failure_and_recovers(world):
    world.write(cases=2)
    world.transport.stopped = True
    pauses, told = [], []

    def wait(seconds):
        pauses.append(seconds)
        if len(pauses) == 10:
            world.transport.stopped = False
        return len(pauses) == 13

    keep_syncing(
        world.hall,
        world.city,
        world.clock,
        Random(1),
        Pauses(interval_seconds=5.0),
        wait=wait,
        tell=lambda outcome, _pause: told.append(outcome.state),
    )
    assert told == ["offline"] * 10 + ["equal"] * 3
    assert pauses[:1] == [1.0]
    assert max(pauses[:10]) > 100
    assert pauses[10:] == [5.0] * 3


def test_an_owner_that_is_away_ends_the_agent_no_more_than_a_city_that_is(world, monkeypatch):
    def away(*_args):
        raise TransportFailure("owner away", code="owner_silent")

    monkeypatch.setattr(type(world.hall._owner), "call", away)
    told = []
    keep_syncing(
        world.hall,
        world.city,
        world.clock,
        Random(1),
        Pauses(),
        wait=lambda _seconds: len(told) == 2,
        tell=lambda outcome, _pause: told.append(outcome.code),
    )
    assert told == ["owner_silent", "owner_silent"]
