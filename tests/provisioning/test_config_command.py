"""``hall config check`` names every wrong setting, and passes the demo's."""

import msgspec
import pytest
from click.testing import CliRunner

from appliance.config import HALL_FILE, HallConfig, dump
from provisioning.config_command import findings
from provisioning.console import hall
from provisioning.demo import hall_config

GOOD = hall_config(port=8600, city_port=8700)


def check(folder):
    return CliRunner().invoke(hall, ["--data", str(folder), "config", "check"])


def write(folder, config):
    (folder / HALL_FILE).write_text(config if isinstance(config, str) else dump(config))


def test_the_demo_settings_are_right(tmp_path):
    write(tmp_path, GOOD)
    answer = check(tmp_path)
    assert answer.exit_code == 0
    assert "设置无误" in answer.stdout
    assert findings(GOOD) == []


@pytest.mark.parametrize(
    ("change", "setting", "says"),
    [
        ({"area": "42019"}, "area", ""),
        ({"area": "990199"}, "area", ""),
        ({"hall": "1"}, "hall", "两位"),
        ({"hall": "xx"}, "hall", "两位"),
        ({"city": "Wuhan Demo"}, "city", "小写"),
        ({"city": "a/b"}, "city", "小写"),
        ({"city_url": "http://city.example"}, "city_url", "只允许连接本机"),
        ({"city_url": "ftp://127.0.0.1"}, "city_url", ""),
        ({"city_url": "127.0.0.1:8700"}, "city_url", ""),
        ({"windows": ()}, "windows", "重复"),
        ({"windows": ("01", "01")}, "windows", "重复"),
        ({"windows": ("../01",)}, "windows", "数字"),
        ({"sync_interval_seconds": 0}, "sync_interval_seconds", "大于 0"),
        ({"sweep_interval_seconds": -1}, "sweep_interval_seconds", "大于 0"),
        ({"render_idle_seconds": 0}, "render_idle_seconds", "大于 0"),
        ({"upload_bytes_max": 0}, "upload_bytes_max", "大于 0"),
        ({"port": 0}, "port", ""),
        ({"port": 65536}, "port", "65535"),
        ({"kiosks": ("kiosk-1",)}, "kiosks", "网络地址"),
        ({"kiosks": ("10.0.0.0/24",)}, "kiosks", "网络地址"),
        ({"journal_dir": "journal"}, "journal_dir", "绝对路径"),
    ],
)
def test_each_wrong_setting_is_named_with_its_reason(tmp_path, change, setting, says):
    config = msgspec.structs.replace(GOOD, **change)
    (finding,) = findings(config)
    assert finding.startswith(f"{setting}：")
    assert says in finding
    assert len(finding) > len(setting) + 4
    write(tmp_path, config)
    answer = check(tmp_path)
    assert answer.exit_code == 2
    assert finding in answer.stdout
    assert "设置无误" not in answer.stdout


def test_several_findings_come_at_once(tmp_path):
    write(tmp_path, msgspec.structs.replace(GOOD, port=0, windows=(), city_url="x"))
    lines = check(tmp_path).stdout.splitlines()
    assert [line.partition("：")[0] for line in lines] == ["city_url", "windows", "port"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (dump(GOOD).replace("port = 8600", 'port = "8600"'), "$.port"),
        (dump(GOOD).replace("port = 8600", "pord = 8600"), "pord"),
        (dump(GOOD).replace('area = "420199"\n', ""), "area"),
        ("port = \n", HALL_FILE),
        ("", "city"),
    ],
)
def test_a_file_of_the_wrong_form_is_told_with_the_setting(tmp_path, text, says):
    write(tmp_path, text)
    answer = check(tmp_path)
    assert answer.exit_code == 2
    assert says in answer.stderr
    assert "请按提示改正" in answer.stderr


def test_every_number_has_its_rule():
    # A new setting in seconds, bytes or as a port has to be thought of here too.
    numbers = {field.name for field in msgspec.structs.fields(HallConfig) if field.type is int}
    for name in numbers:
        found = findings(msgspec.structs.replace(GOOD, **{name: -1}))
        assert [line.partition("：")[0] for line in found] == [name]
