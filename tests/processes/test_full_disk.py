import os
import shutil
import subprocess

import pytest

MOUNT = shutil.which("mount")
DISK_BYTES = 48 * 1024 * 1024


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 48 MB: a tmpfs, which needs the right to mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    command = [MOUNT or "mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "hall-test", str(place)]
    if MOUNT is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a tmpfs: a full disk cannot be made here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(place, left):
    """Take all space but `left` bytes."""
    free = os.statvfs(place).f_bavail * os.statvfs(place).f_frsize
    with (place / "ballast").open("wb") as ballast:
        os.posix_fallocate(ballast.fileno(), 0, max(4096, free - left))


@pytest.mark.programme("disk-full")
def test_a_full_disk_refuses_politely_and_what_was_acknowledged_stays(served, small_disk, programme):
    served.prepare(min(2000, 200 * programme.count), seed=7)
    place = small_disk / "hall"
    shutil.copytree(served.directory, place)
    served.directory = place
    served.start()
    for number in programme:
        fill(small_disk, left=40_000 + 37_000 * (number % 10))
        refused = None
        for _ in range(150):
            post = served.next_post
            answer = served.receive(post)
            if answer.status != 303:
                refused = post
                break
            served.next_post += 1
        assert refused is not None, "the disk never became full: the test tested nothing"
        assert answer.status in {503, 507}, answer
        assert "未写入" in answer.text or "正在核对" in answer.text, answer.text[-1500:]
        (small_disk / "ballast").unlink()
        # The same form, sent again once there is room, is received.
        assert served.receive(refused).status == 303
        served.next_post += 1
        served.check()
        if number % 3 == 2:
            served.kill()
            served.start()
            served.check()
    served.stop()
