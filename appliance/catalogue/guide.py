"""The service guide 办事指南 of an item version, as data for a page and a paper (clause 5.1.1.2, domain §4.3).

The body follows the order of GB/T 36114 as practised; empty sections are kept and marked, never dropped.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum

import msgspec

from appliance.catalogue.labels import term
from appliance.domain.item_terms import LimitUnit
from appliance.domain.service_item import LegalBasis, Material, ServiceItem
from appliance.errors import N_

Translate = Callable[[str], str]


class Row(msgspec.Struct, frozen=True):
    """One labelled row of a section; `lines` are paragraphs or list entries."""

    label: str
    lines: tuple[str, ...]


class Table(msgspec.Struct, frozen=True):
    """A table of a section: column titles, and rows of as many cells."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Section(msgspec.Struct, frozen=True):
    """One section of the guide.

    Attributes:
        code: stable name, for anchors and tests.
        title: title in the reader's language.
        rows: labelled content.
        table: a table after the rows, if the section has one.
        empty: True when there is nothing to read in it; the page marks it 待补充.
    """

    code: str
    title: str
    rows: tuple[Row, ...]
    table: Table | None
    empty: bool


def same(text: str) -> str:
    """Leave a message id in Chinese."""
    return text


class _Writer:
    """Collects sections while translating titles and labels."""

    def __init__(self, translate: Translate) -> None:
        self.translate = translate
        self.sections: list[Section] = []

    def row(self, label: str, content: str | Iterable[str]) -> Row:
        lines = (content,) if isinstance(content, str) else tuple(content)
        return Row(self.translate(label), tuple(line for line in lines if line.strip()))

    def section(self, code: str, title: str, *rows: Row, table: Table | None = None) -> None:
        empty = not any(row.lines for row in rows) and not (table and table.rows)
        self.sections.append(Section(code, self.translate(title), rows, table, empty))


def basis_line(basis: LegalBasis) -> str:
    """Write a legal basis as it is cited: 《law》（文号）第×条：text."""
    number = f"（{basis.document_no}）" if basis.document_no else ""
    text = f"：{basis.text}" if basis.text else ""
    return f"《{basis.law}》{number}{basis.article}{text}"


def limit_text(count: int, unit: LimitUnit, translate: Translate = same) -> str:
    """Write a time limit: 5个工作日, 3个月, 当场."""
    name = translate(term(unit))
    return name if unit is LimitUnit.ON_THE_SPOT else f"{count}{name}"


def limit_lines(item: ServiceItem, translate: Translate = same) -> tuple[str, str]:
    """Write the legal and the promised limit with the event that starts them."""

    def line(count: int, unit: LimitUnit, explain: str) -> str:
        start = "" if unit is LimitUnit.ON_THE_SPOT else translate(term(item.clock_start_event))
        return f"{start}{limit_text(count, unit, translate)}" + (f"（{explain}）" if explain else "")

    return (
        line(item.anticipate_day, item.anticipate_type, item.anticipate_explain),
        line(item.promise_day, item.promise_type, item.promise_explain),
    )


def fee_lines(item: ServiceItem, translate: Translate = same) -> tuple[str, ...]:
    """Write what is charged, by which standard, on which basis; or that nothing is."""
    if not item.is_fee:
        return (translate(N_("不收费")),)
    return tuple(
        f"{charge.name}：{charge.standard}（{'；'.join(basis_line(basis) for basis in charge.basis)}）"
        for charge in item.fees
    )


def copies_text(material: Material, translate: Translate = same) -> str:
    """Write how many originals and copies are handed in, or that nothing is 免提交."""
    if material.exempt:
        return translate(N_("免提交（电子证照核验）"))
    parts = []
    if material.originals:
        parts.append(translate(N_("原件%(count)s份")) % {"count": material.originals})
    if material.copies:
        parts.append(translate(N_("复印件%(count)s份")) % {"count": material.copies})
    return "、".join(parts)


def variant_text(item: ServiceItem, material: Material, translate: Translate = same) -> str:
    """Name the situations in which a material must be handed in."""
    names = [variant.name for variant in item.variants if variant.code in material.variants]
    return "、".join(names) or translate(N_("所有情形"))


