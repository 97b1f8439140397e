import random
import re
import shutil
import time

import pytest

STRACE = shutil.which("strace")


def wait_until(what, seconds=30):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.002)


@pytest.mark.programme("kill")
def test_kill_9_of_both_processes_under_load_loses_nothing_acknowledged(served, programme):
    rng = random.Random(9)
    served.prepare(min(40 * programme.count, 20_000), seed=9)
    size = 0
    for number in programme:
        if served.next_post + 200 > len(served.posts):
            served.prepare(2000, seed=1000 + number)
        served.start()
        grown = served.check()
        assert grown >= size
        size = grown
        before = len(served.acknowledged)
        with served.load():
            end = time.monotonic() + 20
            wanted = before + rng.randint(1, 25)
            while len(served.acknowledged) < wanted and time.monotonic() < end:
                time.sleep(0.002)
            time.sleep(rng.random() * 0.01)
            served.kill()
        assert len(served.acknowledged) > before
    served.start()
    assert served.check() >= size
    # What broke off is sent again with the same key and gives one case each.
    for post in range(max(0, served.next_post - 8), min(served.next_post, len(served.posts))):
        assert served.receive(post).status == 303
    served.check()
    served.stop()


def test_told_to_end_the_server_finishes_what_it_began_and_leaves_in_order(served):
    served.prepare(400, seed=8)
    served.start()
    with served.load():
        end = time.monotonic() + 20
        while len(served.acknowledged) < 10 and time.monotonic() < end:
            time.sleep(0.01)
        assert served.stop() == 0
    assert not (served.directory / "owner.sock").exists()
    assert {answer.status for _, answer in served.refused} <= {503}
    served.check()


@pytest.mark.programme("kill")
def test_kill_9_of_the_owner_alone_is_told_as_unknown_and_healed_by_its_next_start(served, programme):
    rng = random.Random(11)
    served.prepare(min(400 * programme.count, 20_000), seed=11)
    served.start()
    for _ in programme:
        if served.next_post + 400 > len(served.posts):
            break
        before = len(served.acknowledged)
        with served.load():
            wait_until(lambda before=before: len(served.acknowledged) >= before + rng.randint(1, 25))
            time.sleep(rng.random() * 0.01)
            served.kill_owner()
            between = len(served.acknowledged)
            served.start_owner()
            # The pages have gone on: they find the new owner by themselves.
            wait_until(lambda between=between: len(served.acknowledged) >= between + 10)
        assert served.process.poll() is None
        # Whatever had been sent when the owner died is unknown, nothing else was refused; the same form finds out.
        refused, served.refused = served.refused, []
        for post, answer in refused:
            assert answer.status == 503, answer
            assert re.search("结果未知|未受理", answer.text), answer.text[-1500:]
            assert served.receive(post).status == 303
        served.check()
    served.stop()


def injected(call, what):
    return [STRACE, "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:{what}"]


needs_strace = pytest.mark.skipif(STRACE is None, reason="needs strace to make system calls fail")


@needs_strace
@pytest.mark.parametrize(
    ("call", "what"),
    [
        ("fdatasync", "error=EIO:when=12+5"),
        ("fdatasync", "error=ENOSPC:when=13+7"),
        ("pwrite64", "error=ENOSPC:when=300+60"),
    ],
    ids=["sync-EIO", "sync-ENOSPC", "write-ENOSPC"],
)
def test_a_device_that_fails_now_and_then_is_told_politely_and_loses_nothing(served, call, what):
    served.prepare(40, seed=3)
    served.start(*injected(call, what))
    with served.load():
        end = time.monotonic() + 30
        while served.next_post < len(served.posts) and time.monotonic() < end:
            time.sleep(0.02)
    assert served.refused, "no fault was injected: the test tested nothing"
    for _, answer in served.refused:
        assert answer.status in {503, 507}, answer
        assert re.search("未写入|正在核对|没有写入", answer.text), answer.text[-1500:]
        assert "Traceback" not in answer.text
    served.kill()
    served.start()
    served.check()
    # Each refused post is sent again as it was: it is received now, once, or its first answer comes back.
    for number, _ in list(served.refused):
        assert served.receive(number).status == 303
    served.check()
    served.stop()


@needs_strace
@pytest.mark.parametrize("when", [11, 16])
def test_death_inside_a_sync_loses_nothing_acknowledged(served, when):
    served.prepare(60, seed=4)
    served.start(*injected("fdatasync", f"signal=KILL:when={when}"))
    with served.load():
        served.owner.wait(30)
        served.kill_pages()
    served.start()
    served.check()
    for number in range(min(served.next_post, len(served.posts))):
        assert served.receive(number).status == 303
    served.check()
    served.stop()
