"""``hall web serve`` and ``city serve``."""

import sys
from pathlib import Path

import click

from appliance.clock import SystemClock

PORT = click.IntRange(1, 65535)


@click.command("serve")
@click.option("--port", type=PORT, help="本机端口；缺省用设置文件里的")
@click.option("--beside", is_flag=True, help="写入程序另外运行（hall owner run）；缺省在同一进程里写入")
@click.pass_obj
def web_serve(obj: dict[str, Path], port: int | None, *, beside: bool) -> None:
    """运行本厅页面；不带 --beside 时也是写入程序。"""
    from appliance.logs import configure_logs  # noqa: PLC0415 - the same as below
    from web.serving import serve_hall, serve_pages  # noqa: PLC0415 - `hall --help` should not load the web server

    configure_logs("hall-web", stream=sys.stderr, clock=SystemClock())
    serve = serve_pages if beside else serve_hall
    serve(obj["data"], port)


@click.command("serve")
@click.option("--port", type=PORT, help="本机端口；缺省用设置文件里的")
@click.pass_obj
def city_serve(obj: dict[str, Path], port: int | None) -> None:
    """运行市级主程序：各厅同步页面与协议接口。"""
    from appliance.logs import configure_logs  # noqa: PLC0415 - the same
    from web.serving import serve_city  # noqa: PLC0415 - the same

    configure_logs("city", stream=sys.stderr, clock=SystemClock())
    serve_city(obj["data"], port)
