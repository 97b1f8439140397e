"""One real case from ticket to licence in a real Chromium, keys only; then what city and command line say of it."""

import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).parent
HELP = HERE.parents[1] / "web" / "static" / "help"
BIN = Path(sys.executable).parent
SYNC_SECONDS_MAX = 30

spec = importlib.util.spec_from_file_location("road", HERE / "road.py")
road = importlib.util.module_from_spec(spec)
spec.loader.exec_module(road)


def run(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def picture(person, name):
    """Keep a picture for the README when it is asked for (make pictures)."""
    if os.environ.get("HALLMARK_PICTURES"):
        HELP.mkdir(parents=True, exist_ok=True)
        person.page.screenshot(path=HELP / f"{name}.png")


@pytest.mark.browser
@pytest.mark.conformance("5.2.2.1.2")
@pytest.mark.conformance("5.2.2.2.1")
@pytest.mark.conformance("5.2.2.2.2")
@pytest.mark.conformance("5.2.2.3")
@pytest.mark.conformance("5.2.2.4")
@pytest.mark.conformance("5.2.2.5")
def test_from_ticket_to_licence_by_keys(house, person):
    clerk = person("W0312", window="03")
    handler = person("C1001")
    no = road.intake(clerk, missing=("health_certificates",))
    # The slip shows within a second of its commit; the page waits for the picture, so its presence is the proof.
    clerk.page.wait_for_selector("img[src*='page-1.svg'], object, svg.paper", timeout=5000)

    road.take(handler, no)
    road.require_correction(handler, no, 5)
    road.supplement(clerk, no, "health_certificates")
    road.accept(handler, no, 6)
    road.give_opinion(handler, no, "申请材料齐全，符合法定形式，拟同意。")
    road.give_opinion(person("R2001"), no, "同意承办意见。")
    road.grant(person("A3001"), no)
    road.produce(clerk, no)
    road.hand_over(clerk, no)

    case = run(BIN / "hall", "--data", house.hall_directory, "case", "show", no, "--json")
    assert case["number"] == no
    assert case["state"] == "closed"
    assert case["licence"]["issued"]["number"].startswith("JY2")
    assert case["applicant"]["representative"] == "欧阳·𠮷祥"
    verified = run(BIN / "hall", "--data", house.hall_directory, "log", "verify", "--json")
    assert verified["ok"] is True
    assert run(BIN / "hall", "--data", house.hall_directory, "rebuild", "--check", "--json")["differences"] == 0

    end = time.monotonic() + SYNC_SECONDS_MAX
    while time.monotonic() < end:
        board = run(BIN / "city", "--data", house.city_directory, "halls", "--json")["halls"]
        if board[0]["size"] >= verified["size"]:
            break
        time.sleep(0.5)
    assert board[0]["size"] >= verified["size"]
    operator = person("O0001", city=True)
    operator.page.goto(f"{operator.address}/cases")
    assert no in operator.page.content()
    clerk.page.goto(f"{clerk.address}/cases/{no}")
    first = clerk.page.locator(f'a[href^="/cases/{no}/entries/"][href*="/verify"]').first.get_attribute("href")
    clerk.page.goto(f"{clerk.address}{first}")
    assert "核对通过" in clerk.page.content()


@pytest.mark.browser
def test_pictures_of_the_desk(person):
    clerk = person("W0312", window="03")
    road.start(clerk, "A101")
    road.fill(clerk, "applicant.name", "示范小吃店（示例）")
    road.fill(clerk, "applicant.id_number", "92420199MADEM002XD")
    clerk.press("Tab")
    clerk.page.wait_for_selector("text=应为")
    picture(clerk, "intake")
    board = person("O0001", city=True)
    board.page.wait_for_selector("table")
    picture(board, "board")


@pytest.mark.browser
def test_two_people_on_one_case_lose_nothing(person):
    clerk = person("W0312", window="03")
    handler = person("C1001")
    no = road.intake(clerk, "A102")
    road.take(handler, no)
    road.pass_all(handler, no, 6)
    # Meanwhile the applicant withdraws at the window.
    clerk.page.goto(f"{clerk.address}/cases/{no}/withdraw")
    road.fill(clerk, "reason", "申请人不再经营，书面撤回")
    clerk.press("Control+Enter")
    clerk.page.wait_for_url(f"**/cases/{no}*")
    handler.press("Control+Enter")
    handler.page.wait_for_selector("text=申请人撤回")
    assert "没有丢失" in handler.page.content() or "都还在" in handler.page.content()
