import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent
HALL_PROGRAMS = {
    "hall-owner": " owner run",
    "hall-web": " web serve ",
    "hall-sync": " sync run",
    "hall-jobs": " jobs run",
    "hall-watch": " watch run",
}
PROGRAMS = {"city", *HALL_PROGRAMS}
BACK_SECONDS_MAX = 40


def wait_for(what, seconds=BACK_SECONDS_MAX, pause=0.1):
    """Wait until `what` gives something; a failed try counts as nothing."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError, ValueError, subprocess.SubprocessError):
            if found := what():
                return found
        time.sleep(pause)
    pytest.fail(f"did not come within {seconds} seconds")


def of_directory(var):
    """Give the processes whose command line names the directory, by program."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if any(str(var) in word for word in words):
                line = " ".join(words)
                of_city = any(word.endswith("/bin/city") for word in words)
                verbs = {"city": " serve "} if of_city else HALL_PROGRAMS
                name = next((name for name, verb in verbs.items() if verb in line), "other")
                found.setdefault(name, []).append(int(entry.name))
    return found


def command(program, data, *words):
    done = subprocess.run(
        [BIN / program, "--data", data, *words], capture_output=True, text=True, check=False, timeout=60
    )
    return json.loads(done.stdout)


@contextlib.contextmanager
def demo_run(var, log, *words):
    """The demo under its supervisor, as `make run` starts it; at the end nothing of it is left."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "provisioning.dev", "--var", var, *map(str, words)],
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)
        for pids in of_directory(var).values():
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


@pytest.fixture
def supervised(var, ports, tmp_path):
    """One hall and its city."""
    hall, city = ports
    with demo_run(var, tmp_path / "dev.log", "--hall-port", hall, "--city-port", city) as process:
        yield process


def equal(var):
    report = command("hall", var / "hall", "sync", "status", "--json")
    return report if report["state"] == "equal" and report["behind"] == 0 else None


def test_every_process_comes_back_by_itself_and_ctrl_c_ends_all(supervised, var, ports, program):
    wait_for(lambda: all(program.listening(port) for port in ports))
    wait_for(lambda: set(of_directory(var)) >= PROGRAMS)
    wait_for(lambda: equal(var))
    before = {name: pids[0] for name, pids in of_directory(var).items() if name in PROGRAMS}
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)

    def back():
        now = of_directory(var)
        return all(now.get(name) and now[name][0] != pid for name, pid in before.items())

    wait_for(back)
    wait_for(lambda: all(program.listening(port) for port in ports))
    command("hall", var / "hall", "demo", "load", "--cases", "2", "--seed", "2", "--json")
    wait_for(lambda: equal(var))
    assert supervised.poll() is None
    began = time.monotonic()
    supervised.send_signal(signal.SIGINT)
    assert supervised.wait(20) == 0
    assert time.monotonic() - began < 15
    assert of_directory(var) == {}


def three_in_a_row(program, city):
    """Three free ports beside each other, none of them the city's."""
    while True:
        first = program.free_port()
        found = range(first, first + 3)
        if city not in found and not any(program.listening(port) for port in found):
            return found


@pytest.fixture
def three_halls(tmp_path, program):
    """A district hall and two sites, as `make run HALLS=3` starts them."""
    var, city = tmp_path / "var", program.free_port()
    ports = three_in_a_row(program, city)
    words = ("--hall-port", ports[0], "--city-port", city, "--halls", 3)
    with demo_run(var, tmp_path / "dev.log", *words):
        yield var, ports


def test_a_site_takes_in_and_decides_and_the_city_holds_each_halls_log_apart(three_halls, program):
    var, ports = three_halls
    wait_for(lambda: all(program.listening(port) for port in ports), seconds=3 * BACK_SECONDS_MAX)
    sizes = {}
    for number, name in enumerate(("hall", "site-1", "site-2"), 1):
        loaded = command("hall", var / name, "demo", "load", "--cases", "2", "--seed", str(number), "--json")
        assert loaded["cases"] == 2
        sizes[f"4201990{number}"] = loaded["size"]

    def told():
        board = command("city", var / "city", "halls", "--json")["halls"]
        found = {row["hall"]: (row["cases"], row["size"]) for row in board}
        return found if found == {hall: (2, size) for hall, size in sizes.items()} else None

    wait_for(told)
    numbers = [
        row["number"]
        for name in ("hall", "site-1", "site-2")
        for row in command("hall", var / name, "case", "list", "--json")
    ]
    assert len(set(numbers)) == len(numbers) == 6
    assert command("city", var / "city", "conservation", "--json")["holds"] is True


def test_the_city_away_while_cases_are_written_and_back_again_needs_no_hand(var, ports, program, tmp_path):
    hall_port, city_port = ports
    hall, city = var / "hall", var / "city"
    serve_city = [BIN / "city", "--data", city, "serve", "--port", city_port]
    serve_hall = [BIN / "hall", "--data", hall, "web", "serve", "--port", hall_port]
    log = tmp_path / "log"
    with program.server(serve_hall, hall_port, log):
        agent = subprocess.Popen([BIN / "hall", "--data", hall, "sync", "run"], stderr=subprocess.DEVNULL)
        try:
            with program.server(serve_city, city_port, log):
                wait_for(lambda: equal(var))
            loaded = command("hall", hall, "demo", "load", "--cases", "6", "--seed", "3", "--json")
            away = command("hall", hall, "sync", "status", "--json")
            assert away["behind"] >= loaded["entries"] > 0
            with program.server(serve_city, city_port, log):
                report = wait_for(lambda: equal(var))
                assert report["own_size"] == report["city_size"] == loaded["size"]
            agent.terminate()
            assert agent.wait(20) == 0
        finally:
            if agent.poll() is None:
                agent.kill()
                agent.wait()
    line = command("city", city, "halls", "--json")
    assert str(loaded["size"]) in json.dumps(line)
