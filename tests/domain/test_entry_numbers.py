"""Numbers that two machines may write differently are never signed (protocol §2, RFC 8785 §3.2.2.3)."""

from typing import ClassVar

import msgspec
import pytest

from appliance.domain.actor import Actor, Role
from appliance.domain.entry import INTEGER_MAX, build_entry
from appliance.errors import Invalid


class Counted(msgspec.Struct, frozen=True):
    TYPE: ClassVar = "test.counted"
    VERSION: ClassVar = 1
    PERSONAL: ClassVar = frozenset({"hidden"})
    number: object
    hidden: object = 0


def build(event):
    actor = Actor(id="C1001", role=Role.CASE_HANDLER)
    envelope = {"cmd": "k", "n": 0, "t": "2026-11-23T10:00:00.000+08:00", "clk": "ok", "seen": 0}
    return build_entry(event, **envelope, case=None, actor=actor, blobs=(), salt=bytes(16))


@pytest.mark.parametrize("number", [0, INTEGER_MAX, -INTEGER_MAX, "9" * 30, [1, {"a": 2}]])
def test_exact_numbers_are_signed(number):
    assert build(Counted(number)).entry
    assert build(Counted(1, number)).private


@pytest.mark.parametrize("number", [INTEGER_MAX + 1, -INTEGER_MAX - 1, 0.5, 1.0, [1, {"a": 2.0}], {"a": [2**60]}])
def test_others_are_refused_in_leaf_and_private_part(number):
    with pytest.raises(Invalid, match="可签名"):
        build(Counted(number))
    with pytest.raises(Invalid, match="可签名"):
        build(Counted(1, number))
