"""The hub's composition root: keys, tickets, the store with every hall's two logs, and what the handlers share.

Files in a city's directory: `city.db` and `journal/` (the store's), `blobs/`, ``keys/`` (0600: ticket, cosigner, one
c2h key a hall and epoch; the root key belongs offline), ``city-keys.note`` and ``root.vkey`` (public), ``tickets/``
(one signed note a hall), ``enrol/`` (requests being approved), ``incoming/`` (parts of blobs; may be lost).
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from secrets import token_bytes
from typing import Final, Literal
from uuid import NAMESPACE_URL, uuid5

from appliance.clock import Clock, format_time, parse_time
from appliance.domain.actor import SYSTEM
from appliance.domain.events import LeaseGranted
from appliance.errors import N_, NotFound, Refusal
from appliance.ledger.merkle import EMPTY_ROOT
from appliance.ledger.note import VerifierKey
from appliance.store.appending import get_setting, set_setting
from appliance.store.change import Change, Decision, NewEntry
from appliance.store.connection import Connection, Readers
from appliance.store.event_store import find_log, logs
from appliance.store.reconcile import ANCHOR_SUSPECT, trust_anchor
from appliance.store.store import Store, open_store
from sync.enrolment import LEASE_DEFAULT, ensure_seed
from sync.epochs import after, close_older, opening_change
from sync.hub import evidence, history, quarantine
from sync.hub.certificates import certify
from sync.hub.keyring import Keyring, c2h_signer, load_epochs, load_keyring, load_tickets
from sync.hub.projections import HubProjector, lease_of
from sync.logs import root_at
from sync.messages import log_hash
from sync.parts import Parts
from sync.trust import Trust

DATABASE: Final = "city.db"
RECEIPTS_SEED: Final = "receipts.seed"
"""Key of the digests under which the city finds an applicant's receipts; lost, those of before are not found."""
LEASE_RENEWED_AFTER: Final = timedelta(hours=12)
SILENT_AFTER: Final = timedelta(minutes=15)

WAITS: Final = "c2h_waits:"
"""Begins the name of the LOCAL setting that keeps a c2h from being written to; the log's name follows."""

Direction = Literal["h2c", "c2h"]


@dataclass(frozen=True, slots=True)
class Stored:
    """A log as the city holds it, up to its durable size."""

    size: int
    root: bytes
    closed: bool


class View:
    """What can be read of a city, whoever owns its store.

    Args:
        reader: gives a read-only connection.
        durable: gives the durable size of a log.
        clock: wall clock.
        trusts: verified ticket of each hall, by hall code.
        silent_after: a hall that was not heard of for longer is shown as silent.
    """

    def __init__(
        self,
        reader: Callable[[], Connection],
        durable: Callable[[str], int],
        clock: Clock,
        trusts: Mapping[str, Trust],
        silent_after: timedelta = SILENT_AFTER,
    ) -> None:
        self.reader = reader
        self.clock = clock
        self.silent_after = silent_after
        self._durable = durable
        self._trusts = dict(trusts)

    @property
    def halls(self) -> tuple[Trust, ...]:
        """All enrolled halls, by hall code."""
        return tuple(self._trusts[hall] for hall in sorted(self._trusts))

    def hall(self, code: str) -> Trust:
        """Find a hall by its code; raises NotFound."""
        if code not in self._trusts:
            raise NotFound(N_("没有代码为 %(code)s 的大厅"), code="unknown_hall", subject=code, params={"code": code})
        return self._trusts[code]

    def durable(self, origin: str) -> int:
        """Give the durable size of a log."""
        return self._durable(origin)

    def stored(self, log: VerifierKey) -> Stored:
        """Give size, root and state of a log; an unknown one is empty."""
        connection = self.reader()
        row = find_log(connection, log.name)
        if row is None:
            return Stored(0, EMPTY_ROOT, closed=False)
        size = min(row.size, self._durable(log.name))
        return Stored(size, root_at(connection, log.name, size), row.closed)


