"""What the applicant promises: missing materials later 容缺, or conditions instead of proof 告知承诺 (domain §2.4)."""

import datetime as dt
from typing import Annotated

import msgspec

from appliance.papers.data.parts import Head, Line, Phones, Text


class TolerantLine(msgspec.Struct, frozen=True, kw_only=True):
    """A minor material to be supplied later: by when (C6; none when only the step it blocks counts), and what waits."""

    name: Text
    requirement: Text
    blocks: Text
    supply_by: dt.date | None = None


class TolerantCommitment(msgspec.Struct, frozen=True, kw_only=True):
    """Commitment for tolerant acceptance 容缺受理承诺书: what is missing, by when, and what follows otherwise."""

    head: Head
    lines: Annotated[tuple[TolerantLine, ...], msgspec.Meta(min_length=1)]
    basis: Text
    supply_way: Text
    consequence: Text
    phones: Phones
    supply_by_provisional: bool = False


class PromiseCondition(msgspec.Struct, frozen=True, kw_only=True):
    """A proof or condition that the promise stands for: its name and its content as the rules have it."""

    name: Text
    content: Text


class PromiseDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Notification and promise 告知承诺书, two parts: authority tells, applicant promises (国办发〔2020〕42号).

    Attributes:
        basis: the statutes behind the item and its conditions.
        conditions: what the promise replaces.
        effect: what the authority does on a promise.
        voluntary: that the ordinary way stays open, and who may not promise.
        liability: what an untrue promise brings about.
        verification: how and when the authority checks, and its right to do so.
        publicity: whether the promise is made public.
        statements: what the applicant promises.
    """

    head: Head
    basis: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]
    conditions: Annotated[tuple[PromiseCondition, ...], msgspec.Meta(min_length=1)]
    effect: Text
    voluntary: Text
    liability: Text
    verification: Text
    statements: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]
    phones: Phones
    publicity: Line = ""
