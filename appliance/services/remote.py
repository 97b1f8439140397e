"""The desk of a process beside the owner's: reads the database itself, hands changes over the owner's socket."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

import msgspec

from appliance.domain.actor import Actor
from appliance.domain.gate import GateState
from appliance.errors import HallmarkError
from appliance.services.clockwatch import ConfirmClock
from appliance.services.commands import Command, encode
from appliance.services.facts import Facts
from appliance.services.opening import DATABASE, LOCAL, STATE, SUBMIT, OwnerState, Submission
from appliance.services.owner import SOCKET_NAME, owner_silent
from appliance.services.owner_frames import error_of
from appliance.services.owner_link import OwnerLink
from appliance.store import event_store, local_writes
from appliance.store.blobs import BlobStore
from appliance.store.change import Outcome
from appliance.store.connection import Connection, Readers, open_database
from appliance.store.durable import PAGE_NAME, DurablePage
from appliance.store.store import BLOBS_NAME

T = TypeVar("T")
P = ParamSpec("P")

STATE_SECONDS = 1.0
WAIT_SECONDS = 0.2

_encode: Final = msgspec.msgpack.encode
_decode_outcome: Final = msgspec.msgpack.Decoder(Outcome).decode
_decode_state: Final = msgspec.msgpack.Decoder(OwnerState).decode


@dataclass(slots=True)
class RemoteStore:
    """The store as a process beside its owner sees it (`StoreView`).

    Gate and fault are the owner's to say: they are asked for once a second, so an answer is at most that old. While the
    owner does not answer, the fault says so.
    """

    directory: Path
    blobs: BlobStore
    link: OwnerLink
    _readers: Readers
    _page: DurablePage | None = None
    _gate: GateState = GateState.SEALED
    _fault: HallmarkError | None = None

    @property
    def gate(self) -> GateState:
        """State of the gate, as the owner last said."""
        return self._gate

    @property
    def fault(self) -> HallmarkError | None:
        """Why nothing is written any more, as the owner last said; or that it does not answer."""
        return self._fault

    def reader(self) -> Connection:
        """Give this thread's read-only connection."""
        return self._readers.get()

    def durable_size(self, origin: str) -> int:
        """Give how much of a log may be shown, printed or sent (protocol §3)."""
        return self._page.get(origin) if self._page is not None else 0

    def log(self, origin: str) -> event_store.LogRow:
        """Give a log's row; raises NotFound."""
        return event_store.log_row(self.reader(), origin)

    async def refresh(self) -> None:
        """Ask the owner for gate and fault; raises what `OwnerLink.call` raises."""
        state = _decode_state(await self.link.call(STATE, b""))
        if self._page is None:
            self._page = DurablePage(self.directory / PAGE_NAME, owner=False)
        self._gate = state.gate
        self._fault = error_of(state.fault) if state.fault is not None else None

    async def wait_for_owner(self) -> None:
        """Wait until the owner has answered once; before that there may be no tables to read."""
        while True:
            with contextlib.suppress(HallmarkError, msgspec.MsgspecError):
                await self.refresh()
                return
            await asyncio.sleep(WAIT_SECONDS)  # it answers, and at once, but with an error

    async def watch(self) -> None:
        """Go on asking until cancelled."""
        while True:
            await asyncio.sleep(STATE_SECONDS)
            try:
                await self.refresh()
            except (HallmarkError, msgspec.MsgspecError):  # said on every page; the link goes on trying
                self._fault = owner_silent(self.directory / SOCKET_NAME)

    def close(self) -> None:
        """Close readers and connection."""
        self.link.close()
        self._readers.close()
        if self._page is not None:
            self._page.close()


@dataclass(frozen=True, slots=True)
class RemoteDesk:
    """The desk beside the owner (`appliance.services.desk.Desk`)."""

    store: RemoteStore
    facts: Facts
    link: OwnerLink = field(repr=False)

    def reader(self) -> Connection:
        """Give this thread's read-only connection."""
        return self.store.reader()

    async def submit(self, command: Command, *, actor: Actor, key: str, verifier: str = "") -> Outcome:
        """Send a command to the owner and wait until its change is durable (`Desk.submit`)."""
        sent = Submission(encode(command), actor, key, verifier)
        outcome = _decode_outcome(await self.link.call(SUBMIT, _encode(sent)))
        if isinstance(command, ConfirmClock):  # it opens the gate, and the page that says so is drawn at once
            await self.store.refresh()
        return outcome

    async def local(self, write: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Let the owner carry out a listed write to LOCAL tables (`Desk.local`)."""
        answer = await self.link.call(LOCAL, local_writes.encode_call(write, args, kwargs))
        return local_writes.decode_answer(write, answer)


def remote_desk(directory: Path, facts: Facts) -> RemoteDesk:
    """Make the desk of a process beside a hall's owner; nothing is opened before the owner has answered.

    Args:
        directory: the hall's data directory.
        facts: its settings and catalogue.
    """
    link = OwnerLink(directory / SOCKET_NAME)
    readers = Readers(lambda: open_database(directory / DATABASE, read_only=True))
    return RemoteDesk(RemoteStore(directory, BlobStore(directory / BLOBS_NAME), link, readers), facts, link)
