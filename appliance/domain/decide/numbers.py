"""The gap ledger 号段台账: numbers that are given to nothing, and blocks that go back, each with its reason."""

from typing import Final

from appliance.domain.actor import Actor, Role
from appliance.domain.decide.words import in_words
from appliance.domain.events.numbers import NumberReturned, NumberVoided
from appliance.domain.number_blocks import Block
from appliance.errors import N_, Forbidden, Invalid, WrongState

KEEPERS: Final = frozenset({Role.HALL_MANAGER})


def _entitled(block: Block, actor: Actor) -> None:
    if actor.role not in KEEPERS:
        raise Forbidden(N_("号段由大厅负责人管理"), code="role", next_step=N_("请交给大厅负责人办理"))
    if not block.left:
        raise WrongState(N_("这个号段已经用完、交回或者作废"), code="block_over", subject=block.block)


def void(block: Block, *, count: int, reason: str, actor: Actor) -> NumberVoided:
    """Void the next numbers of a block: spoiled, used on paper elsewhere, or lost.

    Guards: the hall's manager; numbers are left, and so many; a reason.

    Raises:
        Forbidden, WrongState, Invalid: see the guards.
    """
    _entitled(block, actor)
    if not 1 <= count <= block.left:
        why = N_("请填 1 到剩余个数之间的数")
        raise Invalid(why, fields={"count": why})
    words = in_words(reason, "reason", N_("请写明原因，至少 10 个字"))
    return NumberVoided(block=block.block, number=block.next, count=count, reason=words)


def give_back(block: Block, *, reason: str, actor: Actor) -> NumberReturned:
    """Return what is left of a block; guards as `void`."""
    _entitled(block, actor)
    words = in_words(reason, "reason", N_("请写明原因，至少 10 个字"))
    return NumberReturned(block=block.block, number=block.next, reason=words)
