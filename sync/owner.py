"""The writer's side of the agent: one table of verbs. The agent reads for itself and hands every write to the owner.

`dispatch` runs in the process that owns the writer, behind its Unix socket. It does not take the agent's word: heads
and cosignatures are verified again here, so a wrong or broken agent can delay a hall but not deceive it.
"""

import base64
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

import msgspec

from appliance.clock import Clock, format_time, parse_time
from appliance.domain.entry import read_event, read_meta
from appliance.domain.events import LeaseGranted
from appliance.domain.gate import GateState
from appliance.errors import N_, HallmarkError, NotFound
from appliance.ledger.checkpoint import Checkpoint, open_checkpoint, verify_cosignature
from appliance.ledger.failure import ProofError
from appliance.ledger.records import Record
from appliance.store.acknowledgements import BlobProgress, city_holds_again, city_went_back, store_blob_progress
from appliance.store.appending import get_setting, set_setting
from appliance.store.change import MirrorAppend
from appliance.store.connection import Connection
from appliance.store.contacts import Contact, store_contact, store_cosignature
from appliance.store.gatekeeping import CITY_BARS, LEASE_UNTIL
from appliance.store.reconcile import trust_anchor
from appliance.store.store import Store
from sync.logs import position_at, root_at
from sync.messages import decode_append
from sync.reconcile import Finding, Position, plan_push
from sync.trust import Trust


class Owner(Protocol):
    """Whoever can call the writer: the owner's socket, or the store itself in the same process."""

    def call(self, verb: str, payload: bytes) -> bytes:
        """Call one verb of `VERBS` and give its answer."""
        ...


class Positions(msgspec.Struct, frozen=True, kw_only=True):
    """What only the owner knows exactly: durable sizes and the gate."""

    own_size: int
    mirror_size: int
    applied: int
    gate: str


class Cosignature(msgspec.Struct, frozen=True, kw_only=True):
    """A cosignature line of the city over our checkpoint of this size."""

    size: int
    line: str


_encode = msgspec.json.encode


def dispatch(store: Store, trust: Trust, clock: Clock, verb: str, payload: bytes) -> bytes:
    """Carry out one verb.

    Args:
        store: the hall's store, open for writing in this process.
        trust: the hall's verified ticket.
        clock: for times of receipt.
        verb: a key of `VERBS`.
        payload: what that verb takes.

    Raises:
        NotFound: an unknown verb.
        HallmarkError: what the verb refuses, or the store.
    """
    handler = VERBS.get(verb)
    if handler is None:
        raise NotFound(N_("没有这个内部操作"), code="unknown_verb", subject=verb)
    return handler(store, trust, clock, payload)


class DirectOwner:
    """The owner in the same process (tests, ``hall sync once`` when nobody owns, the socket's far end)."""

    __slots__ = ("_clock", "_store", "_trust")

    def __init__(self, store: Store, trust: Trust, clock: Clock) -> None:
        self._store = store
        self._trust = trust
        self._clock = clock

    def call(self, verb: str, payload: bytes) -> bytes:
        """Call one verb."""
        return dispatch(self._store, self._trust, self._clock, verb, payload)


def _positions(store: Store, trust: Trust, clock: Clock, payload: bytes) -> bytes:  # noqa: ARG001 - the table's form
    mirror = store.log(trust.ticket.c2h_origin)
    return _encode(
        Positions(
            own_size=store.durable_size(trust.ticket.h2c_origin),
            mirror_size=mirror.size,
            applied=mirror.applied,
            gate=store.gate.value,
        )
    )


def _mirror(store: Store, trust: Trust, clock: Clock, payload: bytes) -> bytes:
    request = decode_append(payload)
    checkpoint = open_checkpoint(request.checkpoint_note, trust.c2h)
    moment = format_time(clock.now())
    done = store.writer.mirror(
        MirrorAppend(
            origin=trust.ticket.c2h_origin,
            old_size=request.old_size,
            records=request.records,
            checkpoint_note=request.checkpoint_note,
            checkpoint=checkpoint,
            encoded=request.encoded,
            local=tuple(_extend_lease(until, moment) for until in _leases(request.records)),
        )
    ).result()
    return _encode({"size": done.size, "applied": done.applied})


def _apply(store: Store, trust: Trust, clock: Clock, payload: bytes) -> bytes:  # noqa: ARG001 - the table's form
    done = store.writer.apply_ready(trust.ticket.c2h_origin).result()
    return _encode({"size": done.size, "applied": done.applied})


