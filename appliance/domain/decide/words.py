"""What a person writes to justify an act: long enough to say something, short enough for its paper."""

from typing import Final

from appliance.errors import N_, Invalid

WORDS_MIN: Final = 10
WORDS_MAX: Final = 2000


def in_words(text: str, field: str, message: str) -> str:
    """Give a text without blanks around it.

    Args:
        text: as typed.
        field: its field.
        message: message id of what is wanted there.

    Raises:
        Invalid: shorter than `WORDS_MIN` characters or longer than `WORDS_MAX`.
    """
    kept = text.strip()
    if not WORDS_MIN <= len(kept) <= WORDS_MAX:
        raise Invalid(N_("有一项没有写清楚"), fields={field: message})
    return kept
