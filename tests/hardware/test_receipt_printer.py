"""The receipt printer: what is sent decodes to the slip that was drawn; a device that is away says so."""

import io
import socket
import threading

import pytest
from PIL import Image, ImageDraw

from hardware.receipt_printer import HEAD_DOTS, EscposPrinter, PrinterFault, address_problem, dots, escpos_bytes


def slip(width=640, height=600):
    """A drawn slip: a frame and a bar, so that a shifted or lost band is seen."""
    picture = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((40, 10, width - 41, height - 11), outline="black", width=4)
    draw.rectangle((100, 280, 300, 300), fill="black")
    held = io.BytesIO()
    picture.save(held, "PNG")
    return held.getvalue()


def decoded(data):
    """Read ESC/POS bytes as a printer does: start, raster bands (GS v 0), feed, cut; gives the printed dots."""
    assert data.startswith(b"\x1b@")
    at, bands, cuts = 2, [], 0
    while at < len(data):
        if data[at : at + 3] == b"\x1dv0":
            wide, rows = (int.from_bytes(data[at + 4 + 2 * n : at + 6 + 2 * n], "little") for n in (0, 1))
            body = data[at + 8 : at + 8 + wide * rows]
            bands.append(Image.frombytes("1", (wide * 8, rows), bytes(255 - one for one in body)))
            at += 8 + wide * rows
        elif data[at : at + 2] == b"\x1bd":
            at += 3
        elif data[at : at + 2] == b"\x1dV":
            cuts, at = cuts + 1, at + 3
        else:
            message = f"unknown command {data[at : at + 4]!r}"
            raise AssertionError(message)
    whole = Image.new("1", (bands[0].width, sum(band.height for band in bands)), 1)
    top = 0
    for band in bands:
        whole.paste(band, (0, top))
        top += band.height
    return whole, cuts


def test_what_is_sent_decodes_to_the_slip_and_is_cut_once():
    printed, cuts = decoded(escpos_bytes([slip()]))
    assert printed.size == (HEAD_DOTS, 600)
    assert printed.tobytes() == dots(slip()).tobytes()
    assert cuts == 1


def test_the_decoder_sees_a_lost_band():
    """The control."""
    whole, _ = decoded(escpos_bytes([slip()]))
    less, _ = decoded(escpos_bytes([slip(height=344)]))
    assert less.size != whole.size


@pytest.mark.parametrize("data", [b"no picture", slip(width=300)])
def test_what_is_no_slip_is_refused_before_anything_is_sent(data):
    with pytest.raises(PrinterFault) as caught:
        escpos_bytes([data])
    assert caught.value.reason == "picture"


def test_a_device_file_gets_the_slip(tmp_path):
    device = tmp_path / "lp0"
    device.touch()
    EscposPrinter(f"file://{device}").print_slip([slip()])
    assert device.read_bytes() == escpos_bytes([slip()])


def test_a_network_printer_gets_the_slip_whole():
    taken = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            connection, _ = server.accept()
            with connection:
                while block := connection.recv(65536):
                    taken.extend(block)

        thread = threading.Thread(target=serve)
        thread.start()
        EscposPrinter(f"tcp://127.0.0.1:{server.getsockname()[1]}").print_slip([slip()])
        thread.join(10)
    assert bytes(taken) == escpos_bytes([slip()])


def test_a_printer_that_is_away_is_told():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(PrinterFault) as caught:
        EscposPrinter(f"tcp://127.0.0.1:{port}").print_slip([slip()])
    assert caught.value.reason == "unreachable"


@pytest.mark.parametrize("address", ["", "lp0", "http://x", "tcp://", "usb://04b8", "usb://zzzz:0e15", "file://"])
def test_an_address_that_is_none_is_refused(address):
    assert address_problem(address)
    with pytest.raises(PrinterFault) as caught:
        EscposPrinter(address).print_slip([slip()])
    assert caught.value.reason == "address"


@pytest.mark.parametrize("address", ["tcp://192.168.1.50:9100", "usb://04b8:0e15", "file:///dev/usb/lp0"])
def test_an_address_that_is_one_is_taken(address):
    assert address_problem(address) == ""
