"""Values that several events carry: a computed clock, the lines of a notice."""

import msgspec


class PauseSpan(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Days left out of a limit: those after `start` up to and with `end` (ISO dates)."""

    start: str
    end: str


class Deadline(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A clock as it was computed when the event was written (domain §2.5, rule 9).

    Attributes:
        clock: ``C1`` … ``C10``, the step clock being ``C8``; ``C11`` is the verification of a promise.
        start: first day, not counted (ISO date).
        limit: how many units.
        unit: ``on_the_spot``, ``hour``, ``working_day``, ``natural_day`` or ``month``.
        due: last day; the duty ends at 24:00 of it (ISO date).
        calendar: version of the working-day calendar used.
        provisional: the due date reaches into a year without an official calendar.
        pauses: periods left out so far.
        extended: working days by which the limit was extended (许可法 art.42).
    """

    clock: str
    start: str
    limit: int
    unit: str
    due: str
    calendar: str
    provisional: bool = False
    pauses: tuple[PauseSpan, ...] = ()
    extended: int = 0


class CorrectionLine(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One line of a correction notice: what it concerns and the legal basis; its words are personal, beside it.

    Attributes:
        no: line number from 1, stable over repeated notices.
        target: code of the material, or ``form:<field>``.
        name: name of the material or field.
        basis: legal basis of the requirement.
    """

    no: int
    target: str
    name: str
    basis: str


class Fallback(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Where a receipt was written while the appliance stood still 纸质应急, to be entered later 补录.

    Attributes:
        paper_no: number of the pre-printed form, ``P`` (domain §3.5).
        written_at: when the window wrote it, as entries write times; every clock counts from its day.
        taken_by: staff number of the clerk who wrote it.
        instead_of: the case that was entered from the same form before and was returned or voided; empty for none.
    """

    paper_no: str
    written_at: str
    taken_by: str
    instead_of: str = ""


class MovedLine(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One material of a hand-over: code and name of the list, form, copies and pages as they were counted."""

    code: str
    name: str
    form: str
    copies: int = 1
    pages: int = 0


class SampleLine(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A sample 样品, or another thing beside the list: what it is, and how many with their unit."""

    name: str
    quantity: str


class CorrectionText(msgspec.Struct, frozen=True):
    """The words of one correction line: the problem found and the concrete requirement."""

    no: int
    problem: str
    requirement: str
