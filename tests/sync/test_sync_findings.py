"""What a sync does when the two sides do not fit: it stops, says why, and never says that it succeeded."""

import pytest

from appliance.domain.gate import GateState
from appliance.errors import GateClosed
from appliance.ledger.checkpoint import Checkpoint, sign_checkpoint
from appliance.ledger.failure import SignatureError
from appliance.ledger.records import Record
from appliance.ledger.signer import LogSigner
from appliance.store.store import open_store
from sync.agent import sync_once
from sync.city_client import CityClient
from sync.epochs import opening_change
from sync.hall import direct_hall
from sync.hub.board import board
from sync.hub.hall_states import HallState
from sync.hub.keyring import c2h_signer
from sync.hub.projections import HubProjector
from sync.messages import encode_records, log_hash
from sync.transports.port import Answer


class Answering:
    """The world's transport with the answers to some paths replaced."""

    def __init__(self, inner, replace):
        self.inner = inner
        self.replace = replace

    def request(self, method, path, *, body=b"", headers=None):
        found = self.replace(path.partition("?")[0])
        return found if found is not None else self.inner.request(method, path, body=body, headers=headers or {})

    def close(self):
        pass


def sync_with(world, replace):
    return sync_once(world.hall, CityClient(Answering(world.transport, replace)), world.clock)


def head_path(origin):
    return f"/v1/log/{log_hash(origin)}/checkpoint"


@pytest.fixture
def restored(world, tmp_path):
    """The hall's box after its disk was swapped for an empty one: the same keys, none of the log."""
    world.write(cases=5)
    assert world.sync().state == "equal"

    def build(cases):
        store = open_store(
            tmp_path / "swapped",
            clock=world.clock,
            projector=HubProjector(),
            signers={world.h2c: world.keys.h2c},
            mirrors={world.c2h: world.trust.c2h},
        )
        store.writer.submit(opening_change(world.h2c)).result()
        hall = direct_hall(store, tmp_path / "swapped", world.trust, world.keys, world.clock)
        mine, world.store, world.hall = world.store, store, hall
        mine.close()
        world.write(cases=cases)
        return hall

    return build


def test_a_log_shorter_than_the_citys_copy_is_rolled_back(world, restored):
    restored(cases=1)
    report = world.sync()
    assert report.state == "rolled_back"
    assert report.explanation
    assert world.hub.stored(world.trust.h2c).size == 6
    # What was promised to the city is missing here: nothing more is written, and the city's board says so.
    assert world.store.gate is GateState.ROLLED_BACK
    with pytest.raises(GateClosed):
        world.write()
    assert board(world.hub)[0].state is HallState.STOPPED
    # It stays so over a restart of the link: the bar is in the database, not in the agent.
    assert world.sync().state == "rolled_back"


def test_the_gate_opens_again_once_our_log_is_the_citys_history(world, restored):
    restored(cases=1)
    whole = world.city.checkpoint(world.h2c)
    beginning = world.hall.head_note(1)
    world.hall.hold_against(whole)
    assert world.store.gate is GateState.ROLLED_BACK
    world.hall.hold_against(beginning)
    assert world.store.gate is GateState.OPEN


def test_only_our_own_signature_closes_the_gate(world):
    world.write(cases=2)
    forged = sign_checkpoint(Checkpoint(world.h2c, 9, b"x" * 32), LogSigner(world.h2c, b"s" * 32))
    with pytest.raises(SignatureError):
        world.hall.hold_against(forged)
    assert world.store.gate is GateState.OPEN


def test_a_second_history_of_ours_is_fenced(world, restored):
    restored(cases=8)
    report = world.sync()
    assert report.state == "fenced"
    assert world.hub.stored(world.trust.h2c).size == 6
    assert world.store.gate is GateState.FENCED
    with pytest.raises(GateClosed):
        world.write()
    # Two signed histories: no later answer of the city opens this gate, only a ticket for a new epoch does.
    world.hall.hold_against(world.hall.head_note(world.hall.own().size))
    assert world.store.gate is GateState.FENCED


