"""The way to a city in the same process: one machine that is both, as a demonstration is when it is set up."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from sync.hub.hub import Hub
from sync.hub.wire import Peer, WireRequest, handle
from sync.transports.port import NO_HEADERS, Answer


@dataclass(frozen=True, slots=True)
class LocalTransport:
    """Implements `sync.transports.port.Transport` over the hub's own handlers."""

    hub: Hub

    def request(self, method: str, path: str, *, body: bytes = b"", headers: Mapping[str, str] = NO_HEADERS) -> Answer:
        """Answer at once, without a network."""
        parts = urlsplit(path)
        request = WireRequest(method, parts.path, Peer(loopback=True), parts.query, dict(headers), body)
        return handle(self.hub, request)

    def close(self) -> None:
        """Hold nothing."""