class Hub:
    """The city's side of every hall's two logs.

    Args:
        directory: the city's data directory.
        store: `city.db`, open for writing.
        keyring: the city's keys.
        clock: wall clock and boot time.
        trusts: verified ticket of each hall, by hall code.
        lease: how long a hall may work alone after its last contact.
        silent_after: a hall that was not heard of for longer is shown as silent.
        random: cryptographic randomness.
    """

    def __init__(
        self,
        directory: Path,
        store: Store,
        keyring: Keyring,
        clock: Clock,
        trusts: Mapping[str, Trust],
        lease: timedelta = LEASE_DEFAULT,
        silent_after: timedelta = SILENT_AFTER,
        random: Callable[[int], bytes] = token_bytes,
    ) -> None:
        self.random = random
        self.directory = directory
        self.store = store
        self.keyring = keyring
        self.clock = clock
        self.parts = Parts(directory / "incoming", store.blobs)
        self._lease = lease
        self._silent_after = silent_after
        self._trusts = dict(trusts)
        self._epochs = load_epochs(directory, keyring.root)
        # Empty, so that the first unknown log looks at the tickets once: one may have come while the store was opened.
        self._names: frozenset[str] = frozenset()
        self._lock = threading.Lock()
        # Told of a hall whose log has grown by more than is applied at once (`sync.hub.following`); None: nobody is.
        self.follower: Callable[[Trust], None] | None = None

    @property
    def lease(self) -> timedelta:
        """How long a hall may work alone after its last contact."""
        return self._lease

    @property
    def view(self) -> View:
        """What can be read of this city."""
        return View(self.store.reader, self.store.durable_size, self.clock, self._trusts, self._silent_after)

    @property
    def halls(self) -> tuple[Trust, ...]:
        """All enrolled halls, by hall code."""
        return self.view.halls

    def find(self, digest: str) -> tuple[Trust, Direction]:
        """Find a log by the hex SHA-256 of its origin; raises NotFound."""
        for attempt in (False, True):
            if attempt:
                self.adopt()
            for trust in self._epochs:
                if digest == log_hash(trust.ticket.h2c_origin):
                    return trust, "h2c"
                if digest == log_hash(trust.ticket.c2h_origin):
                    return trust, "c2h"
        raise NotFound(N_("没有这本日志"), code="unknown_log", subject=digest)

    def hall(self, code: str) -> Trust:
        """Find a hall by its code; raises NotFound."""
        return self.view.hall(code)

    def adopt(self) -> tuple[str, ...]:
        """Take in halls whose tickets were issued since the start; gives their codes."""
        with self._lock:
            names = _ticket_names(self.directory)
            if names == self._names:
                return ()  # asked for an unknown log: no ticket is verified again for that
            epochs = load_epochs(self.directory, self.keyring.root)
            fresh = {
                trust.ticket.hall: trust for trust in epochs if trust.ticket.epoch > self._epoch_of(trust.ticket.hall)
            }
            for hall, trust in fresh.items():
                add_logs(self.store, self.directory, trust)
                self.open_epoch(trust)
                self._trusts[hall] = trust
            self._epochs = epochs
            self._names = names
        return tuple(sorted(fresh))

    def stored(self, log: VerifierKey) -> Stored:
        """Give size, root and state of a log; an unknown one is empty."""
        return self.view.stored(log)

    def epochs(self, code: str) -> list[Trust]:
        """Give the tickets of all epochs of a hall, oldest first; raises NotFound."""
        self.hall(code)
        return [trust for trust in self._epochs if trust.ticket.hall == code]

    def _epoch_of(self, code: str) -> int:
        known = self._trusts.get(code)
        return known.ticket.epoch if known is not None else 0

    def open_epoch(self, trust: Trust) -> None:
        """Write entry 0 of the city's log for a hall; a repeat writes nothing.

        A later epoch begins when the hall has opened its own log of it: until then the tail of the old one may come.
        """
        origin = trust.ticket.c2h_origin
        if trust.ticket.epoch > 1:
            if not self.stored(trust.h2c).size:
                return
            close_older(self.store, trust)
        if self.waits(trust):
            return
        if not self.stored(trust.c2h).size:
            self.store.writer.submit(opening_change(origin, after(self.store, trust, "c2h"))).result()
            self._grant(origin, trust.ticket.lease_until)
        certify(self, trust)

    def renew_lease(self, trust: Trust) -> None:
        """Grant the full lease again, at most twice a day, and the certificate when its end is near.

        A hall that talks to its city never sees either end.
        """
        self.require_writable(trust)
        origin = trust.ticket.c2h_origin
        now = self.clock.now()
        current = parse_time(lease_of(self.store.reader(), origin) or trust.ticket.lease_until)
        until = now + self._lease
        if until - current < LEASE_RENEWED_AFTER:
            return
        self._grant(origin, format_time(until))
        certify(self, trust)

    def waits(self, trust: Trust) -> bool:
        """Tell whether the city was restored from a backup and this hall was not heard since."""
        return get_setting(self.store.reader(), waits_name(trust.ticket.c2h_origin)) is not None

    def require_writable(self, trust: Trust) -> None:
        """Refuse to write to a hall's c2h that may lack entries which the city signed before it was restored."""
        if self.waits(trust):
            raise Refusal(
                N_("市级恢复后，大厅 %(hall)s 的下发日志还没有核对，暂不写入"),
                code="c2h_waits",
                subject=trust.ticket.hall,
                params={"hall": trust.ticket.hall},
                next_step=N_("等该厅联系一次即可恢复；长期联系不上，由两名审批员开启新纪元"),
            )

    def confirmed(self, trust: Trust) -> None:
        """Open a hall's c2h for writing again: the hall has shown that what is stored here is all that was signed."""
        name, moment = waits_name(trust.ticket.c2h_origin), format_time(self.clock.now())
        if get_setting(self.store.reader(), name) is not None:
            self.store.writer.local(lambda connection: set_setting(connection, name, None, moment)).result()

    def was_restored(self) -> tuple[str, ...]:
        """Close every hall's c2h until that hall has been heard, after a restore from a backup; gives their codes."""
        moment = format_time(self.clock.now())
        names = [waits_name(trust.ticket.c2h_origin) for trust in self.halls]

        def write(connection: Connection) -> None:
            for name in names:
                set_setting(connection, name, "restored", moment)

        self.store.writer.local(write).result()
        return tuple(trust.ticket.hall for trust in self.halls)

    def keep_evidence(self, trust: Trust, kind: str, note: bytes) -> None:
        """Keep a signed head that was refused, in a transaction of its own."""
        found = evidence.Evidence(trust.ticket.hall, kind, note, format_time(self.clock.now()))
        self.store.writer.local(lambda connection: evidence.keep(connection, found)).result()

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def _grant(self, origin: str, until: str) -> None:
        label = f"lease:{origin}:{until}"
        decision = Decision(entries=(NewEntry(event=LeaseGranted(until=until), log=origin),), result={})
        self.store.writer.submit(
            Change(
                key=str(uuid5(NAMESPACE_URL, label)),
                actor=SYSTEM,
                content=label.encode(),
                decide=lambda _context: decision,
            )
        ).result()


