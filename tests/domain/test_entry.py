"""Entries: the stored examples of every event read back and encode to the same bytes; canonical JSON; the private part.

To add an event, append its example to ``golden_entries.json``: type, version, fields, the entry's text and the private
part in base64. An example once released is never changed or removed.
"""

import base64
import json
from pathlib import Path
from typing import get_type_hints
from unicodedata import normalize

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from appliance.catalogue.loader import load_items
from appliance.domain import entry as entries
from appliance.domain.actor import Actor, Role
from appliance.domain.entry import BuiltEntry, build_entry, check_private, read_event, read_meta
from appliance.domain.events import EVENTS, CasePreReviewed, CaseWithdrawn, JournalMoved, PaperReprinted, UnknownEvent
from appliance.errors import IntegrityFailure, Invalid

GOLDEN = json.loads(Path(__file__).with_name("golden_entries.json").read_text(encoding="utf-8"))
SALT = bytes(16)
ENVELOPE = {
    "cmd": "0193593e-7b00-7000-8000-000000000001",
    "n": 0,
    "t": "2026-11-23T10:01:02.123+08:00",
    "clk": "ok",
    "seen": 0,
    "case": None,
    "actor": Actor("C1001", Role.CASE_HANDLER),
    "blobs": (),
    "salt": SALT,
}
golden = pytest.mark.parametrize("example", GOLDEN, ids=[f"{one['type']}.v{one['version']}" for one in GOLDEN])


def parts(example):
    private = example["private"]
    return example["entry"].encode(), base64.b64decode(private) if private is not None else None


def built(event, **changes) -> BuiltEntry:
    return build_entry(event, **{**ENVELOPE, **changes})


def test_every_type_and_version_has_its_stored_example():
    wanted = {(kind.TYPE, version) for kind in EVENTS.values() for version in range(1, kind.VERSION + 1)}
    assert {(one["type"], one["version"]) for one in GOLDEN} == wanted


@golden
def test_a_stored_example_reads_as_the_event_it_was(example):
    entry, private = parts(example)
    meta, event = read_event(entry, private)
    assert event == msgspec.convert(example["fields"], EVENTS[example["type"]])
    assert (meta.type, meta.tv) == (example["type"], example["version"])
    check_private(meta, private)


@golden
def test_a_stored_example_encodes_to_the_same_bytes(example):
    entry, private = parts(example)
    meta, event = read_event(entry, private)
    envelope = {name: getattr(meta, name) for name in ENVELOPE if name != "salt"}
    again = build_entry(event, **envelope, salt=private[:16] if private else SALT)
    assert (again.entry, again.private) == (entry, private)
    assert msgspec.to_builtins(again.meta) == msgspec.to_builtins(read_meta(entry))


@golden
def test_entry_and_private_part_are_canonical_json(example):
    entry, private = parts(example)
    assert rfc8785.dumps(json.loads(entry)) == entry
    assert private is None or rfc8785.dumps(json.loads(private[16:])) == private[16:]


WORDS = st.dictionaries(st.text(st.characters(max_codepoint=0xD7FF)), st.text() | st.integers(-(2**53) + 1, 2**53 - 1))


@given(WORDS)
def test_the_encoder_writes_what_rfc_8785_writes(words):
    normal = {normalize("NFC", key): normalize("NFC", v) if isinstance(v, str) else v for key, v in words.items()}
    assert entries._canonical(words) == rfc8785.dumps(normal)


def test_no_key_of_an_entry_sorts_otherwise_in_utf_16():
    """RFC 8785 sorts keys by UTF-16 units, which differs from code points only outside the basic plane."""
    keys = {
        name
        for item in load_items()
        for name in (
            *(field.name for field in item.form),
            *(material.code for material in item.materials),
            *(field.label for field in (item.licence.fields if item.licence else ())),
        )
    }
    assert "经营者名称" in keys
    assert [key for key in keys if not all(ord(character) < 0x10000 for character in key)] == []


def test_no_field_of_an_event_is_a_float():
    fields = {f"{kind.TYPE}.{name}": hint for kind in EVENTS.values() for name, hint in get_type_hints(kind).items()}
    assert [name for name, hint in fields.items() if "float" in str(hint)] == []


def test_an_example_with_one_changed_byte_does_not_pass():
    """The control of the three tests above."""
    example = GOLDEN[0]
    entry, private = parts(example)
    _, event = read_event(entry.replace(b"A047", b"A048"), private)
    assert event != msgspec.convert(example["fields"], EVENTS[example["type"]])


@golden
def test_personal_words_stand_in_the_private_part_only(example):
    kind = EVENTS[example["type"]]
    marks = []

    def mark(value):
        if isinstance(value, str):
            marks.append(f"标记{len(marks):03d}")
            return marks[-1]
        if isinstance(value, dict):
            return {key: mark(item) for key, item in value.items()}
        return [mark(item) for item in value] if isinstance(value, list) else value

    keep = {"kind"}  # a closed vocabulary inside a personal value: an invented word would not decode
    fields = dict(example["fields"])
    personal = sorted(kind.PERSONAL & fields.keys())  # an example may be older than an optional field
    for name in personal:
        whole = mark(fields[name])
        if isinstance(whole, dict):
            whole |= {key: fields[name][key] for key in keep & whole.keys()}
        fields[name] = whole
    made = built(msgspec.convert(fields, kind))
    assert bool(marks) == bool(personal)
    assert [one for one in marks if one in made.entry.decode()] == []
    held = (made.private or b"").decode("utf-8", "replace")
    assert sum(one in held for one in marks) >= len(personal)


