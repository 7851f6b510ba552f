"""Files made for the tests: honest ones of each type, and ones that would hurt."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import docx
import openpyxl

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def png(width: int = 2, height: int = 2) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 14)) + chunk(b"IEND", b"")


def jpeg() -> bytes:
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"


def word_file() -> bytes:
    made = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("合同")
    document.save(made)
    return made.getvalue()


def workbook() -> bytes:
    made = io.BytesIO()
    openpyxl.Workbook().save(made)
    return made.getvalue()


def zipped(parts: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def types(main: str = WORD) -> bytes:
    return (
        f'<?xml version="1.0"?><Types><Override PartName="/word/document.xml" ContentType="{main}"/></Types>'.encode()
    )


def office(main: str = WORD, **parts: bytes) -> bytes:
    """A minimal Office file with further parts (`word__vbaProject.bin` is word/vbaProject.bin)."""
    named = {name.replace("__", "/"): content for name, content in parts.items()}
    return zipped({"[Content_Types].xml": types(main), "word/document.xml": b"<w/>"} | named)


def encrypted_zip() -> bytes:
    made = bytearray(zipped({"a.txt": b"secret"}, method=zipfile.ZIP_STORED))
    made[6] |= 1
    made[made.index(b"PK\x01\x02") + 8] |= 1
    return bytes(made)
