"""The case 办件: what it is, folded from its events (domain §2). Pure; the same events always give the same case.

`evolve` is exhaustive: a new event class without a branch does not pass mypy. It checks nothing; what may happen is
decided before the event is written (`appliance.domain.decide`), and what was written is a fact.
"""

from appliance.domain.case.fold import evolve
from appliance.domain.case.values import (
    BackEntry,
    Case,
    CaseMaterial,
    DecisionRecord,
    Ending,
    Handover,
    LicenceRecord,
    Movement,
    NoticeLine,
    PaperCorrection,
    PauseRecord,
    PromiseRecord,
    Proposal,
    Running,
    Shipment,
    StepRecord,
    ToleratedLine,
)

__all__ = [
    "BackEntry",
    "Case",
    "CaseMaterial",
    "DecisionRecord",
    "Ending",
    "Handover",
    "LicenceRecord",
    "Movement",
    "NoticeLine",
    "PaperCorrection",
    "PauseRecord",
    "PromiseRecord",
    "Proposal",
    "Running",
    "Shipment",
    "StepRecord",
    "ToleratedLine",
    "evolve",
]
