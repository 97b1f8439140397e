"""What is wrong with a bundle, or with the medium, is said in words, and nothing of it is taken in."""

import dataclasses
import importlib.util
from pathlib import Path
from random import Random

import msgspec
import pytest

from appliance.errors import Conflict, HallmarkError, IntegrityFailure, Invalid, NotFound, OutOfSpace, Refusal
from appliance.ledger.signer import LogSigner
from sync.carried import volume, writing
from sync.carried.hall_side import look_at
from sync.carried.volume import PAYLOAD_BYTES_MAX, VOLUME_BYTES_MAX, Member
from sync.hub import carried
from sync.messages import log_hash

SPEC = importlib.util.spec_from_file_location("sync_world", Path(__file__).with_name("conftest.py"))
place = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(place)
entries, make_world, Stick = place.entries, place.make_world, place.Stick


def test_a_bundle_for_somebody_else_cannot_be_opened(world, stick, tmp_path):
    other = make_world(tmp_path / "other")
    try:
        target, _ = Stick(other, tmp_path / "their-stick").hall_out()
        with pytest.raises(Refusal) as refused:
            stick.city_in(target)
        assert refused.value.code == "wrong_recipient"
        with pytest.raises(Refusal) as refused:
            stick.hall_in(target)
        assert refused.value.code == "wrong_recipient"
    finally:
        other.close()


def forged(world, stick, *, direction="h2c", signer=None, pieces=(), **names):
    """A bundle to this city and hall that says other things than it should."""
    ticket = msgspec.structs.replace(world.trust.ticket, **names)
    sender = writing.Sender(
        trust=dataclasses.replace(world.trust, ticket=ticket),
        signer=signer or world.keys.hall,
        identity=world.keys.bundle,
        recipient=world.trust.keys.bundle_key,
        folder=stick.folder,
        clock=world.clock,
    )
    target = stick.name()
    writing.write_bundle(sender, writing.Contents(direction, 0, 0), lambda _: pieces, target)
    return target


@pytest.mark.parametrize(
    ("names", "code", "says"),
    [
        ({"city": "elsewhere"}, "wrong_hall", "elsewhere/42019901"),
        ({"area": "420198"}, "unknown_hall", "42019801"),
        ({"epoch": 2}, "wrong_epoch", "第 2 纪元"),
    ],
)
def test_another_city_hall_or_epoch_is_named(world, stick, names, code, says):
    with pytest.raises(Refusal) as refused:
        stick.city_in(forged(world, stick, **names))
    assert refused.value.code == code
    assert says in refused.value.text()
    if code != "unknown_hall":
        with pytest.raises(Refusal) as refused:
            stick.hall_in(forged(world, stick, direction="c2h", **names))
        assert refused.value.code == code
    with pytest.raises(Refusal) as refused:
        stick.hall_in(forged(world, stick, area="420198"))
    assert refused.value.code == "wrong_hall"


def test_the_wrong_way_round_is_said(world, stick):
    world.write()
    up, _ = stick.hall_out()
    down, _ = stick.city_out()
    for carry, path in ((stick.hall_in, up), (stick.city_in, down)):
        with pytest.raises(Refusal) as refused:
            carry(path)
        assert refused.value.code == "wrong_direction"
    assert look_at(world.hall, up, stick.folder).direction == "h2c"
    assert carried.look_at(world.hub, down).direction == "c2h"


def test_a_manifest_signed_by_another_key_is_no_manifest(world, stick):
    stranger = LogSigner(world.keys.hall.verifier.name, b"7" * 32)
    with pytest.raises(IntegrityFailure) as refused:
        stick.city_in(forged(world, stick, signer=stranger))
    assert refused.value.code == "bad_manifest"


def test_members_ask_only_for_what_a_bundle_may_carry(world, stick, tmp_path):
    """A route that is not for bundles, another hall's log, and a path out of the folder change nothing."""
    world.write()
    other = log_hash("demo/42019902/h2c/e1")
    odd = [
        Member("POST", "/v1/enrol", {}, b"x"),
        Member("POST", f"/v1/log/{other}/append", {}, b"x"),
        Member("POST", f"/v1/log/{log_hash(world.c2h)}/append", {}, b"x"),
        Member("PUT", "/v1/blob/../../etc/passwd", {}, b"x"),
        Member("PUT", f"/v1/blob/{'0' * 64}/0", {"x-blob-size": "1"}, b"x"),
        Member("GET", f"/v1/log/{log_hash(world.h2c)}/checkpoint"),
    ]
    (received,) = stick.city_in(forged(world, stick, pieces=[writing.Piece(member) for member in odd]))
    assert (received.taken, received.files, received.size) == (0, 0, 0)
    assert received.refused
    with pytest.raises(IntegrityFailure):
        stick.hall_in(forged_answer(world, stick, [writing.Piece(Member("POST", "/v1/enrol", {}, b"x"))]))
    assert not list((world.city_directory / "enrol").glob("*/x"))


def forged_answer(world, stick, pieces):
    keyring = world.hub.keyring
    sender = writing.Sender(
        world.trust, keyring.ticket, keyring.bundle, world.trust.ticket.hall_bundle_key, stick.folder, world.clock
    )
    target = stick.name()
    writing.write_bundle(sender, writing.Contents("c2h", 0, 0), lambda _: pieces, target)
    return target


