"""The protocol's URLs as one table, free of any web framework: a request in, an answer out (protocol §4).

HTTP, bundles and the tests' transports all call `handle`. Errors become the protocol's statuses here and nowhere else.

Who may ask: over plain HTTP only this machine itself (`Peer.loopback`); over TLS a peer whose certificate the city's CA
gave to that very hall. A hall reads and writes its own two logs. Two things need no certificate, since the request
itself is signed by the hall's key: enrolment, and the certificate of the link. One that has ended still appends and
hears how far the city is (protocol §4): what a hall signed while it was alone is never refused.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs

from appliance.errors import N_, Forbidden, HallmarkError, IntegrityFailure, NotFound, OutOfSpace, TooLarge
from appliance.ledger.failure import Malformed, ProofError, SignatureError
from appliance.ledger.note import VerifierKey
from sync.hub import exchange, links, reads, receive, salvage
from sync.hub.hub import Direction, Hub
from sync.messages import (
    HEADER_BLOB_SIZE,
    HEADER_HELD,
    HEADER_SCANS_UPTO,
    MEDIA_BYTES,
    MEDIA_NOTE,
    Status,
    log_hash,
    parse_size,
)
from sync.transports.port import Answer
from sync.trust import Trust


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is asking, as the transport knows it.

    Attributes:
        loopback: the connection comes from this machine.
        hall: the hall named in a verified client certificate; empty without one.
        expired: that certificate has ended.
        fault: why that certificate counts for nothing all the same; empty when it counts.
    """

    loopback: bool
    hall: str = ""
    expired: bool = False
    fault: str = ""


@dataclass(frozen=True, slots=True)
class WireRequest:
    """One request, its body decompressed and within the limits."""

    method: str
    path: str
    peer: Peer
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


Handler = Callable[[Hub, WireRequest, re.Match[str]], Answer]


def _append(hub: Hub, request: WireRequest, match: re.Match[str]) -> Answer:
    trust, direction, _ = _log(hub, request, match, late=True)
    if direction == "c2h":
        # Only the city writes c2h; what it wrote and lost comes back under its own signature.
        return receive.take_back(hub, trust, request.body)
    held = request.headers.get(HEADER_HELD)
    return receive.append(hub, trust, request.body, held=None if held is None else parse_size(held.encode()))


def _checkpoint(hub: Hub, request: WireRequest, match: re.Match[str]) -> Answer:
    trust, direction, log = _log(hub, request, match, late=True)
    answer = reads.checkpoint(hub, log, at_most=_asked(request, "at"))
    if direction == "h2c" and hub.waits(trust):
        upto = str(reads.scans_upto(hub, log))
        return Answer(answer.status, {**answer.headers, HEADER_SCANS_UPTO: upto}, answer.body)
    return answer


def _records(hub: Hub, request: WireRequest, match: re.Match[str]) -> Answer:
    _, _, log = _log(hub, request, match)
    start, end = reads.parse_range(match["range"])
    return reads.records(hub, log, start, end)


def _tile(hub: Hub, request: WireRequest, match: re.Match[str]) -> Answer:
    _, _, log = _log(hub, request, match)
    return reads.tile(hub, log, match["path"])


def _ack(hub: Hub, request: WireRequest, match: re.Match[str]) -> Answer:
    trust, direction, _ = _log(hub, request, match)
    if direction != "c2h":
        raise NotFound(N_("回执只针对下发日志"), code="not_acknowledgeable", subject=trust.ticket.h2c_origin)
    return exchange.acknowledge(hub, trust, request.body)


def _blob_head(hub: Hub, request: WireRequest, match: re.Match[str]) -> Answer:
    _known(hub, request)
    return exchange.blob_head(hub, match["digest"], int(match["part"]))


def _blob_put(hub: Hub, request: WireRequest, match: re.Match[str]) -> Answer:
    _known(hub, request)
    size = request.headers.get(HEADER_BLOB_SIZE, "")
    at = _asked(request, "at")
    return exchange.blob_put(hub, match["digest"], int(match["part"]), size, request.body, at=at)


def _blob_get(hub: Hub, request: WireRequest, match: re.Match[str]) -> Answer:
    _known(hub, request)
    at, bytes_max = _asked(request, "at"), _asked(request, "max")
    return exchange.blob_get(hub, match["digest"], int(match["part"]), at=at or 0, bytes_max=bytes_max)


def _enrol(hub: Hub, request: WireRequest, match: re.Match[str]) -> Answer:  # noqa: ARG001 - the table's form
    return exchange.enrol(hub, request.body)


