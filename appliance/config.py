"""Settings of a hall and of the city: one TOML file each, read into frozen structs; units stand in the names.

No secret belongs here: keys are 0600 files in the data directory.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import msgspec

from appliance.errors import N_, Invalid

HALL_FILE = "hall.toml"
CITY_FILE = "city.toml"


class Remedy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where review and suit are sought (domain §2.7); the court is by designation and therefore a setting."""

    review_body: str
    court: str


class HallConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of one hall.

    Attributes:
        city: short name of the city in log origins.
        area: six-digit area code 区划, or a configured local code.
        hall: two-digit number of the hall in its area.
        name: full name as printed on papers.
        short_name: name for the top bar.
        address: where the hall is.
        hours: office hours as printed on papers.
        consult_phone: 咨询电话.
        supervision_phone: 监督投诉电话.
        remedy: review body and court.
        city_url: base address of the city's server.
        port: port of the pages on the loopback address.
        windows: window numbers that exist here.
        shelves: places for results 取件柜位, each a range of codes such as ``A-01..A-60``, or one code.
        journal_dir: directory of the journal, on a second device where there is one; empty for the data directory.
        sync_interval_seconds: pause between two syncs that succeeded.
        sweep_interval_seconds: pause between two deadline sweeps.
        render_idle_seconds: after this long without work the paper renderer ends.
        upload_bytes_max: largest file that a window may upload.
        receipt_printers: address of the 80 mm printer of each window, by its number, and of each terminal, by its
            address: ``tcp://HOST:9100``, ``usb://VVVV:PPPP``, ``file:///DEVICE``.
        bundle_folders: folders beside ``bundles/inbox`` in which bundles are looked for, such as a stick's mount point.
        kiosks: network addresses of the self-service terminals and calling screens, as this server sees its peer (no
            forwarded header is believed); nowhere else can anybody apply or draw a ticket without a window. Empty: no
            terminal. The loopback address makes every browser of this machine one.
    """

    city: str
    area: str
    hall: str
    name: str
    short_name: str
    address: str
    hours: str
    consult_phone: str
    supervision_phone: str
    remedy: Remedy
    city_url: str = "http://127.0.0.1:8700"
    port: int = 8600
    windows: tuple[str, ...] = ("01", "02", "03", "04", "05", "06")
    shelves: tuple[str, ...] = ("A-01..A-60", "B-01..B-60", "C-01..C-60")
    journal_dir: str = ""
    sync_interval_seconds: int = 5
    sweep_interval_seconds: int = 300
    render_idle_seconds: int = 60
    upload_bytes_max: int = 50 * 1024 * 1024
    receipt_printers: dict[str, str] = {}
    bundle_folders: tuple[str, ...] = ()
    kiosks: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """Area and hall number together, as in origins and case numbers."""
        return f"{self.area}{self.hall}"

    @property
    def shelf_places(self) -> tuple[str, ...]:
        """Every place for a result, in the order in which free ones are given; raises Invalid for a bad range."""
        return _places(self.shelves)

    def origin(self, direction: str, epoch: int) -> str:
        """Name a log: direction ``h2c`` or ``c2h`` (protocol §1)."""
        return f"{self.city}/{self.code}/{direction}/e{epoch}"


RANGE = re.compile(r"([0-9A-Z-]{0,17}?)([0-9]{1,3})\.\.([0-9A-Z-]{0,17}?)([0-9]{1,3})")


def places_of(text: str) -> tuple[str, ...]:
    """Give the codes of one range of places, ``A-01..A-60``, or the single code; raises Invalid."""
    if ".." not in text:
        return (text,)
    match = RANGE.fullmatch(text)
    if match is None or match[1] != match[3] or len(match[2]) != len(match[4]) or int(match[2]) > int(match[4]):
        raise Invalid(
            N_("柜位的范围写成 A-01..A-60 这样，读到的是“%(text)s”"),
            code="shelf_range",
            params={"text": text},
            next_step=N_("请改正 hall.toml 的 shelves"),
        )
    width = len(match[2])
    return tuple(f"{match[1]}{number:0{width}d}" for number in range(int(match[2]), int(match[4]) + 1))


@lru_cache(maxsize=8)
def _places(shelves: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for text in shelves for code in places_of(text)))


class CityPerson(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One person of the city's operations: staff number, name, role codes."""

    id: str
    name: str
    roles: tuple[str, ...]
    windows: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    disabled: bool = False


class CityConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of the city's server.

    Attributes:
        city: short name of the city in log origins.
        name: full name for pages and tickets.
        port: port on the loopback address.
        lease_days: how long a hall may work alone after its last contact.
        people: who may sign in at the city.
        silence_seconds: a hall that has not been heard of for this long is shown as silent.
        link_port: port on which halls call over TLS with their certificates; 0: none, and halls on this machine alone
            call the pages' port.
        link_address: address of this machine on which that port listens.
        link_hosts: names and IP addresses under which halls call, as they stand in the city's certificate.
        bundle_folders: folders beside ``bundles/inbox`` in which bundles are looked for, such as a stick's mount point.
    """

    city: str
    name: str
    port: int = 8700
    people: tuple[CityPerson, ...] = ()
    lease_days: int = 35
    silence_seconds: int = 600
    link_port: int = 0
    link_address: str = "0.0.0.0"  # noqa: S104 - halls are other machines; each request needs a hall's certificate
    link_hosts: tuple[str, ...] = ()
    bundle_folders: tuple[str, ...] = ()


Config = TypeVar("Config", HallConfig, CityConfig)


def load(path: Path, kind: type[Config]) -> Config:
    """Read a settings file.

    Args:
        path: the TOML file.
        kind: `HallConfig` or `CityConfig`.

    Raises:
        Invalid: the file is missing, is not TOML, or a setting is unknown, missing or of the wrong kind; the message
            names it.
    """
    try:
        return msgspec.toml.decode(path.read_bytes(), type=kind)
    except FileNotFoundError as error:
        raise Invalid(
            N_("没有找到设置文件 %(file)s"),
            code="config_missing",
            params={"file": path.name},
            next_step=N_("请确认数据目录，或先初始化"),
        ) from error
    except msgspec.MsgspecError as error:
        raise Invalid(
            N_("设置文件 %(file)s 有误：%(reason)s"),
            code="config_invalid",
            params={"file": path.name, "reason": str(error)},
            next_step=N_("请按提示改正后重试"),
        ) from error


def dump(config: HallConfig | CityConfig) -> str:
    """Write settings as TOML."""
    return msgspec.toml.encode(config).decode()
