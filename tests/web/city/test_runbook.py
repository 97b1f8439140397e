"""处置手册: every red reason has its entry, every link to it resolves, and its commands are those of the programs."""

import asyncio
import re
import shlex
from datetime import timedelta

import click
import pytest

from appliance.domain.conflicts import Kind
from appliance.domain.gate import GateState
from provisioning.console import city as city_program
from provisioning.console import hall
from sync.hub import receive, salvage
from sync.hub.hall_states import RULES, STATE_OF_EVIDENCE, HallState, Turn
from web.pages.runbook_entries import ENTRIES, HEAD_PROBLEM, LEASE_SOON, of_evidence, of_flag, of_gate, of_state

HALL = "42019901"
EVIDENCE = {value for name, value in vars(receive).items() if name.startswith("KIND_")} | {salvage.COMPROMISE}


def test_every_reason_has_its_entry_and_no_entry_is_without_a_reason():
    wanted = {of_state(state) for state in HallState} | {of_gate(state) for state in GateState}
    wanted |= {of_evidence(kind) for kind in EVIDENCE} | {of_flag(kind.value) for kind in Kind}
    assert set(ENTRIES) == wanted | {LEASE_SOON, HEAD_PROBLEM}
    assert set(STATE_OF_EVIDENCE) == EVIDENCE
    assert set(RULES) == set(HallState)


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_says_what_it_means_what_is_kept_and_what_to_do(name):
    entry = ENTRIES[name]
    assert len(entry.means) > 8
    assert len(entry.kept) > 8
    assert entry.steps
    assert len({step.text for step in entry.steps}) == len(entry.steps)
    if entry.turn is not Turn.NOBODY:
        assert len(entry.steps) >= 2


def test_every_command_is_one_of_the_programs(program):
    commands = {step.command for entry in ENTRIES.values() for step in entry.steps if step.command}
    assert len(commands) > 10
    for command in commands:
        walk(program, shlex.split(command))
    with pytest.raises(AssertionError):  # the control
        walk(program, ["hall", "sync", "hurry"])
    with pytest.raises(AssertionError):
        walk(program, ["hall", "enrol", "request", "--now"])


@pytest.fixture
def program():
    return {"hall": hall, "city": city_program}


def walk(program, words):
    """Follow a command line through the groups to its command, and its options to the command's."""
    command = program[words[0]]
    rest = words[1:]
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), rest[0])
        assert found is not None, words
        command, rest = found, rest[1:]
    options = {option for parameter in command.params for option in parameter.opts}
    for word in rest:
        assert not word.startswith("--") or word in options, words


def links(page):
    return set(re.findall(r'href="(/runbook[^"]*)"', page))


def test_the_red_cells_lead_to_entries_that_open(city, enter):
    async def walk_pages():
        city.write()
        city.sync()
        trust = city.hub.hall(HALL)
        for kind in sorted(EVIDENCE):
            city.hub.keep_evidence(trust, kind, f"{trust.ticket.c2h_origin}\n9\n{kind}\n".encode())

        def flag(connection):
            connection.execute(
                "INSERT INTO hub_flag VALUES (?, 1, 'case_unknown', 'x', 't')", (trust.ticket.h2c_origin,)
            )
            connection.execute("UPDATE contact SET detail = json_set(detail, '$.status.gate', 'FENCED')")

        city.hub.store.writer.local(flag).result()
        city.clock.advance(timedelta(days=30))
        async with city.client() as client:
            await enter(client)
            board = links((await client.get("/")).text)
            page = links((await client.get(f"/halls/{HALL}")).text)
            index = links((await client.get("/runbook")).text)
            answers = {link: (await client.get(link)).status_code for link in board | page | index}
            return board, page, index, answers, await client.get("/runbook/state-happy")

    board, page, index, answers, unknown = asyncio.run(walk_pages())
    assert set(answers.values()) == {200}
    assert {"/runbook/state-forked", "/runbook/state-silent", "/runbook/gate-fenced", "/runbook/lease-soon"} <= board
    assert {f"/runbook/{of_evidence(kind)}" for kind in EVIDENCE} <= page
    assert "/runbook/conflict-case-unknown" in page
    assert {f"/runbook/{name}" for name in ENTRIES} <= index
    assert unknown.status_code == 404


def test_an_entry_of_a_conflict_lists_the_lawful_choices(city, enter):
    async def look():
        async with city.client() as client:
            await enter(client)
            return (await client.get("/runbook/conflict-number-taken")).text

    page = asyncio.run(look())
    assert "两件都保留，按大厅和纪元区分，已通知大厅在文书上注明" in page
    assert "<code>city conflicts</code>" in page
    assert "该市级值守处理" in page
