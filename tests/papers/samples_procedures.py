"""Made-up data for the papers beside the main road: promises, pauses, hearings, fees, service."""

import datetime as dt

from paper_samples import AGENT, APPLICANT, INTAKE, MATERIALS, PHONES, approval_form, at, head

from appliance.papers import data as d

SCANS = (d.Scan(name="操作间全景.jpg", sha256="a" * 64, pages=1), d.Scan(name="清洗消毒间.jpg", sha256="b" * 64))


def tolerant_commitment(**changes):
    return d.TolerantCommitment(
        head=head("tolerant_commitment", acceptance="", **changes),
        lines=(
            d.TolerantLine(
                name="从业人员健康证明",
                requirement="全部接触直接入口食品人员的有效健康证明复印件，加盖公章",
                supply_by=dt.date(2026, 12, 4),
                blocks="不得作出准予许可的决定",
            ),
            d.TolerantLine(
                name="房屋租赁合同",
                requirement="经营场所租赁合同复印件，核对原件",
                supply_by=dt.date(2026, 12, 8),
                blocks="不得发放许可证",
            ),
        ),
        basis="《武汉市示范区政务服务容缺受理实施办法》第六条；本事项容缺受理清单（第4版）",
        supply_way="到任一综合窗口提交，或者在网上政务服务大厅“我的办件”中上传",
        consequence="逾期未补齐的，本机关依法作出不予许可的决定或者终止办理，申请人可以重新申请。",
        phones=PHONES,
    )


def promise_document(**changes):
    return d.PromiseDocument(
        head=head("promise_document", acceptance="", **changes),
        basis=("《中华人民共和国食品安全法》第三十五条", "《食品经营许可和备案管理办法》第十二条"),
        conditions=(
            d.PromiseCondition(
                name="经营场所条件",
                content="具有与经营的食品品种、数量相适应的经营场所，保持环境整洁，并与有毒、有害场所保持规定的距离。",
            ),
            d.PromiseCondition(
                name="食品安全管理人员证明", content="配备经培训考核合格的食品安全管理人员，有保证食品安全的规章制度。"
            ),
        ),
        effect="申请人书面承诺符合上述条件的，本机关不再索要有关证明，依据承诺办理。",
        voluntary="告知承诺由申请人自愿选择，不愿承诺的按一般程序办理。有较严重不良信用记录或者曾作虚假承诺的，在信用修复前不适用。",
        liability="承诺不实的，依法终止办理、责令限期整改、撤销行政决定或者予以行政处罚，并纳入信用记录。",
        verification="本机关在作出决定后三十个工作日内对承诺内容进行核查，申请人应当配合。",
        publicity="承诺书在示范区政务服务网公开，涉及商业秘密和个人隐私的除外。",
        statements=(
            "所填写的基本信息真实、准确；",
            "已经知晓行政机关告知的全部内容；",
            "符合行政机关告知的条件和要求；",
            "愿意承担不实承诺的法律责任。",
        ),
        phones=PHONES,
    )


def material_request_notice(**changes):
    return d.MaterialRequestNotice(
        head=head("material_request_notice", **changes),
        accepted_on=dt.date(2026, 11, 27),
        reason="现场核查发现实际使用的操作间面积与平面图不一致，需要核实。",
        lines=(
            d.CorrectionLine(
                subject="操作间竣工图",
                problem="平面图标注面积为32平方米，现场测得26平方米",
                requirement="提交由施工单位盖章的竣工图，或者重新标注的平面图",
                basis="《食品经营许可和备案管理办法》第十六条",
            ),
        ),
        resubmit="到综合窗口提交，凭受理编号办理",
        wanted_by=dt.date(2026, 12, 3),
        phones=PHONES,
    )


def special_procedure_notice(**changes):
    return d.SpecialProcedureNotice(
        head=head("special_procedure_notice", **changes),
        accepted_on=dt.date(2026, 11, 27),
        procedure="检验",
        reason="需要对餐饮具消毒效果进行抽样检验。",
        basis="《中华人民共和国行政许可法》第四十五条；《食品经营许可和备案管理办法》第十六条",
        started_on=dt.date(2026, 11, 30),
        needed="约五个工作日",
        planned_until=dt.date(2026, 12, 7),
        resume="检验报告送达本机关的次日起，办理时限继续计算。",
        organiser="武汉市示范区食品检验检测中心",
        phones=PHONES,
    )


