"""核验回执和文书: a slip's signed code, or any paper's plain one, is held against the signed log it was made from.

It is checked where the log lies. The digest of what the paper says is compared with that of its first print, which the
log holds, or with the paper made anew; personal data is not shown, for the asker has the sheet in hand.
"""

import msgspec

from appliance.clock import format_time
from appliance.errors import N_, HallmarkError, IntegrityFailure, NotFound
from appliance.papers.document import digest, is_qr, parse_qr
from appliance.papers.kinds import Kind
from appliance.projections import cases, certificates, prints
from appliance.services import papers
from appliance.services.facts import Facts
from appliance.services.paper_refs import PaperRef, parse_id
from appliance.services.paper_sources import REPLACED
from appliance.services.papers_apart import UNSIGNED, build_apart, is_apart
from appliance.services.proofs import Entries, ProofKeys, Proven, prove_entry
from appliance.signing.promise import is_promise, read_promise
from appliance.signing.values import DIGEST_BYTES, PromiseClaims

After = tuple[str, str, dict[str, str]]
"""Code, message id and its values of what came after a paper."""

VALID, CHANGED, UNKNOWN, REFUSED = "valid", "stale", "unknown", "refused"
EXIT = {VALID: 0, CHANGED: 1, UNKNOWN: 1, REFUSED: 2}


class SlipVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the check found.

    Attributes:
        verdict: ``valid``; ``stale``: the hall's, but something came after it; ``unknown``: the log that holds the
            entry is not here, or not that far; ``refused``.
        code: why, stable machine name.
        message: message id of the answer in plain words.
        params: its values.
        paper: paper id; empty when the code could not be read.
        title: the paper's printed title.
        no: 收件编号.
        hall: name of the hall that promised, where the city says so.
        at: when the entry was written (instant); empty when it is not known.
        origin: the log.
        index: the entry; -1 when it is not known.
        size: size of the signed head that it was proven under.
        cosigned_at: when the city cosigned that head (instant); empty when it has not.
    """

    verdict: str
    code: str
    message: str
    params: dict[str, str] = {}
    paper: str = ""
    title: str = ""
    no: str = ""
    hall: str = ""
    at: str = ""
    origin: str = ""
    index: int = -1
    size: int = 0
    cosigned_at: str = ""

    @property
    def exit_code(self) -> int:
        """0 valid, 1 something came after it or the log is not here, 2 refused."""
        return EXIT[self.verdict]

    def text(self) -> str:
        """Give the answer in Chinese."""
        return self.message % self.params if self.params else self.message


def is_slip(text: str) -> bool:
    """Tell whether a text is the code of a paper: a slip's signed one, or the plain one of every other paper."""
    return is_promise(text) or is_qr(text)


def check_slip(log: Entries, facts: Facts, keys: ProofKeys, text: str) -> SlipVerdict:
    """Check the text of a paper's QR against the log.

    Args:
        log: the hall's log.
        facts: the hall's settings and the item versions.
        keys: public keys of the hall's own logs and of the city.
        text: what the scanner read.
    """
    try:
        if not is_promise(text):
            paper, prefix = parse_qr(text)
            return _held_against(log, facts, keys, paper, bytes.fromhex(prefix))
        promise = read_promise(text)
        claims = promise.claims
        if claims.place.origin not in keys.logs:
            return SlipVerdict(
                verdict=UNKNOWN,
                code="other_hall",
                message=N_("这是 %(origin)s 的凭单，本厅没有那本日志，请到出具的大厅或者市级核验"),
                params={"origin": claims.place.origin},
                paper=claims.paper,
            )
        promise.check(certificates.document_keys(log.reader()))
        return _held_against(log, facts, keys, claims.paper, claims.digest, claims)
    except HallmarkError as error:
        return refused(error)


def refused(error: HallmarkError) -> SlipVerdict:
    """Say why a code is not accepted."""
    params = {name: str(value) for name, value in error.params.items()}
    return SlipVerdict(verdict=REFUSED, code=error.code, message=error.message, params=params)


