"""Names and other text: shown as they are, never as markup, never as a blank."""

import msgspec
import pytest

from appliance.errors import Invalid
from appliance.papers.document import Form
from appliance.papers.render import Renderer, RenderFailure

NAMES = [
    "陈𠮷祥",
    "买买提·艾合买提",
    "刘䶮",
    "王㛃",
    "张喆堃犇",
    "一二三人入八儿几力十卜又口土士大女子寸小山川工己巾干弓心戈户手支文斗斤方日月木",
    "阿卜杜热伊木江·阿卜杜克热木·买买提吐尔逊·艾尔肯·木合塔尔·图尔荪江·依明尼亚孜·喀迪尔·玉素甫江",
    "ABDURAHMAN·MUHAMMATTURSUN-ABDUKERIMABDURAHMANMUHAM",
    "Jean-Pierre O'Brien de la Tour",
]

HOSTILE = [
    "#panic()",
    "#sys.inputs.job",
    "张三]#[李四",
    "$x^2$ *粗* _斜_ `码`",
    "<标签> @引用 // 注释 /* 注释 */",
    "\"引号\" '单引号' --- ... ~",
    "\\u{41} \\n \\",
    "= 标题",
    "}{)(#import",
    "{{7*7}}%(name)s",
]

MISSING = ["张\U000323af", "李\ue123", "ก", "王\U0010fffd"]


def with_applicant(samples, name, kind="intake_receipt"):
    applicant = msgspec.structs.replace(samples.APPLICANT, name=name)
    return getattr(samples, kind)(applicant=applicant)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["intake_receipt", "decision_granted"])
def test_names_come_back_whole_from_the_file(renderer, samples, text_of, squeeze, name, kind):
    assert squeeze(name) in text_of(renderer.render(with_applicant(samples, name, kind)))


def test_a_name_of_fifty_characters_is_among_them():
    assert {len(name) for name in NAMES} & {50}


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_never_markup(renderer, samples, text_of, squeeze, text):
    assert squeeze(text) in text_of(renderer.render(with_applicant(samples, text)))


@pytest.mark.parametrize("text", HOSTILE)
def test_long_texts_and_the_watermark_are_never_markup_either(renderer, samples, text_of, squeeze, text):
    paper = msgspec.structs.replace(samples.decision_refused(), facts=f"甲\n{text}\n乙", reasons=(text,))
    assert text_of(renderer.render(paper)).count(squeeze(text)) >= 2


def assert_refused_for_its_last_character(renderer, paper, name, form):
    with pytest.raises(Invalid) as caught:
        renderer.pages(paper, form)
    assert caught.value.code == "missing_glyph"
    assert caught.value.params["characters"] == name[-1]
    assert f"U+{ord(name[-1]):04X}" in caught.value.text()


@pytest.mark.parametrize("name", MISSING)
def test_a_character_without_a_glyph_is_refused(renderer, samples, name):
    assert_refused_for_its_last_character(renderer, with_applicant(samples, name), name, Form.PDF)


@pytest.mark.parametrize("form", list(Form))
def test_it_is_refused_in_every_form(renderer, samples, form):
    assert_refused_for_its_last_character(renderer, with_applicant(samples, MISSING[0]), MISSING[0], form)
    renderer.pages(with_applicant(samples, MISSING[0][:-1] + "三"), form)


def test_all_missing_characters_are_named_at_once(renderer, samples):
    with pytest.raises(Invalid) as caught:
        renderer.render(with_applicant(samples, "张\U000323af李ก张\U000323af"))
    assert set(caught.value.params["characters"]) == {"\U000323af", "ก"}


@pytest.mark.parametrize("bad", ["\x00", "\x07", "\t", "\u202e", "\u2066", "\u2028"])
def test_control_and_reordering_characters_are_refused(renderer, samples, bad):
    with pytest.raises(Invalid) as caught:
        renderer.render(with_applicant(samples, f"张{bad}三"))
    assert caught.value.code == "paper_text"
    assert caught.value.subject == "head.applicant.name"


def test_without_the_fonts_nothing_is_rendered(tmp_path):
    with pytest.raises(RenderFailure) as caught:
        Renderer((tmp_path,))
    assert caught.value.code == "fonts_missing"
    assert "Noto Serif CJK SC" in caught.value.text()


def test_a_long_list_goes_on_over_pages_with_its_head_repeated(renderer, samples, text_of):
    receipt = msgspec.structs.replace(samples.RECEIPT, materials=samples.MATERIALS * 12)
    text = text_of(renderer.render(msgspec.structs.replace(samples.intake_receipt(), receipt=receipt)))
    assert "共72件" in text
    assert text.count("材料名称") >= 3
    assert "第3页共3页" in text