def waits_name(origin: str) -> str:
    """Name the LOCAL setting that keeps a c2h from being written to."""
    return f"{WAITS}{origin}"


def make_hub(
    directory: Path,
    clock: Clock,
    *,
    random: Callable[[int], bytes] = token_bytes,
    lease: timedelta = LEASE_DEFAULT,
    silent_after: timedelta = SILENT_AFTER,
) -> Hub:
    """Open a city: its keys and tickets are verified from the root down, then the store is opened for writing.

    Args:
        directory: made by `sync.hub.keyring.create_city`.
        clock: wall clock and boot time.
        random: cryptographic randomness.
        lease: how long a hall may work alone after its last contact.
        silent_after: a hall that was not heard of for longer is shown as silent.

    Raises:
        NotFound: no city was made here.
        HallmarkError: a key, ticket or the store does not verify; or another process owns the store.
    """
    keyring = load_keyring(directory, clock)
    epochs = load_epochs(directory, keyring.root)
    trusts = {trust.ticket.hall: trust for trust in epochs}
    store = open_store(
        directory,
        database=DATABASE,
        clock=clock,
        projector=HubProjector(ensure_seed(directory / "keys" / RECEIPTS_SEED, random)),
        signers={trust.ticket.c2h_origin: c2h_signer(directory, trust) for trust in epochs},
        mirrors={trust.ticket.h2c_origin: trust.h2c for trust in epochs},
        random=random,
    )
    hub = Hub(directory, store, keyring, clock, trusts, lease, silent_after, random)
    try:
        store.writer.local(evidence.create).result()
        store.writer.local(history.create).result()
        store.writer.local(quarantine.create).result()
        if get_setting(store.reader(), ANCHOR_SUSPECT) is not None:
            # The database came without its journal: nothing here says how much was signed before.
            hub.was_restored()
            store.writer.local(trust_anchor(format_time(clock.now()))).result()
        for trust in hub.halls:
            hub.open_epoch(trust)
    except BaseException:
        hub.close()
        raise
    return hub


def _ticket_names(directory: Path) -> frozenset[str]:
    return frozenset(path.name for path in (directory / "tickets").glob("*.note"))


def open_view(directory: Path, clock: Clock, readers: Readers, silent_after: timedelta = SILENT_AFTER) -> View:
    """Read a city beside its owner, as the command line does; what is committed counts as durable here.

    Raises:
        NotFound: no city was made here, or it has never been opened.
    """
    if not (directory / DATABASE).is_file():
        raise NotFound(N_("这里还没有市级数据"), code="no_city", next_step=N_("请先运行 city init 与 city serve"))
    root = load_keyring(directory, clock).root
    committed = {row.origin: row.size for row in logs(readers.get())}
    return View(
        readers.get, lambda origin: committed.get(origin, 0), clock, load_tickets(directory, root), silent_after
    )


def add_logs(store: Store, directory: Path, trust: Trust) -> None:
    """Add a new hall's two logs to an open store."""
    store.add_own_log(c2h_signer(directory, trust))
    store.add_mirror(trust.ticket.h2c_origin)
