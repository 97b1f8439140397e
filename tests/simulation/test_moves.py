"""A case under way between halls while something dies: one owner at every step, and everybody agrees in the end."""

import io

import pytest

from appliance.projections import cases
from sync.hub.carried import export_to_hall, import_from_hall


@pytest.fixture
def world(simulated, template, memory, tmp_path):
    made = simulated.World(template, tmp_path / "moves", seed=1)
    yield made
    made.close()


@pytest.fixture
def moves(simulated):
    return simulated.moves


def take_in(world, site):
    """Take a case in, with a scan."""
    scan = site.store.blobs.put(io.BytesIO(b"scan"))
    world.counter += 1
    site.send(site.change(world.counter, (scan,)))
    return f"S{site.code}{world.counter:08d}"


def give(world, moves, site, number, to):
    case = cases.find(site.store.reader(), number)
    event = moves.CaseTransferred(leg=case.legs + 1, to=to.code, to_name=to.code, purpose="handle", reason="送区大厅")
    moves.act(world, site, event, number)


def owns(site, number):
    case = cases.find(site.store.reader(), number)
    return case is not None and not case.away


def settle(world, moves):
    world.heal()
    moves.check_owners(world)


@pytest.fixture
def under_way(world, moves):
    site, other = world.sites
    number = take_in(world, site)
    site.sync()
    other.sync()
    give(world, moves, site, number, other)
    return site, other, number


def test_while_the_link_is_down_nobody_has_it_and_the_hall_that_gave_it_shows_it(world, moves, under_way):
    site, other, number = under_way
    assert [owns(site, number), owns(other, number)] == [False, False]
    moves.check_owners(world)
    settle(world, moves)
    assert [owns(site, number), owns(other, number)] == [False, True]


def test_by_stick_both_ways_and_taken_in_twice(world, moves, under_way):
    site, other, number = under_way
    for _ in range(2):
        import_from_hall(world.hub, site.write_letter(world.spot("letter")))
        world.follow()
    for _ in range(2):  # first the case, then, when the scans are there, the scans
        answer = world.spot("answer")
        export_to_hall(world.hub, other.code, answer)
        other.read_letter(answer)
        other.read_letter(answer)
    assert owns(other, number)
    moves.sign(world, other)
    give(world, moves, other, number, site)
    import_from_hall(world.hub, other.write_letter(world.spot("letter")))
    world.follow()
    answer = world.spot("answer")
    export_to_hall(world.hub, site.code, answer)
    site.read_letter(answer)
    assert [owns(site, number), owns(other, number)] == [True, False]
    settle(world, moves)


@pytest.mark.parametrize("with_journal", [True, False])
@pytest.mark.parametrize("pushed", [True, False])
def test_the_box_of_the_hall_that_gave_it_dies(world, moves, under_way, pushed, with_journal):
    site, other, number = under_way
    if pushed:
        site.sync()
    site.move_to_new_box(world.spot("box"), [], with_journal=with_journal)
    site.promised, site.commands = [], []
    moves.check_owners(world)
    settle(world, moves)
    # Without journal and push nobody but the dead box ever heard of it: the case is where it was.
    lost = not pushed and not with_journal
    assert [owns(site, number), owns(other, number)] == ([True, False] if lost else [False, True])


@pytest.mark.parametrize("with_journal", [True, False])
def test_the_box_of_the_hall_that_got_it_dies(world, moves, under_way, with_journal):
    site, other, number = under_way
    site.sync()
    world.follow()
    other.sync()
    moves.sign(world, other)
    other.move_to_new_box(world.spot("box"), [], with_journal=with_journal)
    other.promised, other.commands = [], []
    assert owns(other, number)
    settle(world, moves)
    assert [owns(site, number), owns(other, number)] == [False, True]


def restored(world):
    """Put the city's backup back, as its operator does."""
    world.random.random = lambda: 1.0
    world.restore_city()
    del world.random.random


def test_the_city_goes_back_to_before_it_heard_of_it(world, moves, under_way):
    site, other, number = under_way
    world.keep_city()
    site.sync()
    world.follow()
    other.sync()
    moves.sign(world, other)
    restored(world)
    assert world.hub.store.reader().execute("SELECT count(*) FROM hub_transfer").get == 0
    settle(world, moves)
    assert [owns(site, number), owns(other, number)] == [False, True]


def test_the_city_goes_back_and_the_hall_that_gave_it_loses_its_disk(world, moves, under_way):
    """Nobody has the entry any more by which the case was given up; the city's own word to the other hall decides."""
    site, other, number = under_way
    world.keep_city()
    site.sync()
    world.follow()
    other.sync()
    moves.sign(world, other)
    restored(world)
    site.move_to_new_box(world.spot("box"), [], with_journal=False)
    site.promised, site.commands, site.unaware = [], [], False
    assert [owns(site, number), owns(other, number)] == [True, True]  # until the other hall has been heard
    world.seen = {}
    for _ in range(3):
        for one in (other, site):
            one.sync()
            world.follow()
    assert [owns(site, number), owns(other, number)] == [False, True]
