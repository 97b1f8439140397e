"""Seals 电子印章 of a hall and its departments: kinds, standing, grants (4.4.3; domain §1.7.13).

A seal made here is a local one, and its imprint says so: 内部电子印记. The national e-seal (国务院令第716号 art. 9)
comes by an adapter.
"""

from enum import StrEnum

import msgspec

from appliance.domain.actor import CASE_WORKERS, Role
from appliance.domain.events.seals import (
    SealApproved,
    SealAuthorisationEnded,
    SealAuthorised,
    SealCondemned,
    SealDestroyed,
    SealEvent,
    SealIssued,
    SealLost,
    SealMade,
    SealRejected,
    SealRequested,
    SealSpared,
    SealUsed,
)
from appliance.errors import N_


class SealKind(StrEnum):
    """Which seal it is: the place on a paper that it may stand in."""

    INTAKE = "intake"
    LICENSING = "licensing"
    AUTHORITY = "authority"


SEAL_NAMES: dict[SealKind, str] = {
    SealKind.INTAKE: N_("收件专用章"),
    SealKind.LICENSING: N_("行政许可专用章"),
    SealKind.AUTHORITY: N_("机关印章"),
}


class Standing(StrEnum):
    """How far a seal is."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    MADE = "made"
    IN_USE = "in_use"
    LOST = "lost"
    DESTROYED = "destroyed"


STANDING_NAMES: dict[Standing, str] = {
    Standing.REQUESTED: N_("申请中，等两人审批"),
    Standing.APPROVED: N_("已批准，等制作"),
    Standing.REJECTED: N_("未批准"),
    Standing.MADE: N_("已制作，等发放"),
    Standing.IN_USE: N_("在用"),
    Standing.LOST: N_("已挂失，停用"),
    Standing.DESTROYED: N_("已销毁"),
}
OVER = frozenset({Standing.REJECTED, Standing.LOST, Standing.DESTROYED})
"""A seal that is none any more: another of its kind may be asked for."""

KEEPERS = CASE_WORKERS | {Role.HALL_MANAGER}
"""Who may keep a seal and be authorised to use one."""
OWNERS = frozenset({Role.DEPT_HEAD, Role.HALL_MANAGER})
"""Who answers for the seals of a department, and for the hall's own."""
READERS = KEEPERS | {Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR, Role.SUPERVISOR}

GRANT_DAYS_MAX = 366
USES_MAX = 100_000


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """用印授权: who may use a seal, for which items and kinds of paper, from when until when, and how often.

    Attributes:
        number: its number, the seal's with a count.
        persons: staff numbers.
        items: catalogue codes; none for every item.
        papers: names of kinds of paper.
        starts, until: first and last day (ISO dates).
        most: how many uses at most.
        used: how many there were.
        ended: it was taken back.
    """

    number: str
    persons: tuple[str, ...]
    items: tuple[str, ...]
    papers: tuple[str, ...]
    starts: str
    until: str
    most: int
    used: int = 0
    ended: bool = False

    def covers(self, *, person: str, item: str, paper: str, day: str) -> bool:
        """Tell whether it lets a person put the seal on a paper of an item on a day, once more."""
        return (
            not self.ended
            and self.used < self.most
            and self.starts <= day <= self.until
            and person in self.persons
            and paper in self.papers
            and (not self.items or item in self.items)
        )


class Seal(msgspec.Struct, frozen=True, kw_only=True):
    """A seal as it stands.

    Attributes:
        no: 印章编号.
        kind: which seal.
        department: whose; empty for the hall's own.
        name: what stands around the imprint: the authority's name.
        standing: how far it is.
        requested_by: who asked for it.
        approvals: role and staff number of each who approved.
        version: of image and key, 0 before it is made.
        image: hex SHA-256 of the current image; empty before.
        key: hex of its public key (Ed25519).
        keeper: who keeps it; empty before it was given out.
        condemned_by: who proposed its destruction; empty for nobody.
        grants: the authorisations, in order.
    """

    no: str
    kind: SealKind
    department: str
    name: str
    standing: Standing
    requested_by: str
    approvals: tuple[tuple[str, str], ...] = ()
    version: int = 0
    image: str = ""
    key: str = ""
    keeper: str = ""
    condemned_by: str = ""
    grants: tuple[Grant, ...] = ()

    def grant(self, number: str) -> Grant | None:
        """Give a grant by its number."""
        return next((one for one in self.grants if one.number == number), None)


SEAL_EVENTS: tuple[type[SealEvent], ...] = SealEvent.__args__


_ENDS: dict[type[SealEvent], Standing] = {
    SealRejected: Standing.REJECTED,
    SealLost: Standing.LOST,
    SealDestroyed: Standing.DESTROYED,
}


def evolve(seal: Seal, event: SealEvent, actor: tuple[str, str]) -> Seal:
    """Fold an entry into a seal; `actor` is role and staff number."""
    change = msgspec.structs.replace
    match event:
        case SealApproved():
            standing = Standing.APPROVED if seal.approvals else seal.standing
            return change(seal, approvals=(*seal.approvals, actor), standing=standing)
        case SealMade():
            standing = Standing.MADE if seal.standing is Standing.APPROVED else seal.standing
            return change(seal, standing=standing, version=event.version, image=event.image, key=event.key)
        case SealIssued():
            return change(seal, standing=Standing.IN_USE, keeper=event.keeper)
        case SealAuthorised() | SealAuthorisationEnded() | SealUsed():
            return change(seal, grants=_granted(seal.grants, event))
        case SealCondemned() | SealSpared():
            return change(seal, condemned_by=actor[1] if isinstance(event, SealCondemned) else "")
        case SealRequested() | SealRejected() | SealLost() | SealDestroyed():
            return change(seal, standing=_ENDS.get(type(event), seal.standing))


def _granted(grants: tuple[Grant, ...], event: SealAuthorised | SealAuthorisationEnded | SealUsed) -> tuple[Grant, ...]:
    if isinstance(event, SealAuthorised):
        new = Grant(
            number=event.grant,
            persons=event.persons,
            items=event.items,
            papers=event.papers,
            starts=event.starts,
            until=event.until,
            most=event.most,
        )
        return (*grants, new)
    ends, change = isinstance(event, SealAuthorisationEnded), msgspec.structs.replace
    return tuple(
        one if one.number != event.grant else change(one, ended=True) if ends else change(one, used=one.used + 1)
        for one in grants
    )


def use_text(*, no: str, version: int, paper: str, copy: str, digest: str) -> bytes:
    """Give what the key of a seal signs at a use.

    Args:
        no: 印章编号.
        version: of the key.
        paper: paper id.
        copy: which copy.
        digest: salted digest of what the paper says, 64 hex digits.
    """
    return "\n".join(("hallmark-seal-use-v1", no, str(version), paper, copy, digest, "")).encode()
