"""T35 要求补充材料, asked for in review; what comes in after it. Neither is a correction, and no clock pauses."""

from collections.abc import Mapping
from datetime import date

from appliance.domain.actor import Actor
from appliance.domain.case import Case
from appliance.domain.decide.agency import check_presenter
from appliance.domain.decide.application import Faults, applying_materials, check_materials
from appliance.domain.decide.notice_lines import check_line_words, default_basis
from appliance.domain.decide.prereview import only_handler
from appliance.domain.decide.proposals import text_of
from appliance.domain.events import CaseMaterialReceived, CaseMaterialRequested, CorrectionLine, CorrectionText
from appliance.domain.service_item import ServiceItem
from appliance.domain.subject import MaterialIn
from appliance.domain.transitions import require
from appliance.errors import N_, Message

REASON_LENGTH_MIN = 10
CAUSES = ("deemed_acceptance", "found_in_review")


def request_material(
    case: Case,
    item: ServiceItem,
    *,
    cause: str,
    reason: str,
    texts: Mapping[str, tuple[str, str]],
    actor: Actor,
) -> CaseMaterialRequested:
    """T35: ask for material in review (domain §2.3).

    Guard: after a deemed acceptance, or for a fact found in review that `reason` names; every line is of the item's
    list (许可法 art.31: nothing unrelated); problem and requirement are written.
    """
    require("T35", case, actor)
    if case.handler:
        only_handler(case, actor)
    faults = Faults({})
    if cause not in CAUSES or (cause == "deemed_acceptance" and not case.deemed_accepted):
        faults.add("cause", N_("请选要求补充的缘由；“视为受理”只适用于视为受理的办件"))
    words = text_of("reason", reason, REASON_LENGTH_MIN, faults)
    if not texts:
        faults.add("lines", N_("至少要有一条"))
    check_line_words(texts, faults)
    names = {material.code: material.name for material in applying_materials(item, case.form, case.variants)}
    lines = []
    for no, target in enumerate(texts, start=len(case.requests) + 1):
        if target not in names:
            faults.add(f"problem.{target}", N_("只能要求补充本事项清单内的材料"))
            continue
        lines.append(CorrectionLine(no=no, target=target, name=names[target], basis=default_basis(item, target)))
    faults.raise_if_any()
    numbers = {line.target: line.no for line in lines}
    return CaseMaterialRequested(
        cause=cause,
        lines=tuple(lines),
        reason=words,
        texts=tuple(
            CorrectionText(numbers[target], problem.strip(), requirement.strip())
            for target, (problem, requirement) in texts.items()
        ),
    )


def receive_requested(
    case: Case,
    item: ServiceItem,
    *,
    lines: tuple[int, ...],
    materials: tuple[MaterialIn, ...],
    note: str,
    actor: Actor,
    today: date,
    presenter: str = "applicant",
) -> CaseMaterialReceived:
    """Take in what T35 asked for.

    Guard: open lines of a request, each with its material and nothing besides; an agent has authority to correct.
    """
    require("T35r", case, actor)
    check_presenter(case, presenter, "correct", today)
    faults = Faults({})
    asked = {line.line.no: line.line.target for line in case.requests if not line.met}
    if not lines:
        faults.add("lines", N_("请至少勾选一条已补交的内容"))
    for no in lines:
        if no not in asked:
            faults.add("lines", Message(N_("第 %(no)s 条不在待补的清单里"), no=no))
    checked = check_materials(applying_materials(item, case.form, case.variants), materials, faults)
    targets, codes = {asked[no] for no in lines if no in asked}, {material.code for material in checked}
    for code in sorted(codes - targets):
        faults.add(f"material.{code}", N_("这份材料没有要求补充，请核对后再收"))
    for code in sorted(targets - codes):
        faults.add(f"material.{code}", N_("勾选了已补交，但没有收到这份材料"))
    faults.raise_if_any()
    return CaseMaterialReceived(
        lines=tuple(sorted(set(lines))), materials=checked, presenter=presenter, note=note.strip()
    )
