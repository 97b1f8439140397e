"""Something doubtful about an accepted value, and the reading of single characters that all checks share."""

import unicodedata

import msgspec

from appliance.errors import N_, Invalid

ASCII_LAST = 0x7F


class Notice(msgspec.Struct, frozen=True):
    """A remark shown beside a value that was accepted: stable code, message id, parameters."""

    code: str
    message: str
    params: dict[str, str] = {}

    def text(self) -> str:
        """Give the message in the source language with its parameters filled in."""
        return self.message % self.params if self.params else self.message


def half_width(text: str, *, subject: str, label: str) -> str:
    """Strip surrounding spaces and refuse full-width characters by position.

    Args:
        text: what was typed.
        subject: the field's name for the error.
        label: what the number is called, a message id.

    Raises:
        Invalid: ``full_width`` naming the first such character and its half-width form.
    """
    stripped = text.strip()
    if stripped.isascii():
        return stripped
    for position, character in enumerate(stripped, start=1):
        plain = unicodedata.normalize("NFKC", character)
        if ord(character) > ASCII_LAST and plain.isascii() and plain.strip():
            raise Invalid(
                N_("%(label)s第%(position)s位是全角字符“%(given)s”，请改为半角“%(plain)s”"),
                code="full_width",
                subject=subject,
                params={"label": label, "position": position, "given": character, "plain": plain},
            )
    return stripped
