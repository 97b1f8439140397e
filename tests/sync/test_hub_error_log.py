"""The city's protocol answers a mistake of its own with 500, and the log says where it was made."""

import asyncio
import io
import json
import logging

import httpx
import pytest
import structlog

from appliance.logs import configure_logs
from sync.hub import endpoints


@pytest.fixture
def lines(world):
    stream = io.StringIO()
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    configure_logs("city", stream=stream, clock=world.clock)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    root.handlers[:], root.level = before


def ask(world, path):
    async def walk():
        transport = httpx.ASGITransport(app=endpoints.http_app(world.hub), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://city.test") as client:
            return await client.get(path)

    return asyncio.run(walk())


def test_a_mistake_in_the_hub_is_logged_once(world, lines, monkeypatch):
    def fail(_hub, _asked):
        raise RuntimeError("张三")

    monkeypatch.setattr(endpoints, "handle", fail)
    assert ask(world, "/v1/log/x/checkpoint").status_code == 500
    (line,) = lines()
    assert (line["program"], line["event"], line["path"]) == ("city", "unhandled", "/v1/log/x/checkpoint")
    assert line["traceback"].endswith("RuntimeError")
    assert "张三" not in json.dumps(line, ensure_ascii=False)


def test_what_the_protocol_refuses_is_no_mistake(world, lines):
    assert ask(world, "/v1/log/x/checkpoint").status_code in {400, 401, 403, 404}
    assert ask(world, "/elsewhere").status_code == 404
    assert lines() == []
