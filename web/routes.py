"""The whole URL table. A page is a module, a template, and one line here."""

from dataclasses import dataclass

from appliance.domain.actor import CASE_WORKERS
from web import guards
from web.guards import Access


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the table.

    Attributes:
        method: GET or POST; HEAD and OPTIONS are refused everywhere.
        path: Litestar path; parameters are ``{name:str}`` or ``{name:int}``.
        handler: ``module:function``, loaded when the application is made.
        access: who may come in.
        body_bytes_max: the largest request body that is read.
    """

    method: str
    path: str
    handler: str
    access: Access
    body_bytes_max: int = 1_000_000


# What the hall's and the city's applications share: signing in and out, the lock, the language, the files.
ACCOUNT: tuple[Route, ...] = (
    Route("GET", "/static/{path:path}", "web.pages.files:static", guards.PUBLIC),
    Route("GET", "/login", "web.pages.login:show", guards.PUBLIC),
    Route("POST", "/login", "web.pages.login:submit", guards.PUBLIC),
    Route("POST", "/login/renew", "web.pages.login:renew", guards.PUBLIC),
    Route("POST", "/language", "web.pages.login:language", guards.PUBLIC),
    Route("POST", "/logout", "web.pages.login:leave", guards.ACCOUNT),
    Route("POST", "/role", "web.pages.login:role", guards.SIGNED_IN),
    Route("POST", "/lock", "web.pages.lock:lock", guards.ACCOUNT),
    Route("POST", "/unlock", "web.pages.lock:unlock", guards.ACCOUNT),
    Route("GET", "/account/password", "web.pages.password:show", guards.ACCOUNT),
    Route("POST", "/account/password", "web.pages.password:submit", guards.ACCOUNT),
    Route("POST", "/frame/alive", "web.pages.home:alive", guards.SIGNED_IN),
    Route("GET", "/frame/link", "web.pages.home:link", guards.SIGNED_IN.quietly()),
)

# Where a form may carry scans. A ceiling for the request; the hall's own limit for one file is a setting.
UPLOAD_BYTES_MAX = 128 * 1024 * 1024

# A licence's PDF is a few hundred kilobytes; whoever sends one to be checked has not signed in.
LICENCE_BYTES_MAX = 4 * 1024 * 1024

# The window's intake 收件: from ticket to slip, drafts, the tray, and supplements 补正收件.
INTAKE: tuple[Route, ...] = (
    Route("GET", "/intake", "web.pages.intake:start", guards.INTAKE),
    Route("POST", "/intake", "web.pages.intake:begin", guards.INTAKE),
    Route("GET", "/intake/items", "web.pages.intake:items", guards.INTAKE),
    Route("GET", "/drafts", "web.pages.intake:list_drafts", guards.INTAKE),
    Route("POST", "/drafts/{draft:str}/discard", "web.pages.intake:discard", guards.INTAKE),
    Route("GET", "/intake/{draft:str}", "web.pages.intake_form:show", guards.INTAKE),
    Route("POST", "/intake/{draft:str}/save", "web.pages.intake_form:save", guards.INTAKE, UPLOAD_BYTES_MAX),
    Route("POST", "/intake/{draft:str}/field/{name:str}", "web.pages.intake_form:leave_field", guards.INTAKE),
    Route("GET", "/intake/{draft:str}/known", "web.pages.intake_known:show", guards.CLERKS),
    Route("POST", "/intake/{draft:str}/known", "web.pages.intake_known:take_over", guards.CLERKS, UPLOAD_BYTES_MAX),
    Route("POST", "/intake/{draft:str}/materials", "web.pages.intake_form:materials", guards.INTAKE, UPLOAD_BYTES_MAX),
    Route(
        "POST",
        "/intake/{draft:str}/tray/{code:str}",
        "web.pages.intake_form:from_tray",
        guards.INTAKE,
        UPLOAD_BYTES_MAX,
    ),
    Route(
        "POST",
        "/intake/{draft:str}/scans/{code:str}/{sha:str}/remove",
        "web.pages.intake_form:remove",
        guards.INTAKE,
        UPLOAD_BYTES_MAX,
    ),
    Route("GET", "/intake/{draft:str}/scans/{sha:str}", "web.pages.intake_form:look", guards.INTAKE),
    Route("GET", "/intake/{draft:str}/check", "web.pages.intake_submit:check_page", guards.CLERKS),
    Route("POST", "/intake/{draft:str}/check", "web.pages.intake_submit:check", guards.CLERKS, UPLOAD_BYTES_MAX),
    Route("POST", "/intake/{draft:str}/receive", "web.pages.intake_submit:receive", guards.CLERKS),
    Route("POST", "/intake/{draft:str}/renew", "web.pages.intake_submit:renew", guards.INTAKE),
    Route("GET", "/joints/{no:str}/received", "web.pages.joint_list:received", guards.CLERKS),
    Route("GET", "/cases/{no:str}/received", "web.pages.intake_submit:received", guards.CLERKS),
    Route("GET", "/tray", "web.pages.tray:show", guards.INTAKE),
    Route("GET", "/tray/{number:int}", "web.pages.tray:look", guards.INTAKE),
    Route("POST", "/tray/{number:int}/discard", "web.pages.tray:discard", guards.INTAKE),
    Route("GET", "/supplement", "web.pages.supplement:show_list", guards.CLERKS),
    Route("GET", "/supplement/{no:str}", "web.pages.supplement:show", guards.CLERKS),
    Route("POST", "/supplement/{no:str}", "web.pages.supplement:submit", guards.CLERKS, UPLOAD_BYTES_MAX),
    Route("GET", "/supplement/{no:str}/done", "web.pages.supplement:done", guards.CLERKS),
    Route("POST", "/supplement/{no:str}/save", "web.pages.supplement:save", guards.CLERKS, UPLOAD_BYTES_MAX),
    Route("POST", "/supplement/{no:str}/materials", "web.pages.supplement:materials", guards.CLERKS, UPLOAD_BYTES_MAX),
    Route(
        "POST",
        "/supplement/{no:str}/tray/{code:str}",
        "web.pages.supplement:from_tray",
        guards.CLERKS,
        UPLOAD_BYTES_MAX,
    ),
    Route(
        "POST",
        "/supplement/{no:str}/scans/{code:str}/{sha:str}/remove",
        "web.pages.supplement:remove",
        guards.CLERKS,
        UPLOAD_BYTES_MAX,
    ),
    Route("GET", "/supplement/{no:str}/scans/{sha:str}", "web.pages.supplement:look", guards.CLERKS),
)

# Everything after intake: the work desk, the case, its steps, its proofs.
CASEWORK: tuple[Route, ...] = (
    Route("GET", "/", "web.pages.work:home", guards.SIGNED_IN),
    Route("GET", "/work", "web.pages.work:show", guards.CASE_READERS),
    Route("GET", "/cases", "web.pages.cases:show", guards.CASE_READERS),
    Route("GET", "/joints", "web.pages.joint_list:show", guards.CASE_READERS),
    Route("GET", "/sites", "web.pages.sites:show", guards.CASE_READERS),
    Route("GET", "/joints/{no:str}", "web.pages.joint_page:show", guards.CASE_READERS),
    Route("GET", "/joints/{no:str}/acts/{act:str}", "web.pages.joint_acts:show", guards.JOINT_ACTS),
    Route(
        "POST", "/joints/{no:str}/acts/{act:str}", "web.pages.joint_acts:submit", guards.JOINT_ACTS, UPLOAD_BYTES_MAX
    ),
    Route("GET", "/renewals", "web.pages.renewals:show", guards.CASE_READERS),
    Route("GET", "/absences", "web.pages.absences:show", guards.ARRANGERS),
    Route("POST", "/absences", "web.pages.absences:register", guards.ARRANGERS),
    Route("POST", "/absences/end", "web.pages.absences:end", guards.ARRANGERS),
    Route("GET", "/delegations", "web.pages.delegations:show", guards.DELEGATIONS),
    Route("POST", "/delegations", "web.pages.delegations:give", guards.ONLY_APPROVERS),
    Route("POST", "/delegations/revoke", "web.pages.delegations:revoke", guards.ONLY_APPROVERS),
    Route("GET", "/fallback", "web.pages.fallback:show", guards.FALLBACK),
    Route("POST", "/fallback/begin", "web.pages.fallback:begin", guards.FALLBACK),
    Route("POST", "/fallback/end", "web.pages.fallback:end", guards.FALLBACK),
    Route("POST", "/fallback/pads", "web.pages.fallback:print_pad", guards.FALLBACK),
    Route("GET", "/fallback/pads/{first:str}", "web.pages.fallback:pad", guards.FALLBACK),
    Route("POST", "/fallback/enter", "web.pages.fallback:enter", guards.CLERKS),
    Route("GET", "/fallback/{no:str}", "web.pages.fallback:review", guards.FALLBACK),
    Route("POST", "/fallback/{no:str}/confirm", "web.pages.fallback:confirm", guards.FALLBACK),
    Route("POST", "/fallback/{no:str}/return", "web.pages.fallback:give_back", guards.FALLBACK),
    Route("POST", "/fallback/{no:str}/again", "web.pages.fallback:again", guards.CLERKS),
    Route("GET", "/handovers", "web.pages.handovers:show", guards.HANDOVERS),
    Route("GET", "/handovers/{no:str}/{number:int}", "web.pages.handovers:show_take", guards.INTAKE),
    Route("POST", "/handovers/{no:str}/{number:int}", "web.pages.handovers:take", guards.INTAKE),
    Route("GET", "/numbers", "web.pages.numbers:show", guards.KEEPERS_OF_NUMBERS),
    Route("POST", "/numbers", "web.pages.numbers:submit", guards.KEEPERS_OF_NUMBERS),
    Route("GET", "/transfers", "web.pages.transfers:show", guards.HANDOVERS),
    Route("GET", "/transfers/{no:str}", "web.pages.transfers:show_take", guards.INTAKE),
    Route("POST", "/transfers/{no:str}", "web.pages.transfers:take", guards.INTAKE),
    Route("GET", "/cases/{no:str}/transfer", "web.pages.transfers:show_give", guards.HANDOVERS),
    Route("POST", "/cases/{no:str}/transfer", "web.pages.transfers:give", guards.HANDOVERS),
    Route("GET", "/cases/{no:str}/handover", "web.pages.handovers:show_send", guards.INTAKE),
    Route("POST", "/cases/{no:str}/handover", "web.pages.handovers:send", guards.INTAKE),
    Route("GET", "/cases/{no:str}/originals", "web.pages.originals:show", guards.CLERKS),
    Route("POST", "/cases/{no:str}/originals", "web.pages.originals:submit", guards.CLERKS),
    Route("GET", "/shelf", "web.pages.shelf:show", guards.CLERKS),
    Route("POST", "/shelf/move", "web.pages.shelf:move", guards.CLERKS),
    Route("GET", "/calls", "web.pages.calls:show", guards.CLERKS),
    Route("POST", "/calls", "web.pages.calls:note", guards.CLERKS),
    Route("GET", "/supervision", "web.pages.supervision:show", guards.WATCHERS),
    Route("GET", "/supervision/urge", "web.pages.supervision_card:show_urge", guards.SUPERVISORS),
    Route("POST", "/supervision/urge", "web.pages.supervision_card:urge", guards.SUPERVISORS),
    Route("GET", "/supervision/{number:int}", "web.pages.supervision_card:show", guards.WATCHERS),
    Route("GET", "/supervision/{number:int}/paper.pdf", "web.pages.supervision_card:paper", guards.WATCHERS),
    Route("POST", "/supervision/{number:int}/receive", "web.pages.supervision_card:receive", guards.ANSWERERS),
    Route("POST", "/supervision/{number:int}/reply", "web.pages.supervision_card:answer", guards.ANSWERERS),
    Route("POST", "/supervision/{number:int}/settle", "web.pages.supervision_card:settle", guards.SUPERVISORS),
    Route("GET", "/complaints", "web.pages.complaints:show", guards.COMPLAINTS),
    Route("GET", "/complaints/new", "web.pages.complaints:show_new", guards.REGISTRARS),
    Route("POST", "/complaints/new", "web.pages.complaints:register", guards.REGISTRARS),
    Route("GET", "/complaints/{no:str}", "web.pages.complaints:show_one", guards.COMPLAINTS),
    Route("GET", "/complaints/{no:str}/receipt.pdf", "web.pages.complaints:receipt", guards.COMPLAINTS),
    Route("GET", "/complaints/{no:str}/reply.pdf", "web.pages.complaints:replied", guards.COMPLAINTS),
    Route("POST", "/complaints/{no:str}/admit", "web.pages.complaints:admit", guards.SUPERVISORS),
    Route("POST", "/complaints/{no:str}/reassign", "web.pages.complaints:reassign", guards.SUPERVISORS),
    Route("POST", "/complaints/{no:str}/reject", "web.pages.complaints:reject", guards.SUPERVISORS),
    Route("POST", "/complaints/{no:str}/extend", "web.pages.complaints:extend", guards.SUPERVISORS),
    Route("POST", "/complaints/{no:str}/answer", "web.pages.complaints:answer", guards.INVESTIGATORS),
    Route("GET", "/personal-data", "web.pages.personal_data:show", guards.PERSONAL_DATA),
    Route("GET", "/personal-data/new", "web.pages.personal_data:show_new", guards.PII_REGISTRARS),
    Route("POST", "/personal-data/new", "web.pages.personal_data:register", guards.PII_REGISTRARS),
    Route("GET", "/personal-data/{no:str}", "web.pages.personal_data:show_one", guards.PERSONAL_DATA),
    Route("GET", "/personal-data/{no:str}/notice.pdf", "web.pages.personal_data:notice", guards.PERSONAL_DATA),
    Route("POST", "/personal-data/{no:str}/propose", "web.pages.personal_data:propose", guards.PII_DECIDERS),
    Route("POST", "/personal-data/{no:str}/confirm", "web.pages.personal_data:confirm", guards.PII_DECIDERS),
    Route("POST", "/personal-data/{no:str}/see", "web.pages.personal_data:see", guards.PII_READERS),
    Route("POST", "/complaints/{no:str}/close", "web.pages.complaints:close", guards.SUPERVISORS),
    Route("GET", "/seals", "web.pages.seals:show", guards.SEALS),
    Route("POST", "/seals", "web.pages.seals:request", guards.SEAL_KEEPERS),
    Route("GET", "/seals/{no:str}", "web.pages.seal_page:show", guards.SEALS),
    Route("GET", "/seals/{no:str}/letter", "web.pages.seal_page:letter", guards.SEALS),
    Route("POST", "/seals/{no:str}/approve", "web.pages.seal_page:approve", guards.SEAL_APPROVERS),
    Route("POST", "/seals/{no:str}/reject", "web.pages.seal_page:reject", guards.SEAL_APPROVERS),
    Route("POST", "/seals/{no:str}/make", "web.pages.seal_page:make", guards.SYSADMIN),
    Route("POST", "/seals/{no:str}/issue", "web.pages.seal_page:issue", guards.SECADMIN),
    Route("POST", "/seals/{no:str}/authorise", "web.pages.seal_page:authorise", guards.SEAL_KEEPERS),
    Route("POST", "/seals/{no:str}/end", "web.pages.seal_page:end_grant", guards.SEAL_KEEPERS),
    Route("POST", "/seals/{no:str}/lose", "web.pages.seal_page:lose", guards.SEAL_MASTERS),
    Route("POST", "/seals/{no:str}/condemn", "web.pages.seal_page:condemn", guards.SEAL_KEEPERS),
    Route("POST", "/seals/{no:str}/destroy", "web.pages.seal_page:destroy", guards.SECADMIN),
    Route("POST", "/seals/{no:str}/spare", "web.pages.seal_page:spare", guards.SECADMIN),
    Route("GET", "/city-requests", "web.pages.city_requests:show", guards.ASKED),
    Route("GET", "/city-requests/{command:str}", "web.pages.city_requests:show_one", guards.ASKED),
    Route("GET", "/city-requests/{command:str}/files/{sha:str}", "web.pages.city_requests:look", guards.ASKED),
    Route("POST", "/city-requests/{command:str}/do", "web.pages.city_requests:carry_out", guards.ASKED),
    Route("POST", "/city-requests/{command:str}/refuse", "web.pages.city_requests:refuse", guards.ASKED),
    Route("GET", "/conflicts", "web.pages.conflicts:show", guards.RESOLVERS),
    Route("GET", "/conflicts/{conflict:str}", "web.pages.conflicts:show_one", guards.RESOLVERS),
    Route("POST", "/conflicts/{conflict:str}", "web.pages.conflicts:resolve", guards.RESOLVERS),
    Route("GET", "/reassign", "web.pages.reassign:show", guards.ARRANGERS),
    Route("POST", "/reassign", "web.pages.reassign:submit", guards.ARRANGERS),
    Route("GET", "/cases/{no:str}", "web.pages.case_page:show", guards.CASE_READERS),
    Route("POST", "/cases/{no:str}/numbers", "web.pages.case_page:reveal", guards.CASE_READERS),
    Route("GET", "/cases/{no:str}/files/{sha256:str}", "web.pages.case_page:scan", guards.only(*CASE_WORKERS)),
    Route("GET", "/cases/{no:str}/entries/{index:int}/verify", "web.pages.verify_entry:show", guards.CASE_READERS),
    Route("GET", "/cases/{no:str}/entries/{index:int}/proof", "web.pages.verify_entry:download", guards.CASE_READERS),
    Route("GET", "/cases/{no:str}/withdraw", "web.pages.withdraw:show", guards.CLERKS),
    Route("POST", "/cases/{no:str}/withdraw", "web.pages.withdraw:submit", guards.CLERKS, UPLOAD_BYTES_MAX),
    Route("GET", "/cases/{no:str}/acts/{act:str}", "web.pages.procedures:show", guards.PROCEDURES),
    Route("POST", "/cases/{no:str}/acts/{act:str}", "web.pages.procedures:submit", guards.PROCEDURES),
    Route("GET", "/cases/{no:str}/onsite", "web.pages.mending:show_onsite", guards.CLERKS),
    Route("POST", "/cases/{no:str}/onsite", "web.pages.mending:onsite", guards.CLERKS, UPLOAD_BYTES_MAX),
    Route("GET", "/cases/{no:str}/amend", "web.pages.mending:show_amend", guards.INTAKE),
    Route("POST", "/cases/{no:str}/amend", "web.pages.mending:amend", guards.INTAKE),
    Route("GET", "/cases/{no:str}/request", "web.pages.requests:show_ask", guards.HANDLERS),
    Route("POST", "/cases/{no:str}/request", "web.pages.requests:ask", guards.HANDLERS),
    Route("GET", "/cases/{no:str}/requested", "web.pages.requests:show_take", guards.CLERKS),
    Route("POST", "/cases/{no:str}/requested", "web.pages.requests:take", guards.CLERKS, UPLOAD_BYTES_MAX),
    Route("GET", "/cases/{no:str}/above", "web.pages.above:show", guards.CLERKS),
    Route("GET", "/cases/{no:str}/tolerated", "web.pages.tolerated:show", guards.CLERKS),
    Route("POST", "/cases/{no:str}/tolerated", "web.pages.tolerated:take", guards.CLERKS, UPLOAD_BYTES_MAX),
    Route("POST", "/cases/{no:str}/above", "web.pages.above:submit", guards.CLERKS, UPLOAD_BYTES_MAX),
    Route("GET", "/cases/{no:str}/widen", "web.pages.widen:show", guards.REVIEWERS),
    Route("POST", "/cases/{no:str}/widen", "web.pages.widen:submit", guards.REVIEWERS),
    Route("GET", "/cases/{no:str}/proposal", "web.pages.proposal:show", guards.PROPOSALS),
    Route("POST", "/cases/{no:str}/proposal/confirm", "web.pages.proposal:confirm", guards.PROPOSALS),
    Route("POST", "/cases/{no:str}/proposal/drop", "web.pages.proposal:drop", guards.PROPOSALS),
    Route("POST", "/intake/{draft:str}/spot", "web.pages.spot:submit", guards.HANDLERS, UPLOAD_BYTES_MAX),
    Route("GET", "/cases/{no:str}/spot", "web.pages.spot:show", guards.HANDLERS.quietly()),
    Route("GET", "/prereview/{no:str}", "web.pages.prereview:show", guards.HANDLERS),
    Route("POST", "/prereview/{no:str}", "web.pages.prereview:submit", guards.HANDLERS),
    Route("POST", "/prereview/{no:str}/take", "web.pages.prereview:take", guards.HANDLERS),
    Route("GET", "/review/{no:str}", "web.pages.review:show", guards.DECIDERS),
    Route("POST", "/review/{no:str}", "web.pages.review:submit", guards.DECIDERS),
    Route("GET", "/issuance", "web.pages.issuance:shelf", guards.CLERKS),
    Route("GET", "/issuance/{no:str}", "web.pages.issuance:show", guards.INTAKE),
    Route("POST", "/issuance/{no:str}/produce", "web.pages.issuance:produce", guards.INTAKE),
    Route("POST", "/issuance/{no:str}/hand-over", "web.pages.issuance:hand_over", guards.INTAKE),
)

# What anyone may ask who holds a receipt: no account, no session.
PUBLIC: tuple[Route, ...] = (
    Route("GET", "/kiosk", "web.pages.kiosk:home", guards.TERMINAL),
    Route("GET", "/kiosk/{item:str}", "web.pages.kiosk:begin", guards.TERMINAL),
    Route("GET", "/kiosk/{item:str}/form", "web.pages.kiosk:fill", guards.TERMINAL),
    Route("POST", "/kiosk/{item:str}/form", "web.pages.kiosk:submit", guards.TERMINAL, UPLOAD_BYTES_MAX),
    Route("POST", "/kiosk/slip", "web.pages.kiosk:slip", guards.TERMINAL),
    Route("GET", "/submissions", "web.pages.submissions:waiting", guards.INTAKE),
    Route("POST", "/submissions/{no:str}", "web.pages.submissions:take", guards.INTAKE),
    Route("GET", "/status", "web.pages.public_status:show", guards.PUBLIC),
    Route("POST", "/status", "web.pages.public_status:ask", guards.PUBLIC),
    Route("GET", "/verify", "web.pages.public_verify:show", guards.PUBLIC),
    Route("POST", "/verify", "web.pages.public_verify:check", guards.PUBLIC, LICENCE_BYTES_MAX),
)

# 排队叫号: tickets at terminals and desks, calls at windows, the screen on the wall, figures for the manager.
QUEUE: tuple[Route, ...] = (
    Route("GET", "/kiosk/ticket", "web.pages.queue_draw:show", guards.TERMINAL),
    Route("POST", "/kiosk/ticket", "web.pages.queue_draw:take", guards.TERMINAL),
    Route("POST", "/kiosk/ticket/slip", "web.pages.queue_draw:slip", guards.TERMINAL),
    Route("GET", "/screen", "web.pages.queue_screen:show", guards.TERMINAL),
    Route("GET", "/screen/stream", "web.pages.queue_screen:stream", guards.TERMINAL),
    Route("GET", "/screen/feed", "web.pages.queue_screen:feed", guards.TERMINAL),
    Route("GET", "/queue", "web.pages.queue:show", guards.INTAKE),
    Route("GET", "/queue/line", "web.pages.queue:line", guards.INTAKE.quietly()),
    Route("POST", "/queue/call", "web.pages.queue:call", guards.INTAKE),
    Route("POST", "/queue/window", "web.pages.queue:set_window", guards.INTAKE),
    Route("GET", "/queue/draw", "web.pages.queue_draw:show_desk", guards.TICKETS),
    Route("POST", "/queue/draw", "web.pages.queue_draw:take_desk", guards.TICKETS),
    Route("GET", "/queue/slips/{ticket:int}/slip.pdf", "web.pages.queue_draw:slip_desk", guards.TICKETS),
    Route("GET", "/queue/figures", "web.pages.queue_figures:show", guards.QUEUE_READERS),
    Route("POST", "/queue/{ticket:int}/finish", "web.pages.queue:finish", guards.INTAKE),
    Route("POST", "/queue/{ticket:int}/transfer", "web.pages.queue:transfer", guards.INTAKE),
    Route("POST", "/queue/{ticket:int}/{act:str}", "web.pages.queue:move", guards.INTAKE),
)

# What the hall's own condition asks of people.
UPKEEP: tuple[Route, ...] = (
    Route("GET", "/clock", "web.pages.clock:show", guards.SIGNED_IN),
    Route("POST", "/clock", "web.pages.clock:submit", guards.SIGNED_IN),
)

# The three administrators' own pages: accounts, who looked at what, and nothing of any case.
ADMINISTRATION: tuple[Route, ...] = (
    Route("GET", "/access", "web.pages.access:show", guards.ACCESS_READERS),
    Route("GET", "/staff", "web.pages.staff:show_list", guards.ADMINS),
    Route("GET", "/staff/new", "web.pages.staff:show_new", guards.SYSADMIN),
    Route("POST", "/staff/new", "web.pages.staff:create", guards.SYSADMIN),
    Route("GET", "/staff/{number:str}", "web.pages.staff:show", guards.ADMINS),
    Route("POST", "/staff/{number:str}", "web.pages.staff:propose", guards.ADMINS),
    Route("POST", "/staff/{number:str}/confirm", "web.pages.staff_settle:confirm", guards.ADMINS),
    Route("POST", "/staff/{number:str}/drop", "web.pages.staff_settle:drop", guards.ADMINS),
)

# Bundles 数据包 carried on a stick.
BUNDLES: tuple[Route, ...] = (
    Route("GET", "/bundles", "web.pages.bundles:show", guards.CARRIERS),
    Route("GET", "/bundles/work", "web.pages.bundles:progress", guards.CARRIERS.quietly()),
    Route("POST", "/bundles/export", "web.pages.bundles:export", guards.CARRIERS),
    Route("POST", "/bundles/import", "web.pages.bundles:take_in", guards.CARRIERS, UPLOAD_BYTES_MAX),
    Route("GET", "/bundles/out/{name:str}", "web.pages.bundles:download", guards.CARRIERS),
)

# 处置手册: the same pages at a hall and at the city.
RUNBOOK: tuple[Route, ...] = (
    Route("GET", "/runbook", "web.pages.runbook:show", guards.SIGNED_IN),
    Route("GET", "/runbook/{topic:str}", "web.pages.runbook:show_one", guards.SIGNED_IN),
)

HALL: tuple[Route, ...] = (
    *ACCOUNT,
    *RUNBOOK,
    *PUBLIC,
    *QUEUE,
    *UPKEEP,
    *ADMINISTRATION,
    *CASEWORK,
    *INTAKE,
    *BUNDLES,
    Route("GET", "/papers/{no:str}/{kind:str}", "web.pages.papers:show", guards.only(*CASE_WORKERS)),
    Route("GET", "/papers/{no:str}/{kind:str}/{name:str}", "web.pages.papers:file", guards.only(*CASE_WORKERS)),
    Route("POST", "/papers/{no:str}/{kind:str}/slip", "web.pages.slip:print_slip", guards.only(*CASE_WORKERS)),
    Route("POST", "/papers/{no:str}/{kind:str}/print", "web.pages.papers:print_out", guards.only(*CASE_WORKERS)),
    Route("POST", "/papers/{no:str}/{kind:str}/reprint", "web.pages.papers:reprint", guards.only(*CASE_WORKERS)),
    Route("GET", "/guides", "web.pages.guide:listing", guards.SIGNED_IN),
    Route("GET", "/guides/{code:str}", "web.pages.guide:show", guards.SIGNED_IN),
    Route("GET", "/guides/{code:str}/file.pdf", "web.pages.guide:file", guards.SIGNED_IN),
    Route("GET", "/conformance", "web.pages.conformance:show", guards.SIGNED_IN),
)

CITY: tuple[Route, ...] = (
    *ACCOUNT,
    *RUNBOOK,
    Route("GET", "/bundles", "web.pages.bundles:show_city", guards.CITY),
    Route("GET", "/bundles/work", "web.pages.bundles:progress", guards.CITY.quietly()),
    Route("POST", "/bundles/export", "web.pages.bundles:export_city", guards.CITY),
    Route("POST", "/bundles/import", "web.pages.bundles:take_in_city", guards.CITY, UPLOAD_BYTES_MAX),
    Route("GET", "/bundles/out/{name:str}", "web.pages.bundles:download", guards.CITY),
    Route("GET", "/", "web.pages.city_board:show", guards.CITY),
    Route("GET", "/board/stream", "web.pages.city_board:stream", guards.CITY.quietly()),
    Route("GET", "/halls/{code:str}", "web.pages.city_hall:show", guards.CITY),
    Route("GET", "/cases", "web.pages.city_cases:show", guards.CITY),
    Route("GET", "/enrolments", "web.pages.city_enrolments:show", guards.CITY),
    Route("GET", "/enrolments/{request_id:str}", "web.pages.city_enrolments:show_one", guards.CITY),
    Route("POST", "/enrolments/{request_id:str}", "web.pages.city_enrolments:approve", guards.CITY_OFFICERS),
    Route("GET", "/leases", "web.pages.city_enrolments:leases", guards.CITY),
    Route("GET", "/numbers", "web.pages.city_numbers:show", guards.CITY),
    Route("POST", "/numbers", "web.pages.city_numbers:submit", guards.CITY_OPERATORS),
    Route("GET", "/transfers", "web.pages.city_transfers:show", guards.CITY),
    Route("GET", "/alerts", "web.pages.city_alerts:show", guards.CITY),
    Route("GET", "/alerts/{code:str}", "web.pages.city_alerts:show_one", guards.CITY),
    Route("POST", "/alerts/{code:str}", "web.pages.city_alerts:accept", guards.CITY_OPERATORS),
    Route("GET", "/requests", "web.pages.city_requests:show_city", guards.CITY),
    Route("POST", "/requests", "web.pages.city_requests:ask", guards.CITY_OPERATORS),
    Route("GET", "/conflicts", "web.pages.conflicts:show_city", guards.CITY),
    Route("GET", "/conflicts/{conflict:str}", "web.pages.conflicts:show_one_city", guards.CITY),
    Route("POST", "/conflicts/{conflict:str}", "web.pages.conflicts:resolve_city", guards.CITY_OPERATORS),
)
