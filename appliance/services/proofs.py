"""Proving one entry there and then: its bytes, its place in the tree, the signed head, the city's cosignature."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from appliance.clock import SHANGHAI
from appliance.domain.entry import check_private, read_meta
from appliance.errors import N_, NotFound
from appliance.ledger.checkpoint import append_lines, verify_cosignature
from appliance.ledger.note import VerifierKey
from appliance.ledger.records import RecordState
from appliance.ledger.tlog_proof import TlogProof
from appliance.store import event_store
from appliance.store.acknowledgements import cosigned_covering
from appliance.store.connection import Connection


@dataclass(frozen=True, slots=True)
class ProofKeys:
    """Public keys that proofs are checked with.

    Attributes:
        logs: key of each own log, by origin; they come from the ticket or the key file, never from the database.
        city: the city's cosigner, None before enrolment.
    """

    logs: Mapping[str, VerifierKey] = field(default_factory=dict)
    city: VerifierKey | None = None


@dataclass(frozen=True, slots=True)
class Proven:
    """An entry that was proven, and what that rested on.

    Attributes:
        origin: the log.
        index: the entry's index.
        entry: its bytes.
        leaf: RFC 6962 leaf hash, hex.
        path: how many hashes lead from it to the root.
        size: size of the signed head.
        root: root of that head, hex.
        key: the key that signed it, as ``name+id``.
        cosigned_at: when the city cosigned that head, None when it has not.
        private: the personal part was compared with its digest; False when there is none, or it is no longer here.
        proof: the ``.tlog-proof`` file.
    """

    origin: str
    index: int
    entry: bytes
    leaf: str
    path: int
    size: int
    root: str
    key: str
    cosigned_at: datetime | None
    private: bool
    proof: bytes


class Entries(Protocol):
    """A log in a database, and up to where it is durable."""

    def reader(self) -> Connection:
        """Give this thread's read-only connection."""
        ...

    def durable_size(self, origin: str) -> int:
        """Give how many entries of a log are durable."""
        ...


def prove_entry(store: Entries, keys: ProofKeys, origin: str, index: int) -> Proven:
    """Prove an entry of an own log from what lies in the database now.

    The head that the city cosigned is preferred; else the first head that covers the entry.

    Args:
        store: the hall's store.
        keys: what to verify with.
        origin: the log.
        index: the entry.

    Returns:
        What was proven.

    Raises:
        NotFound: no such entry, or no key for this log.
        IntegrityFailure: bytes, tree, signature or cosignature contradict each other.
    """
    verifier = keys.logs.get(origin)
    if verifier is None:
        raise NotFound(N_("本机没有核对这本日志用的公钥"), code="verifier_missing", subject=origin)
    connection = store.reader()
    if index >= store.durable_size(origin):
        raise NotFound(N_("日志中没有这一条"), code="entry_unknown", subject=f"{origin}:{index}")
    record = event_store.read_restricted(connection, origin, index)  # its digest is checked, nothing of it is shown
    cosigned = cosigned_covering(connection, origin, index) if keys.city is not None else None
    covering = cosigned[:2] if cosigned else event_store.checkpoint_covering(connection, origin, index)
    if covering is None:
        raise NotFound(N_("日志中没有这一条"), code="entry_unknown", subject=f"{origin}:{index}")
    size, note = covering
    hashes = event_store.prove(connection, origin, index, size)
    proof = TlogProof(index, hashes, append_lines(note, cosigned[2]) if cosigned else note)
    checkpoint = proof.verify(record.entry, verifier)
    cosigned_at = None
    if cosigned is not None and keys.city is not None:
        seconds = verify_cosignature(checkpoint, cosigned[2], keys.city)
        cosigned_at = datetime.fromtimestamp(seconds, SHANGHAI)
    held = record.state in (RecordState.PRESENT, RecordState.RESTRICTED)
    if held or record.state is RecordState.NONE:
        check_private(read_meta(record.entry), record.private)
    return Proven(
        origin=origin,
        index=index,
        entry=record.entry,
        leaf=hashlib.sha256(b"\0" + record.entry).hexdigest(),
        path=len(hashes),
        size=size,
        root=checkpoint.root.hex(),
        key="+".join(verifier.format().split("+", 2)[:2]),
        cosigned_at=cosigned_at,
        private=held,
        proof=proof.format(),
    )
