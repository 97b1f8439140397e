"""The port that every way to the city implements: one request, one bounded answer, or a `TransportFailure`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        status: HTTP status code (protocol §4 gives their meaning).
        headers: names in lower case.
        body: decompressed, at most the transport's limit.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Transport(Protocol):
    """A way to the city. The simulator and the tests implement this same port."""

    def request(self, method: str, path: str, *, body: bytes = b"", headers: Mapping[str, str] = NO_HEADERS) -> Answer:
        """Send one request and give the answer, whatever its status.

        Sending the same request again is always safe: every handler is idempotent (protocol §6, 10).

        Args:
            method: HEAD, GET, PUT or POST.
            path: begins with ``/v1/``; may carry a query.
            body: not compressed; the transport compresses it when that pays.
            headers: beside those that the transport sets itself.

        Raises:
            TransportFailure: no answer, a cut-off answer, or one beyond the limits. Whether the city acted on the
                request is then unknown.
        """
        ...

    def close(self) -> None:
        """Give back connections."""
        ...
