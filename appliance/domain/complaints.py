"""Complaints 投诉 (5.3.2(f), GB/T 36113; domain §6.5): closed lists, where one stands, how long a step may take."""

from enum import StrEnum

from appliance.domain.actor import Role
from appliance.errors import N_


class Channel(StrEnum):
    """How it came in."""

    ONSITE = "onsite"
    PHONE = "phone"
    ONLINE = "online"
    LETTER = "letter"
    HOTLINE = "hotline"


class Object(StrEnum):
    """What it is about; `NONE` names nothing, which may be a ground to refuse it."""

    CASE = "case"
    PERSON = "person"
    WINDOW = "window"
    ITEM = "item"
    NONE = "none"


class Category(StrEnum):
    """What it blames."""

    MANNER = "manner"
    SPEED = "speed"
    PROCEDURE = "procedure"
    CHARGES = "charges"
    INTEGRITY = "integrity"
    PLACE = "place"
    OTHER = "other"


class Ground(StrEnum):
    """Why a complaint is not taken up."""

    NO_OBJECT = "no_object"
    NOT_OURS = "not_ours"
    ELSEWHERE = "elsewhere"


class Result(StrEnum):
    """What the inquiry found."""

    TRUE = "true"
    PARTLY = "partly"
    UNTRUE = "untrue"


class Satisfaction(StrEnum):
    """What the complainant said when called back; nobody's silence counts as content."""

    SATISFIED = "satisfied"
    DISSATISFIED = "dissatisfied"
    UNREACHED = "unreached"


class Standing(StrEnum):
    """受理 → 调查、处置 → 意见反馈 → 资料归档."""

    REGISTERED = "registered"
    ADMITTED = "admitted"
    REJECTED = "rejected"
    ANSWERED = "answered"
    CLOSED = "closed"


CHANNEL_NAMES: dict[Channel, str] = {
    Channel.ONSITE: N_("现场"),
    Channel.PHONE: N_("电话"),
    Channel.ONLINE: N_("网络"),
    Channel.LETTER: N_("信函"),
    Channel.HOTLINE: N_("12345转办"),
}
OBJECT_NAMES: dict[Object, str] = {
    Object.CASE: N_("办件"),
    Object.PERSON: N_("工作人员"),
    Object.WINDOW: N_("窗口"),
    Object.ITEM: N_("事项"),
    Object.NONE: N_("没有指明"),
}
CATEGORY_NAMES: dict[Category, str] = {
    Category.MANNER: N_("服务态度"),
    Category.SPEED: N_("办理效率"),
    Category.PROCEDURE: N_("办理程序"),
    Category.CHARGES: N_("收费"),
    Category.INTEGRITY: N_("廉洁自律"),
    Category.PLACE: N_("环境设施"),
    Category.OTHER: N_("其他"),
}
GROUND_NAMES: dict[Ground, str] = {
    Ground.NO_OBJECT: N_("没有明确的投诉对象"),
    Ground.NOT_OURS: N_("不属于本厅的服务事项"),
    Ground.ELSEWHERE: N_("已进入行政复议、诉讼或者信访程序"),
}
RESULT_NAMES: dict[Result, str] = {
    Result.TRUE: N_("属实"),
    Result.PARTLY: N_("部分属实"),
    Result.UNTRUE: N_("不属实"),
}
SATISFACTION_NAMES: dict[Satisfaction, str] = {
    Satisfaction.SATISFIED: N_("满意"),
    Satisfaction.DISSATISFIED: N_("不满意"),
    Satisfaction.UNREACHED: N_("没有联系上，或者没有留下联系方式"),
}
STANDING_NAMES: dict[Standing, str] = {
    Standing.REGISTERED: N_("已登记，等决定是否受理"),
    Standing.ADMITTED: N_("已受理，调查中"),
    Standing.REJECTED: N_("不予受理，已告知"),
    Standing.ANSWERED: N_("已答复，等回访"),
    Standing.CLOSED: N_("已回访归档"),
}
OVER = frozenset({Standing.REJECTED, Standing.CLOSED})

# Working days (domain §6.5, defaults: the numbers of GB/T 36113 could not be confirmed).
ADMIT_DAYS = 2
ANSWER_DAYS = 5
ANSWER_COMPLEX_DAYS = 15
EXTENSION_DAYS = 10
CALL_BACK_DAYS = 3

REGISTRARS = frozenset({Role.WINDOW_CLERK, Role.GUIDE, Role.HALL_MANAGER, Role.SUPERVISOR})
"""Whoever meets the public writes a complaint down; what becomes of it, supervision says."""
INVESTIGATORS = frozenset({Role.REVIEWER, Role.DEPT_HEAD, Role.HALL_MANAGER, Role.SUPERVISOR})
"""Who may be asked to inquire: nobody's equal, and never the person complained of."""
READERS = REGISTRARS | INVESTIGATORS
