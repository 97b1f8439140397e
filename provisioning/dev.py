"""`make run`: a demo city and its enrolled demo halls, all their processes under one supervisor (supervisord).

A process that dies is started again; Ctrl-C ends all of them. Everything is kept in the chosen directory between runs.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import click

from appliance.clock import SystemClock
from appliance.domain.actor import ROLE_NAMES
from provisioning.demo import make_demo, refresh_demo
from provisioning.demo_halls import HALLS, DemoHall
from provisioning.demo_people import CITY_STAFF, DEMO_PASSWORD, STAFF
from sync.enrolment import TICKET_FILE

START_SECONDS_MAX = 20.0
STOP_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Program:
    """One supervised process."""

    name: str
    command: tuple[str, ...]
    priority: int


def programs(directory: Path, halls: tuple[DemoHall, ...], *, hall_port: int, city_port: int) -> tuple[Program, ...]:
    """List the processes of a demo: the city, and each hall's owner, web, sync, jobs and watch (design §3).

    The first hall's pages have `hall_port`, each further hall's the next one.
    """
    bin_directory = Path(sys.executable).parent
    city_command = (str(bin_directory / "city"), "--data", str(directory / "city"))
    listed = [Program("city", (*city_command, "serve", "--port", str(city_port)), 10)]
    for place, port in zip(halls, range(hall_port, hall_port + len(halls)), strict=True):
        name = place.folder
        command = (str(bin_directory / "hall"), "--data", str(directory / name))
        listed += [
            Program(f"{name}-owner", (*command, "owner", "run"), 15),
            Program(f"{name}-web", (*command, "web", "serve", "--beside", "--port", str(port)), 20),
            Program(f"{name}-sync", (*command, "sync", "run"), 30),
            Program(f"{name}-jobs", (*command, "jobs", "run"), 30),
            Program(f"{name}-watch", (*command, "watch", "run"), 30),
        ]
    return tuple(listed)


def supervisor_config(directory: Path, listed: tuple[Program, ...]) -> str:
    """Write the supervisor's settings: every process restarted when it ends, its output in ``logs/``."""
    # supervisord expands %(…)s everywhere, so a percent sign in a path is written twice.
    place = str(directory).replace("%", "%%")
    logs = f"{place}/logs"
    lines = [
        "[supervisord]",
        "nodaemon=true",
        f"logfile={logs}/supervisor.log",
        "loglevel=warn",
        f"pidfile={place}/supervisor.pid",
        f"childlogdir={logs}",
        "silent=true",
    ]
    for program in listed:
        quoted = " ".join(f'"{word}"' if " " in word else word for word in program.command).replace("%", "%%")
        lines += [
            "",
            f"[program:{program.name}]",
            f"command={quoted}",
            f"priority={program.priority}",
            "autorestart=true",
            "startsecs=0",
            "startretries=1000",
            "stopsignal=TERM",
            f"stopwaitsecs={STOP_SECONDS}",
            "stopasgroup=false",
            "killasgroup=true",
            f"stdout_logfile={logs.replace('%', '%%')}/{program.name}.log",  # expanded twice
            "redirect_stderr=true",
        ]
    return "\n".join(lines) + "\n"


def _listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait(ports: tuple[int, ...], supervisor: subprocess.Popen[bytes]) -> bool:
    """Wait until every port answers; False when that takes too long or the supervisor ended."""
    end = time.monotonic() + START_SECONDS_MAX * len(ports)
    while time.monotonic() < end and supervisor.poll() is None:
        if all(_listening(port) for port in ports):
            return True
        time.sleep(0.05)
    return False


def _announce(halls: tuple[DemoHall, ...], hall_port: int, city_port: int, directory: Path) -> None:
    click.echo(f"\n  大厅  http://127.0.0.1:{hall_port}    市级  http://127.0.0.1:{city_port}")
    for place, port in zip(halls[1:], range(hall_port + 1, hall_port + len(halls)), strict=True):
        click.echo(f"  站点  http://127.0.0.1:{port}    {place.short_name}")
    click.echo(f"  数据  {directory}    日志  {directory / 'logs'}    口令（全部演示账号）  {DEMO_PASSWORD}\n")
    for person in (*STAFF, *CITY_STAFF):
        roles = "、".join(ROLE_NAMES[role] for role in person.roles)
        click.echo(f"  {person.id}  {person.name}  {roles}")
    for place in halls[1:]:
        for person in place.own:
            roles = "、".join(ROLE_NAMES[role] for role in person.roles)
            click.echo(f"  {person.id}  {person.name}  {roles}（{place.short_name}）")
    click.echo(
        "\n  先试：W0312 登录，选 03 号窗口，收件 → “食品经营许可证核发”；再由 C1001 预审受理、R2001 审核、"
        "A3001 决定，W0312 发件。市级页面用 O0001 查看。\n  Ctrl-C 结束全部进程。\n"
    )


@click.command()
@click.option("--var", "directory", type=click.Path(path_type=Path), default=Path("var"), show_default=True)
@click.option("--hall-port", type=int, default=8600, show_default=True)
@click.option("--city-port", type=int, default=8700, show_default=True)
@click.option("--halls", "count", type=click.IntRange(1, len(HALLS)), default=1, show_default=True)
@click.option("--tls-port", "link_port", type=int, default=0, help="各厅用 TLS 联系市级的端口；缺省为本机不加密连接")
def main(directory: Path, hall_port: int, city_port: int, count: int, link_port: int) -> None:
    """Run the demo."""
    directory = directory.resolve()
    city, halls = directory / "city", HALLS[:count]
    ports = tuple(range(hall_port, hall_port + count))
    if city_port in ports or link_port in (*ports, city_port):
        raise click.ClickException(f"大厅和市级不能共用端口 {city_port}；可用 HALL_PORT、CITY_PORT 另选")
    for port in (*ports, city_port, *((link_port,) if link_port else ())):
        if _listening(port):
            raise click.ClickException(f"端口 {port} 已被占用；可用 HALL_PORT、CITY_PORT 另选")
    (directory / "logs").mkdir(parents=True, exist_ok=True)
    known = [place for place in halls if (directory / place.folder / TICKET_FILE).exists()]
    for place, port in zip(halls, ports, strict=True):
        make_demo(
            directory / place.folder,
            city,
            hall_port=port,
            city_port=city_port,
            clock=SystemClock(),
            place=place,
            link_port=link_port,
        )
    for place in known:
        refresh_demo(directory / place.folder, city, clock=SystemClock(), place=place)
    config = directory / "supervisor.conf"
    listed = programs(directory, halls, hall_port=hall_port, city_port=city_port)
    config.write_text(supervisor_config(directory, listed))
    supervisord = Path(sys.executable).parent / "supervisord"
    # A session of its own: Ctrl-C comes to this process alone, which then ends the others in order.
    supervisor = subprocess.Popen(  # noqa: S603 - our own programs
        [str(supervisord), "-c", str(config)], start_new_session=True, env={**os.environ, "PYTHONWARNINGS": "ignore"}
    )

    def stop(_signal: int, _frame: object) -> None:
        supervisor.terminate()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    if _wait((*ports, city_port), supervisor):
        _announce(halls, hall_port, city_port, directory)
    else:
        click.echo(f"没有在 {START_SECONDS_MAX:.0f} 秒内启动，请看 {directory / 'logs'}", err=True)
    sys.exit(supervisor.wait())


if __name__ == "__main__":
    main()
