"""The city's second listener: the protocol alone, over TLS, each request held against the certificate that was shown.

The certificate comes to the application as the ASGI TLS extension has it (``extensions.tls.client_cert_chain``): the
server in use does not fill it in yet.
"""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

import structlog
import uvicorn
from cryptography import x509
from litestar import Request
from litestar.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from appliance.errors import HallmarkError
from appliance.signing.authority import hall_of, public_of
from appliance.signing.keys import point
from appliance.signing.link import CLIENT, is_for
from sync.hub.endpoints import PeerOf
from sync.hub.hub import Hub
from sync.hub.links import is_revoked
from sync.hub.wire import Peer
from sync.transports.tls import peer_pem

EXTENSION: Final = "tls"
CHAIN: Final = "client_cert_chain"
STRANGER: Final = Peer(loopback=False)


class LinkProtocol(HttpToolsProtocol):
    """HTTP that tells the application which certificate the other end has shown."""

    _shown: tuple[str, ...] = ()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Note the certificate once a connection; the library has verified it by now."""
        super().connection_made(transport)
        shown = peer_pem(transport.get_extra_info)
        self._shown = (shown,) if shown else ()

    def on_message_begin(self) -> None:
        """Lay it into the scope of each request."""
        super().on_message_begin()
        self.scope["extensions"] = {EXTENSION: {CHAIN: self._shown}}


class LinkServer(uvicorn.Server):
    """A server beside another one, which alone takes the signals and tells this one to end."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the other server."""
        yield


def link_server(app: ASGIApp, context: ssl.SSLContext, *, host: str, port: int) -> LinkServer:
    """Make the TLS listener.

    Args:
        app: the protocol's application with `peer_by_certificate`.
        context: the city's end, `sync.transports.tls.city_context`.
        host: address to listen on.
        port: port to listen on; 0 takes a free one.
    """
    return LinkServer(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            http=LinkProtocol,
            ssl_context_factory=lambda _config, _default: context,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=5,
        )
    )


def peer_by_certificate(hub: Hub) -> PeerOf:
    """Make what tells who is asking over TLS: the hall of the certificate, or nobody known, and why.

    Never this machine itself: what a forwarder on this machine passes on has to show a hall's certificate too.
    """

    def tell(request: Request[Any, Any, Any]) -> Peer:
        extensions: dict[str, Any] = request.scope.get("extensions") or {}
        chain = extensions.get(EXTENSION, {}).get(CHAIN) or ()
        if not chain:
            return STRANGER
        peer = judge(hub, str(chain[0]))
        if peer.fault:
            structlog.get_logger("city").warning("link_refused", hall=peer.hall, reason=peer.fault)
        return peer

    return tell


def judge(hub: Hub, pem: str) -> Peer:
    """Judge a certificate that the authority has signed: its purpose, its hall, its key, its end.

    Args:
        hub: the city.
        pem: the certificate.
    """
    certificate = _read(pem)
    code, fault = hall_of(certificate), ""
    if not is_for(certificate, CLIENT):
        fault = "wrong_usage"
    elif is_revoked(hub.directory, code, _point(pem)):
        fault = "link_revoked"
    else:
        try:
            hub.hall(code)
        except HallmarkError as error:
            fault = error.code
    return Peer(loopback=False, hall=code, expired=certificate.not_valid_after_utc < hub.clock.now(), fault=fault)


@lru_cache(maxsize=1024)
def _read(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem.encode())


@lru_cache(maxsize=1024)
def _point(pem: str) -> bytes:
    return point(public_of(_read(pem)))
