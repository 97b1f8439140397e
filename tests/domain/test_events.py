"""The vocabulary of events: closed, each name once, free text declared personal."""

import types
import typing

import msgspec
import pytest

from appliance.domain import events as ev
from appliance.domain.gate import GateState, allows

KINDS = pytest.mark.parametrize("kind", ev.EVENTS.values(), ids=list(ev.EVENTS))

# Text fields that stand in the leaf, for everybody who may see the log, and why each of them is no free text.
IN_THE_LEAF = {
    "code of a closed list or of the item version": {
        "pii.requested": {"right", "ground", "channel"},
        "pii.erased": {"basis"},
        "pii.restricted": {"basis"},
        "pii.lifted": {"basis"},
        "pii.forgotten": {"act"},
        "evidence.settled": {"kind"},
        "case.received": {"channel", "handling", "variants", "missing"},
        "case.submitted": {"channel", "handling", "variants", "missing"},
        "case.step_started": {"step", "role"},
        "case.opinion_given": {"step", "result"},
        "case.step_returned": {"step", "to_step"},
        "case.handed_over": {"relation"},
        "licence.issued": {"holder_code_type"},
        "case.onsite_fixed": {"fields", "variants", "missing", "presenter"},
        "case.proposed": {"act", "ground", "unit"},
        "case.terminated": {"ground"},
        "case.material_requested": {"cause"},
        "case.registration_amended": {"fields", "variants", "missing"},
        "case.special_started": {"kind", "unit"},
        "case.special_ended": {"kind"},
        "case.suspended": {"basis_kind"},
        "case.due_recomputed": {"cause", "kept"},
        "case.supplemented": {"fields", "variants", "missing", "presenter"},
        "case.accepted": {"tolerated", "tolerance"},
        "case.forwarded": {"materials"},
        "case.delivered": {"proof"},
        "case.promise_made": {"materials"},
        "case.promise_verified": {"result"},
        "staff.proposed": {"act", "roles"},
        "staff.changed": {"act", "roles"},
        "case.withdrawn": {"presenter"},
        "case.material_received": {"presenter"},
        "case.tolerance_supplied": {"presenter"},
        "case.original_returned": {"materials", "relation"},
        "case.materials_taken": {"refused"},
        "fallback.begun": {"cause"},
        "journal.moved": {"reason"},
        "supervision.settled": {"outcome"},
        "command.sent": {"kind"},
        "complaint.registered": {"channel", "about", "category"},
        "seal.requested": {"kind"},
        "seal.authorised": {"papers"},
        "seal.used": {"copy"},
        "complaint.rejected": {"ground"},
        "complaint.answered": {"result"},
        "complaint.closed": {"satisfaction"},
        "command.answered": {"outcome", "ground"},
        "conflict.found": {"kind"},
        "conflict.resolved": {"choice"},
        "pack.published": {"name"},
        "joint.received": {"channel"},
        "joint.handed_over": {"relation"},
        "case.transferred": {"purpose"},
        "case.entrusted": {"purpose", "state"},
        "case.reported": {"state"},
    },
    "name that the published item version or the hall's settings give": {
        "case.received": {"item_name", "department_name"},
        "case.submitted": {"item_name", "department_name"},
        "case.step_started": {"step_name"},
        "case.opinion_given": {"step_name"},
        "case.step_returned": {"to_step_name"},
        "case.refused": {"review_body", "court"},
        "case.not_accepted": {"review_body", "court"},
        "case.terminated": {"review_body", "court"},
        "licence.issued": {"type_name", "issuer_name"},
        "joint.received": {"set_name"},
        "case.transferred": {"to_name"},
        "case.entrusted": {"source_name"},
        "case.reported": {"hall_name"},
    },
    "number, code or digest with a form of its own": {
        "pii.requested": {"subject", "matters"},
        "pii.proposed": {"subject", "erase", "restrict", "lift", "refuse"},
        "pii.erased": {"subject", "matter", "proposed_by", "places", "blobs"},
        "pii.restricted": {"subject", "matter", "proposed_by", "places"},
        "pii.lifted": {"subject", "matter", "proposed_by", "places"},
        "pii.refused": {"subject", "matters", "proposed_by"},
        "pii.forgotten": {"subject", "matter", "place"},
        "evidence.settled": {"hall", "head", "order"},
        "seal.requested": {"no", "department", "letter"},
        "seal.approved": {"no"},
        "seal.rejected": {"no"},
        "seal.made": {"no", "image", "key"},
        "seal.issued": {"no", "keeper"},
        "seal.authorised": {"no", "grant", "persons", "items"},
        "seal.authorisation_ended": {"no", "grant"},
        "seal.used": {"no", "grant", "paper", "digest", "signature"},
        "seal.lost": {"no"},
        "seal.condemned": {"no"},
        "seal.spared": {"no"},
        "seal.destroyed": {"no"},
        "case.received": {"item_code", "task_code", "department", "ticket", "joint"},
        "case.correction_required": {"joint"},
        "case.supplemented": {"joint"},
        "joint.received": {"set_code", "lead", "ticket"},
        "case.transferred": {"to"},
        "number.leased": {"block", "scope"},
        "number.taken": {"block", "subject"},
        "number.voided": {"block"},
        "number.returned": {"block"},
        "case.history": {"origin", "entry"},
        "case.entrusted": {"source", "origin"},
        "case.reported": {"hall"},
        "joint.accepted": {"acceptance_no", "cases"},
        "joint.handed_over": {"cases"},
        "joint.withdrawn": {"cases", "letter_files"},
        "joint.paper_reprinted": {"paper"},
        "joint.supplemented": {"cases"},
        "case.submitted": {"item_code", "task_code", "department"},
        "case.assigned": {"handler", "department"},
        "case.accepted": {"acceptance_no"},
        "case.deemed_accepted": {"acceptance_no"},
        "case.granted": {"document_no", "delegation"},
        "case.refused": {"document_no"},
        "case.not_accepted": {"document_no", "proposed_by"},
        "case.terminated": {"proposed_by"},
        "case.receipt_voided": {"proposed_by"},
        "case.granted_above": {"files"},
        "case.refused_above": {"files"},
        "case.paper_corrected": {"paper"},
        "delegation.given": {"delegation", "approver", "handler", "department", "items"},
        "delegation.revoked": {"delegation"},
        "staff.proposed": {"change", "staff", "windows", "department"},
        "staff.changed": {"change", "staff", "proposed_by", "windows", "department"},
        "staff.dropped": {"change"},
        "staff.absent": {"absence", "staff", "substitute", "department"},
        "staff.returned": {"absence"},
        "case.reassigned": {"before", "handler", "department"},
        "case.special_started": {"proposed_by"},
        "case.special_ended": {"files"},
        "licence.issued": {"identifier", "type_code", "number", "issuer_code", "supersedes"},
        "case.result_produced": {"licence"},
        "case.withdrawn": {"letter_files"},
        "paper.reprinted": {"paper"},
        "case.notice_widened": {"targets"},
        "case.site_checked": {"officers", "certificates"},
        "case.hearing_offered": {"party"},
        "case.hearing_requested": {"party"},
        "case.hearing_called": {"presider", "recorder", "reviewer"},
        "case.fee_noticed": {"fee", "amount"},
        "case.fee_paid": {"receipt_no", "amount"},
        "supervision.raised": {"rule", "subject", "department", "staff", "clock"},
        "supervision.urged": {"subject", "department", "staff"},
        "command.sent": {"command", "subject"},
        "complaint.registered": {"no", "subject", "department"},
        "complaint.admitted": {"no", "investigator"},
        "complaint.rejected": {"no"},
        "complaint.reassigned": {"no", "investigator"},
        "complaint.extended": {"no"},
        "complaint.answered": {"no"},
        "complaint.closed": {"no"},
        "command.answered": {"command", "made", "files"},
        "conflict.found": {"conflict", "subject", "owner"},
        "conflict.resolved": {"conflict", "by"},
        "silence.acknowledged": {"hall"},
        "applicant.notified": {"subject", "about", "outcome", "told"},
        "case.agent_authorised": {"letter_files"},
        "case.materials_sent": {"giver", "receiver"},
        "case.result_shelved": {"location"},
        "case.back_entry_confirmed": {"paper_no", "entered_by"},
        "case.back_entry_returned": {"paper_no", "entered_by"},
        "fallback.begun": {"fallback"},
        "fallback.ended": {"fallback"},
        "fallback.pad_printed": {"first", "last"},
        "paper.rendered": {"paper", "kind", "copy", "file", "digest"},
        "access.digested": {"root", "head"},
        "epoch.opened": {"previous_origin", "previous_root"},
        "clock.confirmed": {"first", "second"},
        "pack.published": {"sha256"},
    },
    "day or instant": {
        "seal.authorised": {"starts", "until"},
        "access.digested": {"day"},
        "case.entrusted": {"given_at"},
        "case.reported": {"at"},
        "supervision.urged": {"due"},
        "command.sent": {"due"},
        "complaint.registered": {"due"},
        "complaint.admitted": {"due"},
        "complaint.extended": {"due"},
        "complaint.answered": {"due"},
        "conflict.found": {"found", "due"},
        "conflict.resolved": {"at"},
        "silence.acknowledged": {"since", "until"},
        "case.back_entry_returned": {"ended_on"},
        "fallback.begun": {"began_at"},
        "fallback.ended": {"ended_at"},
        "case.accepted": {"accepted_on"},
        "case.deemed_accepted": {"accepted_on"},
        "case.granted": {"decided_on"},
        "case.refused": {"decided_on"},
        "case.not_required": {"decided_on"},
        "case.forwarded": {"forwarded_on"},
        "case.granted_above": {"decided_on"},
        "case.refused_above": {"decided_on"},
        "case.delivered": {"delivered_on"},
        "case.promise_made": {"signed_on"},
        "case.promise_verified": {"verified_on"},
        "delegation.given": {"starts", "until"},
        "staff.absent": {"starts", "until"},
        "supervision.raised": {"due"},
        "case.site_checked": {"started_at", "ended_at"},
        "case.hearing_offered": {"offered_on"},
        "case.hearing_requested": {"requested_on"},
        "case.hearing_called": {"held_at"},
        "case.hearing_held": {"ended_at"},
        "case.fee_noticed": {"noticed_on"},
        "case.fee_paid": {"paid_on"},
        "case.special_started": {"started_on"},
        "case.special_ended": {"ended_on"},
        "case.suspended": {"suspended_on"},
        "case.resumed": {"resumed_on"},
        "case.extended": {"extended_on", "due_before"},
        "case.not_accepted": {"decided_on"},
        "case.terminated": {"ended_on"},
        "case.receipt_voided": {"ended_on"},
        "licence.issued": {"issued_on", "valid_from", "valid_to"},
        "clock.suspected": {"wall", "floor"},
        "joint.accepted": {"accepted_on"},
        "joint.extended": {"extended_on", "due_before"},
        "joint.concluded": {"concluded_on"},
        "lease.granted": {"until"},
        "certificate.issued": {"hall", "public", "certificate", "authority", "code", "starts", "ends"},
    },
    "verdict codes by material code": {"case.pre_reviewed": {"verdicts"}},
}


