"""One full set of made-up data for each kind of paper (district 420199 does not exist)."""

import datetime as dt
from zoneinfo import ZoneInfo

from appliance.papers import data as d
from appliance.papers.kinds import KINDS, kind_named, paper_id

ZONE = ZoneInfo("Asia/Shanghai")
INTAKE = "S4201990120261123100079"
ACCEPTANCE = "A420199012026112310007H"
ITEM_CODE = "11420199MBDEM004XU400012510100001"
IDENTIFIER = "1.2.156.3005.2.11420199MBDEM004XU001.11420199MBDEM004XU.20260000000000000001.001.L"


def at(day: int, hour: int, minute: int, second: int = 0):
    return dt.datetime(2026, 11, day, hour, minute, second, tzinfo=ZONE)


APPLICANT = d.Party(
    name="武汉市示范区好味道餐饮管理有限公司", id_label="统一社会信用代码", id_masked="91420199MADEM0001X",
    phone_masked="138****5678",
)  # fmt: skip
AGENT = d.Agent(
    name="王小明", id_label="居民身份证", id_masked="420199********0013", authority="授权委托书（经办人）",
    phone_masked="139****0011",
)  # fmt: skip
PHONES = d.Phones(
    consult="027-8200 0001", supervision="027-12345", address="武汉市示范区政务大道1号 政务服务中心一楼",
    hours="工作日 9:00—12:00，13:30—17:00",
)  # fmt: skip
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
        paper_id=paper_id(INTAKE, kind_named(kind), sequence), hall="武汉市示范区政务服务中心",
        authority="武汉市示范区市场监督管理局", item_name="食品经营许可证核发（新办）", item_code=ITEM_CODE,
        issued_at=at(23, 10, 1, 2), document_no=official, intake_no=INTAKE, acceptance_no=acceptance,
        applicant=applicant, agent=agent, operator=d.Operator(name="李四光", staff_no="0103", window="3号综合窗口"),
    )  # fmt: skip


RECEIPT = d.Receipt(
    received_at=at(23, 10, 1, 2), channel="窗口申请", materials=MATERIALS, missing=MISSING,
    correction_due=dt.date(2026, 11, 30), query_code="493027",
    query_way="凭收件编号和查询码，在大厅自助终端或拨打咨询电话查询办理进度", phones=PHONES,
)  # fmt: skip


def intake_receipt(**changes):
    return d.IntakeReceipt(head=head("intake_receipt", acceptance="", **changes), receipt=RECEIPT)


def every_sample():
    """Kind name -> data, for every kind in the registry."""
    return {name: globals()[name]() for name in (kind.name for kind in KINDS) if name in globals()}
