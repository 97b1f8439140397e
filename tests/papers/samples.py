"""One full set of made-up data for each kind of paper (district 420199 does not exist)."""

import datetime as dt
from zoneinfo import ZoneInfo

from appliance.papers import data as d
from appliance.papers.kinds import kind_named, paper_id

ZONE = ZoneInfo("Asia/Shanghai")
INTAKE = "S4201990120261123100079"
ACCEPTANCE = "A420199012026112310007H"
ITEM_CODE = "11420199MBDEM004XU400012510100001"
IDENTIFIER = "1.2.156.3005.2.11420199MBDEM004XU001.11420199MBDEM004XU.20260000000000000001.001.L"


def at(day: int, hour: int, minute: int, second: int = 0):
    return dt.datetime(2026, 11, day, hour, minute, second, tzinfo=ZONE)


APPLICANT = d.Party(
    name="武汉市示范区好味道餐饮管理有限公司",
    id_label="统一社会信用代码",
    id_masked="91420199MADEM0001X",
    phone_masked="138****5678",
)
AGENT = d.Agent(
    name="王小明",
    id_label="居民身份证",
    id_masked="420199********0013",
    authority="授权委托书（经办人）",
    phone_masked="139****0011",
)
PHONES = d.Phones(
    consult="027-8200 0001",
    supervision="027-12345",
    address="武汉市示范区政务大道1号 政务服务中心一楼",
    hours="工作日 9:00—12:00，13:30—17:00",
)
REMEDIES = d.Remedies(
    review_body="武汉市示范区人民政府", court="武汉市江岸区人民法院", online_channel="https://fuyi.example.gov.cn"
)
MATERIALS = (
    d.Material(name="食品经营许可申请书", form="原件", copies=1, pages=6),
    d.Material(name="营业执照", form="电子", copies=1, note="免提交，电子证照核验"),
    d.Material(name="法定代表人（负责人）身份证明", form="复印件", copies=1, pages=1, note="已核对原件"),
    d.Material(name="与食品经营相适应的主要设备设施布局、操作流程等说明", form="原件", copies=1, pages=4),
    d.Material(name="食品安全管理制度文本", form="原件", copies=1, pages=12),
    d.Material(name="授权委托书", form="原件", copies=1, pages=1),
)
MISSING = (d.MissingMaterial(name="从业人员健康证明", note="可容缺，承诺后补"),)


def head(kind: str, *, official: str = "", acceptance: str = ACCEPTANCE, agent=AGENT, applicant=APPLICANT, sequence=1):
    return d.Head(
        paper_id=paper_id(INTAKE, kind_named(kind), sequence),
        hall="武汉市示范区政务服务中心",
        authority="武汉市示范区市场监督管理局",
        item_name="食品经营许可证核发（新办）",
        item_code=ITEM_CODE,
        issued_at=at(23, 10, 1, 2),
        document_no=official,
        intake_no=INTAKE,
        acceptance_no=acceptance,
        applicant=applicant,
        agent=agent,
        operator=d.Operator(name="李四光", staff_no="0103", window="3号综合窗口"),
    )


RECEIPT = d.Receipt(
    received_at=at(23, 10, 1, 2),
    channel="窗口申请",
    materials=MATERIALS,
    missing=MISSING,
    correction_due=dt.date(2026, 11, 30),
    query_code="493027",
    query_way="凭收件编号和查询码，在大厅自助终端或拨打咨询电话查询办理进度",
    phones=PHONES,
)


def intake_receipt(**changes):
    return d.IntakeReceipt(head=head("intake_receipt", acceptance="", **changes), receipt=RECEIPT)


def submission_slip(**changes):
    return d.SubmissionSlip(
        head=head("submission_slip", acceptance="", **changes),
        submitted_at=at(23, 10, 1, 2),
        channel="本厅自助终端",
        materials=MATERIALS,
        missing=MISSING,
        query_code="493027",
        query_way="凭收件编号和查询码，在大厅自助终端或拨打咨询电话查询办理进度",
        phones=PHONES,
    )


