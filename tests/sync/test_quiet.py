"""When nothing is new, one request and one answer hold both heads against each other; whatever is new goes its way."""

from datetime import timedelta

import pytest

from appliance.ledger.checkpoint import Checkpoint, sign_checkpoint
from appliance.store.contacts import read_contact
from sync.hub.keyring import c2h_signer
from sync.hub.publish import publish_pack
from sync.messages import HEADER_HELD
from sync.quiet import TOLD_AGAIN
from sync.transports.port import Answer


def asked(world):
    """Sync once; gives the report and the requests that it took."""
    before = len(world.transport.log)
    report = world.sync()
    return report, [path.rpartition("/")[2] for _, path, _ in world.transport.log[before:]]


@pytest.fixture
def settled(world):
    world.write(cases=3)
    assert world.sync().state == "equal"
    world.sync()
    return world


def test_one_request_says_that_nothing_is_new(settled):
    report, requests = asked(settled)
    assert (report.state, report.behind, requests) == ("equal", 0, ["append"])
    settled.clock.advance(timedelta(seconds=30))
    newest = settled.hall.newest_cosignature_time()
    assert asked(settled)[1] == ["append"]
    assert settled.hall.newest_cosignature_time() == newest + 30  # the city's time comes with each


def test_the_city_counts_it_as_a_contact_in_which_both_were_equal(settled):
    settled.clock.advance(timedelta(minutes=3))
    settled.sync()
    contact = read_contact(settled.hub.store.reader(), settled.trust.ticket.hall)
    assert (contact.state, contact.at, contact.success) == ("equal", contact.at, contact.at)
    assert contact.detail["status"]["applied"] > 0  # what the hall has told of itself stays


def test_an_entry_here_goes_up(settled):
    settled.write()
    report, requests = asked(settled)
    assert (report.state, report.pushed) == ("equal", 1)
    assert "ack" in requests
    assert asked(settled)[1] == ["append"]


def test_an_entry_there_comes_down(settled):
    publish_pack(settled.hub, "staff", {"rows": [{"id": "C1", "name": "张三"}]})
    report, requests = asked(settled)
    assert (report.state, report.pulled) == ("equal", 1)
    assert requests[0] == "append"


def test_a_status_that_says_something_else_goes_up(settled, monkeypatch):
    monkeypatch.setattr(settled.hall, "_version", "2")
    assert "ack" in asked(settled)[1]
    contact = read_contact(settled.hub.store.reader(), settled.trust.ticket.hall)
    assert contact.detail["status"]["version"] == "2"


def test_the_status_goes_up_now_and_then_all_the_same(settled):
    settled.clock.advance(TOLD_AGAIN - timedelta(seconds=1))
    assert asked(settled)[1] == ["append"]
    settled.clock.advance(timedelta(seconds=1))
    assert "ack" in asked(settled)[1]


def test_a_city_after_a_restore_is_shown_what_the_hall_holds(settled):
    settled.hub.was_restored()
    report, requests = asked(settled)
    assert report.state == "equal"
    assert "ack" in requests
    assert not settled.hub.waits(settled.trust)


def answering(world, change):
    """Let the city answer the question otherwise."""
    true = world.transport.deliver

    def deliver(method, path, body, headers):
        answer = true(method, path, body, headers)
        return change(answer) if HEADER_HELD in headers else answer

    world.transport.deliver = deliver


def test_an_older_city_that_answers_the_line_alone_is_asked_in_the_old_way(settled):
    answering(settled, lambda answer: Answer(answer.status, answer.headers, answer.body.partition(b"\n\n")[0] + b"\n"))
    report, requests = asked(settled)
    assert report.state == "equal"
    assert requests[-1] == "ack"


def test_a_head_that_the_city_did_not_sign_says_nothing(settled):
    def forged(answer):
        lines, _, note = answer.body.partition(b"\n\n")
        return Answer(answer.status, answer.headers, lines + b"\n\n" + note.replace(b"\n", b"\nx", 1))

    answering(settled, forged)
    assert asked(settled)[1][-1] == "ack"


def test_a_head_of_the_same_size_with_another_root_is_not_the_same(settled):
    mirror = settled.hall.mirror()
    signer = c2h_signer(settled.city_directory, settled.trust)
    other = sign_checkpoint(Checkpoint(settled.c2h, mirror.size, b"o" * 32), signer)
    answering(settled, lambda one: Answer(one.status, one.headers, one.body.partition(b"\n\n")[0] + b"\n\n" + other))
    assert asked(settled)[1][-1] == "ack"


def test_a_cosignature_that_does_not_hold_stops_the_sync(settled):
    answering(settled, lambda answer: Answer(answer.status, answer.headers, b"\xe2\x80\x94 x y\n" + answer.body[5:]))
    assert settled.sync().state == "sync_blocked"
    report = settled.sync()
    assert report.state == "equal"  # asked in the old way, and true


def test_a_city_that_lost_our_last_entries_gets_them_again(settled, tmp_path):
    """Its own head is the same as before, and ours is longer than what it has: the question is answered with 409."""
    answering(settled, lambda _: Answer(409, {"content-type": "text/x.tlog.size"}, b"2\n"))
    report, requests = asked(settled)
    assert report.state == "equal"
    assert "ack" in requests
