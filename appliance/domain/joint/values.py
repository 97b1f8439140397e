"""What a joint whole consists of: frozen values. How far its members are stands in their own cases."""

import msgspec

from appliance.domain.case import Handover, Running
from appliance.domain.events import CorrectionText, JointLine, JointMaterial, JointMember, JointOutcome
from appliance.domain.subject import Agent, Applicant


class Joint(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A joint whole as it stands after `version` events of its own.

    Attributes:
        no: its number, an 收件编号 like a case's.
        lead: case number of the member whose department leads 牵头部门.
        limit_days: agreed limit of the whole, in working days.
        members: the cases in it, in the order of the form.
        clocks: C2 of the whole, from its acceptance (许可法 art.42(2)).
        reprints: how often each paper was printed again, by its id.
        last_notice: log index of the newest collective notice; 0 when there was none.
        extended: working days by which C2 was extended; 0 when it was not.
    """

    no: str
    version: int
    first_index: int
    last_index: int
    set_code: str
    set_version: int
    set_name: str
    lead: str
    limit_days: int
    members: tuple[JointMember, ...]
    materials: tuple[JointMaterial, ...] = ()
    channel: str
    ticket: str
    window: str
    clerk: str
    received_at: str
    applicant: Applicant
    agent: Agent | None = None
    query_code: str = ""
    note: str = ""
    clocks: tuple[Running, ...] = ()
    notices: int = 0
    last_notice: int = 0
    lines: tuple[JointLine, ...] = ()
    texts: tuple[CorrectionText, ...] = ()
    acceptance_no: str = ""
    accepted_on: str = ""
    extended: int = 0
    extension_reason: str = ""
    concluded_on: str = ""
    outcomes: tuple[JointOutcome, ...] = ()
    handover: Handover | None = None
    withdrawn_reason: str = ""
    reprints: dict[str, int] = {}

    def clock(self, name: str) -> Running | None:
        """Give the latest clock of a name, running or stopped."""
        return next((item for item in reversed(self.clocks) if item.deadline.clock == name), None)

    @property
    def cases(self) -> tuple[str, ...]:
        """The numbers of the members' cases."""
        return tuple(member.case for member in self.members)

    @property
    def leader(self) -> JointMember:
        """The member whose department leads."""
        return next(member for member in self.members if member.case == self.lead)
