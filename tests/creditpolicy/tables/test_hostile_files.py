"""Files made to harm, or looking like it: refused in words within two seconds, or read without harm."""

from __future__ import annotations

import contextlib
import gzip
import io
import struct
import zipfile

import pytest
import xlwt

from creditpolicy.problems import Refusal
from creditpolicy.tables import Limits, read_table

from .conftest import HEADINGS, MAIN, OFFICE, ONE_ROW, PACKAGE, sheet_of, skeleton

LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1 or str()};" * 10}">' for n in range(1, 10))
    + "]>"
)


def test_a_compression_bomb_is_refused_before_it_is_unpacked(packed, refused, two):
    assert refused(packed(skeleton(sheet_of(HEADINGS + " " * 50_000_000))), two).code == "bomb"


def test_many_large_parts_together_are_refused(packed, refused, two):
    parts = skeleton(sheet_of(HEADINGS + ONE_ROW), **{f"xl/media/{n}.bin": b"\0" * 900_000 for n in range(20)})
    assert refused(packed(parts), two, limits=Limits(unpacked_bytes=10_000_000)).code == "unpacks-too-large"


def test_a_part_that_states_a_smaller_size_than_it_has_is_refused(packed, refused, two):
    path = packed(skeleton(sheet_of(HEADINGS + ONE_ROW + " " * 100_000)))
    content = bytearray(path.read_bytes())
    at = content.rfind(b"xl/worksheets/sheet1.xml") - 46
    struct.pack_into("<L", content, at + 24, 100)
    path.write_bytes(content)
    assert refused(path, two).code == "damaged"


def test_parts_that_share_their_bytes_are_refused(packed, refused, two):
    path = packed(skeleton(sheet_of(HEADINGS)))
    content = bytearray(path.read_bytes())
    first = content.find(b"PK\x01\x02")
    second = content.find(b"PK\x01\x02", first + 4)
    content[second + 42 : second + 46] = content[first + 42 : first + 46]
    path.write_bytes(content)
    assert refused(path, two).code == "overlapping-entries"


def test_a_zip_of_thousands_of_parts_is_refused(packed, refused, two):
    assert refused(packed({f"part{n}": b"" for n in range(6000)}), two).code == "too-many-entries"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_parts_of_one_name_are_refused(tmp_path, refused, two):
    path = tmp_path / "odd.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for part, content in skeleton(sheet_of(HEADINGS)).items():
            archive.writestr(part, content)
        archive.writestr("xl/worksheets/sheet1.xml", sheet_of(HEADINGS + ONE_ROW))
    assert refused(path, two).code == "doubled-entries"


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "_rels/.rels"])
def test_a_document_type_is_refused_in_every_part(packed, refused, two, part):
    parts = skeleton(sheet_of(HEADINGS))
    parts[part] = '<!DOCTYPE x SYSTEM "file:///etc/passwd">' + parts[part]
    assert refused(packed(parts), two).code == "doctype"


def test_a_billion_laughs_is_refused(packed, refused, two):
    assert refused(packed(skeleton(LAUGHS + sheet_of(HEADINGS.replace("客户编号", "&lol9;")))), two).code == "doctype"


def test_a_document_type_in_another_encoding_is_refused(packed, refused, two):
    sheet = ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x>' + sheet_of(HEADINGS)).encode("utf-16")
    assert refused(packed(skeleton(sheet)), two).code == "doctype"


def test_a_document_type_in_ods_is_refused(ods, packed, refused, two):
    with zipfile.ZipFile(ods("<table:table/>")) as archive:
        content = archive.read("content.xml").decode()
    assert refused(packed({"content.xml": "<!DOCTYPE x>" + content}, "x.ods"), two).code == "doctype"


