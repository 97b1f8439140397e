"""Salvage: signed entries that the log cannot take are kept apart on two officers' order, verified and once."""

import json
from dataclasses import replace

import msgspec
import pytest
from click.testing import CliRunner

from appliance.clock import format_time
from appliance.errors import NotFound, TooLarge
from appliance.store.event_store import iterate
from appliance.store.store import open_store
from provisioning.console import city
from sync import salvage_command
from sync.epochs import opening_change
from sync.hall import direct_hall
from sync.hub import errands, evidence, quarantine, salvage_commands
from sync.hub.board import cases
from sync.hub.keyring import load_keyring, officer_signer
from sync.hub.projections import HubProjector
from sync.hub.salvage import CLOSED, COMPROMISE, FORK
from sync.messages import AppendRequest, decode_append, encode_append, encode_pair
from sync.reconcile import Span
from sync.salvage_command import body_of
from sync.trust import SalvageOrder, sign_statement


@pytest.fixture
def twin(world, tmp_path):
    """A second box with the same keys and a history of its own, beside the one that the city knows."""
    world.write(cases=5)
    assert world.sync().state == "equal"
    first = world.store, world.hall
    store = open_store(
        tmp_path / "twin",
        clock=world.clock,
        projector=HubProjector(),
        signers={world.h2c: world.keys.h2c},
        mirrors={world.c2h: world.trust.c2h},
    )
    store.writer.submit(opening_change(world.h2c)).result()
    world.store, world.hall = store, direct_hall(store, tmp_path / "twin", world.trust, world.keys, world.clock)
    world.write(cases=8)
    hall = world.hall
    world.store, world.hall = first
    yield hall
    store.close()


def request_of(hall, start=0):
    batch = hall.batch(Span(start, hall.own().size), records_max=100, bytes_max=10**7)
    return AppendRequest(start, (), batch.checkpoint_note, batch.records)


def order_of(world, hall, reason, start=0):
    own = hall.own()
    return SalvageOrder(
        origin=world.h2c,
        first=start,
        size=own.size,
        root=own.root.hex(),
        reason=reason,
        created=format_time(world.clock.now()),
    )


def signed(world, order, officers=("a", "b")):
    keyring = load_keyring(world.city_directory, world.clock)
    seeds = [world.city_directory / "handover" / f"officer-{officer}.seed" for officer in officers]
    return sign_statement(order, *(officer_signer(seed, keyring) for seed in seeds))


def send(world, order_note, request):
    answer = world.transport.request("POST", "/v1/salvage", body=encode_pair(order_note, encode_append(request)))
    return int(answer.status), answer.body.decode().strip()


def kept(world):
    return quarantine.of_hall(world.hub.store.reader(), world.trust.ticket.hall)


def test_a_fork_is_kept_apart_whole_and_once(world, twin):
    before = world.hub.stored(world.trust.h2c), len(cases(world.hub))
    request, note = request_of(twin), signed(world, order_of(world, twin, FORK))
    assert [send(world, note, request) for _ in range(2)] == [(200, "quarantined")] * 2
    (found,) = kept(world)
    assert (found.reason, found.first, found.size, found.root) == (FORK, 0, 9, twin.own().root)
    assert found.order == note.decode()
    assert found.note == request.checkpoint_note
    for record in iterate(world.hub.store.reader(), world.h2c, 0, 1):
        assert record.entry in found.records
    assert all(record.entry in found.records and record.private in found.records for record in request.records[1:])
    # No log, no read model and no cosignature knows them; both heads stand as evidence.
    assert (world.hub.stored(world.trust.h2c), len(cases(world.hub))) == before
    heads = evidence.of_hall(world.hub.store.reader(), world.trust.ticket.hall)
    assert [(one.kind, one.note) for one in heads] == [("fork", request.checkpoint_note)]
    assert world.sync().state == "equal"


def test_it_outlives_a_restart_of_the_city(world, twin):
    assert send(world, signed(world, order_of(world, twin, FORK)), request_of(twin))[0] == 200
    before = kept(world)
    world.reopen_hub()
    assert kept(world) == before


@pytest.mark.parametrize("officers", [("a",), ("a", "a")])
def test_one_officer_is_not_enough(world, twin, officers):
    note = signed(world, order_of(world, twin, FORK), officers)
    assert send(world, note, request_of(twin)) == (403, "two_officers")
    assert kept(world) == []


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({"size": 8}, (400, "other_range")),
        ({"root": "00" * 32}, (400, "other_range")),
        ({"first": 1}, (400, "other_range")),
        ({"reason": "because"}, (400, "bad_reason")),
    ],
)
def test_an_order_for_other_entries_takes_none(world, twin, change, answer):
    order = msgspec.structs.replace(order_of(world, twin, FORK), **change)
    assert send(world, signed(world, order), request_of(twin)) == answer
    assert kept(world) == []


def test_records_that_do_not_give_the_signed_head_are_refused(world, twin):
    request = request_of(twin)
    note = signed(world, order_of(world, twin, FORK))
    private = msgspec.structs.replace(request.records[3], private=b"x" * 40)
    entry = msgspec.structs.replace(request.records[3], entry=request.records[3].entry.replace(b"food", b"wood"))
    for wrong in (private, entry):
        changed = replace(request, records=(*request.records[:3], wrong, *request.records[4:]))
        assert send(world, note, changed)[0] == 422
    assert kept(world) == []


