"""Check one entry of a case, or of a joint whole, there and then, and say in plain words what was checked."""

from dataclasses import dataclass
from typing import ClassVar

import msgspec
from litestar import Response

from appliance.errors import N_, HallmarkError, IntegrityFailure, NotFound
from appliance.projections import joints
from appliance.services.desk import Desk
from appliance.services.proofs import ProofKeys, Proven, prove_entry
from web.pages.casework import Head, TimelineRow, head, sight, timeline_rows
from web.pages.joint_page import JointPage, whole_of
from web.pages.joint_page import page as joint_page
from web.visit import Visit


class Check(msgspec.Struct, frozen=True):
    """One thing that was checked, what came out, and whether it holds: yes, no, or open (not possible yet)."""

    what: str
    found: str
    holds: str


class VerifyPage(msgspec.Struct, frozen=True):
    """The answer: does this line still stand in the signed log as it was written?"""

    TEMPLATE: ClassVar[str] = "cases/verify.html"
    no: str
    back: str
    head: Head | None
    whole: JointPage | None
    row: TimelineRow
    ok: bool
    answer: str
    checks: tuple[Check, ...]
    facts: tuple[tuple[str, str], ...]
    entry: str
    download: str
    next_step: str


CITY_LOG = "c2h"


def epoch_of(origin: str) -> str:
    """Give the number of the epoch in a log's name."""
    return origin.rpartition("/e")[2]


class Epoch(msgspec.Struct, frozen=True):
    """Which epoch of the hall's log the index counts in; 0 takes the newest. `log` is ``c2h`` for the city's."""

    epoch: int = 0
    log: str = ""

    def holds(self, row: TimelineRow, index: int) -> bool:
        """Tell whether a line stands at an index of this log; what came with a case stands in the city's."""
        origin, at = row.stands
        of_city = "/c2h/" in origin
        return at == index and of_city == (self.log == CITY_LOG) and self.epoch in (0, int(epoch_of(origin) or 0))


@dataclass(frozen=True, slots=True)
class Subject:
    """The case or whole that the entry belongs to, as its page shows it, with its lines, the newest first."""

    no: str
    rows: tuple[TimelineRow, ...]
    head: Head | None = None
    whole: JointPage | None = None

    @property
    def back(self) -> str:
        """Where its own page is."""
        return f"/joints/{self.no}" if self.whole is not None else f"/cases/{self.no}"


def _subject(visit: Visit, desk: Desk, no: str) -> Subject:
    """Find what an address names; raises NotFound."""
    if joints.known(desk.reader(), no):
        whole = joint_page(visit, desk, whole_of(desk, no))
        return Subject(whole.no, whole.rows, whole=whole)
    seen = sight(visit, desk, no)
    return Subject(seen.case.no, tuple(reversed(timeline_rows(visit, desk, seen))), head=head(visit, desk, seen))


def _row(subject: Subject, index: int, place: Epoch) -> TimelineRow:
    """Find the line of the subject's own timeline; raises NotFound for an entry of another one."""
    for row in subject.rows:
        if place.holds(row, index):
            return row
    raise NotFound(N_("这件的时间线上没有第 %(index)s 条"), params={"index": index}, next_step=N_("请返回办件页"))


def _checks(visit: Visit, proven: Proven) -> tuple[Check, ...]:
    text, of_city = visit.text, "/c2h/" in proven.origin
    private = text(N_("与记录中的摘要一致")) if proven.private else text(N_("这条没有个人信息，或已依法删除"))
    city = (
        text(N_("市级于 %(at)s 联署了这个日志头"), at=f"{proven.cosigned_at:%Y-%m-%d %H:%M}")
        if proven.cosigned_at
        else text(N_("市级还没有联署到这一条；连上市级后会自动补上"))
    )
    if of_city:
        city = text(N_("这是市级写给本厅的日志，由市级自己签名"))
    return (
        Check(text(N_("读出日志第 %(index)s 条的原文，重新计算摘要"), index=proven.index), proven.leaf, "yes"),
        Check(text(N_("个人信息部分")), private, "yes" if proven.private else "open"),
        Check(
            text(N_("沿日志树逐级合并 %(count)s 个摘要，得到日志头"), count=proven.path),
            text(N_("与已签名的日志头一致（共 %(size)s 条）"), size=proven.size),
            "yes",
        ),
        Check(
            text(N_("用市级的公钥核对日志头的签名") if of_city else N_("用本厅的公钥核对日志头的签名")),
            text(N_("签名有效：%(key)s"), key=proven.key),
            "yes",
        ),
        Check(text(N_("用市级的公钥核对联署")), city, "yes" if proven.cosigned_at or of_city else "open"),
    )


def show(visit: Visit, desk: Desk, log_keys: ProofKeys, no: str, index: int) -> Response[str]:
    """Verify an entry now. A failure is the page's answer, not an error page."""
    subject = _subject(visit, desk, no)
    place = visit.query(Epoch)
    row = _row(subject, index, place)
    try:
        proven = prove_entry(desk.store, log_keys, *row.stands)
    except IntegrityFailure as failure:
        return visit.show(_failed(visit, subject, row, failure))
    facts = (
        (visit.text(N_("日志")), proven.origin),
        (visit.text(N_("序号")), str(proven.index)),
        (visit.text(N_("日志头大小")), str(proven.size)),
        (visit.text(N_("日志头根")), proven.root),
    )
    return visit.show(
        VerifyPage(
            no=subject.no,
            back=subject.back,
            head=subject.head,
            whole=subject.whole,
            row=row,
            ok=True,
            answer=visit.text(N_("核对通过：这一条仍是当时写入的内容，没有被改动、调换或删除")),
            checks=_checks(visit, proven),
            facts=facts,
            entry=proven.entry.decode(),
            download=f"/cases/{no}/entries/{index}/proof?epoch={epoch_of(row.stands[0])}"
            + (f"&log={CITY_LOG}" if place.log == CITY_LOG else ""),
            next_step="",
        )
    )


def _failed(visit: Visit, subject: Subject, row: TimelineRow, failure: HallmarkError) -> VerifyPage:
    return VerifyPage(
        no=subject.no,
        back=subject.back,
        head=subject.head,
        whole=subject.whole,
        row=row,
        ok=False,
        answer=visit.text(N_("核对没有通过：这一条与已签名的日志不符")),
        checks=(Check(visit.text(N_("核对原文、日志树和签名")), visit.text(failure.message, **failure.params), "no"),),
        facts=((visit.text(N_("日志")), row.stands[0]), (visit.text(N_("序号")), str(row.stands[1]))),
        entry="",
        download="",
        next_step=visit.text(N_("请停止办理这一件，立即告诉大厅负责人和系统管理员；不要自行改动数据")),
    )


def download(visit: Visit, desk: Desk, log_keys: ProofKeys, no: str, index: int) -> Response[bytes]:
    """Send the ``.tlog-proof`` file, which anyone can check without this server."""
    subject = _subject(visit, desk, no)
    row = _row(subject, index, visit.query(Epoch))
    proven = prove_entry(desk.store, log_keys, *row.stands)
    return Response(
        proven.proof,
        media_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{subject.no}-{index}.tlog-proof"'},
    )
