"""The road from ticket to licence as people walk it: each step by keyboard alone, on the desk's own pages."""

ANSWERS = {
    "applicant.name": "示范小吃店（示例）",
    "applicant.id_number": "92420199MADEM002XC",
    "applicant.representative": "欧阳·𠮷祥",
    "applicant.representative_id": "420102190001010013",
    "applicant.phone": "13800000000",
    "form.premises": "示范区示范路1号",
    "form.domicile": "示范区示范路1号",
    "form.floor_area": "80",
    "form.employees": "5",
    "form.principal_name": "欧阳·𠮷祥",
    "form.principal_id": "420102190001010013",
    "form.safety_manager": "李示例",
    "form.contact_name": "李示例",
    "form.contact_phone": "13800000000",
}
MATERIALS = ("application", "business_licence", "principal_id", "layout", "safety_rules", "health_certificates")


def fill(clerk, name, text):
    clerk.tab_to(f'[name="{name}"]')
    clerk.press("Control+a")
    clerk.type(text)


def date(person, name, day):
    """Type a day into a date field; the browser's own language says in which order its parts are asked."""
    person.tab_to(f'[name="{name}"]')
    year, month, number = day.split("-")
    for first, *rest in ((month + number, year), (year, month + number)):
        person.press("ArrowLeft", "ArrowLeft")
        person.type(first)
        if first == year:  # a year has room for six digits, so it does not pass on by itself
            person.press("ArrowRight")
        person.type(*rest)
        if person.page.input_value(f'[name="{name}"]') == day:
            return
    message = f"{day} cannot be typed into {name}"
    raise AssertionError(message)


def choose(clerk, name, nth):
    """Choose the nth option of a list with the arrow key; the one shown first is number 0."""
    clerk.tab_to(f'select[name="{name}"]')
    for _ in range(nth):
        clerk.press("ArrowDown")


def answer(clerk, name, nth):
    """Choose the nth radio button of a question."""
    clerk.tab_to(f'[name="{name}"]')
    clerk.press("Space", *["ArrowRight"] * nth)


def start(clerk, ticket="A047"):
    clerk.page.goto(f"{clerk.address}/intake")
    clerk.type(ticket, "Enter")
    clerk.type("spjy")
    clerk.page.wait_for_function(
        "document.querySelectorAll('#items [role=option], #items li, #items label').length < 4"
    )
    clerk.press("Enter")
    clerk.page.wait_for_url("**/intake/*-*")


def intake(clerk, ticket="A047", *, missing=()):
    """From the ticket to the receipt; returns the case number."""
    start(clerk, ticket)
    return form_to_receipt(clerk, missing=missing)


def form_to_receipt(clerk, *, missing=()):
    """Fill the open form, check, and send; returns the case number."""
    fill_form(clerk, missing=missing)
    clerk.press("Control+Enter")
    clerk.page.wait_for_url("**/check")
    clerk.press("Control+Enter")
    clerk.page.wait_for_url("**/received")
    return clerk.page.url.rstrip("/").split("/")[-2]


def fill_form(clerk, *, missing=()):
    """Fill the open form with everything but the missing."""
    choose(clerk, "form.main_business", 2)
    answer(clerk, "form.by_agent", 1)
    for name in ("applicant.name", "applicant.id_number", "applicant.representative", "applicant.representative_id"):
        fill(clerk, name, ANSWERS[name])
    fill(clerk, "applicant.phone", ANSWERS["applicant.phone"])
    for code in MATERIALS:
        if code not in missing:
            clerk.tab_to(f'[name="material.{code}"]')
            clerk.press("ArrowDown")
            clerk.page.wait_for_selector(f'[name="material.{code}"][data-got]')
    clerk.tab_to('[name="form.business_items"]')
    clerk.press("Space")
    for name in ("form.premises", "form.domicile", "form.floor_area"):
        fill(clerk, name, ANSWERS[name])
    answer(clerk, "form.online_trade", 1)
    for name in list(ANSWERS)[8:]:
        fill(clerk, name, ANSWERS[name])


ROWS_MAX = 40
_HERE = "no => (document.activeElement.closest('tr, li, article') || document.activeElement).outerHTML.includes(no)"


def open_own(person, no):
    """Walk down one's own list on the start page to a case and open it; the hall is shared, others' cases come too."""
    person.page.goto(f"{person.address}/")
    for _ in range(ROWS_MAX):
        person.press("j")
        if person.page.evaluate(_HERE, no):
            break
    person.press("Enter")
    person.page.wait_for_load_state()


def take(handler, no):
    open_own(handler, no)
    handler.page.wait_for_url(f"**/prereview/{no}")
    handler.press("Control+Enter")
    handler.page.wait_for_selector('[name^="verdict."]')


def pass_all(handler, no, count):
    """Give every material the verdict 符合 with the key 1."""
    handler.page.goto(f"{handler.address}/prereview/{no}")
    handler.page.wait_for_selector('[name^="verdict."]')
    handler.press(*["1"] * count)
    handler.page.wait_for_function(
        "n => document.querySelectorAll('[name^=\"verdict.\"][value=pass]:checked').length === n", arg=count
    )


def require_correction(handler, no, count):
    """Pass what is there and tell once what is missing."""
    pass_all(handler, no, count)
    handler.press("Alt+c")
    handler.page.wait_for_selector('[name^="problem."]')
    handler.press("Control+Enter")
    handler.page.wait_for_url(f"**/cases/{no}*")


def supplement(clerk, no, code):
    """Take in what the notice asked for."""
    clerk.page.goto(f"{clerk.address}/supplement/{no}")
    clerk.tab_to(f'[name="material.{code}"]')
    clerk.press("ArrowDown")
    clerk.page.wait_for_timeout(300)
    clerk.press("Control+Enter")
    clerk.page.wait_for_url(f"**/supplement/{no}/*")


def accept(handler, no, count):
    pass_all(handler, no, count)
    handler.press("Control+Enter")
    handler.page.wait_for_url(f"**/cases/{no}*")


def give_opinion(person, no, words):
    person.page.goto(f"{person.address}/review/{no}")
    answer(person, "result", 0)
    fill(person, "opinion", words)
    person.press("Control+Enter")
    person.page.wait_for_url(f"**/cases/{no}*")


def grant(approver, no, words="同意，准予许可。"):
    approver.page.goto(f"{approver.address}/review/{no}")
    answer(approver, "act", 0)
    fill(approver, "opinion", words)
    approver.press("Control+Enter")
    approver.page.wait_for_url(f"**/cases/{no}*")


def produce(clerk, no, shelf="A-07"):
    """Make the licence and lay it on the shelf."""
    clerk.page.goto(f"{clerk.address}/issuance/{no}")
    fill(clerk, "shelf", shelf)
    clerk.press("Control+Enter")
    clerk.page.wait_for_selector('[name="collector_name"]')


def hand_over(clerk, no):
    """Check the collector and hand the licence over."""
    answer(clerk, "relation", 1)
    fill(clerk, "collector_name", ANSWERS["applicant.representative"])
    fill(clerk, "collector_id", ANSWERS["applicant.representative_id"])
    clerk.tab_to('[name="identity_checked"]')
    clerk.press("Space", "Control+Enter")
    clerk.page.wait_for_url(f"**/{no}*")
