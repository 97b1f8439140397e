"""Who may open a route: said on its line in `web.routes`, checked here before anything else runs.

A route without a word about access is refused (fail closed). HEAD and OPTIONS pass the same guard: it hangs on the
application, so also on the OPTIONS handlers that Litestar makes by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from litestar import Litestar
from litestar.routes import HTTPRoute

from appliance.domain import city_commands, complaints, conflicts, seals
from appliance.domain.actor import ADMINISTRATORS, Role
from appliance.domain.decide import personal_data
from appliance.domain.decide.numbers import KEEPERS

OPT = "access"


@dataclass(frozen=True, slots=True)
class Access:
    """The rule of one route.

    Attributes:
        roles: roles that may come in; empty for a public route.
        public: anyone may, without signing in.
        while_locked: open also while the screen is locked or the password must be changed (unlock, sign out).
        quiet: a page's own polling; it does not count as a person's act, so the idle lock still comes.
        terminal: only from a self-service terminal of the hall (`web.visit.Site.terminals`).
    """

    roles: frozenset[Role]
    public: bool = False
    while_locked: bool = False
    quiet: bool = False
    terminal: bool = False

    def quietly(self) -> "Access":
        """Give the same rule for a route that pages poll by themselves."""
        return replace(self, quiet=True)


def only(*roles: Role) -> Access:
    """Let these roles in."""
    return Access(frozenset(roles))


PUBLIC = Access(frozenset(), public=True)
TERMINAL = replace(PUBLIC, terminal=True)
_PERSONS = frozenset(Role) - {Role.SYSTEM, Role.APPLICANT}

# 三员分立: whoever may open case pages is on this list, and no administrator is (domain §2.6).
STAFF = Access(_PERSONS - ADMINISTRATORS - {Role.CITY_OPERATOR, Role.CITY_OFFICER})
CLERKS = only(Role.WINDOW_CLERK)
JOINT_ACTS = only(Role.WINDOW_CLERK, Role.CASE_HANDLER, Role.DEPT_HEAD)
INTAKE = only(Role.WINDOW_CLERK, Role.CASE_HANDLER)
# 纸质应急: who declares it, prints pads, enters and compares.
FALLBACK = only(Role.WINDOW_CLERK, Role.HALL_MANAGER)
# 材料交接: who carries, and the manager who sees what is late.
KEEPERS_OF_NUMBERS = only(*KEEPERS)
HANDOVERS = only(Role.WINDOW_CLERK, Role.CASE_HANDLER, Role.HALL_MANAGER)
# 排队: who draws a ticket for somebody, and who reads the figures of waiting and handling.
TICKETS = only(Role.GUIDE, Role.WINDOW_CLERK, Role.CASE_HANDLER, Role.HALL_MANAGER)
QUEUE_READERS = only(Role.HALL_MANAGER, Role.SUPERVISOR)
HANDLERS = only(Role.CASE_HANDLER)
# Who arranges absences and passes cases on; a handler only his own.
ARRANGERS = only(Role.CASE_HANDLER, Role.REVIEWER, Role.HALL_MANAGER)
# 即办授权: approvers give and take them back, handlers see their own.
DELEGATIONS = only(Role.APPROVER, Role.CASE_HANDLER)
ONLY_APPROVERS = only(Role.APPROVER)
# 监察预警: supervisors, those who answer for a department or the hall, and handlers what is on their own watch.
WATCHERS = only(Role.SUPERVISOR, Role.HALL_MANAGER, Role.DEPT_HEAD, Role.REVIEWER, Role.CASE_HANDLER)
ANSWERERS = only(Role.CASE_HANDLER, Role.REVIEWER, Role.DEPT_HEAD)
SUPERVISORS = only(Role.SUPERVISOR)
# 投诉: who may write one down, who may be asked to inquire; which one, the rules say.
REGISTRARS = only(*complaints.REGISTRARS)
INVESTIGATORS = only(*complaints.INVESTIGATORS)
COMPLAINTS = only(*complaints.READERS)
# 个人信息请求: who writes one down, who weighs and decides, who may still see what is restricted.
PII_REGISTRARS = only(*personal_data.REGISTRARS)
PII_DECIDERS = only(*personal_data.DECIDERS)
PII_READERS = only(*personal_data.READERS)
PERSONAL_DATA = only(*personal_data.REGISTRARS, *personal_data.READERS)
REVIEWERS = only(Role.REVIEWER)
# 印章: who keeps and uses them, who approves and administers, who looks at their uses; whose seal it is, the rules say.
SEALS = only(*seals.READERS)
SEAL_KEEPERS = only(*seals.KEEPERS)
SEAL_MASTERS = only(*seals.KEEPERS, Role.SECADMIN)
SEAL_APPROVERS = only(Role.DEPT_HEAD, Role.HALL_MANAGER, Role.SECADMIN)
APPROVERS = only(Role.APPROVER, Role.DEPT_HEAD)
DECIDERS = only(Role.CASE_HANDLER, Role.REVIEWER, Role.APPROVER, Role.DEPT_HEAD)
# Acts beside the main road: who may do or propose one, and who may be the second of two persons.
PROCEDURES = only(Role.WINDOW_CLERK, Role.CASE_HANDLER, Role.REVIEWER, Role.APPROVER, Role.DEPT_HEAD)
PROPOSALS = only(Role.WINDOW_CLERK, Role.CASE_HANDLER, Role.REVIEWER, Role.HALL_MANAGER)
CASE_READERS = only(
    Role.GUIDE,
    Role.WINDOW_CLERK,
    Role.CASE_HANDLER,
    Role.REVIEWER,
    Role.APPROVER,
    Role.DEPT_HEAD,
    Role.SUPERVISOR,
    Role.HALL_MANAGER,
    Role.ARCHIVIST,
)
ADMINS = Access(ADMINISTRATORS)
SYSADMIN = only(Role.SYSADMIN)
SECADMIN = only(Role.SECADMIN)
AUDITOR = only(Role.AUDITOR)
# Who may carry: a bundle is encrypted, and its page holds no case.
CARRIERS = only(Role.WINDOW_CLERK, Role.HALL_MANAGER)
# 查看记录: who saw whose data; the system administrator, who could change the file, does not read it here.
ACCESS_READERS = only(Role.AUDITOR, Role.SECADMIN)
# 来自市平台的请求 and 冲突: those who answer one kind or another; which, the rules say.
ASKED = only(*city_commands.ANSWERERS)
RESOLVERS = only(*conflicts.RESOLVERS)
CITY_OPERATORS = only(Role.CITY_OPERATOR)
CITY_OFFICERS = only(Role.CITY_OFFICER)
CITY = only(Role.CITY_OPERATOR, Role.CITY_OFFICER)
# Everyone who is signed in, administrators too: for pages that hold no case.
SIGNED_IN = Access(_PERSONS)
ACCOUNT = Access(_PERSONS, while_locked=True)


def unguarded(application: Litestar) -> Iterable[str]:
    """Name each route handler (method and path) that carries no rule; the tests want none.

    The OPTIONS handlers that Litestar adds carry none by nature; `web.app` refuses that method as a whole.
    """
    for route in application.routes:
        if not isinstance(route, HTTPRoute):
            yield f"{route.scope_type.value} {route.path}"
            continue
        for handler in route.route_handlers:
            methods = sorted(str(method) for method in handler.http_methods)
            if methods != ["OPTIONS"] and not isinstance(handler.opt.get(OPT), Access):
                yield f"{'/'.join(methods)} {route.path}"


def access_of(opt: dict[str, Any]) -> Access | None:
    """Give the rule that a handler carries, or None."""
    rule = opt.get(OPT)
    return rule if isinstance(rule, Access) else None
