"""The lines of the one-time notice 一次性告知 while they are written: prefilled, then as the handler left them."""

import msgspec

from appliance.domain.case import Case
from appliance.domain.decide.application import applying_materials
from appliance.domain.service_item import LegalBasis, Material, ServiceItem
from appliance.errors import N_
from appliance.services.prereview import CorrectionWords
from web.visit import Visit


class LineDraft(msgspec.Struct, frozen=True):
    """One line: what it concerns, the problem, what is required, the basis; `chosen` lines go into the notice."""

    target: str
    name: str
    problem: str
    requirement: str
    basis: str
    chosen: bool = True

    def words(self) -> CorrectionWords:
        """Give it as the command carries it."""
        return CorrectionWords(self.target, self.problem, self.requirement)


def _basis(laws: tuple[LegalBasis, ...]) -> str:
    return "；".join(f"《{law.law}》{law.article}" for law in laws[:2])


def _requirement(visit: Visit, material: Material, *, missing: bool) -> str:
    if missing:
        if material.copies and not material.originals:
            return visit.text(N_("请补交复印件 %(count)s 份"), count=material.copies)
        return visit.text(N_("请补交原件 %(count)s 份"), count=material.originals or 1)
    points = "；".join(material.review_points[:2])
    return visit.text(N_("请改正后重新提交，应符合：%(points)s"), points=points) if points else ""


def drafted(
    visit: Visit, item: ServiceItem, case: Case, verdicts: dict[str, str], reasons: dict[str, str]
) -> tuple[LineDraft, ...]:
    """Prefill the notice: a line for each material with a problem, and for each required one that is missing.

    After the first notice only its unmet lines come up, and what a reviewer let in (T10o): nothing else may be asked
    for anew (行政许可法 art. 32(4)).
    """
    materials = {material.code: material for material in applying_materials(item, case.form, case.variants)}
    if case.notices:
        told = {line.line.target for line in case.notice_lines}
        let_in = tuple(_widened(visit, item, materials, one) for one in case.widened if one not in told)
        return let_in + tuple(
            LineDraft(
                line.line.target,
                line.line.name,
                reasons.get(line.line.target) or line.problem,
                line.requirement,
                line.line.basis,
            )
            for line in case.notice_lines
            if not line.met or verdicts.get(line.line.target) == "problem"
        )
    lines = []
    for code, material in materials.items():
        missing = code in case.missing
        if not missing and verdicts.get(code) != "problem":
            continue
        problem = visit.text(N_("没有提交这份材料")) if missing else reasons.get(code, "")
        requirement = _requirement(visit, material, missing=missing)
        lines.append(LineDraft(code, material.name, problem, requirement, _basis(material.by_law or item.by_law)))
    return tuple(lines)


def _widened(visit: Visit, item: ServiceItem, materials: dict[str, Material], target: str) -> LineDraft:
    material = materials.get(target)
    if material is not None:
        words = _requirement(visit, material, missing=True)
        return LineDraft(target, material.name, "", words, _basis(material.by_law or item.by_law))
    label = next((field.label for field in item.form if f"form:{field.name}" == target), target)
    return LineDraft(target, label, "", "", _basis(item.by_law))


def posted_lines(visit: Visit) -> tuple[LineDraft, ...]:
    """Read the lines back from the form, in its order, those left out by the handler included."""
    chosen = {value for value in visit.fields.getall("line", []) if isinstance(value, str)}
    texts = {name: value for name, value in visit.fields.multi_items() if isinstance(value, str)}
    targets = [name.removeprefix("problem.") for name in texts if name.startswith("problem.")]
    return tuple(
        LineDraft(
            target=target,
            name=texts.get(f"name.{target}", target),
            problem=texts[f"problem.{target}"].strip(),
            requirement=texts.get(f"requirement.{target}", "").strip(),
            basis=texts.get(f"basis.{target}", ""),
            chosen=target in chosen,
        )
        for target in targets
    )
