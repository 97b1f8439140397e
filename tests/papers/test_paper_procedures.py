"""Papers beside the main road: what one field owes another, and what a sheet says in the rarer cases."""

import datetime as dt
import io

import msgspec
import pypdf
import pytest

from appliance.errors import Invalid
from appliance.papers.document import check

# One field of a good sample, changed so that it no longer agrees with the others.
CONTRADICTIONS = [
    ("hearing_notice", "presider", lambda it: it.reviewer),
    ("hearing_record", "presider", lambda it: it.reviewer),
    ("hearing_record", "ended_at", lambda it: it.held_at - dt.timedelta(minutes=1)),
    ("site_check_record", "officers", lambda it: (it.officers[0],)),
    ("site_check_record", "officers", lambda it: (it.officers[0], it.officers[0])),
    ("site_check_record", "ended_at", lambda it: it.started_at - dt.timedelta(minutes=1)),
    ("site_check_record", "refusal", "拒绝签名"),
    ("service_certificate", "refusal", "拒绝签收"),
    ("service_certificate", "signer", ""),
    ("service_certificate", "relation", ""),
    ("service_certificate", "servers", ()),
    ("fee_notice", "total_capitals", "陆佰伍拾元整"),
    ("fee_notice", "total", "650.51"),
    ("fee_notice", "total", "六百五十"),
    ("fee_notice", "lines", lambda it: it.lines[:1]),
    ("extension_notice", "new_due", lambda it: it.original_due),
    ("resumption_notice", "resumed_on", lambda it: it.suspended_on - dt.timedelta(days=1)),
    ("special_procedure_notice", "planned_until", lambda it: it.started_on - dt.timedelta(days=1)),
    ("paper_correction_notice", "lines", lambda it: (msgspec.structs.replace(it.lines[0], correct="政务大道18号"),)),
    ("tolerant_commitment", "lines", ()),
    ("promise_document", "statements", ()),
]


@pytest.mark.parametrize(("name", "field", "value"), CONTRADICTIONS)
def test_a_paper_that_contradicts_itself_is_refused(samples, name, field, value):
    paper = getattr(samples, name)()
    check(paper)
    with pytest.raises(Invalid) as caught:
        check(msgspec.structs.replace(paper, **{field: value(paper) if callable(value) else value}))
    assert caught.value.code == "paper_incomplete"


def test_a_special_procedure_that_stops_no_clock_says_so(renderer, samples, text_of):
    paper = msgspec.structs.replace(samples.special_procedure_notice(), not_counted=False, organiser="")
    text = text_of(renderer.render(paper))
    assert "计算在办理时限内，办理时限不因此停止计算" in text
    assert "不计算在办理时限内" not in text


def test_a_refused_service_names_reason_and_witness(renderer, samples, text_of):
    paper = msgspec.structs.replace(
        samples.service_certificate(),
        way="留置送达",
        signer="",
        relation="",
        refusal="受送达人认为决定有误",
        witnesses=("示范社区居委会刘建国",),
    )
    text = text_of(renderer.render(paper))
    for part in ("留置送达", "（拒绝签收）", "拒收事由受送达人认为决定有误", "见证人示范社区居委会刘建国签名"):
        assert part in text
    by_post = msgspec.structs.replace(paper, way="邮寄送达", refusal="", witnesses=(), trace="EY123456785CN")
    assert "见送达凭证" in text_of(renderer.render(by_post))


def test_a_check_that_was_not_signed_names_the_witness(renderer, samples, text_of):
    paper = msgspec.structs.replace(samples.site_check_record(), refusal="拒绝签名", witness="物业经理何平")
    text = text_of(renderer.render(paper))
    assert "被核查人未签名：拒绝签名见证人：物业经理何平" in text
    assert "被核查人（陪同人）签名" not in text


def test_materials_that_move_inside_the_hall_go_with_a_handing_over_slip(renderer, samples, text_of):
    text = text_of(renderer.render(msgspec.structs.replace(samples.transfer_list(), upward=False)))
    assert "材料交接单" in text
    assert "材料移交清单" not in text


def test_a_closed_hearing_gives_its_reason(renderer, samples, text_of):
    paper = msgspec.structs.replace(samples.hearing_notice(), not_public="涉及商业秘密")
    text = text_of(renderer.render(paper))
    assert "听证方式不公开举行" in text
    assert "涉及商业秘密" in text


def test_a_termination_names_its_ground(printed, renderer, samples, text_of):
    paper = msgspec.structs.replace(
        samples.termination_notice(), ground="申请人终止", reason="申请人已于2026年11月25日注销登记。"
    )
    text = text_of(renderer.render(paper))
    assert "终止情形申请人终止" in text
    assert "六十日内" in text
    assert "终止情形" not in printed.text("termination_notice")


def test_forty_attendants_sign_over_several_pages_and_none_falls_off(renderer, samples, squeeze):
    record = samples.hearing_record()
    crowd = tuple(msgspec.structs.replace(record.attendants[1], name=f"村民代表{n:02}") for n in range(40))
    pages = pypdf.PdfReader(io.BytesIO(renderer.render(msgspec.structs.replace(record, attendants=crowd)))).pages
    texts = [squeeze(page.extract_text()) for page in pages]
    assert len(pages) >= 4
    assert sum(text.count("签名：") for text in texts) == 40
    assert max(text.count("签名：") for text in texts) < 40