def test_an_encrypted_part_is_refused_plainly(packed, refused, two):
    path = packed(skeleton(sheet_of(HEADINGS)))
    content = bytearray(path.read_bytes())
    content[content.find(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    assert "密码" in refused(path, two).what


def test_an_encrypted_workbook_is_refused_plainly(text_file, refused, two):
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 500
    assert "密码" in refused(text_file(ole, "secret.xlsx"), two).what


def test_an_encrypted_ods_is_refused_plainly(ods, refused, two):
    space = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    manifest = f'<m:manifest xmlns:m="{space}"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>'
    path = ods("<table:table/>", **{"META-INF/manifest.xml": manifest})
    assert "密码" in refused(path, two).what


def test_a_rare_compression_is_refused(packed, refused, two):
    assert refused(packed(skeleton(sheet_of(HEADINGS)), method=zipfile.ZIP_LZMA), two).code == "odd-compression"


def test_a_truncated_zip_is_refused(packed, refused, two):
    path = packed(skeleton(sheet_of(HEADINGS)))
    path.write_bytes(path.read_bytes()[:-300])
    assert refused(path, two).code == "damaged"


def test_a_flipped_byte_is_refused(packed, refused, two):
    path = packed(skeleton(sheet_of(HEADINGS + ONE_ROW)), method=zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"12.5", b"92.5"))
    assert refused(path, two).code == "damaged"


def test_a_cell_in_the_last_corner_of_the_sheet_does_no_harm(packed, two):
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    reading = read_table(packed(skeleton(sheet_of(HEADINGS + ONE_ROW + far))), two)
    assert reading.table.column("customer_id").to_pylist() == ["C001", None]
    assert reading.bad[1048576][0].code == "missing-key"
    assert "unnamed-columns" in [problem.code for problem in reading.problems]


def test_a_sheet_full_of_far_cells_is_refused(packed, refused, two):
    far = "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(3, 2000))
    problem = refused(packed(skeleton(sheet_of(HEADINGS + far))), two)
    assert problem.code == "too-many-cells"


@pytest.mark.parametrize("dimension", ["A1", "A1:B2", "A1:XFD1048576", "nonsense"])
def test_the_stated_dimension_is_not_believed(packed, two, dimension):
    rows = HEADINGS + "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>C{n}</t></is></c></row>' for n in range(2, 102)
    )
    path = packed(skeleton(sheet_of(rows, before=f'<dimension ref="{dimension}"/>')))
    assert read_table(path, two).table.num_rows == 100


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ('<row r="99999999"><c r="A99999999"><v>1</v></c></row>', "outside-sheet"),
        ('<row r="1048577"><c r="A1048577"><v>1</v></c></row>', "outside-sheet"),
        ('<row r="2"><c r="AAAA2"><v>1</v></c></row>', "misplaced-cell"),
        ('<row r="2"><c r="ZZZ2"><v>1</v></c></row>', "misplaced-cell"),
        ('<row r="2"><c r="A3"><v>1</v></c></row>', "misplaced-cell"),
        ('<row r="2"><c r="B2"><v>1</v></c><c r="A2"><v>1</v></c></row>', "misplaced-cell"),
        ('<row r="2"><c r="A2"><v>1</v></c><c r="A2"><v>2</v></c></row>', "misplaced-cell"),
        ('<row r="1"><c r="A1"><v>1</v></c></row>', "rows-out-of-order"),
        ('<row r="2"><c r="A2" t="s"><v>7</v></c></row>', "string-missing"),
        ('<row r="2"><c r="A2" t="s"><v>-1</v></c></row>', "string-missing"),
        ('<row r="2"><c r="A2" t="s"/></row>', "string-missing"),
        ('<row r="2"><c r="A2"><v>1</row>', "broken-xml"),
        ("\x01", "broken-xml"),
    ],
)
def test_a_sheet_that_contradicts_itself_is_refused(packed, refused, two, rows, code):
    assert refused(packed(skeleton(sheet_of(HEADINGS + rows))), two).code == code


def test_a_missing_part_is_named(packed, refused, two):
    parts = skeleton(sheet_of(HEADINGS))
    del parts["xl/worksheets/sheet1.xml"]
    assert "sheet1.xml" in refused(packed(parts), two).what


def test_a_workbook_without_sheets_is_refused(packed, refused, two):
    parts = skeleton(sheet_of(HEADINGS))
    parts["xl/workbook.xml"] = f'<workbook xmlns="{MAIN}"><sheets/></workbook>'
    assert refused(packed(parts), two).code == "no-sheets"


def test_deeply_nested_markup_does_no_harm(packed, two):
    deep = "<x>" * 100_000 + "</x>" * 100_000
    reading = read_table(packed(skeleton(sheet_of(HEADINGS + ONE_ROW, after=f"<extLst>{deep}</extLst>"))), two)
    assert reading.table.num_rows == 1


def test_half_a_surrogate_pair_does_no_harm(packed, columns):
    rows = HEADINGS.replace("累计租赁额", "名称") + ONE_ROW.replace(
        '<c r="B2"><v>12.5</v></c>', '<c r="B2" t="inlineStr"><is><t>甲_xD800__x0000_乙</t></is></c>'
    )
    reading = read_table(packed(skeleton(sheet_of(rows))), columns)
    assert reading.table.column("name").to_pylist() == ["甲?乙"]


def test_too_many_merged_ranges_are_refused(packed, refused, two):
    merges = "".join(f'<mergeCell ref="A{n}:A{n + 1}"/>' for n in range(2, 60_000, 2))
    path = packed(skeleton(sheet_of(HEADINGS + ONE_ROW, after=f"<mergeCells>{merges}</mergeCells>")))
    assert refused(path, two).code == "too-many-merges"


