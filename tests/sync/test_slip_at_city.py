"""A slip's signed code at the city: the promise holds before the entry comes, and is proven once it is there."""

import pytest

from appliance.ledger.merkle import leaf_hash
from appliance.signing.promise import write_promise
from appliance.signing.values import LogPlace, PromiseClaims
from appliance.store.event_store import read_entry
from sync.hub.keyring import load_epochs
from sync.hub.slip_check import check_slip


def code_of(world, index, key=None, **place):
    record = read_entry(world.store.reader(), world.h2c, index)
    said = {"origin": world.h2c, "index": index, "leaf": leaf_hash(record.entry), **place}
    claims = PromiseClaims(
        place=LogPlace(**said), paper=f"S1-05-{index}", issued_at=world.clock.now(), digest=bytes(16)
    )
    return write_promise(claims, key or world.keys.document)


def ask(world, code):
    return check_slip(world.hub.view, load_epochs(world.city_directory, world.hub.keyring.root), code)


def test_a_promise_is_genuine_before_and_proven_after_its_entry_came(world):
    world.sync()
    world.write()
    index = world.store.durable_size(world.h2c) - 1
    code = code_of(world, index)
    before = ask(world, code)
    assert (before.verdict, before.code, before.hall) == ("unknown", "not_here_yet", "示范区政务服务大厅")
    world.sync()
    after = ask(world, code)
    assert (after.verdict, after.index) == ("valid", index)
    assert after.size > index
    assert "已在市级" in after.text()


@pytest.mark.parametrize(
    ("place", "code"), [({"leaf": bytes(32)}, "leaf_differs"), ({"origin": "other/e1"}, "other_city")]
)
def test_an_entry_that_the_city_does_not_hold_like_this_is_not_vouched_for(world, place, code):
    world.write()
    world.sync()
    found = ask(world, code_of(world, world.hub.stored(world.trust.h2c).size - 1, **place))
    assert found.code == code
    assert found.verdict != "valid"


def test_a_stranger_and_a_damaged_code_are_refused(world):
    world.write()
    world.sync()
    stranger = type(world.keys.document)(b"s" * 32)
    assert ask(world, code_of(world, 1, stranger)).verdict == "refused"
    assert ask(world, "HP1:nothing").verdict == "refused"
    assert ask(world, code_of(world, 1)[:-1]).verdict == "refused"