def extension_notice(**changes):
    return d.ExtensionNotice(
        head=head("extension_notice", **changes),
        accepted_on=dt.date(2026, 11, 27),
        original_due=dt.date(2026, 12, 25),
        new_due=dt.date(2027, 1, 11),
        new_due_provisional=True,
        extended_by="十个工作日",
        reason="申请涉及中央厨房，需要对三处配送点逐一核实，原期限内不能完成。",
        basis="《中华人民共和国行政许可法》第四十二条第一款",
        approver="周正（武汉市示范区市场监督管理局局长）",
        approved_on=dt.date(2026, 12, 22),
        promise_effect="本机关未能在承诺办结日期2026年12月11日前办结，特此说明；承诺日期不随之变更。",
        phones=PHONES,
    )


def suspension_notice(**changes):
    return d.SuspensionNotice(
        head=head("suspension_notice", **changes),
        suspended_on=dt.date(2026, 12, 1),
        reason="申请人的经营场所被人民法院依法查封，房屋使用权存在争议。",
        basis="本事项实施清单所列中止情形第2项（示例）",
        effect="自中止之日起，办理时限停止计算；恢复办理之日起继续计算。",
        resume="查封解除，或者人民法院的裁判确认房屋使用权。",
        phones=PHONES,
    )


def resumption_notice(**changes):
    return d.ResumptionNotice(
        head=head("resumption_notice", **changes),
        suspended_on=dt.date(2026, 12, 1),
        resumed_on=dt.date(2026, 12, 14),
        reason="人民法院于2026年12月11日裁定解除对经营场所的查封。",
        basis="本事项实施清单所列恢复情形第2项（示例）",
        effect="中止期间的九个工作日不计算在办理时限内，剩余期限自2026年12月15日起继续计算。",
        legal_due=dt.date(2027, 1, 8),
        promised_due=dt.date(2026, 12, 24),
        due_provisional=True,
        phones=PHONES,
    )


def withdrawal_letter(**changes):
    return d.WithdrawalLetter(
        head=head("withdrawal_letter", **changes),
        reason="经营场所租赁合同解除，不再开办。",
        effect="撤回后本次申请终止办理，办理时限不再计算；需要时可以重新申请。",
        requested_on=dt.date(2026, 11, 28),
        returned=MATERIALS[:2],
    )


def paper_correction_notice(**changes):
    return d.PaperCorrectionNotice(
        head=head("paper_correction_notice", official="示市监更〔2026〕1号", **changes),
        paper_title="准予行政许可决定书",
        paper_no="示市监许准〔2026〕12号",
        paper_date=dt.date(2026, 11, 30),
        lines=(d.CorrectedText(place="许可范围第一行", written="政务大道18号", correct="政务大道8号"),),
        reason="录入时误写门牌号，申请书和核查记录所载门牌号均为8号。",
        approver="孙立（工号0203）",
        corrected_on=dt.date(2026, 12, 2),
        replacement=f"{INTAKE}-09-2",
        phones=PHONES,
    )


ADDRESSEE = d.Addressee(name="江岸路社区居民张丽华", role="利害关系人")
HELD = at(23, 9, 30) + dt.timedelta(days=23)
PRESIDER = d.Official(name="吴公正", staff_no="0310", office="政策法规科科长")
RECORDER = d.Official(name="郑晓", staff_no="0312", office="政策法规科")
REVIEWER = d.Official(name="赵敏", staff_no="0201", office="食品经营许可科")


def hearing_rights_notice(**changes):
    return d.HearingRightsNotice(
        head=head("hearing_rights_notice", **changes),
        addressee=ADDRESSEE,
        interest="申请场所的油烟排放口距居民住宅外窗不足二十米，可能影响相邻居民的居住环境。",
        intended="拟准予食品经营许可（热食类食品制售）。",
        basis="《中华人民共和国行政许可法》第四十七条第一款",
        request_way="书面申请交至示范区市场监督管理局政策法规科，或者任一综合窗口。",
        request_until=dt.date(2026, 12, 8),
        phones=PHONES,
    )


