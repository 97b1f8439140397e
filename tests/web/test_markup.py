"""Tags and lights escape what they are given, whatever was written before in the same words."""

from types import SimpleNamespace

import pytest
from markupsafe import Markup

from web import markup


def test_a_tag_is_text_in_its_tone():
    assert markup.tag("在办", "b") == '<span class="tag b">在办</span>'
    assert markup.tag("已办结") == '<span class="tag">已办结</span>'


@pytest.mark.parametrize(
    ("lamp", "written"),
    [
        ("green", '<span class="lamp green"><i aria-hidden="true">●</i>还剩</span>'),
        ("red", '<span class="lamp red"><i aria-hidden="true">■</i>还剩</span>'),
        ("notice", '<span class="lamp notice"><i aria-hidden="true">○</i>还剩</span>'),
        ("done", '<span class="lamp grey"><i aria-hidden="true">○</i>还剩</span>'),
        ("none", "–"),
    ],
)
def test_a_light_says_its_words_beside_its_colour(lamp, written):
    assert markup.light(SimpleNamespace(lamp=lamp, text="还剩")) == written


def test_markup_kept_for_a_trusted_text_is_not_given_for_the_same_text_from_outside():
    trusted = markup.tag(Markup("<b>示例</b>"))
    assert "<b>" in trusted
    assert "<b>" not in markup.tag("<b>示例</b>")
    assert "<i>" not in markup.tag("a", "<i>")
    assert "<u>" not in markup.deadline("green", "<u>")
