"""Refused heads that two officers settled 结案: the lawful end of a refusal in the current epoch.

A head that does not follow from what is stored, or whose private part is another, may come from a disk or a link that
was mended since: the hall goes on in its epoch, and the head stays as evidence. Two officers who looked at it sign that
it is settled, and the city writes that down in its log for the hall. A fork is never settled so: its epoch is closed.
"""

from typing import Final
from uuid import NAMESPACE_URL, uuid5

import msgspec

from appliance.domain.actor import Actor
from appliance.domain.events import EvidenceSettled
from appliance.errors import N_, Conflict, Forbidden, Invalid, NotFound
from appliance.ledger.note import Note, NoteSigner, SignatureLine, open_note
from appliance.store.change import Change, Decision, NewEntry
from appliance.store.connection import Connection
from sync.hub import evidence
from sync.hub.evidence import Evidence
from sync.hub.hub import Hub
from sync.hub.keyring import Keyring
from sync.trust import (
    OFFICERS_NEEDED,
    HeadSettlement,
    approving_officers,
    officer_keys,
    read_statement,
    sign_statement,
)

SETTLED_KINDS: Final = frozenset({"root", "proof", "private"})
WORDS_MIN: Final = 4


def listing(reader: Connection, hall: str) -> list[tuple[int, Evidence, bool]]:
    """List a hall's refused heads with their place in the list, and whether each is settled."""
    settled = {
        (kind, note) for kind, note in reader.execute("SELECT kind, note FROM hub_settled WHERE hall = ?", (hall,))
    }
    return [
        (number, kept, (kept.kind, kept.note) in settled)
        for number, kept in enumerate(evidence.of_hall(reader, hall), 1)
    ]


def find(reader: Connection, hall: str, number: int) -> Evidence:
    """Give a refused head by its place in the list; raises NotFound, or Conflict when no settlement ends it."""
    kept = next((kept for at, kept, _ in listing(reader, hall) if at == number), None)
    if kept is None:
        raise NotFound(N_("没有这个被拒的日志头"), code="no_evidence", subject=f"{hall}:{number}")
    if kept.kind not in SETTLED_KINDS:
        raise Conflict(
            N_("这一类不能结案：分叉和失密要开启新纪元，关闭之后的记录要打捞"),
            code="not_settled_so",
            subject=kept.kind,
            next_step=N_("请按处置手册办理"),
        )
    return kept


def sign(kept: Evidence, before: bytes | None, officer: NoteSigner, keyring: Keyring, at: str) -> bytes:
    """Sign as one officer that a head is settled: a new order, or the one that another has signed.

    Raises:
        Conflict: the order at hand is about another head.
    """
    order = HeadSettlement(hall=kept.hall, kind=kept.kind, head=kept.note.decode(), created=at)
    if before is None:
        return sign_statement(order, officer)
    opened = open_note(before, officer_keys(keyring.keys.officers))
    if msgspec.structs.replace(read_statement(HeadSettlement, opened.text), created=at) != order:
        raise Conflict(N_("另一名审批员签的不是这个日志头"), code="other_order", subject=kept.hall)
    if opened.signed_by(officer.verifier) is not None:
        return before
    note = Note.parse(before)
    line = SignatureLine(officer.verifier.name, officer.verifier.key_id, officer.sign_text(note.text))
    return Note(note.text, (*note.signatures, line)).format()


def count_signed(order: bytes, keyring: Keyring) -> int:
    """Give how many different officers signed an order."""
    return len(approving_officers(open_note(order, officer_keys(keyring.keys.officers)), keyring.keys))


def settle(hub: Hub, order: bytes, reason: str, actor: Actor) -> str:
    """Write down in the city's log that a head is settled; the same order again writes nothing.

    Args:
        hub: the city.
        order: signed by two officers.
        reason: what was looked at and found.
        actor: who carries the order out.

    Returns:
        The hall's code.

    Raises:
        Forbidden: fewer than two officers signed.
        Invalid: no reason.
        NotFound, Conflict: no such head, or one that is not settled so.
    """
    count = count_signed(order, hub.keyring)
    if count < OFFICERS_NEEDED:
        raise Forbidden(
            N_("结案需要两名不同的市级审批员各自签名，现有 %(count)s 名"),
            code="two_officers",
            params={"count": count},
            next_step=N_("请另一名审批员用自己的密钥签名"),
        )
    if len(reason.strip()) < WORDS_MIN:
        raise Invalid(N_("请写明核对了什么、结论是什么"), fields={"reason": N_("至少 4 个字")})
    named = read_statement(HeadSettlement, open_note(order, officer_keys(hub.keyring.keys.officers)).text)
    known = listing(hub.store.reader(), named.hall)
    number = next((at for at, kept, _ in known if (kept.kind, kept.note) == (named.kind, named.head.encode())), 0)
    find(hub.store.reader(), named.hall, number)
    trust = hub.hall(named.hall)
    hub.require_writable(trust)
    event = EvidenceSettled(
        hall=named.hall, kind=named.kind, head=named.head, order=order.decode(), reason=reason.strip()
    )
    decision = Decision((NewEntry(event, log=trust.ticket.c2h_origin),), {})
    key = str(uuid5(NAMESPACE_URL, f"hallmark:settled:{named.hall}:{named.kind}:{named.head}"))
    hub.store.writer.submit(Change(key, actor, named.head.encode(), lambda _: decision)).result()
    return named.hall
