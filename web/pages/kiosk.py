"""自助申报 at a terminal of the hall (clause 4.3.3.2): whoever stands there applies without a window and takes a slip.

Nothing is kept before the application is handed in: what was typed lives in the page, files in the content-addressed
store, named by a value that only this server can have made. Three steps, each one page, so that no script is needed:
the item, what decides the form, the form.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

import msgspec
from litestar import Response
from litestar.datastructures import FormMultiDict, UploadFile

from appliance.domain.actor import KIOSK
from appliance.domain.item_terms import Necessity, TaskState
from appliance.domain.service_item import ServiceItem
from appliance.errors import N_, Conflict, Invalid, NotFound, Refusal
from appliance.papers.client import RenderClient
from appliance.papers.document import Form
from appliance.projections import cases
from appliance.services import papers, uploads
from appliance.services.desk import Desk
from appliance.services.facts import ITEM_CHANGED
from appliance.services.intake import SubmitCase
from web import csrf
from web.pages import intake_draft as drafted
from web.pages import intake_fields as fields
from web.pages import public_status
from web.pages.intake import ItemLine, item_line, items_found
from web.pages.intake_draft import Content, Scan
from web.pages.intake_fields import FieldView
from web.pages.intake_form import FILE, add_scan, store_upload
from web.printing import send_pdf
from web.signin import nonce_cookie, with_nonce
from web.visit import Visit

NOTICE = 1
"""Version of the notice on personal information in ``kiosk/_notice.html``; a change of its words is a new version."""

SLIP = "submission_slip"
KEPT = "kept"
FILES_MAX = 30


class HomePage(msgspec.Struct, frozen=True):
    """Choose an item; `query` is what was searched for."""

    TEMPLATE: ClassVar[str] = "kiosk/home.html"
    lines: tuple[ItemLine, ...]
    query: str


class BeginPage(msgspec.Struct, frozen=True, kw_only=True):
    """What decides the form: the kind of applicant and the situation 情形; and what will be done with the data."""

    TEMPLATE: ClassVar[str] = "kiosk/begin.html"
    code: str
    title: str
    department: str
    views: tuple[FieldView, ...]
    materials: tuple[str, ...]
    hall: str
    phone: str


class MaterialLine(msgspec.Struct, frozen=True):
    """One material of the list, whether it will be brought, and the files that came along."""

    code: str
    name: str
    form: str
    required: bool
    brought: bool
    files: tuple[str, ...]
    error: str


class FormPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form."""

    TEMPLATE: ClassVar[str] = "kiosk/form.html"
    code: str
    title: str
    version: int
    back: str
    given: tuple[tuple[str, str], ...]
    applicant: tuple[FieldView, ...]
    agent: tuple[FieldView, ...]
    groups: tuple[tuple[str, tuple[FieldView, ...]], ...]
    materials: tuple[MaterialLine, ...]
    kept: str
    problems: dict[str, str]
    labels: dict[str, str]
    agreed: bool


class DonePage(msgspec.Struct, frozen=True, kw_only=True):
    """The application has its number. It is no acceptance, and says so."""

    TEMPLATE: ClassVar[str] = "kiosk/done.html"
    no: str
    code: str
    title: str
    bring: tuple[str, ...]
    missing: tuple[str, ...]
    due: str


class SlipForm(msgspec.Struct, frozen=True):
    """Number and query code, as the page after submission carries them."""

    no: str = ""
    code: str = ""


class Search(msgspec.Struct, frozen=True):
    """What the search box asks."""

    q: str = ""


@dataclass(frozen=True, slots=True)
class _Typed:
    """A post, read: its content, whether the notice was agreed to, and files that were refused, by field."""

    content: Content
    agreed: bool
    problems: dict[str, str]


def _open_item(desk: Desk, code: str) -> ServiceItem:
    item = desk.facts.items.current(desk.reader(), code)
    if item.task_state is not TaskState.ACTIVE:
        raise NotFound(
            N_("“%(item)s”现在不收件"), params={"item": item.task_name}, next_step=N_("请咨询服务台，或另选事项")
        )
    return item


def home(visit: Visit, desk: Desk) -> Response[str]:
    """List the items that can be applied for; search by name, code or initials."""
    current = [item for item in desk.facts.items.all_current(desk.reader()) if item.task_state is TaskState.ACTIVE]
    query = visit.query(Search).q.strip()[:60]
    found = items_found(current, query) if query else sorted(current, key=lambda item: item.catalog_code)
    return visit.show(HomePage(tuple(map(item_line, found)), query))


def _plain(view: FieldView) -> FieldView:
    """Leave out what asks the server while somebody types: a terminal's form goes as a whole."""
    return msgspec.structs.replace(view, checked=False, affects=False, key="")


