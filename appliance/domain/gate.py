"""The gate 闸门: what the appliance may write in which condition (protocol §5, invariant 9).

Pure: a state, an event's wire name, and an answer. What leads into and out of a state is the store's business.
"""

from enum import StrEnum

from appliance.errors import N_


class GateState(StrEnum):
    """States of protocol §5."""

    SEALED = "SEALED"
    OPEN = "OPEN"
    STALE = "STALE"
    SUSPECT = "SUSPECT"
    ROLLED_BACK = "ROLLED_BACK"
    FENCED = "FENCED"


GATE_NAMES: dict[GateState, str] = {
    GateState.SEALED: N_("未启用"),
    GateState.OPEN: N_("正常"),
    GateState.STALE: N_("授权过期"),
    GateState.SUSPECT: N_("待核对"),
    GateState.ROLLED_BACK: N_("数据回退"),
    GateState.FENCED: N_("已隔离"),
}


class Family(StrEnum):
    """What the gate tells apart: event types by what they commit the hall to."""

    EPOCH = "epoch"
    """Opening and closing a log."""
    UPKEEP = "upkeep"
    """The appliance's own condition: clock, gate, lease, journal, packs, erasure."""
    INTAKE = "intake"
    """What the applicant brings or takes back: receipt, supplements, withdrawal; tickets and calls."""
    CASEWORK = "casework"
    """Steps between receipt and decision, and the hand-over of a result that exists."""
    SWEEP = "sweep"
    """What the passing of a legal time limit writes by itself."""
    DECISION = "decision"
    """Decisions: their document number 文号 may come from a block that the city leased."""
    LICENCE = "licence"
    SEAL = "seal"
    OTHER = "other"
    """A type without a line in the tables below: allowed only while everything is."""


_BY_TYPE: dict[str, Family] = {
    "case.received": Family.INTAKE,
    "case.submitted": Family.INTAKE,
    "case.supplemented": Family.INTAKE,
    "case.withdrawn": Family.INTAKE,
    "joint.received": Family.INTAKE,
    "joint.supplemented": Family.INTAKE,
    "joint.withdrawn": Family.INTAKE,
    "case.agent_authorised": Family.INTAKE,
    "case.agent_dismissed": Family.INTAKE,
    "case.back_entry_confirmed": Family.INTAKE,
    "case.back_entry_returned": Family.INTAKE,
    "case.deemed_accepted": Family.SWEEP,
    "case.granted": Family.DECISION,
    "case.refused": Family.DECISION,
    "case.not_accepted": Family.DECISION,
    "delegation.given": Family.DECISION,
}

_BY_PREFIX: dict[str, Family] = {
    "epoch": Family.EPOCH,
    "gate": Family.UPKEEP,
    "lease": Family.UPKEEP,
    "clock": Family.UPKEEP,
    "journal": Family.UPKEEP,
    "pack": Family.UPKEEP,
    "pii": Family.UPKEEP,
    "access": Family.UPKEEP,
    "certificate": Family.UPKEEP,
    "staff": Family.UPKEEP,
    "intake": Family.INTAKE,
    "queue": Family.INTAKE,
    "fallback": Family.INTAKE,
    "case": Family.CASEWORK,
    "joint": Family.CASEWORK,
    "paper": Family.CASEWORK,
    "delegation": Family.CASEWORK,
    "supervision": Family.CASEWORK,
    "applicant": Family.CASEWORK,
    "command": Family.CASEWORK,
    "conflict": Family.CASEWORK,
    "complaint": Family.CASEWORK,
    "silence": Family.UPKEEP,
    "evidence": Family.UPKEEP,
    "sweep": Family.SWEEP,
    "decision": Family.DECISION,
    "number": Family.DECISION,
    "licence": Family.LICENCE,
    "seal": Family.SEAL,
}

# STALE's cell in protocol §5 names intake, supplements, withdrawals, sweeps and the queue, and what stays forbidden:
# numbered decisions, licences, seals. Casework lies between: its legal clocks run on (许可法 art.32, 42), it needs
# nothing of the city, so it goes on.
_WITHOUT_THE_CITY = frozenset({Family.EPOCH, Family.UPKEEP, Family.INTAKE, Family.CASEWORK, Family.SWEEP})

# An entry appended to a log that is known to be shorter than its signed past would be the second head at that size:
# ROLLED_BACK and FENCED therefore write nothing at all, upkeep included.
TABLE: dict[GateState, frozenset[Family]] = {
    GateState.SEALED: frozenset({Family.EPOCH}),
    GateState.OPEN: frozenset(Family),
    GateState.STALE: _WITHOUT_THE_CITY,
    GateState.SUSPECT: _WITHOUT_THE_CITY,
    GateState.ROLLED_BACK: frozenset(),
    GateState.FENCED: frozenset(),
}


def family_of(event_type: str) -> Family:
    """Sort an event's wire name, such as ``case.received``, into its family."""
    return _BY_TYPE.get(event_type) or _BY_PREFIX.get(event_type.partition(".")[0], Family.OTHER)


def allows(state: GateState, event_type: str) -> bool:
    """Tell whether an entry of this type may be written in this state (protocol §5, column "Allowed")."""
    return state is GateState.OPEN or family_of(event_type) in TABLE[state]
