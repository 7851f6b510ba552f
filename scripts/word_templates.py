"""Make the Word templates that are shipped; a company lays its own beside, under the same name, in its data folder.

Run by maintainers: `.venv/bin/python scripts/word_templates.py`. The same script always gives the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph

REPO = Path(__file__).resolve().parents[1]
CARD = REPO / "src" / "xinheng" / "papers" / "printed" / "card.docx"
CASE = REPO / "src" / "xinheng" / "ratings" / "printed" / "case.docx"
POLICY = REPO / "src" / "xinheng" / "policies" / "printed" / "policy.docx"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def card_template() -> bytes:
    """Make the template of the archive card."""
    document = _begun()
    _fill_parts(document, with_text=False)
    document.add_paragraph("{{ note }}")
    boxes = document.add_table(rows=1, cols=3, style="Table Grid")
    for column, cell in enumerate(boxes.rows[0].cells):
        cell.text = f"{{{{ boxes[{column}] }}}}\n\n\n{{{{ day }}}}"
    return _finished(document)


def case_template() -> bytes:
    """Make the template of the papers of a case."""
    document = _begun()
    _fill_parts(document, with_text=True)
    document.add_paragraph("{{ note }}")
    _table(
        document,
        ["{%tr for row in [boxes] %}"],
        ["{%tc for box in row %}", "{{ box }}\n\n\n{{ day }}", "{%tc endfor %}"],
    )
    return _finished(document)


def policy_template() -> bytes:
    """Make the template of a policy: numbered pages, headings that Word knows, notes below the tables."""
    document = _begun()
    _fill_parts(document, with_text=True, with_notes=True)
    document.add_paragraph("{{ note }}")
    _table(
        document,
        ["{%tr for row in [boxes] %}"],
        ["{%tc for box in row %}", "{{ box }}\n\n\n{{ day }}", "{%tc endfor %}"],
    )
    line = document.sections[0].footer.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for before, instruction in (("", "PAGE"), (" / ", "NUMPAGES")):
        line.add_run(before)
        _field(line, instruction)
    return _finished(document)


def _field(line: Paragraph, instruction: str) -> None:
    """Add a field that Word fills in."""
    for kind, text in (("begin", ""), ("", instruction), ("end", "")):
        run = line.add_run()._r
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run.append(mark)


def _begun() -> docx.document.Document:
    """Begin a form: the page, the fonts, the lines above and below, the title."""
    document = docx.Document()
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2)
    font = document.styles["Normal"].font
    font.name, font.size = "Noto Sans SC", Pt(10)
    document.styles["Normal"].element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
    page.header.paragraphs[0].text = "{{ company }}\t\t{{ level }}"
    page.footer.paragraphs[0].text = "{{ line }}"
    title = document.add_paragraph("{{ title }}")
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.runs[0].font.size = Pt(16)
    document.add_paragraph("{{ number }}").alignment = WD_ALIGN_PARAGRAPH.RIGHT
    return document


def _fill_parts(document: docx.document.Document, *, with_text: bool, with_notes: bool = False) -> None:
    """Lay out the parts: heading, text, labelled values, table."""
    document.add_paragraph("{%p for part in parts %}")
    document.add_paragraph("{{ part.label }}", style="Heading 2" if with_notes else None).runs[0].bold = True
    if with_text:
        document.add_paragraph("{%p if part.text %}")
        document.add_paragraph("{{ part.text }}")
        document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p if part.rows %}")
    _table(document, ["{%tr for row in part.rows %}"], ["{{ row.label }}", "{{ row.value }}"])
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p if part.table %}")
    _table(
        document, ["{%tr for row in [part.table.head] + part.table.rows %}"],
        ["{%tc for cell in row %}", "{{ cell }}", "{%tc endfor %}"],
    )  # fmt: skip
    document.add_paragraph("{%p endif %}")
    if with_notes:
        document.add_paragraph("{%p for note in part.notes %}")
        document.add_paragraph("{{ note }}")
        document.add_paragraph("{%p endfor %}")
    document.add_paragraph("{%p endfor %}")


def _finished(document: docx.document.Document) -> bytes:
    """Give the bytes of a form, the same each time."""
    core = document.core_properties
    core.author, core.title, core.created, core.modified = "", "", LONG_AGO, LONG_AGO
    made = io.BytesIO()
    document.save(made)
    return _same_bytes(made.getvalue())


def _table(document: docx.document.Document, begin: list[str], cells: list[str]) -> None:
    table = document.add_table(rows=3, cols=len(cells), style="Table Grid")
    table.rows[0].cells[0].text = begin[0]
    for cell, text in zip(table.rows[1].cells, cells, strict=True):
        cell.text = text
    table.rows[2].cells[0].text = "{%tr endfor %}"


def _same_bytes(content: bytes) -> bytes:
    """Pack a zip anew with one time for all entries, so that the same template is the same file."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            info = zipfile.ZipInfo(entry.filename, (2020, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, source.read(entry))
    return made.getvalue()


if __name__ == "__main__":
    for path, make in ((CARD, card_template), (CASE, case_template), (POLICY, policy_template)):
        path.write_bytes(make())
        print(f"made {path.relative_to(REPO)}")
