"""Opening an enrolled hall: its ticket is verified from the pinned root, then its store is opened with its keys."""

from dataclasses import dataclass
from pathlib import Path

from appliance.clock import Clock, SystemClock
from appliance.config import HALL_FILE, HallConfig, load
from appliance.domain.gate import GateState
from appliance.errors import N_, NotFound
from appliance.ledger.note import VerifierKey
from appliance.services.desk import OwnDesk
from appliance.services.facts import Facts
from appliance.services.opening import open_hall
from appliance.services.remote import RemoteDesk, RemoteStore, remote_desk
from appliance.store.store import Store
from sync.enrolment import HallKeys, load_hall_keys, load_old_tickets, load_trust, pinned_root
from sync.epochs import open_next
from sync.hall import Hall, direct_hall
from sync.hub.keyring import CITY_KEYS_FILE, load_keyring, load_tickets
from sync.owner import DirectOwner, start_lease
from sync.trust import Trust


@dataclass(frozen=True, slots=True)
class OpenHall:
    """A hall that this process owns."""

    directory: Path
    store: Store
    desk: OwnDesk
    trust: Trust
    keys: HallKeys
    clock: Clock

    def as_sync_port(self, version: str) -> Hall:
        """Give the sync agent's view of it."""
        return direct_hall(self.store, self.directory, self.trust, self.keys, self.clock, version)

    def sync_handler(self, verb: str, payload: bytes) -> bytes:
        """Carry out a verb of the sync agent that came over the owner's socket."""
        return DirectOwner(self.store, self.trust, self.clock).call(verb, payload)


@dataclass(frozen=True, slots=True)
class BesideOwner:
    """A hall that another process owns, as one that shows pages sees it."""

    directory: Path
    desk: RemoteDesk
    trust: Trust

    @property
    def store(self) -> RemoteStore:
        """What of the store can be looked at."""
        return self.desk.store


def beside_owner(directory: Path) -> BesideOwner:
    """Open an enrolled hall beside its owner, which may be there already or come later.

    Args:
        directory: the hall's data directory.

    Raises:
        NotFound: no ticket.
        Invalid: the settings file is wrong.
    """
    facts = Facts(load(directory / HALL_FILE, HallConfig))
    return BesideOwner(directory, remote_desk(directory, facts), require_trust(directory))


def require_trust(directory: Path) -> Trust:
    """Give the hall's verified ticket; raises NotFound before enrolment."""
    trust = load_trust(directory)
    if trust is None:
        raise NotFound(
            N_("本厅还没有入网凭证"),
            code="not_enrolled",
            next_step=N_("请先运行 hall enrol request，并由市级两名审批员批准"),
        )
    return trust


def keys_of(directory: Path, trust: Trust, clock: Clock) -> HallKeys:
    """Load the hall's keys that its ticket names."""
    ticket = trust.ticket
    return load_hall_keys(directory, city=ticket.city, hall=ticket.hall, epoch=ticket.epoch, clock=clock)


def open_enrolled(directory: Path, clock: Clock) -> OpenHall:
    """Open an enrolled hall as its owner.

    Args:
        directory: the hall's data directory.
        clock: wall clock and boot time.

    Raises:
        NotFound: no ticket.
        Conflict: another process owns it.
        HallmarkError: ticket, keys or settings do not verify.
    """
    trust = require_trust(directory)
    keys = keys_of(directory, trust, clock)
    store, desk = open_hall(directory, clock=clock, signer=keys.h2c, mirror=trust.c2h)
    if store.fault is None and store.gate not in (GateState.ROLLED_BACK, GateState.FENCED):
        open_next(store, trust)
        start_lease(store, trust, clock)
    # Otherwise the hall opens for reading only: people see their cases and why nothing is written (protocol §5).
    return OpenHall(directory, store, desk, trust, keys, clock)


def log_verifiers(directory: Path) -> dict[str, VerifierKey]:
    """Give the keys of the logs in a data directory, by origin, as its tickets state them; a hall's or a city's."""
    if (directory / CITY_KEYS_FILE).is_file():
        keyring = load_keyring(directory, SystemClock())
        known = list(load_tickets(directory, keyring.root).values())
    else:
        held, root = load_trust(directory), pinned_root(directory)
        known = [held] if held is not None else []
        known += load_old_tickets(directory, root) if root is not None else []
    return {key.name: key for trust in known for key in (trust.h2c, trust.c2h)}
