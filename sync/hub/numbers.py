"""Number blocks at the city 号段: leased to halls, refilled before they run out, and begun again with the year.

No number of a sequence is leased twice: a block begins behind whatever was leased to anybody, or given without a lease.
After a restore the city knows of other leases only from the halls, so none is granted until every hall was heard.
"""

from datetime import date
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from appliance.domain.actor import SYSTEM, Actor
from appliance.domain.events.numbers import NumberLeased
from appliance.domain.number_blocks import COUNT_MAX, LOW_PARTS, check_scope, with_year
from appliance.errors import N_, Invalid, Refusal
from appliance.projections import number_blocks
from appliance.projections.number_blocks import BlockRow
from appliance.store.change import Change, Decision, NewEntry, WriteContext
from sync.hub.hub import Hub

DECEMBER: Final = 12
"""In this month the blocks of the next year are leased, so that nobody needs a link on its first day."""


def grant(
    hub: Hub, hall: str, scope: str, count: int, *, start: int = 0, actor: Actor = SYSTEM, key: str = ""
) -> BlockRow:
    """Lease a hall the next numbers of a sequence.

    Args:
        hub: the city.
        hall: the hall's code.
        scope: the sequence (`appliance.domain.number_blocks`).
        count: how many numbers.
        start: begin here or higher, for a sequence of which numbers were given elsewhere.
        actor: who leases.
        key: names the wish; the same key leases once.

    Raises:
        NotFound: no such hall.
        Invalid: no sequence, or a count out of range.
        Refusal: ``numbers_wait``, a hall was not heard since the city was restored.
    """
    trust = hub.hall(hall)
    scope = check_scope(scope)
    if not 1 <= count <= COUNT_MAX:
        raise Invalid(N_("号段的个数不对"), fields={"count": N_("请填 1 到 100000 之间的数")})
    if any(hub.waits(one) for one in hub.halls):
        raise Refusal(
            N_("市级恢复后还有大厅没有核对，暂不下发号段"),
            code="numbers_wait",
            subject=hall,
            next_step=N_("等各厅都联系过一次，再下发号段，以免重号"),
        )
    name = key or str(uuid5(NAMESPACE_URL, f"block:{hall}:{scope}:{hub.clock.now().isoformat()}"))

    def decide(context: WriteContext) -> Decision:
        first = max(number_blocks.highest(context.connection, scope) + 1, start)
        event = NumberLeased(block=name, scope=scope, first=first, last=first + count - 1)
        return Decision((NewEntry(event, log=trust.ticket.c2h_origin),), {"block": name})

    content = f"{hall}:{scope}:{count}:{start}".encode()
    hub.store.writer.submit(Change(key=name, actor=actor, content=content, decide=decide)).result()
    found = number_blocks.find(hub.store.reader(), name)
    if found is None:
        raise Refusal(N_("号段没有写入"), code="not_leased", subject=scope)
    return found


def refill(hub: Hub, hall: str = "") -> int:
    """Lease what is about to run out again, in blocks as large as the last, and the next year's in December.

    Args:
        hub: the city.
        hall: look at this hall's blocks alone; at all when empty.

    Returns:
        How many blocks were leased.
    """
    today, leased = hub.clock.now().date(), 0
    newest: dict[tuple[str, str], BlockRow] = {}
    left: dict[tuple[str, str], int] = {}
    for row in number_blocks.listing(hub.store.reader(), hall=hall):
        newest[row.hall, row.scope] = row
        left[row.hall, row.scope] = left.get((row.hall, row.scope), 0) + row.left
    known = {trust.ticket.hall for trust in hub.halls}
    for (code, scope), row in sorted(newest.items()):
        size = row.last - row.first + 1
        for wanted in _wanted(scope, today):
            rest = left.get((code, wanted), 0)
            if code not in known or rest * LOW_PARTS >= size or _was_returned(hub, newest.get((code, wanted))):
                continue
            label = f"refill:{code}:{wanted}:{number_blocks.highest(hub.store.reader(), wanted)}"
            try:
                grant(hub, code, wanted, size, key=str(uuid5(NAMESPACE_URL, label)))
            except Refusal:
                continue
            left[code, wanted] = rest + size
            leased += 1
    return leased


def _wanted(scope: str, today: date) -> tuple[str, ...]:
    """Give the sequences of this year, and in December of the next, that a hall needs which has this one."""
    now = with_year(scope, today.year)
    if today.month < DECEMBER:
        return (now,)
    return tuple(dict.fromkeys((now, with_year(scope, today.year + 1))))


def _was_returned(hub: Hub, row: BlockRow | None) -> bool:
    """Tell whether the hall gave its newest block back: it wants no more of that sequence."""
    if row is None or row.left:
        return False
    gaps = number_blocks.gaps(hub.store.reader(), hall=row.hall)
    return any(gap.block == row.block and gap.why == "returned" for gap in gaps)
