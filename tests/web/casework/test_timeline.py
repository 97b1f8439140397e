"""The timeline: who, when, what, the index, and where the truth is: never more than was acknowledged."""

import asyncio
import json

import apsw
import pytest

from appliance.clock import format_time
from appliance.errors import IntegrityFailure, NotFound
from appliance.ledger.checkpoint import cosign
from appliance.ledger.tlog_proof import TlogProof
from appliance.services.proofs import ProofKeys, prove_entry
from appliance.services.timeline import Truth, timeline
from appliance.store import acknowledgements, event_store
from appliance.store.appending import set_setting


def cosigned(hall):
    """Let the city cosign the newest head, as it does after an append."""
    size, note = event_store.latest_checkpoint(hall.desk.reader(), hall.origin)
    line = cosign(event_store.checkpoint_of(note), hall.city)
    log = hall.store.log(hall.origin).id

    def write(connection):
        connection.execute("INSERT INTO cosignature (log, size, line, time) VALUES (?, ?, ?, ?)", (log, size, line, 1))

    hall.store.writer.local(write).result()
    return size


def blobs_acknowledged(hall, upto, missing=()):
    text = json.dumps({"upto": upto, "missing": list(missing)})
    hall.store.writer.local(
        lambda connection: set_setting(connection, acknowledgements.BLOB_PROGRESS, text, format_time(hall.clock.now()))
    ).result()


def test_lines_say_who_when_what_and_where(desk_hall):
    no = desk_hall.bring("handled")
    lines = timeline(desk_hall.store, desk_hall.case(no))
    assert [line.type for line in lines] == [
        "case.received", "case.assigned", "case.pre_reviewed", "case.accepted", "case.step_started",
        "case.opinion_given", "case.step_started",
    ]  # fmt: skip
    assert [line.index for line in lines] == list(range(lines[0].index, lines[0].index + 7))
    received, opinion = lines[0], lines[5]
    assert (received.who, received.actor.id, received.title) == ("王窗", "W0312", "窗口收件")
    assert received.at == desk_hall.clock.now()
    assert "票号 A047" in received.details
    assert opinion.words == ("材料齐全，同意",)
    assert len(lines) == desk_hall.case(no).version


def test_truth_goes_from_local_to_seen_to_safe_and_no_further_than_acknowledged(desk_hall):
    no = desk_hall.bring("taken")

    def truths():
        return [line.truth for line in timeline(desk_hall.store, desk_hall.case(no))]

    assert truths() == [Truth.LOCAL, Truth.LOCAL]
    cosigned(desk_hall)
    # The receipt names scans that the city has not acknowledged; the second entry names none.
    assert truths() == [Truth.SEEN, Truth.SAFE]
    desk_hall.accept(no)
    assert truths() == [Truth.SEEN, Truth.SAFE, Truth.LOCAL, Truth.LOCAL, Truth.LOCAL]
    blobs_acknowledged(desk_hall, 1, missing=[desk_hall.scan.sha256])
    assert truths()[0] is Truth.SEEN
    blobs_acknowledged(desk_hall, 0)
    assert truths()[0] is Truth.SEEN
    blobs_acknowledged(desk_hall, 1)
    assert truths() == [Truth.SAFE, Truth.SAFE, Truth.LOCAL, Truth.LOCAL, Truth.LOCAL]


def test_acknowledged_scans_without_a_cosignature_are_still_local(desk_hall):
    no = desk_hall.bring("received")
    blobs_acknowledged(desk_hall, 100)
    assert [line.truth for line in timeline(desk_hall.store, desk_hall.case(no))] == [Truth.LOCAL]


def test_an_entry_is_proven_alone_and_its_file_verifies_without_the_hall(desk_hall):
    no = desk_hall.bring("accepted")
    keys = desk_hall.services["log_keys"]
    line = timeline(desk_hall.store, desk_hall.case(no))[0]
    before = prove_entry(desk_hall.store, keys, line.origin, line.index)
    assert before.cosigned_at is None
    assert before.private
    size = cosigned(desk_hall)
    proven = prove_entry(desk_hall.store, keys, line.origin, line.index)
    assert proven.size == size
    assert proven.cosigned_at is not None
    checkpoint = TlogProof.parse(proven.proof).verify(proven.entry, desk_hall.signer.verifier)
    assert checkpoint.size == size
    with pytest.raises(IntegrityFailure):
        TlogProof.parse(proven.proof).verify(proven.entry + b" ", desk_hall.signer.verifier)


def test_no_proof_without_the_logs_key_or_beyond_its_end(desk_hall):
    desk_hall.bring("received")
    with pytest.raises(NotFound):
        prove_entry(desk_hall.store, ProofKeys(), desk_hall.origin, 0)
    with pytest.raises(NotFound):
        prove_entry(desk_hall.store, desk_hall.services["log_keys"], desk_hall.origin, 10_000)


def flip(hall, index):
    """Change one letter of a stored entry behind the store's back."""
    path = hall.directory / "hall.db"
    connection = apsw.Connection(str(path))
    connection.execute("DROP TRIGGER entry_no_update")
    body = connection.execute("SELECT body FROM entry WHERE idx = ?", (index,)).get
    changed = body.replace(b"C1001", b"C1002")
    assert changed != body
    connection.execute("UPDATE entry SET body = ? WHERE idx = ?", (changed, index))
    connection.close()


@pytest.mark.parametrize("damaged", [False, True])
def test_the_page_says_in_plain_words_what_was_checked(desk_hall, damaged):
    no = desk_hall.bring("taken")
    index = timeline(desk_hall.store, desk_hall.case(no))[1].index
    if damaged:
        flip(desk_hall, index)

    async def walk():
        async with desk_hall.as_("C1001") as person:
            page = await person.open(f"/cases/{no}")
            link = next(link for link in page.links if f"/entries/{index}/verify" in link)
            return await person.open(link), await person.client.get(f"/cases/{no}/entries/{index}/proof")

    page, download = asyncio.run(walk())
    if damaged:
        assert "核对没有通过" in page.text
        assert "核对通过" not in page.text
        assert ".tlog-proof" not in page.text
        assert download.status_code == 503
        return
    assert "核对通过" in page.text
    for words in (
        f"读出日志第 {index} 条的原文",
        "这条没有个人信息",
        "与已签名的日志头一致",
        "签名有效",
        "市级还没有联署到这一条",
    ):
        assert words in page.text
    assert TlogProof.parse(download.content).index == index
    assert download.headers["content-disposition"].endswith(f'{no}-{index}.tlog-proof"')


def test_an_entry_of_another_case_is_not_this_cases(desk_hall):
    first, second = desk_hall.bring("received"), desk_hall.bring("received")
    index = timeline(desk_hall.store, desk_hall.case(second))[0].index

    async def walk():
        async with desk_hall.as_("C1001") as person:
            return (await person.open(f"/cases/{first}/entries/{index}/verify")).status

    assert asyncio.run(walk()) == 404
