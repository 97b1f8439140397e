"""A licence from the hall's printer, verified by the commands alone: PDF, QR text, changed, revoked."""

import shutil
import sqlite3
import subprocess

import pytest

from appliance.clock import SystemClock
from appliance.signing.pdf import check_pdf
from provisioning.console import city
from sync.hub.keyring import load_keyring


@pytest.fixture
def licence(place, numbers, tmp_path):
    out = tmp_path / "licence.pdf"
    place.run("paper", "render", numbers[0], "licence", "--out", out)
    return out


@pytest.mark.conformance("4.2.7-1")
def test_a_licence_is_made_from_the_decision_signed_and_verified_offline(place, licence, tmp_path):
    told = place.told("licence", "verify", licence)
    assert (told["verdict"], told["code"]) == ("valid", "valid")
    assert told["text"].startswith("有效，数据截至 ")
    assert told["signer"] == "示范区政务服务大厅"
    authority = load_keyring(place.city, SystemClock()).authority_certificate
    code = check_pdf(licence.read_bytes(), [authority]).code
    by_code = place.told("licence", "verify", code)
    assert by_code["claims"] == told["claims"]
    scanned = tmp_path / "scanned.txt"
    scanned.write_text(code + "\n")
    assert place.told("licence", "verify", scanned)["verdict"] == "valid"
    if shutil.which("pdfsig"):
        said = subprocess.run(["pdfsig", "-nocert", str(licence)], capture_output=True, text=True, check=False).stdout
        assert "Signature is Valid" in said


def test_what_was_changed_is_refused_in_chinese_and_exits_two(place, licence, tmp_path):
    body = bytearray(licence.read_bytes())
    body[len(body) // 3] ^= 1
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(bytes(body))
    answer = place.run("licence", "verify", changed, code=2)
    assert "文件在签名之后被改动过" in answer.output
    picture = tmp_path / "photo.jpg"
    picture.write_bytes(b"\xff\xd8\xff\xe0" + bytes(40))
    assert "图片" in place.run("licence", "verify", picture, code=3).stderr
    assert "不是证照的签名码" in place.run("licence", "verify", "no-such-file.pdf", code=2).output


@pytest.mark.usefixtures("city_in_reach")
def test_a_licence_revoked_at_the_city_is_refused_after_the_next_sync(place, licence):
    identifier = place.told("licence", "verify", licence)["claims"]["identifier"]
    place.run("licence", "status", "--set", "revoked", identifier, program=city)
    place.run("licence", "verify", licence)  # nothing was heard of it yet, and the answer says as of when
    place.run("sync", "once")
    answer = place.run("licence", "verify", licence, code=2)
    assert "已撤销" in answer.output
    assert "数据截至" in answer.output


def test_the_authority_is_listed_made_anew_by_the_root_and_a_hall_certified_again(place):
    before = place.told("ca", "list", program=city)
    assert before["halls"][0]["ends"]
    place.run("ca", "init", program=city)
    place.run("ca", "issue", "42019901", program=city)
    assert place.told("ca", "list", program=city)["halls"][0]["starts"] >= before["halls"][0]["starts"]


def test_licences_are_shown_listed_and_counted_masked_and_with_their_age(place, licence):
    claims = place.told("licence", "verify", licence)["claims"]
    by_number = place.told("licence", "show", claims["number"])
    assert by_number == place.told("licence", "show", claims["identifier"])
    assert (by_number["identifier"], by_number["status"], by_number["source"]) == (
        claims["identifier"], "valid", "hall",
    )  # fmt: skip
    assert by_number["as_of"]
    listed = place.told("licence", "list", "--limit", 1000)
    assert by_number in listed
    assert [one["identifier"] for one in listed] == sorted(one["identifier"] for one in listed)
    for one in listed:
        assert len(one["holder_code"]) == 18
        assert ("*" in one["holder_code"]) == ("*" in one["holder"])
    of_type = place.told("licence", "list", "--type", by_number["type_code"], "--limit", 1000)
    assert of_type == [one for one in listed if one["type_code"] == by_number["type_code"]]
    assert place.told("licence", "list", "--number", claims["number"]) == [by_number]
    first, rest = place.told("licence", "list", "--limit", 1), listed[1:]
    assert place.told("licence", "list", "--limit", 1000, "--after", first[0]["identifier"]) == rest
    cache = place.told("licence", "cache")
    assert sum(cache["held"].values()) == sum(cache["states"].values()) == len(listed)
    assert (cache["held"]["hall"] >= 1, cache["told"]) == (True, 0)
    assert "数据截至" in place.run("licence", "cache").output
    assert "本厅没有这份证照" in str(place.run("licence", "show", "JY0", code=2).output)


@pytest.mark.usefixtures("numbers")
def test_a_person_is_named_in_part_and_numbered_in_part(place):
    with sqlite3.connect(place.hall / "hall.db") as database:
        database.execute("UPDATE licence SET holder_name = '王小明', holder_code = '420102190001010013'")
    found = place.told("licence", "list", "--holder", "420102190001010013")
    assert found
    for one in found:
        assert (one["holder"], one["holder_code"]) == ("王*明", "420102********0013")


def test_the_hall_revokes_nothing_by_itself_and_says_who_does(place, licence):
    claims = place.told("licence", "verify", licence)["claims"]
    answer = place.run("licence", "revoke", claims["number"], code=3)
    assert f"city licence status --set revoked {claims['identifier']}" in answer.stderr
    assert place.told("licence", "show", claims["number"])["status"] == "valid"
