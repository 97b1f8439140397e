"""The protocol's URLs as Litestar handlers, to be mounted by the program that serves the city.

These handlers know HTTP and nothing else: size limits, compression, who is at the other end. What a request means is in
`sync.hub.wire.TABLE`.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import structlog
from litestar import HttpMethod, Litestar, Request, Response, route
from litestar.concurrency import sync_to_thread
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.types import Scope

from appliance.errors import N_, HallmarkError, TooLarge
from sync.hub.hub import Hub
from sync.hub.wire import Peer, WireRequest, handle, refusal
from sync.messages import BODY_BYTES_MAX, ENCODING, compress, decompress
from sync.transports.http import COMPRESS_BYTES_MIN, is_loopback
from sync.transports.port import Answer

PATHS: Final = (
    "/v1/enrol",
    "/v1/link",
    "/v1/log/{log:str}/append",
    "/v1/log/{log:str}/checkpoint",
    "/v1/log/{log:str}/tile/{tile:path}",
    "/v1/log/{log:str}/records/{range:str}",
    "/v1/log/{log:str}/ack",
    "/v1/tickets/{hall:str}",
    "/v1/salvage",
    "/v1/blob/{digest:str}/{part:str}",
)
METHODS: Final = (HttpMethod.GET, HttpMethod.HEAD, HttpMethod.PUT, HttpMethod.POST)

PeerOf = Callable[[Request[Any, Any, Any]], Peer]


def peer_of(request: Request[Any, Any, Any]) -> Peer:
    """Tell who is asking over plain HTTP: this machine, or nobody known; over TLS `peer_by_certificate` tells."""
    return Peer(
        loopback=request.url.scheme == "http" and request.client is not None and is_loopback(request.client.host)
    )


def protocol_handler(hub: Hub, *, peer: PeerOf = peer_of) -> HTTPRouteHandler:
    """Make the one handler that serves all of the protocol's URLs.

    Args:
        hub: the city.
        peer: tells who is asking; with TLS, from the verified client certificate.
    """

    @route(
        list(PATHS),
        http_method=list(METHODS),
        name="hub-protocol",
        request_max_body_size=BODY_BYTES_MAX,
        include_in_schema=False,
        # Handled here: the framework would read a body by its media type, and these are bytes and notes.
        opt={"protocol": True, "exclude_from_auth": True, "exclude_from_csrf": True},
    )
    async def protocol(request: Request[Any, Any, Any]) -> Response[bytes]:
        try:
            body = await _body(request)
        except HallmarkError as error:
            return _response(refusal(error))
        asked = WireRequest(
            method=request.method,
            path=request.url.path,
            peer=peer(request),
            query=request.url.query or "",
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body,
        )
        # Verifying and the wait for the disk happen in a worker thread: the event loop serves others meanwhile.
        return _response(await sync_to_thread(_answered, hub, asked))

    return protocol


def http_app(hub: Hub, *, peer: PeerOf = peer_of) -> Litestar:
    """Make an application of the protocol alone, for tests and for a city without pages."""
    return Litestar(
        route_handlers=[protocol_handler(hub, peer=peer)],
        after_exception=[_log],
        openapi_config=None,
        logging_config=None,
    )


async def _log(error: Exception, scope: Scope) -> None:
    """Log what no answer of the protocol stands for, once; the framework itself answers 500 and says nothing."""
    if not isinstance(error, HTTPException):
        structlog.get_logger("city").error("unhandled", path=scope.get("path", ""), exc_info=error)


async def _body(request: Request[Any, Any, Any]) -> bytes:
    """Read the body in pieces, giving up at the limit."""
    taken = bytearray()
    async for chunk in request.stream():
        taken += chunk
        if len(taken) > BODY_BYTES_MAX:
            raise TooLarge(N_("请求超过上限"), code="body_too_large")
    return bytes(taken)


def _answered(hub: Hub, asked: WireRequest) -> Answer:
    """Expand a body that says that it is compressed, let the request be answered, and compress what comes."""
    if asked.headers.get("content-encoding", "") == ENCODING:
        try:
            asked = replace(asked, body=decompress(asked.body, bytes_max=BODY_BYTES_MAX))
        except HallmarkError as error:
            return refusal(error)
    return _compressed(handle(hub, asked), asked.headers.get("accept-encoding", ""))


def _compressed(answer: Answer, accepted: str) -> Answer:
    if ENCODING not in accepted or len(answer.body) < COMPRESS_BYTES_MIN:
        return answer
    packed = compress(answer.body)
    if len(packed) >= len(answer.body):
        return answer
    return Answer(answer.status, {**answer.headers, "content-encoding": ENCODING}, packed)


def _response(answer: Answer) -> Response[bytes]:
    headers = dict(answer.headers)
    media_type = headers.pop("content-type", "application/octet-stream")
    headers.setdefault("cache-control", "no-store")
    return Response(answer.body, status_code=int(answer.status), headers=headers, media_type=media_type)
