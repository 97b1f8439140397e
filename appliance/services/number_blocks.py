"""号段 at the hall: numbers voided and blocks returned into the ledger of gaps; what is given is given by decisions."""

import msgspec

from appliance.domain.actor import Actor
from appliance.domain.decide import numbers as rules
from appliance.domain.number_blocks import Block
from appliance.errors import N_, NotFound
from appliance.projections import number_blocks
from appliance.services.facts import Facts
from appliance.store.change import Decision, NewEntry, WriteContext
from appliance.store.connection import Connection


class VoidNumbers(msgspec.Struct, frozen=True, kw_only=True, tag="numbers.void"):
    """Give the next `count` numbers of a block to nothing."""

    block: str
    count: int
    reason: str


class ReturnBlock(msgspec.Struct, frozen=True, kw_only=True, tag="numbers.return"):
    """Return what is left of a block."""

    block: str
    reason: str


def _block(connection: Connection, name: str) -> Block:
    row = number_blocks.find(connection, name)
    if row is None:
        raise NotFound(N_("没有这个号段"), code="block_unknown", subject=name, next_step=N_("请核对号段编号"))
    return Block(row.block, row.scope, row.first, row.last, row.next)


def void(context: WriteContext, _facts: Facts, actor: Actor, command: VoidNumbers) -> Decision:
    """Void numbers."""
    event = rules.void(
        _block(context.connection, command.block), count=command.count, reason=command.reason, actor=actor
    )
    return Decision((NewEntry(event),), {"block": event.block, "first": event.number, "count": event.count})


def give_back(context: WriteContext, _facts: Facts, actor: Actor, command: ReturnBlock) -> Decision:
    """Return a block."""
    event = rules.give_back(_block(context.connection, command.block), reason=command.reason, actor=actor)
    return Decision((NewEntry(event),), {"block": event.block, "first": event.number})
