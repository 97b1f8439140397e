"""The vendored files are the published ones, each with its licence, and nothing else is there."""

import hashlib
import tomllib
from pathlib import Path

import web

STATIC = Path(web.__file__).parent / "static"
LOCK = tomllib.loads((STATIC / "vendor.lock.toml").read_text("utf-8"))
HALL_CSS_BYTES_MAX = 20 * 1024


def digest(path: Path) -> str:
    return hashlib.sha512(path.read_bytes()).hexdigest()


def test_each_file_has_the_locked_digest():
    for package in LOCK["package"]:
        for file in package["file"]:
            assert digest(STATIC / file["path"]) == file["sha512"], file["path"]


def test_every_vendored_file_is_locked_and_every_package_has_its_licence():
    locked = {file["path"] for package in LOCK["package"] for file in package["file"]}
    there = {path.relative_to(STATIC).as_posix() for path in (STATIC / "vendor").rglob("*") if path.is_file()}
    assert there == locked
    for package in LOCK["package"]:
        assert package["licence"]
        assert any(file["path"].endswith("LICENSE") for file in package["file"]), package["name"]


def test_the_versions_are_the_ones_decided():
    assert {package["name"]: package["version"] for package in LOCK["package"]} == {
        "bootstrap": "5.3.9",
        "htmx.org": "2.0.11",
        "idiomorph": "0.8.0",
    }


def test_a_changed_byte_would_be_seen(tmp_path):
    first = LOCK["package"][0]["file"][0]
    changed = tmp_path / "changed"
    body = bytearray((STATIC / first["path"]).read_bytes())
    body[1000] ^= 1
    changed.write_bytes(body)
    assert digest(changed) != first["sha512"]


def test_our_style_sheet_stays_small():
    assert len((STATIC / "hall.css").read_bytes()) <= HALL_CSS_BYTES_MAX


def test_our_script_and_styles_name_no_host():
    for name in ("hall.css", "hall.js"):
        text = (STATIC / name).read_text("utf-8")
        assert "http:" not in text
        assert "https:" not in text
        assert "eval(" not in text
