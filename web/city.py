"""The city's side of the base: its people from the settings, no windows, no link above it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from appliance.config import CityConfig, CityPerson
from appliance.store.sessions import SessionRow
from web.city_feed import BoardFeed
from web.ports import Link, WindowChoice


@dataclass(frozen=True, slots=True)
class CityRoster:
    """`StaffDirectory` over the city's settings."""

    config: CityConfig

    def find(self, login: str) -> CityPerson | None:
        """Give the person with this staff number, disabled ones included."""
        return next((person for person in self.config.people if person.id == login), None)


@dataclass(frozen=True, slots=True)
class NoLink:
    """`LinkStatus` of the city: there is nothing above it that it waits for."""

    def current(self) -> Link | None:
        """Give none."""
        return None


@dataclass(frozen=True, slots=True)
class NoWindows:
    """`Windows` of the city: nobody sits at one."""

    def choices(self) -> Sequence[WindowChoice]:
        """Give none."""
        return ()


@dataclass(frozen=True, slots=True)
class CityCounts:
    """`MenuCounts` of the city. Args: board: what was last seen of the halls."""

    board: BoardFeed

    def counts(self, session: SessionRow) -> Mapping[str, int]:  # noqa: ARG002 - the port
        """Give the silent halls that nobody has looked into."""
        silent = self.board.silent()
        return {"/alerts": silent} if silent else {}
