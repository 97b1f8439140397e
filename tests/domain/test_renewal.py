"""C10: by when the renewal of a licence must be filed (行政许可法 art. 50; 民法典 art. 202 for months)."""

from datetime import date

import pytest

from appliance.catalogue.calendar import load_calendar
from appliance.domain.renewal import DEFAULT, file_by
from appliance.domain.service_item import Renewal
from appliance.errors import Invalid

ROWS = (
    # valid to, before, unit, file by
    ("2026-12-31", 30, "natural_day", "2026-12-01"),
    ("2026-03-15", 30, "natural_day", "2026-02-13"),
    ("2026-03-10", 30, "natural_day", "2026-02-08"),  # a Sunday stays: the day is not moved
    ("2026-03-02", 5, "working_day", "2026-02-24"),  # 02-28 is a make-up working day
    ("2026-10-12", 3, "working_day", "2026-10-08"),  # 10-10 is a make-up working day
    ("2026-05-31", 3, "month", "2026-02-28"),
    ("2026-06-15", 6, "month", "2025-12-15"),
)


@pytest.mark.parametrize(("valid_to", "count", "unit", "expected"), ROWS)
def test_the_day_to_file_by(valid_to, count, unit, expected):
    rule = Renewal(file_before_days=count, file_before_type=unit)
    assert file_by(date.fromisoformat(valid_to), rule, load_calendar()).isoformat() == expected


def test_without_a_rule_of_its_own_it_is_thirty_days():
    assert (DEFAULT.file_before_days, DEFAULT.file_before_type) == (30, "natural_day")


def test_working_days_beyond_the_calendar_are_not_guessed():
    with pytest.raises(Invalid):
        file_by(date(2040, 1, 1), Renewal(file_before_days=5, file_before_type="working_day"), load_calendar())
