"""HTTP to the city. Plain HTTP goes to loopback addresses only; everything else needs TLS (protocol §4)."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from ssl import SSLCertVerificationError, SSLContext, SSLError
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

from appliance.errors import N_, HallmarkError, Refusal, TransportFailure
from sync.messages import BODY_BYTES_MAX, ENCODING, compress, decompress
from sync.transports.port import NO_HEADERS, Answer

COMPRESS_BYTES_MIN = 512
ANSWER_HEADERS_COUNT_MAX = 100
SAID_BY_THE_LIBRARY = ("accept", "connection", "user-agent")


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """How long to wait and how much to take.

    Attributes:
        connect_seconds_max: time to reach the city.
        idle_seconds_max: longest silence while reading or writing.
        answer_bytes_max: largest body, both on the wire and decompressed.
    """

    connect_seconds_max: float = 10.0
    idle_seconds_max: float = 60.0
    answer_bytes_max: int = BODY_BYTES_MAX


def check_city_url(url: str) -> str:
    """Give the base address without a trailing slash.

    Raises:
        Refusal: not HTTP(S), or plain HTTP to anything but a literal loopback address or ``localhost``.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise Refusal(
            N_("市级地址不正确：%(url)s"),
            code="bad_city_url",
            subject="city_url",
            params={"url": url},
            next_step=N_("请填写形如 https://主机:端口 的地址"),
        )
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise Refusal(
            N_("不加密的 HTTP 只允许连接本机：%(url)s"),
            code="plain_http",
            subject="city_url",
            params={"url": url},
            next_step=N_("请改用 https 地址，并安装市级签发的客户端证书"),
        )
    return url.rstrip("/")


def is_loopback(host: str) -> bool:
    """Say whether a host name or address is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class HttpTransport:
    """The `Transport` over HTTP with one kept-alive connection.

    Args:
        city_url: base address, checked by `check_city_url`.
        limits: times and sizes.
        tls: context with the city's CA and the hall's client certificate; needed for https.

    Raises:
        Refusal: as `check_city_url`; or https without a context.
    """

    __slots__ = ("_base", "_client", "_limits")

    def __init__(self, city_url: str, *, limits: HttpLimits | None = None, tls: SSLContext | None = None) -> None:
        self._limits = limits or HttpLimits()
        self._base = check_city_url(city_url)
        if tls is None and self._base.startswith("https:"):
            # The machine's own store of authorities would let any of them speak for the city (protocol §4).
            raise Refusal(
                N_("没有市级证书机构的证书，不能用 https 连接市级：%(url)s"),
                code="no_city_authority",
                subject="city_url",
                params={"url": city_url},
                next_step=N_("请向市级索取 city-keys.note，核对根密钥指纹后运行 hall link trust"),
            )
        self._client = httpx.Client(
            timeout=httpx.Timeout(self._limits.idle_seconds_max, connect=self._limits.connect_seconds_max),
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
            verify=tls if tls is not None else True,
            follow_redirects=False,
            # A proxy variable left in the environment must not carry a hall's records elsewhere.
            trust_env=False,
        )
        for name in SAID_BY_THE_LIBRARY:
            # Nobody reads them, and an idle hall says them every few seconds.
            self._client.headers.pop(name, None)

    def request(self, method: str, path: str, *, body: bytes = b"", headers: Mapping[str, str] = NO_HEADERS) -> Answer:
        """Send one request; see `Transport.request`."""
        sent = {"accept-encoding": ENCODING, **headers}
        if len(body) >= COMPRESS_BYTES_MIN and "content-encoding" not in sent:
            packed = compress(body)
            if len(packed) < len(body):
                body, sent["content-encoding"] = packed, ENCODING
        try:
            with self._client.stream(method, self._base + path, content=body or None, headers=sent) as response:
                return Answer(response.status_code, _headers(response), self._read(method, response))
        except httpx.HTTPError as error:
            if (fault := _tls_fault(error)) is not None:
                raise fault from error
            raise TransportFailure(
                N_("连不上市级：%(reason)s"),
                code="unreachable",
                subject=path.partition("?")[0],
                params={"reason": f"{type(error).__name__}: {error}"},
                next_step=N_("窗口业务不受影响；链路恢复后会自动继续"),
            ) from error

    def close(self) -> None:
        """Give back the connection."""
        self._client.close()

    def __enter__(self) -> Self:
        """Give the transport itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self.close()

    def _read(self, method: str, response: httpx.Response) -> bytes:
        if method == "HEAD" or response.status_code == HTTPStatus.NO_CONTENT:
            return b""
        taken = bytearray()
        for chunk in response.iter_raw():
            taken += chunk
            if len(taken) > self._limits.answer_bytes_max:
                raise _unusable(N_("市级的回答超过上限"), response)
        encoding = response.headers.get("content-encoding", "")
        if not encoding:
            return bytes(taken)
        if encoding != ENCODING:
            raise _unusable(N_("市级的回答使用了没有约定的压缩"), response)
        try:
            return decompress(bytes(taken), bytes_max=self._limits.answer_bytes_max)
        except HallmarkError as error:
            raise _unusable(N_("市级的回答无法解压"), response) from error


def _headers(response: httpx.Response) -> dict[str, str]:
    if len(response.headers) > ANSWER_HEADERS_COUNT_MAX:
        raise _unusable(N_("市级的回答头过多"), response)
    return {name.lower(): value for name, value in response.headers.items()}


def _tls_fault(error: httpx.HTTPError) -> TransportFailure | None:
    """Tell a failure of TLS from a link that is down: the one needs a person, the other patience."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, SSLError):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, SSLCertVerificationError):
        return TransportFailure(
            N_("对方出示的不是本市的联网证书，没有发送任何数据：%(reason)s"),
            code="city_not_proven",
            subject="city_url",
            params={"reason": getattr(cause, "verify_message", "") or cause.args[-1]},
            next_step=N_("请核对 hall.toml 的 city_url 与市级 city.toml 的 link_hosts 是否一致，并告诉市级运维"),
        )
    if isinstance(cause, SSLError) and cause.reason and "ALERT" in cause.reason:
        return TransportFailure(
            N_("市级拒绝了本厅的联网证书：%(reason)s"),
            code="link_rejected",
            subject="city_url",
            params={"reason": cause.reason},
            next_step=N_("请运行 hall link renew；仍不行时告诉市级运维"),
        )
    return None


def _unusable(message: str, response: httpx.Response) -> TransportFailure:
    return TransportFailure(message, code="bad_answer", subject=response.request.url.path)
