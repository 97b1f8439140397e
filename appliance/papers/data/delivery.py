"""What changes hands: results, served papers, parcels, materials that move to another body."""

import datetime as dt
from typing import Annotated

import msgspec

from appliance.papers.data.parts import HandedItem, Head, Line, Material, Moment, Phones, Text


class Collector(msgspec.Struct, frozen=True, kw_only=True):
    """Collector 领取人 and the relation to the applicant."""

    name: Text
    id_label: Text
    id_masked: Text
    relation: Text


class CollectionReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """Collection receipt 领证回执单 (clause 5.2.2.5)."""

    head: Head
    items: Annotated[tuple[HandedItem, ...], msgspec.Meta(min_length=1)]
    collector: Collector
    collected_at: Moment
    way: Text


class ServedPaper(msgspec.Struct, frozen=True, kw_only=True):
    """A paper served: its name and its official number or paper id."""

    name: Text
    number: Text
    copies: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1


class ServiceCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """Certificate of service 送达回证.

    Attributes:
        way: 直接, 邮寄, 留置, 委托, 公告 or 电子送达.
        signer: who received it, `relation` to the addressee; empty when it was refused or not handed to a person.
        servers: who served it.
        refusal: why nobody signed; then `witnesses` saw it.
        trace: waybill, electronic receipt or place of the public notice, where no person signed.
    """

    head: Head
    papers: Annotated[tuple[ServedPaper, ...], msgspec.Meta(min_length=1)]
    addressee: Text
    place: Text
    way: Text
    served_at: Moment
    servers: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]
    signer: Line = ""
    relation: Line = ""
    refusal: Line = ""
    witnesses: tuple[Text, ...] = ()
    trace: Line = ""
    note: Line = ""


class PostalAddress(msgspec.Struct, frozen=True, kw_only=True):
    """One end of a parcel's way: the telephone and the address are written out, for the carrier."""

    name: Text
    phone: Text
    address: Text
    postcode: Line = ""


class ShippingSlip(msgspec.Struct, frozen=True, kw_only=True):
    """Shipping slip 寄件单 (T28): carrier, waybill 运单号, both addresses, what is inside, who pays."""

    head: Head
    carrier: Text
    waybill_no: Text
    sender: PostalAddress
    recipient: PostalAddress
    items: Annotated[tuple[HandedItem, ...], msgspec.Meta(min_length=1)]
    shipped_at: Moment
    postage: Text
    query_way: Line = ""


class TransferList(msgspec.Struct, frozen=True, kw_only=True):
    """List of materials handed on: 材料移交清单 to a higher authority (T21), 材料交接单 to a department of the hall.

    `upward` is true for the first. `giver` and `receiver` are bodies; the people sign on the sheet.
    """

    head: Head
    giver: Text
    receiver: Text
    purpose: Text
    moved_at: Moment
    lines: Annotated[tuple[Material, ...], msgspec.Meta(min_length=1)]
    way: Text
    upward: bool = True
    note: Line = ""


class OriginalReturn(msgspec.Struct, frozen=True, kw_only=True):
    """Slip for originals that go back 原件退还单 (clause 5.2.2.1.2): which, to whom, when; the receiver signs."""

    head: Head
    lines: Annotated[tuple[Material, ...], msgspec.Meta(min_length=1)]
    receiver: Collector
    returned_at: Moment


class FallbackForm(msgspec.Struct, frozen=True, kw_only=True):
    """A pad of blank receipts for when the appliance stands still 应急收件单 (clause 6.1; domain §3.5).

    `numbers` are the pre-printed numbers, one sheet each, with an applicant's and a file half.
    """

    head: Head
    numbers: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1, max_length=100)]
    phones: Phones


class FeeLine(msgspec.Struct, frozen=True, kw_only=True):
    """One fee: its statutory basis (行政许可法 art. 58, 59), standard, quantity, amount in yuan."""

    name: Text
    basis: Text
    standard: Text
    quantity: Text
    amount: Text


class FeeNotice(msgspec.Struct, frozen=True, kw_only=True):
    """Notice to pay 缴费通知书 (行政许可法 art. 58, 59).

    `total` is in digits, `total_capitals` the same in 中文大写 (`appliance.domain.amount`); the two must agree.
    """

    head: Head
    lines: Annotated[tuple[FeeLine, ...], msgspec.Meta(min_length=1)]
    total: Text
    total_capitals: Text
    payee: Text
    channel: Text
    effect: Text
    phones: Phones
    due: dt.date | None = None
    due_provisional: bool = False
