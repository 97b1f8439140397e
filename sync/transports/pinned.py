"""The way to the city as a hall's settings have it: plain on this machine, else TLS with the hall's own certificate.

The first certificate is asked for at the first contact, the next one half a year before the end; a hall that comes back
with one that has ended asks before anything else. All that takes no hand.
"""

import base64
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from cryptography import x509

from appliance.clock import Clock
from appliance.errors import N_, Refusal, TransportFailure
from sync.enrolment import load_hall_keys, load_trust
from sync.link import LINK_PEM, believed_keys, held_certificate, is_due, keep_certificate, link_key, request_certificate
from sync.messages import MEDIA_NOTE, Status
from sync.transports.http import HttpTransport, check_city_url
from sync.transports.port import NO_HEADERS, Answer, Transport
from sync.transports.tls import Floor, hall_context, no_floor

RENEW: Final = frozenset({"no_certificate", "certificate_ended"})
REFUSED: Final = RENEW | {"link_revoked", "wrong_usage", "other_hall", "unknown_hall"}
ASKED_AGAIN_SECONDS: Final = 3600.0


def city_transport(
    directory: Path, url: str, clock: Clock, *, floor: Floor = no_floor, random: Callable[[int], bytes] = os.urandom
) -> "HttpTransport | PinnedTransport":
    """Give the way to the city.

    Args:
        directory: the hall's data directory, where the root is pinned.
        url: the city's address.
        clock: wall clock and boot time.
        floor: the earliest instant that it can be now, or None.
        random: for the link key.

    Raises:
        Refusal: as `check_city_url`; or https while no authority of the city's is pinned.
    """
    base = check_city_url(url)
    if base.startswith("http:"):
        return HttpTransport(base)
    return PinnedTransport(directory, base, clock, floor, random)


class PinnedTransport:
    """The `Transport` over TLS; see `city_transport`."""

    __slots__ = ("_asked", "_authority", "_clock", "_directory", "_floor", "_inner", "_random", "_url")

    def __init__(self, directory: Path, url: str, clock: Clock, floor: Floor, random: Callable[[int], bytes]) -> None:
        keys = believed_keys(directory)
        if keys is None or not keys.authority:
            raise Refusal(
                N_("没有市级证书机构的证书，不能用 https 连接市级：%(url)s"),
                code="no_city_authority",
                subject="city_url",
                params={"url": url},
                next_step=N_("请向市级索取 city-keys.note，核对根密钥指纹后运行 hall link trust"),
            )
        self._authority = base64.b64decode(keys.authority)
        self._directory, self._url, self._clock, self._floor, self._random = directory, url, clock, floor, random
        self._inner: Transport | None = None
        self._asked: float | None = None

    def request(self, method: str, path: str, *, body: bytes = b"", headers: Mapping[str, str] = NO_HEADERS) -> Answer:
        """Send one request; see `Transport.request`. A certificate is asked for first where one is due."""
        if self._is_due():
            # With one in hand the hall goes on: the city may be too old to renew, or the answer be lost.
            if held_certificate(self._directory) is None:
                self.renew()
            else:
                with suppress(TransportFailure):
                    self.renew()
        answer = self._open().request(method, path, body=body, headers=headers)
        if _refusal(answer) in RENEW and load_trust(self._directory) is not None:
            self.renew()
            answer = self._open().request(method, path, body=body, headers=headers)
        if _refusal(answer):
            self.close()  # a person may lay another certificate here meanwhile; the next request reads it
        return _told(answer, path)

    def renew(self) -> x509.Certificate:
        """Ask for a certificate of the link now, keep it, and use it from the next request on.

        Raises:
            Refusal: the hall has no ticket yet.
            TransportFailure: no usable answer, or the city refuses.
            HallmarkError: what came is not this hall's certificate.
        """
        trust = load_trust(self._directory)
        if trust is None:
            raise Refusal(N_("本厅还没有入网凭证，不能申请联网证书"), code="not_enrolled", subject=LINK_PEM)
        ticket = trust.ticket
        keys = load_hall_keys(
            self._directory, city=ticket.city, hall=ticket.hall, epoch=ticket.epoch, clock=self._clock
        )
        key = link_key(self._directory, self._random)
        note = request_certificate(trust, key, keys.hall, self._clock.now())
        # Without a certificate: whatever is wrong with the one in hand must not keep its successor away.
        with HttpTransport(self._url, tls=hall_context(self._authority, None, self._floor)) as bare:
            answer = _told(bare.request("POST", "/v1/link", body=note, headers={"content-type": MEDIA_NOTE}), "link")
        if answer.status != HTTPStatus.OK:
            raise TransportFailure(
                N_("市级没有签发联网证书（状态 %(status)s）"),
                code="no_link_certificate",
                subject="link",
                params={"status": answer.status},
                next_step=N_("窗口业务不受影响；稍后自动重试"),
            )
        certificate = keep_certificate(self._directory, key, trust, answer.body, self._authority)
        self.close()
        return certificate

    def close(self) -> None:
        """Give back connections."""
        if self._inner is not None:
            self._inner.close()
            self._inner = None

    def __enter__(self) -> Self:
        """Give the transport itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self.close()

    def _is_due(self) -> bool:
        # Looked at when a connection is made and once an hour: a signature verified at every request would cost more.
        moment = self._clock.boottime()
        if self._inner is not None and self._asked is not None and moment - self._asked < ASKED_AGAIN_SECONDS:
            return False
        self._asked = moment
        held = held_certificate(self._directory)
        return (held is None or is_due(held, self._clock.now())) and load_trust(self._directory) is not None

    def _open(self) -> Transport:
        if self._inner is None:
            pem = self._directory / "keys" / LINK_PEM if held_certificate(self._directory) is not None else None
            self._inner = HttpTransport(self._url, tls=hall_context(self._authority, pem, self._floor))
        return self._inner


def _refusal(answer: Answer) -> str:
    code = answer.body.strip().decode("ascii", "replace") if answer.status == Status.SIGNATURE else ""
    return code if code in REFUSED else ""


def _told(answer: Answer, path: str) -> Answer:
    """Turn a refusal of who we are into an error that says so; a refusal of what we sent stays an answer."""
    code = _refusal(answer)
    if not code:
        return answer
    raise TransportFailure(
        N_("市级不承认本厅的联网证书（%(reason)s）"),
        code=code,
        subject=path.partition("?")[0],
        params={"reason": code},
        next_step=N_("请在本厅运行 hall link show 并告诉市级运维；换密钥用 hall link renew --new-key"),
    )