def test_one_range_merged_over_the_whole_sheet_does_no_harm(packed, two):
    path = packed(
        skeleton(
            sheet_of(HEADINGS + ONE_ROW, after='<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        )
    )
    assert read_table(path, two).table.num_rows == 1


def test_macros_are_not_run_and_said(packed, two):
    path = packed(skeleton(sheet_of(HEADINGS + ONE_ROW), **{"xl/vbaProject.bin": b"x"}), "macros.xlsm")
    assert "macros" in [problem.code for problem in read_table(path, two).problems]


def test_links_to_other_files_are_not_followed(packed, two):
    outside = f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r9" Type="{OFFICE}/externalLinkPath" TargetMode="External" Target="file:///etc/passwd"/></Relationships>'
    path = packed(skeleton(sheet_of(HEADINGS + ONE_ROW), **{"xl/externalLinks/_rels/externalLink1.xml.rels": outside}))
    assert read_table(path, two).table.num_rows == 1


def test_a_target_outside_the_package_is_only_a_missing_part(packed, refused, two):
    parts = skeleton(sheet_of(HEADINGS))
    parts["xl/_rels/workbook.xml.rels"] = str(parts["xl/_rels/workbook.xml.rels"]).replace(
        "worksheets/sheet1.xml", "../../../../etc/passwd"
    )
    assert refused(packed(parts), two).code == "part-missing"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("report.xls", b"\xef\xbb\xbf<html><table><tr><td>1</td></tr></table></html>", "html"),
        ("report.xls", b'  <!DOCTYPE HTML PUBLIC "x"><html>', "html"),
        ("report.xls", b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "html"),
        ("report.xls", '<html xmlns:x="y">'.encode("utf-16"), "html"),
        ("report.xls", b'<?xml version="1.0"?><Workbook/>', "xml"),
        ("report.pdf", b"%PDF-1.7\n", "pdf"),
        ("scan.xlsx", b"\x89PNG\r\n\x1a\n", "picture"),
        ("scan.xlsx", b"\xff\xd8\xff\xe0", "picture"),
        ("a.xlsx", b"Rar!\x1a\x07\x00", "packed"),
        ("a.xlsx", b"7z\xbc\xaf\x27\x1c", "packed"),
        ("a.csv", b"PAR1\x00\x00", "parquet"),
        ("a.csv", b"a,b\x00\x01\x02\x03\x04,\x05", "binary"),
        ("a.csv", b"", "empty"),
        ("a.csv", b"\xef\xbb\xbf\r\n \r\n", "empty"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 20, "damaged"),
        (
            "a.xls",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "WordDocument".encode("utf-16-le"),
            "no-workbook",
        ),
        ("a.csv.gz", b"\x1f\x8b\x08\x00broken", "damaged"),
        ("a.csv.gz", gzip.compress(b"a,b\n" * 1000, mtime=0)[:-10], "damaged"),
    ],
)
def test_what_is_no_table_is_recognised_by_its_content(text_file, refused, two, name, content, code):
    assert refused(text_file(content, name), two).code == code


def test_a_folder_and_an_absent_file_are_said(tmp_path, refused, two):
    assert refused(tmp_path, two).code == "folder"
    assert refused(tmp_path / "none.xlsx", two).code == "absent"


def test_a_zip_with_a_workbook_inside_says_so(packed, refused, two):
    assert "客户.xlsx" in refused(packed({"客户.xlsx": b"PK"}, "sent.zip"), two).what


def test_a_document_and_a_binary_workbook_are_refused(packed, refused, two):
    parts = skeleton(sheet_of(HEADINGS))
    assert refused(packed({"word/document.xml": "<x/>"}), two).code == "no-workbook"
    parts["_rels/.rels"] = str(parts["_rels/.rels"]).replace("workbook.xml", "workbook.bin")
    assert refused(packed(parts), two).code == "xlsb"


def test_a_repeated_row_of_ods_is_counted_before_it_is_made(ods, refused, two):
    cell = '<table:table-cell office:value-type="string" {}><text:p>客户编号</text:p></table:table-cell>'
    row = "<table:table-row {}>{}</table:table-row>"
    wide = row.format('table:number-rows-repeated="1048576"', cell.format('table:number-columns-repeated="1000"'))
    assert refused(ods(f"<table:table>{wide}</table:table>"), two).code == "too-many-cells"
    endless = cell.format('table:number-columns-repeated="99999999"')
    assert refused(ods(f"<table:table>{row.format('', endless)}</table:table>"), two).code == "too-many-cells"


