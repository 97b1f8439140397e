"""Joint sets 并联事项组 from TOML: which items may be taken together, checked against the items themselves."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from appliance.catalogue.finding import CHECKS_CLAUSE, Finding, Spot
from appliance.catalogue.loader import ItemFileError, structure_finding
from appliance.catalogue.rules_item import lacking, natural_days
from appliance.domain.item_terms import HandlingType, LimitUnit, TaskState
from appliance.domain.joint_set import JOINT_LIMIT_DAYS, JointSet, Shared, combined
from appliance.domain.service_item import FormField, ServiceItem
from appliance.errors import N_

SHIPPED_SETS = Path(__file__).with_name("joint")
TOGETHER = "行政许可法第二十六条第二款"
LIMIT = "行政许可法第四十二条第二款"
BASIS = "行政许可法第三十条"
UNIQUE_RULE = "code_unique"
MEMBERS_MIN = 2
SHARERS_MIN = 2
AGENT_FIELD = "by_agent"
ALONE = frozenset({HandlingType.INSTANT, HandlingType.RECORD, HandlingType.FORWARD})

Catalogue = Mapping[str, ServiceItem]


class SetRule(NamedTuple):
    """One rule: stable name, source, title, and the check that finds what breaks it."""

    code: str
    clause: str
    title: str
    check: Callable[[JointSet, Catalogue], Iterator[Spot]]


def _identity(jset: JointSet, _items: Catalogue) -> Iterator[Spot]:
    if not re.fullmatch(r"BL[0-9]{4}", jset.code):
        yield Spot("code", N_("组合编码应为BL加4位数字"))
    if not jset.name.strip():
        yield Spot("name", N_("组合名称不能为空"))
    if jset.version < 1:
        yield Spot("version", N_("组合版本应为不小于1的整数"))
    if not re.fullmatch(r"[a-z0-9]+", jset.mnemonic):
        yield Spot("mnemonic", N_("助记码应为小写字母和数字"))


def _members(jset: JointSet, items: Catalogue) -> Iterator[Spot]:
    if len(jset.items) < MEMBERS_MIN or len(set(jset.items)) != len(jset.items):
        yield Spot("items", N_("并联办理至少要有两个不同的事项"))
    for index, code in enumerate(jset.items):
        item = items.get(code)
        if item is None:
            yield Spot(f"items.{index}", N_("目录里没有事项%(code)s"), {"code": code})
            continue
        if item.project_type in ALONE:
            yield Spot(f"items.{index}", N_("即办件、备案件和上报件不参加并联办理"))
        if item.task_state is not TaskState.ACTIVE:
            yield Spot(f"items.{index}", N_("事项%(code)s没有在用"), {"code": code})
    departments = {items[code].dept_code for code in jset.items if code in items}
    if len(departments) < MEMBERS_MIN:
        yield Spot("items", N_("并联办理的事项应由两个以上部门分别实施"))


def _lead(jset: JointSet, _items: Catalogue) -> Iterator[Spot]:
    if jset.lead not in jset.items:
        yield Spot("lead", N_("牵头事项应是本组合的事项之一"))


def _limit(jset: JointSet, items: Catalogue) -> Iterator[Spot]:
    if not 1 <= jset.limit_days <= JOINT_LIMIT_DAYS:
        yield Spot("limit_days", N_("约定的整体时限应为1到%(max)d个工作日"), {"max": JOINT_LIMIT_DAYS})
        return
    whole = natural_days(jset.limit_days, LimitUnit.WORKING_DAY, generous=False)
    for code in jset.items:
        item = items.get(code)
        if item is not None and natural_days(item.promise_day, item.promise_type, generous=True) > whole:
            params = {"item": item.task_name}
            yield Spot("limit_days", N_("约定的整体时限不应短于“%(item)s”的承诺办结时限"), params)


def _basis(jset: JointSet, _items: Catalogue) -> Iterator[Spot]:
    if not jset.by_law:
        yield Spot("by_law", N_("并联办理的依据不能为空"))
    for index, basis in enumerate(jset.by_law):
        part = lacking(basis)
        if part:
            yield Spot(f"by_law.{index}.{part}", N_("设定依据应写明法律法规名称和条款号（第×条）"))


def _shared(kind: str, shared: tuple[Shared, ...], jset: JointSet, known: Callable[[str], set[str]]) -> Iterator[Spot]:
    taken: set[tuple[str, str]] = set()
    names: set[str] = set()
    for index, one in enumerate(shared):
        spot = f"{kind}.{index}"
        if not re.fullmatch(r"[a-z][a-z0-9_]*", one.name) or one.name in names:
            yield Spot(f"{spot}.name", N_("名称应为小写字母、数字和下划线，且不重复"))
        names.add(one.name)
        if not one.label.strip():
            yield Spot(f"{spot}.label", N_("请写明窗口看到的名称"))
        if len(one.members) < SHARERS_MIN:
            yield Spot(f"{spot}.members", N_("共用的内容至少涉及两个事项"))
        for code, own in one.members.items():
            if code not in jset.items:
                yield Spot(f"{spot}.members.{code}", N_("%(code)s不是本组合的事项"), {"code": code})
            elif own not in known(code):
                yield Spot(f"{spot}.members.{code}", N_("事项%(code)s没有“%(name)s”"), {"code": code, "name": own})
            elif (code, own) in taken:
                yield Spot(f"{spot}.members.{code}", N_("“%(name)s”已经与别的内容共用"), {"name": own})
            taken.add((code, own))


def _fields(jset: JointSet, items: Catalogue) -> Iterator[Spot]:
    by_name = {code: {field.name: field for field in items[code].form} for code in jset.items if code in items}
    yield from _shared("fields", jset.fields, jset, lambda code: set(by_name.get(code, {})))
    for index, one in enumerate(jset.fields):
        found = [by_name[code][own] for code, own in one.members.items() if own in by_name.get(code, {})]
        if len({(field.kind, field.choices, field.unit) for field in found}) > 1:
            yield Spot(f"fields.{index}.members", N_("各事项的填写方式（类型、选项、单位）不同，不能只问一次"))
    yield from _leaning(jset, by_name)
    once = next((one for one in jset.fields if one.name == AGENT_FIELD), None)
    for code, fields in by_name.items():
        if AGENT_FIELD in fields and (once is None or once.members.get(code) != AGENT_FIELD):
            yield Spot("fields", N_("“是否委托他人代办”各事项只能问一次，共用名称应为by_agent"))
            return


def _leaning(jset: JointSet, by_name: Mapping[str, Mapping[str, FormField]]) -> Iterator[Spot]:
    """Find a question asked once that hangs on one member's own question: the others would not be asked it."""
    once = {(code, own) for one in jset.fields for code, own in one.members.items()}
    for index, one in enumerate(jset.fields):
        for code, own in one.members.items():
            field = by_name.get(code, {}).get(own)
            for condition in field.when if field is not None else ():
                if (code, condition.field) not in once:
                    params = {"name": own, "on": condition.field}
                    message = N_("“%(name)s”问不问取决于“%(on)s”，“%(on)s”也应共用")
                    yield Spot(f"fields.{index}.members.{code}", message, params)