def queue_ticket(**changes):
    hall = "武汉市示范区政务服务中心"
    whole = {
        "paper_id": "Q20261123A047-51-1",
        "hall": hall,
        "authority": hall,
        "item_name": "工程建设与城市管理",
        "item_code": "construction",
        "issued_at": at(23, 10, 1, 2),
    }
    return d.QueueTicket(
        head=d.Head(**(whole | changes)),
        code="C047",
        drawn_at=at(23, 10, 1, 2),
        ahead=12,
        priority="老年人",
        wait="约 35 分钟",
        notice="请留意叫号屏和语音；叫号三次未到的按过号处理，过号当天可以重排一次。",
        phones=PHONES,
    )


def archive_receipt(**changes):
    return d.ArchiveReceipt(
        head=head("archive_receipt", acceptance="", **changes),
        receipt=RECEIPT,
        shelf_code="2026-SP-A03-0117",
        scans=tuple(
            d.Scan(name=f"{one.name}.pdf", sha256=f"{n:x}" * 64, pages=one.pages) for n, one in enumerate(MATERIALS, 1)
        ),
    )


def correction_notice(**changes):
    return d.CorrectionNotice(
        head=head("correction_notice", acceptance="", **changes),
        lines=(
            d.CorrectionLine(
                subject="与食品经营相适应的主要设备设施布局、操作流程等说明",
                problem="平面图未标注生熟分开的操作区和排污口位置",
                requirement="重新绘制平面图，标明各操作区名称、面积、流程走向和排污口位置，并由负责人签字",
                basis="《食品经营许可和备案管理办法》第十二条",
            ),
            d.CorrectionLine(
                subject="从业人员健康证明",
                problem="未提交",
                requirement="提交全部接触直接入口食品人员的有效健康证明复印件",
                basis="《中华人民共和国食品安全法》第四十五条",
            ),
            d.CorrectionLine(
                subject="食品经营许可申请书",
                problem="第三页经营项目与平面图所示操作间不一致",
                requirement="更正经营项目或者平面图，使两者一致",
                basis="《食品经营许可和备案管理办法》第十四条",
            ),
        ),
        resubmit="到综合窗口提交，或者在网上政务服务大厅“我的办件”中上传；凭收件编号办理",
        phones=PHONES,
        due=dt.date(2026, 12, 23),
    )


def supplement_receipt(**changes):
    return d.SupplementReceipt(
        head=head("supplement_receipt", acceptance="", **changes),
        notice=f"{INTAKE}-03-1",
        received_at=at(27, 9, 30),
        lines=(
            d.Supplement(name="设备设施布局平面图（重绘）", form="原件", copies=1, pages=2, answers="第1项"),
            d.Supplement(name="食品经营许可申请书（更正页）", form="原件", copies=1, pages=1, answers="第3项"),
        ),
        query_code="493027",
        query_way="凭收件编号和查询码查询办理进度",
        phones=PHONES,
        outstanding=(d.MissingMaterial(name="从业人员健康证明", note="第2项"),),
    )


def acceptance_receipt(**changes):
    return d.AcceptanceReceipt(
        head=head("acceptance_receipt", **changes),
        accepted_on=dt.date(2026, 11, 27),
        legal_limit="自受理之日起20个工作日",
        promised_limit="自受理之日起10个工作日",
        promised_finish=dt.date(2026, 12, 11),
        fee="不收费",
        delivery="窗口领取",
        handler_name="赵敏",
        handler_phone="027-8200 0012",
        query_way="凭收件编号和查询码，在大厅自助终端、网上政务服务大厅或拨打咨询电话查询",
        phones=PHONES,
        materials=MATERIALS,
        special_procedures=(d.SpecialProcedure(name="检验检测（餐饮具消毒效果）", needed="约5个工作日"),),
    )


