"""投诉受理单 and 投诉答复单 (5.1.2.3, 5.3.2(f); domain §2.8, §6.5)."""

import datetime as dt

import msgspec

from appliance.papers.data.parts import Head, Line, Moment, Phones, Text


class ComplaintReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """投诉受理单: what was complained of, that it is taken up, who inquires, and by when the answer comes.

    In the header of these two, `item_name` is what is complained of and `item_code` the complaint's number 投诉编号.
    `complainant` says 匿名 for who gave no name.
    """

    head: Head
    registered_at: Moment
    registered_by: Text
    channel: Text
    category: Text
    complainant: Text
    contact: Line = ""
    content: Text
    investigator: Text
    due: dt.date
    extended: bool = False
    phones: Phones


class ComplaintReply(msgspec.Struct, frozen=True, kw_only=True):
    """投诉答复单: what was found and done, and the answer; of a complaint that was not taken up, the ground instead.

    What the inquiry found of persons stays in the hall; the complainant reads `reply` and `measures`.
    """

    head: Head
    registered_at: Moment
    category: Text
    complainant: Text
    outcome: Text
    ground: Line = ""
    reply: Text
    measures: Line = ""
    replied_by: Text
    satisfaction: Line = ""
    archive_no: Line = ""
    phones: Phones
