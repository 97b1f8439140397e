"""`make run`: what is supervised and how, and what is said when a port is taken."""

import configparser
import shlex
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from provisioning import dev
from provisioning.console import city, hall


def listed(folder=Path("/srv/a b"), halls=1):
    return dev.programs(folder, dev.HALLS[:halls], hall_port=8601, city_port=8701)


def read(text):
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    return parser


def test_every_process_of_a_hall_and_the_city_is_there():
    assert [program.name for program in listed()] == [
        "city",
        "hall-owner",
        "hall-web",
        "hall-sync",
        "hall-jobs",
        "hall-watch",
    ]
    assert [program.priority for program in listed()] == sorted(program.priority for program in listed())


def test_each_site_has_its_own_processes_place_and_port():
    more = listed(halls=3)
    assert more[:6] == listed()
    assert len({program.name for program in more}) == len(more) == 16
    for number, name in enumerate(("hall", "site-1", "site-2")):
        own = [program for program in more if program.name.startswith(f"{name}-")]
        assert {program.command[2] for program in own} == {f"/srv/a b/{name}"}
        (pages,) = (program for program in own if "web" in program.command)
        assert pages.command[-1] == str(8601 + number)


def test_every_program_is_a_command_that_exists():
    for program in listed():
        executable, data, place, *words = program.command
        assert data == "--data"
        assert Path(place).name == Path(executable).name
        group = {"hall": hall, "city": city}[Path(executable).name]
        answer = CliRunner().invoke(group, [*[word for word in words if word.isalpha()], "--help"])
        assert answer.exit_code == 0, program
        assert all(word in answer.output for word in words if word.startswith("--"))
    ports = {program.name: program.command[-1] for program in listed()}
    assert (ports["city"], ports["hall-web"]) == ("8701", "8601")


def test_the_supervisor_restarts_each_and_keeps_its_output(tmp_path):
    parser = read(dev.supervisor_config(tmp_path, listed()))
    sections = [f"program:{program.name}" for program in listed()]
    assert parser.sections() == ["supervisord", *sections]
    assert parser["supervisord"]["nodaemon"] == "true"
    logs = set()
    for section, program in zip(sections, listed(), strict=True):
        told = parser[section]
        assert tuple(shlex.split(told["command"])) == program.command
        assert (told["autorestart"], told["stopsignal"]) == ("true", "TERM")
        assert int(told["stopwaitsecs"]) == dev.STOP_SECONDS
        logs.add(told["stdout_logfile"])
    assert logs == {str(tmp_path / "logs" / f"{program.name}.log") for program in listed()}


def test_the_supervisor_itself_reads_the_settings(tmp_path):
    # supervisord expands %(…)s, so a percent sign in a path has to come through doubled.
    from supervisor.options import ServerOptions  # noqa: PLC0415 - a program's inside, needed here alone

    folder = tmp_path / "50% off"
    (folder / "logs").mkdir(parents=True)
    config = folder / "supervisor.conf"
    config.write_text(dev.supervisor_config(folder, listed(folder)))
    options = ServerOptions()
    options.realize(["-c", str(config)])
    commands = {
        group.process_configs[0].name: group.process_configs[0].command for group in options.process_group_configs
    }
    assert {name: tuple(shlex.split(command)) for name, command in commands.items()} == {
        program.name: program.command for program in listed(folder)
    }


@pytest.mark.parametrize("taken", [8601, 8603, 8701])
def test_a_taken_port_is_named_and_nothing_is_made(tmp_path, monkeypatch, taken):
    monkeypatch.setattr(dev, "_listening", lambda port: port == taken)
    words = ["--var", str(tmp_path / "var"), "--hall-port", "8601", "--city-port", "8701", "--halls", "3"]
    answer = CliRunner().invoke(dev.main, words)
    assert answer.exit_code == 1
    assert f"端口 {taken} 已被占用" in answer.stderr
    assert "HALL_PORT" in answer.stderr
    assert not (tmp_path / "var").exists()


def test_one_port_cannot_serve_both(tmp_path, monkeypatch):
    monkeypatch.setattr(dev, "_listening", lambda _port: False)
    monkeypatch.setattr(dev.subprocess, "Popen", None)
    answer = CliRunner().invoke(dev.main, ["--var", str(tmp_path / "v"), "--hall-port", "8601", "--city-port", "8601"])
    assert answer.exit_code == 1
    assert "8601" in answer.stderr
    assert not (tmp_path / "v").exists()


def test_the_city_cannot_have_the_port_of_a_site(tmp_path, monkeypatch):
    monkeypatch.setattr(dev, "_listening", lambda _port: False)
    monkeypatch.setattr(dev.subprocess, "Popen", None)
    words = ["--var", str(tmp_path / "v"), "--hall-port", "8601", "--city-port", "8603", "--halls", "3"]
    answer = CliRunner().invoke(dev.main, words)
    assert answer.exit_code == 1
    assert "8603" in answer.stderr
    assert not (tmp_path / "v").exists()


class Supervisor:
    """A process that is told to end before it began to listen."""

    def __init__(self, command, **_rest):
        self.command = command

    def poll(self):
        return 7

    def wait(self):
        return 7


def test_the_demo_is_made_and_a_supervisor_that_ends_is_told(tmp_path, monkeypatch):
    started = []
    made = []

    def start(command, **rest):
        started.append((command, rest))
        return Supervisor(command)

    monkeypatch.setattr(dev, "_listening", lambda _port: False)
    monkeypatch.setattr(dev.subprocess, "Popen", start)
    monkeypatch.setattr(dev.signal, "signal", lambda *_: None)
    monkeypatch.setattr(dev, "make_demo", lambda *places, **rest: made.append((places, rest)))
    var = tmp_path / "var"
    answer = CliRunner().invoke(dev.main, ["--var", str(var), "--hall-port", "8601", "--city-port", "8701"])
    assert answer.exit_code == 7
    assert str(var / "logs") in answer.stderr
    ((places, rest),) = made
    assert places == (var / "hall", var / "city")
    assert (rest["hall_port"], rest["city_port"]) == (8601, 8701)
    ((command, rest),) = started
    assert command == [str(Path(sys.executable).parent / "supervisord"), "-c", str(var / "supervisor.conf")]
    assert rest["start_new_session"] is True  # else Ctrl-C would reach the children at the same time
    assert read((var / "supervisor.conf").read_text()).has_section("program:hall-web")