def test_what_an_append_would_take_is_not_salvaged(world):
    world.write(cases=2)
    assert world.sync().state == "equal"
    held = request_of(world.hall), order_of(world, world.hall, FORK)
    assert send(world, signed(world, held[1]), held[0]) == (200, "held")
    world.write(cases=2)
    size = world.hub.stored(world.trust.h2c).size
    new = request_of(world.hall, size)
    for reason in (FORK, CLOSED):
        assert send(world, signed(world, order_of(world, world.hall, reason, size)), new) == (409, "not_salvage")
    assert kept(world) == []
    # After a compromise the officers may keep apart what nobody trusts any more.
    assert send(world, signed(world, order_of(world, world.hall, COMPROMISE, size)), new) == (200, "quarantined")
    assert world.hub.stored(world.trust.h2c).size == size


def test_entries_after_a_close_are_kept_apart(world):
    world.write(cases=2)
    assert world.sync().state == "equal"
    size = world.hub.stored(world.trust.h2c).size
    world.hub.store.close_log(world.h2c)
    world.write(cases=3)
    assert world.sync().state == "sync_blocked"
    request = request_of(world.hall, size)
    assert send(world, signed(world, order_of(world, world.hall, CLOSED, size)), request) == (200, "quarantined")
    assert [(one.reason, one.first, one.size) for one in kept(world)] == [(CLOSED, size, size + 3)]
    assert world.hub.stored(world.trust.h2c).size == size


def test_entries_beyond_what_the_city_holds_have_no_beginning_here(world):
    world.write(cases=5)
    note = signed(world, order_of(world, world.hall, CLOSED, 3))
    assert send(world, note, request_of(world.hall, 3)) == (404, "no_range")


def at_city(world, *words, code=0):
    """The command line owns the city only while its program is stopped."""
    world.hub.close()
    try:
        result = CliRunner().invoke(city, ["--data", str(world.city_directory), *map(str, words)])
    finally:
        world.reopen_hub()
    assert result.exit_code == code, (result.output, result.exception)
    return result.output


def officer(world, name):
    return world.city_directory / "handover" / f"officer-{name}.seed"


def test_a_fork_goes_by_commands_from_the_box_to_quarantine(world, twin, tmp_path):
    file = tmp_path / "twin.salvage"
    file.write_bytes(body_of(twin, 0))
    sign = ("salvage", "sign", file, "--reason", FORK, "--officer-key")
    assert "没有打捞令" in at_city(world, "salvage", "take", file, code=2)
    assert "还需 1 名" in at_city(world, *sign, officer(world, "a"))
    assert "还需 1 名" in at_city(world, *sign, officer(world, "a"))  # once more is not a second person
    assert "two_officers" in at_city(world, "salvage", "take", file, code=2)
    other = ("salvage", "sign", file, "--reason", CLOSED, "--officer-key", officer(world, "b"))
    assert "other_order" in at_city(world, *other, code=2)
    assert "可以运行 city salvage take" in at_city(world, *sign, officer(world, "b"))
    for _ in range(2):
        assert "已收进隔离区" in at_city(world, "salvage", "take", file)
    (listed,) = json.loads(at_city(world, "salvage", "list", "--json"))
    assert (listed["reason"], listed["first"], listed["size"]) == (FORK, 0, 9)
    shown = json.loads(at_city(world, "salvage", "show", listed["id"], "--json"))
    assert [line["index"] for line in shown["entries"]] == list(range(9))
    assert {line["type"] for line in shown["entries"]} == {"epoch.opened", "case.received"}
    assert "分叉" in at_city(world, "salvage", "list")
    assert "窗口收件" in at_city(world, "salvage", "show", listed["id"])
    assert "unknown_salvage" in at_city(world, "salvage", "show", 99, code=2)


def test_a_city_that_runs_takes_the_errand_over_its_socket(world, twin, tmp_path):
    file = tmp_path / "twin.salvage"
    file.write_bytes(body_of(twin, 0))
    file.with_name("twin.salvage.order").write_bytes(signed(world, order_of(world, twin, FORK)))
    errand = msgspec.json.encode({"file": str(file), "order": f"{file}.order"})
    answer = json.loads(errands.handler(world.hub, salvage_commands.ERRANDS)("salvage.take", errand))
    assert answer == {"hall": world.trust.ticket.hall, "outcome": "quarantined"}
    assert len(kept(world)) == 1


def test_a_file_that_no_hall_of_the_city_signed_gets_no_order(world, twin, tmp_path):
    body = body_of(twin, 0)
    file = tmp_path / "wrong.salvage"
    sign = ("salvage", "sign", file, "--reason", FORK, "--officer-key", officer(world, "a"))
    head = body.index(world.h2c.encode())
    for at in (head, head + len(world.h2c) + 1, body.index("— ".encode()) + 60):
        file.write_bytes(body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :])
        at_city(world, *sign, code=2)
        assert not file.with_name("wrong.salvage.order").exists()
    file.write_bytes(body)
    at_city(world, *sign)


def test_a_hall_writes_what_it_signed_after_the_citys_last_cosignature(world):
    world.write(cases=2)
    assert world.sync().state == "equal"
    size = world.hub.stored(world.trust.h2c).size
    world.write(cases=3)
    request = decode_append(body_of(world.hall, world.hall.cosigned_size()))
    assert (request.old_size, len(request.records)) == (size, 3)
    with pytest.raises(NotFound):
        body_of(world.hall, size + 3)


def test_more_than_one_salvage_takes_is_told(world, monkeypatch):
    world.write(cases=5)
    monkeypatch.setattr(salvage_command, "RECORDS_COUNT_MAX", 3)
    with pytest.raises(TooLarge) as told:
        body_of(world.hall, 0)
    assert told.value.params["count"] == 6
