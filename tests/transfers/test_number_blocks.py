"""Number blocks 号段: two halls give numbers of one sequence without a link and never the same; every gap is told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from appliance.domain.actor import Actor, Role
from appliance.domain.entry import EntryMeta
from appliance.domain.events import EpochOpened
from appliance.domain.events.numbers import NumberLeased
from appliance.domain.number_blocks import NumbersExhausted, document_scope, licence_scope, scope_of_document
from appliance.domain.states import State
from appliance.errors import Forbidden, Invalid, NotFound, Refusal, WrongState
from appliance.projections import departments, number_blocks
from appliance.services.number_blocks import ReturnBlock, VoidNumbers
from appliance.store.change import AppliedEntry
from provisioning.stories import Story
from sync.hub.numbers import grant, refill

WHY = "打印时纸张损坏，号码不能再用"
MANAGER = Actor("M4001", Role.HALL_MANAGER)


@pytest.fixture
def scopes(world):
    """The sequences of the food authority's documents and of its licences, this year."""
    hall = world.district
    item = next(
        one for one in hall.desk.facts.items.all_current(hall.desk.reader()) if one.catalog_code == "420100001000"
    )
    prefix = departments.get(hall.desk.reader(), item.dept_code).document_prefix
    of_year = 2026 if "{year" in item.licence.number.template else None
    return document_scope(prefix, 2026), licence_scope(item.licence.type_code, of_year)


def lease(world, scopes, count=2):
    for hall in (world.district, world.east):
        for scope in scopes:
            grant(world.hub, hall.place.code, scope, count)
    assert world.sync() == ["equal"] * 3


def decided(hall, seed):
    no = hall.receive(seed)
    hall.decide(no)
    case = hall.case(no)
    return scope_of_document(case.decision.document_no)[1], case.licence.issued.number


def test_two_halls_without_a_link_never_give_the_same_number(world, scopes):
    first = decided(world.district, 1)  # before any lease the hall counts by itself
    assert first[0] == 1
    world.sync()
    lease(world, scopes)
    blocks = [
        (row.first, row.last) for row in number_blocks.listing(world.hub.store.reader()) if row.scope == scopes[0]
    ]
    assert sorted(blocks) == [(2, 3), (4, 5)]
    given = [decided(hall, seed) for seed, hall in enumerate((world.district, world.east, world.east), 2)]
    assert [number for number, _ in given] == [2, 4, 5]
    assert len({licence for _, licence in given}) == 3


def test_a_block_that_is_used_up_refuses_and_leaves_the_case_as_it_was(world, scopes):
    lease(world, scopes[:1], count=1)
    decided(world.district, 1)
    no = world.district.receive(2)
    walk = world.district.walk_of(Story("decided", 1), world.made[no])
    with pytest.raises(NumbersExhausted) as caught:
        world.district.decide(no)
    assert "号段已用完" in caught.value.text()
    assert world.district.case(no).state is State.IN_REVIEW
    assert world.district.case(no).decision is None
    world.sync()  # the city sees that it ran out and leases the next
    for _ in walk.review(no, world.district.clerk()):
        pass
    assert world.district.case(no).state is State.DECIDED_GRANTED
    numbers = [row.first for row in number_blocks.listing(world.hub.store.reader(), hall=world.district.place.code)]
    assert numbers == [1, 3]  # 2 is the other hall's


def test_every_gap_stands_in_the_ledger_at_both_sides(world, scopes):
    lease(world, scopes[:1], count=10)
    hall = world.district
    block = number_blocks.current(hall.desk.reader(), scopes[0])
    hall.do(VoidNumbers(block=block.block, count=2, reason=WHY), MANAGER)
    assert decided(hall, 1)[0] == 3
    hall.do(ReturnBlock(block=block.block, reason="本年不再办理这类事项，交回"), MANAGER)
    assert world.sync() == ["equal"] * 3
    told = [
        [(gap.first, gap.last, gap.why) for gap in sorted(number_blocks.gaps(reader), key=lambda gap: gap.first)]
        for reader in (hall.desk.reader(), world.hub.store.reader())
    ]
    assert told == [[(1, 2, "voided"), (4, 10, "returned")]] * 2
    world.clock.advance(timedelta(hours=1))
    assert refill(world.hub) == 0  # who gave a block back wants no more
    with pytest.raises(NumbersExhausted):
        decided(hall, 2)
    for rebuilt in (world.rebuilt(), *(one.rebuilt() for one in world.halls)):
        assert rebuilt.ok, rebuilt.first


