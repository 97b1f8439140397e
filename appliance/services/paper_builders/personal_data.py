"""个人信息处理告知书: made from what was decided on a request; it names nobody (domain §7.1)."""

from datetime import datetime

from appliance.domain.events import PiiErased, PiiLifted, PiiRefused, PiiRestricted
from appliance.domain.personal_data import CHANNELS, GROUNDS, RIGHTS
from appliance.errors import N_, NotFound
from appliance.papers import data
from appliance.papers.kinds import kind_named, paper_id
from appliance.projections import personal_data, staff
from appliance.projections.personal_data import DECIDED, Request
from appliance.services.facts import Facts
from appliance.services.personal_data import matter_of
from appliance.store.connection import Connection

OUTCOMES = {
    PiiErased.TYPE: "已删除",
    PiiRestricted.TYPE: "已限制处理",
    PiiLifted.TYPE: "已解除限制",
    PiiRefused.TYPE: "不予支持",
}


def notice_paper(connection: Connection, facts: Facts, found: Request) -> data.PersonalDataNotice:
    """Make the notice of a request that was decided; raises NotFound before that."""
    if found.standing != DECIDED:
        raise NotFound(N_("这项请求还没有决定，没有告知书"), code="no_paper", subject=found.subject)
    newest = {act.matter: act for act in personal_data.acts(connection, found.subject)}
    done = {act.act for no, act in newest.items() if no in found.matters}
    opinion = personal_data.opinion(connection, found)
    names = staff.names(connection)
    city = [act.city_at for no, act in newest.items() if act.act == PiiErased.TYPE]
    hall = facts.hall
    return data.PersonalDataNotice(
        head=data.Head(
            paper_id=paper_id(found.subject, kind_named("personal_data_notice"), 1),
            hall=hall.name,
            authority=hall.name,
            item_name=RIGHTS[found.right],
            item_code=found.subject,
            issued_at=datetime.fromisoformat(found.decided_at),
        ),
        requested_at=datetime.fromisoformat(found.at),
        channel=CHANNELS[found.channel],
        right=RIGHTS[found.right],
        ground=GROUNDS[found.right][found.ground],
        matters=tuple(
            data.PersonalDataLine(no=no, title=matter_of(connection, facts, no).title, outcome=OUTCOMES[newest[no].act])
            for no in found.matters
            if no in newest
        ),
        erased=PiiErased.TYPE in done,
        restricted=PiiRestricted.TYPE in done,
        lifted=PiiLifted.TYPE in done,
        refused=PiiRefused.TYPE in done,
        reason=opinion.reason if opinion is not None and PiiRefused.TYPE in done else "",
        proposed_by=_official(names, found.proposed_by),
        decided_by=_official(names, found.decided_by),
        city=_city(city),
        phones=data.Phones(
            consult=hall.consult_phone, supervision=hall.supervision_phone, address=hall.address, hours=hall.hours
        ),
    )


def _city(answered: list[str]) -> str:
    if not answered:
        return ""
    return "市级平台保存的副本已经同样删除。" if all(answered) else "市级平台保存的副本在下一次联系时同样删除。"


def _official(names: dict[str, str], number: str) -> str:
    return f"{names.get(number, '')}（工号{number}）"