def test_a_gzip_bomb_is_refused(text_file, refused, two):
    bomb = gzip.compress(b"customer_id,rent\n" + b"0" * 30_000_000)
    assert refused(text_file(bomb, "a.csv.gz"), two, limits=Limits(text_bytes=1_000_000)).code == "unpacks-too-large"


def test_an_endless_field_is_refused(text_file, refused, two):
    assert refused(text_file('客户编号,累计租赁额\n"C1,' + "x" * 300_000), two).code == "long-field"
    problem = refused(text_file('客户编号,累计租赁额\nC1,1\nC2,"1\nC3,2\n'), two)
    assert problem.code == "quotes"


def test_files_above_the_limits_are_refused(packed, text_file, refused, two):
    path = packed(skeleton(sheet_of(HEADINGS + ONE_ROW)))
    assert refused(path, two, limits=Limits(file_bytes=100)).code == "too-large"
    assert refused(text_file("客户编号\n1\n"), two, limits=Limits(text_bytes=3)).code == "too-large"
    assert refused(path, two, limits=Limits(cells=3)).code == "too-many-cells"
    assert refused(text_file("客户编号,累计租赁额\n1,2\n" * 9), two, limits=Limits(cells=3)).code == "too-many-cells"


def test_a_reading_that_takes_too_long_is_stopped(packed, refused, two):
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(2, 300_000))
    path = packed(skeleton(sheet_of(HEADINGS + rows)))
    assert refused(path, two, limits=Limits(seconds=0)).code in ("too-slow", "too-heavy")


def test_a_reading_that_takes_too_much_memory_is_stopped(packed, refused, two):
    strings = f'<sst xmlns="{MAIN}">' + "<si><t>" + "甲" * 40_000_000 + "</t></si></sst>"
    parts = skeleton(sheet_of(HEADINGS + ONE_ROW), **{"xl/sharedStrings.xml": strings})
    parts["xl/_rels/workbook.xml.rels"] = str(parts["xl/_rels/workbook.xml.rels"]).replace(
        "</Relationships>",
        f'<Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    )
    limits = Limits(memory_bytes=100 << 20, ratio=10**6)
    assert refused(packed(parts), two, limits=limits).code == "too-heavy"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_xls_files_cut_or_altered_anywhere_never_harm_the_reader(tmp_path, two):
    book = xlwt.Workbook()
    sheet = book.add_sheet("客户")
    for row, cells in enumerate([("客户编号", "累计租赁额"), *[(f"C{n}", n) for n in range(50)]]):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    stream = io.BytesIO()
    book.save(stream)
    whole = stream.getvalue()
    path = tmp_path / "a.xls"
    for position in range(100, len(whole), len(whole) // 6):
        for content in (whole[:position], whole[:position] + b"\xff\xff\xff\xff" + whole[position + 4 :]):
            path.write_bytes(content)
            with contextlib.suppress(Refusal):
                read_table(path, two)


def test_a_file_with_nearly_everything_bad_is_refused_with_the_first_of_it(text_file, two):
    content = "客户编号,累计租赁额\n" + "".join(f"C{n},没有数\n" for n in range(200))
    with pytest.raises(Refusal) as caught:
        read_table(text_file(content), two, limits=Limits(bad_cells=100))
    assert len(caught.value.problems) == 5


def test_hundreds_of_sheets_do_no_harm(packed, two):
    parts = skeleton(sheet_of(HEADINGS + ONE_ROW))
    sheets = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="r1"/>' for n in range(1, 900))
    parts["xl/workbook.xml"] = f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>'
    assert read_table(packed(parts), two).table.num_rows == 1


def test_one_long_string_shared_by_every_cell_is_refused(packed, refused, two):
    strings = f'<sst xmlns="{MAIN}"><si><t>{"甲" * 30_000}</t></si></sst>'
    rows = "".join(f'<row r="{n}">' + '<c t="s"><v>0</v></c>' * 50 + "</row>" for n in range(2, 200))
    parts = skeleton(sheet_of(HEADINGS + rows), **{"xl/sharedStrings.xml": strings})
    parts["xl/_rels/workbook.xml.rels"] = str(parts["xl/_rels/workbook.xml.rels"]).replace(
        "</Relationships>",
        f'<Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    )
    assert refused(packed(parts), two).code == "too-much-text"


def test_thousands_of_long_headings_take_no_time(packed, refused, two):
    cells = "".join(f'<c t="inlineStr"><is><t>{n}{"ﷺ" * 200}</t></is></c>' for n in range(16_000))
    assert refused(packed(skeleton(sheet_of(f"<row>{cells}</row>" * 3))), two).code == "no-headings"
