"""``city paper verify``: a slip's signed code held against the hall's log as the city received it.

The city cannot make the paper anew, so it says only that this hall promised this entry, and that the entry stands in
the log that the city holds under the root that the hall signed.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from appliance.clock import SystemClock
from appliance.errors import N_, HallmarkError, IntegrityFailure
from appliance.ledger.checkpoint import open_checkpoint
from appliance.ledger.merkle import leaf_hash, verify_inclusion
from appliance.services.slip_check import UNKNOWN, VALID, SlipVerdict, refused
from appliance.signing.promise import read_promise
from appliance.store.connection import Connection, Readers, open_database
from appliance.store.event_store import prove, read_entry
from sync.hub.certificates import document_keys
from sync.hub.hub import DATABASE, View, open_view
from sync.hub.keyring import load_epochs, load_keyring
from sync.hub.reads import checkpoint_note
from sync.trust import Trust


def check_slip(view: View, trusts: Sequence[Trust], text: str) -> SlipVerdict:
    """Check the text of a slip's QR.

    Args:
        view: the city.
        trusts: tickets of all halls and epochs.
        text: what the scanner read.
    """
    connection = view.reader()
    try:
        promise = read_promise(text)
        place, paper = promise.claims.place, promise.claims.paper
        trust = next((one for one in trusts if one.ticket.h2c_origin == place.origin), None)
        if trust is None:
            return SlipVerdict(
                verdict=UNKNOWN, code="other_city", message=N_("不是本市大厅的凭单"), paper=paper, index=place.index
            )
        promise.check([bytes.fromhex(key) for key in document_keys(connection, trust.ticket.c2h_origin)])
        size = view.stored(trust.h2c).size
        told = SlipVerdict(
            verdict=UNKNOWN,
            code="not_here_yet",
            message=N_("签名真实；这条记录还没有报到市级，请向该厅核实"),
            paper=paper,
            hall=trust.ticket.hall_name,
            index=place.index,
        )
        if place.index >= size:
            return told
        if leaf_hash(read_entry(connection, place.origin, place.index).entry) != place.leaf:
            raise IntegrityFailure(N_("凭单所写的记录与市级收到的不同"), code="leaf_differs", subject=paper)
        _prove(connection, trust, place.index, size, place.leaf)
    except HallmarkError as error:
        return refused(error)
    message = N_("凭单真实，记录已在市级")
    return msgspec.structs.replace(told, verdict=VALID, code="valid", message=message, size=size)


def _prove(connection: Connection, trust: Trust, index: int, size: int, leaf: bytes) -> None:
    """Prove that the entry stands under the head that the hall signed; raises HallmarkError."""
    note = checkpoint_note(connection, trust.h2c, size, at_most=None)
    if note is None:
        raise IntegrityFailure(N_("市级没有该厅签名的日志头"), code="no_head", subject=trust.ticket.hall)
    head = open_checkpoint(note, trust.h2c)
    proof = prove(connection, trust.ticket.h2c_origin, index, head.size)
    verify_inclusion(index, head.size, leaf, proof, head.root)


@click.command("verify")
@click.argument("text")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def paper_verify(obj: dict[str, Path], text: str, *, as_json: bool) -> int:
    """核验回执：TEXT 是回执单二维码的文字（HP1: 开头）。退出码 0 真实且已在市级，1 还没有报到或不是本市的，2 不认。"""
    directory, clock = obj["data"], SystemClock()
    readers = Readers(lambda: open_database(directory / DATABASE, read_only=True))
    try:
        view = open_view(directory, clock, readers)
        trusts = load_epochs(directory, load_keyring(directory, clock).root)
        found = check_slip(view, trusts, text)
    finally:
        readers.close()
    if as_json:
        click.echo(json.dumps({**msgspec.to_builtins(found), "text": found.text()}, ensure_ascii=False))
    else:
        click.echo(found.text())
        if found.hall:
            click.echo(f"  {found.hall}  {found.paper}  日志第 {found.index} 条")
    return found.exit_code
