"""The renderer: paper data and a typst template become PDF/A-2b, SVG or PNG."""

import datetime as dt
import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, cast

import segno
import typst

from appliance.clock import SHANGHAI
from appliance.errors import N_, HallmarkError, Invalid
from appliance.papers.data import Licence, PaperData
from appliance.papers.document import (
    Form,
    Presentation,
    RenderFailure,
    Signing,
    check,
    licence_claims,
    promise_claims,
    qr_text,
    template_job,
)

if TYPE_CHECKING:
    from appliance.signing.keys import DocumentKey

TEMPLATES = Path(__file__).parent / "templates"
"""Where the templates are: one for each kind, and ``base.typ`` that they share."""

FONT_DIRECTORIES = (Path("/usr/share/fonts/opentype/noto"),)
"""Where Debian's ``fonts-noto-cjk`` puts Noto Serif CJK SC and Noto Sans CJK SC."""

FAMILIES = ("Noto Serif CJK SC", "Noto Sans CJK SC")
"""The families that the templates name; without them nothing is rendered."""

KeySource = Callable[[], "DocumentKey | None"]
"""Gives the document key, read when it is needed."""

PREVIEW_PPI = 96.0
"""Resolution of PNG previews, in pixels per inch."""

ROLL_PPI = 203.2
"""Resolution of slips for 80 mm printers: eight dots a millimetre."""

_PDF_STANDARD: Final = "a-2b"
_ESCAPED = re.compile(r"\\u\{(?P<code>[0-9a-f]{1,6})\}")
_UNSHOWN = re.compile(r'the text `"(?P<text>.*?)"` could not be displayed')


