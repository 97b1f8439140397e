"""``hall paper list|render`` on a walked case: every paper is listed, and each comes out with its fonts in it."""

import subprocess

import pytest

from appliance.papers.kinds import KINDS


def pdf(program, *words):
    return subprocess.run([program, *map(str, words)], capture_output=True, text=True, check=True).stdout


@pytest.mark.conformance("5.2.2.5")
def test_every_paper_of_a_case_is_listed_and_written_as_a_file(place, tmp_path):
    no = place.walk("correction")[0]
    rows = place.told("paper", "list", no)
    kinds = [row["kind"] for row in rows]
    assert kinds[:3] == ["intake_receipt", "archive_receipt", "correction_notice"]
    assert {"acceptance_receipt", "approval_form", "collection_receipt"} <= set(kinds) <= {kind.name for kind in KINDS}
    assert {row["file"] for row in rows} == {None}  # the load printed none
    for row in rows:
        out = tmp_path / f"{row['paper']}.pdf"
        told = place.told("paper", "render", no, row["paper"], "--out", out)
        assert told["bytes"] == out.stat().st_size
        fonts = pdf("pdffonts", out).splitlines()[2:]
        assert fonts
        assert all(line.split()[-5] == "yes" for line in fonts), fonts  # the column “emb”
        assert row["paper"] in "".join(pdf("pdftotext", out, "-").split())
    assert {row["file"] for row in place.told("paper", "list", no)} == {None}  # writing a file is no print


def test_a_kind_stands_for_its_newest_paper_and_a_slip_fits_the_narrow_roll(place, tmp_path):
    no = place.walk("ordinary")[0]
    out = tmp_path / "slip.pdf"
    place.run("paper", "render", no, "intake_receipt", "--narrow", "--out", out)
    assert "226.772 x" in pdf("pdfinfo", out)  # 80 mm


def test_what_is_not_there_is_said_plainly(place, tmp_path):
    no = place.walk("received")[0]
    answer = place.run("paper", "render", no, "licence", "--out", tmp_path / "x.pdf", code=2)
    assert "这件没有这份文书" in answer.output
    assert not (tmp_path / "x.pdf").exists()
    assert "没有编号为" in place.run("paper", "list", "S0", code=2).output