def material_table(item: ServiceItem, translate: Translate = same) -> Table:
    """Lay out the material list 申请材料目录 in its order."""
    columns = (N_("序号"), N_("材料名称"), N_("份数"), N_("形式"), N_("必要性"), N_("来源"), N_("适用情形"))
    ordered = sorted(item.materials, key=lambda material: material.order)
    return Table(
        tuple(translate(column) for column in columns),
        tuple(
            (
                str(number),
                material.name,
                copies_text(material, translate),
                translate(term(material.material_form)),
                translate(term(material.necessity)),
                material.source_explain,
                variant_text(item, material, translate),
            )
            for number, material in enumerate(ordered, 1)
        ),
    )


def step_table(item: ServiceItem, translate: Translate = same) -> Table:
    """Lay out the steps 办理环节 with their limits."""
    columns = (N_("环节"), N_("时限"), N_("说明"))
    return Table(
        tuple(translate(column) for column in columns),
        tuple((step.name, limit_text(step.limit_day, step.limit_type, translate), step.explain) for step in item.steps),
    )


def _words(codes: Iterable[StrEnum | str], translate: Translate) -> str:
    return "、".join(translate(term(code)) for code in codes)


def mandatory_elements(item: ServiceItem, translate: Translate = same) -> tuple[Row, ...]:
    """Give the 16 elements of clause 5.1.1.2.1, in the clause's order.

    Args:
        item: the item version.
        translate: gettext of the reader's language; Chinese when left out.
    """
    writer = _Writer(translate)
    samples = [name for material in item.materials for name in (material.blank_form, material.sample_form) if name]
    form = [
        translate(N_("%(label)s（视情形）")) % {"label": field.label} if field.when else field.label
        for field in item.form
    ]
    return (
        writer.row(N_("事项名称"), item.task_name),
        writer.row(N_("事项编码"), (item.catalog_code, item.task_code)),
        writer.row(N_("事项类型"), translate(term(item.task_type))),
        writer.row(N_("实施机构"), item.dept_name),
        writer.row(N_("受理机构"), item.guide.accept_authority),
        writer.row(N_("设立依据"), (basis_line(basis) for basis in item.by_law)),
        writer.row(N_("收费情况"), fee_lines(item, translate)),
        writer.row(N_("受理要求"), item.accept_condition),
        writer.row(N_("时限要求"), limit_lines(item, translate)),
        writer.row(N_("申请表单及范本"), ("、".join(form), *samples) if form and samples else ()),
        writer.row(N_("办理流程"), item.handle_flow),
        writer.row(
            N_("办理结果及样本"),
            (item.result_name, item.result_sample) if item.result_name and item.result_sample else (),
        ),
        writer.row(N_("办理时间"), item.transact_time),
        writer.row(N_("办理地点"), item.transact_addr),
        writer.row(N_("联系电话"), item.link_way),
        writer.row(N_("监督投诉方式"), item.supervise_way),
    )


def service_guide(item: ServiceItem, translate: Translate = same) -> tuple[Section, ...]:
    """Give the guide's sections in order (domain §4.3).

    Args:
        item: the item version.
        translate: gettext of the reader's language; Chinese when left out.

    Returns:
        All sections; those without content have `empty` set.
    """
    writer = _Writer(translate)
    _first_half(writer, item, translate)
    _second_half(writer, item, translate)
    _annexes(writer, item, translate)
    return tuple(writer.sections)


