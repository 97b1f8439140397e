"""Every paper carries what domain §2.8 says it must, and everything that its data says."""

import datetime as dt
import re
from random import Random

import msgspec
import pytest

from appliance.errors import Invalid
from appliance.papers.document import Form, Presentation, Reprint, Signing, canonical_bytes, check, digest
from appliance.papers.kinds import COPY_TITLES, KINDS, Copy, Numbers, kind_named
from appliance.papers.render import TEMPLATES, Renderer
from appliance.signing.authority import create_authority, issue
from appliance.signing.keys import DocumentKey

NAMES = [kind.name for kind in KINDS]

# What a kind's data holds and its sheet rightly leaves out: a letter addresses the applicant without a telephone
# number, a licence shows its own fields about the holder, a hearing begins at a minute and not at a second.
NOT_SHOWN = {
    "hearing_notice": ("held_at",),
    "decision_granted": ("head.applicant.phone_masked", "head.agent.phone_masked"),
    "decision_refused": ("head.applicant.phone_masked", "head.agent.phone_masked"),
    "licence": ("head.hall", "head.applicant", "head.agent", "holder", "holder_code"),
}


def leaves(value, path=""):
    if isinstance(value, dict):
        for name, part in value.items():
            yield from leaves(part, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part, path)
    elif isinstance(value, str) and value:
        yield path, value


def as_printed(value):
    if not re.fullmatch(r"\d{4}-\d\d-\d\d(T.*)?", value):
        return value
    moment = dt.datetime.fromisoformat(value)
    shown = f"{moment.year}年{moment.month}月{moment.day}日"
    return shown if len(value) == len("2026-11-23") else shown + moment.strftime("%H:%M:%S")


def test_every_kind_has_a_sample_a_template_and_a_row_in_the_table(samples, mandatory):
    assert list(samples.every_sample()) == NAMES
    assert set(mandatory) == set(NAMES)
    assert all((TEMPLATES / kind.template).is_file() for kind in KINDS)
    assert len({kind.code for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("name", NAMES)
def test_mandatory_fields_of_the_kind_are_on_the_paper(printed, squeeze, mandatory, name):
    missing = [field for field in mandatory[name] if squeeze(field) not in printed.text(name)]
    assert missing == []


@pytest.mark.parametrize("name", NAMES)
def test_the_common_header_is_on_every_paper(printed, samples, squeeze, name):
    paper, kind = samples.every_sample()[name], kind_named(name)
    wanted = [paper.head.authority, paper.head.item_name, paper.head.item_code, f"文书编号{paper.head.paper_id}"]
    wanted += ["第1页共", f"摘要{digest(paper)[:32].upper()}"]
    if name != "licence":
        wanted += [paper.head.hall, kind.title]
    if kind.numbers is not Numbers.NONE:
        wanted += [paper.head.intake_no, paper.head.operator.name, f"工号{paper.head.operator.staff_no}"]
        wanted += ["2026年11月23日10:01:02"]
    if kind.numbers in {Numbers.ACCEPTANCE, Numbers.DECISION}:
        wanted += [paper.head.acceptance_no]
    if kind.seal:
        wanted += [kind.seal, "本机构内部电子印记"]
    wanted += [COPY_TITLES[kind.copies[0]]]
    assert [one for one in wanted if squeeze(one) not in printed.text(name)] == []


@pytest.mark.parametrize("name", NAMES)
def test_whatever_the_data_says_is_on_the_paper(printed, samples, squeeze, name):
    data = msgspec.json.decode(canonical_bytes(samples.every_sample()[name]))["data"]
    hidden = NOT_SHOWN.get(name, ())
    lost = [
        (path, value)
        for path, value in leaves(data)
        if not path.startswith(hidden or ("\0",)) and squeeze(as_printed(value)) not in printed.text(name)
    ]
    assert lost == []


def test_the_field_checks_can_fail(printed):
    assert "A420199012026112310007H" not in printed.text("intake_receipt")
    assert "盖章处" not in printed.text("archive_receipt")


def test_the_receipt_on_80_mm_paper_says_the_same(renderer, samples, text_of, squeeze, mandatory):
    text = text_of(renderer.render(samples.intake_receipt(), Form.PDF_80MM))
    preview = renderer.render(samples.intake_receipt(), Form.SVG_80MM)
    assert f'width="{80 / 25.4 * 72:.2f}'.encode() in preview[:400]
    for field in mandatory["intake_receipt"]:
        assert squeeze(field) in text
    assert samples.ITEM_CODE in text
    for form in (Form.PDF_80MM, Form.SVG_80MM):
        with pytest.raises(Invalid) as caught:
            renderer.render(samples.licence(), form)
        assert caught.value.code == "paper_form"


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_each_copy_says_which_it_is_and_all_share_a_digest(printed, renderer, samples, text_of, kind):
    paper = samples.every_sample()[kind.name]
    texts = {kind.copies[0]: printed.text(kind.name)}
    texts |= {one: text_of(renderer.render(paper, presentation=Presentation(copy=one))) for one in kind.copies[1:]}
    for copy, text in texts.items():
        assert COPY_TITLES[copy] in text
        assert digest(paper)[:32].upper() in text
    for copy in set(Copy) - set(kind.copies):
        with pytest.raises(Invalid):
            renderer.render(paper, presentation=Presentation(copy=copy))


@pytest.mark.parametrize("name", NAMES)
def test_reprint_mark_and_watermark_are_on_every_paper(printed, renderer, samples, text_of, name):
    paper = samples.every_sample()[name]
    mark = Reprint(kind="补打", number=2, at=samples.at(24, 9, 0, 5), operator="李四光", reason="申请人遗失")
    presentation = Presentation(reprint=mark, watermark="仅供档案查阅")
    text = text_of(renderer.render(paper, presentation=presentation))
    for part in ("补打", "第2次", "2026年11月24日09:00:05", "申请人遗失", "仅供档案查阅", digest(paper)[:32].upper()):
        assert part in text
    assert "补打" not in printed.text(name)


def test_a_corrected_paper_names_the_one_it_replaces(renderer, samples, text_of):
    old = samples.correction_notice()
    mark = Reprint(kind="更正", number=1, at=samples.at(24, 9, 0), operator="李四光", replaces=old.head.paper_id)
    text = text_of(renderer.render(samples.correction_notice(sequence=2), presentation=Presentation(reprint=mark)))
    assert "更正" in text
    assert f"替代文书：{old.head.paper_id}" in text


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.numbers is not Numbers.NONE], ids=lambda one: one.name)
@pytest.mark.parametrize("field", ["applicant", "operator", "intake_no"])
def test_a_case_paper_without_its_header_is_refused(samples, kind, field):
    paper = samples.every_sample()[kind.name]
    check(paper)
    empty = "" if field == "intake_no" else None
    broken = msgspec.structs.replace(paper, head=msgspec.structs.replace(paper.head, **{field: empty}))
    with pytest.raises(Invalid) as caught:
        check(broken)
    assert field in caught.value.text()


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("decision_refused", "reasons", ()),
        ("decision_refused", "basis", ""),
        ("correction_notice", "lines", ()),
        ("not_accepted_notice", "competent_authority", ""),
        ("acceptance_receipt", "promised_limit", ""),
        ("collection_receipt", "items", ()),
        ("approval_form", "steps", ()),
        ("licence", "identifier", ""),
    ],
)
def test_a_paper_without_a_mandatory_field_is_refused(renderer, samples, name, field, value):
    broken = msgspec.structs.replace(samples.every_sample()[name], **{field: value})
    with pytest.raises(Invalid) as caught:
        renderer.render(broken)
    assert caught.value.code == "paper_incomplete"
    assert field in caught.value.text()


