"""并联 in a real Chromium, keys only: one screen takes an hotel with a kitchen in; both departments have their case."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

FOOD, HEALTH = "420100001000", "420100003000"
DATA = {
    "applicant.name": "示范宾馆有限公司（示例）",
    "applicant.id_number": "91420199MADEM7774H",
    "applicant.representative": "欧阳·𠮷祥",
    "applicant.representative_id": "420102190001010013",
    "applicant.phone": "13800000000",
    "form.premises": "示范区示范路1号",
    "form.floor_area": "800",
    "form.employees": "15",
    "form.principal_name": "欧阳·𠮷祥",
    "form.principal_id": "420102190001010013",
    "form.contact_name": "李示例",
    "form.contact_phone": "13800000000",
    f"form.{FOOD}-domicile": "示范区示范路1号",
    f"form.{FOOD}-safety_manager": "李安全",
}
# questions answered with a key: radio buttons and ticks
CHOICES = {
    "form.by_agent": ["Space", "ArrowRight"],
    f"form.{HEALTH}-central_air": ["Space", "ArrowRight"],
    f"form.{HEALTH}-by_promise": ["Space", "ArrowRight"],
    f"form.{FOOD}-online_trade": ["Space", "ArrowRight"],
    f"form.{FOOD}-business_items": ["Space"],
    f"form.{HEALTH}-place_type": ["ArrowDown"],
    f"form.{FOOD}-main_business": ["ArrowDown", "ArrowDown"],
}
TABS_MAX = 220


def walk_the_form(clerk):
    """Go through the one form with Tab, and type or choose where something is asked."""
    page, done = clerk.page, set()
    for _ in range(TABS_MAX):
        name, value = page.evaluate("() => [document.activeElement.name || '', document.activeElement.value || '']")
        if name in DATA and name not in done:
            clerk.press("Control+a")
            clerk.type(DATA[name])
            done.add(name)
        elif name in CHOICES and name not in done:
            clerk.press(*CHOICES[name])
            done.add(name)
        elif name.startswith("material.") and not value:
            clerk.press("ArrowDown")
            page.wait_for_selector(f'[name="{name}"][data-got]')
        if done >= DATA.keys() | CHOICES.keys() and page.locator("[name^='material.']:not([data-got])").count() == 0:
            return
        clerk.press("Tab")
    message = f"never reached: {(DATA.keys() | CHOICES.keys()) - done}"
    raise AssertionError(message)


def test_one_screen_takes_a_joint_set_in_by_keys_alone(person, house):
    clerk = person("W0312", window="03")
    page = clerk.page
    page.goto(f"{clerk.address}/intake")
    clerk.type("b012", "Enter")
    clerk.type("kbbg")
    expect(page.locator("[data-item]")).to_have_count(1)
    expect(page.locator("[data-item]")).to_contain_text("示范区卫生健康局、示范区市场监督管理局")
    clerk.press("Enter")
    page.wait_for_url("**/intake/*-*")
    expect(page.locator("h1")).to_contain_text("开办宾馆（提供餐饮）并联办理")
    walk_the_form(clerk)
    clerk.press("Control+Enter")
    page.wait_for_url("**/check")
    clerk.press("Control+Enter")
    page.wait_for_url("**/joints/*/received")
    number = page.url.rstrip("/").split("/")[-2]
    expect(page.locator("main")).to_contain_text("公共场所卫生许可（新办）")
    expect(page.locator("main")).to_contain_text("食品经营许可证核发（新办）")
    assert not clerk.problems

    # Each department finds its own case, knows the whole, and reaches it by keys.
    handler = person("C1002")
    handler.page.goto(f"{handler.address}/joints")
    handler.page.wait_for_selector(f'a.rowlink[href="/joints/{number}"]')
    first = handler.page.locator("a.rowlink").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    handler.press(str(first.index(f"/joints/{number}") + 1))
    handler.page.wait_for_url(f"**/joints/{number}")
    expect(handler.page.locator("main")).to_contain_text("各部门的事项")
    handler.press("1")
    handler.page.wait_for_url("**/cases/*")
    expect(handler.page.locator("main")).to_contain_text("并联件的一部分")
    assert not handler.problems
