"""How a paper of a case, or of a joint whole, is named before it is made."""

from dataclasses import dataclass
from datetime import datetime

from appliance.errors import N_, NotFound
from appliance.papers.kinds import KINDS, Copy, Kind, kind_named


@dataclass(frozen=True, slots=True)
class PaperRef:
    """One paper of a case, before it is made.

    Attributes:
        id: paper id, ``<收件编号>-<code of the kind>-<log index>``; it stands in the QR.
        kind: name of the kind, see `appliance.papers.kinds`.
        title: printed title (message id).
        origin: the log that holds the entry which produced it.
        index: its index there.
        at: when that entry was written.
        copies: which copies it is made in, the default one first.
        reprints: how many times it was printed again.
        narrow: it may also go on 80 mm paper.
        corrected: log index of the newest correction (T34) of what it says; None when it stands as it is.
    """

    id: str
    kind: str
    title: str
    origin: str
    index: int
    at: datetime
    copies: tuple[Copy, ...]
    reprints: int
    narrow: bool
    corrected: int | None = None

    @property
    def correctable(self) -> bool:
        """Whether a slip of the pen in it is put right by a notice: it went to the applicant (domain §2.3 T34).

        The approval form stays inside, and a licence is changed by a case of its own.
        """
        return Copy.APPLICANT in self.copies and self.kind != "paper_correction_notice"


def paper_id_of(no: str, kind_name: str, index: int) -> str:
    """Name the paper of a kind that the entry at `index` produced."""
    return f"{no}-{kind_named(kind_name).code}-{index}"


def parse_id(paper_id: str) -> tuple[str, Kind, int]:
    """Take a paper id apart; raises NotFound."""
    no, code, index = [*paper_id.rsplit("-", 2), "", ""][:3]
    kind = next((one for one in KINDS if one.code == code), None)
    if kind is None or not (index.isascii() and index.isdigit()):
        raise no_paper(paper_id)
    return no, kind, int(index)


def no_paper(subject: str) -> NotFound:
    """Build the refusal for a paper that is not there, or not yet durable."""
    return NotFound(
        N_("这件还没有这份文书"),
        code="no_paper",
        subject=subject,
        next_step=N_("请在办件页的文书清单里选择"),
    )
