"""Who acts: the roles of the standard's people (domain reference §0.2) and the actor written into each entry."""

from enum import StrEnum

import msgspec


class Role(StrEnum):
    """Role codes; the Chinese names are in `ROLE_NAMES`."""

    APPLICANT = "applicant"
    GUIDE = "guide"
    WINDOW_CLERK = "window_clerk"
    CASE_HANDLER = "case_handler"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    DEPT_HEAD = "dept_head"
    DEPT_CATALOG_EDITOR = "dept_catalog_editor"
    CATALOG_ADMIN = "catalog_admin"
    SUPERVISOR = "supervisor"
    HALL_MANAGER = "hall_manager"
    ARCHIVIST = "archivist"
    CASHIER = "cashier"
    SYSADMIN = "sysadmin"
    SECADMIN = "secadmin"
    AUDITOR = "auditor"
    CITY_OPERATOR = "city_operator"
    CITY_OFFICER = "city_officer"
    SYSTEM = "system"


ROLE_NAMES: dict[Role, str] = {
    Role.APPLICANT: "申请人",
    Role.GUIDE: "导办员",
    Role.WINDOW_CLERK: "窗口工作人员",
    Role.CASE_HANDLER: "承办人",
    Role.REVIEWER: "审核人",
    Role.APPROVER: "批准人",
    Role.DEPT_HEAD: "行政机关负责人",
    Role.DEPT_CATALOG_EDITOR: "事项管理员",
    Role.CATALOG_ADMIN: "事项审核员",
    Role.SUPERVISOR: "监察员",
    Role.HALL_MANAGER: "大厅负责人",
    Role.ARCHIVIST: "档案员",
    Role.CASHIER: "收费员",
    Role.SYSADMIN: "系统管理员",
    Role.SECADMIN: "安全管理员",
    Role.AUDITOR: "审计管理员",
    Role.CITY_OPERATOR: "市级值守",
    Role.CITY_OFFICER: "市级审批员",
    Role.SYSTEM: "系统",
}

# 三员分立: none of the three may open or change a case (domain §2.6; the auditor reads logs).
ADMINISTRATORS = frozenset({Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR})

# Those whose task is a case, so that they see its personal data in full (domain §7.3, column 1).
CASE_WORKERS = frozenset(
    {Role.WINDOW_CLERK, Role.CASE_HANDLER, Role.REVIEWER, Role.APPROVER, Role.DEPT_HEAD},
)


class Actor(msgspec.Struct, frozen=True, omit_defaults=True):
    """The person, or the system itself, that a change is done by.

    Attributes:
        id: staff number 工号, ``system`` for what the appliance does on its own, or ``kiosk`` for an applicant at a
            terminal of the hall.
        role: the role acted in; one person may hold several and acts in one.
        window: window number, when the act was done at one.
    """

    id: str
    role: Role
    window: str | None = None


SYSTEM = Actor(id="system", role=Role.SYSTEM)
KIOSK = Actor(id="kiosk", role=Role.APPLICANT)  # whoever stands at a self-service terminal: no roster knows them
