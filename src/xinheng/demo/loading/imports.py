"""Two workbooks of prospects: one taken in with two rows handed back, one whose dry run waits to be confirmed."""

from __future__ import annotations

import io

import openpyxl
from django.utils import timezone

from xinheng.demo.loading.organisation import Staff
from xinheng.demo.names import credit_code
from xinheng.demo.story import Story
from xinheng.intake import actions, running
from xinheng.intake.models import Import
from xinheng.intake.targets import target_of
from xinheng.org.models import Person
from xinheng.org.roles import Role

HEADINGS = ("名称", "类别", "统一社会信用代码", "归属部门", "从业人员", "地址")
BOOKS = (
    ("展会登记客户.xlsx", ("松柏屯", "银杏坡", "枫林渡", "秋水", "远山", "听涛", "杏坛", "霁月"), True),
    ("办事处移交客户.xlsx", ("碧湖洲", "东篱", "丹霞岭", "平沙", "金穗"), False),
)
FIRST = 900_000
"""Credit codes of prospects run from here, clear of those of the customers."""


def load_imports(story: Story, staff: Staff) -> None:
    """Take the workbooks in as an archivist would; outside the transaction of the rest, for imports have their own."""
    archivist = staff.of(Role.ARCHIVIST)
    running_number = FIRST
    for name, places, is_confirmed in BOOKS:
        rows: list[tuple[object, ...]] = []
        for place in places:
            running_number += 1
            rows.append((
                f"{place}新材料有限公司", "企业", credit_code("enterprise", running_number), "销售一部", 20, f"{place}镇工业路1号"
            ))  # fmt: skip
        rows.append(("校验码写错的有限公司", "企业", "91990000MD9999999X", "销售一部", 12, ""))
        rows.append(
            ("部门写错的有限公司", "企业", credit_code("enterprise", running_number + 50_000), "销售九部", "一百", "")
        )
        _take_in(name, rows, archivist, is_confirmed=is_confirmed)


def _take_in(name: str, rows: list[tuple[object, ...]], by: Person, *, is_confirmed: bool) -> None:
    data = _book(rows)
    now = timezone.now()
    of = actions.upload(target_of("customers"), io.BytesIO(data), name=name, size=len(data), by=by, at=now)
    running.look_at(of.pk)
    of = Import.objects.get(pk=of.pk)
    of = actions.match_columns(of, of.mapping, {}, by=by, at=now)
    running.check(of.pk)
    if is_confirmed:
        actions.confirm(Import.objects.get(pk=of.pk), by=by, on=timezone.localdate(now), at=now)
        running.run(of.pk)


def _book(rows: list[tuple[object, ...]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADINGS, *rows):
        sheet.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
