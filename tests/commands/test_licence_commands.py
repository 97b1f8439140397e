"""A licence from the hall's printer, verified by the commands alone: PDF, QR text, changed, revoked."""

import shutil
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
