"""The part that runs in the child process: what it may import, and what it makes of number formats."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from creditpolicy.tables.confined import formats
from creditpolicy.tables.confined.limits import Limits

FOLDER = Path(formats.__file__).parent


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_the_child_imports_nothing_but_itself_the_standard_library_and_xlrd(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 1 or (node.level == 0 and known(node.module))
        elif isinstance(node, ast.Import):
            assert all(known(name.name) for name in node.names)


def known(module):
    top = module.partition(".")[0]
    return top in sys.stdlib_module_names or top == "xlrd"


@pytest.mark.parametrize(
    ("code", "style"),
    [
        ("General", None),
        ("0.00", None),
        ("#,##0.00;[Red]-#,##0.00", None),
        ("0.00E+00", None),
        ("@", None),
        ('_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', None),
        ("0%", ("percent",)),
        ("0.00%;[Red]-0.00%", ("percent",)),
        ('0.0"%"', ("unit", "%")),
        ("yyyy-mm-dd", ("date",)),
        ("m/d/yy", ("date",)),
        ("d-mmm", ("date",)),
        ('yyyy"年"m"月"d"日";@', ("date",)),
        ("[$-804]yyyy/m/d h:mm", ("date",)),
        ("[DBNum1][$-804]yyyy年m月d日", ("date",)),
        ("mm:ss", ("time",)),
        ("[h]:mm:ss", ("time",)),
        ("h:mm AM/PM", ("time",)),
        ("000000", ("pad", "6", "")),
        ('"C"0000', ("pad", "4", "C")),
        ("\\A\\B000", ("pad", "3", "AB")),
        ('0.00"万元"', ("unit", "万元")),
        ("#,##0.00元", ("unit", "元")),
        ('0!.0,"万"', None),
        ('0.00,,"百万"', None),
        ('0\\.0,"万"', None),
        ('"¥"#,##0.00', None),
        ("[$¥-804]#,##0.00", None),
        ("[$$-409]#,##0.00", ("unit", "$")),
        ("[$€-2] #,##0", ("unit", "€")),
        ('"US$"#,##0', ("unit", "US$")),
        ("", None),
        ('"', None),
        ("[", None),
        ("0" * 5000, None),
    ],
)
def test_a_number_format_is_understood(code, style):
    assert formats.style_of(code) == style


@pytest.mark.parametrize(
    ("serial", "date_1904", "cell"),
    [
        (1, False, ["date", "1900-01-01"]),
        (59, False, ["date", "1900-02-28"]),
        (60, False, ["date", "1900-02-29"]),
        (61, False, ["date", "1900-03-01"]),
        (45296, False, ["date", "2024-01-05"]),
        (45296.5, False, ["date", "2024-01-05T12:00:00"]),
        (45296.9999999, False, ["date", "2024-01-05T23:59:59"]),
        (0, True, ["date", "1904-01-01"]),
        (43834, True, ["date", "2024-01-05"]),
        (0, False, ["date", "0"]),
        (0.5, False, ["time", 0.5]),
        (-1, False, ["date", "-1"]),
        (1e300, False, ["date", "1e+300"]),
    ],
)
def test_a_serial_number_becomes_the_day_that_excel_shows(serial, date_1904, cell):
    assert formats.number(serial, ("date",), date_1904) == cell


def test_the_limits_are_plain_numbers():
    assert all(value > 0 for value in (Limits().cells, Limits().seconds, Limits().memory_bytes))
