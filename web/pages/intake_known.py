"""已有信息 at intake: what this hall knows of the applicant already, shown by its case and day, taken over by one key.

Only a clerk who has typed number and name of the applicant is told that there is something; values appear in the form
when he takes them over, and blank fields alone are filled. Cases of all departments are looked at, as a window may and
a handler who receives on the spot may not.
"""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain.service_item import ServiceItem
from appliance.errors import N_, NotFound
from appliance.services.desk import Desk
from appliance.services.known_subject import Known, known_of
from web.pages import intake_draft as drafted
from web.pages.intake_draft import Content, Scan
from web.pages.intake_fields import applicant_fields
from web.pages.intake_form import item_of, save_post
from web.visit import HTML, Visit

ELECTRONIC = "electronic"


class Offer(msgspec.Struct, frozen=True):
    """The card: where it comes from, which fields it would fill, which materials it would bring with their days."""

    TEMPLATE: ClassVar[str] = "intake/_known.html"
    draft: str
    no: str
    item: str
    on: str
    fields: tuple[str, ...]
    materials: tuple[tuple[str, str], ...]


def _known(visit: Visit, desk: Desk, content: Content, item: ServiceItem) -> Known | None:
    number = content.one("applicant.id_number").strip().upper()
    name = content.one("applicant.name").strip()
    return known_of(desk.reader(), item, number, name, visit.front.clock.now().date())


def _blank(content: Content, known: Known, item: ServiceItem) -> dict[str, list[str]]:
    """Give what would go into fields that hold nothing yet, by field name."""
    person = {f"applicant.{field}": [value] for field, value in known.applicant.items()}
    form = {
        f"form.{field.name}": answer if isinstance(answer, list) else [answer]
        for field in item.form
        if (answer := known.answers.get(field.name))
    }
    return {name: values for name, values in (person | form).items() if not content.one(name).strip()}


def _scans(content: Content, known: Known, item: ServiceItem) -> dict[str, tuple[Scan, ...]]:
    """Give the scans that would come to materials of which nothing is there, by code."""
    open_ = {one.code for one in drafted.listed(content, item)} - {code for code, held in content.scans.items() if held}
    return {
        one.code: tuple(Scan(file.sha256, file.media_type, file.size, one.name, one.no) for file in one.files)
        for one in known.materials
        if one.code in open_ and not content.one(f"material.{one.code}")
    }


def show(visit: Visit, desk: Desk, draft: str) -> Response[str]:
    """Say what is known of the applicant as typed so far; nothing when there is nothing."""
    kept = drafted.load(visit, desk, draft)
    typed = {name: [value] for name, value in visit.request.query_params.items() if name.startswith("applicant.")}
    content = msgspec.structs.replace(kept.content, fields={**kept.content.fields, **typed})
    item = item_of(desk, content)
    known = _known(visit, desk, content, item)
    if known is None:
        return Response("", media_type=HTML)
    blank, scans = _blank(content, known, item), _scans(content, known, item)
    if not blank and not scans:
        return Response("", media_type=HTML)
    visit.saw("case", known.no)
    labels = {view.name: visit.text(view.label) for view in applicant_fields(content, item, {})}
    labels |= {f"form.{field.name}": field.label for field in item.form}
    offer = Offer(
        draft=draft,
        no=known.no,
        item=known.item_name,
        on=known.on.isoformat(),
        fields=tuple(labels[name] for name in blank if name in labels),
        materials=tuple((one.name, one.on.isoformat()) for one in known.materials if one.code in scans),
    )
    return visit.show(offer)


async def take_over(visit: Visit, desk: Desk, draft: str) -> Response[str]:
    """Fill the blank fields and bring the scans into the draft."""
    kept, _ = await save_post(visit, desk, draft)
    item = item_of(desk, kept.content)
    known = _known(visit, desk, kept.content, item)
    if known is None:
        raise NotFound(N_("本厅没有这位申请人一年内的信息"), next_step=N_("请核对姓名（名称）和号码，或照常填写"))
    visit.saw(
        "case", known.no, "phone", "address", "id_number", "form", "scan", purpose=visit.text(N_("收件带入已有信息"))
    )

    def edit(content: Content) -> Content:
        scans = _scans(content, known, item)
        forms = {f"material.{code}": [ELECTRONIC] for code in scans}
        return msgspec.structs.replace(
            content,
            fields={**content.fields, **_blank(content, known, item), **forms},
            scans={**content.scans, **scans},
        )

    await drafted.change(visit, desk, draft, edit)
    return visit.go(f"/intake/{draft}#applicant")
