"""Rules about an item as a whole (domain §4.5, clause 5.2.1): codes, legal basis, limits, fee, result, contacts."""

import re
from collections.abc import Iterator

import msgspec

from appliance.catalogue.finding import CHECKS_CLAUSE, Rule, Spot
from appliance.domain.identifiers import uscc
from appliance.domain.item_terms import HandlingType, LawRank, LimitUnit, ResultType, SpecialKind
from appliance.domain.service_item import LegalBasis, ServiceItem
from appliance.errors import N_

USCC_FORM = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
CATALOG_FORM = re.compile(r"[0-9]{11}[0-9Y]")
LICENCE_TYPE_FORM = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}[0-9]{3}")
LEVEL_DIGITS = {"national": "1", "province": "2", "city": "3", "county": "4", "township": "5", "village": "6"}
VISITS_MAX = {"IV": 0, "III": 1}
EXTENSION_MAX = {HandlingType.JOINT: 15}
EXTENSION_MAX_DEFAULT = 10
NOTICE_MAX = 5
DELIVERY_MAX = 10


def uscc_is_valid(code: str) -> bool:
    """Check form and check character of a unified social credit code 统一社会信用代码 (GB 32100-2015)."""
    return bool(USCC_FORM.fullmatch(code)) and uscc.check_character(code[:17]) == code[17]


def codes(item: ServiceItem) -> Iterator[Spot]:
    """Check the structure of basic, implementation and handling codes (domain §3.4)."""
    if not CATALOG_FORM.fullmatch(item.catalog_code):
        yield Spot("catalog_code", N_("基本编码应为12位：前11位数字，末位数字或Y"))
    elif item.catalog_code[2:4] != item.task_type:
        yield Spot("catalog_code", N_("基本编码第3–4位应与事项类型%(type)s一致"), {"type": item.task_type.value})
    if not uscc_is_valid(item.dept_code):
        yield Spot("dept_code", N_("实施主体编码不是有效的统一社会信用代码"))
    expected = item.dept_code + LEVEL_DIGITS[item.use_level] + item.catalog_code
    if item.task_code != expected:
        yield Spot("task_code", N_("实施编码应为实施主体编码、行使层级和基本编码的组合：%(code)s"), {"code": expected})
    handle = item.task_handle_item
    if handle and not (handle.startswith(item.task_code) and re.fullmatch(r"[0-9]{2}", handle[len(item.task_code) :])):
        yield Spot("task_handle_item", N_("业务办理项编码应为实施编码加2位顺序号"))


def identity(item: ServiceItem) -> Iterator[Spot]:
    """Check name, version and dates."""
    if not item.task_name.strip():
        yield Spot("task_name", N_("事项名称不能为空"))
    elif len(item.task_name) > 1000:  # noqa: PLR2004 - the exchange table's length
        yield Spot("task_name", N_("事项名称不能超过1000字"))
    if item.task_version < 1:
        yield Spot("task_version", N_("事项版本应为不小于1的整数"))
    if item.plan_cancel_date is not None and item.plan_cancel_date <= item.plan_effective_date:
        yield Spot("plan_cancel_date", N_("计划取消日期应晚于计划生效日期"))
    if item.project_type is HandlingType.JOINT and not item.other_dept:
        yield Spot("other_dept", N_("联办件应列出联办机构"))
    if not re.fullmatch(r"[a-z0-9]+", item.mnemonic):
        yield Spot("mnemonic", N_("助记码应为小写字母和数字"))


def lacking(basis: LegalBasis) -> str:
    """Name the part that a legal basis lacks, empty when it has law and article."""
    if not basis.law.strip():
        return "law"
    return "" if re.search(r"第.+[条款项]", basis.article) else "article"


def legal_basis(item: ServiceItem) -> Iterator[Spot]:
    """Check that each legal basis names law and article."""
    if not item.by_law:
        yield Spot("by_law", N_("设定依据不能为空"))
    for index, basis in enumerate(item.by_law):
        part = lacking(basis)
        if part:
            yield Spot(f"by_law.{index}.{part}", N_("设定依据应写明法律法规名称和条款号（第×条）"))


