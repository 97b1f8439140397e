"""Certificates of the halls' document keys: issued with the first entry of a hall's log, again before they end.

What was issued stands in the city's log for the hall; nothing else remembers it. Both officers have approved the key
with the ticket, so a certificate needs no approval of its own.
"""

import base64
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, uuid5

import msgspec

from appliance.clock import format_time, parse_time
from appliance.domain.actor import SYSTEM
from appliance.domain.events import CertificateIssued
from appliance.errors import N_, Invalid
from appliance.signing.authority import RENEWED_BEFORE_DAYS, check_credential, issue
from appliance.signing.values import Credential
from appliance.store.change import AppliedEntry, Change, Decision, NewEntry
from appliance.store.connection import Connection
from sync.trust import Trust

if TYPE_CHECKING:
    from sync.hub.hub import Hub

SCHEMA: Final = """
CREATE TABLE hub_certificate (
    origin    TEXT    NOT NULL,
    idx       INTEGER NOT NULL,
    public    TEXT    NOT NULL,
    authority TEXT    NOT NULL,
    starts    TEXT    NOT NULL,
    ends      TEXT    NOT NULL,
    PRIMARY KEY (origin, idx)
) STRICT, WITHOUT ROWID;
"""


class Issued(msgspec.Struct, frozen=True):
    """The newest certificate of a hall: its key in hex, the authority in base64, from when to when (instants)."""

    public: str
    authority: str
    starts: str
    ends: str


def apply(connection: Connection, applied: AppliedEntry, event: CertificateIssued) -> None:
    """Note what was issued."""
    connection.execute(
        "INSERT OR REPLACE INTO hub_certificate (origin, idx, public, authority, starts, ends)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (applied.origin, applied.index, event.public, event.authority, event.starts, event.ends),
    )


def newest(connection: Connection, origin: str) -> Issued | None:
    """Give the newest certificate that the city's log for a hall holds, or None."""
    row = connection.execute(
        "SELECT public, authority, starts, ends FROM hub_certificate WHERE origin = ? ORDER BY idx DESC LIMIT 1",
        (origin,),
    ).fetchone()
    return Issued(*row) if row else None


def document_keys(connection: Connection, origin: str) -> tuple[str, ...]:
    """Give every document key that the city's log for a hall certified, the newest first; compressed points in hex."""
    rows = connection.execute(
        "SELECT public FROM hub_certificate WHERE origin = ? GROUP BY public ORDER BY max(idx) DESC", (origin,)
    )
    return tuple(row[0] for row in rows)


def certify(hub: "Hub", trust: Trust, *, again: bool = False) -> bool:
    """Issue a hall's certificate when it has none, when it ends within half a year, or when the authority changed.

    Args:
        hub: the city.
        trust: the hall.
        again: issue in any case.

    Returns:
        Whether one was issued.

    Raises:
        Invalid: asked for in any case, and the city has no authority or the ticket no document key.
    """
    keyring, ticket = hub.keyring, trust.ticket
    if keyring.authority is None or not ticket.document_key:
        if again:
            raise Invalid(
                N_("市级还没有文书证书机构，或该厅入网时没有文书密钥"),
                code="no_authority",
                subject=ticket.hall,
                next_step=N_("请先运行 city ca init；没有文书密钥的厅须以新纪元重新入网"),
            )
        return False
    now = hub.clock.now()
    held = newest(hub.store.reader(), ticket.c2h_origin)
    if held is not None and not again and _good(held, ticket.document_key, keyring.keys.authority, now):
        return False
    public = bytes.fromhex(ticket.document_key)
    credential = issue(
        keyring.authority,
        keyring.authority_certificate,
        hall=ticket.hall,
        name=ticket.hall_name,
        public=public,
        now=now,
        random=hub.random,
    )
    _publish(hub, ticket.c2h_origin, _event(credential, public))
    return True


def _good(held: Issued, public: str, authority: str, now: datetime) -> bool:
    return (held.public, held.authority) == (public, authority) and parse_time(held.ends) - now > timedelta(
        days=RENEWED_BEFORE_DAYS
    )


def _event(credential: Credential, public: bytes) -> CertificateIssued:
    said = check_credential(credential, public)
    return CertificateIssued(
        hall=said.hall,
        public=public.hex(),
        certificate=base64.b64encode(credential.certificate).decode(),
        authority=base64.b64encode(credential.authority).decode(),
        code=base64.b64encode(credential.code).decode(),
        starts=format_time(said.starts),
        ends=format_time(said.ends),
    )


def _publish(hub: "Hub", origin: str, event: CertificateIssued) -> None:
    label = f"certificate:{origin}:{sha256(event.certificate.encode()).hexdigest()}"
    decision = Decision(entries=(NewEntry(event=event, log=origin),), result={})
    hub.store.writer.submit(
        Change(key=str(uuid5(NAMESPACE_URL, label)), actor=SYSTEM, content=label.encode(), decide=lambda _: decision)
    ).result()
