"""The lines of a correction notice 补正告知: what they may name and how they read (许可法 art.32(4), 72(4))."""

from collections.abc import Mapping

import msgspec

from appliance.domain.case import Case
from appliance.domain.decide.application import Faults, applying_materials
from appliance.domain.events import CorrectionLine, CorrectionText
from appliance.domain.service_item import ServiceItem
from appliance.errors import N_

REASON_LENGTH_MIN = 4
TEXT_LENGTH_MAX = 1000


def default_basis(item: ServiceItem, target: str) -> str:
    """Cite the rule that asks for a material, or the item's own."""
    material = item.material(target)
    laws = material.by_law if material is not None else item.by_law
    return "；".join(f"《{law.law}》{law.article}" for law in laws[:2])


def check_line_words(texts: Mapping[str, tuple[str, str]], faults: Faults) -> None:
    """Check problem and requirement of every line, by target."""
    for target, (problem, requirement) in texts.items():
        if len(problem.strip()) < REASON_LENGTH_MIN:
            faults.add(f"problem.{target}", N_("请写明问题，至少四个字"))
        if len(requirement.strip()) < REASON_LENGTH_MIN:
            faults.add(f"requirement.{target}", N_("请写明怎样补正，至少四个字"))
        if max(len(problem), len(requirement)) > TEXT_LENGTH_MAX:
            faults.add(f"requirement.{target}", N_("最多 1000 个字"))


def lines_of(
    case: Case, item: ServiceItem, texts: Mapping[str, tuple[str, str]]
) -> tuple[tuple[CorrectionLine, ...], tuple[CorrectionText, ...]]:
    """Give the lines of a notice and their words, or refuse with every fault at its place."""
    faults = Faults({})
    if not texts:
        faults.add("lines", N_("补正告知至少要有一条"))
    check_line_words(texts, faults)
    lines = _repeat_lines(case, item, texts, faults) if case.notices else _first_lines(case, item, texts, faults)
    faults.raise_if_any()
    numbers = {line.target: line.no for line in lines}
    words = tuple(
        CorrectionText(numbers[target], problem.strip(), requirement.strip())
        for target, (problem, requirement) in texts.items()
    )
    return lines, words


def _first_lines(
    case: Case, item: ServiceItem, texts: Mapping[str, tuple[str, str]], faults: Faults
) -> tuple[CorrectionLine, ...]:
    listed = {material.code: material.name for material in applying_materials(item, case.form, case.variants)}
    labels = {f"form:{field.name}": field.label for field in item.form}
    names = {**listed, **labels}
    lines = []
    for no, target in enumerate(texts, start=1):
        if target not in names:
            faults.add(f"problem.{target}", N_("只能就本事项清单内的材料和填写项要求补正"))
            continue
        lines.append(CorrectionLine(no=no, target=target, name=names[target], basis=default_basis(item, target)))
    return tuple(lines)


def _repeat_lines(
    case: Case, item: ServiceItem, texts: Mapping[str, tuple[str, str]], faults: Faults
) -> tuple[CorrectionLine, ...]:
    first = {line.line.target: line.line for line in case.notice_lines}
    passed = {material.code for material in case.materials if material.verdict == "pass"}
    more = [target for target in texts if target not in first and target in case.widened]
    known = first | {
        target: msgspec.structs.replace(line, no=len(first) + at)
        for at, target in enumerate(more, start=1)
        for line in _first_lines(case, item, {target: texts[target]}, faults)
    }
    lines = []
    for target in texts:
        if target in passed:
            faults.add(f"problem.{target}", N_("这份材料已经预审符合，不能再要求补正；确有问题的先改预审意见"))
        elif target in known:
            lines.append(known[target])
        elif target not in more:
            faults.add(
                f"problem.{target}", N_("一次性告知之后不得新增要求，只能重复未补齐的内容；确需新增的由审核人准许")
            )
    return tuple(lines)
