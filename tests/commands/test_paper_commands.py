"""``hall paper list|render`` on a walked case: every paper is listed, and each comes out with its fonts in it."""

import subprocess

import pypdf
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


def test_the_code_of_a_slip_is_held_against_the_log(place, tmp_path):
    no = place.walk("ordinary")[0]
    out = tmp_path / "slip.pdf"
    for kind in ("intake_receipt", "acceptance_receipt", "collection_receipt"):
        place.run("paper", "render", no, kind, "--out", out)
        code = pypdf.PdfReader(out).metadata["/Keywords"].split(", ")[-1]
        assert code.startswith("HP1:")
        found = place.told("paper", "verify", code)
        assert (found["verdict"], found["no"]) == ("valid", no)
        assert found["text"] == "是本厅出具的，与签名日志一致"
        changed = code[:200] + ("A" if code[200] != "A" else "B") + code[201:]
        assert "第" in place.run("paper", "verify", code).output
        assert place.run("paper", "verify", changed, code=2).output


def test_the_plain_code_of_a_paper_is_held_against_the_log_too(place, tmp_path):
    no = place.walk("ordinary")[0]
    out = tmp_path / "archive.pdf"
    paper = place.told("paper", "render", no, "archive_receipt", "--out", out)["paper"]
    digest = pypdf.PdfReader(out).metadata["/Keywords"].split(", ")[1]
    assert place.told("paper", "verify", f"HM1:{paper}:{digest[:32].upper()}")["verdict"] == "valid"
    wrong = f"HM1:{paper}:{'0' * 32}"
    assert "文书的内容与本厅日志里的不同" in place.run("paper", "verify", wrong, code=2).output
    nowhere = f"HM1:{no}-05-999999:{'0' * 32}"
    assert "没有这份文书" in place.run("paper", "verify", nowhere, code=2).output