def _first_half(writer: _Writer, item: ServiceItem, translate: Translate) -> None:
    row, guide = writer.row, item.guide
    writer.section("scope", N_("适用范围"), row(N_("适用范围"), guide.scope))
    writer.section(
        "project",
        N_("项目信息"),
        row(N_("事项名称"), item.task_name),
        row(N_("业务办理项"), item.task_handle_name),
        row(N_("事项类型"), translate(term(item.task_type))),
        row(N_("审批类别"), guide.approval_category),
        row(N_("基本编码"), item.catalog_code),
        row(N_("实施编码"), item.task_code),
        row(N_("业务办理项编码"), item.task_handle_item),
        row(N_("办件类型"), translate(term(item.project_type))),
        row(N_("行使层级"), translate(term(item.use_level))),
        row(N_("服务对象"), _words(item.server_type, translate)),
    )
    writer.section("basis", N_("办理依据"), row(N_("设定依据"), (basis_line(basis) for basis in item.by_law)))
    writer.section("accept_authority", N_("受理机构"), row(N_("受理机构"), guide.accept_authority))
    writer.section(
        "decide_authority",
        N_("决定机构"),
        row(N_("决定机构"), guide.decide_authority),
        row(N_("联办机构"), item.other_dept),
    )
    quantity = item.limit_explain or translate(N_("无数量限制"))
    writer.section("quantity", N_("数量限制"), row(N_("数量限制"), quantity))
    writer.section(
        "conditions",
        N_("办事条件"),
        row(N_("受理条件"), item.accept_condition),
        row(N_("准予批准的条件"), guide.grant_conditions),
        row(N_("不予批准的情形"), guide.refuse_conditions),
    )
    ordered = sorted(item.materials, key=lambda material: material.order)
    writer.section(
        "materials",
        N_("申请材料"),
        *(Row(material.name, (*material.review_points, material.filling_notes)) for material in ordered),
        table=material_table(item, translate),
    )
    writer.section("receiving", N_("申请接收"), row(N_("接收方式和时间"), guide.receive_ways))


def _second_half(writer: _Writer, item: ServiceItem, translate: Translate) -> None:
    row, guide = writer.row, item.guide
    legal, promised = limit_lines(item, translate)
    writer.section("flow", N_("办理基本流程"), row(N_("流程"), item.handle_flow), table=step_table(item, translate))
    visits = translate(N_("%(count)s次")) % {"count": item.limit_scene_num}
    writer.section(
        "ways",
        N_("办理方式"),
        row(N_("办理形式"), _words(item.handle_type, translate)),
        row(N_("办理深度"), translate(N_("%(depth)s级")) % {"depth": item.handle_depth}),
        row(N_("到办事现场次数"), (visits, item.limit_scene_explain)),
    )
    special = tuple(
        f"{translate(term(one.kind))}：{limit_text(one.planned_days, one.planned_type, translate)}，{one.explain}"
        for one in item.special_procedure
    )
    writer.section(
        "limits",
        N_("审批时限"),
        row(N_("法定办结时限"), legal),
        row(N_("承诺办结时限"), promised),
        row(N_("延长时限"), item.extension_explain),
        row(N_("特别程序（不计入时限）"), special or translate(N_("无"))),
    )
    writer.section("fee", N_("收费依据及标准"), row(N_("收费情况"), fee_lines(item, translate)))
    writer.section(
        "result",
        N_("审批结果"),
        row(N_("结果名称"), item.result_name),
        row(N_("结果类型"), translate(term(item.result_type))),
        row(N_("有效期限"), item.result_validity),
    )
    writer.section("delivery", N_("结果送达"), row(N_("送达方式"), guide.result_delivery))
    writer.section(
        "rights",
        N_("申请人权利和义务"),
        row(N_("权利"), guide.rights),
        row(N_("义务"), guide.duties),
    )
    writer.section("consult", N_("咨询途径"), row(N_("咨询方式"), item.link_way))
    writer.section("supervise", N_("监督和投诉渠道"), row(N_("监督投诉方式"), item.supervise_way))
    writer.section(
        "office",
        N_("办公地址和时间"),
        row(N_("办理地点"), item.transact_addr),
        row(N_("办理时间"), item.transact_time),
    )
    writer.section("query", N_("公开查询"), row(N_("查询方式"), guide.public_query))


def _annexes(writer: _Writer, item: ServiceItem, translate: Translate) -> None:
    row = writer.row
    arrow = translate(N_("收件")) + " → " + " → ".join(step.name for step in item.steps) if item.steps else ""
    writer.section("annex_flow", N_("附录：流程图"), row(N_("流程图"), arrow))
    blank = tuple(material.blank_form for material in item.materials if material.blank_form)
    sample = tuple(material.sample_form for material in item.materials if material.sample_form)
    writer.section(
        "annex_forms",
        N_("附录：表格样本"),
        row(N_("空白表格"), blank),
        row(N_("示例样表"), sample),
        row(N_("结果样本"), item.result_sample),
    )
    writer.section("annex_mistakes", N_("附录：常见错误示例"), row(N_("常见错误"), item.guide.common_mistakes))
    writer.section(
        "annex_faq", N_("附录：常见问题"), *(Row(question.question, (question.answer,)) for question in item.faq)
    )
