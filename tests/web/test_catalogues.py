"""Every text goes through gettext, and English has every text."""

import re

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from web.catalogues import PACKAGE, ROOTS, glossary, held, is_chinese, marked, off_terms
from web.templating import load_translations

TEMPLATES = sorted((PACKAGE / "templates").rglob("*.html"))
CALLS = {"_", "gettext", "ngettext", "pgettext"}


def stray_chinese(source: str) -> list[str]:
    """Chinese in a template that is no argument of a gettext call."""
    environment = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True)
    tree = environment.parse(source)
    inside = {
        id(constant)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in CALLS
        for constant in call.find_all(nodes.Const)
    }
    texts = [node.data for node in tree.find_all(nodes.TemplateData)]
    texts += [
        node.value for node in tree.find_all(nodes.Const) if isinstance(node.value, str) and id(node) not in inside
    ]
    return [text for text in texts if is_chinese(text)]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_chinese_outside_gettext(path):
    assert stray_chinese(path.read_text("utf-8")) == []


def test_the_search_for_stray_chinese_finds_it():
    assert stray_chinese("<p>收件</p>")
    assert stray_chinese('{{ "收件" }}')
    assert not stray_chinese('{# 收件 #}{{ _("收件") }}{% trans %}收件{% endtrans %}')


def test_english_has_every_text_and_no_other():
    texts = held(PACKAGE / "messages" / "en")
    wanted = marked(ROOTS)
    assert sorted(wanted - texts.keys()) == []
    assert sorted(texts.keys() - wanted) == []
    assert sorted(text for text, english in texts.items() if not english) == []


def test_translations_keep_the_parameters():
    parameter = re.compile(r"%\(\w+\)[sd]")
    for text, english in held(PACKAGE / "messages" / "en").items():
        # A name may stand once in one language and twice in the other.
        assert set(parameter.findall(text)) == set(parameter.findall(english)), text


def test_catalogues_are_well_formed_and_load():
    for path in (PACKAGE / "messages" / "en").glob("*.po"):
        with path.open("rb") as file:
            assert read_po(file, abort_invalid=True)
    assert load_translations(PACKAGE / "messages", "en").gettext("登录") == "Sign in"
    assert load_translations(PACKAGE / "messages", "zh").gettext("登录") == "登录"


def test_two_catalogues_may_not_disagree(tmp_path):
    (tmp_path / "en").mkdir()
    for name, english in (("a", "Sign in"), ("b", "Log in")):
        (tmp_path / "en" / f"{name}.po").write_text(f'msgid "登录"\nmsgstr "{english}"\n', "utf-8")
    with pytest.raises(ValueError, match="translated differently"):
        load_translations(tmp_path, "en")


def test_each_legal_term_has_one_english():
    terms, exceptions = glossary(PACKAGE / "messages" / "terms.toml")
    # Equal both ways: an exception that is no longer needed goes.
    assert set(off_terms(held(PACKAGE / "messages" / "en"), terms)) == exceptions


def test_a_term_translated_otherwise_is_found():
    terms, _exceptions = glossary(PACKAGE / "messages" / "terms.toml")
    assert off_terms({"补正材料": "Supplements"}, terms) == [("补正材料", "材料"), ("补正材料", "补正")]
    assert off_terms({"补正材料": "Corrected materials"}, terms) == []
    # 不予受理 is judged as itself, not as 受理.
    assert off_terms({"不予受理": "Accepted"}, terms) == [("不予受理", "不予受理")]
    assert off_terms({"不予受理": "Non-acceptance"}, terms) == []


def test_every_room_with_marked_texts_is_searched():
    assert all(root.is_dir() for root in ROOTS)
    assert {"预审中", "连不上市级：%(reason)s"} <= marked(ROOTS) - marked([PACKAGE])


# Every text is formatted with its parameters, also with none: a bare percent sign breaks the page that shows it.
BARE_PERCENT = re.compile(r"%(?!\(\w+\)[sd])")


def test_no_text_holds_a_bare_percent_sign():
    texts = held(PACKAGE / "messages" / "en")
    assert [text for pair in texts.items() for text in pair if BARE_PERCENT.search(text.replace("%%", ""))] == []
    assert BARE_PERCENT.search("90% waited")
    assert not BARE_PERCENT.search("Missed of %(n)s")
