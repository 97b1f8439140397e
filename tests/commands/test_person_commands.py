"""``hall person …``: a person is found, asks, and two others decide, each under the own password; JSON throughout."""

import pytest

from appliance.clock import SystemClock
from appliance.domain.actor import Actor, Role
from appliance.projections import cases
from appliance.services.issuance import WithdrawCase
from provisioning.demo_people import DEMO_PASSWORD
from sync.opening import open_enrolled

WHY = "没有受理，不归档"


@pytest.fixture
def withdrawn(place, numbers, city_in_reach):
    """A received case of the demo, withdrawn; gives its number and applicant."""
    opened = open_enrolled(place.hall, SystemClock())
    no = numbers[2]
    applicant = cases.find(opened.desk.reader(), no).applicant
    clerk = Actor("W0312", Role.WINDOW_CLERK, "03")
    opened.desk.submit_now(WithdrawCase(case=no, version=None, reason="不办了"), actor=clerk, key="w")
    opened.store.close()
    return no, applicant


def who(number, password=DEMO_PASSWORD):
    return ("--staff", number, "--password", password)


def test_a_person_is_erased_from_the_command_line(place, withdrawn):
    no, applicant = withdrawn
    named = ("--name", applicant.name, "--id-number", applicant.id_number)
    found = place.told("person", "find", *named)
    assert [(one["no"], one["outcomes"][0]) for one in found if one["no"] == no] == [(no, "erase")]
    asked = place.told("person", "request", no, *named, "--ground", "purpose", *who("W0312"))
    subject = asked["subject"]
    proposed = place.told("person", "erase", subject, "--reason", WHY, *who("M4001"))
    assert (proposed["standing"], proposed["proposed_by"]) == ("proposed", "M4001")
    refused = place.run("person", "confirm", subject, *who("M4001"), code=2)
    assert "两个人" in refused.output
    wrong = place.run("person", "confirm", subject, *who("A3001", "wrong"), code=2)
    assert "口令不对" in wrong.output
    place.told("person", "confirm", subject, *who("A3001"))
    assert [one for one in place.told("person", "find", *named) if one["no"] == no] == []
    place.run("sync", "once")
    place.run("sync", "once")
    shown = place.told("person", "show", subject)
    assert [(act["act"], bool(act["city_at"])) for act in shown["acts"]] == [("pii.erased", True)] * 2
    assert [one["standing"] for one in place.told("person", "list")] == ["decided"]
    place.run("log", "verify")
    place.run("rebuild", "--check")


def test_what_the_law_bars_is_said_in_chinese(place, numbers):
    opened = open_enrolled(place.hall, SystemClock())
    applicant = cases.find(opened.desk.reader(), numbers[0]).applicant
    opened.store.close()
    named = ("--name", applicant.name, "--id-number", applicant.id_number)
    asked = place.told("person", "request", numbers[0], *named, "--ground", "consent", *who("W0312"))
    barred = place.run("person", "erase", asked["subject"], "--reason", WHY, *who("M4001"), code=2)
    assert "不能这样处理" in barred.output
    strange = place.run("person", "refuse", asked["subject"], "--matter", "S1", "--reason", WHY, *who("M4001"), code=2)
    assert "不在请求里" in strange.output
    place.run("person", "show", "GX1", code=2)
    told = place.told("person", "refuse", asked["subject"], "--reason", WHY, *who("M4001"))
    assert told["standing"] == "proposed"
    done = place.run("person", "confirm", asked["subject"], *who("A3001"))
    assert "pii.refused" in done.output
    listed = place.run("person", "list")
    assert asked["subject"] in listed.output
