"""The texts of the interface and their translations: what is marked, and what the catalogues hold.

``python -m web.catalogues AREA`` adds each text that no catalogue has yet to ``messages/en/AREA.po``, with an empty
translation to fill in. Catalogues are one a room, so that two people who add pages do not meet in one file.

Texts come from the pages and from every room whose texts reach a page: states, refusals and their next steps, names of
events and of closed lists. What is printed stays Chinese (the papers' own templates), and so does data. Legal terms
have one English each, in ``messages/terms.toml``.
"""

import os
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from appliance.domain.actor import ROLE_NAMES

PACKAGE = Path(__file__).parent
# The rooms whose marked texts the interface shows.
ROOTS = tuple(PACKAGE.parent / name for name in ("web", "appliance", "sync", "hardware"))
KEYWORDS: dict[str, Any] = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None, "text": None}
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"extensions": "jinja2.ext.do", "newstyle_gettext": "true", "silent": "false"}}

HEADER = b"""msgid ""
msgstr ""
"Language: en\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def is_chinese(text: str) -> bool:
    """Tell whether a text holds a Chinese character or full-width sign, so that it is one to translate."""
    return any("\u4e00" <= sign <= "\u9fff" or "\u3000" <= sign <= "\u303f" or sign > "\uff00" for sign in text)


def _wanted(directory: str | os.PathLike[str]) -> bool:
    # Babel leaves out names with a leading underscore by itself; ours are the macros.
    return not Path(directory).name.startswith((".", "__"))


def marked(roots: Iterable[Path]) -> frozenset[str]:
    """Find the message ids marked in code and templates below `roots`, and those that data names (roles)."""
    found = {text for text in ROLE_NAMES.values() if is_chinese(text)}
    for root in roots:
        for _file, _line, message, _comments, _context in extract_from_dir(
            root, METHODS, OPTIONS, KEYWORDS, strip_comment_tags=True, directory_filter=_wanted
        ):
            parts = (message,) if isinstance(message, str) else tuple(message)
            found.update(part for part in parts if part and is_chinese(part))
    return frozenset(found)


def held(directory: Path) -> dict[str, str]:
    """Give every message id of a language's catalogues with its translation; an empty one is not translated yet."""
    texts: dict[str, str] = {}
    for path in sorted(directory.glob("*.po")):
        with path.open("rb") as file:
            texts.update({str(message.id): str(message.string) for message in read_po(file) if message.id})
    return texts


def glossary(path: Path) -> tuple[dict[str, tuple[str, ...]], frozenset[tuple[str, str]]]:
    """Read the legal terms and the exceptions.

    Returns:
        Each Chinese term with the English words for it, of which a translation uses one; and the pairs of message id
        and term where the text means something else.
    """
    with path.open("rb") as file:
        data = tomllib.load(file)
    terms = {term: tuple(words) for term, words in data["terms"].items()}
    return terms, frozenset((line["text"], term) for line in data["exceptions"] for term in line["terms"])


def off_terms(texts: Mapping[str, str], terms: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    """Find the translations that leave a legal term's English: pairs of message id and term.

    A term within a longer term (受理 in 不予受理) is judged by the longer one. Words are sought without regard to case
    at the beginning of a word, so that a plural or an inflected form counts.
    """
    longest_first = sorted(terms, key=len, reverse=True)
    found = []
    for text, english in texts.items():
        rest = text
        for term in longest_first:
            if term not in rest:
                continue
            rest = rest.replace(term, "\0")
            pattern = "|".join(rf"(?<!\w){re.escape(word)}" for word in terms[term])
            if not re.search(pattern, english, re.IGNORECASE):
                found.append((text, term))
    return sorted(found)


def add_missing(area: str, roots: Iterable[Path], directory: Path) -> int:
    """Write the texts that no catalogue has to the area's file, sorted; gives their number."""
    path = directory / f"{area}.po"
    catalogue = Catalog(locale="en", fuzzy=False)
    if path.exists():
        with path.open("rb") as file:
            catalogue = read_po(file, locale="en")
    missing = sorted(marked(roots) - held(directory).keys())
    for text in missing:
        catalogue.add(text, "")
    with path.open("wb") as file:
        file.write(HEADER)
        write_po(file, catalogue, width=120, no_location=True, omit_header=True, sort_output=True)
    return len(missing)


if __name__ == "__main__":
    AREA = sys.argv[1] if len(sys.argv) > 1 else "pages"
    sys.stdout.write(f"{add_missing(AREA, ROOTS, PACKAGE / 'messages' / 'en')}\n")
