"""Intake of an item with seven materials takes at most forty keystrokes beyond the data itself (keys only)."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

MOST = 40
DATA = {
    "applicant.name": "示范区烘焙行业协会（示例）",
    "applicant.id_number": "52420199MADEM0088M",
    "applicant.representative": "欧阳·𠮷祥",
    "applicant.representative_id": "420102190001010013",
    "applicant.phone": "13800000000",
    "agent.name": "李代理",
    "agent.id_number": "42010220000101001X",
    "agent.phone": "13900000000",
    "form.business_scope": "行业自律、培训和交流（示例）",
    "form.domicile": "示范区示范路1号",
    "form.funds": "30000",
    "form.supervising_unit": "示范区民政局（示例）",
    "form.personal_members": "60",
    "form.unit_members": "12",
    "form.principal_name": "欧阳·𠮷祥",
    "form.principal_id": "420102190001010013",
    "form.contact_name": "李示例",
    "form.contact_phone": "13800000000",
}
CHOICES = {"form.by_agent": ["Space"]}


class Counted:
    """A keyboard that counts every key but the characters of the data."""

    def __init__(self, person):
        self.person, self.keys = person, []

    def press(self, *keys):
        for key in keys:
            self.keys.append(key)
            self.person.press(key)

    def here(self):
        return self.person.page.evaluate(
            "() => { const e = document.activeElement; return [e.name || '', e.type || e.tagName, e.value || ''] }"
        )


def test_seven_materials_in_forty_keystrokes(person):
    clerk = person("W0312", window="03")
    keyboard, page = Counted(clerk), clerk.page
    page.goto(f"{clerk.address}/intake")
    clerk.type("a107")
    keyboard.press("Enter")
    clerk.type("shtt")
    expect(page.locator("[data-item]")).to_have_count(1)
    keyboard.press("Enter")
    page.wait_for_url("**/intake/*-*")
    page.wait_for_load_state()
    for _ in range(MOST):
        name, kind, value = keyboard.here()
        if name in DATA and not value:
            clerk.type(DATA[name])
        elif name in CHOICES:
            keyboard.press(*CHOICES[name])
        elif name.startswith("material.") and not value:
            keyboard.press("ArrowDown")
            page.wait_for_selector(f'[name="{name}"][data-got]')
        if name == "form.contact_phone":
            break
        keyboard.press("Tab" if kind == "textarea" else "Enter")
    expect(page.locator("#materials")).to_contain_text("7 / 7 已收")
    keyboard.press("Control+Enter")
    page.wait_for_url("**/check")
    keyboard.press("Control+Enter")
    page.wait_for_url("**/received")
    assert len(keyboard.keys) <= MOST, keyboard.keys


def test_tab_still_leads_to_copies_pages_and_what_came_along(person):
    """The control: what Enter passes by is no way lost."""
    clerk = person("W0312", window="03")
    clerk.page.goto(f"{clerk.address}/intake")
    clerk.type("a108", "Enter")
    clerk.type("shtt")
    expect(clerk.page.locator("[data-item]")).to_have_count(1)
    clerk.press("Enter")
    clerk.page.wait_for_url("**/intake/*-*")
    clerk.tab_to('[name="copies.application"]')
    clerk.press("Enter")
    expect(clerk.page.locator('[name="material.approval"]')).to_be_focused()
    clerk.tab_to('[name="pages.approval"]')
    clerk.tab_to('[name="form.principal_name"]')
