"""核验证照和回执 for whoever holds a licence or a slip in hand: a kiosk, a phone; no account and no link is needed.

What is shown is for the eye to compare with the paper, masked as for any stranger (domain §7.3); nothing is kept of it.
"""

import asyncio
from datetime import timedelta
from typing import ClassVar

import msgspec
from litestar import Response
from litestar.datastructures import UploadFile

from appliance.clock import to_the_minute
from appliance.domain.masking import STAR, Audience, enterprise_name, id_number, person_name
from appliance.errors import N_
from appliance.services.desk import Desk
from appliance.services.licence_check import (
    EXIT,
    REFUSED,
    STALE,
    VALID,
    Verdict,
    check_code,
    check_file,
    shown,
    word_of_city,
)
from appliance.services.proofs import ProofKeys
from appliance.services.slip_check import CHANGED, SlipVerdict, check_slip, is_slip
from appliance.signing.values import LicenceClaims
from appliance.store import sessions
from appliance.store.sessions import AccessRow
from sync.hall import CITY_PEER
from web.signin import with_nonce
from web.visit import Visit

ACT = "public-verify"
ASKED_MAX, MINUTE = 30, timedelta(minutes=1)
TEXT_CHARACTERS_MAX = 4096
HEADLINES = {
    "suspended": N_("已暂扣"),
    "revoked": N_("已撤销"),
    "withdrawn": N_("已吊销"),
    "cancelled": N_("已注销"),
    "superseded": N_("已被新证取代"),
    "expired": N_("已过期"),
    "not_yet": N_("尚未生效"),
}
TONES = {VALID: "ok", REFUSED: "bad"}


class VerifyPage(msgspec.Struct, frozen=True, kw_only=True):
    """The question, and the answer once one was asked.

    Attributes:
        problem: what is wrong with the question; empty.
        headline: the answer in one word; empty before the first question.
        tone: of the banner.
        reason: the answer as a sentence.
        advice: what to do with it.
        rows: what the licence says, to be compared by eye.
        slip: it was a slip or another paper, not a licence.
        terminal: this is a terminal of the hall, which forgets whoever walked away.
    """

    TEMPLATE: ClassVar[str] = "public/verify.html"
    problem: str = ""
    headline: str = ""
    tone: str = ""
    reason: str = ""
    advice: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    slip: bool = False
    terminal: bool = False


def _address(visit: Visit) -> str:
    client = visit.request.client
    return client.host if client else ""


def _terminal(visit: Visit, desk: Desk) -> bool:
    return _address(visit) in desk.facts.hall.kiosks


def _holder(claims: LicenceClaims) -> tuple[str, str]:
    """Give the holder's name and code as a stranger may read them; a code with stars is a person's."""
    if STAR in claims.holder_code:
        return person_name(claims.holder, Audience.PUBLIC), id_number(claims.holder_code, Audience.PUBLIC)
    return enterprise_name(claims.holder, Audience.PUBLIC), claims.holder_code


def _rows(visit: Visit, found: Verdict) -> tuple[tuple[str, str], ...]:
    claims = found.claims
    if claims is None:
        return ()
    name, code = _holder(claims)
    last = claims.valid_to.isoformat() if claims.valid_to else visit.text(N_("长期"))
    rows = (
        (N_("证照名称"), claims.type_name),
        (N_("证照编号"), claims.number),
        (N_("持证人"), name),
        (N_("统一社会信用代码"), code),
        (N_("有效期"), visit.text(N_("%(first)s 至 %(last)s"), first=claims.valid_from.isoformat(), last=last)),
        (N_("颁发机构"), claims.issuer),
        (N_("签发厅"), found.signer),
        (N_("电子证照标识"), claims.identifier),
        (N_("证照状态数据截至"), shown(found.as_of)),
    )
    return tuple((visit.text(label), value) for label, value in rows if value)


def _answer(visit: Visit, desk: Desk, found: Verdict) -> VerifyPage:
    known = found.verdict == VALID
    advice = N_("请逐项核对下面的内容与手中的证照是否一致，不一致的不予认可")
    if found.claims is None:
        advice = N_("请不要凭这份证照办理；可以请颁发机构核实") if found.verdict == REFUSED else N_("请稍后再试")
    elif found.verdict == STALE:
        advice = N_("签名真实，内容没有改动；以后是否被撤销、吊销，请联系颁发机构确认，并逐项核对下面的内容")
    headline = N_("有效") if known else N_("无法确认最新状态")
    if found.verdict == REFUSED:
        headline = HEADLINES.get(found.code, N_("不予认可"))
    params = {name: visit.text(value) if name == "status" else value for name, value in found.params.items()}
    return VerifyPage(
        headline=visit.text(headline),
        tone=TONES.get(found.verdict, "warn"),
        reason=visit.text(found.message, **params),
        advice=visit.text(advice),
        rows=_rows(visit, found),
        terminal=_terminal(visit, desk),
    )


