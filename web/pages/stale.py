"""A change that was refused: the same form again with what was typed, and when it came too late, both sides of it."""

from collections.abc import Mapping

import msgspec

from appliance.errors import Conflict, Forbidden, Invalid, Refusal, WrongState
from appliance.services.desk import Desk
from web.pages.casework import Sight, TimelineRow, timeline_rows
from web.visit import Visit


class Stale(msgspec.Struct, frozen=True):
    """Someone was first: what they did since this page was opened, and each value as typed and as it is now."""

    message: str
    next_step: str
    since: tuple[TimelineRow, ...]
    sides: tuple[tuple[str, str, str], ...]


class Refused(msgspec.Struct, frozen=True):
    """Why a form comes back: status, messages by field (the empty name is for the whole), and the other side if any."""

    status: int = 200
    problems: dict[str, str] = {}
    stale: Stale | None = None


NOTHING = Refused()


def refused(visit: Visit, refusal: Refusal) -> Refused:
    """Turn a refusal into what the form shows.

    Raises:
        Refusal: it is not about the form: not allowed, not there, gate closed. The base answers and keeps the fields.
    """
    if isinstance(refusal, Forbidden) or not isinstance(refusal, Invalid | Conflict | WrongState):
        raise refusal
    if isinstance(refusal, Conflict) and refusal.code not in {"stale", "taken"}:
        raise refusal
    problems = {name: _text(visit, text) for name, text in refusal.fields.items()}
    message = visit.text(refusal.message, **refusal.params)
    if not problems and refusal.code != "stale":
        step = visit.text(refusal.next_step, **refusal.params)
        problems = {"": f"{message}；{step}" if step else message}
    return Refused(refusal.status, problems)


def _text(visit: Visit, text: str) -> str:
    message = getattr(text, "msgid", text)
    return visit.text(message, **getattr(text, "params", {}))


def both_sides(
    visit: Visit, desk: Desk, seen: Sight, refusal: Refusal, version: int, sides: Mapping[str, tuple[str, str]]
) -> Refused:
    """Show a form that came too late, with both sides (409).

    Args:
        visit: the request.
        desk: the desk.
        seen: the case as it is now.
        refusal: the conflict.
        version: the version that the person saw; a case's version counts its events.
        sides: by label: what was typed, and what stands now.
    """
    rows = timeline_rows(visit, desk, seen)
    stale = Stale(
        message=visit.text(refusal.message, **refusal.params),
        next_step=visit.text(refusal.next_step, **refusal.params),
        since=rows[version:] if version > 0 else (),
        sides=tuple((label, mine, theirs) for label, (mine, theirs) in sides.items()),
    )
    return Refused(refusal.status, {}, stale)


def is_stale(refusal: Refusal) -> bool:
    """Tell whether someone changed the case since the form was shown."""
    return isinstance(refusal, Conflict) and refusal.code == "stale"
