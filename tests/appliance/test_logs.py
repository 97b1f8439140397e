"""Log lines are JSON, dated, and carry no person."""

import io
import json
import logging
from datetime import datetime
from pathlib import Path

import pytest
import structlog

from appliance.clock import SHANGHAI, FixedClock
from appliance.errors import IntegrityFailure
from appliance.logs import MASK, configure_logs, redact, redact_text

PERSON = "420102199001010013"  # invented, with a right check digit
ORGANISATION = "91420199MADEM0011P"
DIGITS_ONLY_USCC = "914201000000000022"


@pytest.fixture
def lines():
    """Configure logging into memory; gives a function that reads what was logged, as objects."""
    stream = io.StringIO()
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    configure_logs("hall-web", stream=stream, clock=FixedClock(datetime(2026, 11, 23, 9, 41, tzinfo=SHANGHAI)))
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    root.handlers[:], root.level = before


def test_a_line_is_json_with_time_level_program_and_event(lines):
    structlog.get_logger("sync").info("synced", behind=3)
    assert lines() == [
        {
            "time": "2026-11-23T09:41:00.000+08:00",
            "level": "info",
            "program": "hall-web",
            "event": "synced",
            "behind": 3,
        }
    ]


@pytest.mark.parametrize(
    "text",
    [
        PERSON,
        "42010219900101001X",
        "42010219900101001x",
        f"申请人{PERSON}的材料",
        f"id{PERSON}x",
        "420102900101001",
        "13800005678",
        "+8613800005678",
        "138 0000 5678",
        "027-87654321",
    ],
)
def test_identity_and_telephone_numbers_are_masked_wherever_they_stand(text, lines):
    kept = redact_text(text)
    assert MASK in kept
    assert sum(character.isdigit() for character in kept) <= 2
    structlog.get_logger().warning(text, note=text, deep={"a": [text, (text,)]}, **{f"k{text}": 1})
    whole = json.dumps(lines(), ensure_ascii=False)
    assert PERSON not in whole
    assert text not in whole


@pytest.mark.parametrize(
    "text",
    [
        ORGANISATION,
        DIGITS_ONLY_USCC,
        "42019901202611230000123",  # a case number is longer than a person's
        "1" * 31,
        "2026-11-23T09:41:00.000+08:00",
        "9f86d081884c7d659a2feaa0c55ad015",
        "wuhan-demo/42019901/h2c/e1",
    ],
)
def test_what_operators_search_by_stays(text):
    # The control of the masking: were everything masked, these would be gone.
    assert redact_text(text) == text


def test_a_code_that_could_be_a_person_is_masked():
    assert redact_text("914201199001010060") == MASK


@pytest.mark.parametrize(
    "key",
    [
        "password",
        "Secret",
        "token",
        "cookie",
        "name",
        "id_number",
        "applicant_name",
        "Set-Cookie",
        "api-token",
        "phone",
    ],
)
def test_values_under_telling_keys_are_masked_at_any_depth(key, lines):
    structlog.get_logger().info("x", request={key: "示例"}, **{key: "示例"})
    (line,) = lines()
    assert (line[key], line["request"][key]) == (MASK, MASK)


def test_values_under_other_keys_are_told():
    # Control: the same value passes when nothing says that it is a person's.
    assert redact({"filename": "示例", "named": "示例", "name": ""}) == {
        "filename": "示例",
        "named": "示例",
        "name": "",
    }


def test_objects_show_their_type_and_bytes_their_length_only(lines):
    class Applicant:
        def __repr__(self):
            return "张三"

    structlog.get_logger().info("x", who=Applicant(), body=b"\x00" * 7, at=Path("a/b"))
    (line,) = lines()
    assert "Applicant" in line["who"]
    assert (line["body"], line["at"]) == ("<7 bytes>", "a/b")
    assert "张三" not in json.dumps(line, ensure_ascii=False)


def failing(text):
    try:
        {}[text]
    except KeyError as error:
        raise IntegrityFailure("记录与证明不符", code="leaf_differs", params={"name": text}) from error


def test_an_exception_is_told_by_type_and_place_without_its_message(lines):
    try:
        failing("张三")
    except IntegrityFailure as error:
        structlog.get_logger("web").error("unhandled", exc_info=error)
    (line,) = lines()
    assert "张三" not in json.dumps(line, ensure_ascii=False)
    assert "KeyError" in line["traceback"]
    assert line["traceback"].endswith("IntegrityFailure [leaf_differs]")
    assert f"{Path(__file__).name}:" in line["traceback"]
    assert " failing" in line["traceback"]


def test_errors_of_a_group_and_of_the_system_are_told(lines):
    group = ExceptionGroup("张三", [FileNotFoundError(2, "No such file", "张三.pdf"), ValueError("张三")])
    structlog.get_logger("web").error("unhandled", exc_info=group)
    (line,) = lines()
    assert line["traceback"].splitlines()[-3:] == ["ExceptionGroup", "FileNotFoundError [errno 2]", "ValueError"]


def test_lines_of_libraries_take_the_same_form_and_quote_no_data(lines):
    logging.getLogger("httpx").info("GET /cases?q=张三")
    logging.getLogger("uvicorn.error").warning("invalid %s from %s", "张三·示例", PERSON)
    try:
        int("张三")
    except ValueError:
        logging.getLogger("asyncio").exception("Task failed")
    first, second = lines()
    assert first == {
        "time": "2026-11-23T09:41:00.000+08:00",
        "level": "warning",
        "program": "hall-web",
        "event": f"invalid {MASK} from {MASK}",
        "logger": "uvicorn.error",
    }
    assert second["traceback"].endswith("ValueError")
    assert "张三" not in json.dumps(second, ensure_ascii=False)


def test_without_the_configuration_the_data_would_show(capsys):
    # The control of the whole: an unconfigured logger prints everything, so the tests above test something.
    structlog.reset_defaults()
    structlog.get_logger().info("x", name="张三")
    assert "张三" in capsys.readouterr().out
