"""One port, two applications: ``/v1/…`` is the protocol's, everything else the pages'.

They stay apart because their rules differ: the pages' guard asks for a person's session and refuses all methods but GET
and POST, the protocol asks for a hall's signature and uses HEAD and PUT.
"""

from typing import Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

PROTOCOL_PREFIX: Final = "/v1/"


def by_address(protocol: ASGIApp, pages: ASGIApp) -> ASGIApp:
    """Join the two.

    Args:
        protocol: answers below ``/v1/``.
        pages: answers everywhere else.
    """

    async def choose(scope: Scope, receive: Receive, send: Send) -> None:
        below = scope["type"] == ScopeType.HTTP and scope["path"].startswith(PROTOCOL_PREFIX)
        await (protocol if below else pages)(scope, receive, send)

    return choose
