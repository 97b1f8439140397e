"""The renderer as a process of its own: started on demand, gone when idle, back after kill -9, never in the way."""

import asyncio
import contextlib
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from appliance.errors import Invalid, TransportFailure
from appliance.papers import wire
from appliance.papers.__main__ import NICE
from appliance.papers.client import RenderClient, spawner
from appliance.papers.document import Form, Presentation, RenderFailure
from appliance.papers.server import inherited_listener, own_listener, serve

LONG = 60.0


class Spawned:
    """A spawn that remembers what it started."""

    def __init__(self, path, **options):
        self.start = spawner(path, **options)
        self.children = []

    def __call__(self):
        self.children.append(self.start())
        return self.children[-1]


@contextlib.contextmanager
def renderer_at(path, **options):
    spawn = Spawned(path, **options)
    client = RenderClient(path, spawn, start_seconds_max=LONG, answer_seconds_max=LONG)
    try:
        yield client, spawn
    finally:
        client.close()
        for child in spawn.children:
            child.terminate()
            child.wait(LONG)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "render.sock"


def test_it_starts_on_demand_and_gives_what_the_renderer_gives(path, samples, renderer, printed):
    with renderer_at(path) as (client, spawn):
        assert spawn.children == []
        for name, paper in samples.every_sample().items():
            assert client.render(paper) == printed.pdf(name), name
        presentation = Presentation(watermark="仅供查阅")
        assert client.pages(samples.service_guide(), Form.SVG, presentation) == renderer.pages(
            samples.service_guide(), Form.SVG, presentation
        )
        assert len(spawn.children) == 1
        assert path.stat().st_mode & 0o777 == 0o600


def test_it_ends_when_idle_and_starts_again(path, samples):
    with renderer_at(path, idle_seconds=0.2) as (client, spawn):
        first = client.render(samples.intake_receipt())
        assert spawn.children[0].wait(LONG) == 0
        assert client.render(samples.intake_receipt()) == first
        assert len(spawn.children) == 2


def test_a_renderer_that_ended_is_no_zombie_while_nobody_asks(path, samples):
    with renderer_at(path, idle_seconds=0.05) as (client, spawn):
        client.render(samples.intake_receipt())
        process = Path(f"/proc/{spawn.children[0].pid}")
        deadline = time.monotonic() + LONG
        # Neither client nor child is asked: the process must go away by itself.
        while process.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not process.exists()


def test_kill_9_between_papers_is_healed_by_the_next_one(path, samples):
    with renderer_at(path) as (client, spawn):
        first = client.render(samples.intake_receipt())
        for times in (2, 3):
            spawn.children[-1].kill()
            spawn.children[-1].wait(LONG)
            assert client.render(samples.intake_receipt()) == first
            assert len(spawn.children) == times


def test_kill_9_in_the_middle_of_papers_loses_none(path, samples, renderer):
    paper = samples.intake_receipt()
    expected = renderer.render(paper)
    with renderer_at(path) as (client, spawn), ThreadPoolExecutor(4) as threads:
        client.render(paper)
        made = [threads.submit(client.render, paper) for _ in range(30)]
        made[5].result(LONG)
        spawn.children[-1].kill()
        assert all(one.result(LONG) == expected for one in made)
        assert len(spawn.children) == 2


def test_many_callers_at_once_start_one_process(path, samples, renderer):
    paper = samples.collection_receipt()
    with renderer_at(path) as (client, spawn), ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: client.render(paper), range(16)))
        assert set(made) == {renderer.render(paper)}
        assert len(spawn.children) == 1


def test_two_clients_share_the_first_ones_process(path, samples):
    with renderer_at(path) as (first, _), renderer_at(path) as (second, late):
        assert first.render(samples.licence()) == second.render(samples.licence())
        assert late.children == []
        extra = late()
        assert extra.wait(LONG) == 0
        assert first.render(samples.licence()) == second.render(samples.licence())


def test_refusals_come_back_as_refusals(path, samples):
    with renderer_at(path) as (client, spawn):
        stranger = msgspec.structs.replace(samples.APPLICANT, name="张\U000323af")
        with pytest.raises(Invalid) as caught:
            client.render(samples.intake_receipt(applicant=stranger))
        assert caught.value.code == "missing_glyph"
        assert "\U000323af" in caught.value.text()
        with pytest.raises(Invalid) as caught:
            client.render(msgspec.structs.replace(samples.licence(), identifier=""))
        assert caught.value.code == "paper_incomplete"
        with pytest.raises(Invalid):
            client.render(samples.service_guide(), Form.SVG)
        client.render(samples.licence())
        assert len(spawn.children) == 1


def test_missing_fonts_are_named(path, tmp_path, samples):
    with renderer_at(path, font_directories=[tmp_path]) as (client, _), pytest.raises(RenderFailure) as caught:
        client.render(samples.licence())
    assert caught.value.code == "fonts_missing"


def test_a_renderer_that_cannot_start_is_a_transport_failure(path, samples):
    client = RenderClient(path, lambda: subprocess.Popen(["/bin/false"]), start_seconds_max=LONG)
    with pytest.raises(TransportFailure, match="不能启动"):
        client.render(samples.licence())
    client.close()


def test_a_renderer_that_always_hangs_up_is_a_transport_failure(path, samples):
    listener = own_listener(path)

    def hang_up():
        for _ in range(6):
            connection, _ = listener.accept()
            connection.close()

    thread = threading.Thread(target=hang_up)
    thread.start()
    client = RenderClient(path, lambda: None, start_seconds_max=LONG)
    with pytest.raises(TransportFailure, match="中断"):
        client.render(samples.licence())
    thread.join(LONG)
    client.close()
    listener.close()


