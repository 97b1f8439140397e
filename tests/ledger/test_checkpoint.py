import pytest

from appliance.ledger.checkpoint import (
    Checkpoint,
    append_lines,
    cosign,
    open_checkpoint,
    parse_decimal,
    sign_checkpoint,
    verify_cosignature,
)
from appliance.ledger.failure import Malformed, SignatureError
from appliance.ledger.merkle import EMPTY_ROOT, TREE_SIZE_MAX, leaf_hash
from appliance.ledger.note import open_note, sign_note
from appliance.ledger.signer import SEED_BYTES, Cosigner, LogSigner, create_seed

ORIGIN = "wuhan-demo/42019901/h2c/e1"
LOG = LogSigner(ORIGIN, bytes([1]) * 32)
CITY = Cosigner("wuhan-demo/city", bytes([2]) * 32, lambda: 1_790_000_000)
HEAD = Checkpoint(ORIGIN, 3, leaf_hash(b"three"))


def test_a_checkpoint_is_signed_and_read_back():
    note = sign_checkpoint(HEAD, LOG)
    assert note.decode().startswith(HEAD.body() + "\n— " + ORIGIN + " ")
    assert open_checkpoint(note, LOG.verifier) == HEAD
    assert Checkpoint.parse(HEAD.body()) == HEAD


def test_a_checkpoint_belongs_to_the_log_that_signs_it():
    other = LogSigner("wuhan-demo/42019901/c2h/e1", bytes([1]) * 32)
    with pytest.raises(SignatureError):
        sign_checkpoint(HEAD, other)
    stolen = sign_note(HEAD.body(), other)
    assert open_note(stolen, [other.verifier])
    with pytest.raises(SignatureError):
        open_checkpoint(stolen, other.verifier)
    with pytest.raises(SignatureError):
        open_checkpoint(sign_checkpoint(HEAD, LOG), other.verifier)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "\n3\n{root}\n",
        "o\n3\n{root}",
        "o\n3\n{root}\nextension\n",
        "o\n03\n{root}\n",
        "o\n-3\n{root}\n",
        "o\n+3\n{root}\n",
        "o\n３\n{root}\n",
        "o\n\n{root}\n",
        "o\n3 \n{root}\n",
        "o\n9223372036854775808\n{root}\n",
        "o\n0\n{root}\n",
        "o\n3\nAAAA\n",
        "o\n3\n!\n",
        "o\n3\n\n",
    ],
)
def test_malformed_checkpoints(body):
    root = HEAD.body().split("\n")[2]
    assert Checkpoint.parse(f"o\n3\n{root}\n").size == 3
    with pytest.raises(Malformed):
        Checkpoint.parse(body.format(root=root))


def test_the_empty_log_has_the_empty_root():
    empty = Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    assert open_checkpoint(sign_checkpoint(empty, LOG), LOG.verifier) == empty


def test_numbers_are_read_in_one_form_only():
    assert [parse_decimal(text) for text in ("0", "7", "10", str(TREE_SIZE_MAX))] == [0, 7, 10, TREE_SIZE_MAX]
    for text in ("", "00", "1_0", "²", " 1", "1e3", str(TREE_SIZE_MAX + 1), "9" * 5000):
        with pytest.raises(Malformed):
            parse_decimal(text)


def test_a_cosignature_holds_for_its_checkpoint_key_and_time_only():
    line = cosign(HEAD, CITY)
    assert verify_cosignature(HEAD, line, CITY.verifier) == 1_790_000_000
    assert verify_cosignature(HEAD, line.rstrip("\n"), CITY.verifier) == 1_790_000_000
    grown = Checkpoint(ORIGIN, 4, HEAD.root)
    someone = Cosigner("wuhan-demo/city", bytes([3]) * 32, lambda: 1_790_000_000)
    for checkpoint, key in ((grown, CITY.verifier), (HEAD, someone.verifier), (HEAD, LOG.verifier)):
        with pytest.raises(SignatureError):
            verify_cosignature(checkpoint, line, key)
    with pytest.raises(Malformed):
        verify_cosignature(HEAD, line + line, CITY.verifier)


def test_cosignatures_are_added_to_the_note_once():
    note = sign_checkpoint(HEAD, LOG)
    line = cosign(HEAD, CITY)
    both = append_lines(note, line)
    assert both == note + line.encode()
    assert append_lines(both, line) == both
    assert open_checkpoint(both, LOG.verifier) == HEAD
    assert len(open_note(both, [LOG.verifier, CITY.verifier]).signatures) == 2


def test_keys_come_from_given_randomness_and_never_show_themselves():
    asked = []

    def random(count):
        asked.append(count)
        return bytes(range(count))

    seed = create_seed(random)
    assert asked == [SEED_BYTES]
    signer = LogSigner("log", seed)
    cosigner = Cosigner("city", seed, lambda: 0)
    assert signer.alg == cosigner.alg == "ed25519"
    for shown in (repr(signer), repr(cosigner)):
        assert seed.hex() not in shown
    with pytest.raises(Malformed):
        create_seed(lambda _: b"short")
    for wrong in (b"", bytes(31), bytes(64)):
        with pytest.raises(Malformed):
            LogSigner("log", wrong)
        with pytest.raises(Malformed):
            Cosigner("log", wrong, lambda: 0)
    with pytest.raises(Malformed):
        Cosigner("city", seed, lambda: -1).sign_text("x\n")