def holds_text(annotation):
    if annotation is str:
        return True
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) in (tuple, dict, list):
        return any(holds_text(part) for part in typing.get_args(annotation))
    return False


@KINDS
def test_every_text_field_is_personal_or_has_its_reason_to_stand_in_the_leaf(kind):
    hints = typing.get_type_hints(kind)
    free = {name for name in kind.__struct_fields__ if name not in kind.PERSONAL and holds_text(hints[name])}
    reasoned = set().union(*(fields.get(kind.TYPE, set()) for fields in IN_THE_LEAF.values()))
    assert free == reasoned


@KINDS
def test_personal_fields_exist(kind):
    assert set(kind.__struct_fields__) >= kind.PERSONAL


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (ev.CaseReceived, {"applicant", "agent", "form", "query_code", "note"}),
        (ev.CaseSubmitted, {"applicant", "agent", "form", "query_code"}),
        (ev.CaseRefused, {"facts", "reasons", "basis"}),
        (ev.LicenceIssued, {"holder_name", "holder_code", "fields"}),
        (ev.CaseHandedOver, {"collector_name", "collector_id"}),
        (ev.CaseResultProduced, {"shelf"}),
    ],
)
def test_what_names_a_person_or_was_typed_freely_is_personal(kind, fields):
    assert fields == kind.PERSONAL


def test_each_name_is_used_once_and_no_reserved_name_again():
    kinds = (*ev.CaseEvent.__args__, *ev.JointEvent.__args__, *ev.SystemEvent.__args__)
    assert len({kind.TYPE for kind in kinds}) == len(kinds) == len(ev.EVENTS)
    assert not ev.RESERVED & ev.EVENTS.keys()
    assert ev.UnknownEvent.TYPE not in ev.EVENTS


@KINDS
def test_an_event_has_a_chinese_name_a_version_and_a_place_at_the_gate(kind):
    assert any("\u4e00" <= character <= "\u9fff" for character in kind.DISPLAY)
    assert kind.VERSION >= 1
    assert allows(GateState.OPEN, kind.TYPE)


@KINDS
def test_an_event_is_frozen(kind):
    assert kind.__struct_config__.frozen
    assert issubclass(kind, msgspec.Struct)
