"""核验证照 in a real Chromium: a scanner types the code and Enter, and the answer stands in large letters."""

import pytest
from playwright.sync_api import expect


@pytest.mark.browser
@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
def test_a_scanner_types_and_the_answer_is_read_without_signing_in(house, chromium, size):
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{house.hall}/verify")
    expect(page.locator("[name=code]")).to_be_focused()
    page.keyboard.type("HL1:NOT A CODE")
    page.keyboard.press("Enter")
    banner = page.locator(".banner.bad")
    expect(banner).to_contain_text("不予认可")
    expect(banner).to_contain_text("请不要凭这份证照办理")
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('.banner b')).fontSize)") >= 40
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator("[name=code]")).to_be_focused()
    assert page.evaluate("scrollY") == 0  # the answer is in sight, the field ready for the next
    context.close()
