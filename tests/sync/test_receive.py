"""What the city takes and what it refuses (protocol §4), request by request."""

import pytest

from appliance.ledger.checkpoint import Checkpoint, sign_checkpoint, verify_cosignature
from appliance.ledger.merkle import bulk_root, leaf_hash
from appliance.ledger.records import Record, RecordState
from appliance.ledger.signer import LogSigner
from appliance.store.event_store import find_log, iterate
from sync.hub import evidence
from sync.hub.board import board, flags_of
from sync.hub.hall_states import HallState
from sync.hub.wire import Peer, WireRequest, handle
from sync.messages import AppendRequest, Status, encode_append, log_hash
from sync.reconcile import Span


def post(world, request, origin=None, peer=None):
    path = f"/v1/log/{log_hash(origin or world.h2c)}/append"
    body = request if isinstance(request, bytes) else encode_append(request)
    return handle(world.hub, WireRequest("POST", path, peer or Peer(loopback=True), body=body))


def next_append(world):
    start = world.hub.stored(world.trust.h2c).size
    batch = world.hall.batch(Span(start, world.hall.own().size), records_max=1000, bytes_max=10**7)
    return AppendRequest(start, world.hall.proof(start, batch.end), batch.checkpoint_note, batch.records)


def stored(world):
    return list(iterate(world.hub.store.reader(), world.h2c))


def kept(world):
    return [item.kind for item in evidence.of_hall(world.hub.store.reader(), world.trust.ticket.hall)]


def resigned(world, records, *, size=None, root=None):
    """What only root on the box could do: sign a head of one's own choosing with the hall's key."""
    head = Checkpoint(world.h2c, size or len(records), root or bulk_root([leaf_hash(r.entry) for r in records]))
    return sign_checkpoint(head, world.keys.h2c)


def test_an_append_is_cosigned_once_it_is_durable(world):
    world.write(cases=3)
    request = next_append(world)
    answer = post(world, request)
    assert answer.status == Status.OK
    own = world.hall.own()
    head = Checkpoint(world.h2c, own.size, own.root)
    assert verify_cosignature(head, answer.body.decode(), world.trust.city_cosigner) > 0
    assert world.hub.store.durable_size(world.h2c) == 4


def test_the_same_bytes_again_change_nothing_and_get_a_line(world):
    world.write(cases=3)
    request = next_append(world)
    post(world, request)
    before = stored(world)
    answer = post(world, request)
    assert answer.status == Status.OK
    assert stored(world) == before


def test_an_empty_append_asks_for_the_current_line(world):
    world.write()
    post(world, next_append(world))
    size = world.hall.own().size
    answer = post(world, AppendRequest(size, (), world.hall.head_note(size), ()))
    assert answer.status == Status.OK


def test_a_wrong_old_size_is_told_the_stored_one(world):
    world.write(cases=2)
    post(world, next_append(world))
    world.write(cases=2)
    request = next_append(world)
    for old in (0, 1, 4):
        records = tuple(world.hall.batch(Span(old, 5), records_max=99, bytes_max=10**7).records)
        answer = post(world, AppendRequest(old, (), request.checkpoint_note, records))
        assert (answer.status, answer.body) == (Status.SIZE_DIFFERS, b"3\n")


@pytest.mark.parametrize("part", ["entry", "private"])
def test_a_flipped_byte_is_refused_and_the_head_kept(world, part):
    world.write(cases=2)
    request = next_append(world)
    records = list(request.records)
    victim = records[1]
    value = bytearray(getattr(victim, part))
    value[20] ^= 1
    entry = bytes(value) if part == "entry" else victim.entry
    private = bytes(value) if part == "private" else victim.private
    records[1] = Record(entry, victim.state, private)
    answer = post(world, AppendRequest(0, (), request.checkpoint_note, tuple(records)))
    assert answer.status == Status.PROOF
    assert stored(world) == []
    assert kept(world) == [{"entry": "root", "private": "private"}[part]]
    # Control: the bytes as they were signed are taken.
    assert post(world, request).status == Status.OK


def test_a_private_part_left_out_is_refused(world):
    world.write()
    request = next_append(world)
    records = tuple(Record(record.entry, RecordState.NONE, None) for record in request.records)
    assert post(world, AppendRequest(0, (), request.checkpoint_note, records)).status == Status.PROOF
    assert stored(world) == []


