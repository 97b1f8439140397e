"""Rules about the parts of an item: materials, situations, form, flow, licence (domain §4.5, §4.6, clause 5.2.1)."""

import re
from collections.abc import Iterator, Sequence

from appliance.catalogue.finding import CHECKS_CLAUSE, GUIDE_CLAUSE, Rule, Spot
from appliance.catalogue.rules_item import LICENCE_TYPE_FORM, lacking, uscc_is_valid
from appliance.domain import boundary
from appliance.domain.actor import Role
from appliance.domain.item_terms import FieldKind, HandlingType, LimitUnit, MaterialType
from appliance.domain.service_item import Condition, FormField, Material, NumberRule, ServiceItem
from appliance.errors import N_

CATCH_ALL = re.compile(r"其[他它].{0,12}(材料|文件|资料|证明)|(材料|文件|资料|证明)等?[（(]?其[他它]|认为(需要|必要)")
STAGES = ("pre_review", "acceptance", "review", "decision", "issuance")
STAGE_ROLES: dict[str, frozenset[Role]] = {
    "pre_review": frozenset({Role.CASE_HANDLER}),
    "acceptance": frozenset({Role.CASE_HANDLER}),
    "review": frozenset({Role.CASE_HANDLER, Role.REVIEWER}),
    "decision": frozenset({Role.APPROVER, Role.DEPT_HEAD}),
    "issuance": frozenset({Role.WINDOW_CLERK}),
}
CHOICE_KINDS = frozenset({FieldKind.CHOICE, FieldKind.MULTI_CHOICE})
APPLICANT_FIELDS = frozenset(
    {"name", "kind", "id_type", "id_number", "phone", "address", "representative", "representative_id"}
)
LICENCE_VALUES = frozenset({"number", "identifier", "issuer", "issued_on", "valid_from", "valid_until"})
DECISION_VALUES = frozenset({"number", "scope", "conditions", "decided_on"})
FIELD_NAME = re.compile(r"[a-z][a-z0-9_]*")


def repeated(values: Sequence[object]) -> Iterator[int]:
    """Give the positions of values that occurred before."""
    for index, value in enumerate(values):
        if value in values[:index]:
            yield index


def material_copies(material: Material) -> bool:
    """Tell whether the numbers of originals and copies agree with the kind of material."""
    originals, copies = material.originals, material.copies
    if material.material_type is MaterialType.ORIGINAL:
        return originals > 0 and copies == 0
    if material.material_type is MaterialType.COPY:
        return copies > 0 and originals == 0
    return originals > 0 and copies > 0


def one_material(at: str, material: Material) -> Iterator[Spot]:
    """Check one material; `at` is its path."""
    if not material.name.strip():
        yield Spot(f"{at}.name", N_("材料名称不能为空"))
    if not FIELD_NAME.fullmatch(material.code):
        yield Spot(f"{at}.code", N_("材料编码应为小写字母、数字和下划线"))
    if not material_copies(material):
        yield Spot(f"{at}.copies", N_("材料份数与材料类型（原件、复印件）不一致"))
    if not material.source_explain.strip():
        yield Spot(f"{at}.source_explain", N_("应写明材料来源渠道"))
    if not material.review_points or not all(point.strip() for point in material.review_points):
        yield Spot(f"{at}.review_points", N_("应写明受理标准（审查要点）"))
    if not material.by_law:
        yield Spot(f"{at}.by_law", N_("应写明要求提交该材料的依据"))
    for place, part in enumerate(lacking(basis) for basis in material.by_law):
        if part:
            yield Spot(f"{at}.by_law.{place}.{part}", N_("材料依据应写明法律法规名称和条款号（第×条）"))