def test_nothing_personal_means_no_private_part_and_no_digest():
    made = built(CasePreReviewed(verdicts={"application": "pass"}))
    assert made.private is None
    assert made.meta.pii is None
    assert b"pii" not in made.entry


def test_the_digest_is_salted():
    event = CaseWithdrawn(reason="歇业")
    one, other = built(event), built(event, salt=b"\x01" * 16)
    assert one.meta.pii != other.meta.pii
    assert one.private[16:] == other.private[16:]


@pytest.mark.parametrize(
    "private", [None, b"", bytes(16) + '{"reason":"开业"}'.encode()], ids=["none", "empty", "other"]
)
def test_a_private_part_that_is_not_the_leafs_is_refused(private):
    made = built(CaseWithdrawn(reason="歇业"))
    check_private(made.meta, made.private)
    with pytest.raises(IntegrityFailure) as caught:
        check_private(made.meta, private)
    assert caught.value.code == "private_mismatch"


def test_a_private_part_where_the_leaf_has_none_is_refused():
    with pytest.raises(IntegrityFailure):
        check_private(built(JournalMoved(reason="device_failed")).meta, bytes(16) + b"{}")


def changed(made, **changes):
    whole = json.loads(made.entry)
    whole["data"] |= changes.pop("data", {})
    return rfc8785.dumps(whole | changes)


def test_unknown_fields_are_ignored_here_and_stay_in_the_bytes():
    made = built(CasePreReviewed(verdicts={"application": "pass"}))
    newer = changed(made, later={"a": 1}, data={"weather": "晴"})
    meta, event = read_event(newer, None)
    assert event == CasePreReviewed(verdicts={"application": "pass"})
    assert (read_meta(newer).cmd, meta.cmd) == (made.meta.cmd, made.meta.cmd)
    assert "晴".encode() in newer


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"type": "case.celebrated"}, UnknownEvent("case.celebrated", 1)),
        ({"tv": 2}, UnknownEvent("journal.moved", 2)),
        ({"type": "case.handed_over"}, UnknownEvent("case.handed_over", 1)),
    ],
    ids=["a type of a later release", "a later version", "required fields are not there"],
)
def test_what_this_release_does_not_know_is_carried_as_unknown(changes, expected):
    _, event = read_event(changed(built(JournalMoved(reason="device_failed")), **changes), None)
    assert event == expected


def test_an_erased_private_part_leaves_an_unknown_event():
    made = built(CaseWithdrawn(reason="歇业"))
    assert read_event(made.entry, None)[1] == UnknownEvent("case.withdrawn", 1)


@pytest.mark.parametrize("damaged", [b"", b"{", b"null", b"\xff\xfe", b'{"v":1}'])
def test_bytes_that_are_no_entry_are_an_integrity_failure(damaged):
    with pytest.raises(IntegrityFailure):
        read_meta(damaged)
    with pytest.raises(IntegrityFailure):
        read_event(damaged, None)


def test_text_is_brought_to_nfc_and_the_plane_two_character_stays():
    made = built(CaseWithdrawn(reason="Cafe\u0301 𠮷·示例"))
    assert "Café 𠮷·示例".encode() in made.private


@pytest.mark.parametrize(
    ("event", "kept"),
    [
        (lambda n: CasePreReviewed(verdicts={"m" * n: "pass"}), entries.ENTRY_BYTES_MAX),
        (lambda n: CaseWithdrawn(reason="x" * n), entries.PRIVATE_BYTES_MAX),
    ],
    ids=["the entry", "the private part"],
)
def test_what_is_too_long_for_the_log_is_refused(event, kept):
    assert built(event(kept - 1000))
    with pytest.raises(Invalid) as caught:
        built(event(kept))
    assert caught.value.code == "entry_too_large"


@pytest.mark.parametrize("value", [2**53, -(2**53), 1.5, 1e30, {"a": [{"b": 2**60}]}])
def test_numbers_that_other_readers_cannot_hold_are_refused(value):
    with pytest.raises(Invalid) as caught:
        entries._canonical({"x": value})
    assert caught.value.code == "number_unsignable"


@pytest.mark.parametrize("value", [2**53 - 1, 1 - 2**53, "9007199254740993", ":9007199254740993", ",1.5", {"a": [1]}])
def test_numbers_within_and_digits_in_texts_are_written(value):
    assert json.loads(entries._canonical({"x": value})) == {"x": value}


def test_an_event_with_a_number_too_large_is_refused():
    with pytest.raises(Invalid):
        built(PaperReprinted(paper="p", copy=2**60, reason="缺墨"))


@pytest.mark.parametrize("number", [0.5, -1.5, 1e22, 2.5e-07, 2**53, -(2**53), 10**30])
@pytest.mark.parametrize("place", [lambda n: {"a": n}, lambda n: {"a": [1, n]}, lambda n: {"a": [n, "x"], "b": ""}])
def test_a_number_that_two_machines_may_write_differently_is_found_wherever_it_stands(number, place):
    with pytest.raises(Invalid) as caught:
        entries._canonical(place(number))
    assert caught.value.code == "number_unsignable"


def test_what_only_looks_like_such_a_number_is_signed():
    value = {"t": "2026-11-28T07:11:02.877+08:00", "text": "a:1.5e3 b,0.25", "n": 2**53 - 1}
    assert entries._canonical(value) == json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