def _cosignature(store: Store, trust: Trust, clock: Clock, payload: bytes) -> bytes:
    given = msgspec.json.decode(payload, type=Cosignature)
    origin = trust.ticket.h2c_origin
    if given.size > store.durable_size(origin):
        raise ProofError(N_("市级联署的长度超过本机日志"), code="cosigned_beyond", subject=origin)
    checkpoint = Checkpoint(origin, given.size, root_at(store.reader(), origin, given.size))
    time = verify_cosignature(checkpoint, given.line, trust.city_cosigner)
    received = clock.boottime()
    trusted = trust_anchor(format_time(clock.now()))

    def write(connection: Connection) -> None:
        store_cosignature(connection, origin, given.size, given.line, time, received)
        city_holds_again(connection, origin, given.size, format_time(clock.now()))
        # What the city holds of our log is a beginning of ours: a journal that was missing at the start is made good.
        trusted(connection)

    store.writer.local(write).result()
    return b"{}"


def _stored_head(store: Store, trust: Trust, clock: Clock, payload: bytes) -> bytes:
    """Hold our log against the head of it that the city stores, and close the gate when we signed more, or other.

    From ROLLED_BACK the same question opens the gate again once our log is that history. FENCED stays until a ticket.
    """
    origin = trust.ticket.h2c_origin
    # Only our own signature can close the gate: nobody else may stop a hall.
    checkpoint = open_checkpoint(payload, trust.h2c)
    own = position_at(store.reader(), origin, store.durable_size(origin))
    theirs = Position(checkpoint.size, checkpoint.root)
    plan = plan_push(own, theirs, lambda size: root_at(store.reader(), origin, size), signed=True)
    state = _BARRED.get(plan.finding)
    value = f"{state.value} {base64.b64encode(payload).decode()}" if state is not None else None
    moment = format_time(clock.now())

    def write(connection: Connection) -> None:
        held = get_setting(connection, CITY_BARS) or ""
        if not held.startswith(GateState.FENCED.value):
            set_setting(connection, CITY_BARS, value, moment)

    store.writer.local(write).result()
    return _encode({"gate": store.gate.value})


_BARRED: Final[Mapping[Finding, GateState]] = {
    Finding.ROLLED_BACK: GateState.ROLLED_BACK,
    Finding.FENCED: GateState.FENCED,
}


def _contact(store: Store, trust: Trust, clock: Clock, payload: bytes) -> bytes:  # noqa: ARG001 - the table's form
    contact = msgspec.json.decode(payload, type=Contact)
    store.writer.local(lambda connection: store_contact(connection, contact)).result()
    return b"{}"


def _blob_acknowledged(store: Store, trust: Trust, clock: Clock, payload: bytes) -> bytes:  # noqa: ARG001 - the same
    progress = msgspec.json.decode(payload, type=BlobProgress)
    moment = format_time(clock.now())
    store.writer.local(lambda connection: store_blob_progress(connection, progress, moment)).result()
    return b"{}"


def _city_went_back(store: Store, trust: Trust, clock: Clock, payload: bytes) -> bytes:
    size = msgspec.json.decode(payload, type=int)
    origin, moment = trust.ticket.h2c_origin, format_time(clock.now())
    store.writer.local(lambda connection: city_went_back(connection, origin, size, moment)).result()
    return b"{}"


Verb = Callable[[Store, Trust, Clock, bytes], bytes]

VERBS: Final[Mapping[str, Verb]] = {
    "sync.positions": _positions,
    "sync.mirror": _mirror,
    "sync.apply": _apply,
    "sync.cosignature": _cosignature,
    "sync.stored_head": _stored_head,
    "sync.contact": _contact,
    "sync.city_went_back": _city_went_back,
    "sync.blob_acknowledged": _blob_acknowledged,
}


def start_lease(store: Store, trust: Trust, clock: Clock) -> None:
    """Take the ticket's lease into the gate, unless the city's log has granted a later one already."""
    store.writer.local(_extend_lease(trust.ticket.lease_until, format_time(clock.now()))).result()


def _leases(records: tuple[Record, ...]) -> list[str]:
    found: list[str] = []
    for record in records:
        try:
            if read_meta(record.entry).type != LeaseGranted.TYPE:
                continue
            _, event = read_event(record.entry, record.private)
        except HallmarkError:
            continue
        if isinstance(event, LeaseGranted):
            found.append(event.until)
    return found


def _extend_lease(until: str, moment: str) -> Callable[[Connection], None]:
    """A lease only grows: an older grant that is replayed takes nothing back."""

    def write(connection: Connection) -> None:
        held: Any = get_setting(connection, LEASE_UNTIL)
        if held is None or parse_time(held) < parse_time(until):
            set_setting(connection, LEASE_UNTIL, until, moment)

    return write
