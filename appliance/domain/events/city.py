"""Commands from the city and conflicts between the logs: what was asked, answered, found and resolved (protocol §5)."""

from typing import ClassVar

import msgspec

from appliance.domain.subject import Applicant, MaterialIn
from appliance.errors import N_


class CommandSent(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """City to hall: a request that the hall, who owns the case, carries out or refuses with a lawful reason.

    `command` names it for ever: sent twice, it is answered once. `kind` is a `Kind` of
    `appliance.domain.city_commands`; `subject` is the case number, licence identifier, item code or staff number that
    it is about, empty for an online application. `due` is the last day for the answer (ISO date).
    """

    TYPE: ClassVar = "command.sent"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("市平台请求")
    PERSONAL: ClassVar = frozenset({"words", "applicant", "form"})

    command: str
    kind: str
    subject: str = ""
    due: str
    item_version: int = 0
    materials: tuple[MaterialIn, ...] = ()
    notice: int = 0
    words: str = ""
    applicant: Applicant | None = None
    form: dict[str, str | list[str]] = {}


class CommandAnswered(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Hall to city: ``carried_out``, or ``refused`` with a lawful ground; what was done stands in the same change.

    `made` is the number of the case that an online application became; `files` are the digests that were taken over.
    """

    TYPE: ClassVar = "command.answered"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("答复市平台请求")
    PERSONAL: ClassVar = frozenset({"words"})

    command: str
    outcome: str
    ground: str = ""
    made: str = ""
    files: tuple[str, ...] = ()
    words: str = ""


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """One side's signed fact: the log that holds it, its index there, and the case or thing it speaks of."""

    origin: str
    index: int
    subject: str = ""


class ConflictFound(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """City to every hall concerned: two signed facts disagree; a person has to say what counts.

    `conflict` names it for ever; `kind` is a `Kind` of `appliance.domain.conflicts`; `owner` is the code of the hall
    that resolves it, empty for the city. `found` and `due` are ISO dates.
    """

    TYPE: ClassVar = "conflict.found"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("发现冲突")
    PERSONAL: ClassVar = frozenset[str]()

    conflict: str
    kind: str
    subject: str
    owner: str = ""
    found: str
    due: str
    evidence: tuple[Evidence, ...]


class ConflictResolved(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The owner's choice, in his log; the city carries it to the other halls concerned in the same words.

    `by` is who resolved it, `at` when (instant); both stay when it is carried on.
    """

    TYPE: ClassVar = "conflict.resolved"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("冲突处理结果")
    PERSONAL: ClassVar = frozenset({"words"})

    conflict: str
    choice: str
    by: str
    at: str
    words: str = ""


class SilenceAcknowledged(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """City: an operator knows why a hall is silent, and until when its alert rests 失联已知悉.

    It speaks of the silence that began after the contact at `since`: when the hall is heard it is over, whatever
    `until` says. Both are instants. It stands in the city's log for that hall, which reads it as a fact of the city's.
    """

    TYPE: ClassVar = "silence.acknowledged"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("失联已知悉")
    PERSONAL: ClassVar = frozenset({"reason"})

    hall: str
    since: str
    until: str
    reason: str


class EvidenceSettled(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """被拒日志头结案: two officers looked at a signed head that was refused, and nothing of it is to be pursued.

    `order` is their signed order, verbatim, and `head` the signed head; both are kept for whoever checks them.
    """

    TYPE: ClassVar = "evidence.settled"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("被拒日志头结案")
    PERSONAL: ClassVar = frozenset({"reason"})

    hall: str
    kind: str
    head: str
    order: str
    reason: str


CityEvent = CommandSent | CommandAnswered | ConflictFound | ConflictResolved | SilenceAcknowledged | EvidenceSettled