@pytest.mark.programme("bundle-damage")
def test_a_bundle_cut_off_or_changed_anywhere_is_refused_whole(programme, tmp_path):
    world = make_world(tmp_path / "world")
    try:
        stick = Stick(world, tmp_path / "stick")
        world.write(cases=2, blobs=(world.blob(70_000),))
        up, _ = stick.hall_out()
        down, _ = stick.city_out()
        (control,) = stick.city_in(up)
        assert control.complete
        held = [entries(world.store, world.c2h), entries(world.hub.store, world.h2c)]
        for number in programme:
            random = Random(number)
            path, carry = random.choice(((up, stick.city_in), (down, stick.hall_in)))
            content = path.read_bytes()
            damaged = damage(content, random)
            if damaged == content:
                continue
            wrong = stick.folder / "damaged.hmb"
            wrong.write_bytes(damaged)
            with pytest.raises(HallmarkError) as refused:
                carry(wrong)
            assert refused.value.code in {"bundle_damaged", "not_a_bundle", "wrong_recipient"}, number
            assert refused.value.next_step
        assert held == [entries(world.store, world.c2h), entries(world.hub.store, world.h2c)]
    finally:
        world.close()


def damage(content, random):
    place = random.randrange(len(content))
    match random.choice(("flip", "cut", "swap", "drop", "more")):
        case "flip":
            return content[:place] + bytes([content[place] ^ 1 << random.randrange(8)]) + content[place + 1 :]
        case "cut":
            return content[:place]
        case "swap":
            other = random.randrange(len(content))
            changed = bytearray(content)
            changed[place], changed[other] = changed[other], changed[place]
            return bytes(changed)
        case "drop":
            return content[:place] + content[place + 1 :]
    return content + random.randbytes(9)


# ---- a stick that is full or pulled out ----


def test_an_export_goes_on_behind_the_volumes_that_stand_there(world, stick, monkeypatch):
    monkeypatch.setattr(writing, "VOLUME_BYTES_MIN", 1)
    for number in range(4):
        world.write(blobs=(world.blob(2**20, f"scan{number}"),))
    true, sealed = writing.Payload.write, []

    def pulled_out(self, note, target, recipients):
        if len(sealed) == 2:
            raise OutOfSpace("medium", code="medium_failed")
        sealed.append(target.name)
        true(self, note, target, recipients)

    monkeypatch.setattr(writing.Payload, "write", pulled_out)
    target = stick.folder / "one.hmb"
    with pytest.raises(OutOfSpace):
        stick.hall_out("one.hmb", volume_bytes_max=1_500_000)
    assert [path.name for path in sorted(stick.folder.iterdir())] == ["one.hmb", "one.hmb.002"]
    kept = target.read_bytes()
    monkeypatch.setattr(writing.Payload, "write", true)
    world.write(cases=2)  # the hall went on working meanwhile
    told = []
    _, exported = stick.hall_out("one.hmb", volume_bytes_max=1_500_000, tell=told.append)
    assert exported.resumed == 2
    assert target.read_bytes() == kept
    assert exported.size == 5  # what was begun is finished; the two come with the next one
    assert told[-1].files == 4
    received = stick.city_in(target)
    assert received[-1].complete
    assert sum(one.taken for one in received) == 5
    _, again = stick.hall_out("one.hmb", force=True)
    assert (again.size, again.resumed) == (7, 0)


def test_another_bundle_is_not_written_over_unasked(world, stick):
    world.write()
    stick.hall_out("same.hmb")
    world.write()
    with pytest.raises(Conflict, match=r"same\.hmb"):
        stick.hall_out("same.hmb")
    with pytest.raises(NotFound):
        stick.hall_out("no/such/folder.hmb")
    assert stick.hall_out("same.hmb", force=True)[1].size == 3


def test_a_volume_that_the_reader_would_not_open_is_not_begun(world, stick):
    world.write()
    assert VOLUME_BYTES_MAX < PAYLOAD_BYTES_MAX
    with pytest.raises(Invalid, match="4080 MB") as refused:
        stick.hall_out(volume_bytes_max=VOLUME_BYTES_MAX + 1)
    assert "volume" in refused.value.fields
    assert list(stick.folder.iterdir()) == []
    assert stick.hall_out(volume_bytes_max=VOLUME_BYTES_MAX)[1].size == 2


def test_a_volume_is_closed_at_the_members_that_a_reader_takes(world, stick, monkeypatch):
    for number in range(3):
        world.write(blobs=(world.blob(2_000, f"scan{number}"),))
    for module in (writing, volume):
        monkeypatch.setattr(module, "MEMBERS_MAX", 2)
    target, exported = stick.hall_out()
    assert len(exported.files) > 1
    received = stick.city_in(target)
    assert max(one.manifest.members for one in received) == 2
    assert received[-1].complete


class FullDisk:
    """An unlinked file on a disk that takes so many bytes, with the rest buffered until it is asked for."""

    def __init__(self, handle, room):
        self.handle, self.room = handle, room

    def write(self, content):
        self.room -= len(content)
        if self.room < 0:
            raise OSError(28, "No space left on device")
        return self.handle.write(content)

    def close(self):
        self.handle.close()
        raise OSError(28, "No space left on device")


def test_a_full_disk_of_the_machine_itself_says_so(world, stick, monkeypatch):
    world.write()
    true = volume.tempfile.TemporaryFile
    monkeypatch.setattr(volume.tempfile, "TemporaryFile", lambda **place: FullDisk(true(**place), 300))
    with pytest.raises(OutOfSpace, match="本机磁盘") as refused:
        stick.hall_out()
    assert refused.value.code == "spool_failed"
    assert list(stick.folder.iterdir()) == []


def test_a_full_medium_says_so_and_leaves_no_half_file(world, stick, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sync.carried.sealing.pyrage.encrypt_io", full)
    with pytest.raises(OutOfSpace) as refused:
        stick.hall_out()
    assert refused.value.code == "medium_failed"
    assert list(stick.folder.iterdir()) == []
