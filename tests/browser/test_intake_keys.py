"""The window's intake by keys in a real Chromium: errors at the field, parts that follow, nothing typed is lost."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def begin(clerk, ticket):
    clerk.page.goto(f"{clerk.address}/intake")
    clerk.type(ticket, "Enter")
    clerk.type("spjy")
    # Joint sets that hold the item are found too, below it.
    expect(clerk.page.locator("[data-item]")).to_have_count(3)
    expect(clerk.page.locator("[data-item]").first).to_contain_text("食品经营许可证核发（新办）")
    clerk.press("Enter")
    clerk.page.wait_for_url("**/intake/*-*")


@pytest.fixture
def clerk(person):
    return person("W0312", window="03")


def test_wrong_check_digit_is_told_when_the_field_is_left(clerk):
    begin(clerk, "a101")
    clerk.press("Alt+2", "Enter")
    clerk.type("示范小吃店（示例）", "Enter")
    clerk.type("92420199MADEM002XD", "Enter")
    expect(clerk.page.locator('[id="e-applicant.id_number"]')).to_contain_text("应为“C”")
    clerk.tab_to('[name="applicant.representative"]')
    clerk.type("欧阳·𠮷祥", "Enter")
    expect(clerk.page.locator('[name="form.principal_name"]')).to_have_value("欧阳·𠮷祥")
    expect(clerk.page.locator("[data-autosave-state]")).to_contain_text("已自动暂存")
    clerk.page.wait_for_timeout(1500)
    clerk.page.reload()
    expect(clerk.page.locator('[name="applicant.name"]')).to_have_value("示范小吃店（示例）")
    expect(clerk.page.locator('[name="applicant.id_number"]')).to_have_value("92420199MADEM002XD")
    clerk.press("Control+Enter")
    expect(clerk.page.locator(".summary-error")).to_be_focused()
    expect(clerk.page.locator('[name="applicant.name"]')).to_have_value("示范小吃店（示例）")
    assert not clerk.problems


def test_agent_and_kind_redraw_only_their_parts_and_keep_the_focus(clerk):
    begin(clerk, "a103")
    clerk.press("Alt+2")
    clerk.press("ArrowDown")
    expect(clerk.page.locator('label[for="f-applicant.name"]')).to_contain_text("单位名称")
    expect(clerk.page.locator('[name="applicant.kind"]')).to_be_focused()
    clerk.tab_to('[name="form.by_agent"]', 200)
    clerk.press("Space")
    expect(clerk.page.locator('[name="agent.name"]')).to_be_visible()
    expect(clerk.page.locator("#materials")).to_contain_text("授权委托书及代办人身份证明")
    clerk.press("ArrowRight")
    expect(clerk.page.locator('[name="agent.name"]')).to_have_count(0)
    assert not clerk.problems


def test_a_question_is_asked_where_the_answer_before_it_leads_to_it(clerk):
    begin(clerk, "a104")
    platform = clerk.page.locator('[name="form.online_address"]')
    expect(platform).to_be_hidden()
    clerk.tab_to('[name="form.online_trade"]', 200)
    clerk.press("Space")  # 是
    expect(platform).to_be_visible()
    clerk.press("Enter")
    expect(platform).to_be_focused()
    clerk.type("示例外卖平台", "Enter")
    clerk.press("Control+s")
    clerk.page.wait_for_url("**/drafts")
    clerk.page.go_back()
    clerk.page.reload()
    expect(platform).to_be_visible()
    expect(platform).to_have_value("示例外卖平台")
    clerk.tab_to('[name="form.online_trade"]', 200)
    clerk.press("ArrowRight")  # 否
    expect(platform).to_be_hidden()
    assert not clerk.problems


# Each answer reaches the page 400 ms late, as over a slow link or from a busy box.
LATE = """(() => {
  Object.defineProperty(XMLHttpRequest.prototype, "onload", { configurable: true, set(heard) {
    this.addEventListener("load", (event) => setTimeout(() => heard.call(this, event), 400));
  } });
})();"""


def test_a_clerk_who_is_faster_than_the_answers_loses_nothing(clerk):
    clerk.page.add_init_script(LATE)
    begin(clerk, "a109")
    clerk.tab_to('[name="form.by_agent"]', 200)
    clerk.press("Space", "ArrowRight")  # by an agent, and no: the checklist is redrawn for each
    chosen = ("application", "principal_id", "layout", "safety_rules")
    for code in chosen:
        clerk.tab_to(f'[name="material.{code}"]')
        clerk.press("ArrowDown", "Tab")
        clerk.press("Control+a")
        clerk.type("7")
    expect(clerk.page.locator('[name="copies.safety_rules"]')).to_be_focused()
    expect(clerk.page.locator("#materials select[data-got]")).to_have_count(len(chosen), timeout=20_000)
    for _ in range(2):
        for code in chosen:
            expect(clerk.page.locator(f'[name="material.{code}"]')).not_to_have_value("")
            expect(clerk.page.locator(f'[name="copies.{code}"]')).to_have_value("7")
        clerk.press("Control+s")
        clerk.page.wait_for_url("**/drafts")
        clerk.page.go_back()
        clerk.page.reload()
    assert not clerk.problems


def test_a_scan_that_was_chosen_goes_up_once(clerk, tmp_path):
    begin(clerk, "a110")
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"%PDF-1.4\n% one page\n%%EOF\n")
    clerk.page.set_input_files('[name="file.layout"]', scan)
    expect(clerk.page.locator("#materials .scan")).to_have_count(1)
    assert clerk.page.eval_on_selector('[name="file.layout"]', "field => field.files.length") == 0
    scan.write_bytes(b"no scan at all")
    clerk.page.set_input_files('[name="file.layout"]', scan)
    expect(clerk.page.locator('[id="e-material.layout"]')).to_be_visible()
    assert clerk.page.eval_on_selector('[name="file.layout"]', "field => field.files.length") == 0
