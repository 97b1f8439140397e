import asyncio

import pytest

from appliance.clock import parse_time
from appliance.domain.entry import read_event, read_meta
from appliance.domain.events import CaseAssigned, CaseStepReturned, LicenceIssued
from appliance.domain.gate import GateState
from appliance.errors import Conflict, GateClosed, Invalid, NotFound
from appliance.ledger.checkpoint import open_checkpoint
from appliance.ledger.merkle import bulk_root, leaf_hash, verify_inclusion
from appliance.store import event_store
from appliance.store.change import Busy, Change, Decision, NewEntry

RETURNED = CaseStepReturned(step="review", to_step="accept", to_step_name="受理", reason="张三的材料缺页")


def log_is_sound(hall):
    connection = hall.store.reader()
    row = event_store.log_row(connection, hall.own)
    records = list(event_store.iterate(connection, hall.own))
    size, note = event_store.latest_checkpoint(connection, hall.own)
    head = open_checkpoint(note, hall.signer.verifier)
    assert (head.size, size, len(records)) == (row.size, row.size, row.size)
    assert head.root == bulk_root(leaf_hash(record.entry) for record in records)
    assert hall.store.durable_size(hall.own) == row.size
    return records


def test_a_change_is_signed_stored_projected_and_answered(open_hall):
    outcome = open_hall.do(CaseAssigned(handler="H7", department="d1"), RETURNED, result={"number": "n1"})
    assert outcome.result == {"number": "n1"}
    assert (outcome.log, outcome.first, outcome.count, outcome.size) == (open_hall.own, 1, 2, 3)
    assert not outcome.replayed
    records = log_is_sound(open_hall)
    assert [read_meta(record.entry).n for record in records] == [0, 0, 1]
    meta, event = read_event(records[2].entry, records[2].private)
    assert event == RETURNED
    assert parse_time(meta.t) == open_hall.clock.now()
    assert "张三" not in records[2].entry.decode()
    assert open_hall.seen()[1:] == [
        (open_hall.own, 1, "case.assigned", "H7"),
        (open_hall.own, 2, "case.step_returned", ""),
    ]


def test_every_entry_can_be_proven_against_a_stored_checkpoint(open_hall):
    for _ in range(9):
        open_hall.do()
    connection = open_hall.store.reader()
    for index in range(10):
        size, note = event_store.checkpoint_covering(connection, open_hall.own, index)
        head = open_checkpoint(note, open_hall.signer.verifier)
        leaf = leaf_hash(event_store.read_entry(connection, open_hall.own, index).entry)
        verify_inclusion(index, size, leaf, event_store.prove(connection, open_hall.own, index, size), head.root)


def test_a_refusal_leaves_nothing_and_does_not_touch_its_neighbours(open_hall):
    def refuse(_):
        raise Conflict("x")

    def write_then_fail(connection):
        connection.execute("INSERT INTO setting (name, value, changed) VALUES ('half', '1', '')")
        raise Invalid("y")

    changes = [
        open_hall.change(),
        Change(open_hall.key(), open_hall.clerk, b"", refuse),
        open_hall.change(local=[write_then_fail]),
        open_hall.change(),
        open_hall.change(local=[lambda connection: connection.execute("INSERT INTO nowhere VALUES (1)")]),
        open_hall.change(),
    ]
    futures = open_hall.do_all(changes)
    assert [type(future.exception()).__name__ for future in futures] == [
        "NoneType",
        "Conflict",
        "Invalid",
        "NoneType",
        "SQLError",
        "NoneType",
    ]
    assert [futures[place].result().first for place in (0, 3, 5)] == [1, 2, 3]
    assert len(log_is_sound(open_hall)) == 4
    assert open_hall.store.reader().execute("SELECT count(*) FROM setting").get == 0
    assert open_hall.store.reader().execute("SELECT count(*) FROM request").get == 4


def test_twenty_equal_posts_make_one_change_and_twenty_equal_answers(open_hall):
    change = open_hall.change(key="same", result={"number": "n1", "lines": [1, 2]})
    outcomes = [future.result() for future in open_hall.do_all([change] * 20)]
    assert {(item.first, item.count, item.size) for item in outcomes} == {(1, 1, 2)}
    assert all(item.result == {"number": "n1", "lines": [1, 2]} for item in outcomes)
    assert sum(not item.replayed for item in outcomes) == 1
    assert len(log_is_sound(open_hall)) == 2


