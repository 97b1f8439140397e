"""The remedies that every unfavourable decision must name (救济途径; domain §2.7, 行政许可法 art. 38).

Review within sixty days (行政复议法 art. 20), for a department of a district with the district people's government
since 2024 (art. 24), for vertically managed bodies with the next higher department (art. 27), for a local justice
department with either (art. 28). Court within six months (行政诉讼法 art. 46); which court is set per hall, since Wuhan
concentrates such cases.
"""

from datetime import date
from enum import StrEnum

import msgspec

from appliance.domain.calendar import Calendar
from appliance.domain.clocks import Due, Limit, Unit, due_date
from appliance.errors import N_, Invalid

REVIEW_LIMIT = Limit(60, Unit.NATURAL_DAY)
COURT_LIMIT = Limit(6, Unit.MONTH)
SENTENCE = N_(
    "如不服本决定，可以自收到本决定书之日起六十日内依法向%(review)s申请行政复议，"
    "也可以自收到本决定书之日起六个月内依法向%(court)s提起行政诉讼。"
)
ONLINE = N_("本决定书通过互联网渠道送达，可以通过以下渠道提交行政复议申请：%(channel)s。")
EITHER = N_("%(first)s或者%(second)s")


class AuthorityKind(StrEnum):
    """What decides the review body: district department, vertically managed body, justice department."""

    DISTRICT_DEPARTMENT = "district_department"
    VERTICAL = "vertical"
    JUSTICE = "justice"


class RemedyData(msgspec.Struct, frozen=True):
    """The names that fill the sentence: from the hall's settings and the authority's record.

    `online_channel` is where a review application is filed online; required for delivery through an internet channel.
    """

    kind: AuthorityKind
    district_government: str
    higher_department: str
    court_name: str
    online_channel: str = ""


def _missing(what: str) -> Invalid:
    return Invalid(
        N_("决定书缺少救济途径：没有设置%(what)s"), code="remedies_missing", subject="remedies", params={"what": what}
    )


def review_body(data: RemedyData) -> str:
    """Give the review body or bodies (复议机关).

    Raises:
        Invalid: ``remedies_missing`` when the name that the law asks for is not set.
    """
    government, higher = data.district_government.strip(), data.higher_department.strip()
    if data.kind is not AuthorityKind.VERTICAL and not government:
        raise _missing(N_("本级人民政府"))
    if data.kind is not AuthorityKind.DISTRICT_DEPARTMENT and not higher:
        raise _missing(N_("上一级主管部门"))
    if data.kind is AuthorityKind.JUSTICE:
        return EITHER % {"first": government, "second": higher}
    return higher if data.kind is AuthorityKind.VERTICAL else government


def remedies_text(data: RemedyData, *, delivered_online: bool = False) -> str:
    """Write the standard sentence for 不予许可, 不予受理, 撤销 and 终止 papers.

    Args:
        data: the names.
        delivered_online: adds the filing channel that 行政复议法 art. 22 then demands.

    Raises:
        Invalid: ``remedies_missing`` when a name is not set; a paper without remedies is never printed.
    """
    if not data.court_name.strip():
        raise _missing(N_("管辖法院"))
    text = SENTENCE % {"review": review_body(data), "court": data.court_name.strip()}
    if not delivered_online:
        return text
    if not data.online_channel.strip():
        raise _missing(N_("网上复议申请渠道"))
    return text + ONLINE % {"channel": data.online_channel.strip()}


def review_due(calendar: Calendar, served: date) -> Due:
    """Give the last day for a review application: 60 natural days from service."""
    return due_date(calendar, served, REVIEW_LIMIT)


def court_due(calendar: Calendar, served: date) -> Due:
    """Give the last day for bringing suit: six months from service."""
    return due_date(calendar, served, COURT_LIMIT)
