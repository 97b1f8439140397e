"""What a list's line reads of a case is named and typed as the case has it, and says the same."""

import msgspec

from appliance.domain.case import BackEntry, Case
from appliance.domain.states import State
from appliance.domain.subject import Applicant, SubjectKind
from appliance.projections.case_brief import CaseBrief, briefs

BRIEF, WHOLE = ({field.name: field for field in msgspec.structs.fields(kind)} for kind in (CaseBrief, Case))
PERSON = Applicant(kind=SubjectKind.PERSON, name="张示例", id_type="citizen_id", id_number="")


def test_each_field_is_the_cases_own():
    assert {name: (field.type, field.default) for name, field in BRIEF.items()} == {
        name: (WHOLE[name].type, WHOLE[name].default) for name in BRIEF
    }


def test_a_back_entry_is_unconfirmed_until_it_is_settled():
    settled = {"": True, "confirmed": False, "returned": False}
    for word, waits in settled.items():
        entry = BackEntry(paper_no="1", entered_by="W0312", entered_at="2026-11-23", settled=word)
        brief = CaseBrief(
            no="S1", state=State.RECEIVED, handling="commitment", department="D", clerk="W0312",
            applicant=PERSON, back_entry=entry,
        )  # fmt: skip
        assert brief.unconfirmed is waits


def test_no_numbers_ask_nothing():
    assert briefs(None, []) == {}
