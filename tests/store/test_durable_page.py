from multiprocessing import get_context

import pytest

from appliance.store.durable import PAGE_NAME, DurablePage

LOGS = {f"wuhan/4201990{n}/h2c/e1": n * 1000 + 1 for n in range(200)}


@pytest.fixture
def page(tmp_path):
    made = DurablePage(tmp_path / PAGE_NAME, owner=True)
    yield made
    made.close()


def read(path, origins, out):
    page = DurablePage(path, owner=False)
    out.put([page.get(origin) for origin in origins])
    page.close()


def test_another_process_reads_what_the_owner_wrote(page, tmp_path):
    page.update(LOGS)
    context = get_context("spawn")
    out = context.Queue()
    other = context.Process(target=read, args=(tmp_path / PAGE_NAME, list(LOGS), out))
    other.start()
    assert out.get(timeout=60) == list(LOGS.values())
    other.join(10)


def test_a_reader_follows_an_owner_that_starts_again(page, tmp_path):
    reader = DurablePage(tmp_path / PAGE_NAME, owner=False)
    page.update({"a/h2c/e1": 7, "b/h2c/e1": 9})
    assert (reader.get("a/h2c/e1"), reader.get("b/h2c/e1")) == (7, 9)
    again = DurablePage(tmp_path / PAGE_NAME, owner=True)
    assert (reader.get("a/h2c/e1"), reader.get("b/h2c/e1")) == (0, 0)
    # The other order: each log has the other's place now.
    again.update({"b/h2c/e1": 9})
    again.update({"a/h2c/e1": 8})
    assert (reader.get("a/h2c/e1"), reader.get("b/h2c/e1")) == (8, 9)
    reader.close()
    again.close()


def test_what_the_owner_has_not_said_is_nothing(page, tmp_path):
    reader = DurablePage(tmp_path / PAGE_NAME, owner=False)
    assert reader.get("unknown/h2c/e1") == 0
    page.update({f"log {n}": n for n in range(300)})  # more logs than the page holds
    assert reader.get("log 299") == 0
    assert reader.get("log 17") == 17
    reader.close()


def test_only_the_owner_writes_and_only_its_user_reads(page, tmp_path):
    reader = DurablePage(tmp_path / PAGE_NAME, owner=False)
    with pytest.raises(TypeError):
        reader.update({"a/h2c/e1": 1})
    reader.close()
    assert (tmp_path / PAGE_NAME).stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileNotFoundError):
        DurablePage(tmp_path / "none", owner=False)


def test_the_store_says_what_is_in_the_journal(open_hall):
    reader = DurablePage(open_hall.store.directory / PAGE_NAME, owner=False)
    size = open_hall.store.durable_size(open_hall.own)
    assert reader.get(open_hall.own) == size > 0
    reader.close()
