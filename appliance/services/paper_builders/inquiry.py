"""现场核查记录, 听证告知书, 听证通知书, 听证笔录, 缴费通知书: what is found out before a decision, and charged.

The words that no law fixes stand here as constants, so that a jurist can read them in one place.
"""

from datetime import datetime
from typing import assert_never

import msgspec

from appliance.clock import SHANGHAI
from appliance.domain import amount as money
from appliance.domain import events as ev
from appliance.domain.actor import ROLE_NAMES
from appliance.papers import data
from appliance.services.paper_builders.moment import Moment, Step, citations

InquiryEvent = (
    ev.CaseSiteChecked | ev.CaseHearingOffered | ev.CaseHearingCalled | ev.CaseHearingHeld | ev.CaseFeeNoticed
)

_LAW = "《中华人民共和国行政许可法》"
HEARING_BASIS = f"{_LAW}第四十七条第一款"
PARTY_WORDS = {"applicant": "申请人", "third_party": "利害关系人"}
REQUEST_WAY = "自收到本告知书之日起五个工作日内，以书面向{authority}提出，或者到大厅综合窗口登记；逾期视为放弃"
ON_REQUEST = "{party}申请听证"
BY_STATUTE = "法律、法规规定应当听证"
BRING = "参加人的身份证件；委托代理人的，另带授权委托书；可以提出证据，进行申辩和质证"
ABSENCE = "申请人、利害关系人无正当理由不到场的，视为放弃听证"
CHECK_POINT = "现场情况"
CONFORMS, NOT_CONFORMS = "符合", "不符合"
PAYEE = "{authority}（缴入国库或者财政专户）"
FEE_CHANNEL = "大厅收费窗口，或者凭本通知书通过非税收入收缴系统缴纳"
FEE_EFFECT = "缴费之后发放办理结果；费用按规定全部上缴国库，不影响是否准予许可的决定"


def paper(moment: Moment, event: InquiryEvent) -> data.PaperData:
    """Make the one paper that such an event produces."""
    match event:
        case ev.CaseSiteChecked():
            return site_check_record(moment, event)
        case ev.CaseHearingOffered():
            return hearing_rights_notice(moment, event)
        case ev.CaseHearingCalled():
            return hearing_notice(moment, event)
        case ev.CaseHearingHeld():
            return hearing_record(moment, event)
        case ev.CaseFeeNoticed():
            return fee_notice(moment, event)
        case _:
            assert_never(event)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def _official(moment: Moment, number: str) -> data.Official:
    person = moment.person(number)
    office = "、".join(ROLE_NAMES[role] for role in person.roles) if person is not None else "工作人员"
    return data.Official(name=moment.name_of(number), staff_no=number, office=office)


def _head(moment: Moment, party: str) -> data.Head:
    """Fill the header; an interested party reads neither the applicant's telephone nor who acts for him."""
    head = moment.head()
    if party == "applicant" or head.applicant is None:
        return head
    applicant = msgspec.structs.replace(head.applicant, phone_masked="")
    return msgspec.structs.replace(head, applicant=applicant, agent=None)


def site_check_record(moment: Moment, event: ev.CaseSiteChecked) -> data.SiteCheckRecord:
    """Two officers or more, time, place, findings, what the person checked says (art. 34(3))."""
    officers = zip(event.officers, event.certificates, strict=True)
    result = CONFORMS if event.conforms else NOT_CONFORMS
    return data.SiteCheckRecord(
        head=moment.head(),
        started_at=_at(event.started_at),
        ended_at=_at(event.ended_at),
        place=event.place,
        officers=tuple(
            data.Officer(name=moment.name_of(number), staff_no=number, certificate_no=certificate)
            for number, certificate in officers
        ),
        present=data.Attendant(name=event.present, role="被核查单位在场人员"),
        findings=(
            data.Finding(
                point=CHECK_POINT,
                requirement=moment.item.site_check_explain or "与申请材料一致，符合规定的条件",
                found=event.findings,
                result=result,
            ),
        ),
        conclusion=f"{result}。{event.conclusion}",
        statement=event.statement,
    )