def _slip_answer(visit: Visit, desk: Desk, found: SlipVerdict) -> VerifyPage:
    headlines = {VALID: N_("真实"), CHANGED: N_("真实，但后来有变动"), REFUSED: N_("不予认可")}
    advice = {
        VALID: N_("请核对文书编号与手中的一致，并看清纸面没有涂改"),
        REFUSED: N_("请不要凭这份凭单办理；请到出具的大厅核实"),
    }
    cosigned = to_the_minute(found.cosigned_at) or visit.text(N_("尚未上报，只由本厅保证"))
    rows = (
        (N_("文书"), visit.text(found.title)),
        (N_("文书编号"), found.paper),
        (N_("收件编号"), found.no),
        (N_("出具时间"), to_the_minute(found.at)),
        (N_("日志序号"), str(found.index)),
        (N_("日志头大小"), str(found.size)),
        (N_("市级联署时间"), cosigned),
    )
    return VerifyPage(
        headline=visit.text(headlines.get(found.verdict, N_("这里不能核验"))),
        tone=TONES.get(found.verdict, "warn"),
        reason=visit.text(found.message, **found.params),
        advice=visit.text(advice.get(found.verdict, N_("请向出具的大厅核实"))),
        rows=tuple((visit.text(label), value) for label, value in rows) if found.index >= 0 else (),
        slip=True,
        terminal=_terminal(visit, desk),
    )


def _checked(visit: Visit, desk: Desk, log_keys: ProofKeys, given: str | bytes) -> Verdict | SlipVerdict:
    """Check in a thread of its own; its reader is that thread's."""
    if isinstance(given, str) and is_slip(given):
        return check_slip(desk.store, desk.facts, log_keys, given)
    reader, now = desk.reader(), visit.front.clock.now()
    as_of = word_of_city(reader, CITY_PEER)
    if isinstance(given, bytes):
        return check_file(reader, given, now, as_of)
    return check_code(reader, given, now, as_of)


async def _given(visit: Visit) -> str | bytes:
    """Give the file that was chosen, else the text that was scanned; base45 ends with no blank, so those are cut."""
    file = visit.fields.get("file")
    if isinstance(file, UploadFile) and file.filename:
        return await file.read()
    text = visit.fields.get("code", "")
    return text.strip()[:TEXT_CHARACTERS_MAX] if isinstance(text, str) else ""


def show(visit: Visit, desk: Desk) -> Response[str]:
    """Ask for the code or the file."""
    visit, cookies = with_nonce(visit)
    return visit.show(VerifyPage(terminal=_terminal(visit, desk)), cookies=cookies)


async def check(visit: Visit, desk: Desk, log_keys: ProofKeys) -> Response[str]:
    """Answer in plain words. Thirty questions a minute from one address, then a pause; nothing is written but that."""
    visit, cookies = with_nonce(visit)
    given = await _given(visit)
    terminal = _terminal(visit, desk)
    if not given:
        problem = visit.text(N_("请扫描或粘贴二维码的文字，或者选一个证照 PDF 文件"))
        return visit.show(VerifyPage(problem=problem, terminal=terminal), status=422, cookies=cookies)
    now, address = visit.front.clock.now(), _address(visit)
    asked = sum(sessions.count_access(desk.reader(), ACT, one, address, now - MINUTE) for one in EXIT)
    if asked >= ASKED_MAX:
        problem = visit.text(N_("一分钟内核验得太多，请稍等一分钟再试"))
        return visit.show(VerifyPage(problem=problem, terminal=terminal), status=429, cookies=cookies)
    found = await asyncio.to_thread(_checked, visit, desk, log_keys, given)
    await visit.front.access_log.record(
        AccessRow(at=now, login="", act=ACT, result=found.verdict, subject=address, address=address)
    )
    page = _slip_answer(visit, desk, found) if isinstance(found, SlipVerdict) else _answer(visit, desk, found)
    return visit.show(page, cookies=cookies)
