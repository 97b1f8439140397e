"""Opening a hall's data directory: as its owner when nobody is, else over the owner's socket (design §3)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec

from appliance.clock import Clock
from appliance.config import HALL_FILE, HallConfig, load
from appliance.domain.actor import Actor
from appliance.domain.gate import GateState
from appliance.errors import N_, Conflict, NotFound
from appliance.ledger.note import VerifierKey
from appliance.ledger.signer import LogSigner
from appliance.projections.registry import HallProjector
from appliance.services.commands import Command, decode, encode
from appliance.services.desk import OwnDesk
from appliance.services.facts import Facts
from appliance.services.owner import SOCKET_NAME, OwnerClient
from appliance.services.owner_frames import Failure, failure_of
from appliance.signing.seal_keys import SealKeys
from appliance.store import local_writes
from appliance.store.blobs import BlobStore
from appliance.store.change import Outcome
from appliance.store.connection import Connection, Readers, open_database
from appliance.store.journal_files import DirectoryFiles, journal_directory
from appliance.store.store import BLOBS_NAME, Store, open_store

DATABASE = "hall.db"
SEAL_KEYS = "keys/seals"
SUBMIT = "desk.submit"
DURABLE = "desk.durable"
LOCAL = "desk.local"
STATE = "desk.state"


class Submission(msgspec.Struct, frozen=True):
    """A command on its way to the owner."""

    content: bytes
    actor: Actor
    key: str
    verifier: str = ""


class OwnerState(msgspec.Struct, frozen=True):
    """What of the store only its owner knows: the state of the gate, and the fault that closed it for good."""

    gate: GateState
    fault: Failure | None = None


_encode = msgspec.msgpack.encode
_decode_submission = msgspec.msgpack.Decoder(Submission).decode


class Submitter(Protocol):
    """Whatever takes commands and gives readers: the desk itself, or the way to it over the socket."""

    def reader(self) -> Connection:
        """Give this thread's read-only connection."""
        ...

    def submit_now(self, command: Command, *, actor: Actor, key: str) -> Outcome:
        """Send a command and wait until its change is durable."""
        ...

    def durable_size(self, origin: str) -> int:
        """Give how many entries of a log are durable in database and journal: what may be printed (protocol §3)."""
        ...


@dataclass(frozen=True, slots=True)
class WaitingDesk:
    """The desk of a command beside the owner: reads the database itself, sends commands over the socket and waits."""

    client: OwnerClient
    readers: Readers

    def reader(self) -> Connection:
        """Give this thread's read-only connection."""
        return self.readers.get()

    def submit_now(self, command: Command, *, actor: Actor, key: str) -> Outcome:
        """Send a command and wait until its change is durable."""
        answer = self.client.call(SUBMIT, msgspec.msgpack.encode(Submission(encode(command), actor, key)))
        return msgspec.msgpack.decode(answer, type=Outcome)

    def durable_size(self, origin: str) -> int:
        """Ask the owner how many entries of a log are durable."""
        return msgspec.msgpack.decode(self.client.call(DURABLE, msgspec.msgpack.encode(origin)), type=int)


@dataclass(frozen=True, slots=True)
class DeskHandler:
    """Carries out on the event loop what came over the socket: commands, LOCAL writes, and what the owner knows."""

    desk: OwnDesk

    async def __call__(self, verb: str, payload: bytes) -> bytes:
        """Submit a command and give its outcome; or write, or give a log's durable size, or the state of the store."""
        store = self.desk.store
        if verb == SUBMIT:
            sent = _decode_submission(payload)
            outcome = await self.desk.submit(
                decode(sent.content), actor=sent.actor, key=sent.key, verifier=sent.verifier, content=sent.content
            )
            return _encode(outcome)
        if verb == LOCAL:
            return await store.writer.local_async(local_writes.decode_call(payload))
        if verb == DURABLE:
            return _encode(self.desk.durable_size(msgspec.msgpack.decode(payload, type=str)))
        if verb == STATE:
            return _encode(OwnerState(store.gate, failure_of(store.fault) if store.fault is not None else None))
        raise NotFound(N_("没有这个内部操作"), code="unknown_verb", subject=verb)


def open_hall(
    directory: Path,
    *,
    clock: Clock,
    signer: LogSigner | None,
    mirror: VerifierKey | None,
) -> tuple[Store, OwnDesk]:
    """Open a hall as its owner.

    Args:
        directory: the data directory, with its settings file.
        clock: wall clock and boot time.
        signer: key of the hall's own log; None before enrolment.
        mirror: key of the city's log; None before enrolment.

    Raises:
        Conflict: another process owns it.
        Invalid: the settings file is wrong.
    """
    config = load(directory / HALL_FILE, HallConfig)
    store = open_store(
        directory,
        database=DATABASE,
        clock=clock,
        projector=HallProjector(BlobStore(directory / BLOBS_NAME)),
        signers={signer.name: signer} if signer is not None else {},
        mirrors={mirror.name: mirror} if mirror is not None else {},
        journal_files=DirectoryFiles(journal_directory(directory, config.journal_dir)),
    )
    return store, OwnDesk(store, Facts(config, seal_keys=SealKeys(directory / SEAL_KEYS)))


@contextmanager
def desk_for_commands(
    directory: Path, *, clock: Clock, signer: LogSigner | None, mirror: VerifierKey | None
) -> Iterator[Submitter]:
    """Give a desk for the command line: the real one, or the way to the owner when there is one."""
    try:
        store, desk = open_hall(directory, clock=clock, signer=signer, mirror=mirror)
    except Conflict:
        client = OwnerClient(directory / SOCKET_NAME)
        readers = Readers(lambda: open_database(directory / DATABASE, read_only=True))
        try:
            yield WaitingDesk(client, readers)
        finally:
            client.close()
            readers.close()
        return
    try:
        yield desk
    finally:
        store.close()
