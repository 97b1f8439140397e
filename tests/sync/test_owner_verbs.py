"""The owner does not take the agent's word; the agent pushes nothing that is not durable."""

from datetime import timedelta

import msgspec
import pytest

from appliance.errors import HallmarkError, NotFound
from appliance.ledger.checkpoint import Checkpoint, cosign, sign_checkpoint
from appliance.ledger.failure import ProofError, SignatureError
from appliance.ledger.signer import Cosigner, LogSigner
from appliance.store.appending import get_setting
from appliance.store.gatekeeping import LEASE_UNTIL
from sync import running
from sync.agent import sync_once
from sync.hub.wire import TABLE
from sync.messages import AppendRequest, encode_append
from sync.owner import VERBS, Cosignature, DirectOwner, Positions
from sync.running import remote_hall


@pytest.fixture
def owner(world):
    return DirectOwner(world.store, world.trust, world.clock)


def test_an_unknown_verb_is_refused(owner):
    with pytest.raises(NotFound):
        owner.call("sync.anything", b"")


def test_the_verbs_and_the_urls_are_these():
    assert sorted(VERBS) == [
        "sync.apply",
        "sync.blob_acknowledged",
        "sync.city_went_back",
        "sync.contact",
        "sync.cosignature",
        "sync.mirror",
        "sync.positions",
        "sync.stored_head",
    ]
    assert len(TABLE) == 12


def test_a_cosignature_by_a_stranger_or_beyond_our_log_is_refused(world, owner):
    size = world.hall.own().size
    head = Checkpoint(world.h2c, size, world.hall.own().root)
    stranger = cosign(head, Cosigner("demo/cosigner", b"s" * 32, time=lambda: 1))
    with pytest.raises(SignatureError):
        owner.call("sync.cosignature", msgspec.json.encode(Cosignature(size=size, line=stranger)))
    with pytest.raises(ProofError):
        owner.call("sync.cosignature", msgspec.json.encode(Cosignature(size=size + 1, line=stranger)))
    assert world.hall.cosigned_size() == 0
    true = cosign(head, world.hub.keyring.cosigner)
    owner.call("sync.cosignature", msgspec.json.encode(Cosignature(size=size, line=true)))
    assert world.hall.cosigned_size() == size


def test_a_mirror_append_signed_by_a_stranger_is_refused(world, owner):
    records = world.city.records(world.c2h, 0, 2)
    head = Checkpoint(world.c2h, 2, world.hub.stored(world.trust.c2h).root)
    forged = sign_checkpoint(head, LogSigner(world.c2h, b"s" * 32))
    with pytest.raises(HallmarkError):
        owner.call("sync.mirror", encode_append(AppendRequest(0, (), forged, records)))
    assert world.store.log(world.c2h).size == 0


def test_nothing_beyond_the_durable_size_is_pushed(world):
    world.write(cases=5)

    class Behind:
        def call(self, verb, payload):
            answer = real.call(verb, payload)
            if verb != "sync.positions":
                return answer
            known = msgspec.json.decode(answer, type=Positions)
            return msgspec.json.encode(msgspec.structs.replace(known, own_size=3))

    real, world.hall._owner = world.hall._owner, Behind()
    world.sync()
    assert world.hub.stored(world.trust.h2c).size == 3
    world.hall._owner = real
    assert world.sync().state == "equal"
    assert world.hub.stored(world.trust.h2c).size == 6


def test_the_lease_of_the_ticket_and_of_the_log_reach_the_gate_and_only_grow(world):
    assert get_setting(world.store.reader(), LEASE_UNTIL) == world.trust.ticket.lease_until
    world.sync()
    world.clock.advance(timedelta(days=2))
    world.sync()
    later = get_setting(world.store.reader(), LEASE_UNTIL)
    assert later > world.trust.ticket.lease_until


def test_the_agent_beside_the_owner_reads_for_itself_and_writes_through_it(world, owner, monkeypatch):
    class Socket:
        def __init__(self, _path):
            pass

        def call(self, verb, payload):
            return owner.call(verb, payload)

        def close(self):
            pass

    monkeypatch.setattr(running, "OwnerClient", Socket)
    world.write(cases=3, blobs=(world.blob(1000),))
    with remote_hall(world.hall_directory, world.clock) as hall:
        report = sync_once(hall, world.city, world.clock)
    assert (report.state, report.pushed) == ("equal", 4)
