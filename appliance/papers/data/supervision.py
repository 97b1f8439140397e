"""督办单 and 预警通知: what supervision asks of a department, with its answer (5.3.2; domain §2.8, §6.2)."""

import datetime as dt

import msgspec

from appliance.papers.data.parts import Head, Line, Moment, Phones, Text


class UrgeOrder(msgspec.Struct, frozen=True, kw_only=True):
    """督办单: what a supervisor orders, with its answer.

    `level` is its kind in words; `due` is the last day for the answer, None where none is wanted; `reply` and `verdict`
    are empty until they come.
    """

    head: Head
    number: Text
    level: Text
    case_no: Text
    case_state: Text
    responsible: Text
    cause: Text
    demand: Text
    due: dt.date | None
    issued_by: Text
    reply: Line = ""
    replied_by: Line = ""
    replied_at: Moment | None = None
    verdict: Line = ""
    outcome: Line = ""
    phones: Phones


class WarningNotice(UrgeOrder, frozen=True, kw_only=True):
    """预警通知: what a rule found, 黄牌 and 红牌 with their answer; `level` says which it is."""
