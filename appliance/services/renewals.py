"""续期提醒 (C10, 行政许可法 art. 50): which licences of this hall end soon, and whose renewal has not been filed.

Derived at each look from the licences, the catalogue and the open cases; nothing is stored, so nothing can go stale.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from appliance.domain.calendar import Calendar
from appliance.domain.renewal import DEFAULT, file_by
from appliance.domain.service_item import ServiceItem
from appliance.domain.states import TERMINAL
from appliance.errors import Invalid
from appliance.projections import cases, licences, search
from appliance.projections.licences import Licence
from appliance.services.facts import Facts
from appliance.store.connection import Connection

AHEAD_DAYS = 120
"""How long before its end a licence comes onto the list, in natural days."""
HOLDER_CASES_MAX = 50


@dataclass(frozen=True, slots=True)
class Ending:
    """A licence that ends soon.

    Attributes:
        licence: the licence.
        file_by: the last day on which the renewal is filed in time (C10), None where the calendar does not reach.
        item: the item that renews it, None when the catalogue has none.
        filed: case of the renewal, None while there is none; it stops C10.
    """

    licence: Licence
    file_by: date | None
    item: ServiceItem | None
    filed: str | None


def ending(
    connection: Connection, facts: Facts, today: date, *, issuer: str = "", limit: int = 20, offset: int = 0
) -> list[Ending]:
    """List the licences of this hall that end within the next 120 days, the first to end first.

    Args:
        connection: a reader.
        facts: items and calendar.
        today: the day of looking.
        issuer: name of the department whose licences are wanted; empty for all.
        limit: rows at most.
        offset: rows to leave out.
    """
    last = (today + timedelta(days=AHEAD_DAYS)).isoformat()
    found = licences.ending(connection, today.isoformat(), last, issuer=issuer, limit=limit, offset=offset)
    renewing = {
        item.licence.type_code: item
        for item in facts.items.all_current(connection)
        if item.renewal is not None and item.licence is not None
    }
    calendar = facts.calendar(connection)
    return [_ending(connection, one, renewing.get(one.type_code), calendar) for one in found]


def _ending(connection: Connection, licence: Licence, item: ServiceItem | None, calendar: Calendar) -> Ending:
    rule = item.renewal if item is not None and item.renewal is not None else DEFAULT
    try:
        day = file_by(date.fromisoformat(licence.valid_to or ""), rule, calendar)
    except Invalid:
        day = None
    filed = _filed(connection, licence, item) if item is not None else None
    return Ending(licence, day, item, filed)


def _filed(connection: Connection, licence: Licence, item: ServiceItem) -> str | None:
    for row in search.find(connection, licence.holder_code, limit=HOLDER_CASES_MAX):
        case = cases.find(connection, row.no)
        if (
            case is not None
            and case.no != licence.case_no
            and case.state not in TERMINAL
            and case.item_code == item.catalog_code
            and case.applicant.id_number == licence.holder_code
        ):
            return case.no
    return None
