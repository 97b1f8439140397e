"""Search over cases: names by character bigrams and pinyin initials, numbers and fragments of them apart.

FTS5's unicode61 and trigram tokenizers do not find 张三; bigrams made here do (design §2). The table is contentless: it
holds terms only.
"""

import re
import unicodedata
from functools import lru_cache
from operator import add
from typing import Any

import msgspec

from appliance.domain.events import (
    CaseAccepted,
    CaseAgentAuthorised,
    CaseAgentDismissed,
    CaseDeemedAccepted,
    CaseReceived,
    CaseRegistrationAmended,
    CaseSubmitted,
    LicenceIssued,
)
from appliance.domain.subject import Agent, Applicant
from appliance.projections import case_brief, case_filters, cases, rare_terms
from appliance.projections.case_filters import Picked
from appliance.projections.cases import CaseRow
from appliance.projections.read_model import ReadModel
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

SCHEMA = """
CREATE VIRTUAL TABLE case_search USING fts5(
    name, pinyin, content='', contentless_delete=1, detail=full, prefix='1',
    tokenize="unicode61 remove_diacritics 0 categories 'L* N* Co Cn S* P* M*'"
);
CREATE TABLE case_code (
    code    TEXT NOT NULL,
    case_id INTEGER NOT NULL,
    PRIMARY KEY (code, case_id)
) STRICT, WITHOUT ROWID;
"""

QUERY_LENGTH_MAX = 60
FRAGMENT_MIN = 4
CANDIDATES = 400
READINGS_MAX = 4
CHARACTERS_CACHED = 8192
NAMES_KEPT = 64  # no more than wait for their turn
_INDEX = "INSERT INTO case_search (rowid, name, pinyin) SELECT id, ?, ? FROM case_view WHERE no = ?"
_CODES = (
    "INSERT OR IGNORE INTO case_code (code, case_id)"
    " SELECT codes.value, case_view.id FROM case_view, json_each(?) AS codes WHERE case_view.no = ?"
)
_FORGET_NAMES = "DELETE FROM case_search WHERE rowid = (SELECT id FROM case_view WHERE no = ?)"
_FORGET_CODES = "DELETE FROM case_code WHERE case_id = (SELECT id FROM case_view WHERE no = ?)"
_encode_codes = msgspec.json.Encoder().encode
MATCHES = "SELECT rowid FROM case_search WHERE case_search MATCH ? ORDER BY rowid DESC LIMIT ?"
CHECKED_MAX = 200
"""How many cases the rarest part of a name may find; where there are more, the whole phrase is asked."""
_SPACES = re.compile(r"\s+")


def _plain(text: str) -> str:
    if text.isascii() and text.isalnum():
        return text.casefold()  # numbers and initials, the most of what is indexed, have nothing else to lose
    normal = unicodedata.normalize("NFKC", text)
    if not normal.isprintable():
        normal = "".join(character for character in normal if not _is_control(character))
    return _SPACES.sub("", normal).casefold()


def _is_control(character: str) -> bool:
    """Tell a control, format or surrogate character, which no term holds and FTS5 does not survive (U+0000)."""
    return not character.isprintable() and unicodedata.category(character) in ("Cc", "Cf", "Cs")


def _pairs(plain: str) -> str:
    return " ".join(map(add, plain, plain[1:])) + " " + plain[-1:]


def bigrams(text: str) -> str:
    """Write a text as its character bigrams and its last character: 张三丰 gives ``张三 三丰 丰``."""
    return _pairs(_plain(text)).strip()


@lru_cache(maxsize=CHARACTERS_CACHED)
def _letters(character: str) -> tuple[str, ...]:
    """Give the first letters that a character may be read with, the usual one first; Latin stays as it is."""
    # Its tables take 0.2 s and 30 MB; most programs that import the read models never look up a reading.
    from pypinyin import Style, pinyin  # noqa: PLC0415

    readings = pinyin(character, style=Style.FIRST_LETTER, heteronym=True)[0]
    return tuple(dict.fromkeys(reading.casefold() for reading in readings))


def initials(text: str) -> tuple[str, ...]:
    """Give the pinyin initials of a text in up to four readings: 重庆 gives ``zq`` and ``cq``."""
    return _readings(_plain(text))


def _readings(plain: str) -> tuple[str, ...]:
    letters = [_letters(character) for character in plain]
    readings = [""]
    start = 0
    for place, choice in enumerate(letters):
        # Nearly every character has one reading; a run of them is joined at once.
        if len(choice) > 1 and len(readings) * len(choice) <= READINGS_MAX:
            run = "".join([one[0] for one in letters[start:place]])
            readings = [head + run + letter for head in readings for letter in choice]
            start = place + 1
    rest = "".join([one[0] for one in letters[start:]])
    return tuple([head + rest for head in readings])


def _fts_phrase(text: str) -> str:
    """Write a query as an FTS5 phrase of bigrams; one character becomes a prefix."""
    plain = _plain(text)
    terms = plain if len(plain) == 1 else " ".join(plain[at : at + 2] for at in range(len(plain) - 1))
    # Quotes are doubled last: a doubled quote that a bigram cut in two would end the phrase.
    phrase = '"' + terms.replace('"', '""') + '"'
    return phrase + "*" if len(plain) == 1 else phrase


