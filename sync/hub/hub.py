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
from appliance.errors import N_, NotFound
from appliance.ledger.merkle import EMPTY_ROOT
from appliance.ledger.note import VerifierKey
from appliance.store.change import Change, Decision, NewEntry
from appliance.store.connection import Connection, Readers
from appliance.store.event_store import find_log, logs
from appliance.store.store import Store, open_store
from sync.enrolment import LEASE_DEFAULT
from sync.epochs import opening_change
from sync.hub import evidence
from sync.hub.certificates import certify
from sync.hub.keyring import Keyring, c2h_signer, load_keyring, load_tickets
from sync.hub.projections import HubProjector, lease_of
from sync.logs import root_at
from sync.messages import log_hash
from sync.parts import Parts
from sync.trust import Trust

DATABASE: Final = "city.db"
LEASE_RENEWED_AFTER: Final = timedelta(hours=12)
SILENT_AFTER: Final = timedelta(minutes=15)

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
        # Empty, so that the first unknown log looks at the tickets once: one may have come while the store was opened.
        self._names: frozenset[str] = frozenset()
        self._lock = threading.Lock()

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
            for trust in self._trusts.values():
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
            fresh = {
                hall: trust
                for hall, trust in load_tickets(self.directory, self.keyring.root).items()
                if hall not in self._trusts
            }
            for hall, trust in fresh.items():
                add_logs(self.store, self.directory, trust)
                self.open_epoch(trust)
                self._trusts[hall] = trust
            self._names = names
        return tuple(sorted(fresh))

    def stored(self, log: VerifierKey) -> Stored:
        """Give size, root and state of a log; an unknown one is empty."""
        return self.view.stored(log)

    def open_epoch(self, trust: Trust) -> None:
        """Write entry 0 of the city's log for a hall; a repeat writes nothing."""
        origin = trust.ticket.c2h_origin
        self.store.writer.submit(opening_change(origin)).result()
        self._grant(origin, trust.ticket.lease_until)
        certify(self, trust)

    def renew_lease(self, trust: Trust) -> None:
        """Grant the full lease again, at most twice a day, and the certificate when its end is near.

        A hall that talks to its city never sees either end.
        """
        origin = trust.ticket.c2h_origin
        now = self.clock.now()
        current = parse_time(lease_of(self.store.reader(), origin) or trust.ticket.lease_until)
        until = now + self._lease
        if until - current < LEASE_RENEWED_AFTER:
            return
        self._grant(origin, format_time(until))
        certify(self, trust)

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
    trusts = load_tickets(directory, keyring.root)
    store = open_store(
        directory,
        database=DATABASE,
        clock=clock,
        projector=HubProjector(),
        signers={trust.ticket.c2h_origin: c2h_signer(directory, trust) for trust in trusts.values()},
        mirrors={trust.ticket.h2c_origin: trust.h2c for trust in trusts.values()},
        random=random,
    )
    hub = Hub(directory, store, keyring, clock, trusts, lease, silent_after, random)
    try:
        store.writer.local(evidence.create).result()
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
