"""A hall's or the city's store as one thing: database, journal, blobs, writer, readers."""

import secrets
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

import apsw

from appliance.clock import Clock, format_time
from appliance.domain.entry import read_event
from appliance.domain.events import ClockSuspected, UnknownEvent
from appliance.domain.gate import GateState
from appliance.errors import N_, HallmarkError, IntegrityFailure
from appliance.ledger.note import VerifierKey
from appliance.ledger.signer import LogSigner
from appliance.store import event_store, scrubbing
from appliance.store.appending import (
    CRITICAL_UNKNOWN,
    get_setting,
    knows,
    set_setting,
    set_unknown_types,
    unknown_types,
)
from appliance.store.blobs import BlobStore
from appliance.store.change import Projector
from appliance.store.connection import Connection, Readers, open_database
from appliance.store.durable import PAGE_NAME, DurablePage
from appliance.store.gatekeeping import Gatekeeper, floor_of, start_guard
from appliance.store.journal import Journal, JournalDamaged
from appliance.store.journal_files import JOURNAL_NAME, DirectoryFiles, JournalFiles
from appliance.store.owner_lock import OwnerLock
from appliance.store.reconcile import ensure_log, reconcile
from appliance.store.replay import remake
from appliance.store.schema import migrate, projections_current
from appliance.store.sealing import Kit
from appliance.store.writer import BATCH_MAX, QUEUE_MAX, Writer

BLOBS_NAME = "blobs"


class StoreView(Protocol):
    """What pages and services look at, in the owner's process or in another one; whatever writes goes another way."""

    @property
    def directory(self) -> Path:
        """The data directory."""
        ...

    @property
    def blobs(self) -> BlobStore:
        """The content-addressed files."""
        ...

    @property
    def gate(self) -> GateState:
        """State of the gate (protocol §5)."""
        ...

    @property
    def fault(self) -> HallmarkError | None:
        """Why nothing is written any more, or None."""
        ...

    def reader(self) -> Connection:
        """Give this thread's read-only connection."""
        ...

    def durable_size(self, origin: str) -> int:
        """Give how much of a log may be shown, printed or sent (protocol §3)."""
        ...

    def log(self, origin: str) -> event_store.LogRow:
        """Give a log's row; raises NotFound."""
        ...


class Connect(Protocol):
    """Opens the database; tests pass one with another VFS."""

    def __call__(self, *, read_only: bool) -> Connection:
        """Open it."""
        ...


@dataclass(slots=True)
class Store:
    """An open store; its process is the owner until `close`.

    Attributes:
        directory: the data directory.
        writer: everything that writes goes through it.
        blobs: the content-addressed files.
    """

    directory: Path
    writer: Writer
    blobs: BlobStore
    _readers: Readers
    _gatekeeper: Gatekeeper
    _kit: Kit
    _clock: Clock
    _stack: ExitStack = field(repr=False)

    def reader(self) -> Connection:
        """Give this thread's read-only connection."""
        return self._readers.get()

    def durable_size(self, origin: str) -> int:
        """Give how much of a log may be shown, printed or sent (protocol §3)."""
        return self.writer.durable_size(origin)

    @property
    def gate(self) -> GateState:
        """State of the gate now (protocol §5)."""
        connection = self.reader()
        floor = floor_of(connection, self._gatekeeper.guard, self._clock)
        return self._gatekeeper.state(connection, self._clock.now(), floor)

    @property
    def fault(self) -> HallmarkError | None:
        """Why nothing is written any more, when our own bytes did not pass their check."""
        return self._gatekeeper.fault

    def log(self, origin: str) -> event_store.LogRow:
        """Give a log's row; raises NotFound."""
        return event_store.log_row(self.reader(), origin)

    def logs(self) -> list[event_store.LogRow]:
        """List all logs."""
        return event_store.logs(self.reader())

    def add_own_log(self, signer: LogSigner) -> event_store.LogRow:
        """Begin to write a log: the hall after its ticket, the city for each hall. Its first entry is for the caller.

        Args:
            signer: the log's key, whose name is the origin.
        """

        def write(connection: Connection) -> event_store.LogRow:
            row = ensure_log(connection, signer.name, own=True)
            self._kit.signers[signer.name] = signer
            return row

        return self.writer.local(write).result()

    def close_log(self, origin: str) -> None:
        """Take nothing more into a log: its epoch is over. Derived from the tickets, so it may be done again."""
        self.writer.local(
            lambda connection: connection.execute("UPDATE log SET closed = 1 WHERE origin = ?", (origin,))
        ).result()

    def add_mirror(self, origin: str) -> event_store.LogRow:
        """Begin to keep a copy of the other side's log."""
        return self.writer.local(lambda connection: ensure_log(connection, origin, own=False)).result()

    @property
    def scrub_due(self) -> bool:
        """Tell whether bytes of what was erased may still stand somewhere in this directory."""
        return scrubbing.is_due(self.reader())

    def close(self) -> None:
        """Finish what is queued, close everything, let the next owner in."""
        self._stack.close()