def test_the_first_answer_outlives_a_restart(open_hall):
    first = open_hall.do(key="k", result={"number": "n1"})
    open_hall.reopen()
    again = open_hall.do(key="k", result={"number": "n2"})
    assert again.replayed
    assert (again.result, again.first, again.size) == (first.result, first.first, first.size)
    assert event_store.request(open_hall.store.reader(), "k") == again


@pytest.mark.parametrize("same_batch", [True, False])
def test_a_key_with_other_content_or_another_actor_is_refused(open_hall, same_batch):
    other = open_hall.clerk.__class__(id="W002", role=open_hall.clerk.role)
    changes = [
        open_hall.change(key="k", content=b"a"),
        open_hall.change(key="k", content=b"b"),
        open_hall.change(key="k", content=b"a", actor=other),
    ]
    groups = [changes] if same_batch else [[change] for change in changes]
    futures = [future for group in groups for future in open_hall.do_all(group)]
    assert futures[0].exception() is None
    assert [future.exception().status for future in futures[1:]] == [409, 409]
    assert len(log_is_sound(open_hall)) == 2


def test_one_signature_covers_a_whole_batch(hall):
    hall.open()
    hall.found()
    hall.store.writer.local(lambda _: None).result()
    before = hall.store.reader().execute("SELECT number FROM batch").get

    def hold(connection):
        # Holding the writer for a moment lets the queue gather behind it.
        for _ in range(50):
            assert connection.execute("SELECT count(*) FROM entry").get == 1

    hall.store.writer.local(hold)
    futures = hall.do_all([hall.change() for _ in range(100)])
    assert all(future.exception() is None for future in futures)
    batches = hall.store.reader().execute("SELECT number FROM batch").get - before
    assert batches < 60
    assert hall.store.reader().execute("SELECT count(*) FROM checkpoint").get <= batches + 1
    assert len(log_is_sound(hall)) == 101


def test_answers_reach_an_event_loop(open_hall):
    async def many():
        tasks = [open_hall.store.writer.submit_async(open_hall.change()) for _ in range(40)]
        return await asyncio.gather(*tasks, open_hall.store.writer.submit_async(refused), return_exceptions=True)

    refused = Change(open_hall.key(), open_hall.clerk, b"", lambda _: (_ for _ in ()).throw(Invalid("no")))
    outcomes = asyncio.run(many())
    assert isinstance(outcomes.pop(), Invalid)
    assert sorted(outcome.first for outcome in outcomes) == list(range(1, 41))
    assert asyncio.run(open_hall.store.writer.local_async(lambda connection: connection.changes())) >= 0


def test_an_answer_to_a_request_that_went_away_is_dropped(open_hall):
    async def cancel_at_once():
        task = asyncio.ensure_future(open_hall.store.writer.submit_async(open_hall.change(key="gone")))
        await asyncio.sleep(0)
        task.cancel()
        return await asyncio.gather(task, return_exceptions=True)

    asyncio.run(cancel_at_once())
    assert open_hall.do(key="gone").replayed


def test_a_full_queue_refuses_politely_and_a_closed_one_too(hall):
    hall.open(queue_max=3)
    hall.found()
    import threading  # noqa: PLC0415

    gate, begun = threading.Event(), threading.Event()
    blocker = hall.store.writer.local(lambda _: (begun.set(), gate.wait(20)))
    assert begun.wait(20)
    queued = [hall.store.writer.submit(hall.change()) for _ in range(3)]
    with pytest.raises(Busy) as caught:
        hall.store.writer.submit(hall.change())
    assert caught.value.status == 503
    gate.set()
    assert [future.result(20).count for future in queued] == [1, 1, 1]
    blocker.result(20)
    writer = hall.store.writer
    hall.close()
    with pytest.raises(Busy):
        writer.submit(hall.change())


def test_a_blob_must_be_stored_before_the_change_that_names_it(open_hall):
    with pytest.raises(NotFound):
        open_hall.do(NewEntry(CaseAssigned(handler="h", department="d"), blobs=("0" * 64,)))
    digest = open_hall.store.blobs.put(b"scan")
    outcome = open_hall.do(NewEntry(CaseAssigned(handler="h", department="d"), blobs=(digest,)))
    record = event_store.read_entry(open_hall.store.reader(), open_hall.own, outcome.first)
    assert read_meta(record.entry).blobs == (digest,)


