"""The service item 政务服务事项 as data: one frozen version of an implementation list entry 实施清单.

Field names are those of the national exchange table where one is known (domain §4.2); the others are local. A case
pins the version of the item that it was received under, so nothing here ever changes after publication.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from appliance.domain.actor import Role
from appliance.domain.item_terms import (
    ClockStart,
    ConditionOp,
    FieldKind,
    HandleType,
    HandlingType,
    LawRank,
    LimitUnit,
    MaterialForm,
    MaterialSource,
    MaterialType,
    Necessity,
    PowerSource,
    ReceiptEvent,
    ResultType,
    ServerType,
    StepStage,
    TaskState,
    TaskType,
    UseLevel,
)

Answer = str | bool | int | Sequence[str] | None
Answers = Mapping[str, Answer]


class LegalBasis(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One legal basis 设定依据: law, article, and the words relied on; `document_no` is the issue number 文号."""

    law: str
    article: str = ""
    text: str = ""
    rank: LawRank
    document_no: str = ""


class Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A test of one answer of the form; yes/no answers compare as ``"yes"`` and ``"no"``."""

    field: str
    op: ConditionOp = ConditionOp.IN
    values: tuple[str, ...]


class Variant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One situation 情形 of an item; it applies when every condition holds (no condition: it is chosen by hand).

    The question tree 导办问答 stands in the form: a field with `when` is asked only after the answers that lead to it,
    and what was answered selects the variants.
    """

    code: str
    name: str
    question: str = ""
    when: tuple[Condition, ...] = ()


