"""issued = accepted + flagged + in flight, by count and root; one row too few is noticed."""

import json

import apsw
from click.testing import CliRunner

from appliance.store.connection import Readers, open_database
from provisioning.console import city
from sync.hub.conservation import balances, summary
from sync.hub.hub import DATABASE, open_view
from sync.hub.keyring import load_epochs
from sync.hub.publish import publish_pack


def told(world):
    return summary(balances(world.hub.view, load_epochs(world.city_directory, world.root)))


def test_after_an_exchange_everything_is_accepted_on_both_sides(world):
    publish_pack(world.hub, "staff", {"staff": [{"id": "C0001"}]})
    world.write(cases=5)
    assert world.sync().state == "equal"
    now = told(world)
    up, down = now["logs"]
    assert now["holds"]
    assert (up["issued"], up["accepted"], up["flagged"], up["in_flight"]) == (6, 6, 0, 0)
    assert (down["direction"], down["issued"], down["in_flight"]) == ("c2h", down["accepted"], 0)
    assert up["root"] == world.hub.stored(world.trust.h2c).root.hex()


def test_what_a_hall_says_it_has_and_the_city_lacks_is_in_flight(world):
    world.write(cases=3)
    world.sync()
    world.write(cases=2)
    ack = world.hall.ack()
    world.city.acknowledge(world.c2h, ack)
    now = told(world)
    assert now["holds"]
    assert (now["logs"][0]["issued"], now["logs"][0]["accepted"], now["logs"][0]["in_flight"]) == (6, 4, 2)


def test_a_flagged_entry_has_an_owner_and_is_counted_once(world):
    world.write(case="S42019901000000AA")
    world.write(case="S42019901000000AA")
    world.sync()
    up = told(world)["logs"][0]
    assert (up["issued"], up["accepted"], up["flagged"], up["owner"]) == (3, 2, 1, "city_operator")
    assert up["holds"]


def test_a_row_that_is_gone_breaks_count_and_root_and_the_command_fails(world):
    world.write(cases=4)
    world.sync()
    world.hub.close()
    runner, words = CliRunner(), ["--data", str(world.city_directory), "conservation", "--json"]
    control = runner.invoke(city, words)
    assert (control.exit_code, json.loads(control.stdout)["holds"]) == (0, True)
    database = apsw.Connection(str(world.city_directory / DATABASE))
    for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        database.execute(f"DROP TRIGGER {name}")
    database.execute("DELETE FROM entry WHERE idx = 2 AND log = (SELECT id FROM log WHERE own = 0)")
    database.close()
    readers = Readers(lambda: open_database(world.city_directory / DATABASE, read_only=True))
    try:
        view = open_view(world.city_directory, world.clock, readers)
        now = summary(balances(view, load_epochs(world.city_directory, world.root)))
    finally:
        readers.close()
    assert not now["holds"]
    up = now["logs"][0]
    assert up["issued"] != up["accepted"] + up["flagged"] + up["in_flight"]
    assert not up["root_holds"]
    answer = runner.invoke(city, words)
    assert answer.exit_code == 2
    world.reopen_hub()