def _codes(no: str, applicant: Applicant, agent: Agent | None) -> list[str]:
    codes = {no, no[-5:]}
    for number in (applicant.id_number, applicant.representative_id, agent.id_number if agent else ""):
        if number:
            codes |= {number, number[-4:]}
    if applicant.phone:
        codes |= {applicant.phone, applicant.phone[-4:]}
    return sorted(codes)


def terms_of(applicant: Applicant, agent: Agent | None) -> tuple[str, str]:
    """Give what is indexed of the names: their bigrams and those of their initials.

    Who asks before the case's turn (`appliance.services.intake.receive_ahead`) finds it made when the turn comes.
    """
    return _terms(applicant.name, applicant.representative, agent.name if agent else "")


@lru_cache(maxsize=NAMES_KEPT)
def _terms(*names: str) -> tuple[str, str]:
    plains = [_plain(name) for name in names if name]
    readings = dict.fromkeys([reading for plain in plains for reading in _readings(plain)])
    return " | ".join(map(_pairs, plains)), " | ".join(map(_pairs, readings))


def _index_names(connection: Connection, no: str, applicant: Applicant, agent: Agent | None) -> None:
    connection.execute(_INDEX, (*terms_of(applicant, agent), no))


def _index_again(connection: Connection, no: str) -> list[str]:
    """Take a case out of the index and give it back as it is now: what was registered wrongly is not found any more."""
    case = cases.find(connection, no)
    if case is None:
        return []
    connection.execute(_FORGET_NAMES, (no,))
    connection.execute(_FORGET_CODES, (no,))
    _index_names(connection, no, case.applicant, case.agent)
    further = [case.acceptance_no] if case.acceptance_no else []
    if case.licence is not None:
        further += [case.licence.issued.number, case.licence.issued.identifier]
    if case.back_entry is not None:
        further.append(case.back_entry.paper_no)
    return _codes(no, case.applicant, case.agent) + further


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Index a case at its receipt, and its further numbers when they come."""
    event, no = applied.event, applied.meta.case
    if no is None or not applied.own:
        return
    if isinstance(event, CaseReceived) and event.submitted:
        codes = _index_again(connection, no)
    elif isinstance(event, CaseReceived | CaseSubmitted):
        _index_names(connection, no, event.applicant, event.agent)
        codes = _codes(no, event.applicant, event.agent)
        if isinstance(event, CaseReceived) and event.fallback is not None:
            codes.append(event.fallback.paper_no)
    elif isinstance(event, CaseRegistrationAmended | CaseAgentAuthorised | CaseAgentDismissed):
        codes = _index_again(connection, no)
    elif isinstance(event, CaseAccepted | CaseDeemedAccepted):
        codes = [event.acceptance_no]
    elif isinstance(event, LicenceIssued):
        codes = [event.number, event.identifier]
    else:
        return
    # One statement: each call into SQLite lets another thread take the interpreter's lock.
    connection.execute(_CODES, (_encode_codes([_plain(code).upper() for code in codes]).decode(), no))


_EVENTS = (
    CaseReceived, CaseSubmitted, CaseRegistrationAmended, CaseAgentAuthorised, CaseAgentDismissed, CaseAccepted,
    CaseDeemedAccepted, LicenceIssued,
)  # fmt: skip
MODEL = ReadModel("search", SCHEMA, apply, frozenset(_EVENTS))


def find(connection: Connection, query: str, *, limit: int = 30, picked: Picked | None = None) -> list[CaseRow]:
    """Find cases by number, number fragment, ID or phone (whole or last four), name, part of a name, or initials.

    Args:
        connection: a reader.
        query: what was typed, at most 60 characters of it.
        limit: how many rows at most.
        picked: leaves only what fits, among the first `CANDIDATES` matches.

    Returns:
        Rows, exact numbers first, then the newest matches by name.
    """
    narrowed = picked is not None and picked.any
    ids = _ids(connection, query, CANDIDATES if narrowed else limit)
    if picked is not None and narrowed:
        ids = case_filters.fitting(connection, ids, picked)
    return cases.rows_of(connection, ids[:limit])


def _ids(connection: Connection, query: str, limit: int) -> list[int]:
    """Give the row ids of the first matches, exact numbers first."""
    text = _plain(query[:QUERY_LENGTH_MAX])
    if not text:
        return []
    ids: list[Any] = []
    if len(text) >= FRAGMENT_MIN:  # licence numbers may hold Chinese characters: 鄂2026…P
        ids = [
            row[0]
            for row in connection.execute(
                "SELECT case_id FROM case_code WHERE code = ? ORDER BY case_id DESC LIMIT ?", (text.upper(), limit)
            )
        ]
    if len(ids) < limit:
        ids += [number for number in _named(connection, text, limit) if number not in ids]
    return ids[:limit]


def _named(connection: Connection, text: str, limit: int) -> list[int]:
    """Give the row ids of the newest cases that a name or initials match."""
    column = "{name pinyin}" if text.isascii() else "{name}"

    def matching(part: str, most: int) -> list[int]:
        return [row[0] for row in connection.execute(MATCHES, (f"{column} : {_fts_phrase(part)}", most))]

    if not text.isascii() and (part := rare_terms.rarest(connection, text)):
        found = matching(part, CHECKED_MAX)
        if len(found) < CHECKED_MAX:
            names = case_brief.names(connection, found)
            return [number for number in found if any(text in _plain(name) for name in names.get(number, ()))][:limit]
    return matching(text, limit)