def materials(item: ServiceItem) -> Iterator[Spot]:
    """Check that each material has name, form, copies, necessity, source, review points and basis."""
    if not item.materials:
        yield Spot("materials", N_("申请材料不能为空"))
    for index, material in enumerate(item.materials):
        yield from one_material(f"materials.{index}", material)
    for index in repeated([material.code for material in item.materials]):
        yield Spot(f"materials.{index}.code", N_("材料编码重复"))
    for index in repeated([material.order for material in item.materials]):
        yield Spot(f"materials.{index}.order", N_("材料排序号重复"))


def catch_all(item: ServiceItem) -> Iterator[Spot]:
    """Refuse catch-all materials 兜底条款."""
    for index, material in enumerate(item.materials):
        if CATCH_ALL.search(material.name):
            yield Spot(f"materials.{index}.name", N_("不得设置“其他材料”等兜底性材料"))


def reuse(item: ServiceItem) -> Iterator[Spot]:
    """Check licence reuse: an exempt material names the licence that stands for it."""
    for index, material in enumerate(item.materials):
        if material.exempt and not material.licence_codes:
            yield Spot(f"materials.{index}.licence_codes", N_("免提交的材料应写明可以核验的电子证照"))
        for place, code in enumerate(material.licence_codes):
            if not LICENCE_TYPE_FORM.fullmatch(code) or not uscc_is_valid(code[:18]):
                yield Spot(f"materials.{index}.licence_codes.{place}", N_("证照类型代码应为21位且前18位有效"))


def tolerance(item: ServiceItem) -> Iterator[Spot]:
    """Check that tolerable materials and the tolerance policy come together."""
    tolerable = [material for material in item.materials if material.tolerable]
    policy = item.tolerance_policy
    if tolerable and policy is None:
        yield Spot("tolerance_policy", N_("有可容缺材料的事项应写明容缺受理的补齐期限"))
    if policy is not None and not tolerable:
        yield Spot("tolerance_policy", N_("写明容缺受理的事项应至少有一项可容缺材料"))
    if policy is not None and policy.deadline == "fixed_days" and policy.days <= 0:
        yield Spot("tolerance_policy.days", N_("固定补齐期限应为正整数"))
    if item.promise_based_allowed and not item.promise_template.strip():
        yield Spot("promise_template", N_("实行告知承诺的事项应有告知承诺书文本"))
    if not item.promise_based_allowed:
        for index, material in enumerate(item.materials):
            if material.promise_allowed:
                yield Spot(f"materials.{index}.promise_allowed", N_("事项未实行告知承诺，材料不能以承诺代替"))


def _conditions(conditions: tuple[Condition, ...], at: str, fields: tuple[FormField, ...]) -> Iterator[Spot]:
    """Check that conditions test answers that can be given to fields that are there."""
    known = {field.name: field for field in fields}
    for place, condition in enumerate(conditions):
        field = known.get(condition.field)
        if field is None:
            yield Spot(f"{at}.{place}.field", N_("情形条件引用的表单字段“%(name)s”不存在"), {"name": condition.field})
            continue
        allowed = ("yes", "no") if field.kind is FieldKind.YES_NO else field.choices
        unknown = [value for value in condition.values if value not in allowed]
        if not condition.values or (allowed and unknown):
            yield Spot(f"{at}.{place}.values", N_("情形条件的取值不在表单字段的选项内"))


def question_tree(item: ServiceItem) -> Iterator[Spot]:
    """Check that every question hangs below one that stands before it and whose answers are a closed list."""
    closed = (FieldKind.YES_NO, *CHOICE_KINDS)
    for index, field in enumerate(item.form):
        at = f"form.{index}.when"
        yield from _conditions(field.when, at, item.form)
        before = {one.name for one in item.form[:index]}
        kinds = {one.name: one.kind for one in item.form}
        for place, condition in enumerate(field.when):
            if condition.field in kinds and condition.field not in before:
                yield Spot(f"{at}.{place}.field", N_("提问条件只能引用排在前面的表单字段"))
            elif condition.field in before and kinds[condition.field] not in closed:
                yield Spot(f"{at}.{place}.field", N_("提问条件只能引用选择字段"))