class Material(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of the material list 申请材料 (domain §4.6).

    `originals` and `copies` are counts. `review_points` are the acceptance standards 受理标准 that pre-review ticks
    off. `licence_codes` name licence types (21 characters) whose electronic record replaces the paper; with
    `exempt` 免提交 the applicant hands in nothing. An empty `variants` means: in every situation.
    """

    code: str
    name: str
    material_type: MaterialType
    material_form: MaterialForm
    originals: int = 0
    copies: int = 0
    paper_size: str = "A4"
    necessity: Necessity
    source: MaterialSource
    source_explain: str
    exempt: bool = False
    licence_codes: tuple[str, ...] = ()
    proof_item: bool = False
    promise_allowed: bool = False
    review_points: tuple[str, ...]
    filling_notes: str = ""
    blank_form: str = ""
    sample_form: str = ""
    by_law: tuple[LegalBasis, ...]
    variants: tuple[str, ...] = ()
    order: int
    remark: str = ""

    @property
    def tolerable(self) -> bool:
        """Tell whether acceptance may go ahead without it 容缺受理."""
        return self.necessity is Necessity.TOLERABLE


class FormField(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field of the application form. `max_length` counts characters; `unit` names what a number counts.

    `personal` marks personal information, kept in the private part of an entry. `prefill` names where a value is
    taken from: ``applicant.<field>`` or ``licence.<type code>.<field>``. With `when` it is asked only where every
    condition holds, each of a field that stands before it.
    """

    name: str
    label: str
    kind: FieldKind
    required: bool = True
    max_length: int = 200
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    unit: str = ""
    hint: str = ""
    group: str = ""
    personal: bool = False
    prefill: str = ""
    when: tuple[Condition, ...] = ()


class Fee(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One charge 收费项目: its standard in words, and its statutory basis (行政许可法 art. 58–59)."""

    name: str
    standard: str
    basis: tuple[LegalBasis, ...]


class NumberRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the licence number 证照编号 is built.

    `template` holds ``{area}`` (6 digits), ``{year}`` (4), ``{kind}`` (from `kinds`, by the answer to
    `kind_field`) and ``{sequence:06}``; `check` appends a check character over the digits before it.
    """

    template: str
    check: Literal["none", "mod_11_10", "mod_37_36", "uscc"] = "none"
    kind_field: str = ""
    kinds: dict[str, str] = {}


class LicenceField(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field printed on the licence; `source` is ``applicant.x``, ``form.x``, ``licence.x`` or ``decision.x``."""

    name: str
    label: str
    source: str


class LicenceType(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The licence type 证照类型 that a grant issues (GB/T 36902). No `validity_years` and no months means 长期."""

    type_code: str
    type_name: str
    define_authority_name: str
    define_authority_code: str
    define_authority_level: str
    holder_category: Literal["natural_person", "legal_entity", "mixed"]
    number: NumberRule
    validity_years: int | None = None
    validity_months: int | None = None
    validity_field: str = ""
    fields: tuple[LicenceField, ...]
    attachments: tuple[str, ...] = ()


class SpecialProcedure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A procedure outside the limit 特别程序. `kind` is checked against `SpecialKind` by the validators."""

    kind: str
    planned_days: int
    planned_type: LimitUnit = LimitUnit.WORKING_DAY
    mandatory: bool = False
    explain: str
    by_law: tuple[LegalBasis, ...] = ()


class FlowStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step 环节 of the flow with who acts and how long it may take; clock C8 runs on `limit_day`."""

    code: str
    name: str
    stage: StepStage
    role: Role
    limit_day: int
    limit_type: LimitUnit = LimitUnit.WORKING_DAY
    explain: str = ""


class TolerancePolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tolerant acceptance 容缺受理 (domain §2.4): until when the missing materials must come in (clock C6)."""

    deadline: Literal["before_decision", "before_issue", "fixed_days"]
    days: int = 0
    day_type: LimitUnit = LimitUnit.WORKING_DAY
    explain: str = ""


class CorrectionPolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Correction 补正: clock C1 (art. 32) and C5; `valid_days` is 0 when no rule sets a limit for the applicant.

    `deemed_acceptance` is False where the item's own statute does not repeat art. 32(4) 逾期不告知视为受理.
    """

    notice_day: int = 5
    valid_days: int = 0
    valid_basis: tuple[LegalBasis, ...] = ()
    deemed_acceptance: bool = True


class Renewal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a renewal 延续 must be filed before the licence expires; `replaces` the old licence version."""

    file_before_days: int
    file_before_type: LimitUnit = LimitUnit.NATURAL_DAY
    replaces: bool = True


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A frequent question 常见问题 and its answer."""

    question: str
    answer: str


class GuideText(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The parts of the service guide 办事指南 that the exchange table has no field for (domain §4.3)."""

    scope: str
    approval_category: str
    accept_authority: str
    decide_authority: str
    grant_conditions: tuple[str, ...]
    refuse_conditions: tuple[str, ...]
    receive_ways: tuple[str, ...]
    result_delivery: str
    rights: tuple[str, ...]
    duties: tuple[str, ...]
    public_query: str
    common_mistakes: tuple[str, ...]


class ServiceItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of a service item; field names of the exchange table first, then the local ones (domain §4.2).

    `catalog_code` is the 12-character basic code that clerks type, `task_code` the 31-character implementation
    code, `mnemonic` a short word for search. `uncertain` lists field paths whose values are 示例/待核.
    """

    row_guid: str
    task_name: str
    catalog_code: str
    catalog_name: str
    local_catalog_code: str = ""
    task_code: str
    local_task_code: str = ""
    task_handle_item: str = ""
    task_handle_name: str = ""
    task_type: TaskType
    by_law: tuple[LegalBasis, ...]
    power_source: PowerSource
    use_level: UseLevel
    dept_name: str
    dept_code: str
    dept_type: Literal["statutory_body", "authorised_organisation", "entrusted_organisation"]
    entrust_name: str = ""
    other_dept: tuple[str, ...] = ()
    task_state: TaskState = TaskState.ACTIVE
    task_version: int
    plan_effective_date: dt.date
    plan_cancel_date: dt.date | None = None
    project_type: HandlingType
    anticipate_day: int
    anticipate_type: LimitUnit
    anticipate_explain: str
    promise_day: int
    promise_type: LimitUnit
    promise_explain: str
    accept_condition: tuple[str, ...]
    handle_flow: str
    special_procedure: tuple[SpecialProcedure, ...] = ()
    handle_type: tuple[HandleType, ...]
    handle_depth: Literal["I", "II", "III", "IV"]
    limit_scene_num: int
    limit_scene_explain: str = ""
    is_entry_center: bool
    handle_area: str = ""
    server_type: tuple[ServerType, ...]
    is_fee: bool
    fees: tuple[Fee, ...] = ()
    limit_explain: str = ""
    service_type: str = ""
    result_type: ResultType
    result_name: str
    result_sample: str = ""
    licence: LicenceType | None = None
    transact_addr: str
    transact_time: str
    link_way: str
    supervise_way: str
    link_addr: str = ""
    is_single_login: bool = False
    mobile_terminal_url: str = ""
    app_is_single_login: bool = False
    faq: tuple[Question, ...]
    cd_batch: str = ""
    cd_operation: Literal["I", "U", "D"] = "I"
    cd_time: str = ""
    data_source: str = ""
    # Local fields.
    mnemonic: str
    keywords: tuple[str, ...] = ()
    themes: tuple[str, ...]
    guide: GuideText
    materials: tuple[Material, ...]
    variants: tuple[Variant, ...] = ()
    form: tuple[FormField, ...]
    steps: tuple[FlowStep, ...]
    handling_flow_id: str
    approval_channel: Literal["local", "external"] = "local"
    clock_start_event: ClockStart = ClockStart.ACCEPTANCE
    receipt_event: ReceiptEvent = ReceiptEvent.EARLIEST
    extension_max_days: int = 0
    extension_explain: str = ""
    delivery_day: int = 10
    correction: CorrectionPolicy = CorrectionPolicy()
    tolerance_policy: TolerancePolicy | None = None
    promise_based_allowed: bool = False
    promise_template: str = ""
    window_groups: tuple[str, ...] = ()
    result_validity: str
    renewal: Renewal | None = None
    quota: int = 0
    requires_site_check: bool = False
    site_check_explain: str = ""
    publicity_masking: Literal["name_full", "name_masked", "not_published"]
    publicity_days: int = 0
    refusal_copy_to: str = ""
    seal_second_person_waived: bool = False
    auto_decide: bool = False
    retention_class: Literal["permanent", "30_years", "10_years"]
    uncertain: tuple[str, ...] = ()

    def material(self, code: str) -> Material | None:
        """Find a material by its code; None when this version has none of that code."""
        return next((material for material in self.materials if material.code == code), None)

    def step(self, code: str) -> FlowStep | None:
        """Find a step by its code; None when this version has none of that code."""
        return next((step for step in self.steps if step.code == code), None)


def condition_holds(condition: Condition, answers: Answers) -> bool:
    """Tell whether a condition holds; an unanswered field matches nothing, so `NOT_IN` holds for it."""
    answer = answers.get(condition.field)
    given: set[str]
    if answer is None:
        given = set()
    elif isinstance(answer, bool):
        given = {"yes" if answer else "no"}
    elif isinstance(answer, str | int):
        given = {str(answer)}
    else:
        given = set(answer)
    matched = not given.isdisjoint(condition.values)
    return matched if condition.op is ConditionOp.IN else not matched


def asked_fields(item: ServiceItem, answers: Answers) -> tuple[FormField, ...]:
    """Give the fields of the form that these answers lead to, in order: the question tree walked from the top.

    An answer to a question that is not asked counts for nothing, so what hangs below it is not asked either.
    """
    asked: list[FormField] = []
    counted: dict[str, str | int | bool | Sequence[str] | None] = {}
    for field in item.form:
        if not all(condition_holds(condition, counted) for condition in field.when):
            continue
        asked.append(field)
        if field.name in answers:
            counted[field.name] = answers[field.name]
    return tuple(asked)


def variants_for(item: ServiceItem, answers: Answers, chosen: Sequence[str] = ()) -> tuple[str, ...]:
    """Give the codes of the variants that apply: those whose conditions all hold, and those chosen by hand."""
    return tuple(
        variant.code
        for variant in item.variants
        if variant.code in chosen
        or (variant.when and all(condition_holds(condition, answers) for condition in variant.when))
    )


def materials_for(item: ServiceItem, answers: Answers, chosen: Sequence[str] = ()) -> tuple[Material, ...]:
    """Give the materials that this applicant must see, in their order: the general ones and those of the variants."""
    applying = set(variants_for(item, answers, chosen))
    listed = (material for material in item.materials if not material.variants or applying & set(material.variants))
    return tuple(sorted(listed, key=lambda material: material.order))
