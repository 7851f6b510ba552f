"""What an uploaded file really is: told by its bytes, not by its name; anything that could act is refused.

Every refusal says what was found and what to do instead. Nothing is run or fully parsed here: signatures, the tree of a
zip with all sizes counted while unpacking, and the names of the actions a PDF may carry.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creditpolicy.problems import Refusal


@dataclass(frozen=True, slots=True)
class FileType:
    """A type of file that may be kept: its endings, its MIME type, and whether a browser may show it."""

    code: str
    endings: tuple[str, ...]
    mime: str
    name: str | Promise
    can_preview: bool = False


TYPES = {
    one.code: one
    for one in (
        FileType("pdf", ("pdf",), "application/pdf", "PDF", can_preview=True),
        FileType("png", ("png",), "image/png", gettext_lazy("PNG 图片"), can_preview=True),
        FileType("jpeg", ("jpg", "jpeg"), "image/jpeg", gettext_lazy("JPEG 图片"), can_preview=True),
        FileType(
            "docx", ("docx",), "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            gettext_lazy("Word 文档"),
        ),
        FileType(
            "xlsx", ("xlsx",), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            gettext_lazy("Excel 工作簿"),
        ),
        FileType("ofd", ("ofd",), "application/ofd", gettext_lazy("OFD 版式文件")),
        FileType("txt", ("txt", "csv"), "text/plain; charset=utf-8", gettext_lazy("文本")),
    )
}  # fmt: skip

MAX_ENTRIES = 5_000
MAX_UNPACKED = 300 * 2**20
MAX_RATIO = 200
"""How much larger than packed an entry of a zip may be, above 1 MiB."""
MAX_PIXELS = 200_000_000
_MAIN = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": "xlsx",
}
_ACTS_IN_PDF = re.compile(rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData)(?![A-Za-z0-9])")
_NAME_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"#!",
    b"L\x00\x00\x00\x01\x14\x02",
)
_MARKUP = re.compile(r"<\s*(!doctype|html|head|body|script|svg|iframe|\?xml|math|object|embed|img|a\s)", re.IGNORECASE)


def max_bytes() -> int:
    """Give how large an uploaded file may be."""
    return int(settings.PAPERS_MAX_MB) * 2**20


def examine(name: str, content: bytes) -> FileType:
    """Say what a file is; raises Refusal where it may not be kept."""
    if not content:
        raise Refusal(_("文件是空的。请检查后重新上传。"))
    if len(content) > max_bytes():
        raise Refusal(
            _("文件有 {size} MB, 超过上限 {limit} MB。请压缩图片或拆成几个文件后上传。").format(
                size=round(len(content) / 2**20, 1), limit=max_bytes() // 2**20
            )
        )
    found = TYPES[_type_of(content)]
    ending = PurePosixPath(name).suffix.removeprefix(".").lower()
    if ending not in found.endings:
        raise Refusal(
            _("文件名以 .{ending} 结尾, 内容却是{type}。请把文件名改成以 .{right} 结尾, 或上传正确的文件。").format(
                ending=ending or "?", type=found.name, right=found.endings[0]
            )
        )
    return found


def clean_name(name: str) -> str:
    """Give a file's name without folders, control characters and tricks of writing direction; never empty."""
    last = PureWindowsPath(PurePosixPath(name).name).name
    plain = "".join(letter for letter in unicodedata.normalize("NFC", last) if unicodedata.category(letter)[0] != "C")
    plain = re.sub(r'[<>:"/\\|?*]', "_", plain).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    return (f"{stem[:120]}{dot}{ending[:10]}" if dot else plain[:120]) or _("未命名")