def variants(item: ServiceItem) -> Iterator[Spot]:
    """Check that conditions and materials refer to what exists."""
    known = {variant.code for variant in item.variants}
    for index in repeated([variant.code for variant in item.variants]):
        yield Spot(f"variants.{index}.code", N_("情形编码重复"))
    for index, variant in enumerate(item.variants):
        yield from _conditions(variant.when, f"variants.{index}.when", item.form)
    for index, material in enumerate(item.materials):
        for place, code in enumerate(material.variants):
            if code not in known:
                yield Spot(f"materials.{index}.variants.{place}", N_("材料适用情形“%(code)s”不存在"), {"code": code})


def _outline(at: str, field: FormField) -> Iterator[Spot]:
    """Check that a project's boundary has the name by which read models find it."""
    if (field.kind is FieldKind.BOUNDARY) is not (field.name == boundary.FIELD):
        yield Spot(f"{at}.kind", N_("项目边界字段应命名为 project_boundary，类型为 boundary"))


def form(item: ServiceItem) -> Iterator[Spot]:
    """Check names, choices and bounds of the application form."""
    if not item.form:
        yield Spot("form", N_("申请表单不能为空"))
    for index in repeated([field.name for field in item.form]):
        yield Spot(f"form.{index}.name", N_("表单字段名重复"))
    for index, field in enumerate(item.form):
        at = f"form.{index}"
        if not FIELD_NAME.fullmatch(field.name):
            yield Spot(f"{at}.name", N_("表单字段名应为小写字母、数字和下划线"))
        if not field.label.strip():
            yield Spot(f"{at}.label", N_("表单字段应有中文名称"))
        yield from _outline(at, field)
        if field.max_length <= 0:
            yield Spot(f"{at}.max_length", N_("表单字段的最大长度应为正整数"))
        if field.kind in CHOICE_KINDS and (len(field.choices) < 2 or any(repeated(field.choices))):  # noqa: PLR2004
            yield Spot(f"{at}.choices", N_("选择字段应有至少两个不重复的选项"))
        if field.kind not in CHOICE_KINDS and field.choices:
            yield Spot(f"{at}.choices", N_("只有选择字段可以有选项"))
        if field.minimum is not None and field.maximum is not None and field.minimum > field.maximum:
            yield Spot(f"{at}.minimum", N_("最小值不能大于最大值"))


def flow(item: ServiceItem) -> Iterator[Spot]:
    """Check the order of steps, who acts in each, and that someone other than the clerk decides (domain §2.6)."""
    stages = [step.stage for step in item.steps]
    if stages != sorted(stages, key=STAGES.index):
        yield Spot("steps", N_("办理环节的顺序应为预审、受理、审核、决定、发件"))
    for stage in STAGES:
        if stage not in stages:
            yield Spot("steps", N_("办理流程缺少“%(stage)s”环节"), {"stage": stage})
    for index in repeated([step.code for step in item.steps]):
        yield Spot(f"steps.{index}.code", N_("环节编码重复"))
    for index, step in enumerate(item.steps):
        if step.role not in STAGE_ROLES[step.stage]:
            yield Spot(f"steps.{index}.role", N_("该环节不能由“%(role)s”办理"), {"role": step.role.value})


def step_limits(item: ServiceItem) -> Iterator[Spot]:
    """Check that the steps between acceptance and decision fit into the promised limit."""
    for index, step in enumerate(item.steps):
        if step.limit_day < 0 or (step.limit_type is LimitUnit.ON_THE_SPOT) != (step.limit_day == 0):
            yield Spot(f"steps.{index}.limit_day", N_("环节时限应为正整数，当场办理的为0"))
    inside = [step for step in item.steps if step.stage in {"review", "decision"}]
    units = {step.limit_type for step in inside} | {item.promise_type}
    if len(units) == 1 and sum(step.limit_day for step in inside) > item.promise_day:
        yield Spot("steps", N_("审核和决定环节的时限之和不得超过承诺办结时限"))
    if item.project_type is HandlingType.INSTANT:
        for index, step in enumerate(item.steps):
            if step.limit_type is not LimitUnit.ON_THE_SPOT:
                yield Spot(f"steps.{index}.limit_type", N_("即办件各环节应当场办理"))


