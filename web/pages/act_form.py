"""What the form of an act is made of: its fields, their names, and the choices that they offer."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from appliance.domain.actor import Role
from appliance.domain.subject import AGENT_SCOPES
from appliance.errors import N_
from appliance.services.commands import Command


class ActFields(msgspec.Struct, frozen=True):
    """What any of these forms posts; which fields count depends on the act. `days` is text as typed.

    `letter_files` are digests of scans that are stored already and come back with the form.
    """

    version: int = 0
    ground: str = ""
    days: str = ""
    basis_kind: str = ""
    reason: str = ""
    basis: str = ""
    authority: str = ""
    document: str = ""
    result: str = ""
    recipient: str = ""
    phone: str = ""
    address: str = ""
    carrier: str = ""
    waybill: str = ""
    delivered_on: str = ""
    proof: str = ""
    paper: str = ""
    old: str = ""
    new: str = ""
    signer: str = ""
    told: str = ""
    signed: str = ""
    findings: str = ""
    party: str = ""
    addressee: str = ""
    interest: str = ""
    intended: str = ""
    held_at: str = ""
    ended_at: str = ""
    place: str = ""
    presider: str = ""
    recorder: str = ""
    closed: str = ""
    attendants: str = ""
    record: str = ""
    evidence: str = ""
    second: str = ""
    certificate: str = ""
    certificate2: str = ""
    present: str = ""
    conclusion: str = ""
    statement: str = ""
    fee: str = ""
    quantity: str = ""
    amount: str = ""
    receipt_no: str = ""
    agent_name: str = ""
    agent_id: str = ""
    agent_phone: str = ""
    scope_submit: str = ""
    scope_correct: str = ""
    scope_notice: str = ""
    scope_withdraw: str = ""
    scope_collect: str = ""
    agent_until: str = ""
    letter_seen: str = ""
    letter_files: tuple[str, ...] = ()

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes of an agent's authority that were ticked."""
        return tuple(scope for scope in AGENT_SCOPES if getattr(self, f"scope_{scope}"))

    @property
    def day_count(self) -> int:
        """Days as a number; 0, which every guard refuses, for anything else."""
        return int(self.days) if self.days.isascii() and self.days.isdigit() and len(self.days) < len("00000") else 0


Make = Callable[[str, ActFields], Command]


@dataclass(frozen=True, slots=True)
class ActForm:
    """One act.

    Attributes:
        code: name in the address.
        number: row of `TRANSITIONS` that it makes, or proposes.
        title: heading and link (message id).
        tells: what happens when it is done (message id).
        button: text of the button (message id).
        fields: fields asked, in order; a trailing ``?`` marks one that may stay empty.
        make: makes the command from case number and fields.
        roles: who may send it.
        grave: it cannot be undone.
        labels: labels that differ from the common ones (message ids).
        kinds: how fields are asked where that differs from the common way (`KINDS`).
    """

    code: str
    number: str
    title: str
    tells: str
    button: str
    fields: tuple[str, ...]
    make: Make
    roles: frozenset[Role]
    grave: bool = False
    labels: tuple[tuple[str, str], ...] = ()
    kinds: tuple[tuple[str, str], ...] = ()


LABELS: dict[str, str] = {
    "ground": N_("情形"),
    "days": N_("天数"),
    "basis_kind": N_("中止的依据"),
    "reason": N_("理由"),
    "basis": N_("法律依据"),
    "authority": N_("应当向哪个机关申请"),
    "document": N_("记载结果的文书"),
    "result": N_("结果"),
    "slip_returned": N_("收回回执单"),
    "recipient": N_("收件人"),
    "phone": N_("收件人电话"),
    "address": N_("寄送地址"),
    "carrier": N_("承运单位"),
    "waybill": N_("运单号"),
    "delivered_on": N_("签收日期"),
    "proof": N_("凭什么确认"),
    "paper": N_("要更正的文书"),
    "old": N_("原来写的"),
    "new": N_("更正为"),
    "signer": N_("签名的人"),
    "told": N_("告知"),
    "signed": N_("承诺"),
    "findings": N_("核查的情况"),
    "party": N_("告知谁"),
    "addressee": N_("姓名或者名称"),
    "interest": N_("涉及的重大利益"),
    "intended": N_("拟作出的决定"),
    "held_at": N_("时间"),
    "ended_at": N_("结束"),
    "place": N_("地点"),
    "presider": N_("主持人"),
    "recorder": N_("记录人"),
    "closed": N_("不公开的理由"),
    "attendants": N_("参加人（一行一位）"),
    "record": N_("听证笔录"),
    "evidence": N_("证据（一行一件）"),
    "second": N_("另一位核查人员"),
    "certificate": N_("您的执法证号"),
    "certificate2": N_("另一位的执法证号"),
    "present": N_("被核查单位在场人员"),
    "conclusion": N_("结论的说明"),
    "statement": N_("在场人员的意见"),
    "fee": N_("收费项目"),
    "quantity": N_("数量"),
    "amount": N_("金额（元）"),
    "receipt_no": N_("财政票据号"),
    "agent_name": N_("代理人姓名"),
    "agent_id": N_("代理人公民身份号码"),
    "agent_phone": N_("代理人手机"),
    "agent_until": N_("委托到哪天"),
    "letter_seen": N_("核对"),
    "letter": N_("授权委托书扫描件"),
    **{f"scope_{scope}": N_("委托权限") for scope in AGENT_SCOPES},
}
KINDS = {
    "ground": "choice",
    "basis_kind": "choice",
    "proof": "choice",
    "paper": "choice",
    "days": "number",
    "delivered_on": "date",
    "reason": "area",
    "result": "area",
    "findings": "area",
    "party": "choice",
    "fee": "choice",
    "letter": "scan",
    "presider": "pick",
    "recorder": "pick",
    "second": "pick",
    "held_at": "moment",
    "ended_at": "moment",
    "attendants": "area",
    "record": "area",
    "evidence": "area",
    "interest": "area",
    "intended": "area",
    "told": "tick",
    "signed": "tick",
    "agent_until": "date",
    "letter_seen": "tick",
    **{f"scope_{scope}": "tick" for scope in AGENT_SCOPES},
}
"""How a field is asked: choice, pick (a long list), number, date, moment, area, tick; else a line of text."""
TICKS = {
    "told": N_("已把告知书交给申请人，并说明也可以按普通方式提交证明；申请人自愿选择承诺"),
    "signed": N_("申请人已在承诺书上签名"),
    "letter_seen": N_("已核对授权委托书原件和双方身份证件，勾选的权限和期限与委托书一致"),
    **{f"scope_{scope}": text for scope, text in AGENT_SCOPES.items()},
}
PARTY_NAMES = {"applicant": N_("申请人"), "third_party": N_("利害关系人")}
CHECK_NAMES = {"pass": N_("符合"), "fail": N_("不符合")}
OUTCOME_NAMES = {"kept": N_("承诺属实"), "broken": N_("承诺不实")}
PROOF_NAMES = {"signed_slip": N_("签收的回单"), "tracking": N_("承运单位的签收记录")}
BASIS_KIND_NAMES = {
    "statute": N_("法律、法规明文规定停止计算时限"),
    "other": N_("其他依据（时限照走）"),
}
