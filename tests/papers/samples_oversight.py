"""Made-up data for the papers of supervision and of complaints."""

import datetime as dt

import msgspec
from paper_samples import INTAKE, PHONES, at, head

from appliance.papers import data as d
from appliance.papers.kinds import kind_named, paper_id


def urge_order():
    base = head("urge_order", acceptance="", agent=None)
    return d.UrgeOrder(
        head=d.Head(
            paper_id=base.paper_id,
            hall=base.hall,
            authority=base.authority,
            item_name=base.item_name,
            item_code=base.item_code,
            issued_at=base.issued_at,
        ),
        number="512",
        level="督办单",
        case_no=INTAKE,
        case_state="审核中",
        responsible="王承办（工号C1001）",
        cause="申请人两次来电询问，没有得到答复。",
        demand="请当日联系申请人，说明办理进度和预计办结时间。",
        due=dt.date(2026, 11, 25),
        issued_by="孙监察（工号S5001）",
        reply="已电话告知申请人，材料今天核对完，明天送审核。",
        replied_by="王承办（工号C1001）",
        replied_at=at(24, 9, 30),
        verdict="答复及时，情况属实，按期办结。",
        outcome="已办结：成立",
        phones=PHONES,
    )


def warning_notice():
    changes = {
        "level": "黄牌",
        "cause": "R04 超过承诺期限；应于 2026-11-20 前完成，已超期。",
        "demand": "请说明情况，并写明整改措施。",
    }
    fields = msgspec.structs.asdict(urge_order()) | changes
    fields["head"] = msgspec.structs.replace(fields["head"], paper_id=head("warning_notice", agent=None).paper_id)
    return d.WarningNotice(**fields)


def _complaint_head(kind):
    base = head(kind, acceptance="", agent=None)
    return d.Head(
        paper_id=paper_id("TS202611231001", kind_named(kind), 1),
        hall=base.hall,
        authority="武汉市示范区政务服务中心",
        item_name="办件 " + INTAKE,
        item_code="TS202611231001",
        issued_at=base.issued_at,
    )


def complaint_receipt():
    return d.ComplaintReceipt(
        head=_complaint_head("complaint_receipt"),
        registered_at=at(23, 10, 5, 9),
        registered_by="王窗口（工号W0312）",
        channel="现场",
        category="办理效率",
        complainant="李示例",
        contact="13800005678",
        content="十一月二日提交的申请一直没有人联系，两次来电询问都说再等等。",
        investigator="严厅长（工号M4001）",
        due=dt.date(2026, 11, 30),
        extended=True,
        phones=PHONES,
    )


def complaint_reply():
    return d.ComplaintReply(
        head=_complaint_head("complaint_reply"),
        registered_at=at(23, 10, 5, 9),
        category="办理效率",
        complainant="李示例",
        outcome="部分属实",
        ground="没有明确的投诉对象",
        reply="经核实，承办人员没有及时告知进度，已向您致歉；办件今天已送审核，承诺期限没有超过。",
        measures="已约谈承办人员，本周起来电询问当日回复。",
        replied_by="严厅长（工号M4001）",
        satisfaction="满意",
        archive_no="2026-TS-0012",
        phones=PHONES,
    )


def personal_data_notice():
    base = head("personal_data_notice", acceptance="", agent=None)
    return d.PersonalDataNotice(
        head=d.Head(
            paper_id=paper_id("GX2026112310001", kind_named("personal_data_notice"), 1),
            hall=base.hall,
            authority="武汉市示范区政务服务中心",
            item_name="删除（第四十七条）",
            item_code="GX2026112310001",
            issued_at=base.issued_at,
        ),
        requested_at=at(23, 10, 5, 9),
        channel="窗口当面",
        right="删除（第四十七条）",
        ground="处理目的已实现、无法实现或者不再必要（第四十七条第一项）",
        matters=(
            d.PersonalDataLine(no=INTAKE, title="食品经营许可证核发（新办），申请人撤回", outcome="已删除"),
            d.PersonalDataLine(no=INTAKE[:-1] + "8", title="食品经营许可证核发（新办），办结", outcome="已限制处理"),
        ),
        erased=True,
        restricted=True,
        refused=True,
        lifted=True,
        reason="该件还在办理，处理为履行法定职责所必需。",
        proposed_by="严厅长（工号M4001）",
        decided_by="安批准（工号A3001）",
        city="市级平台保存的副本已经同样删除。",
        phones=PHONES,
    )
