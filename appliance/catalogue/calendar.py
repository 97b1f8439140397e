"""Read the calendar data that comes with the product: one holiday-cn shaped file a published year.

The files in `calendar/` were made once from the package chinesecalendar and compared with the notices they name; the
tests repeat both comparisons. Years after the last published one are computed by rule and are provisional.
"""

from collections.abc import Iterable
from importlib import resources
from importlib.resources.abc import Traversable

import msgspec

from appliance.domain.calendar import Calendar, YearTable
from appliance.domain.provisional_year import LAST_YEAR, provisional_year
from appliance.errors import N_, Invalid


def seed_directory() -> Traversable:
    """Give the directory of the product's own calendar files."""
    return resources.files("appliance.catalogue").joinpath("calendar")


def read_year(content: bytes, *, subject: str = "calendar") -> YearTable:
    """Read one year's table from JSON.

    Args:
        content: UTF-8 JSON of the shape of `YearTable`; unknown fields are refused.
        subject: what the error should name, usually the file.

    Raises:
        Invalid: ``calendar_file`` when it is not such a file.
    """
    try:
        return msgspec.json.decode(content, type=YearTable)
    except msgspec.DecodeError as error:
        raise Invalid(
            N_("节假日文件无法读取：%(reason)s"), code="calendar_file", subject=subject, params={"reason": str(error)}
        ) from error


def with_provisional_years(tables: Iterable[YearTable], *, through: int = LAST_YEAR) -> tuple[YearTable, ...]:
    """Add a provisional table for each year after the last given one up to `through`."""
    known = sorted(tables, key=lambda table: table.year)
    next_year = known[-1].year + 1 if known else through + 1
    return (*known, *(provisional_year(year) for year in range(next_year, through + 1)))


def load_calendar(directory: Traversable | None = None, *, provisional_through: int = LAST_YEAR) -> Calendar:
    """Load all ``*.json`` year files and complete them with provisional years.

    Args:
        directory: where the files are; the product's own by default.
        provisional_through: last year to compute by rule.

    Raises:
        Invalid: an unreadable file, a gap between the years, an official year without its document.
    """
    place = directory if directory is not None else seed_directory()
    files = sorted((entry for entry in place.iterdir() if entry.name.endswith(".json")), key=lambda entry: entry.name)
    tables = [read_year(entry.read_bytes(), subject=entry.name) for entry in files]
    return Calendar.build(with_provisional_years(tables, through=provisional_through))
