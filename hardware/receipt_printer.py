"""Receipt printers 小票打印机: 80 mm paper, ESC/POS through python-escpos.

A slip goes to the printer as dots, not as characters: the papers' renderer draws it with its own fonts, so a name
prints as the screen shows it and no printer's code page decides which characters exist. Where a printer stands is one
address of the settings: ``tcp://192.168.1.50:9100``, ``usb://04b8:0e15``, ``file:///dev/usb/lp0``.
"""

import io
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

from escpos.exceptions import Error as EscposError
from escpos.printer import Dummy, Usb
from PIL import Image

DOTS_PER_INCH: Final = 203.2
"""Eight dots a millimetre, as 80 mm printers have."""
HEAD_DOTS: Final = 576
"""Width of the print head: 72 of the 80 mm."""
BLACK_BELOW: Final = 140
"""Grey of 255 under which a dot is printed; thin strokes of small Chinese type stay whole."""
TIMEOUT_SECONDS: Final = 5
PORT: Final = 9100
BAND_ROWS: Final = 256
"""Rows in one command; small buffers of cheap printers take no more."""


class PrinterFault(Exception):
    """The slip did not come out; `reason` is ``address``, ``unreachable`` or ``picture``, `detail` what was said."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class ReceiptPrinter(Protocol):
    """A port: whatever prints a slip."""

    def print_slip(self, pictures: Sequence[bytes]) -> None:
        """Print a slip and cut it; raises PrinterFault when it cannot be sent whole."""
        ...


def dots(png: bytes) -> Image.Image:
    """Turn a picture 80 mm wide into the dots of the print head: black or not, without the paper's margins.

    Args:
        png: the slip, rendered at `DOTS_PER_INCH`.

    Raises:
        PrinterFault: it is no picture, or narrower than the print head.
    """
    try:
        grey = Image.open(io.BytesIO(png)).convert("L")
    except OSError as error:
        raise PrinterFault("picture", str(error)) from error
    margin = (grey.width - HEAD_DOTS) // 2
    if margin < 0:
        raise PrinterFault("picture", f"{grey.width} dots are narrower than {HEAD_DOTS}")
    inner = grey.crop((margin, 0, margin + HEAD_DOTS, grey.height))
    return inner.point(lambda value: 0 if value < BLACK_BELOW else 255).convert("1", dither=Image.Dither.NONE)


def escpos_bytes(pictures: Sequence[bytes]) -> bytes:
    """Give what the printer is sent: start anew, the dots in bands, feed and cut; whole before any is sent."""
    page = Dummy()
    page.profile.profile_data["media"] = {"width": {"mm": 80, "pixels": HEAD_DOTS}}
    page.hw("INIT")
    for png in pictures:
        page.image(dots(png), impl="bitImageRaster", fragment_height=BAND_ROWS)
    page.cut()
    return bytes(page.output)


def _to_network(address: str, data: bytes) -> None:
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname or "", parts.port or PORT), TIMEOUT_SECONDS) as connection:
        connection.sendall(data)


def _to_usb(address: str, data: bytes) -> None:
    vendor, _, product = urlsplit(address).netloc.partition(":")
    device = Usb(int(vendor, 16), int(product, 16), timeout=TIMEOUT_SECONDS * 1000)
    device.open()
    try:
        device._raw(data)  # noqa: SLF001 - python-escpos's own way to send bytes that are made already
    finally:
        device.close()


def _to_file(address: str, data: bytes) -> None:
    with Path(urlsplit(address).path).open("wb", buffering=0) as device:
        device.write(data)


_SENDERS: dict[str, Callable[[str, bytes], None]] = {"tcp": _to_network, "usb": _to_usb, "file": _to_file}


def address_problem(address: str) -> str:
    """Say what is wrong with a printer's address in the settings; empty when nothing is."""
    try:
        parts = urlsplit(address)
        known = parts.scheme in _SENDERS
        whole = bool(parts.path.strip("/")) if parts.scheme == "file" else bool(parts.netloc)
        if parts.scheme == "tcp":
            whole = whole and bool(parts.hostname) and parts.port != 0
        if parts.scheme == "usb":
            vendor, _, product = parts.netloc.partition(":")
            whole = len(vendor) == len(product) == 4 and int(vendor + product, 16) >= 0  # noqa: PLR2004 - USB ids
    except ValueError:
        return address
    return "" if known and whole else address or "?"


@dataclass(frozen=True, slots=True)
class EscposPrinter:
    """A printer at an address of the settings; opened for each slip, so that one switched off and on again works."""

    address: str

    def print_slip(self, pictures: Sequence[bytes]) -> None:
        """Send a slip whole and cut it.

        Raises:
            PrinterFault: the address is wrong, nothing answers there, or it did not take the whole slip.
        """
        if address_problem(self.address):
            raise PrinterFault("address", self.address)
        data = escpos_bytes(pictures)
        try:
            _SENDERS[urlsplit(self.address).scheme](self.address, data)
        except (EscposError, OSError) as error:
            raise PrinterFault("unreachable", f"{type(error).__name__}: {error}") from error
