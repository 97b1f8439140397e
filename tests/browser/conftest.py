"""A demo city and hall as real processes, and a real Chromium, once a session (a worker)."""

import importlib.util
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import sync_playwright

from appliance.clock import SystemClock
from appliance.services.passwords import HashLimits
from provisioning.demo import make_demo
from provisioning.demo_people import DEMO_PASSWORD

CHROMIUM = os.environ.get("HALLMARK_CHROMIUM", "/usr/bin/chromium")
BIN = Path(sys.executable).parent
START_SECONDS_MAX = 90


@dataclass(frozen=True)
class House:
    """The addresses and directories of a running demo."""

    hall: str
    city: str
    hall_directory: Path
    city_directory: Path


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(address):
    end = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < end:
        try:
            if httpx.get(f"{address}/login", timeout=1).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    message = f"{address} did not answer"
    raise TimeoutError(message)


def waiting():
    """Give what furnishes the house with things that wait for somebody."""
    spec = importlib.util.spec_from_file_location("waiting", Path(__file__).parent / "waiting.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def running(directory, *, before=None):
    """Make a demo city and hall and run them until the block ends; `before` is called when they are made."""
    hall, city = directory / "hall", directory / "city"
    hall_port, city_port = free_port(), free_port()
    cheap = HashLimits(passes=1, memory_bytes=8192)
    make_demo(hall, city, hall_port=hall_port, city_port=city_port, clock=SystemClock(), limits=cheap)
    if before is not None:
        before(directory, city_port, free_port())
    commands = (
        (BIN / "city", "--data", city, "serve", "--port", city_port),
        (BIN / "hall", "--data", hall, "web", "serve", "--port", hall_port),
        (BIN / "hall", "--data", hall, "sync", "run"),
    )
    with (directory / "processes.log").open("wb") as log:
        processes = [
            subprocess.Popen([str(word) for word in command], stdout=log, stderr=subprocess.STDOUT)
            for command in commands
        ]
        try:
            found = House(f"http://127.0.0.1:{hall_port}", f"http://127.0.0.1:{city_port}", hall, city)
            wait_for(found.hall)
            wait_for(found.city)
            yield found
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(15)


@pytest.fixture(scope="session")
def house(tmp_path_factory):
    with running(tmp_path_factory.mktemp("house")) as made:
        yield made


@pytest.fixture(scope="session")
def lived_in(tmp_path_factory):
    """A second demo with cases in every state, so that every page has something to show."""
    with running(tmp_path_factory.mktemp("lived-in"), before=waiting().second_hall) as made:
        words = [BIN / "hall", "--data", made.hall_directory, "demo", "load", "--cases", "150", "--seed", "3"]
        subprocess.run([str(word) for word in words], check=True, capture_output=True, timeout=120)
        yield made


@pytest.fixture
def chromium():
    # Not kept for the session: playwright holds an event loop in this thread, and other tests run their own.
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


class Person:
    """Somebody at a keyboard: signs in, if with a login; types, presses keys; the mouse is never used."""

    def __init__(self, browser, address, login, *, window="", size=(1366, 768)):
        self.context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
        self.page = self.context.new_page()
        self.address = address
        self.problems = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self._console)
        self.page.goto(f"{address}/login")
        if not login:
            return
        self.type(login, "Enter")
        self.type(DEMO_PASSWORD, "Enter")
        if window:
            self.type(window)
        self.press("Control+Enter")
        self.page.wait_for_url(f"{address}/")

    def _console(self, line):
        if "Content Security" in line.text or "Refused to" in line.text:
            self.problems.append(line.text)

    def type(self, text, *then):
        self.page.keyboard.type(text)
        for key in then:
            self.press(key)

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def tab_to(self, selector, most=120):
        """Reach a control by Tab alone."""
        for _ in range(most):
            if self.page.evaluate("s => !!document.activeElement && document.activeElement.matches(s)", selector):
                return
            self.press("Tab")
        message = f"Tab does not lead to {selector}"
        raise AssertionError(message)

    def close(self):
        self.context.close()


@pytest.fixture
def person(chromium, request):
    """Make people; each has a browser context of their own. They work in `house` unless said otherwise."""
    made = []

    def make(login, *, window="", city=False, size=(1366, 768), place=None):
        where = place or request.getfixturevalue("house")
        made.append(Person(chromium, where.city if city else where.hall, login, window=window, size=size))
        return made[-1]

    yield make
    problems = [problem for somebody in made for problem in somebody.problems]
    for somebody in made:
        somebody.close()
    assert problems == []