def _content(item: ServiceItem, posted: FormMultiDict) -> Content:
    return Content(item.catalog_code, item.task_version, drafted.typed(posted))


def begin(visit: Visit, desk: Desk, item: str) -> Response[str]:
    """Ask what decides the form, and tell what will be done with personal data (个人信息保护法 art.17)."""
    chosen = _open_item(desk, item)
    content = _content(chosen, FormMultiDict(visit.request.query_params.multi_items()))
    first = fields.applicant_fields(content, chosen, {})[0]
    situation, _ = fields.form_fields(content, chosen, {})
    hall = desk.facts.hall
    page = BeginPage(
        code=chosen.catalog_code,
        title=chosen.task_name,
        department=chosen.dept_name,
        views=tuple(_plain(view) for view in (first, *situation)),
        materials=tuple(material.name for material in chosen.materials),
        hall=hall.name,
        phone=hall.consult_phone,
    )
    return visit.show(page)


def fill(visit: Visit, desk: Desk, item: str) -> Response[str]:
    """Show the form for the answers of the step before."""
    visit, cookies = with_nonce(visit)
    chosen = _open_item(desk, item)
    typed = _Typed(_content(chosen, FormMultiDict(visit.request.query_params.multi_items())), agreed=False, problems={})
    return visit.show(_page(visit, chosen, typed, {}), cookies=cookies)


def _deciding(item: ServiceItem) -> frozenset[str]:
    return frozenset({"applicant.kind", *(f"form.{name}" for name in fields.deciding(item))})


def _page(visit: Visit, item: ServiceItem, typed: _Typed, problems: Mapping[str, str]) -> FormPage:
    content = typed.content
    _, groups = fields.form_fields(content, item, problems)
    applicant = fields.applicant_fields(content, item, problems)
    agent = fields.agent_fields(content, problems) if drafted.has_agent(content.fields) else ()
    given = tuple(
        (name, value) for name, values in content.fields.items() if name in _deciding(item) for value in values
    )
    query = urlencode(given)
    return FormPage(
        code=item.catalog_code,
        title=item.task_name,
        version=content.version,
        back=f"/kiosk/{item.catalog_code}?{query}",
        given=given,
        applicant=tuple(_plain(view) for view in applicant if view.name != "applicant.kind"),
        agent=tuple(_plain(view) for view in agent),
        groups=tuple((name, tuple(_plain(view) for view in views)) for name, views in groups),
        materials=tuple(
            MaterialLine(
                code=material.code,
                name=material.name,
                form=drafted.usual_form(material),
                required=material.necessity is not Necessity.OPTIONAL,
                brought=bool(content.one(f"material.{material.code}")),
                files=tuple(scan.name for scan in content.scans.get(material.code, ())),
                error=problems.get(f"material.{material.code}", ""),
            )
            for material in drafted.listed(content, item)
        ),
        kept=_seal(visit, content),
        problems=dict(problems),
        labels={"notice": visit.text(N_("个人信息处理告知")), **fields.labels_of(item, (*applicant, *agent))},
        agreed=typed.agreed,
    )


def _seal(visit: Visit, content: Content) -> str:
    """Name the files that came along, so that a form shown again does not ask for them a second time."""
    told = tuple((code, msgspec.json.encode(scan).decode()) for code, held in content.scans.items() for scan in held)
    return csrf.pack(visit.front.secret, csrf.Carried(path="/kiosk", login="", fields=told)) if told else ""


def _unsealed(visit: Visit, content: Content) -> Content:
    value = visit.fields.get(KEPT, "")
    carried = csrf.unpack(visit.front.secret, value) if isinstance(value, str) else None
    if carried is None or carried.path != "/kiosk":
        return content
    for code, scan in carried.fields:
        content = add_scan(content, code, msgspec.json.decode(scan, type=Scan))
    return content


def has_token(visit: Visit) -> bool:
    """Tell whether a post comes from a page that this server gave to this browser."""
    given = visit.fields.get(csrf.FIELD, "")
    return nonce_cookie(visit.request) is not None and isinstance(given, str) and csrf.matches(visit.csrf, given)


def _attached(visit: Visit) -> list[tuple[str, UploadFile]]:
    """Give the files of a post with their fields' names."""
    return [
        (name, value)
        for name, value in visit.fields.multi_items()
        if name.startswith(FILE) and isinstance(value, UploadFile) and value.filename
    ]


