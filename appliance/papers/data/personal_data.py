"""个人信息处理告知书: what became of a request about personal data (个人信息保护法 art.47, 50; domain §7.1)."""

import msgspec

from appliance.papers.data.parts import Head, Line, Moment, Phones, Text


class PersonalDataLine(msgspec.Struct, frozen=True, kw_only=True):
    """One matter: its number, what it is about, and what was done."""

    no: Text
    title: Text
    outcome: Text


class PersonalDataNotice(msgspec.Struct, frozen=True, kw_only=True):
    """个人信息处理告知书: in the header, `item_code` is the number of the request.

    It names nobody: what was erased is not here any more to be printed. Who receives it writes the own name.
    """

    head: Head
    requested_at: Moment
    channel: Text
    right: Text
    ground: Text
    matters: tuple[PersonalDataLine, ...]
    erased: bool
    restricted: bool
    refused: bool
    lifted: bool = False
    reason: Line = ""
    proposed_by: Text
    decided_by: Text
    city: Line = ""
    phones: Phones
