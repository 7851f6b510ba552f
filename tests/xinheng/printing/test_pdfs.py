"""PDF forms: pages, missing characters, hostile data, speed."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typst

from xinheng.printing import Printed, pdf, pdfs

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
PRINTED = Printed(by="朱档案", at=AT, company="宁波甬江机械有限公司", policy="演示制度 3.1", level="内部")
TEMPLATE = """#import "/printing/form.typ": data, sheet, facts, table-of, signatures
#show: sheet
== #data.part
#facts(data.facts)
#table-of(data.head, data.rows, right: (1,))
#signatures(data.boxes, data.day)
"""


def told(name: str = "宁波", rows: int = 3) -> dict[str, object]:
    return {
        "title": "客户档案卡", "number": "KH2026-1", "part": "基本情况",
        "facts": [{"label": "名称", "value": name}, {"label": "电话", "value": "0574"}, {"label": "备注", "value": "#"}],
        "head": ["项目", "金额"], "rows": [[f"第{n}项", "1,234.00"] for n in range(rows)],
        "boxes": ["经办", "审核", "批准"], "day": "年  月  日",
    }  # fmt: skip


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A template beside a copy of the shared sheet, below a root of the test's own."""
    (tmp_path / "printing").mkdir()
    (tmp_path / "printing" / "form.typ").write_text(
        (pdfs.PACKAGE / "printing" / "form.typ").read_text("utf-8"), "utf-8"
    )
    monkeypatch.setattr(pdfs, "PACKAGE", tmp_path)
    monkeypatch.setattr(pdfs, "_local", threading.local())
    path = tmp_path / "probe.typ"
    path.write_text(TEMPLATE, encoding="utf-8")
    return path


def test_a_form_is_pdf_a_with_its_title_and_its_day(template: Path):
    made = pdf(template, told(), PRINTED)
    assert made.startswith(b"%PDF-")
    assert b"pdfaid:part" in made
    assert b"2026-03-0" in made
    assert "客户档案卡".encode() in made


def test_the_same_form_printed_twice_is_the_same_to_the_byte(template: Path):
    assert pdf(template, told(), PRINTED) == pdf(template, told(), PRINTED)


def test_a_character_that_no_font_draws_is_replaced_and_named(template: Path, monkeypatch: pytest.MonkeyPatch):
    seen = []
    compile_ = pdfs._compile
    monkeypatch.setattr(pdfs, "_compile", lambda path, data, at: seen.append(data) or compile_(path, data, at))
    pdf(template, told("𠮷野\U0001f43c\x01"), PRINTED)
    assert seen[-1]["facts"][0]["value"] == "〓野〓〓"
    assert "U+20BB7" in seen[-1]["lacking"]
    assert "U+1F43C" in seen[-1]["lacking"]
    assert "U+0001" in seen[-1]["lacking"]


@pytest.mark.parametrize(
    "text", ['"); #panic("x")', '#read("/settings.py")', "$x$ *a* _b_ @c <d>", "\\", "[", "]]", "{page}"]
)
def test_data_is_never_taken_for_markup(template: Path, text: str):
    plain = pdf(template, told("同样"), PRINTED)
    made = pdf(template, told(text), PRINTED)
    assert made.startswith(b"%PDF-")
    assert made != plain


def test_a_template_reads_no_file_outside_the_package(template: Path):
    outside = template.parent.parent / "secret.txt"
    outside.write_text("secret")
    template.write_text(f'#read("{outside}")')
    with pytest.raises(typst.TypstError):
        pdf(template, told(), PRINTED)


def test_a_long_form_has_many_pages_and_every_page_is_counted(template: Path):
    made = pdf(template, told(rows=200), PRINTED)
    assert made.count(b"/Type/Page\n") + made.count(b"/Type /Page\n") + made.count(b"/Type/Page/") >= 5 or (
        b"/Count " in made and int(made.split(b"/Count ")[1].split()[0].rstrip(b">/")) >= 5
    )


def test_a_fault_of_the_template_is_not_hidden(template: Path):
    template.write_text("#undefined-thing")
    with pytest.raises(typst.TypstError, match="unknown variable"):
        pdf(template, told(), PRINTED)


def test_threads_print_at_the_same_time(template: Path):
    wanted = {n: pdf(template, told(f"客户{n}"), PRINTED) for n in range(4)}
    made: dict[int, bytes] = {}

    def work(n: int) -> None:
        for _ in range(5):
            made[n] = pdf(template, told(f"客户{n}"), PRINTED)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert made == wanted
