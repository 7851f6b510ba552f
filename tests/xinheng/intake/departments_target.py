"""A target for the tests of the machine: departments by code, so that nothing here hangs on customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from creditpolicy.model import Kind
from creditpolicy.problems import Refusal
from creditpolicy.tables import Column
from xinheng.audit.record import act, record
from xinheng.intake.targets import Asked, Difference, Field, Option, Planned, Reason, Row, offer
from xinheng.org.access import is_one_of, permit
from xinheng.org.models import Department, Person
from xinheng.org.roles import Role


class Departments:
    """Departments: code, name and the code of the one above."""

    key = "departments"
    permission = "tests.import_departments"
    batch_size = 100
    label = "部门"
    list_url = "home"

    def fields(self) -> Sequence[Field]:
        return [
            Field(Column("code", ("部门编号",), Kind.ID, required=True), "不重复的编号", ("示例-1", "示例-2")),
            Field(Column("name", ("部门名称",), Kind.TEXT, required=True), "全称", ("销售三部", "财务部")),
            Field(Column("closed", ("已撤销",), Kind.FLAG), "", ("否", "否")),
            Field(Column("staff", ("人数",), Kind.COUNT), "", ("12", "3")),
        ]

    def options(self, by: Person) -> Sequence[Option]:
        return []

    def anchor(self, columns: Sequence[str]) -> str:
        if "code" not in columns:
            raise Refusal("要有部门编号")
        return "code"

    def keys(self, row: Row) -> Sequence[tuple[str, str]]:
        return [("code", str(row.values["code"]))]

    def plan(self, rows: Sequence[Row], asked: Asked) -> Sequence[Planned]:
        codes = [row.values["code"] for row in rows]
        known = {each.code: each for each in Department.objects.filter(code__in=codes)}
        return [self._plan(row, known.get(row.values["code"])) for row in rows]

    def _plan(self, row: Row, known: Department | None) -> Planned:
        code, name = str(row.values["code"]), str(row.values["name"] or "")
        if not name:
            return Planned(row, "failed", code, reasons=(Reason("部门名称没有填。", "name"),))
        if name.startswith("坏"):
            return Planned(row, "failed", code, reasons=(Reason("这个名称不能用。", "name"),))
        if known is None:
            return Planned(row, "new", code)
        if known.name == name:
            return Planned(row, "unchanged", code)
        return Planned(row, "changed", code, differences=(Difference("部门名称", known.name, name),), payload=known.pk)

    def apply(self, planned: Sequence[Planned], asked: Asked) -> Sequence[Planned]:
        return [self._apply(plan, asked.by) for plan in planned]

    def _apply(self, plan: Planned, by: Person) -> Planned:
        try:
            enter(str(plan.row.values["code"]), str(plan.row.values["name"]), by=by)
        except Refusal as refused:
            return replace(plan, verdict="failed", reasons=(Reason(refused.message),))
        return plan


@act
def enter(code: str, name: str, *, by: Person) -> Department:
    """Make or rename a department; refuses one that is called 忽坏, but only now."""
    if name == "忽坏":
        raise Refusal("到导入时才发现不行。")
    department, _made = Department.objects.update_or_create(code=code, defaults={"name": name})
    record("tests.enter_department", department, by=by)
    return department


permit("tests.import_departments", is_one_of(Role.ARCHIVIST, Role.COMMERCE_SPECIALIST))
TARGET = Departments()


def offer_departments() -> Departments:
    """Let departments be imported into, in this process."""
    offer(TARGET)
    return TARGET
