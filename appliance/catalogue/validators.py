"""Automatic checks 自动检查校验 of an item version (clause 5.2.1, domain §4.5): every rule, and `validate`."""

from collections.abc import Iterator

from appliance.catalogue import rules_item, rules_parts
from appliance.catalogue.departments import Directory
from appliance.catalogue.finding import CHECKS_CLAUSE, GUIDE_CLAUSE, Finding, Rule, Spot
from appliance.catalogue.guide import mandatory_elements, service_guide
from appliance.domain.service_item import ServiceItem
from appliance.errors import N_


def _guide(item: ServiceItem) -> Iterator[Spot]:
    for element in mandatory_elements(item):
        if not any(line.strip() for line in element.lines):
            yield Spot("guide", N_("办事指南要素“%(title)s”为空"), {"title": element.label})
    for section in service_guide(item):
        if section.empty:
            yield Spot(f"guide.{section.code}", N_("办事指南“%(title)s”一节为空"), {"title": section.title})


GUIDE_RULE = Rule("guide_complete", GUIDE_CLAUSE, N_("办事指南要素齐全"), _guide)
DIRECTORY_RULE = "directory"
RULES: tuple[Rule, ...] = (*rules_item.RULES, *rules_parts.RULES, GUIDE_RULE)


def _directory(item: ServiceItem, directory: Directory) -> Iterator[Spot]:
    department = directory.department(item.dept_code)
    if department is None:
        yield Spot("dept_code", N_("实施主体不在部门名录中"))
    elif department.name != item.dept_name:
        yield Spot("dept_name", N_("实施主体名称应为“%(name)s”"), {"name": department.name})
    for index, code in enumerate(item.window_groups):
        if directory.window_group(code) is None:
            yield Spot(f"window_groups.{index}", N_("窗口组“%(code)s”不存在"), {"code": code})


def _findings(rule: str, clause: str, spots: Iterator[Spot]) -> Iterator[Finding]:
    for spot in spots:
        yield Finding(spot.field, rule, clause, spot.message, dict(spot.params))


def validate(item: ServiceItem, directory: Directory | None = None) -> tuple[Finding, ...]:
    """Check one item version against every rule.

    Args:
        item: the item version.
        directory: the hall's departments and window groups; without it, references to them are not checked.

    Returns:
        Findings in the order of the rules; empty when the item may be published.
    """
    found = [finding for rule in RULES for finding in _findings(rule.code, rule.clause, rule.check(item))]
    if directory is not None:
        found.extend(_findings(DIRECTORY_RULE, CHECKS_CLAUSE, _directory(item, directory)))
    return tuple(found)
