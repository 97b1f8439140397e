"""Projections equal the replay of the log after varied walks, and one changed cell is found."""

import pytest

from appliance.clock import SystemClock
from appliance.domain.events import PackPublished
from appliance.projections.registry import HallProjector
from appliance.store.rebuild import rebuild_and_compare
from provisioning.walk import STORIES

CHANGES = {
    "the state of a case": "UPDATE case_view SET state = 'suspended' WHERE id = 1",
    "a due date": "UPDATE case_view SET due = '2099-01-01' WHERE id = (SELECT min(id) FROM case_view WHERE due <> '')",
    "a folded case": "UPDATE case_view SET body = zeroblob(3) WHERE id = 2",
    "a search term": "DELETE FROM case_search WHERE rowid = 1",
    "a code": "DELETE FROM case_code WHERE code = (SELECT min(code) FROM case_code)",
    "a number given": "UPDATE number_sequence SET last = last + 1 WHERE scope LIKE 'case:%'",
    "a licence": "UPDATE licence SET status = 'revoked' WHERE source = 'hall'",
    "a person": "UPDATE staff SET disabled = 1 WHERE id = 'A3001'",
    "an item": "DELETE FROM item_version WHERE code = '420100001000'",
    "the calendar": "DELETE FROM calendar_year WHERE year = 2026",
    "a pack": "UPDATE pack SET version = version + 1 WHERE name = 'staff'",
}


def compared(hall, folder):
    projector = HallProjector(hall.store.blobs)
    return rebuild_and_compare(hall.directory / "hall.db", folder / "rebuilt.db", projector, SystemClock())


@pytest.fixture(scope="module")
def walked(shared_hall):
    for story in STORIES:
        for seed in range(2):
            shared_hall.walk(story, seed=f"{story.name}:{seed}")
    return shared_hall


def test_replay_gives_the_same_rows(walked, tmp_path):
    report = compared(walked, tmp_path)
    assert (report.ok, report.first) == (True, "")
    assert report.tables >= 9
    assert report.rows > 1000


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_one_changed_cell_is_found(hall, tmp_path, change):
    sql = change
    hall.walk(STORIES[0], hall.items["420100001000"])
    hall.walk(next(story for story in STORIES if story.name == "received"))
    assert compared(hall, tmp_path).ok
    (tmp_path / "rebuilt.db").unlink()
    hall.store.writer.local(lambda connection: connection.execute(sql)).result()
    report = compared(hall, tmp_path)
    assert report.differences > 0
    assert sql.split()[2 if sql.startswith("DELETE") else 1] in report.first


def test_the_packs_of_the_city_are_part_of_the_replay(walked):
    published = walked.desk.reader().execute("SELECT count(*) FROM entry WHERE type = ?", (PackPublished.TYPE,)).get
    assert published == 4