def test_who_keeps_the_ledger_and_what_is_asked(world, scopes):
    lease(world, scopes[:1])
    hall = world.district
    block = number_blocks.current(hall.desk.reader(), scopes[0]).block
    with pytest.raises(Forbidden):
        hall.do(VoidNumbers(block=block, count=1, reason=WHY), hall.clerk())
    for count, reason, field in ((3, WHY, "count"), (0, WHY, "count"), (1, "短", "reason")):
        with pytest.raises(Invalid) as caught:
            hall.do(VoidNumbers(block=block, count=count, reason=reason), MANAGER)
        assert list(caught.value.fields) == [field]
    with pytest.raises(NotFound):
        hall.do(ReturnBlock(block="x", reason=WHY), MANAGER)
    hall.do(ReturnBlock(block=block, reason=WHY), MANAGER)
    with pytest.raises(WrongState):
        hall.do(ReturnBlock(block=block, reason=WHY), MANAGER)


def test_in_december_the_next_years_blocks_are_leased(world, scopes):
    lease(world, scopes[:1])
    world.clock.advance(timedelta(days=10))
    world.sync()
    scope = scopes[0].replace("2026", "2027")
    assert {row.hall for row in number_blocks.listing(world.hub.store.reader()) if row.scope == scope} == {
        world.district.place.code,
        world.east.place.code,
    }


def test_no_block_is_granted_while_a_hall_was_not_heard_after_a_restore(world, scopes):
    world.hub.was_restored()
    with pytest.raises(Refusal) as caught:
        grant(world.hub, world.district.place.code, scopes[0], 5)
    assert caught.value.code == "numbers_wait"
    world.sync()
    assert grant(world.hub, world.district.place.code, scopes[0], 5).first == 1
    for scope in ("x", "document:市监", "licence::2026"):
        with pytest.raises(Invalid):
            grant(world.hub, world.district.place.code, scope, 5)


def test_the_same_wish_is_leased_once(world, scopes):
    key = "0193593e-7b00-7000-8000-000000000001"
    one = grant(world.hub, world.district.place.code, scopes[0], 5, key=key)
    again = grant(world.hub, world.district.place.code, scopes[0], 5, key=key)
    assert replace(one) == again


def test_what_a_lost_box_held_is_burned_whichever_side_is_read_first(world, scopes):
    """The rest of a block goes with its epoch: nobody knows which numbers the dead box had given last."""
    lease(world, scopes[:1], count=5)
    decided(world.district, 1)
    world.sync()
    reader, origin = world.hub.store.reader(), world.district.origin
    block = next(row for row in number_blocks.listing(reader, hall=world.district.place.code) if row.scope == scopes[0])
    opened = EpochOpened(previous_origin=origin, previous_size=9, previous_root="")
    meta = EntryMeta(
        v=1, type=opened.TYPE, tv=1, cmd="x", n=0, t="2026-11-24T09:00:00.000+08:00", clk="ok", seen=0, actor=MANAGER
    )
    next_origin = origin.replace("/e1", "/e2")

    def write(connection):
        number_blocks.apply(connection, AppliedEntry(next_origin, 0, own=False, meta=meta, event=opened))
        late = NumberLeased(block="late", scope=scopes[0], first=90, last=99)
        down = origin.replace("/h2c/", "/c2h/")
        number_blocks.apply(connection, AppliedEntry(down, 99, own=True, meta=meta, event=late))

    world.hub.store.writer.local(write).result()
    assert number_blocks.find(reader, block.block).left == number_blocks.find(reader, "late").left == 0
    burned = {(gap.first, gap.last) for gap in number_blocks.gaps(reader) if gap.why == "burned"}
    assert burned == {(block.next, block.last), (90, 99)}