@pytest.mark.parametrize("name", ["decision_granted", "decision_refused", "not_accepted_notice"])
def test_an_official_letter_needs_its_number(samples, name):
    paper = samples.every_sample()[name]
    with pytest.raises(Invalid, match="incomplete"):
        check(msgspec.structs.replace(paper, head=msgspec.structs.replace(paper.head, document_no="")))


def test_an_opinion_that_is_only_a_name_is_no_opinion(samples):
    form = samples.approval_form()
    bare = msgspec.structs.replace(form.steps[0], opinion="")
    with pytest.raises(Invalid):
        check(msgspec.structs.replace(form, steps=(bare,)))


def test_deemed_acceptance_and_provisional_dates_are_said(renderer, samples, text_of):
    paper = msgspec.structs.replace(samples.acceptance_receipt(), deemed=True, promised_finish_provisional=True)
    text = text_of(renderer.render(paper))
    assert "逾期未告知补正" in text
    assert "（暂定）" in text
    plain = text_of(renderer.render(samples.acceptance_receipt()))
    assert "逾期未告知补正" not in plain
    assert "暂定" not in plain


def test_a_signed_licence_is_not_marked_unsigned_and_a_duplicate_says_so(renderer, samples, text_of):
    paper = msgspec.structs.replace(samples.licence(), original=False, duplicate_no="第2号", valid_to=None)
    key = DocumentKey(b"k" * 32)
    start = paper.head.issued_at
    authority = DocumentKey(b"a" * 32)
    certificate = create_authority(authority, city="demo", now=start, random=Random(1).randbytes)
    credential = issue(
        authority, certificate, hall="42019901", name="示范大厅", public=key.public_bytes, now=start,
        random=Random(2).randbytes,
    )  # fmt: skip
    signing = Signing(credential=credential, at=start)
    text = text_of(Renderer(key=lambda: key).render(paper, Form.PDF, Presentation(signing=signing)))
    assert "未签章" not in text
    assert "副本第2号" in text
    assert "长期" in text