def hearing_notice(**changes):
    return d.HearingNotice(
        head=head("hearing_notice", **changes),
        addressee=ADDRESSEE,
        ground="你（单位）于2026年12月4日提出听证申请",
        subject="武汉市示范区好味道餐饮管理有限公司食品经营许可（新办）申请",
        held_at=HELD,
        place="武汉市示范区政务大道1号 政务服务中心三楼听证室",
        presider=PRESIDER,
        recorder=RECORDER,
        reviewer=REVIEWER,
        bring="身份证明；委托代理人参加的，另带授权委托书；拟提交的证据原件和复印件。",
        absence="无正当理由不参加听证的，视为放弃听证权利。",
        phones=PHONES,
    )


def hearing_record(**changes):
    return d.HearingRecord(
        head=head("hearing_record", **changes),
        subject="武汉市示范区好味道餐饮管理有限公司食品经营许可（新办）申请",
        held_at=HELD,
        ended_at=HELD + dt.timedelta(minutes=102),
        place="政务服务中心三楼听证室",
        presider=PRESIDER,
        recorder=RECORDER,
        reviewer=REVIEWER,
        attendants=(
            d.Attendant(name=AGENT.name, role="申请人的代理人", proof="授权委托书，居民身份证"),
            d.Attendant(name="张丽华", role="利害关系人", proof="居民身份证"),
        ),
        absent="利害关系人陈明经通知未到场，未说明理由。",
        speeches=(
            d.Speech(speaker="吴公正", role="主持人", text="核对到场人员身份，宣布听证事项和纪律，告知权利义务。"),
            d.Speech(speaker="赵敏", role="审查工作人员", text="经审查，申请材料齐全，场所布局符合规范，拟准予许可。"),
            d.Speech(speaker="张丽华", role="利害关系人", text="油烟排放口正对我家窗户，要求改道或者不予许可。"),
            d.Speech(
                speaker="王小明", role="申请人的代理人", text="已与设备公司签订合同，将排放口改至屋顶，有施工图为证。"
            ),
        ),
        evidence=("油烟排放改造施工合同及施工图（申请人提交）；", "现场照片三张（利害关系人提交）。"),
    )


def site_check_record(**changes):
    return d.SiteCheckRecord(
        head=head("site_check_record", **changes),
        started_at=at(28, 14, 0),
        ended_at=at(28, 15, 25),
        place="武汉市示范区政务大道8号一层101室",
        officers=(
            d.Officer(name="赵敏", staff_no="0201", certificate_no="17010199201"),
            d.Officer(name="冯国强", staff_no="0205", certificate_no="17010199205"),
        ),
        present=d.Attendant(name="王小明", role="申请人的代理人", proof="授权委托书"),
        findings=(
            d.Finding(
                point="场所布局",
                requirement="粗加工、切配、烹饪、备餐分区设置，流程由生到熟",
                found="四区分设，单向流程，与平面图一致",
                result="符合",
            ),
            d.Finding(
                point="清洗消毒",
                requirement="设独立的餐饮具清洗消毒水池和保洁柜",
                found="水池三格，保洁柜尚未安装柜门",
                result="不符合",
            ),
        ),
        conclusion="基本符合要求，保洁柜柜门整改后复核。",
        statement="同意整改，三日内装好柜门。",
        photos=SCANS,
    )


def opinion_forward(**changes):
    return d.OpinionForward(
        head=head("opinion_forward", official="示市监报〔2026〕5号", **changes),
        addressee="武汉市市场监督管理局",
        accepted_on=dt.date(2026, 11, 27),
        due=dt.date(2026, 12, 25),
        facts="申请材料齐全，符合法定形式；现场核查未发现不符合项。",
        opinion="经初步审查，申请符合法定条件、标准，建议准予许可。",
        basis="《中华人民共和国食品安全法》第三十五条",
        steps=approval_form().steps,
        materials=MATERIALS,
        contact="赵敏 027-8200 0012",
    )


def transfer_list(**changes):
    return d.TransferList(
        head=head("transfer_list", **changes),
        giver="武汉市示范区市场监督管理局",
        receiver="武汉市市场监督管理局",
        purpose="随初审意见示市监报〔2026〕5号报送",
        moved_at=at(30, 16, 30),
        lines=MATERIALS,
        way="专人送达",
        note="营业执照为电子材料，随数据包报送。",
    )