def test_a_wrong_root_is_refused_and_the_head_kept_once(world):
    world.write()
    request = next_append(world)
    note = resigned(world, request.records, root=b"r" * 32)
    for _ in range(3):
        assert post(world, AppendRequest(0, (), note, request.records)).status == Status.PROOF
    found = evidence.of_hall(world.hub.store.reader(), world.trust.ticket.hall)
    assert [item.note for item in found] == [note]
    assert board(world.hub)[0].evidence == 1


def test_a_second_history_is_refused_and_shown_as_a_fork(world):
    world.write()
    world.sync()
    size = world.hall.own().size
    forged = resigned(world, (), size=size, root=b"f" * 32)
    assert post(world, AppendRequest(size, (), forged, ())).status == Status.PROOF
    assert kept(world) == ["fork"]
    assert board(world.hub)[0].state is HallState.FORKED


def test_a_false_consistency_proof_is_refused(world):
    world.write(cases=2)
    post(world, next_append(world))
    world.write(cases=2)
    request = next_append(world)
    assert request.proof
    bent = (b"p" * 32, *request.proof[1:])
    assert post(world, AppendRequest(3, bent, request.checkpoint_note, request.records)).status == Status.PROOF
    assert post(world, AppendRequest(3, (), request.checkpoint_note, request.records)).status == Status.PROOF
    assert post(world, request).status == Status.OK


def test_evidence_is_capped(world, monkeypatch):
    monkeypatch.setattr(evidence, "EVIDENCE_COUNT_MAX", 3)
    world.write()
    request = next_append(world)
    for number in range(6):
        note = resigned(world, request.records, root=bytes([number]) * 32)
        post(world, AppendRequest(0, (), note, request.records))
    assert len(kept(world)) == 3


def test_another_key_or_origin_is_refused(world):
    world.write()
    request = next_append(world)
    stranger = LogSigner(world.h2c, b"s" * 32)
    own = world.hall.own()
    note = sign_checkpoint(Checkpoint(world.h2c, own.size, own.root), stranger)
    assert post(world, AppendRequest(0, (), note, request.records)).status == Status.SIGNATURE
    assert post(world, request, origin="demo/42019902/h2c/e1").status == Status.UNKNOWN
    assert post(world, request, origin=world.c2h).status == Status.SIGNATURE  # only what the city signed comes back
    assert stored(world) == []
    assert kept(world) == []


def test_malformed_bodies_are_400(world):
    world.write()
    request = next_append(world)
    for body in (b"", b"\0\0\0\1", encode_append(request)[:-1], b"x" * 100):
        assert post(world, body).status == Status.MALFORMED
    too_far = AppendRequest(9, (), request.checkpoint_note, ())
    assert post(world, too_far).status == Status.MALFORMED
    fewer = AppendRequest(0, (), request.checkpoint_note, request.records[:-1])
    assert post(world, fewer).status == Status.MALFORMED


def test_content_is_never_a_reason_to_refuse(world):
    records = (
        Record(b"this is no entry at all"),
        Record(
            b'{"actor":{"id":"x","role":"system"},"clk":"ok","cmd":"k","data":{},"n":0,"seen":0,'
            b'"t":"2026-11-23T09:00:00.000+08:00","tv":1,"type":"never.heard","v":1}'
        ),
        Record(
            b'{"actor":{"id":"x","role":"system"},"case":"S9","clk":"ok","cmd":"k","data":{"handler":"h",'
            b'"department":"d"},"n":0,"seen":0,"t":"2026-11-23T09:00:00.000+08:00","tv":1,'
            b'"type":"case.assigned","v":1}'
        ),
    )
    assert post(world, AppendRequest(0, (), resigned(world, records), records)).status == Status.OK
    assert [record.entry for record in stored(world)] == [record.entry for record in records]
    found = {flag["kind"] for flag in flags_of(world.hub, world.trust.ticket.hall)}
    assert found == {"unreadable", "unknown_type", "case_unknown"}
    assert find_log(world.hub.store.reader(), world.h2c).applied == 3
    assert board(world.hub)[0].flags == 3


def test_only_the_hall_itself_reaches_its_log_from_elsewhere(world):
    world.write()
    request = next_append(world)
    assert post(world, request, peer=Peer(loopback=False)).status == Status.SIGNATURE
    assert post(world, request, peer=Peer(loopback=False, hall="42019902")).status == Status.SIGNATURE
    assert post(world, request, peer=Peer(loopback=False, hall="42019901")).status == Status.OK