def _link(hub: Hub, request: WireRequest, match: re.Match[str]) -> Answer:  # noqa: ARG001 - the table's form
    return Answer(Status.OK, {"content-type": MEDIA_BYTES}, links.certify_link(hub, request.body))


def _tickets(hub: Hub, request: WireRequest, match: re.Match[str]) -> Answer:
    code = match["hall"]
    _speaks_for(request.peer, code)
    return exchange.tickets(hub, code)


def _salvage(hub: Hub, request: WireRequest, match: re.Match[str]) -> Answer:  # noqa: ARG001 - the table's form
    origin = salvage.origin_of_order(request.body)
    trust, direction = hub.find(log_hash(origin))
    _speaks_for(request.peer, trust.ticket.hall)
    if direction != "h2c":
        raise Forbidden(N_("这本日志只有该大厅自己能读写"), code="other_hall", subject=trust.ticket.hall)
    return salvage.take(hub, trust, request.body)


_LOG = r"/v1/log/(?P<log>[0-9a-f]{64})"
_BLOB = r"/v1/blob/(?P<digest>[0-9a-f]{64})/(?P<part>[0-9]{1,5})"

TABLE: Final[tuple[tuple[str, str, Handler], ...]] = (
    ("POST", r"/v1/enrol", _enrol),
    ("POST", r"/v1/link", _link),
    ("POST", _LOG + r"/append", _append),
    ("GET", _LOG + r"/checkpoint", _checkpoint),
    ("GET", _LOG + r"/(?P<path>tile/[0-9x/.p]{1,100}|tile/entries/[0-9x/.p]{1,100})", _tile),
    ("GET", _LOG + r"/records/(?P<range>[0-9-]{3,40})", _records),
    ("POST", _LOG + r"/ack", _ack),
    ("POST", r"/v1/salvage", _salvage),
    ("GET", r"/v1/tickets/(?P<hall>[0-9]{8})", _tickets),
    ("HEAD", _BLOB, _blob_head),
    ("PUT", _BLOB, _blob_put),
    ("GET", _BLOB, _blob_get),
)


def handle(hub: Hub, request: WireRequest) -> Answer:
    """Answer one request; every protocol error becomes its status, anything else is raised."""
    try:
        for method, pattern, handler in TABLE:
            match = re.fullmatch(pattern, request.path)
            if match and method == request.method:
                return handler(hub, request, match)
        raise NotFound(N_("没有这个地址"), code="no_route", subject=request.path[:100])
    except HallmarkError as error:
        return refusal(error)


def refusal(error: HallmarkError) -> Answer:
    """Give the answer that stands for an error of the protocol."""
    return Answer(status_of(error), {"content-type": MEDIA_NOTE}, f"{error.code}\n".encode())


def status_of(error: HallmarkError) -> int:
    """Give the protocol's status of an error."""
    table: tuple[tuple[type[HallmarkError], int], ...] = (
        (Malformed, Status.MALFORMED),
        (SignatureError, Status.SIGNATURE),
        (ProofError, Status.PROOF),
        (Forbidden, Status.SIGNATURE),
        (NotFound, Status.UNKNOWN),
        (TooLarge, Status.TOO_LARGE),
        (OutOfSpace, Status.NO_SPACE),
        (IntegrityFailure, Status.PROOF),
    )
    for kind, status in table:
        if isinstance(error, kind):
            return status
    return error.status


def _asked(request: WireRequest, name: str) -> int | None:
    given = parse_qs(request.query).get(name)
    return parse_size(given[0].encode()) if given else None


def _log(
    hub: Hub, request: WireRequest, match: re.Match[str], *, late: bool = False
) -> tuple[Trust, Direction, VerifierKey]:
    trust, direction = hub.find(match["log"])
    _speaks_for(request.peer, trust.ticket.hall, late=late)
    return trust, direction, trust.h2c if direction == "h2c" else trust.c2h


def _known(hub: Hub, request: WireRequest) -> None:
    if not request.peer.loopback:
        _speaks_for(request.peer, request.peer.hall)
        hub.hall(request.peer.hall)


def _speaks_for(peer: Peer, hall: str, *, late: bool = False) -> None:
    """Refuse whoever is not that hall; with `late`, a certificate that has ended will do."""
    if peer.loopback:
        return
    if not peer.hall:
        raise Forbidden(N_("需要大厅的客户端证书"), code="no_certificate")
    if peer.fault:
        raise Forbidden(N_("这份联网证书不被市级承认"), code=peer.fault, subject=peer.hall)
    if peer.hall != hall:
        raise Forbidden(N_("这本日志只有该大厅自己能读写"), code="other_hall", subject=hall)
    if peer.expired and not late:
        raise Forbidden(N_("联网证书已到期，请先换发"), code="certificate_ended", subject=hall)
