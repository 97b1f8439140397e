"""What a bundle is and what became of it, in plain words for the person with the stick, on pages and in commands."""

from dataclasses import dataclass
from typing import Final

from appliance.errors import N_, HallmarkError, Message
from sync.agent import BEHIND, EQUAL
from sync.carried.hall_side import TakenIn
from sync.trust import BundleManifest

FINE: Final = frozenset({EQUAL, BEHIND})


@dataclass(frozen=True, slots=True)
class Told:
    """Lines for a person.

    Attributes:
        ok: nothing needs anybody.
        lines: messages, the outcome first.
        next_step: what to do now; empty when nothing is.
    """

    ok: bool
    lines: tuple[Message, ...]
    next_step: Message | None = None


def tell_manifest(manifest: BundleManifest) -> tuple[Message, ...]:
    """Say what lies on the stick."""
    way = (
        Message(N_("大厅 %(hall)s 带给市级的数据包"), hall=manifest.hall)
        if manifest.direction == "h2c"
        else Message(N_("市级带给大厅 %(hall)s 的数据包"), hall=manifest.hall)
    )
    volume = (
        Message(N_("第 %(volume)s 卷，最后一卷"), volume=manifest.volume)
        if manifest.last
        else Message(N_("第 %(volume)s 卷，后面还有"), volume=manifest.volume)
    )
    held = Message(
        N_("记录第 %(first)s 到 %(size)s 条，本卷 %(records)s 条、附件 %(files)s 件"),
        first=manifest.first,
        size=manifest.size,
        records=manifest.records,
        files=manifest.files,
    )
    return (way, Message(N_("写于 %(time)s"), time=manifest.created[:16].replace("T", " ")), volume, held)


def tell_taken_in(found: TakenIn) -> Told:
    """Say what became of a volume of the city's answer."""
    lines = [Message(N_("市级已确认收到 %(size)s 条"), size=found.acknowledged)]
    if found.known:
        lines.insert(0, Message(N_("里面没有新内容，没有变化")))
    else:
        lines.insert(0, Message(N_("已装入，新收到市级下发 %(count)s 条"), count=found.pulled))
    if found.state == EQUAL:
        lines.append(Message(N_("写这份回件时，两侧一致")))
    if found.state in FINE:
        step = None if found.manifest.last else Message(N_("请接着装入第 %(next)s 卷"), next=found.manifest.volume + 1)
        return Told(ok=True, lines=tuple(lines), next_step=step)
    return Told(ok=False, lines=tuple(lines), next_step=Message(found.explanation) if found.explanation else None)


def tell_received(
    manifest: BundleManifest, *, taken: int, known: int, files: int, refused: tuple[str, ...], size: int
) -> Told:
    """Say what became of a volume of a hall's bundle."""
    if taken or not known:
        lines = [Message(N_("已装入 %(taken)s 条新记录、附件 %(files)s 段"), taken=taken, files=files)]
    else:
        lines = [Message(N_("里面没有新内容，没有变化"))]
    lines.append(Message(N_("市级现有大厅 %(hall)s 的记录 %(size)s 条"), hall=manifest.hall, size=size))
    if refused:
        return Told(ok=False, lines=(*lines, *(Message(line) for line in refused[1:])), next_step=Message(refused[0]))
    if not manifest.last:
        step = Message(N_("请接着装入第 %(next)s 卷"), next=manifest.volume + 1)
        return Told(ok=True, lines=tuple(lines), next_step=step)
    return Told(ok=True, lines=tuple(lines), next_step=Message(N_("请导出回件，由原路带回大厅")))


def tell_refusal(error: HallmarkError) -> Told:
    """Say why nothing was taken in."""
    step = Message(error.next_step, **error.params) if error.next_step else None
    return Told(ok=False, lines=(Message(error.message, **error.params),), next_step=step)
