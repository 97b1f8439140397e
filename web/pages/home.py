"""The first page after signing in: what waits for this person, and where to go."""

from typing import ClassVar

import msgspec
from litestar import Response

from web.visit import HTML, Visit


class HomePage(msgspec.Struct, frozen=True):
    """The menu as tiles with their figures; the layout's frame holds all of it."""

    TEMPLATE: ClassVar[str] = "home/home.html"


class LinkPill(msgspec.Struct, frozen=True):
    """The state of the link to the city; polled by every page, so it does not count as an act."""

    TEMPLATE: ClassVar[str] = "frame/_link.html"


def show(visit: Visit) -> Response[str]:
    """Show the tiles."""
    return visit.show(HomePage())


def link(visit: Visit) -> Response[str]:
    """Give the pill alone."""
    return visit.show(LinkPill())


def alive(visit: Visit) -> Response[str]:
    """Note that a person is at work on an open page; the guard has counted the act already."""
    del visit  # nothing to show
    return Response("", status_code=204, media_type=HTML)
