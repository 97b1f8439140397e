"""What a line of a list reads of its case: a few fields of the folded case, so that a full page costs little."""

from typing import cast

import msgspec

from appliance.domain.case import BackEntry
from appliance.domain.states import State
from appliance.domain.subject import Agent, Applicant
from appliance.domain.transfer import Hand, Phase
from appliance.store.connection import Connection


class CaseBrief(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of `Case` that its line shows, or that decide what of it may be shown; named as there."""

    no: str
    state: State
    handling: str
    department: str
    clerk: str
    applicant: Applicant
    forwarded_on: str = ""
    back_entry: BackEntry | None = None
    hand: Hand | None = None

    @property
    def away(self) -> bool:
        """Whether another hall has it, as `Case.away` tells."""
        return self.hand is not None and self.hand.phase is Phase.SENT

    @property
    def unconfirmed(self) -> bool:
        """Whether it was entered later and still waits for the second person, as `Case.unconfirmed` tells."""
        return self.back_entry is not None and not self.back_entry.settled


class _Names(msgspec.Struct, frozen=True, kw_only=True):
    """Whose names a case is found by."""

    applicant: Applicant
    agent: Agent | None = None


_decode_names = msgspec.msgpack.Decoder(_Names).decode
_decode = msgspec.msgpack.Decoder(CaseBrief).decode


def briefs(connection: Connection, numbers: list[str]) -> dict[str, CaseBrief]:
    """Give what the lines of these intake numbers read, by number; a number that is no case has none."""
    if not numbers:
        return {}
    marks = ",".join("?" * len(numbers))
    rows = connection.execute(f"SELECT body FROM case_view WHERE no IN ({marks})", numbers)  # noqa: S608 - marks
    found = [_decode(cast("bytes", body)) for (body,) in rows]
    return {brief.no: brief for brief in found}


def names(connection: Connection, ids: list[int]) -> dict[int, tuple[str, ...]]:
    """Give the names that these row ids' cases are found by: applicant, representative and agent."""
    if not ids:
        return {}
    marks = ",".join("?" * len(ids))
    rows = connection.execute(f"SELECT id, body FROM case_view WHERE id IN ({marks})", ids)  # noqa: S608 - marks
    found = {}
    for number, body in rows:
        case = _decode_names(cast("bytes", body))
        agent = case.agent.name if case.agent is not None else ""
        found[int(str(number))] = tuple(filter(None, (case.applicant.name, case.applicant.representative, agent)))
    return found
