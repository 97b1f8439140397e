"""Names of persons (姓名): every character of GB 18030, the separator U+00B7, and at least fifty characters.

A name is kept as the document writes it. Only spaces, dots that stand for the separator and decomposed Latin letters
are changed; compatibility ideographs stay, since Unicode normalisation would turn them into other characters.
"""

import re
import unicodedata

import msgspec

from appliance.domain.identifiers.notice import Notice
from appliance.errors import N_, Invalid

SUBJECT = "name"
SEPARATOR = "·"
NAME_LENGTH_MAX = 100
OTHER_DOTS = "‧•・･⋅∙●．"
COMPATIBILITY = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f]+)")
USUAL = re.compile("[\u4e00-\u9fa5]{1,50}(?:·[\u4e00-\u9fa5]{1,49})?")
"""Nearly every name: nothing in it is refused, changed or worth a notice."""
REFUSED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "So"})
FIRST_PLANE_TWO = 0x20000
LAST_PLANE_THREE = 0x3FFFD


class PersonName(msgspec.Struct, frozen=True):
    """A checked name and what was changed in it."""

    value: str
    notices: tuple[Notice, ...]


def check(text: str) -> PersonName:
    """Check a person's name.

    Args:
        text: as typed or read from a card, at most 100 characters.

    Raises:
        Invalid: ``name_empty``, ``name_length``, ``name_character`` naming the code point.
    """
    if USUAL.fullmatch(text):
        return PersonName(text, ())
    notices = []
    value = re.sub(r" +", " ", text.replace("\u3000", " ").replace("\u00a0", " ")).strip(" ")
    for position, character in enumerate(value, start=1):
        if _refused(character):
            raise Invalid(
                N_("姓名第%(position)s个字符（%(point)s）是控制符或符号，不能用于姓名"),
                code="name_character",
                subject=SUBJECT,
                params={"position": position, "point": f"U+{ord(character):04X}"},
            )
    composed = "".join(
        part if COMPATIBILITY.fullmatch(part) else unicodedata.normalize("NFC", part)
        for part in COMPATIBILITY.split(value)
    )
    dotted = re.sub(f" ?[{OTHER_DOTS}{SEPARATOR}] ?", SEPARATOR, composed)
    if dotted != composed:
        notices.append(Notice("name_separator", N_("姓名中的间隔号已统一为“·”")))
    if any(unicodedata.category(character) == "Co" for character in dotted):
        notices.append(Notice("name_private_use", N_("姓名含自造字，其他系统可能无法显示，请与证件核对")))
    if not dotted.strip(SEPARATOR + " "):
        raise Invalid(N_("请填写姓名"), code="name_empty", subject=SUBJECT)
    if len(dotted) > NAME_LENGTH_MAX:
        raise Invalid(
            N_("姓名最长%(most)s个字符，填了%(length)s个"),
            code="name_length",
            subject=SUBJECT,
            params={"most": NAME_LENGTH_MAX, "length": len(dotted)},
        )
    return PersonName(dotted, tuple(notices))


def _refused(character: str) -> bool:
    category = unicodedata.category(character)
    if category == "Cn":
        # Ideographs newer than this interpreter's Unicode tables stand in planes 2 and 3; people bear them.
        return not FIRST_PLANE_TWO <= ord(character) <= LAST_PLANE_THREE
    return category in REFUSED and character not in OTHER_DOTS