def hearing_rights_notice(moment: Moment, event: ev.CaseHearingOffered) -> data.HearingRightsNotice:
    """Tell of the right, and until when it may be used (art. 47)."""
    until, _ = moment.due("C7a")
    return data.HearingRightsNotice(
        head=_head(moment, event.party),
        addressee=data.Addressee(name=event.addressee, role=PARTY_WORDS[event.party]),
        interest=event.interest,
        intended=event.intended,
        basis=HEARING_BASIS,
        request_way=REQUEST_WAY.format(authority=moment.case.department_name),
        phones=moment.phones(),
        request_until=until,
    )


def _hearing_steps(moment: Moment) -> tuple[Step | None, Step | None, Step | None]:
    """Find the last offer, request and call before this paper."""

    def last(kind: type[ev.CaseEvent]) -> Step | None:
        return next((step for step in reversed(moment.steps) if isinstance(step.event, kind)), None)

    return last(ev.CaseHearingOffered), last(ev.CaseHearingRequested), last(ev.CaseHearingCalled)


def hearing_notice(moment: Moment, event: ev.CaseHearingCalled) -> data.HearingNotice:
    """When and where, who presides and records, who reviewed (art. 48)."""
    offered, requested, _ = _hearing_steps(moment)
    party, name = "applicant", moment.case.applicant.name
    ground = BY_STATUTE
    if requested is not None and isinstance(requested.event, ev.CaseHearingRequested):
        party, name = requested.event.party, requested.event.by
        ground = ON_REQUEST.format(party=PARTY_WORDS[party])
    elif offered is not None and isinstance(offered.event, ev.CaseHearingOffered):
        party, name = offered.event.party, offered.event.addressee
    return data.HearingNotice(
        head=_head(moment, party),
        addressee=data.Addressee(name=name, role=PARTY_WORDS[party]),
        ground=ground,
        subject=moment.case.item_name,
        held_at=_at(event.held_at),
        place=event.place,
        presider=_official(moment, event.presider),
        recorder=_official(moment, event.recorder),
        reviewer=_official(moment, event.reviewer),
        bring=BRING,
        absence=ABSENCE,
        phones=moment.phones(),
        not_public=event.closed,
    )


def hearing_record(moment: Moment, event: ev.CaseHearingHeld) -> data.HearingRecord:
    """Who was there and what was said; the decision follows it (art. 48)."""
    *_, called = _hearing_steps(moment)
    if called is None or not isinstance(called.event, ev.CaseHearingCalled):
        raise LookupError(moment.case.no)
    words = called.event
    return data.HearingRecord(
        head=moment.head(),
        subject=moment.case.item_name,
        held_at=_at(words.held_at),
        ended_at=_at(event.ended_at),
        place=words.place,
        presider=_official(moment, words.presider),
        recorder=_official(moment, words.recorder),
        reviewer=_official(moment, words.reviewer),
        attendants=tuple(data.Attendant(name=line, role="参加人") for line in _lines(event.attendants)),
        speeches=(data.Speech(speaker="各方", role="听证记录", text=event.record),),
        evidence=_lines(event.evidence),
        not_public=words.closed,
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def fee_notice(moment: Moment, event: ev.CaseFeeNoticed) -> data.FeeNotice:
    """The fee with its statute, standard, quantity and amount in digits and capitals (art. 58, 59)."""
    fee = next(one for one in moment.item.fees if one.name == event.fee)
    line = data.FeeLine(
        name=fee.name, basis=citations(fee.basis), standard=fee.standard, quantity=event.quantity, amount=event.amount
    )
    return data.FeeNotice(
        head=moment.head(),
        lines=(line,),
        total=event.amount,
        total_capitals=money.capitals(event.amount),
        payee=PAYEE.format(authority=moment.case.department_name),
        channel=FEE_CHANNEL,
        effect=FEE_EFFECT,
        phones=moment.phones(),
    )
