"""What a day's digest of the access log must look like, as a table."""

from datetime import date

import pytest

from appliance.domain.decide import access
from appliance.errors import Invalid

TODAY = date(2026, 11, 23)
GOOD = {"day": "2026-11-22", "count": 0, "root": "a" * 64, "head": "0" * 64}


def test_a_day_that_is_over_with_its_figures():
    access.check_digest(**GOOD, today=TODAY)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"day": "2026-11-23"}, "day"),
        ({"day": "2026-11-24"}, "day"),
        ({"day": "20261122"}, "day"),
        ({"day": "昨天"}, "day"),
        ({"count": -1}, "root"),
        ({"root": "a" * 63}, "root"),
        ({"root": "A" * 64}, "root"),
        ({"head": ""}, "root"),
    ],
)
def test_what_is_no_digest_of_a_day_that_is_over(changes, field):
    with pytest.raises(Invalid) as caught:
        access.check_digest(**GOOD | changes, today=TODAY)
    assert list(caught.value.fields) == [field]
