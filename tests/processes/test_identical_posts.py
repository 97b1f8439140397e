import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlencode

import pytest

PARALLEL = 20


@pytest.mark.programme("identical-posts")
def test_twenty_identical_posts_make_one_case_and_twenty_equal_answers(served, programme):
    served.prepare(programme.count + 1, seed=20)
    served.start()
    for number in programme:
        size = served.check()
        client, post = served.posts[number]
        ready = threading.Barrier(PARALLEL)

        def one(client=client, post=post, ready=ready):
            ready.wait(10)
            return served.send(client, post)

        with ThreadPoolExecutor(PARALLEL) as pool:
            answers = [future.result() for future in [pool.submit(one) for _ in range(PARALLEL)]]
        assert {(answer.status, answer.location) for answer in answers} == {(303, answers[0].location)}
        assert served.check() == size + 1
    served.stop()


def test_the_same_key_with_other_content_is_a_conflict(served):
    served.prepare(2, seed=21)
    served.start()
    (client, first), (_, second) = served.posts
    assert served.send(client, first).status == 303
    size = served.check()
    fields = parse_qs(second.body.decode(), keep_blank_values=True)
    fields["_key"] = parse_qs(first.body.decode())["_key"]
    fields["_csrf"] = [client.csrf]
    changed = type(second)(second.path, urlencode(fields, doseq=True).encode())
    answer = served.send(client, changed)
    assert answer.status == 409
    assert "同一操作编号" in answer.text
    assert served.check() == size
    served.stop()