def open_store(
    directory: Path,
    *,
    database: str = "hall.db",
    clock: Clock,
    projector: Projector,
    signers: Mapping[str, LogSigner] | None = None,
    mirrors: Mapping[str, VerifierKey] | None = None,
    random: Callable[[int], bytes] = secrets.token_bytes,
    journal_files: JournalFiles | None = None,
    connect: Connect | None = None,
    batch_max: int = BATCH_MAX,
    queue_max: int = QUEUE_MAX,
) -> Store:
    """Open a store and become its owner: migrate, reconcile with the journal, start the writer.

    Args:
        directory: the data directory; created when absent, closed to other users when it is not.
        database: ``hall.db`` or ``city.db``.
        clock: wall clock and boot time.
        projector: the read models.
        signers: key of each own log, by origin; such a log is added when it is not there.
        mirrors: key of each log of the other side, by origin.
        random: source of cryptographic random bytes.
        journal_files: where the journal is, when not in ``journal/`` (protocol §3, second device).
        connect: opens the database, when not the plain file.
        batch_max: most jobs in one transaction.
        queue_max: most jobs waiting.

    Returns:
        The store. When our own bytes contradict their proof it opens for reading only: see `gate` and `fault`.

    Raises:
        Conflict: another process owns the directory.
        IntegrityFailure: the database file is damaged where the start must read it.
        apsw.Error: the database cannot be opened.
    """
    _close_to_others(directory)
    opener = connect or partial(open_database, directory / database)
    kit = Kit(projector, dict(signers or {}), random, lambda _: False)
    with ExitStack() as stack:
        stack.callback(OwnerLock(directory).release)
        page = DurablePage(directory / PAGE_NAME, owner=True)
        stack.callback(page.close)
        journal = Journal(journal_files or DirectoryFiles(directory / JOURNAL_NAME))
        stack.callback(journal.close)
        try:
            connection = opener(read_only=False)
            stack.callback(connection.close)
            gatekeeper = _prepare(connection, journal, kit, clock, mirrors or {})
        except (apsw.CorruptError, apsw.NotADBError, UnicodeDecodeError) as error:
            raise _damaged(database) from error
        blobs = _blobs(connection, journal, gatekeeper, BlobStore(directory / BLOBS_NAME, random), clock)
        kit.has_blob = blobs.has
        readers = Readers(lambda: opener(read_only=True))
        writer = Writer(
            connect=lambda: opener(read_only=False),
            connection=connection,
            journal=journal,
            kit=kit,
            clock=clock,
            gatekeeper=gatekeeper,
            page=page,
            blobs=blobs,
            batch_max=batch_max,
            queue_max=queue_max,
        )
        floor = floor_of(connection, gatekeeper.guard, clock)
        if floor is not None and gatekeeper.guard.doubt_at_start(clock.now(), floor):
            writer.suspect(ClockSuspected(wall=format_time(clock.now()), floor=format_time(floor)))
        writer.start()
        stack.callback(writer.close)
        # Readers go first: the last connection to close empties the WAL, and a reader may not.
        stack.callback(readers.close)
        return Store(directory, writer, blobs, readers, gatekeeper, kit, clock, stack.pop_all())


def _close_to_others(directory: Path) -> None:
    """Make the data directory, or take it from other users: whoever made it may have been less careful."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if directory.stat().st_mode & 0o077:
        directory.chmod(0o700)


def _blobs(
    connection: Connection, journal: Journal, gatekeeper: Gatekeeper, blobs: BlobStore, clock: Clock
) -> BlobStore:
    """Clear what a crash left unfinished: files on their way in, and bytes of erased parts on their way out."""
    blobs.clear_incoming()
    if gatekeeper.fault is None and gatekeeper.barred is None:
        scrubbing.resume(connection, journal, blobs, format_time(clock.now()))
    return blobs


def _damaged(database: str) -> IntegrityFailure:
    return IntegrityFailure(
        N_("数据库文件损坏，未打开"),
        code="database_damaged",
        subject=database,
        next_step=N_("保留现场，运行 hall log verify 核对；移走损坏的文件后，可由日志副本重建"),
    )


def _prepare(
    connection: Connection, journal: Journal, kit: Kit, clock: Clock, mirrors: Mapping[str, VerifierKey]
) -> Gatekeeper:
    """Bring the tables up to date and hold them against the journal."""
    at = format_time(clock.now())
    migrate(connection, clock)
    refresh_projections(connection, kit.projector, at=at)
    connection.execute("BEGIN IMMEDIATE")
    for origin in kit.signers:
        ensure_log(connection, origin, own=True)
    for origin in mirrors:
        ensure_log(connection, origin, own=False)
    connection.execute("COMMIT")
    verifiers = {origin: signer.verifier for origin, signer in kit.signers.items()} | dict(mirrors)
    barred, fault = None, None
    try:
        journal.open()
        barred = reconcile(connection, journal, kit.projector, verifiers, at=at)
    except JournalDamaged as error:
        fault = error
    return Gatekeeper(start_guard(connection, clock), barred, fault)


def refresh_projections(connection: Connection, projector: Projector, *, at: str) -> bool:
    """Rebuild the read models in place when a text of theirs changed, or when an unknown type became known.

    Returns:
        Whether they were rebuilt.
    """
    pending = get_setting(connection, CRITICAL_UNKNOWN)
    learned = pending is not None and _is_known(connection, pending)
    waited = unknown_types(connection)
    news = {one for one in waited if knows(*one)}
    if projections_current(connection, projector) and not learned and not news:
        return False
    # One transaction: a power cut leaves the old read models, and the next start does this again.
    connection.execute("BEGIN IMMEDIATE")
    try:
        remake(connection, projector)
        if learned:
            set_setting(connection, CRITICAL_UNKNOWN, None, at)
        if news:
            set_unknown_types(connection, waited - news, at)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
    return True


def _is_known(connection: Connection, place: str) -> bool:
    origin, _, index = place.rpartition(":")
    record = event_store.read_entry(connection, origin, int(index))
    return not isinstance(read_event(record.entry, record.private)[1], UnknownEvent)