def natural_days(count: int, unit: LimitUnit, *, generous: bool) -> int:
    """Turn a limit into natural days, for comparing limits of different units.

    Args:
        count: the limit's number.
        unit: its unit.
        generous: round up (for the shorter side of a comparison) or down; holidays are left out of account.
    """
    if unit in {LimitUnit.ON_THE_SPOT, LimitUnit.HOUR}:
        return -(-count // 24) if unit is LimitUnit.HOUR and generous else 0
    if unit is LimitUnit.MONTH:
        return count * (31 if generous else 28)
    if unit is LimitUnit.WORKING_DAY:
        return -(-count * 7 // 5) if generous else count * 7 // 5
    return count


def limits(item: ServiceItem) -> Iterator[Spot]:
    """Check the promised limit against the legal one, and both against the kind of case."""
    for name, count, unit in (
        ("anticipate_day", item.anticipate_day, item.anticipate_type),
        ("promise_day", item.promise_day, item.promise_type),
    ):
        if unit is LimitUnit.ON_THE_SPOT and count != 0:
            yield Spot(name, N_("单位为当场时，时限数应为0"))
        elif unit is not LimitUnit.ON_THE_SPOT and count <= 0:
            yield Spot(name, N_("办结时限应为正整数"))
    if item.promise_type is item.anticipate_type:
        longer = item.promise_day > item.anticipate_day
    else:
        longer = natural_days(item.promise_day, item.promise_type, generous=True) > natural_days(
            item.anticipate_day, item.anticipate_type, generous=False
        )
    if longer:
        yield Spot("promise_day", N_("承诺办结时限不得超过法定办结时限"))
    if item.project_type is HandlingType.INSTANT and item.promise_type is not LimitUnit.ON_THE_SPOT:
        yield Spot("promise_type", N_("即办件的承诺办结时限应为当场"))


def statutory_days(item: ServiceItem) -> Iterator[Spot]:
    """Check extension, correction notice and delivery against their statutory maxima."""
    longest = EXTENSION_MAX.get(item.project_type, EXTENSION_MAX_DEFAULT)
    if not 0 <= item.extension_max_days <= longest:
        yield Spot("extension_max_days", N_("延长期限不得超过%(days)s个工作日"), {"days": longest})
    if item.extension_max_days and not item.extension_explain:
        yield Spot("extension_explain", N_("可以延长时限的，应写明延长的条件和依据"))
    if not 0 < item.correction.notice_day <= NOTICE_MAX:
        yield Spot("correction.notice_day", N_("补正告知时限不得超过五个工作日"))
    if item.correction.valid_days and not item.correction.valid_basis:
        yield Spot("correction.valid_basis", N_("设定申请人补正期限的，应写明依据"))
    if not 0 < item.delivery_day <= DELIVERY_MAX:
        yield Spot("delivery_day", N_("送达时限不得超过十个工作日"))


def fee(item: ServiceItem) -> Iterator[Spot]:
    """Check that a charge has a basis of sufficient rank (行政许可法 art. 58–59)."""
    if item.is_fee and not item.fees:
        yield Spot("fees", N_("收费事项应列出收费项目、标准和依据"))
    if not item.is_fee and item.fees:
        yield Spot("is_fee", N_("列有收费项目的事项应标明收费"))
    for index, charge in enumerate(item.fees):
        if not charge.name.strip() or not charge.standard.strip():
            yield Spot(f"fees.{index}.standard", N_("收费项目应写明名称和标准"))
        if not any(
            basis.rank in {LawRank.LAW, LawRank.ADMINISTRATIVE_REGULATION} and not lacking(basis)
            for basis in charge.basis
        ):
            yield Spot(f"fees.{index}.basis", N_("收费依据应为法律或者行政法规，并写明条款号"))


def special_procedure(item: ServiceItem) -> Iterator[Spot]:
    """Check that only procedures of art. 45 are left out of the limit."""
    known = {kind.value for kind in SpecialKind}
    for index, procedure in enumerate(item.special_procedure):
        if procedure.kind not in known:
            yield Spot(
                f"special_procedure.{index}.kind",
                N_("特别程序只能是听证、招标、拍卖、检验、检测、检疫、鉴定和专家评审；现场核查计入办理时限"),
            )
        if procedure.planned_days <= 0 or procedure.planned_type is LimitUnit.ON_THE_SPOT:
            yield Spot(f"special_procedure.{index}.planned_days", N_("特别程序应写明所需时间，以便书面告知申请人"))
    if item.special_procedure and item.project_type is HandlingType.INSTANT:
        yield Spot("special_procedure", N_("即办件不应有特别程序"))


def result(item: ServiceItem) -> Iterator[Spot]:
    """Check that the result is named, with a sample."""
    if not item.result_name.strip():
        yield Spot("result_name", N_("审批结果名称不能为空"))
    if not item.result_sample.strip():
        yield Spot("result_sample", N_("审批结果应附样本"))
    if not item.result_validity.strip():
        yield Spot("result_validity", N_("应写明审批结果的有效期，没有期限的写“长期”"))


def contacts(item: ServiceItem) -> Iterator[Spot]:
    """Check place, time, telephone and ways to complain."""
    for name, label in (
        ("link_way", N_("咨询方式")),
        ("supervise_way", N_("监督投诉方式")),
        ("transact_addr", N_("办理地点")),
        ("transact_time", N_("办理时间")),
    ):
        if not getattr(item, name).strip():
            yield Spot(name, N_("%(label)s不能为空"), {"label": label})
    for name in ("link_way", "supervise_way"):
        text = getattr(item, name)
        if text.strip() and not re.search(r"[0-9]{5,}", text):
            yield Spot(name, N_("应写明电话号码"))


def depth(item: ServiceItem) -> Iterator[Spot]:
    """Check that depth of handling and number of visits agree (domain §4.4)."""
    if item.limit_scene_num < 0:
        yield Spot("limit_scene_num", N_("到办事现场次数不能为负数"))
    longest = VISITS_MAX.get(item.handle_depth)
    if longest is not None and item.limit_scene_num > longest:
        yield Spot(
            "limit_scene_num",
            N_("办理深度%(depth)s级时，到办事现场次数不得超过%(visits)s次"),
            {"depth": item.handle_depth, "visits": longest},
        )
    if not item.handle_type:
        yield Spot("handle_type", N_("办理形式不能为空"))
    if item.limit_scene_num and "online" in item.handle_type and not item.limit_scene_explain.strip():
        yield Spot("limit_scene_explain", N_("可以网上办理而须到现场的，应写明必须现场办理的原因"))


def window(item: ServiceItem) -> Iterator[Spot]:
    """Check that an item in the hall has windows that take it."""
    if item.is_entry_center and not item.window_groups:
        yield Spot("window_groups", N_("进驻大厅的事项应指定窗口组"))


def uncertain(item: ServiceItem) -> Iterator[Spot]:
    """Check that each path listed as uncertain exists."""
    known = msgspec.to_builtins(item)
    for index, path in enumerate(item.uncertain):
        value = known
        for part in path.split("."):
            if isinstance(value, dict) and part in value:
                value = value[part]
            elif isinstance(value, list | tuple) and part.isdigit() and int(part) < len(value):
                value = value[int(part)]
            else:
                yield Spot(f"uncertain.{index}", N_("待核字段“%(path)s”不存在"), {"path": path})
                break


def result_licence(item: ServiceItem) -> Iterator[Spot]:
    """Check that a licence result is linked with a licence type."""
    if item.result_type is ResultType.LICENCE and item.licence is None:
        yield Spot("licence", N_("审批结果为证照的，应关联证照类型"))
    if item.licence is None:
        return
    if item.result_type is not ResultType.LICENCE:
        yield Spot("result_type", N_("关联证照类型的事项，审批结果类型应为证照"))
    code = item.licence.type_code
    if not LICENCE_TYPE_FORM.fullmatch(code) or not uscc_is_valid(code[:18]):
        yield Spot("licence.type_code", N_("证照类型代码应为定义机构统一社会信用代码加3位顺序号"))
    elif code[:18] != item.licence.define_authority_code:
        yield Spot("licence.define_authority_code", N_("证照定义机构代码应与证照类型代码前18位一致"))


RULES: tuple[Rule, ...] = (
    Rule("identity", CHECKS_CLAUSE, N_("名称、版本和日期"), identity),
    Rule("code_structure", "GB/T 39554.1-2020", N_("编码结构"), codes),
    Rule("legal_basis", "行政许可法第三十条", N_("设定依据有法有条"), legal_basis),
    Rule("promise_within_legal", "行政许可法第四十二条", N_("承诺时限不超过法定时限"), limits),
    Rule("statutory_days", "行政许可法第三十二条、第四十二条、第四十四条", N_("延期、补正、送达时限"), statutory_days),
    Rule("fee_basis", "行政许可法第五十八条、第五十九条", N_("收费有法定依据"), fee),
    Rule("special_procedure", "行政许可法第四十五条", N_("特别程序在法定范围内"), special_procedure),
    Rule("result_present", "DB4201/T 571-2018 5.1.1.2.1", N_("办理结果及样本"), result),
    Rule("contacts", "DB4201/T 571-2018 5.1.1.2.1", N_("地点、时间、电话和投诉方式"), contacts),
    Rule("depth_visits", "DB4201/T 571-2018 附录B", N_("办理深度与到现场次数一致"), depth),
    Rule("window_group", "DB4201/T 571-2018 4.2.2.1", N_("进驻事项有窗口组"), window),
    Rule("licence_linked", "GB/T 36902-2018", N_("证照结果关联证照类型"), result_licence),
    Rule("uncertain_paths", CHECKS_CLAUSE, N_("待核字段存在"), uncertain),
)