def not_required_notice(**changes):
    return d.NotRequiredNotice(
        head=head("not_required_notice", acceptance="", **changes),
        reason="申请人仅销售预包装食品，依法实行备案管理，不需要取得食品经营许可。",
        basis="《中华人民共和国食品安全法》第三十五条第一款",
        phones=PHONES,
    )


def not_accepted_notice(**changes):
    return d.NotAcceptedNotice(
        head=head("not_accepted_notice", acceptance="", official="示市监不受〔2026〕3号", **changes),
        reason="经营场所位于武汉市江岸区，不在本机关管辖区域内。",
        basis="《食品经营许可和备案管理办法》第七条",
        competent_authority="武汉市江岸区市场监督管理局",
        remedies=REMEDIES,
        phones=PHONES,
    )


def approval_form(**changes):
    return d.ApprovalForm(
        head=head("approval_form", **changes),
        accepted_on=dt.date(2026, 11, 27),
        promised_finish=dt.date(2026, 12, 11),
        basis="《中华人民共和国食品安全法》第三十五条；《食品经营许可和备案管理办法》第十五条",
        draft_decision="准予核发食品经营许可证，经营项目：热食类食品制售，有效期五年。",
        materials=MATERIALS,
        summary="申请人在示范区政务大道8号新办餐饮服务经营者（小型），经营项目为热食类食品制售。",
        steps=(
            d.ApprovalStep(
                stage="承办人意见",
                opinion="材料齐全，符合法定形式。现场核查两名执法人员到场，布局、设施与申报一致，建议准予许可。",
                result="建议准予",
                signer="赵敏",
                signer_no="0201",
                signed_at=at(30, 15, 20, 11),
            ),
            d.ApprovalStep(
                stage="审核人意见",
                opinion="经复核，承办意见事实清楚、依据充分，同意。",
                result="同意",
                signer="钱伟",
                signer_no="0202",
                signed_at=at(30, 16, 5, 40),
            ),
            d.ApprovalStep(
                stage="批准人意见",
                opinion="同意准予许可，依法制发决定书和许可证。",
                result="准予",
                signer="孙立",
                signer_no="0203",
                signed_at=at(30, 17, 2, 9),
            ),
        ),
    )


def decision_granted(**changes):
    return d.DecisionGranted(
        head=head("decision_granted", official="示市监许准〔2026〕12号", **changes),
        accepted_on=dt.date(2026, 11, 27),
        content="食品经营许可（新办）",
        basis="《中华人民共和国行政许可法》第三十八条第一款、《食品经营许可和备案管理办法》第十七条",
        scope="热食类食品制售；经营场所：武汉市示范区政务大道8号",
        validity="自2026年11月30日至2031年11月29日",
        licence_name="食品经营许可证",
        licence_no="JY24201990000017",
        conditions=(
            "按照许可的经营项目从事经营活动；",
            "在经营场所显著位置悬挂许可证正本；",
            "许可事项发生变化的，十个工作日内申请变更。",
        ),
        delivery="窗口领取，自本决定作出之日起十个工作日内",
    )


def decision_refused(**changes):
    return d.DecisionRefused(
        head=head("decision_refused", official="示市监许不〔2026〕2号", **changes),
        accepted_on=dt.date(2026, 11, 27),
        facts="2026年11月28日，本机关两名执法人员对申请的经营场所进行现场核查，查明该场所操作间与公共厕所直接相邻，间距不足规定要求。",
        reasons=("经营场所与有毒、有害场所及其他污染源未保持规定的距离；", "未设置独立的餐饮具清洗消毒间。"),
        basis="《中华人民共和国行政许可法》第三十八条第二款、《中华人民共和国食品安全法》第三十三条第一款",
        technical_standard="GB 31654—2021《食品安全国家标准 餐饮服务通用卫生规范》第4.1条",
        remedies=REMEDIES,
    )


