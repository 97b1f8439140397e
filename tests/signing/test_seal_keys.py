"""Keys of seals: encrypted where they lie, bound to what the log names, wiped for good."""

import random

import pytest
from nacl.signing import VerifyKey

from appliance.errors import Conflict, NotFound
from appliance.signing.seal_keys import STORAGE_KEY, SealKeys

NO = "YZ20261001"


@pytest.fixture
def chance():
    return random.Random(5).randbytes


def test_a_key_signs_and_lies_encrypted(tmp_path, chance):
    keys = SealKeys(tmp_path / "seals")
    public = keys.make(NO, 1, chance)
    VerifyKey(bytes.fromhex(public)).verify(b"text", keys.sign(NO, 1, public, b"text"))
    stored = (tmp_path / "seals" / f"{NO}.1").read_bytes()
    seed = keys._key(NO, 1).encode()
    assert seed not in stored
    assert seed.hex().encode() not in stored
    for path in (tmp_path / "seals").iterdir():
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_making_that_was_cut_off_keeps_its_key(tmp_path, chance):
    first = SealKeys(tmp_path).make(NO, 1, chance)
    assert SealKeys(tmp_path).make(NO, 1, chance) == first
    assert SealKeys(tmp_path).make(NO, 2, chance) != first


def test_without_the_storage_key_or_with_another_nothing_is_signed(tmp_path, chance):
    keys = SealKeys(tmp_path)
    public = keys.make(NO, 1, chance)
    (tmp_path / STORAGE_KEY).write_bytes(bytes(32))
    with pytest.raises(NotFound, match="没有印章"):
        keys.sign(NO, 1, public, b"text")
    with pytest.raises(NotFound):
        SealKeys(tmp_path / "elsewhere").sign(NO, 1, public, b"text")


def test_another_key_than_the_log_names_is_refused(tmp_path, chance):
    keys = SealKeys(tmp_path)
    keys.make(NO, 1, chance)
    with pytest.raises(Conflict, match="不一致"):
        keys.sign(NO, 1, keys.make(NO, 2, chance), b"text")


def test_wiping_takes_every_version_of_one_seal(tmp_path, chance):
    keys = SealKeys(tmp_path)
    for version in (1, 2):
        keys.make(NO, version, chance)
    keys.make("YZ20261002", 1, chance)
    keys.wipe(NO)
    keys.wipe(NO)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["YZ20261002.1", STORAGE_KEY]
