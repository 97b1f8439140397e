"""The left menu as data: groups of entries, each for the roles that may open it."""

from collections.abc import Mapping
from dataclasses import dataclass

from appliance.domain import city_commands, complaints, conflicts, seals
from appliance.domain.actor import ADMINISTRATORS, Role
from appliance.domain.decide import personal_data
from appliance.domain.decide.numbers import KEEPERS
from appliance.errors import N_


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu.

    Attributes:
        label: message id.
        href: where it leads; also the name under which `MenuCounts` gives its figure.
        roles: who sees it; the route's own guard decides who may enter.
        key: shortcut in the form that hall.js reads, such as ``f1``; empty for none.
    """

    label: str
    href: str
    roles: frozenset[Role]
    key: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A heading of the menu (message id) and its entries."""

    label: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """A menu line as one person sees it: its figure, and whether it is the current page."""

    label: str
    href: str
    key: str
    count: int | None
    current: bool


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A heading with the lines that one person sees."""

    label: str
    entries: tuple[ShownEntry, ...]


def menu(groups: tuple[Group, ...], role: str, path: str, counts: Mapping[str, int]) -> tuple[ShownGroup, ...]:
    """Give the menu for a role at a path; groups without a visible entry are left out.

    The current entry is the one with the longest address that `path` lies under.
    """
    hrefs = [entry.href for group in groups for entry in group.entries]
    under = [href for href in hrefs if path == href or (href != "/" and path.startswith(href + "/"))]
    current = max(under, key=len, default="")
    shown = []
    for group in groups:
        entries = tuple(
            ShownEntry(entry.label, entry.href, entry.key, counts.get(entry.href), entry.href == current)
            for entry in group.entries
            if role in entry.roles
        )
        if entries:
            shown.append(ShownGroup(group.label, entries))
    return tuple(shown)


_CLERK = frozenset({Role.WINDOW_CLERK})
_HANDLER = frozenset({Role.CASE_HANDLER})
_DECIDERS = frozenset({Role.CASE_HANDLER, Role.REVIEWER, Role.APPROVER, Role.DEPT_HEAD})
_ARRANGERS = frozenset({Role.CASE_HANDLER, Role.REVIEWER, Role.HALL_MANAGER})
_WATCHERS = frozenset({Role.SUPERVISOR, Role.HALL_MANAGER, Role.DEPT_HEAD, Role.REVIEWER, Role.CASE_HANDLER})
_HANDOVERS = frozenset({Role.WINDOW_CLERK, Role.CASE_HANDLER, Role.HALL_MANAGER})
_FALLBACK = frozenset({Role.WINDOW_CLERK, Role.HALL_MANAGER})
_READERS = _CLERK | _DECIDERS | {Role.SUPERVISOR, Role.HALL_MANAGER, Role.GUIDE, Role.ARCHIVIST}
_CARRIERS = frozenset({Role.WINDOW_CLERK, Role.HALL_MANAGER})
_CITY = frozenset({Role.CITY_OPERATOR, Role.CITY_OFFICER})
_EVERYONE = frozenset(Role) - {Role.SYSTEM, Role.APPLICANT}

HALL_MENU: tuple[Group, ...] = (
    Group(
        N_("窗口"),
        (
            Entry(N_("叫号"), "/queue", _CLERK | _HANDLER, "alt+q"),
            Entry(N_("代取号"), "/queue/draw", frozenset({Role.GUIDE, Role.HALL_MANAGER})),
            Entry(N_("收件"), "/intake", _CLERK),
            Entry(N_("当场办理"), "/intake", _HANDLER),
            Entry(N_("补正收件"), "/supplement", _CLERK),
            Entry(N_("待发件"), "/issuance", _CLERK),
            Entry(N_("取件柜"), "/shelf", _CLERK),
            Entry(N_("电话通知"), "/calls", _CLERK),
            Entry(N_("材料交接"), "/handovers", _HANDOVERS),
            Entry(N_("移交大厅"), "/transfers", _HANDOVERS),
            Entry(N_("纸质应急"), "/fallback", _FALLBACK),
            Entry(N_("托盘"), "/tray", _CLERK | _HANDLER),
            Entry(N_("暂存"), "/drafts", _CLERK | _HANDLER),
        ),
    ),
    Group(
        N_("审批"),
        (
            Entry(N_("待办"), "/work", _DECIDERS),
            Entry(N_("监察预警"), "/supervision", _WATCHERS),
            Entry(N_("投诉"), "/complaints", complaints.READERS),
            Entry(N_("个人信息请求"), "/personal-data", personal_data.REGISTRARS | personal_data.READERS),
            Entry(N_("市平台请求"), "/city-requests", city_commands.ANSWERERS),
            Entry(N_("冲突"), "/conflicts", conflicts.RESOLVERS),
            Entry(N_("即办授权"), "/delegations", _HANDLER | {Role.APPROVER}),
            Entry(N_("离岗与代办"), "/absences", _ARRANGERS),
            Entry(N_("改派"), "/reassign", _ARRANGERS),
        ),
    ),
    Group(
        N_("管理"),
        (
            Entry(N_("账号"), "/staff", ADMINISTRATORS),
            Entry(N_("印章"), "/seals", seals.READERS),
            Entry(N_("号段"), "/numbers", KEEPERS),
            Entry(N_("查看记录"), "/access", frozenset({Role.AUDITOR, Role.SECADMIN})),
        ),
    ),
    Group(
        N_("大厅"),
        (
            Entry(N_("查询"), "/cases", _READERS),
            Entry(N_("并联件"), "/joints", _READERS),
            Entry(N_("项目空间"), "/sites", _READERS),
            Entry(N_("排队统计"), "/queue/figures", frozenset({Role.HALL_MANAGER, Role.SUPERVISOR})),
            Entry(N_("续期提醒"), "/renewals", _READERS),
            Entry(N_("办事指南"), "/guides", _EVERYONE),
            Entry(N_("U 盘交换"), "/bundles", _CARRIERS),
            Entry(N_("标准符合性"), "/conformance", _EVERYONE),
            Entry(N_("处置手册"), "/runbook", _EVERYONE),
        ),
    ),
)

CITY_MENU: tuple[Group, ...] = (
    Group(
        N_("各厅"),
        (
            Entry(N_("同步"), "/", _CITY),
            Entry(N_("失联告警"), "/alerts", _CITY),
            Entry(N_("办件"), "/cases", _CITY),
            Entry(N_("移交在途"), "/transfers", _CITY),
            Entry(N_("给大厅的请求"), "/requests", _CITY),
            Entry(N_("冲突"), "/conflicts", _CITY),
            Entry(N_("入网审批"), "/enrolments", _CITY),
            Entry(N_("租约"), "/leases", _CITY),
            Entry(N_("号段"), "/numbers", _CITY),
            Entry(N_("U 盘交换"), "/bundles", _CITY),
            Entry(N_("处置手册"), "/runbook", _CITY),
        ),
    ),
)
