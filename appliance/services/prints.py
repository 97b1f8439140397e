"""The first print of a paper: its file is kept by digest, and the log says that it left and what it said (protocol §3).

A sheet that carries a mark of its own (补打, a watermark, a correction) is no first print and is made anew each time.
"""

import msgspec

from appliance.domain.actor import CASE_WORKERS, Actor
from appliance.domain.events import PaperRendered
from appliance.errors import N_, Conflict, Forbidden
from appliance.papers.document import Presentation
from appliance.papers.kinds import kind_named
from appliance.projections import joints, prints
from appliance.services.facts import Facts, check_department, load_case
from appliance.services.joint_facts import check_member
from appliance.services.seals import SealOn, use
from appliance.store.change import Decision, NewEntry, WriteContext


class NotePrint(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="paper.print"):
    """A paper was rendered to be printed.

    Attributes:
        case: 收件编号.
        paper: paper id.
        kind: name of its kind.
        copy: which copy.
        file: hex SHA-256 of the PDF, stored already.
        size: its size in bytes.
        digest: salted digest of what it says, 64 hex digits.
        seal: the seal whose imprint it carries, if it carries one.
    """

    case: str
    paper: str
    kind: str
    copy: str
    file: str
    size: int
    digest: str
    seal: SealOn | None = None


def note(context: WriteContext, facts: Facts, actor: Actor, command: NotePrint) -> Decision:
    """Note the first print of a copy, with the use of the seal on it.

    Raises:
        Conflict: it was printed before, and its file is the first's; or the seal may not be used.
    """
    if actor.role not in CASE_WORKERS:
        raise Forbidden(N_("文书由办件人员打印"), code="role", next_step=N_("请交给窗口或承办人员办理"))
    joint = joints.find(context.connection, command.case)
    if joint is None:
        check_department(context.connection, actor, load_case(context, command.case, None))
    else:
        check_member(context.connection, actor, joint)
    if prints.find(context.connection, command.paper, command.copy) is not None:
        raise Conflict(N_("这一联已经打印过"), code="printed", subject=command.paper)
    event = PaperRendered(
        paper=command.paper,
        kind=command.kind,
        copy=command.copy,
        file=command.file,
        size=command.size,
        digest=command.digest,
    )
    entries = [NewEntry(event, blobs=(command.file,))]
    if command.seal is not None:
        used = use(
            context, facts, actor, command.seal, case=command.case, kind=kind_named(command.kind),
            paper=command.paper, copy=command.copy, digest=command.digest,
        )  # fmt: skip
        entries.append(NewEntry(used))
    return Decision(tuple(entries), {"paper": command.paper, "file": command.file})


def is_first(presentation: Presentation) -> bool:
    """Tell whether a sheet carries no mark of its own, so that its file can be the first print."""
    return presentation.reprint is None and not presentation.watermark