def test_a_head_of_ours_that_we_did_not_sign_blocks(world):
    world.write(cases=2)
    world.sync()
    forged = sign_checkpoint(Checkpoint(world.h2c, 1, b"x" * 32), LogSigner(world.h2c, b"s" * 32))
    world.write()
    report = sync_with(world, lambda path: Answer(200, {}, forged) if path == head_path(world.h2c) else None)
    assert (report.state, report.behind) == ("sync_blocked", 1)
    # Control: with the city's true answer the same hall goes on.
    assert world.sync().state == "equal"


def test_a_city_log_signed_by_a_stranger_blocks_before_anything_is_sent(world):
    world.write()
    forged = sign_checkpoint(Checkpoint(world.c2h, 2, b"x" * 32), LogSigner(world.c2h, b"s" * 32))
    report = sync_with(world, lambda path: Answer(200, {}, forged) if path == head_path(world.c2h) else None)
    assert report.state == "sync_blocked"
    assert not any(path.endswith("/append") for _, path, _ in world.transport.log)


def test_a_city_log_that_forked_is_noticed(world):
    world.sync()
    world.write()
    size = world.hall.mirror().size
    signer = c2h_signer(world.city_directory, world.trust)
    other = sign_checkpoint(Checkpoint(world.c2h, size, b"o" * 32), signer)
    report = sync_with(world, lambda path: Answer(200, {}, other) if path == head_path(world.c2h) else None)
    assert report.state == "city_forked"


def test_a_city_that_lost_entries_gets_ours_and_the_loss_is_told(world):
    world.sync()
    world.write(cases=3)
    signer = c2h_signer(world.city_directory, world.trust)
    shorter = sign_checkpoint(Checkpoint(world.c2h, 1, world.hall.mirror_root(1)), signer)
    refused = f"/v1/log/{log_hash(world.c2h)}/append"  # nor does it take back what it has lost
    answers = {head_path(world.c2h): Answer(200, {}, shorter), refused: Answer(409, {}, b"1\n")}
    report = sync_with(world, answers.get)
    assert (report.state, report.pushed) == ("city_behind", 3)


def test_records_that_do_not_give_the_signed_root_are_not_stored(world):
    false = encode_records([Record(b"{}")] * 3)
    report = sync_with(world, lambda path: Answer(200, {}, false) if "/records/" in path else None)
    assert report.state == "sync_blocked"
    assert world.store.log(world.c2h).size == 0
    assert world.sync().state == "equal"


def test_a_cosignature_that_is_not_the_citys_is_no_acknowledgement(world):
    world.write()

    def replace(path):
        if not path.endswith("/append"):
            return None
        return Answer(200, {}, "— demo/cosigner AAAAAAAA\n".encode())

    report = sync_with(world, replace)
    assert report.state == "sync_blocked"
    assert world.hall.cosigned_size() == 0


def test_size_differs_without_end_is_blocked_not_repeated_for_ever(world):
    world.write()
    asked = []

    def replace(path):
        if not path.endswith("/append"):
            return None
        asked.append(path)
        return Answer(409, {}, b"7\n")

    assert sync_with(world, replace).state == "sync_blocked"
    assert len(asked) == 3


def test_409_and_422_ask_again_and_go_on(world):
    world.write(cases=3)
    once = [Answer(409, {}, b"1\n"), Answer(422)]
    report = sync_with(world, lambda path: once.pop() if path.endswith("/append") and once else None)
    assert report.state == "equal"


def test_413_shrinks_the_batches(world):
    world.write(cases=12)
    sizes = []

    class Narrow(Answering):
        def request(self, method, path, *, body=b"", headers=None):
            if path.endswith("/append"):
                sizes.append(len(body))
                if len(body) > 4000:
                    return Answer(413)
            return super().request(method, path, body=body, headers=headers)

    report = sync_once(world.hall, CityClient(Narrow(world.transport, lambda _path: None)), world.clock)
    assert report.state == "equal"
    assert max(sizes) > 4000 >= sizes[-1]


def test_the_board_says_behind_while_a_hall_reports_more_than_it_sent(world):
    world.write(cases=2)
    world.sync()
    world.write(cases=4)
    blocked = sync_with(world, lambda path: Answer(200, {}, b"") if path.endswith("/append") else None)
    assert blocked.state == "sync_blocked"
    ack = world.hall.ack()
    world.city.acknowledge(world.c2h, ack)
    row = board(world.hub)[0]
    assert (row.state, row.behind_up) == (HallState.BEHIND, 4)
    assert row.oldest_unacknowledged
