"""What a page answers with “程序出错” stands in the log once, with its place and without anybody's data."""

import asyncio
import io
import json
import logging

import pytest
import structlog
from litestar import Request, Response, get

from appliance.errors import IntegrityFailure, Invalid
from appliance.logs import configure_logs
from web.guards import OPT, PUBLIC


@get("/broken/{kind:str}", opt={OPT: PUBLIC})
async def broken(request: Request) -> Response[str]:
    kind = request.path_params["kind"]
    if kind == "refused":
        raise Invalid("姓名 张三 有误", code="name_wrong")
    if kind == "integrity":
        raise IntegrityFailure("记录与证明不符", code="leaf_differs", params={"name": "张三"})
    raise RuntimeError("张三 420102199001010013")


@pytest.fixture
def lines(hall):
    stream = io.StringIO()
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    configure_logs("hall-web", stream=stream, clock=hall.clock)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    root.handlers[:], root.level = before


def ask(hall, path):
    async def walk():
        async with hall.client(hall.app(extra=[broken])) as client:
            return await client.get(path)

    return asyncio.run(walk())


def test_an_unknown_error_is_logged_once_with_the_number_that_the_page_shows(hall, lines):
    page = ask(hall, "/broken/unknown?q=张三")
    assert page.status_code == 500
    (line,) = lines()
    assert (line["level"], line["event"], line["path"]) == ("error", "unhandled", "/broken/unknown")
    assert line["reference"] in page.text
    assert line["traceback"].endswith("RuntimeError")
    assert " broken" in line["traceback"]
    assert "张三" not in json.dumps(line, ensure_ascii=False)


def test_bytes_that_contradict_their_proof_are_logged(hall, lines):
    assert ask(hall, "/broken/integrity").status_code == 503
    (line,) = lines()
    assert (line["event"], line["code"]) == ("integrity", "leaf_differs")
    assert "张三" not in json.dumps(line, ensure_ascii=False)


def test_what_a_person_was_refused_is_no_matter_for_the_log(hall, lines):
    assert ask(hall, "/broken/refused").status_code == 422
    assert ask(hall, "/nowhere").status_code == 404
    assert lines() == []
