"""Which entries of a case produce which kinds of paper, and which of them a later one of its kind replaces."""

from appliance.domain import events as ev

# Which kinds an event produces, in the order in which they are printed.
PRODUCED: dict[type[ev.CaseEvent], tuple[str, ...]] = {
    ev.CaseSubmitted: ("submission_slip",),
    ev.CaseReceived: ("intake_receipt", "archive_receipt"),
    ev.CaseCorrectionRequired: ("correction_notice",),
    ev.CaseSupplemented: ("supplement_receipt",),
    ev.CaseAccepted: ("acceptance_receipt",),
    ev.CaseDeemedAccepted: ("acceptance_receipt",),
    ev.CaseOpinionGiven: ("approval_form",),
    ev.CaseGranted: ("decision_granted",),
    ev.CaseRefused: ("decision_refused",),
    ev.LicenceIssued: ("licence",),
    ev.CaseHandedOver: ("collection_receipt",),
    ev.CaseWithdrawn: ("termination_notice",),
    ev.CaseOnsiteFixed: ("archive_receipt",),
    ev.CaseRegistrationAmended: ("intake_receipt", "archive_receipt"),
    ev.CaseNotRequired: ("not_required_notice",),
    ev.CaseNotAccepted: ("not_accepted_notice",),
    ev.CaseTerminated: ("termination_notice",),
    ev.CaseMaterialRequested: ("material_request_notice",),
    ev.CaseSpecialStarted: ("special_procedure_notice",),
    ev.CaseExtended: ("extension_notice",),
    ev.CaseSuspended: ("suspension_notice",),
    ev.CaseResumed: ("resumption_notice",),
    ev.CaseForwarded: ("opinion_forward", "transfer_list"),
    ev.CaseShipped: ("shipping_slip",),
    ev.CaseDelivered: ("service_certificate",),
    ev.CasePaperCorrected: ("paper_correction_notice",),
    ev.CasePromiseMade: ("promise_document",),
    ev.CaseSiteChecked: ("site_check_record",),
    ev.CaseHearingOffered: ("hearing_rights_notice",),
    ev.CaseHearingCalled: ("hearing_notice",),
    ev.CaseHearingHeld: ("hearing_record",),
    ev.CaseFeeNoticed: ("fee_notice",),
    ev.CaseMaterialsSent: ("transfer_list",),
    ev.CaseOriginalReturned: ("original_return",),
}


# Slips that are made anew when what they say was amended (T05, T36): the newest counts.
REPLACED = frozenset({"intake_receipt", "archive_receipt"})

# Kinds that an event produces only when it says so (`produced`).
ON_CONDITION = frozenset({"tolerant_commitment", "record_receipt"})


def produced(event: ev.CaseEvent) -> tuple[str, ...]:
    """Name the kinds of paper that an event produces: what is tolerated and what is only filed make papers apart."""
    kinds = PRODUCED.get(type(event), ())
    match event:
        case ev.CaseAccepted(tolerated=tolerated) if tolerated:
            return (*kinds, "tolerant_commitment")
        case ev.CaseGranted(recorded=True):
            return ("record_receipt",)
        case ev.CaseCorrectionRequired(joint=joint) if joint:
            return ()  # the collective notice says it; a second paper would not be telling once
        case ev.CaseSupplemented(joint=joint) if joint:
            return ()  # the slip of the whole says it
        case _:
            return kinds
