"""材料交接: paper and samples go from the window to a department and back, each time against a signature."""

from collections.abc import Mapping
from datetime import date

from appliance.domain.actor import Actor
from appliance.domain.calendar import Calendar
from appliance.domain.case import Case, Movement
from appliance.domain.decide.application import Faults
from appliance.domain.decide.proposals import text_of
from appliance.domain.events import CaseMaterialsSent, CaseMaterialsTaken, MovedLine, SampleLine
from appliance.domain.transitions import require
from appliance.errors import N_, Forbidden, Invalid, Message, WrongState

WORKING_DAYS_MAX = 2
"""A hand-over that nobody signed for after so many working days is overdue."""
SAMPLES_MAX = 20
SAMPLE_LENGTH_MAX = 100
TEXT_LENGTH_MIN = 2


def sample_key(no: int) -> str:
    """Name a sample of a hand-over, from 1, as refusals name it."""
    return f"sample:{no}"


def keys_of(sent: CaseMaterialsSent) -> tuple[str, ...]:
    """Name every line of a hand-over: materials by code, samples by number."""
    return (
        *(line.code for line in sent.lines),
        *(sample_key(no) for no in range(1, sent.sample_count + 1)),
    )


def due_day(sent_on: date, calendar: Calendar) -> str:
    """Give the last day on which a hand-over should be signed for (ISO date)."""
    return calendar.working_day_after(sent_on, WORKING_DAYS_MAX).isoformat()


def send(
    case: Case,
    *,
    giver: str,
    receiver: str,
    codes: tuple[str, ...],
    samples: tuple[SampleLine, ...],
    purpose: str,
    actor: Actor,
) -> CaseMaterialsSent:
    """T03m: make the hand-over list.

    Guard: at least one line; each material is on paper, lies with the giver and is not on its way already; giver and
    receiver differ; the purpose is written.

    Args:
        case: the case.
        giver: credit code of the actor's department, empty for the window.
        receiver: credit code of a department, empty for the window.
        codes: codes of the materials.
        samples: samples and things beside the list.
        purpose: why they go.
        actor: who gives them away.
    """
    require("T03m", case, actor)
    faults = Faults({})
    if giver == receiver:
        faults.add("receiver", N_("接收方不能是自己"))
    words = text_of("purpose", purpose, TEXT_LENGTH_MIN, faults)
    lines = []
    for code in dict.fromkeys(codes):
        held = case.material(code)
        if held is None or not held.on_paper:
            faults.add("lines", N_("有一份没有纸质件，不能交接"))
        elif held.place != giver:
            faults.add("lines", Message(N_("“%(name)s”不在您这里"), name=held.name))
        elif code in case.moving:
            faults.add("lines", Message(N_("“%(name)s”已在交接途中，等对方签收"), name=held.name))
        else:
            lines.append(
                MovedLine(code=code, name=held.name, form=held.form, copies=held.copies or 1, pages=held.pages)
            )
    things = _samples(samples, faults)
    if not codes and not things:
        faults.add("lines", N_("请勾选至少一份材料，或者填写一件样品"))
    faults.raise_if_any()
    return CaseMaterialsSent(
        handover=len(case.movements) + 1,
        giver=giver,
        receiver=receiver,
        lines=tuple(lines),
        sample_count=len(things),
        samples=things,
        purpose=words,
    )


def _samples(samples: tuple[SampleLine, ...], faults: Faults) -> tuple[SampleLine, ...]:
    things = tuple(SampleLine(name=one.name.strip(), quantity=one.quantity.strip()) for one in samples)
    things = tuple(one for one in things if one.name or one.quantity)
    if len(things) > SAMPLES_MAX:
        faults.add("samples", Message(N_("样品最多 %(max)s 件，请分几张交接单"), max=SAMPLES_MAX))
    for one in things:
        if not one.name or not one.quantity:
            faults.add("samples", N_("样品的名称和数量都要写，例如“凉拌菜 2 份”"))
        if max(len(one.name), len(one.quantity)) > SAMPLE_LENGTH_MAX:
            faults.add("samples", Message(N_("样品的名称、数量各最多 %(max)s 个字"), max=SAMPLE_LENGTH_MAX))
    return things


def open_movement(case: Case, number: int) -> Movement:
    """Find a hand-over that nobody signed for yet; raises WrongState."""
    movement = case.movement(number)
    if movement is None or movement.taken is not None:
        raise WrongState(
            N_("这张交接单已经签收，或者没有这张"),
            code="handover_settled",
            subject=case.no,
            next_step=N_("请刷新交接页"),
        )
    return movement


def take(
    case: Case, number: int, *, refused: Mapping[str, str], place: str, counted: bool, actor: Actor
) -> CaseMaterialsTaken:
    """T03n: sign for a hand-over; what is refused, with its reason, stays with the giver.

    Guard: it is open; the actor stands where it went, and did not send it; he counted it; every refusal names a line
    of it and says why.

    Args:
        case: the case.
        number: number of the hand-over.
        refused: reasons by line, as `keys_of` names them.
        place: where the actor stands: credit code of a department, empty for the window.
        counted: the lines were compared with the paper.
        actor: who signs.
    """
    require("T03n", case, actor)
    movement = open_movement(case, number)
    if movement.sent.receiver != place:
        raise Forbidden(N_("这张交接单不是交给您这里的"), code="not_receiver", next_step=N_("请由接收方的人员签收"))
    if movement.by == actor.id:
        raise Forbidden(N_("交出和签收不能是同一个人"), code="same_person", next_step=N_("请由另一位人员签收"))
    faults = Faults({})
    if not counted:
        faults.add("counted", N_("请逐项核对之后勾选"))
    known, reasons = set(keys_of(movement.sent)), dict[str, str]()
    for key, reason in refused.items():
        if key not in known:
            raise Invalid(N_("交接单上没有这一项"), code="no_line", subject=key[:40])
        reasons[key] = reason.strip()
        if not TEXT_LENGTH_MIN <= len(reasons[key]) <= SAMPLE_LENGTH_MAX:
            faults.add(f"reason.{key}", N_("不收的要写明原因，两个字到 100 个字"))
    faults.raise_if_any()
    return CaseMaterialsTaken(handover=number, refused=tuple(reasons), reasons=reasons)