def _type_of(content: bytes) -> str:
    if content.startswith(b"%PDF-"):
        return _pdf(content)
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _png(content)
    if content.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if content.startswith(b"PK"):
        return _zip(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refusal(_("这是旧格式的 Office 文件, 无法确定其中没有宏。请另存为 .docx、.xlsx 或 PDF 后上传。"))
    if content.startswith(_PROGRAMS):
        raise Refusal(_("这是可执行程序, 不能存入档案。"))
    return _text(content)


def _pdf(content: bytes) -> str:
    if b"%%EOF" not in content[-2048:]:
        raise Refusal(_("这个 PDF 不完整, 可能没有传完。请重新导出后上传。"))
    act = _ACTS_IN_PDF.search(_NAME_ESCAPE.sub(lambda m: bytes([int(m[1], 16)]), content))
    if act:
        raise Refusal(
            _("这个 PDF 带有脚本或附件 ({what}), 不能存入档案。请“打印为 PDF”, 得到不带脚本的文件后上传。").format(
                what=act[1].decode()
            )
        )
    return "pdf"


def _png(content: bytes) -> str:
    width, height = int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
    if content[12:16] != b"IHDR" or b"IEND" not in content[-16:]:
        raise Refusal(_("这个 PNG 图片不完整或已损坏。请重新保存后上传。"))
    if width * height > MAX_PIXELS:
        raise Refusal(_("图片有 {width}×{height} 像素, 太大了。请缩小后上传。").format(width=width, height=height))
    return "png"


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        text = "\0"
    if any(ord(letter) < 32 and letter not in "\t\r\n\f" for letter in text):
        raise Refusal(
            _("认不出这个文件的内容。可以存入: PDF、PNG、JPEG、Word (.docx)、Excel (.xlsx)、OFD、文本。请转换后上传。")
        )
    if _MARKUP.search(text):
        raise Refusal(_("文件里是网页或脚本 (HTML、SVG、XML), 不能存入档案。请打印为 PDF 后上传。"))
    return "txt"


def _zip(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = _unpacked(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise Refusal(_("文件已损坏、加了密码或用了不支持的压缩方式。请去掉密码, 重新保存后上传。")) from None
    names = {name.lower() for name in parts}
    if any(
        name.endswith(("vbaproject.bin", ".exe", ".dll", ".js", ".vbs", ".jar")) or "macrosheets/" in name
        for name in names
    ):
        raise Refusal(_("文件带有宏或程序, 不能存入档案。请另存为不带宏的格式 (.docx、.xlsx) 后上传。"))
    if any("/embeddings/" in name or "/activex/" in name for name in names):
        raise Refusal(_("文件里嵌着别的文件或控件, 不能存入档案。请把它们分别保存、分别上传。"))
    if "OFD.xml" in parts:
        return "ofd"
    declared = parts.get("[Content_Types].xml", b"").decode("utf-8", errors="replace")
    for main, code in _MAIN.items():
        if f'"{main}"' in declared or f"'{main}'" in declared:
            _no_remote_template(parts)
            return code
    if "macroEnabled" in declared:
        raise Refusal(_("文件带有宏, 不能存入档案。请另存为不带宏的格式 (.docx、.xlsx) 后上传。"))
    raise Refusal(_("这是压缩包。请解压后把里面的文件分别上传。"))


def _unpacked(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """Unpack in memory while counting; keep the parts that say what the file is."""
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise Refusal(_("文件里有 {count} 个部分, 太多了, 不能存入档案。").format(count=len(entries)))
    kept: dict[str, bytes] = {}
    total = 0
    for entry in entries:
        if entry.filename.startswith(("/", "\\")) or ".." in entry.filename.split("/"):
            raise Refusal(_("文件内部的路径不正常, 不能存入档案。"))
        size, head = 0, b""
        with archive.open(entry) as part:
            while block := part.read(1 << 16):
                size += len(block)
                if len(head) < 1 << 18:
                    head += block
                if total + size > MAX_UNPACKED or (size > 2**20 and size > MAX_RATIO * max(entry.compress_size, 1)):
                    raise Refusal(_("文件解开后大得不正常 (压缩炸弹), 不能存入档案。"))
        total += size
        if entry.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in head[:4096].upper():
            raise Refusal(_("文件里的 XML 带有 DTD 声明, 不能存入档案。请用 Office 或 WPS 重新保存后上传。"))
        kept[entry.filename] = head if entry.filename.endswith((".rels", "[Content_Types].xml")) else b""
    return kept


def _no_remote_template(parts: dict[str, bytes]) -> None:
    for name, part in parts.items():
        if name.endswith(".rels"):
            for relation in re.findall(rb"<Relationship\b[^>]*>", part):
                if b"External" in relation and b"/hyperlink" not in relation:
                    raise Refusal(_("文件会从外部地址取模板或对象, 不能存入档案。请断开链接, 重新保存后上传。"))
