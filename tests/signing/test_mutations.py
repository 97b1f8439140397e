"""Changed, cut, swapped, forged: of thousands of codes and files that were tampered with, none is accepted."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest

from appliance.errors import HallmarkError
from appliance.signing import base45
from appliance.signing.authority import check_credential
from appliance.signing.code import PREFIX
from appliance.signing.pdf import check_pdf, sign_pdf

ALPHABET = base45.ALPHABET.decode()


def flipped_text(random, code, _signers, _strangers):
    place = random.randrange(len(PREFIX), len(code))
    return code[:place] + random.choice(ALPHABET.replace(code[place], "")) + code[place + 1 :]


def flipped_bit(random, code, _signers, _strangers):
    message = bytearray(base45.decode(code.removeprefix(PREFIX)))
    message[random.randrange(len(message))] ^= 1 << random.randrange(8)
    return PREFIX + base45.encode(bytes(message))


def cut(random, code, _signers, _strangers):
    return code[: random.randrange(len(code))]


def swapped(random, code, _signers, _strangers):
    message = base45.decode(code.removeprefix(PREFIX))
    first, second = sorted(random.sample(range(len(message)), 2))
    changed = bytearray(message)
    changed[first], changed[second] = changed[second], changed[first]
    return PREFIX + base45.encode(bytes(changed) if changed != message else bytes(changed) + b"\x00")


def another_holder(random, code, signers, _strangers):
    """Replay for another holder: the name inside is replaced by one of the same length."""
    message = base45.decode(code.removeprefix(PREFIX))
    other = "".join(random.choice("张王李赵刘陈杨黄") for _ in range(9)).encode()
    return PREFIX + base45.encode(message.replace("示范区老街小面馆".encode(), other[:24]))


def by_a_stranger(random, _code, signers, strangers):
    key, code_key = random.choice(
        [(strangers.key, None), (strangers.key, strangers.credential.code), (signers.key, strangers.credential.code)]
    )
    return signers.code(key=key, code_key=code_key, number=f"JY{random.randrange(10**14):014d}")


def outside_the_certificate(random, _code, signers, _strangers):
    said = check_credential(signers.credential, signers.key.public_bytes)
    seconds = random.randrange(1, 10**8)
    late = random.random() < 0.5
    moment = said.ends + timedelta(seconds=seconds) if late else said.starts - timedelta(seconds=seconds)
    return signers.code(issued_at=moment)


MUTATIONS = (flipped_text, flipped_bit, cut, swapped, another_holder, by_a_stranger, outside_the_certificate)


@pytest.mark.programme("licence-mutations")
def test_no_changed_code_or_file_is_accepted(programme, signers, strangers, small_pdf):
    code, reader = signers.code(), signers.reader()
    signed = sign_pdf(small_pdf, signers.key, signers.credential, signers.now)
    forged = sign_pdf(small_pdf, strangers.key, strangers.credential, signers.now)
    assert reader.read(code)
    assert check_pdf(signed, [signers.authority])
    seen = Counter()
    for number in programme:
        random = Random(f"mutation {number}")
        if number % 4:
            mutate = random.choice(MUTATIONS)
            tampered = mutate(random, code, signers, strangers)
            with pytest.raises(HallmarkError) as refused:
                reader.read(tampered)
        else:
            mutate = random.choice((flip_file, cut_file, append_file, strange_file))
            body = mutate(random, signed, forged)
            with pytest.raises(HallmarkError) as refused:
                check_pdf(body, [signers.authority])
        seen[mutate.__name__] += 1
        assert any("\u4e00" <= one <= "\u9fff" for one in refused.value.text())
    assert reader.read(code)
    assert len(seen) > 8


def flip_file(random, signed, _forged):
    body = bytearray(signed)
    body[random.randrange(len(body))] ^= 1 << random.randrange(8)
    return bytes(body)


def cut_file(random, signed, _forged):
    return signed[: random.randrange(len(signed))]


def append_file(random, signed, _forged):
    return signed + random.randbytes(random.randrange(1, 40))


def strange_file(_random, _signed, forged):
    return forged