class Renderer:
    """A warm typst compiler with the papers' templates and fonts; not for use by two threads at once.

    Args:
        font_directories: directories searched for fonts; the system's other fonts are never used.
        templates: the directory with the templates.
        key: gives the hall's document key when something is to be signed; None in a renderer that signs nothing.

    Raises:
        RenderFailure: one of `FAMILIES` is not in the directories.
    """

    __slots__ = ("_compiler", "_key", "_templates")

    def __init__(
        self,
        font_directories: Sequence[Path] = FONT_DIRECTORIES,
        templates: Path = TEMPLATES,
        key: KeySource | None = None,
    ) -> None:
        fonts = typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=False,
            font_paths=[str(directory) for directory in font_directories if directory.is_dir()],
        )
        absent = [family for family in FAMILIES if family not in set(fonts.families())]
        if absent:
            raise RenderFailure(
                N_("缺少打印字体：%(families)s"),
                code="fonts_missing",
                subject=" ".join(str(directory) for directory in font_directories),
                params={"families": "、".join(absent)},
                next_step=N_("请安装 fonts-noto-cjk"),
            )
        self._templates = templates
        self._key = key
        self._compiler = typst.Compiler(root=str(templates), font_paths=fonts)

    def render(self, paper: PaperData, form: Form = Form.PDF, presentation: Presentation | None = None) -> bytes:
        """Render a paper to one file.

        Equal arguments give equal bytes: the file's creation time is the paper's own.

        Args:
            paper: what the paper says.
            form: `Form.PDF` or `Form.PDF_80MM`; a picture only when the paper has one page.
            presentation: copy, reprint mark, watermark.

        Raises:
            Invalid: a mandatory field is missing, or a character is in none of the fonts (``missing_glyph``); no
                file is made, so nothing is ever printed with a blank.
            RenderFailure: a template does not compile.
        """
        pages = self.pages(paper, form, presentation)
        if len(pages) != 1:
            raise Invalid(N_("文书有多页，不能作为单张图片"), code="paper_pages", subject=paper.head.paper_id)
        return pages[0]

    def pages(
        self, paper: PaperData, form: Form = Form.SVG, presentation: Presentation | None = None
    ) -> tuple[bytes, ...]:
        """Render a paper to pictures, one a page (`Form.SVG`, `Form.PNG` or their 80 mm forms), or to one PDF file.

        Arguments and errors are those of `render`. A picture is made only of what also passes as PDF/A: typst
        reports a missing glyph there and nowhere else.
        """
        presentation = presentation or Presentation()
        kind = check(paper)
        if form.narrow and not kind.narrow:
            raise Invalid(
                N_("《%(title)s》不能用80毫米纸打印"),
                code="paper_form",
                subject=kind.name,
                params={"title": kind.title},
            )
        code = self._code(paper, presentation)
        qr_svg = _qr_svg(code or qr_text(paper, presentation.salt))
        job = template_job(paper, presentation, narrow=form.narrow, qr_svg=qr_svg, code=code)
        pdf = self._compile(kind.template, job, paper.head.issued_at, "pdf")
        if form in {Form.PDF, Form.PDF_80MM}:
            signed = code and isinstance(paper, Licence)
            return tuple(self._sign(body, presentation.signing) if signed else body for body in pdf)
        picture: Literal["svg", "png"] = "png" if form in {Form.PNG, Form.PNG_80MM} else "svg"
        ppi = ROLL_PPI if form is Form.PNG_80MM else PREVIEW_PPI
        return tuple(self._compile(kind.template, job, paper.head.issued_at, picture, ppi))

    def _code(self, paper: PaperData, presentation: Presentation) -> str:
        """Write the signed code of a licence or a slip; empty for every other paper, and for one not to be signed."""
        signing, place = presentation.signing, presentation.place
        if signing is None or (place is None and not isinstance(paper, Licence)):
            return ""
        from appliance.signing.authority import check_credential  # noqa: PLC0415 - as below
        from appliance.signing.code import write_code  # noqa: PLC0415
        from appliance.signing.promise import write_promise  # noqa: PLC0415

        key = self._document_key()
        check_credential(signing.credential, key.public_bytes)
        if isinstance(paper, Licence):
            return write_code(licence_claims(paper, presentation, signing.at), key, signing.credential.code)
        return write_promise(promise_claims(paper, presentation, place), key) if place is not None else ""

    def _sign(self, body: bytes, signing: Signing | None) -> bytes:
        if signing is None:
            return body
        # Imported when something is signed: they take as long to load as a paper to render.
        from appliance.signing.pdf import sign_pdf  # noqa: PLC0415

        return sign_pdf(body, self._document_key(), signing.credential, signing.at)

    def _document_key(self) -> "DocumentKey":
        key = self._key() if self._key else None
        if key is None:
            raise RenderFailure(
                N_("文书渲染进程没有文书签名密钥，证照不能签名"),
                code="no_document_key",
                next_step=N_("请联系系统管理员检查 keys/document.seed"),
            )
        return key

    def _compile(
        self,
        template: str,
        job: str,
        moment: dt.datetime,
        output: Literal["pdf", "svg", "png"],
        ppi: float = PREVIEW_PPI,
    ) -> list[bytes]:
        # typst takes a fixed-offset time only; the hall's zone has had one offset since 1991.
        offset = dt.timezone(moment.astimezone(SHANGHAI).utcoffset() or dt.timedelta())
        try:
            made, warnings = self._compiler.compile_with_warnings(
                input=str(self._templates / template),
                format=output,
                ppi=ppi,
                sys_inputs={"job": job},
                pdf_standards=[_PDF_STANDARD] if output == "pdf" else [],
                timestamp=moment.astimezone(offset).replace(microsecond=0),  # typst takes whole seconds
            )
        except typst.TypstError as error:
            raise _explain(error, template) from error
        if warnings:
            raise RenderFailure(
                N_("文书模板有误：%(detail)s"), subject=template, params={"detail": warnings[0].message}
            )
        return [made] if isinstance(made, bytes) else list(cast("list[bytes]", made))


def _qr_svg(text: str) -> str:
    """Draw a QR (error correction M) as an SVG without size, so that the template scales it."""
    drawn: Any = segno.make(text, error="m", micro=False)
    out = io.BytesIO()
    drawn.save(out, kind="svg", border=0, xmldecl=False, svgns=True, omitsize=True, nl=False)
    return out.getvalue().decode()


def _explain(error: Any, template: str) -> HallmarkError:
    """Tell a missing glyph, which the clerk can act on, from a broken template."""
    unshown = _UNSHOWN.findall(f"{error.message}\n{error.diagnostic}")
    if not unshown:
        return RenderFailure(
            N_("文书模板有误：%(detail)s"), subject=template, params={"detail": error.diagnostic or error.message}
        )
    # typst writes invisible characters as \u{…}.
    shown = _ESCAPED.sub(lambda found: chr(int(found["code"], 16)), "".join(unshown))
    characters = "".join(dict.fromkeys(shown))
    return Invalid(
        N_("字库中没有这些字：%(characters)s（%(codes)s），文书未生成"),
        code="missing_glyph",
        subject=characters,
        params={"characters": characters, "codes": " ".join(f"U+{ord(one):04X}" for one in characters)},
        next_step=N_("请核对录入；确为姓名用字的，请联系管理员补充字库"),
    )