def _held_against(
    log: Entries, facts: Facts, keys: ProofKeys, paper: str, prefix: bytes, claims: PromiseClaims | None = None
) -> SlipVerdict:
    """Hold a paper against the log: its entry is proven, and what it says is made anew and compared."""
    no, kind, _ = parse_id(paper)
    if kind.name in UNSIGNED:
        message = N_("这种文书由目录或者空白本印出，不在签名日志里，请到出具的大厅当面核对")
        return SlipVerdict(verdict=UNKNOWN, code="not_in_log", message=message, paper=paper, title=kind.title)
    if is_apart(kind):
        return _as_registered(log, facts, paper, kind, prefix)
    listed = papers.list_papers(log.reader(), no, log.durable_size)
    ref = next((one for one in listed if one.id == paper), None)
    if ref is None:
        raise NotFound(N_("本厅的日志里没有这份文书"), code="paper_unknown", subject=paper)
    proven = prove_entry(log, keys, ref.origin, ref.index)
    if claims is not None and (claims.place.origin, claims.place.leaf.hex()) != (ref.origin, proven.leaf):
        raise IntegrityFailure(N_("凭单所写的记录与本厅日志里的不同"), code="leaf_differs", subject=paper)
    after = _since(log, ref, listed, no)
    if prefix not in _digests(log, facts, paper):
        # Names of staff and telephone numbers are those of the day: a slip that was signed and never printed as a PDF
        # may have said others than it would say now. A plain code has nothing but its digest.
        if claims is None:
            raise IntegrityFailure(N_("文书的内容与本厅日志里的不同"), code="digest_differs", subject=paper)
        after = after or ("reworded", N_("是本厅出具的，签名真实；所载人员、电话等后来有变动，内容请与本厅核对"), {})
    return _found(ref, no, proven, after)


def _as_registered(log: Entries, facts: Facts, paper: str, kind: Kind, prefix: bytes) -> SlipVerdict:
    """Hold a card's or a complaint's paper against what is registered now: it grows with each answer."""
    made, salt = build_apart(log.reader(), facts, paper)
    same = bytes.fromhex(digest(made, salt))[:DIGEST_BYTES] == prefix
    said = (
        ("valid", N_("是本厅出具的，与本厅登记的一致"))
        if same
        else ("moved_on", N_("本厅登记有这份文书；内容与现在登记的不同，可能后来有了答复或者处理，请到本厅当面核对"))
    )
    return SlipVerdict(verdict=VALID if same else UNKNOWN, code=said[0], message=said[1], paper=paper, title=kind.title)


def _digests(log: Entries, facts: Facts, paper: str) -> set[bytes]:
    """Give the beginnings of the digests of what a paper said at its first print, and would say now."""
    connection = log.reader()
    _, data, presentation = papers.build(connection, facts, paper, log.durable_size)
    known = (*prints.digests(connection, paper), digest(data, presentation.salt))
    return {bytes.fromhex(one)[:DIGEST_BYTES] for one in known}


def _since(log: Entries, ref: PaperRef, listed: tuple[PaperRef, ...], no: str) -> After | None:
    """Tell what came after the paper that its holder must know, or None."""
    if ref.corrected is not None:
        return "corrected", N_("是本厅出具的；内容后来有更正，以更正通知书为准"), {}
    case = cases.find(log.reader(), no)
    if case is not None and case.ending is not None and case.ending.kind == "voided":
        return "voided", N_("是本厅出具的；这次收件后来作废，凭单已经无效"), {}
    newest = next(one for one in reversed(listed) if one.kind == ref.kind)
    if ref.kind in REPLACED and newest.id != ref.id:
        return "replaced", N_("是本厅出具的；后来换发了更正的一份 %(paper)s"), {"paper": newest.id}
    return None


def _found(ref: PaperRef, no: str, proven: Proven, since: After | None) -> SlipVerdict:
    code, message, params = since or ("valid", N_("是本厅出具的，与签名日志一致"), {})
    return SlipVerdict(
        verdict=CHANGED if since else VALID,
        code=code,
        message=message,
        params=params,
        paper=ref.id,
        title=ref.title,
        no=no,
        at=format_time(ref.at),
        origin=proven.origin,
        index=proven.index,
        size=proven.size,
        cosigned_at=format_time(proven.cosigned_at) if proven.cosigned_at else "",
    )
