"""What the city remembers of a hall over time: hours, days, changes of state, and for how long."""

from datetime import timedelta

from sync.hub import history
from sync.hub.hall_states import HallState
from sync.hub.watch import look


def kept(world, hall="42019901", back=timedelta(days=400)):
    reader = world.hub.store.reader()
    return history.hours(reader, hall, world.clock.now() - back), history.changes(reader, hall, 100)


def test_looks_within_an_hour_are_one_row_with_the_last_head_and_the_worst_lag(world):
    world.write(cases=2)
    world.sync()
    look(world.hub)
    size = world.hub.stored(world.trust.h2c).size
    world.clock.advance(timedelta(minutes=1))
    world.write(cases=3)
    world.sync()
    look(world.hub)
    (hour,), _ = kept(world)
    assert (hour.looks, hour.size, hour.behind_up) == (2, size + 3, 0)
    assert hour.contact
    world.clock.advance(timedelta(hours=1))
    look(world.hub)
    found, _ = kept(world)
    assert [span.looks for span in found] == [2, 1]


def test_a_change_of_state_is_kept_once_with_its_instant(world):
    look(world.hub)
    world.sync()
    look(world.hub)
    look(world.hub)
    world.clock.advance(world.hub.view.silent_after * 2)
    look(world.hub)
    look(world.hub)
    found, changes = kept(world)
    assert [change.state for change in changes] == [HallState.SILENT, HallState.EQUAL, HallState.NEVER][: len(changes)]
    assert changes[0].state == HallState.SILENT
    assert sum(span.silent for span in found) == 2


def test_hours_go_after_35_days_changes_after_400_and_the_last_change_stays(world):
    world.sync()
    look(world.hub)
    world.clock.advance(history.HOURS_KEPT + timedelta(hours=2))
    look(world.hub)
    found, changes = kept(world)
    assert len(found) == 1
    assert [change.state for change in changes][-1] == HallState.EQUAL
    world.clock.advance(history.CHANGES_KEPT + timedelta(days=1))
    look(world.hub)
    found, after = kept(world, back=timedelta(days=1000))
    assert len(found) == 1
    # Its state did not change in all that time: since when it holds is still known.
    assert after[0] == changes[0]


def test_days_have_the_last_size_and_the_most_behind():
    hours = [
        history.Span(f"2026-11-{day:02}T{hour:02}", 10 * day + hour, 1, hour % 5, 2, "c", 60, hour == 3)
        for day in (1, 2)
        for hour in range(6)
    ]
    first, second = history.days(hours)
    assert (first.start, first.size, first.behind_up, first.looks, first.silent) == ("2026-11-01", 15, 4, 360, 1)
    assert (second.start, second.size) == ("2026-11-02", 25)


def test_no_hour_is_read_that_is_not_of_the_hall_and_the_span(world):
    look(world.hub)
    reader = world.hub.store.reader()
    for sql in (
        "SELECT * FROM hub_hour WHERE hall = ? AND hour >= ? ORDER BY hour",
        "SELECT * FROM hub_state WHERE hall = ? AND at >= ? ORDER BY at DESC",
    ):
        plan = " ".join(row[3] for row in reader.execute(f"EXPLAIN QUERY PLAN {sql}", ("a", "b")))
        assert "SEARCH" in plan
        assert "TEMP B-TREE" not in plan