def source_exists(item: ServiceItem, source: str) -> bool:
    """Tell whether the place that a licence field takes its value from exists."""
    room, _, name = source.partition(".")
    if room == "form":
        return any(field.name == name for field in item.form)
    if room == "applicant":
        return name in APPLICANT_FIELDS
    return name in {"licence": LICENCE_VALUES, "decision": DECISION_VALUES}.get(room, frozenset())


def number_rule(item: ServiceItem, number: NumberRule) -> Iterator[Spot]:
    """Check that a licence number can be built from its template."""
    try:
        number.template.format(area="420199", year=2026, kind="1", sequence=1)
    except (KeyError, ValueError, IndexError):
        yield Spot("licence.number.template", N_("证照编号模板只能使用area、year、kind和sequence"))
    if "{sequence" not in number.template:
        yield Spot("licence.number.template", N_("证照编号模板应包含顺序号"))
    if "{kind}" in number.template:
        chosen = next((field for field in item.form if field.name == number.kind_field), None)
        if chosen is None or set(chosen.choices) != set(number.kinds):
            yield Spot("licence.number.kinds", N_("证照编号的类别应与表单选项一一对应"))


def licence(item: ServiceItem) -> Iterator[Spot]:
    """Check fields, number rule and validity of the licence that a grant issues."""
    linked = item.licence
    if linked is None:
        return
    if not linked.fields:
        yield Spot("licence.fields", N_("证照应列出照面字段"))
    for index, field in enumerate(linked.fields):
        if not source_exists(item, field.source):
            yield Spot(
                f"licence.fields.{index}.source", N_("照面字段的来源“%(source)s”不存在"), {"source": field.source}
            )
    yield from number_rule(item, linked.number)
    if linked.validity_years is not None and linked.validity_years <= 0:
        yield Spot("licence.validity_years", N_("证照有效年限应为正整数"))
    if linked.validity_field and not any(field.name == linked.validity_field for field in item.form):
        yield Spot("licence.validity_field", N_("证照有效期引用的表单字段不存在"))


def faq(item: ServiceItem) -> Iterator[Spot]:
    """Check that there are frequent questions and each has an answer."""
    if not item.faq:
        yield Spot("faq", N_("常见问题不能为空"))
    for index, question in enumerate(item.faq):
        if not question.question.strip() or not question.answer.strip():
            yield Spot(f"faq.{index}.answer", N_("常见问题应有问有答"))


RULES: tuple[Rule, ...] = (
    Rule("material_complete", CHECKS_CLAUSE, N_("材料要素齐全"), materials),
    Rule("no_catch_all", "行政许可法第三十一条", N_("没有兜底性材料"), catch_all),
    Rule("licence_reuse", "国办函〔2016〕108号", N_("免提交材料可由证照核验"), reuse),
    Rule("tolerance", "国发〔2022〕5号", N_("容缺受理和告知承诺"), tolerance),
    Rule("variants", CHECKS_CLAUSE, N_("情形与表单、材料一致"), variants),
    Rule("question_tree", CHECKS_CLAUSE, N_("提问顺序"), question_tree),
    Rule("form_fields", GUIDE_CLAUSE, N_("申请表单"), form),
    Rule("flow_steps", "DB4201/T 571-2018 5.2.2.4", N_("环节顺序和办理角色"), flow),
    Rule("step_limits", "DB4201/T 571-2018 4.2.3.3", N_("环节时限"), step_limits),
    Rule("licence_fields", "GB/T 36903-2018", N_("照面字段、编号和有效期"), licence),
    Rule("faq", "DB4201/T 571-2018 5.1.1.1", N_("常见问题"), faq),
)