async def _read(visit: Visit, desk: Desk, item: ServiceItem) -> _Typed:
    """Read the posted form and store its files."""
    content, problems = _unsealed(visit, _content(item, visit.fields)), dict[str, str]()
    for name, value in _attached(visit):
        code = name.removeprefix(FILE)
        try:
            if sum(map(len, content.scans.values())) >= FILES_MAX:
                raise Invalid(N_("一次最多 %(max)d 个文件"), params={"max": FILES_MAX})
            content = add_scan(content, code, await store_upload(desk, value))
        except Refusal as refusal:
            told = visit.text(refusal.message, **refusal.params), visit.text(refusal.next_step, **refusal.params)
            problems[f"material.{code}"] = "。".join(filter(None, told))
    return _Typed(content, "notice" in visit.fields, problems)


def _command(content: Content, item: ServiceItem, *, agreed: bool) -> SubmitCase:
    handed = (drafted.material_in(content, material) for material in drafted.listed(content, item))
    return SubmitCase(
        item_code=item.catalog_code,
        item_version=content.version,
        applicant=drafted.applicant(content, fields.kinds_of(item)),
        notice=NOTICE if agreed else 0,
        agent=drafted.agent(content),
        form=drafted.answers(content, item),
        materials=tuple(material for material in handed if material is not None),
    )


async def submit(visit: Visit, desk: Desk, item: str) -> Response[str]:
    """T02: hand the application in. The same form sent again gives the same number."""
    chosen = _open_item(desk, item)
    if not has_token(visit):
        visit, cookies = with_nonce(visit)
        typed = _Typed(_unsealed(visit, _content(chosen, visit.fields)), "notice" in visit.fields, {})
        again = visit.text(N_("附件要重新选择"))  # nothing is stored for a page that this server did not give out
        problems = {f"material.{name.removeprefix(FILE)}": again for name, _ in _attached(visit)}
        problems |= {"": visit.text(N_("这一页打开得太久了，请核对后再提交一次"))}
        return visit.show(_page(visit, chosen, typed, problems), status=Invalid.status, cookies=cookies)
    typed = await _read(visit, desk, chosen)
    if typed.problems:
        return visit.show(_page(visit, chosen, typed, typed.problems), status=Invalid.status)
    command = _command(typed.content, chosen, agreed=typed.agreed)
    try:
        uploads.check_stored(desk.store.blobs, (file for one in command.materials for file in one.files))
        done = await desk.submit(command, actor=KIOSK, key=visit.key)
    except Conflict as conflict:
        if conflict.code != ITEM_CHANGED:
            raise
        # The form of the newer version, with all that was typed.
        fresh = msgspec.structs.replace(typed.content, version=chosen.task_version)
        problems = {"": visit.text(conflict.message, **conflict.params)}
        page = _page(visit, chosen, _Typed(fresh, typed.agreed, {}), problems)
        return visit.show(page, status=Conflict.status)
    except Invalid as refusal:
        problems = visit.messages(refusal) or {"": visit.text(refusal.message, **refusal.params)}
        return visit.show(_page(visit, chosen, typed, problems), status=Invalid.status)
    return visit.show(_done(desk, str(done.result["case"])))


def _done(desk: Desk, no: str) -> DonePage:
    case = cases.find(desk.reader(), no)
    if case is None:
        raise NotFound(N_("没有编号为 %(no)s 的办件"), params={"no": no})
    item, clock = desk.facts.item_of(desk.reader(), case), case.clock("C1")
    names = {material.code: material.name for material in item.materials}
    return DonePage(
        no=case.no,
        code=case.query_code,
        title=case.item_name,
        bring=tuple(material.name for material in case.materials if not material.files),
        missing=tuple(names.get(code, code) for code in case.missing),
        due=clock.deadline.due if clock is not None else "",
    )


async def slip(visit: Visit, desk: Desk, render: RenderClient) -> Response[bytes]:
    """Give the slip 自助受理凭条 to whoever has just submitted and holds number and query code.

    Wrong codes count with those of 办件查询: five of them pause the number on both pages.
    """
    form = visit.form(SlipForm)
    if not has_token(visit):
        raise Refusal(
            N_("这一页打开得太久了，没有打印"),
            code="outdated",
            next_step=N_("请在“办件查询”里凭编号和查询码查看，或者到窗口请工作人员补打"),
        )
    no = form.no[:40]
    if public_status.paused(visit, desk, no):
        raise Refusal(public_status.TOO_OFTEN, code="too_often")
    case = cases.find(desk.reader(), no)
    fits = case is not None and csrf.matches(case.query_code, form.code[:20])
    await public_status.note(visit, no, fits=fits)
    if case is None or not fits:
        raise NotFound(N_("编号或者查询码不对，请照凭条核对；查询码是 6 位数字"))
    durable = desk.store.durable_size
    ref = papers.latest(desk.reader(), case.no, SLIP, durable)
    kind, paper, presentation = papers.build(desk.reader(), desk.facts, ref.id, durable)
    body = await render.render_async(paper, Form.PDF, presentation)
    return send_pdf(body, f"{kind.title}-{case.no}.pdf", attach=False)
