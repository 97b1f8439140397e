"""Every command of the desk: one literal table, struct to decider. It documents what can be done.

A command is data: pages, the command line, the demo and other processes (over the owner's socket) all send the same
structs. To add one: its struct and decider in the module of its verb family, one line here.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from appliance.domain.actor import Actor
from appliance.services import (
    absences,
    access,
    agents,
    city_commands,
    clockwatch,
    complaints,
    conditions,
    conflicts,
    contacts,
    fallback,
    handovers,
    inquiry,
    instant,
    intake,
    issuance,
    joint_intake,
    joint_supplement,
    joints,
    mending,
    outside,
    personal_data,
    prereview,
    prints,
    procedure,
    review,
    seals,
    staffing,
    supervision,
    supervision_cards,
    timing,
    transfers,
)
from appliance.services import number_blocks as blocks
from appliance.services.facts import Facts
from appliance.store.change import Decision, Random

Decider = Callable[..., Decision]
"""Takes the write context, the facts, the actor and the command; see `AHEAD` for a fifth."""

Command = (
    intake.SubmitCase
    | intake.ReceiveCase
    | intake.SupplementCase
    | prereview.TakeCase
    | prereview.PreReviewCase
    | prereview.DeemAccepted
    | prereview.StartReview
    | prereview.WidenNotice
    | supervision.RaiseOverdue
    | supervision_cards.Urge
    | supervision_cards.ReceiveCard
    | supervision_cards.ReplyCard
    | supervision_cards.SettleCard
    | complaints.RegisterComplaint
    | complaints.AdmitComplaint
    | complaints.ReassignComplaint
    | complaints.RejectComplaint
    | complaints.ExtendComplaint
    | complaints.AnswerComplaint
    | complaints.CloseComplaint
    | complaints.RaiseComplaintOverdue
    | review.GiveOpinion
    | review.ReturnStep
    | review.GrantCase
    | review.RefuseCase
    | issuance.ProduceResult
    | issuance.HandOver
    | issuance.WithdrawCase
    | issuance.ReprintPaper
    | procedure.Propose
    | procedure.ConfirmProposal
    | procedure.DropProposal
    | procedure.FindNotRequired
    | procedure.ProposeLapse
    | mending.FixOnSite
    | mending.AmendRegistration
    | mending.ReceiveRequested
    | review.RequestMaterial
    | timing.EndSpecial
    | timing.SuspendCase
    | timing.ResumeCase
    | timing.ExtendCase
    | timing.RecomputeDue
    | outside.ForwardUp
    | outside.ImportResult
    | outside.ShipResult
    | outside.ConfirmDelivery
    | outside.CorrectPaper
    | conditions.SupplyTolerated
    | conditions.MakePromise
    | conditions.WithdrawPromise
    | conditions.VerifyPromise
    | conditions.ProposeToleranceLapse
    | instant.HandleInstant
    | instant.GiveDelegation
    | contacts.NotifyApplicant
    | access.DigestAccess
    | inquiry.CheckSite
    | inquiry.OfferHearing
    | inquiry.RequestHearing
    | inquiry.CallHearing
    | inquiry.HoldHearing
    | inquiry.NoticeFee
    | inquiry.PayFee
    | instant.ReceiveInstant
    | instant.RevokeDelegation
    | prints.NotePrint
    | seals.RequestSeal
    | seals.ApproveSeal
    | seals.RejectSeal
    | seals.MakeSeal
    | seals.IssueSeal
    | seals.AuthoriseSeal
    | seals.EndSealGrant
    | seals.LoseSeal
    | seals.CondemnSeal
    | seals.DestroySeal
    | seals.SpareSeal
    | clockwatch.ConfirmClock
    | staffing.ProposeStaffChange
    | absences.RegisterAbsence
    | absences.EndAbsence
    | absences.ReassignCases
    | staffing.ConfirmStaffChange
    | staffing.DropStaffChange
    | joint_intake.ReceiveJoint
    | joint_supplement.SupplementJoint
    | joints.RequireJointCorrection
    | joints.AcceptJoint
    | joints.ExtendJoint
    | joints.ConcludeJoint
    | joints.HandOverJoint
    | joints.WithdrawJoint
    | joints.ReprintJointPaper
    | joints.RecomputeJointDue
    | joints.RaiseJointOverdue
    | agents.AuthoriseAgent
    | agents.DismissAgent
    | agents.ReturnOriginals
    | handovers.SendMaterials
    | handovers.TakeMaterials
    | issuance.ShelveResult
    | fallback.BeginFallback
    | fallback.EndFallback
    | fallback.PrintPad
    | fallback.EnterFromPaper
    | fallback.ConfirmBackEntry
    | fallback.ReturnBackEntry
    | city_commands.CarryOut
    | city_commands.RefuseCommand
    | conflicts.ResolveConflict
    | personal_data.RequestPersonalData
    | personal_data.ProposePersonalData
    | personal_data.ConfirmPersonalData
    | transfers.TransferCase
    | transfers.TakeOverCase
    | blocks.VoidNumbers
    | blocks.ReturnBlock
)

AHEAD: dict[type[Command], Callable[[Facts, Actor, Any, datetime, Random], Any]] = {
    intake.ReceiveCase: intake.receive_ahead
}
"""What of a command can be done before its turn comes; its decider takes the answer as fifth."""

DECIDERS: dict[type[Command], Decider] = {
    intake.SubmitCase: intake.submit,
    intake.ReceiveCase: intake.receive,
    intake.SupplementCase: intake.supplement,
    prereview.TakeCase: prereview.take,
    prereview.PreReviewCase: prereview.conclude,
    prereview.DeemAccepted: prereview.deem_accepted,
    prereview.StartReview: prereview.start_review,
    prereview.WidenNotice: prereview.widen,
    supervision.RaiseOverdue: supervision.raise_overdue,
    supervision_cards.Urge: supervision_cards.urge,
    supervision_cards.ReceiveCard: supervision_cards.receive,
    supervision_cards.ReplyCard: supervision_cards.reply,
    supervision_cards.SettleCard: supervision_cards.settle,
    complaints.RegisterComplaint: complaints.register,
    complaints.AdmitComplaint: complaints.admit,
    complaints.ReassignComplaint: complaints.reassign,
    complaints.RejectComplaint: complaints.reject,
    complaints.ExtendComplaint: complaints.extend,
    complaints.AnswerComplaint: complaints.answer,
    complaints.CloseComplaint: complaints.close,
    complaints.RaiseComplaintOverdue: complaints.raise_overdue,
    review.GiveOpinion: review.opinion,
    review.ReturnStep: review.return_step,
    review.GrantCase: review.grant,
    review.RefuseCase: review.refuse,
    issuance.ProduceResult: issuance.produce,
    issuance.HandOver: issuance.hand_over,
    issuance.WithdrawCase: issuance.withdraw,
    issuance.ReprintPaper: issuance.reprint,
    procedure.Propose: procedure.propose,
    procedure.ConfirmProposal: procedure.confirm,
    procedure.DropProposal: procedure.drop,
    procedure.FindNotRequired: procedure.not_required,
    procedure.ProposeLapse: procedure.propose_lapse,
    mending.FixOnSite: mending.fix_on_site,
    mending.AmendRegistration: mending.amend,
    mending.ReceiveRequested: mending.receive_requested,
    review.RequestMaterial: review.request_material,
    timing.EndSpecial: timing.end_special,
    timing.SuspendCase: timing.suspend,
    timing.ResumeCase: timing.resume,
    timing.ExtendCase: timing.extend,
    timing.RecomputeDue: timing.recompute,
    outside.ForwardUp: outside.forward,
    outside.ImportResult: outside.import_result,
    outside.ShipResult: outside.ship,
    outside.ConfirmDelivery: outside.deliver,
    outside.CorrectPaper: outside.correct_paper,
    conditions.SupplyTolerated: conditions.supply,
    conditions.MakePromise: conditions.make_promise,
    conditions.WithdrawPromise: conditions.withdraw_promise,
    conditions.VerifyPromise: conditions.verify_promise,
    conditions.ProposeToleranceLapse: conditions.propose_lapse,
    instant.HandleInstant: instant.handle,
    instant.GiveDelegation: instant.delegate,
    contacts.NotifyApplicant: contacts.notify,
    access.DigestAccess: access.digest,
    inquiry.CheckSite: inquiry.check_site,
    inquiry.OfferHearing: inquiry.offer,
    inquiry.RequestHearing: inquiry.request,
    inquiry.CallHearing: inquiry.call,
    inquiry.HoldHearing: inquiry.hold,
    inquiry.NoticeFee: inquiry.notice_fee,
    inquiry.PayFee: inquiry.pay_fee,
    instant.ReceiveInstant: instant.receive,
    instant.RevokeDelegation: instant.revoke,
    prints.NotePrint: prints.note,
    seals.RequestSeal: seals.request,
    seals.ApproveSeal: seals.approve,
    seals.RejectSeal: seals.reject,
    seals.MakeSeal: seals.make,
    seals.IssueSeal: seals.issue,
    seals.AuthoriseSeal: seals.authorise,
    seals.EndSealGrant: seals.end_grant,
    seals.LoseSeal: seals.lose,
    seals.CondemnSeal: seals.condemn,
    seals.DestroySeal: seals.destroy,
    seals.SpareSeal: seals.spare,
    clockwatch.ConfirmClock: clockwatch.confirm,
    staffing.ProposeStaffChange: staffing.propose,
    absences.RegisterAbsence: absences.register,
    absences.EndAbsence: absences.end,
    absences.ReassignCases: absences.reassign,
    staffing.ConfirmStaffChange: staffing.confirm,
    staffing.DropStaffChange: staffing.drop,
    joint_intake.ReceiveJoint: joint_intake.receive,
    joint_supplement.SupplementJoint: joint_supplement.supplement,
    joints.RequireJointCorrection: joints.require_correction,
    joints.AcceptJoint: joints.accept,
    joints.ExtendJoint: joints.extend,
    joints.ConcludeJoint: joints.conclude,
    joints.HandOverJoint: joints.hand_over,
    joints.WithdrawJoint: joints.withdraw,
    joints.ReprintJointPaper: joints.reprint,
    joints.RecomputeJointDue: joints.recompute,
    joints.RaiseJointOverdue: joints.raise_overdue,
    agents.AuthoriseAgent: agents.authorise,
    agents.DismissAgent: agents.dismiss,
    agents.ReturnOriginals: agents.return_originals,
    handovers.SendMaterials: handovers.send,
    handovers.TakeMaterials: handovers.take,
    issuance.ShelveResult: issuance.shelve,
    fallback.BeginFallback: fallback.begin,
    fallback.EndFallback: fallback.end,
    fallback.PrintPad: fallback.print_pad,
    fallback.EnterFromPaper: fallback.enter,
    fallback.ConfirmBackEntry: fallback.confirm,
    fallback.ReturnBackEntry: fallback.give_back,
    city_commands.CarryOut: city_commands.carry_out,
    city_commands.RefuseCommand: city_commands.refuse,
    conflicts.ResolveConflict: conflicts.resolve,
    personal_data.RequestPersonalData: personal_data.request,
    personal_data.ProposePersonalData: personal_data.propose,
    personal_data.ConfirmPersonalData: personal_data.confirm,
    transfers.TransferCase: transfers.give,
    transfers.TakeOverCase: transfers.take_over,
    blocks.VoidNumbers: blocks.void,
    blocks.ReturnBlock: blocks.give_back,
}

_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(Command).decode


def encode(command: Command) -> bytes:
    """Write a command as canonical bytes: what the idempotency key is bound to, and what travels to the owner."""
    return _encode(command)


def decode(content: bytes) -> Command:
    """Read a command; raises msgspec.MsgspecError for anything else."""
    command: Command = _decode(content)
    return command