def test_an_entry_beyond_32_kib_is_refused(open_hall):
    with pytest.raises(Invalid):
        open_hall.do(CaseAssigned(handler="h" * 40_000, department="d"))
    assert len(log_is_sound(open_hall)) == 1


def test_the_log_is_append_only_for_everybody(open_hall):
    open_hall.do(RETURNED)
    statements = [
        "UPDATE entry SET body = x'00'",
        "DELETE FROM entry",
        "INSERT OR REPLACE INTO entry (log, idx, leaf, body, type, cmd) VALUES (1, 1, zeroblob(32), x'00', '', '')",
        "REPLACE INTO entry (rowid, log, idx, leaf, body, type, cmd) VALUES (1, 1, 99, zeroblob(32), x'00', '', '')",
        "REPLACE INTO node (log, level, idx, hash) VALUES (1, 1, 0, zeroblob(32))",
        "UPDATE node SET hash = zeroblob(32)",
        "DELETE FROM node",
        "REPLACE INTO checkpoint (log, size, note) VALUES (1, 1, x'00')",
        "UPDATE OR REPLACE checkpoint SET size = 2",
        "DELETE FROM checkpoint",
        "REPLACE INTO private (log, idx, state, part) VALUES (1, 1, 1, x'00')",
        "UPDATE private SET part = x'00'",
        "DELETE FROM private",
        "UPDATE log SET size = size - 1, applied = 0",
        "REPLACE INTO log (id, origin, own, epoch) VALUES (1, 'x', 1, 1)",
        "DELETE FROM log",
    ]
    for statement in statements:
        error = open_hall.store.writer.local(lambda c, sql=statement: c.execute(sql)).exception(20)
        assert type(error).__name__ == "ConstraintError", statement
    log_is_sound(open_hall)
    # The control: what an erasure does is allowed, once.
    erase = "UPDATE private SET state = 2, part = x''"
    open_hall.store.writer.local(lambda c: c.execute(erase)).result(20)
    error = open_hall.store.writer.local(lambda c: c.execute("UPDATE private SET state = 1, part = x'11'"))
    assert "erased" in str(error.exception(20))


def test_a_closed_gate_refuses_what_needs_the_city(open_hall):
    past = open_hall.clock.now().isoformat()
    open_hall.store.writer.local(
        lambda c: c.execute("INSERT INTO setting (name, value, changed) VALUES ('lease_until', ?, '')", (past,))
    ).result()
    open_hall.later(minutes=1)
    assert open_hall.store.gate is GateState.STALE
    licence = LicenceIssued(
        identifier="i",
        type_code="t",
        type_name="n",
        number="1",
        issuer_code="c",
        issuer_name="i",
        issued_on="d",
        valid_from="d",
        valid_to=None,
        holder_code_type="001",
        holder_name="张三",
        holder_code="x",
    )
    with pytest.raises(GateClosed):
        open_hall.do(licence)
    assert open_hall.do().count == 1


def test_a_store_without_a_log_is_sealed_until_one_is_added(hall):
    hall.open()
    hall.close()
    from appliance.store.store import open_store  # noqa: PLC0415

    store = open_store(hall.directory.parent / "new", clock=hall.clock, projector=hall.projector, random=hall.random)
    assert store.gate is GateState.SEALED
    hall.store = store
    with pytest.raises(GateClosed):
        hall.do()
    store.add_own_log(hall.signer)
    store.add_mirror(hall.other)
    assert store.gate is GateState.OPEN
    assert hall.found().size == 1


def test_the_context_tells_the_command_where_it_stands(open_hall):
    told = []

    def decide(context):
        told.append(context)
        return Decision((), {"ok": True})

    outcome = open_hall.store.writer.submit(Change("k", open_hall.clerk, b"", decide)).result(20)
    assert (outcome.log, outcome.count) == ("", 0)
    context = told[0]
    assert (context.own_origin, context.epoch, context.clk, context.seen) == (open_hall.own, 1, "ok", 0)
    assert (context.gate, context.cmd, context.now) == (GateState.OPEN, "k", open_hall.clock.now())
    assert open_hall.do(key="k", content=b"").replayed
