"""Read the calendar data that comes with the product: one holiday-cn shaped file a published year.

The files in `calendar/` were made once from the package chinesecalendar and compared with the notices they name; the
tests repeat both comparisons. Years after the last published one are computed by rule and are provisional.
"""

from importlib import resources
from importlib.resources.abc import Traversable

from appliance.domain.calendar import Calendar, read_year
from appliance.domain.provisional_year import LAST_YEAR, with_provisional_years


def seed_directory() -> Traversable:
    """Give the directory of the product's own calendar files."""
    return resources.files("appliance.catalogue").joinpath("calendar")


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
