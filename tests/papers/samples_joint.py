"""Made-up data for the papers of a joint whole."""

import datetime as dt

from paper_samples import PHONES, REMEDIES, at, head

from appliance.papers import data as d

FUN, HEALTH, FOOD = "娱乐场所经营单位设立审批", "公共场所卫生许可（新办）", "食品经营许可证核发（新办）"
CULTURE, MEDICAL, MARKET = "示范区文化和旅游局", "示范区卫生健康局", "示范区市场监督管理局"


def joint_receipt(**changes):
    return d.JointReceipt(
        head=head("joint_receipt", acceptance="", **changes),
        received_at=at(23, 10, 1, 2),
        channel="窗口申请（排队票 B012）",
        items=(
            d.JointItem(name=FUN, authority=CULTURE, intake_no="S4201990120261123100080"),
            d.JointItem(name=HEALTH, authority=MEDICAL, intake_no="S4201990120261123100099"),
            d.JointItem(name=FOOD, authority=MARKET, intake_no="S4201990120261123100100"),
        ),
        materials=(
            d.SharedMaterial(
                name="法定代表人（负责人）身份证明", form="复印件", copies=1, pages=1, items=f"{HEALTH}、{FOOD}"
            ),
            d.SharedMaterial(name="场所地理位置图、内部平面图", form="原件", copies=2, pages=4, items="全部事项"),
            d.SharedMaterial(name="食品安全管理制度文本", form="原件", copies=1, pages=12, items=FOOD),
        ),
        correction_due=dt.date(2026, 11, 30),
        query_code="493027",
        query_way="凭收件编号和查询码，在大厅自助终端查询全部事项的办理进度",
        phones=PHONES,
    )


def joint_correction_notice(**changes):
    return d.JointCorrectionNotice(
        head=head("joint_correction_notice", acceptance="", **changes),
        items=(
            d.JointCorrection(
                item=FUN,
                authority=CULTURE,
                numbers=(1,),
                lines=(
                    d.CorrectionLine(
                        subject="场所地理位置图和内部平面图",
                        problem="平面图没有标明安全出口的位置",
                        requirement="补交标明安全出口、包厢编号的内部平面图，加盖公章",
                        basis="《娱乐场所管理条例》第九条",
                    ),
                ),
            ),
            d.JointCorrection(
                item=FOOD,
                authority=MARKET,
                numbers=(2, 3),
                due=dt.date(2026, 12, 23),
                lines=(
                    d.CorrectionLine(
                        subject="设备设施布局、操作流程",
                        problem="布局图没有标注清洗消毒区",
                        requirement="补交标注清洗消毒区的布局图",
                        basis="《食品经营许可和备案管理办法》第十二条",
                    ),
                    d.CorrectionLine(
                        subject="食品安全管理制度文本",
                        problem="缺少从业人员培训制度",
                        requirement="补充从业人员培训管理制度",
                        basis="《食品安全法》第四十四条",
                    ),
                ),
            ),
        ),
        resubmit="持收件编号到示范区政务服务大厅综合窗口一次交齐",
        phones=PHONES,
        accepted=(f"{HEALTH}（受理编号 A420199012026112310008S）",),
    )


def joint_acceptance(**changes):
    return d.JointAcceptance(
        head=head("joint_acceptance", **changes),
        accepted_on=dt.date(2026, 11, 27),
        limit="自统一受理之日起30个工作日",
        due=dt.date(2027, 1, 8),
        due_provisional=True,
        items=(
            d.JointAcceptedItem(
                name=FUN,
                authority=CULTURE,
                acceptance_no="A420199012026112310008S",
                accepted_on=dt.date(2026, 11, 27),
                due=dt.date(2026, 12, 11),
                legal_due=dt.date(2026, 12, 25),
            ),
            d.JointAcceptedItem(
                name=FOOD,
                authority=MARKET,
                acceptance_no="A420199012026112310009Q",
                accepted_on=dt.date(2026, 11, 26),
                due=dt.date(2026, 12, 3),
                legal_due=dt.date(2026, 12, 10),
            ),
        ),
        left_out=(f"{HEALTH}（申请人撤回）",),
        fee="不收费",
        delivery="全部作出决定后在发件窗口一次领取",
        query_way="凭收件编号和查询码，在大厅自助终端查询",
        handler_name="何示例（工号C1006）",
        handler_phone="027-82000016",
        phones=PHONES,
    )


def joint_result(**changes):
    return d.JointResult(
        head=head("joint_result", **changes),
        accepted_on=dt.date(2026, 11, 27),
        items=(
            d.JointOutcomeLine(
                name=FUN,
                authority=CULTURE,
                outcome="准予",
                document_no="示文旅〔2026〕12号",
                decided_on=dt.date(2026, 12, 9),
            ),
            d.JointOutcomeLine(
                name=FOOD,
                authority=MARKET,
                outcome="不予许可",
                document_no="示市监〔2026〕31号",
                decided_on=dt.date(2026, 12, 3),
                reasons="加工区与就餐区没有分隔，不符合食品安全法第三十三条规定的条件。",
            ),
            d.JointOutcomeLine(name=HEALTH, authority=MEDICAL, outcome="申请人撤回"),
        ),
        collect="凭本告知书和有效身份证件到发件窗口一次领取全部结果",
        phones=PHONES,
        remedies=REMEDIES,
    )
