"""Whatever was erased, the read models can be made from what is left: each kind of entry loses its private part."""

import uuid
from datetime import timedelta

import msgspec
import pytest

from appliance.domain.actor import Actor, Role
from appliance.domain.events import EVENTS, PiiErased, PiiLifted, PiiRestricted
from appliance.domain.withheld import ERASED_WORD, place_text, places_of, stand_in
from appliance.errors import HallmarkError
from appliance.store.change import Change, Decision, NewEntry
from provisioning.stories import JOINT_STORIES, STORIES


@pytest.fixture
def walked(both):
    for story in STORIES:
        both.hall.walk(story, seed=f"erasure:{story.name}")
    for story in JOINT_STORIES:
        for _ in both.hall.walker(f"erasure:{story.name}").walk_joint(story):
            both.hall.clock.advance(timedelta(minutes=3))
    both.sync()
    return both


CLERK = Actor("W0312", Role.WINDOW_CLERK, "03")


def write(both, kind):
    reader = both.hall.store.reader()
    rows = reader.execute("SELECT l.origin, p.idx FROM private p JOIN log l ON l.id = p.log WHERE p.state <> 2")
    places = {}
    for origin, index in rows.fetchall():
        places.setdefault(origin, []).append(index)
    named = tuple(place_text(origin, indexes) for origin, indexes in places.items())
    event = kind(subject="GX1", basis="purpose", matter="all", proposed_by="M4001", places=named)
    change = Change(str(uuid.uuid4()), CLERK, b"", lambda _: Decision((NewEntry(event),), {}))
    both.hall.store.writer.submit(change).result()
    return sum(map(len, places.values()))


def test_both_sides_rebuild_the_same_without_any_private_part(walked):
    states = "SELECT state, count(*) FROM case_view GROUP BY state ORDER BY state"
    before = walked.hall.store.reader().execute(states).fetchall()
    assert write(walked, PiiRestricted) > 400
    walked.sync()
    assert walked.compared() == [(0, ""), (0, "")]
    assert walked.hall.store.reader().execute(states).fetchall() == before
    write(walked, PiiLifted)
    walked.sync()
    assert walked.compared() == [(0, ""), (0, "")]
    names = walked.hall.store.reader().execute("SELECT count(*) FROM case_view WHERE applicant_name LIKE '〔%'").get
    assert names == 0
    write(walked, PiiErased)
    walked.sync()
    assert walked.compared() == [(0, ""), (0, "")]
    reader = walked.hall.store.reader()
    assert reader.execute(states).fetchall() == before
    assert reader.execute("SELECT count(*) FROM case_view WHERE applicant_name <> ?", (ERASED_WORD,)).get == 0
    assert walked.hub.store.reader().execute("SELECT count(*) FROM hub_intake").get == 0


@pytest.mark.parametrize("kind", EVENTS.values(), ids=list(EVENTS))
def test_a_stand_in_names_personal_fields_only(kind):
    assert set(msgspec.json.decode(stand_in(kind, ERASED_WORD))) <= kind.PERSONAL


def test_places_are_written_and_read_back():
    text = place_text("city/hall/h2c/e2", [9, 5, 6, 7, 12])
    assert text == "h2c/e2:5-7,9,12"
    read = list(places_of([text], "city/hall/c2h/e3"))
    assert read == [("city/hall/h2c/e2", [range(5, 8), range(9, 10), range(12, 13)])]


@pytest.mark.parametrize(
    "bad", ["", "h2c/e1", "h2c/e1:", "x2c/e1:1", "h2c/e:1", "h2c/e1:a", "h2c/e1:3-2", "../h2c/e1:1", "h2c/e1:-1"]
)
def test_a_place_of_another_form_does_nothing(bad):
    with pytest.raises(HallmarkError, match="位置"):
        list(places_of([bad], "city/hall/h2c/e1"))