def test_a_renderer_that_never_answers_is_given_up(path, samples):
    with own_listener(path):
        client = RenderClient(path, lambda: None, answer_seconds_max=0.05)
        with pytest.raises(TransportFailure, match="超时"):
            client.render(samples.licence())
        client.close()


def test_the_event_loop_goes_on_while_a_paper_is_made(path, samples):
    running = threading.Event()
    start = spawner(path)

    def start_when_the_loop_has_run():
        # If the client held up the loop, nobody would set this and the test would fail here.
        if not running.wait(LONG):
            raise RuntimeError("the loop stood still")
        return start()

    client = RenderClient(path, start_when_the_loop_has_run, start_seconds_max=LONG, answer_seconds_max=LONG)

    async def both():
        paper = asyncio.create_task(client.render_async(samples.licence()))
        preview = asyncio.create_task(client.pages_async(samples.service_guide(), Form.SVG))
        await asyncio.sleep(0)
        running.set()
        return await paper, await preview

    pdf, pages = asyncio.run(both())
    client.close()
    assert pdf.startswith(b"%PDF")
    assert len(pages) == 2


@contextlib.contextmanager
def serving(path, render):
    listener = own_listener(path)
    alarms = []
    outcome = []
    thread = threading.Thread(target=lambda: outcome.append(serve(listener, render, 0.3, alarms.append)))
    thread.start()
    try:
        yield alarms
    finally:
        thread.join(LONG)
        listener.close()
    assert len(outcome) == 1


def talk(path, data):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        try:
            return wire.receive(connection, wire.ANSWER_BYTES_MAX)
        except (EOFError, ConnectionError):
            return None


def framed(body):
    return struct.pack(">I", len(body)) + body


def test_rubbish_is_answered_or_dropped_and_the_next_is_served(path, samples):
    def render(paper, form, presentation):
        return (paper.head.paper_id.encode(), form.value.encode(), presentation.watermark.encode())

    good = wire.encode_request(samples.licence(), Form.PDF, Presentation(watermark="w"))
    unknown = msgspec.msgpack.encode(
        {"kind": "x", "paper": {}, "form": "pdf", "presentation": {"copy": None, "reprint": None, "watermark": ""}}
    )
    with serving(path, render) as alarms:
        for rubbish in (b"not msgpack", msgspec.msgpack.encode({"kind": "licence"}), unknown):
            with pytest.raises(Invalid):
                wire.decode_answer(talk(path, framed(rubbish)))
        assert talk(path, b"") is None
        assert talk(path, framed(good)[:-5]) is None
        assert talk(path, struct.pack(">I", wire.REQUEST_BYTES_MAX + 1) + b"x") is None
        expected = (samples.licence().head.paper_id.encode(), b"pdf", b"w")
        assert wire.decode_answer(talk(path, framed(good))) == expected
    # Each paper is watched while it is made, and not longer.
    assert alarms == [15.0, 0] * 4


def test_a_stuck_compiler_is_ended_by_its_alarm_and_its_paper_given_up_after_the_second(path, samples):
    code = (
        "import signal, time\n"
        "from pathlib import Path\n"
        "from appliance.papers.server import own_listener, serve\n"
        "signal.signal(signal.SIGALRM, signal.SIG_DFL)\n"
        "def stuck(*_):\n"
        "    signal.setitimer(signal.ITIMER_REAL, 0.05)\n"
        "    time.sleep(600)\n"
        f"serve(own_listener(Path({str(path)!r})), stuck, 60.0, lambda seconds: None)\n"
    )
    spawned = []

    def start():
        spawned.append(subprocess.Popen([sys.executable, "-c", code]))
        return spawned[-1]

    client = RenderClient(path, start, start_seconds_max=LONG, answer_seconds_max=LONG)
    with pytest.raises(TransportFailure):
        client.render(samples.licence())
    assert spawned[0].wait(LONG) == -signal.SIGALRM
    client.close()
    assert len(spawned) == 2


def test_an_oversized_paper_is_refused_before_it_is_sent(samples):
    section = msgspec.structs.replace(samples.service_guide().sections[0], title="长" * 4000)
    guide = msgspec.structs.replace(samples.service_guide(), sections=(section,) * 200)
    with pytest.raises(Invalid) as caught:
        wire.encode_request(guide, Form.PDF, Presentation())
    assert caught.value.code == "paper_too_long"


def test_an_answer_that_is_none_is_a_render_failure():
    with pytest.raises(RenderFailure):
        wire.decode_answer(b"\xc1")


def test_a_socket_of_systemd_is_taken_only_when_it_is_meant_for_this_process():
    assert inherited_listener({}, os.getpid()) is None
    assert inherited_listener({"LISTEN_PID": "1", "LISTEN_FDS": "1"}, os.getpid()) is None
    assert inherited_listener({"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "2"}, os.getpid()) is None


def priorities(pid):
    return [os.getpriority(os.PRIO_PROCESS, int(thread.name)) for thread in Path(f"/proc/{pid}/task").iterdir()]


def test_a_warm_renderer_gives_way_and_a_cold_one_does_not(path, tmp_path, samples):
    own = os.getpriority(os.PRIO_PROCESS, 0)
    # One that nobody asks for anything; beside the other, so that the client cannot find it half started.
    with renderer_at(tmp_path / "cold.sock") as (_, spawn):
        spawn()
        assert set(priorities(spawn.children[-1].pid)) == {own}
    with renderer_at(path) as (client, spawn):
        client.render(samples.shipping_slip())
        (child,) = spawn.children
        found = priorities(child.pid)
        assert set(found) == {max(own, NICE)}
        assert len(found) > 1


def test_the_callers_side_does_not_load_the_compiler():
    code = "import sys, appliance.papers.client; sys.exit('typst' in sys.modules or 'segno' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
