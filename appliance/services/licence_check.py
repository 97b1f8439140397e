"""核验证照: a code or a PDF is checked from the city's authority down, then against what is known of its state.

Works without a link, and says how old what it knows is: a licence is called 有效 only while the city's word is fresh.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from appliance.clock import SHANGHAI, parse_time, to_the_minute
from appliance.domain.events.licence_status import STATUSES
from appliance.errors import N_, HallmarkError
from appliance.projections import certificates, licence_status
from appliance.signing.authority import public_of, read_certificate
from appliance.signing.code import CodeReader, SignedCode
from appliance.signing.pdf import check_pdf
from appliance.signing.values import LicenceClaims
from appliance.store.connection import Connection
from appliance.store.contacts import read_contact

FRESH = timedelta(hours=24)
"""How old the city's word may be for 有效: a hall with a link hears from it many times a day."""

VALID, STALE, UNKNOWN, REFUSED = "valid", "stale", "unknown", "refused"
EXIT: Mapping[str, int] = {VALID: 0, STALE: 1, UNKNOWN: 1, REFUSED: 2}


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the check found.

    Attributes:
        verdict: ``valid``, ``stale`` (all holds, the city's word is old), ``unknown`` (nothing to check with) or
            ``refused``.
        code: why, stable machine name.
        message: message id of the answer in plain words.
        params: its values.
        claims: what the licence says, when its signature holds.
        signer: name of the hall that signed; empty when it is not known.
        as_of: instant of the city's last word; empty before the first.
    """

    verdict: str
    code: str
    message: str
    params: dict[str, str] = {}
    claims: LicenceClaims | None = None
    signer: str = ""
    as_of: str = ""

    @property
    def exit_code(self) -> int:
        """0 valid, 1 stale or unknown, 2 refused."""
        return EXIT[self.verdict]

    def text(self) -> str:
        """Give the answer in Chinese."""
        return self.message % self.params if self.params else self.message


def word_of_city(connection: Connection, peer: str) -> str:
    """Give the instant up to which the city's word is complete here; empty before the first.

    By the link both sides were equal at the last success; by a bundle its newest entry says how far it reaches.

    Args:
        connection: a reader of the hall.
        peer: the name of the city among the contacts.
    """
    contact = read_contact(connection, peer)
    instants = [text for text in (contact.success if contact else None, licence_status.heard(connection)) if text]
    return max(instants, key=parse_time, default="")


def check_code(connection: Connection, text: str, now: datetime, as_of: str) -> Verdict:
    """Check the text of a licence's QR.

    Args:
        connection: a reader of the hall.
        text: what the scanner read.
        now: aware time.
        as_of: instant up to which the city's word is complete here; empty for never.
    """
    authorities = certificates.authorities(connection)
    if not authorities:
        return _no_authority()
    try:
        read = CodeReader([public_of(read_certificate(one)) for one in authorities]).read(text)
    except HallmarkError as error:
        return _refused(error, as_of)
    return judge(connection, read, now, as_of)


def check_file(connection: Connection, body: bytes, now: datetime, as_of: str) -> Verdict:
    """Check a licence's PDF: the file's signature, the code that it carries, and that both name one hall."""
    authorities = certificates.authorities(connection)
    if not authorities:
        return _no_authority()
    try:
        file = check_pdf(body, authorities)
        read = CodeReader([public_of(read_certificate(one)) for one in authorities]).read(file.code)
    except HallmarkError as error:
        return _refused(error, as_of)
    if read.signer.hall != file.hall:
        return Verdict(
            verdict=REFUSED, code="other_signer", message=N_("文件与其中的签名码不是同一个厅签的"), as_of=as_of
        )
    return judge(connection, read, now, as_of)


def judge(connection: Connection, read: SignedCode, now: datetime, as_of: str) -> Verdict:
    """Say what a licence whose signature holds is worth on a day: its dates, its state, and how fresh the state is."""
    claims = read.claims
    day = now.astimezone(SHANGHAI).date()
    known = licence_status.find(connection, claims.identifier)
    status, since = known or ("valid", "")

    def said(verdict: str, code: str, message: str, **params: str) -> Verdict:
        return Verdict(
            verdict=verdict,
            code=code,
            message=message,
            params=params,
            claims=claims,
            signer=read.signer.name,
            as_of=as_of,
        )

    if status != "valid":
        return said(
            REFUSED,
            status,
            N_("%(status)s（自%(since)s），数据截至 %(as_of)s"),
            status=STATUSES.get(status, status),
            since=since,
            as_of=shown(as_of),
        )
    if claims.valid_to is not None and day > claims.valid_to:
        return said(REFUSED, "expired", N_("已过期：有效期至 %(day)s"), day=claims.valid_to.isoformat())
    if day < claims.valid_from:
        return said(REFUSED, "not_yet", N_("尚未生效：自 %(day)s 起有效"), day=claims.valid_from.isoformat())
    if not as_of:
        return said(STALE, "never_heard", N_("签名真实；无法确认最新状态，本厅还没有收到过市级的证照状态"))
    if now - parse_time(as_of) > FRESH:
        return said(STALE, "stale", N_("签名真实；无法确认最新状态，数据截至 %(as_of)s"), as_of=shown(as_of))
    return said(VALID, "valid", N_("有效，数据截至 %(as_of)s"), as_of=shown(as_of))


def shown(instant: str) -> str:
    """Write an instant as people read it; a dash before the first."""
    return to_the_minute(instant) or "–"


def _refused(error: HallmarkError, as_of: str) -> Verdict:
    params = {name: str(value) for name, value in error.params.items()}
    return Verdict(verdict=REFUSED, code=error.code, message=error.message, params=params, as_of=as_of)


def _no_authority() -> Verdict:
    return Verdict(
        verdict=UNKNOWN, code="no_authority", message=N_("本机还没有市级文书证书，无法核验；请先与市级同步一次")
    )
