"""A city's document authority, a hall's key with its certificates, and what they sign; strangers beside them."""

from dataclasses import dataclass
from datetime import date, datetime
from random import Random

import pytest
import typst

from appliance.clock import SHANGHAI
from appliance.signing.authority import create_authority, issue
from appliance.signing.code import CodeReader, write_code
from appliance.signing.keys import DocumentKey
from appliance.signing.values import LicenceClaims

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)
IDENTIFIER = "1.2.156.3005.2.11420199MBDEM004XU002.11420199MBDEM004XU.2026A1B2C3D4E5F6G7H8.001.1"


@dataclass
class Signers:
    authority_key: DocumentKey
    authority: bytes
    key: DocumentKey
    credential: object
    now: datetime

    def reader(self):
        return CodeReader([self.authority_key.public])

    def code(self, key=None, code_key=None, **changes):
        return write_code(claims(**changes), key or self.key, code_key or self.credential.code)


def claims(**changes):
    return LicenceClaims(
        **{
            "identifier": IDENTIFIER,
            "number": "JY14201990000013",
            "type_name": "食品经营许可证",
            "issuer": "示范区市场监督管理局",
            "holder": "示范区老街小面馆",
            "holder_code": "92420********T3X",
            "valid_from": date(2026, 11, 23),
            "valid_to": date(2031, 11, 22),
            "issued_at": NOW,
            "digest": bytes(range(16)),
            **changes,
        }
    )


def make_signers(label, *, hall="42019901", city="demo", now=NOW):
    random = Random(label)
    authority_key, key = DocumentKey(random.randbytes(32)), DocumentKey(random.randbytes(32))
    authority = create_authority(authority_key, city=city, now=now, random=random.randbytes)
    credential = issue(
        authority_key,
        authority,
        hall=hall,
        name="示范区政务服务大厅",
        public=key.public_bytes,
        now=now,
        random=random.randbytes,
    )
    return Signers(authority_key, authority, key, credential, now)


@pytest.fixture(scope="session")
def small_pdf():
    return typst.compile(b"#set page(width: 9cm, height: 5cm)", format="pdf", pdf_standards=["a-2b"])


@pytest.fixture(scope="session")
def signers():
    return make_signers("city")


@pytest.fixture(scope="session")
def strangers():
    return make_signers("stranger")


@pytest.fixture(scope="session")
def licence_claims():
    return claims
