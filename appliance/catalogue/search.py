"""Finding an item by what a clerk types: name, code, mnemonic, pinyin in full or its initials. Pure, in memory."""

import unicodedata
from collections.abc import Iterable

import msgspec

from appliance.domain.service_item import ServiceItem


class ItemKeys(msgspec.Struct, frozen=True):
    """What one item is found by.

    Attributes:
        code: the 12-character basic code.
        name: folded name.
        texts: folded names, department and keywords, searched anywhere in them.
        pinyin: full pinyin of name and keywords without tones or spaces.
        initials: first letters of the same.
        codes: every code, searched from its start.
    """

    code: str
    name: str
    texts: tuple[str, ...]
    pinyin: tuple[str, ...]
    initials: tuple[str, ...]
    codes: tuple[str, ...]


def fold(text: str) -> str:
    """Fold width and case and drop blanks and punctuation, so that 全角 and half-width input find the same."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def item_keys(item: ServiceItem) -> ItemKeys:
    """Derive the keys of an item version."""
    # Its tables take 0.2 s and 30 MB: a program that never searches, or has not yet, does without.
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415

    spoken = (item.task_name, item.task_handle_name, *item.keywords)
    return ItemKeys(
        code=item.catalog_code,
        name=fold(item.task_name),
        texts=tuple(dict.fromkeys(fold(text) for text in (*spoken, item.dept_name))),
        pinyin=tuple(dict.fromkeys(fold("".join(lazy_pinyin(fold(text)))) for text in spoken)),
        initials=tuple(
            dict.fromkeys(fold("".join(lazy_pinyin(fold(text), style=Style.FIRST_LETTER))) for text in spoken)
        ),
        codes=tuple(
            code.casefold()
            for code in (item.catalog_code, item.task_code, item.local_catalog_code.replace("-", ""), item.mnemonic)
            if code
        ),
    )


def rank(keys: ItemKeys, typed: str) -> int | None:
    """Tell how well an item matches folded input: 0 best, None not at all."""
    if not typed:
        return None
    checks = (
        typed in keys.codes or typed == keys.name,
        any(code.startswith(typed) for code in keys.codes),
        keys.name.startswith(typed),
        any(text.startswith(typed) for text in keys.initials),
        any(typed in text for text in keys.texts),
        any(text.startswith(typed) for text in keys.pinyin),
        any(typed in text for text in (*keys.initials, *keys.pinyin)),
    )
    return next((position for position, matched in enumerate(checks) if matched), None)


def search_items(index: Iterable[ItemKeys], query: str, limit: int = 20) -> tuple[str, ...]:
    """Give the basic codes of the items that match, best first.

    Args:
        index: keys of the items to search.
        query: what was typed; several words separated by blanks must all match.
        limit: how many to give at most.
    """
    words = [word for word in (fold(part) for part in query.split()) if word]
    ranked: list[tuple[int, str]] = []
    for keys in index:
        ranks = [rank(keys, word) for word in words]
        matched = [one for one in ranks if one is not None]
        if words and len(matched) == len(words):
            ranked.append((max(matched), keys.code))
    return tuple(code for _, code in sorted(ranked)[:limit])
