"""Administrative division codes (行政区划代码, GB/T 2260): Wuhan's districts, the demo district, provinces.

Streets have 9 and villages or communities 12 digits; functional zones with halls of their own have no national code,
so a hall may configure a local one (domain §3.3).
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from appliance.domain.identifiers.notice import half_width
from appliance.errors import N_, Invalid

HUBEI = "420000"
WUHAN = "420100"
DEMO = "420199"
DISTRICTS: Mapping[str, str] = MappingProxyType(
    {
        "420102": "江岸区",
        "420103": "江汉区",
        "420104": "硚口区",
        "420105": "汉阳区",
        "420106": "武昌区",
        "420107": "青山区",
        "420111": "洪山区",
        "420112": "东西湖区",
        "420113": "汉南区",
        "420114": "蔡甸区",
        "420115": "江夏区",
        "420116": "黄陂区",
        "420117": "新洲区",
    }
)
NAMES: Mapping[str, str] = MappingProxyType(
    {HUBEI: "湖北省", WUHAN: "武汉市", "420101": "市辖区", **DISTRICTS, DEMO: "示范区（虚构）"}
)
# By the first digit's region: north, north-east, east, centre and south, south-west, north-west, and beyond.
_REGIONS = (range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66), (71, 81, 82))
PROVINCES = frozenset(str(code) for region in _REGIONS for code in region)
CODE = re.compile(r"[0-9]{6}|[0-9]{9}|[0-9]{12}")
LOCAL_CODE = re.compile(r"[0-9]{4}[0-9A-Z]{2}")


def area_name(code: str) -> str:
    """Give the Chinese name of a code of Wuhan (or of the street's or village's district), else an empty string."""
    return NAMES.get(code[:6], "")


def is_doubtful(code: str) -> bool:
    """Tell whether six digits name no known province, or in Wuhan no known district.

    Never a reason to refuse a person: a code may be abolished today or younger than the birth (domain §3.1). Outside
    Wuhan only the province is known here.
    """
    if code.startswith(WUHAN[:4]):
        return code not in NAMES
    return code[:2] not in PROVINCES


def check(text: str, *, local_codes: frozenset[str] = frozenset()) -> str:
    """Check an area code: 6, 9 or 12 digits, or a local code from the hall's settings.

    Raises:
        Invalid: ``area_code`` for another form; ``area_unknown`` for a Wuhan code that is no district.
    """
    code = half_width(text, subject="area_code", label=N_("行政区划代码")).upper()
    if code in local_codes and LOCAL_CODE.fullmatch(code):
        return code
    if not CODE.fullmatch(code):
        raise Invalid(
            N_("行政区划代码应为6位、9位或12位数字，填的是“%(given)s”"),
            code="area_code",
            subject="area_code",
            params={"given": code},
        )
    if is_doubtful(code[:6]):
        raise Invalid(
            N_("没有代码为 %(given)s 的行政区划"), code="area_unknown", subject="area_code", params={"given": code[:6]}
        )
    return code