def original_return(**changes):
    return d.OriginalReturn(
        head=head("original_return", **changes),
        lines=MATERIALS[:2],
        receiver=d.Collector(name="王小明", id_label="居民身份证", id_masked="420102********0013", relation="受委托人"),
        returned_at=at(30, 17, 30),
    )


def fallback_form(**changes):
    hall = "武汉市示范区政务服务中心"
    whole = {
        "paper_id": "P420199012026112010001X-55-2",
        "hall": hall,
        "authority": hall,
        "item_name": "（收件时填写）",
        "item_code": "（收件时填写）",
        "issued_at": at(23, 10, 1, 2),
    }
    return d.FallbackForm(
        head=d.Head(**(whole | changes)),
        numbers=("P420199012026112010001X", "P420199012026112010002V"),
        phones=PHONES,
    )


def fee_notice(**changes):
    return d.FeeNotice(
        head=head("fee_notice", **changes),
        lines=(
            d.FeeLine(
                name="许可证工本费（示例）",
                basis="《示例行政法规》第一百零七条；示例价格〔2026〕12号",
                standard="每证10元",
                quantity="2证",
                amount="20.00",
            ),
            d.FeeLine(
                name="考核费（示例）",
                basis="《示例行政法规》第一百零八条",
                standard="每人次630.50元",
                quantity="1人次",
                amount="630.50",
            ),
        ),
        total="650.50",
        total_capitals="陆佰伍拾元伍角整",
        payee="武汉市示范区财政局非税收入专户",
        channel="扫描缴款码，或者到大厅二楼银行网点缴纳；缴款时请出示本通知书。",
        effect="缴费后凭票据领取结果；缴费期间不停止计算办理时限。",
        due=dt.date(2026, 12, 7),
        phones=PHONES,
    )


def record_receipt(**changes):
    rows = (("备案人", APPLICANT.name), ("经营场所", "武汉市示范区政务大道8号"), ("经营项目", "仅销售预包装食品"))
    return d.RecordReceipt(
        head=head("record_receipt", **changes),
        record_no="YB14201990000231",
        recorded_on=dt.date(2026, 11, 27),
        basis="《中华人民共和国食品安全法》第三十五条第一款",
        fields=tuple(d.Field(label=label, value=value) for label, value in rows),
        duties=("备案信息发生变化的，十五个工作日内更新；", "增加其他应当取得许可的食品经营项目的，依法取得许可。"),
        materials=MATERIALS[:2],
        validity="长期",
    )


def shipping_slip(**changes):
    return d.ShippingSlip(
        head=head("shipping_slip", **changes),
        carrier="中国邮政速递物流",
        waybill_no="EY123456785CN",
        sender=d.PostalAddress(
            name="武汉市示范区政务服务中心 综合窗口",
            phone="027-8200 0001",
            address="湖北省武汉市示范区政务大道1号",
            postcode="430099",
        ),
        recipient=d.PostalAddress(
            name="王小明（武汉市示范区好味道餐饮管理有限公司）",
            phone="13900000011",
            address="湖北省武汉市示范区政务大道8号一层101室",
            postcode="430098",
        ),
        items=(
            d.HandedItem(name="食品经营许可证（正本）", number="JY24201990000017", copies=1),
            d.HandedItem(name="准予行政许可决定书", number="示市监许准〔2026〕12号", copies=1),
        ),
        shipped_at=at(30, 17, 5),
        postage="由本机关承担，申请人无需付费",
        query_way="凭运单号在寄递企业网站或者拨打11183查询",
    )


def service_certificate(**changes):
    return d.ServiceCertificate(
        head=head("service_certificate", **changes),
        papers=(d.ServedPaper(name="不予行政许可决定书", number="示市监许不〔2026〕2号"),),
        addressee=APPLICANT.name,
        place="武汉市示范区政务大道8号一层101室",
        way="直接送达",
        served_at=at(30, 16, 40),
        servers=("赵敏（工号0201）", "冯国强（工号0205）"),
        signer="王小明",
        relation="受委托人",
        note="当面送达。",
    )
