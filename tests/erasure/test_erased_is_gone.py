"""删除: a person's words are in the files of both sides before, and in none after; what was signed still verifies."""

from appliance.projections import cases, personal_data, search
from appliance.store.verify import verify_stored


def test_no_byte_is_left_on_either_side(both, sides):
    no = both.take_in()
    both.withdraw(no)
    both.sync()
    before = sides.found_in(both.folder)
    for part in ("hall/hall.db", "hall/journal/", "hall/blobs/", "city/city.db", "city/journal/", "city/blobs/"):
        assert any(line.startswith(part) for line in before), part

    subject = both.ask(no)
    both.decide(subject, erase=(no,))
    assert sides.found_in(both.folder / "hall") == []
    assert sides.found_in(both.folder / "city") != []
    both.sync()
    assert sides.found_in(both.folder) == []

    assert both.compared() == [(0, ""), (0, "")]
    trust = both.hall.opened.trust
    for store in (both.hall.store, both.hub.store):
        for verifier in (trust.h2c, trust.c2h):
            assert verify_stored(store.reader(), verifier.name, verifier, every_checkpoint=True).failure is None
    reader = both.hall.desk.reader()
    assert cases.find(reader, no).applicant.name == "〔已依法删除〕"
    assert [row.no for row in search.find(reader, no)] == [no]
    for words in (sides.NAME, sides.NUMBER, sides.PHONE, sides.NUMBER[-4:], "oymq"):
        assert search.find(reader, words) == []
    both.sync()
    answers = "SELECT count(*) FROM request WHERE result ->> 'case' = ? AND (result ->> 'query_code' IS NOT NULL)"
    assert reader.execute(answers, (no,)).get == 0
    acts = personal_data.acts(reader, subject)
    assert [(act.matter, act.act) for act in acts] == [(no, "pii.erased"), (subject, "pii.erased")]
    assert all(act.city_at for act in acts)
    assert personal_data.person(reader, personal_data.find(reader, subject)) is None