def licence(**changes):
    rows = (
        ("经营者名称", APPLICANT.name),
        ("统一社会信用代码", APPLICANT.id_masked),
        ("法定代表人（负责人）", "陈𠮷祥"),
        ("住所", "武汉市示范区政务大道8号"),
        ("经营场所", "武汉市示范区政务大道8号一层101室"),
        ("主体业态", "餐饮服务经营者（小型）"),
        ("经营项目", "热食类食品制售"),
        ("日常监督管理机构", "武汉市示范区市场监督管理局政务大道市场监督管理所"),
        ("投诉举报电话", "12315"),
    )
    return d.Licence(
        head=head("licence", **changes),
        title="食品经营许可证",
        number="JY24201990000017",
        identifier=IDENTIFIER,
        holder="示范区老街小面馆",
        holder_code="92420********T3X",
        fields=tuple(d.Field(label=label, value=value) for label, value in rows),
        valid_from=dt.date(2026, 11, 30),
        valid_to=dt.date(2031, 11, 29),
        issued_on=dt.date(2026, 11, 30),
    )


def collection_receipt(**changes):
    return d.CollectionReceipt(
        head=head("collection_receipt", **changes),
        items=(
            d.HandedItem(name="准予行政许可决定书", number="示市监许准〔2026〕12号", copies=1),
            d.HandedItem(name="食品经营许可证（正本）", number="JY24201990000017", copies=1),
            d.HandedItem(name="食品经营许可证（副本）", number="JY24201990000017", copies=1),
        ),
        collector=d.Collector(
            name="王小明", id_label="居民身份证", id_masked="420102********0013", relation="受委托人"
        ),
        collected_at=at(30, 17, 30),
        way="窗口领取",
    )


def termination_notice(**changes):
    return d.TerminationNotice(
        head=head("termination_notice", **changes),
        reason="申请人于2026年11月28日书面撤回申请。",
        basis="申请人撤回申请书；本机关业务办理规定",
        effect="自终止之日起，本次申请的办理时限不再计算；重新申请的，时限重新计算。",
        terminated_on=dt.date(2026, 11, 28),
        remedies=REMEDIES,
        phones=PHONES,
        returned=MATERIALS[:2],
    )


def service_guide():
    def rows(*pairs):
        return tuple(d.Field(label=label, value=value) for label, value in pairs)

    titles = (
        "适用范围",
        "项目信息",
        "办理依据",
        "受理机构",
        "决定机构",
        "数量限制",
        "办事条件",
        "申请材料",
        "申请接收",
        "办理基本流程",
        "办理方式",
        "审批时限",
        "收费依据及标准",
        "审批结果",
        "结果送达",
        "申请人权利和义务",
        "咨询途径",
        "监督和投诉渠道",
        "办公地址和时间",
        "公开查询",
        "附录",
    )
    filled = {
        "适用范围": rows(("适用对象", "在示范区内从事食品销售、餐饮服务的企业和个体工商户")),
        "项目信息": rows(("项目名称", "食品经营许可证核发"), ("审批类别", "行政许可"), ("事项编码", ITEM_CODE)),
        "办事条件": rows(
            ("准予条件", "1. 具有相适应的场所；\n2. 具有相应的设备设施；\n3. 有食品安全管理制度。"),
            ("不予条件", "不符合上述条件之一的"),
        ),
        "申请材料": rows(*((one.name, f"{one.form}，{one.copies}份，纸质或电子；申请人自备") for one in MATERIALS)),
        "审批时限": rows(("法定时限", "20个工作日"), ("承诺时限", "10个工作日")),
        "收费依据及标准": rows(("是否收费", "不收费")),
    }
    base = head("service_guide", acceptance="", agent=None)
    return d.ServiceGuide(
        head=d.Head(
            paper_id=paper_id(ITEM_CODE, kind_named("service_guide"), 1),
            hall=base.hall,
            authority=base.authority,
            item_name=base.item_name,
            item_code=ITEM_CODE,
            issued_at=base.issued_at,
        ),
        version="第4版",
        effective_on=dt.date(2026, 1, 1),
        phones=PHONES,
        sections=tuple(d.GuideSection(title=title, rows=filled.get(title, ())) for title in titles),
    )