def _materials(jset: JointSet, items: Catalogue) -> Iterator[Spot]:
    by_code = {code: {one.code: one for one in items[code].materials} for code in jset.items if code in items}
    yield from _shared("materials", jset.materials, jset, lambda code: set(by_code.get(code, {})))
    for index, one in enumerate(jset.materials):
        found = [by_code[code][own] for code, own in one.members.items() if own in by_code.get(code, {})]
        if len({material.material_form for material in found}) > 1:
            yield Spot(f"materials.{index}.members", N_("各事项要求的材料形式不同，不能只收一份"))


def _applicants(jset: JointSet, items: Catalogue) -> Iterator[Spot]:
    members = tuple(items[code] for code in jset.items if code in items)
    if jset.lead in {item.catalog_code for item in members} and not combined(jset, members).server_type:
        yield Spot("items", N_("没有一类申请人能同时申请全部事项"))


RULES: tuple[SetRule, ...] = (
    SetRule("set_identity", CHECKS_CLAUSE, N_("组合的编码、名称、版本和助记码"), _identity),
    SetRule("set_members", TOGETHER, N_("两个以上部门的事项，由目录里在用的事项组成"), _members),
    SetRule("set_lead", TOGETHER, N_("牵头部门有自己的事项"), _lead),
    SetRule("set_limit", LIMIT, N_("整体时限不超过四十五日"), _limit),
    SetRule("set_basis", BASIS, N_("并联办理的依据"), _basis),
    SetRule("set_fields", TOGETHER, N_("共用的填写项各事项问法相同"), _fields),
    SetRule("set_materials", TOGETHER, N_("共用的材料各事项要求相同"), _materials),
    SetRule("set_applicants", TOGETHER, N_("有能同时申请全部事项的申请人"), _applicants),
)


def validate_set(jset: JointSet, items: Catalogue) -> tuple[Finding, ...]:
    """Check one joint set against every rule.

    Args:
        jset: the joint set.
        items: the catalogue, by basic code.

    Returns:
        Findings in the order of the rules; empty when the set may be published.
    """
    return tuple(
        Finding(spot.field, rule.code, rule.clause, spot.message, dict(spot.params))
        for rule in RULES
        for spot in rule.check(jset, items)
    )


def load_set(text: str | bytes, path: str | Path) -> JointSet:
    """Read one joint set; its structure is checked, the rules are not; raises ItemFileError."""
    try:
        return msgspec.toml.decode(text, type=JointSet)
    except msgspec.ValidationError as error:
        raise ItemFileError(Path(path).name, [structure_finding(str(error))]) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message = N_("不是有效的TOML：%(reason)s")
        finding = Finding("", "structure", CHECKS_CLAUSE, message, {"reason": str(error)})
        raise ItemFileError(Path(path).name, [finding]) from error


def load_sets(items: Catalogue, directory: Path = SHIPPED_SETS) -> tuple[JointSet, ...]:
    """Read and validate every ``*.toml`` of a directory.

    Args:
        items: the catalogue, by basic code.
        directory: where the files are; the shipped sample sets by default.

    Raises:
        ItemFileError: a file is malformed, breaks a rule, or is named otherwise than its code.
    """
    found = []
    for path in sorted(directory.glob("*.toml")):
        jset = load_set(path.read_bytes(), path)
        findings = list(validate_set(jset, items))
        if path.stem != jset.code:
            message, params = N_("文件名应为组合编码：%(code)s.toml"), {"code": jset.code}
            findings.append(Finding("code", UNIQUE_RULE, CHECKS_CLAUSE, message, params))
        if findings:
            raise ItemFileError(path.name, findings)
        found.append(jset)
    return tuple(found)
