"""The sheets of the scorecard workbook: their columns, and the parts of the policy that they hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from creditpolicy.editing.columns import Column, Form, missing_words
from creditpolicy.language import _
from creditpolicy.model import Kind, Policy
from creditpolicy.reader.tree import Path

KEY = "key"
KIND = "kind"
PART = "part"
CONDITION = "condition"
PARTS = ("base", "bonus", "deduction")
STEPS = ("bands", "choices", "points")


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet with a row for each rule of a list, or for each fact."""

    name: str
    path: Path
    columns: tuple[Column, ...]


def part_words() -> dict[str, str]:
    """Name the parts of the scorecard."""
    return {"base": _("基本项"), "bonus": _("加分项"), "deduction": _("减分项")}


def kind_words() -> dict[str, str]:
    """Name the kinds of rows of the scorecard: the item itself, and the steps by which it scores."""
    return {"item": _("项目"), "bands": _("分档"), "choices": _("选项"), "points": _("条件")}


def otherwise() -> str:
    """Give the word for the last of several conditions."""
    return _("其余")


def scorecard_columns(policy: Policy) -> tuple[Column, ...]:
    """Give the columns of sheet 评分表."""
    return (
        _row_key(),
        Column(PART, _("部分"), Form.CHOICE, 10, part_words()),
        Column(KIND, _("行"), Form.CHOICE, 8, kind_words()),
        Column("item", _("项目编号"), Form.TEXT, 20, is_identity=True),
        Column("label", _("名称"), Form.WORDS, 24),
        Column("max", _("满分"), Form.NUMBER, 8),
        Column("min", _("最低分"), Form.NUMBER, 8),
        Column("of", _("依据的事实或算式"), Form.FORMULA, 22),
        Column(CONDITION, _("条件或选项"), Form.TEXT, 36),
        Column("from", "≥", Form.NUMBER, 9),
        Column("above", ">", Form.NUMBER, 9),
        Column("below", "<", Form.NUMBER, 9),
        Column("to", "≤", Form.NUMBER, 9),
        Column("points", _("得分"), Form.FORMULA, 14),
        Column("missing", _("缺失时"), Form.MISSING, 13, missing_words()),
        Column("guidance", _("评分说明"), Form.WORDS, 30),
        *_sources(),
    )


def tables(policy: Policy) -> tuple[Table, ...]:
    """Give the sheets with a row for each rule: 否决, 等级, 授信, 事实."""
    grades = {grade.grade: grade.grade for grade in policy.grades}
    return (
        Table(
            _("否决"),
            ("scorecard", "vetoes"),
            (
                _row_key(),
                Column("veto", _("编号"), Form.TEXT, 20, is_identity=True),
                Column("label", _("名称"), Form.WORDS, 26),
                Column("when", _("条件"), Form.FORMULA, 44),
                Column("grade", _("强制的等级"), Form.CHOICE, 12, grades),
                Column(
                    "missing",
                    _("缺资料时"),
                    Form.CHOICE,
                    12,
                    {"refuse": _("不评"), "ignore": _("不否决"), "apply": _("按否决")},
                ),
                *_sources(),
            ),
        ),
        Table(
            _("等级"),
            ("grades",),
            (
                _row_key(),
                Column("grade", _("等级"), Form.TEXT, 12, is_identity=True),
                Column("label", _("名称"), Form.WORDS, 22),
                Column("from", _("分数线 ≥"), Form.NUMBER, 10),
                Column("above", _("分数线 >"), Form.NUMBER, 10),
                Column("meaning", _("含义"), Form.WORDS, 44),
                Column("color", _("颜色"), Form.TEXT, 10),
                *_sources(),
            ),
        ),
        Table(_("授信"), ("credit", "by_grade"), (_row_key(), *_terms(), *_sources())),
        Table(_("事实"), ("facts",), (_row_key(), *_fact_columns(policy), *_sources())),
    )


def settings(policy: Policy) -> tuple[tuple[Path, Column], ...]:
    """Give the single values of sheet 总则, in its order: where each stands, and its name and form."""
    directions = {"down": _("向下"), "half_up": _("四舍五入"), "up": _("向上")}
    found: list[tuple[Path, Column]] = [
        (("version",), Column("version", _("制度版本"))),
        (("effective_from",), Column("effective_from", _("生效日期"), Form.DAY)),
        (("scorecard", "total"), Column("total", _("基本项满分合计"), Form.NUMBER)),
        (("scorecard", "digits"), Column("digits", _("分数的小数位数"), Form.NUMBER)),
    ]
    if policy.credit is not None:
        found.append((("credit", "most"), Column("most", _("任何客户的最高额度"), Form.NUMBER)))
        if policy.credit.rounding is not None:
            found.append((("credit", "rounding", "to"), Column("to", _("额度取整单位"), Form.NUMBER)))
            found.append((("credit", "rounding", "how"), Column("how", _("取整方向"), Form.CHOICE, 12, directions)))
    if policy.changes is not None:
        if policy.changes.down is not None:
            where = ("changes", "down", "after_days")
            found.append((where, Column("after_days", _("下调等待天数"), Form.NUMBER)))
        if policy.changes.up is not None:
            found.append((("changes", "up", "after_days"), Column("after_days", _("上调等待天数"), Form.NUMBER)))
            found.append((("changes", "up", "notches"), Column("notches", _("一次最多上调几级"), Form.NUMBER)))
    return tuple(found)


def _row_key() -> Column:
    return Column(KEY, _("原处"), Form.TEXT, 4)


def _sources() -> tuple[Column, Column]:
    return (
        Column("clause", _("条款"), Form.TEXT, 16),
        Column("assumed", _("假定的理由 (文件没有写)"), Form.TEXT, 46),
    )


def _terms() -> tuple[Column, ...]:
    return (
        Column("grade", _("等级"), Form.TEXT, 12, is_identity=True),
        Column("limit", _("额度: 金额或算式"), Form.FORMULA, 30),
        Column("terms_days", _("账期 (天)"), Form.NUMBER, 10),
        Column("cash_only", _("只收现款"), Form.FLAG, 10),
        Column("deposit_percent", _("押金 (%)"), Form.PERCENT, 10),
        Column("down_payment_percent", _("首付 (%)"), Form.PERCENT, 10),
        Column("rate_percent", _("资金占用费年率 (%)"), Form.PERCENT, 12),
        Column("discount_percent", _("价格优惠 (%)"), Form.PERCENT, 10),
        Column("guarantee", _("担保要求"), Form.WORDS, 24),
        Column("note", _("说明"), Form.WORDS, 36),
    )


def _fact_columns(policy: Policy) -> tuple[Column, ...]:
    roles = {role.role: str(role.label) for role in policy.roles}
    if len(set(roles.values())) < len(roles):
        roles = {role: role for role in roles}
    return (
        Column("fact", _("编号"), Form.TEXT, 22, is_identity=True),
        Column("label", _("名称"), Form.WORDS, 20),
        Column("type", _("类型"), Form.CHOICE, 10, kinds()),
        Column("unit", _("单位"), Form.WORDS, 8),
        Column("digits", _("小数位数"), Form.NUMBER, 8),
        Column("range.0", _("最小"), Form.NUMBER, 12),
        Column("range.1", _("最大"), Form.NUMBER, 14),
        Column("choices", _("可选值 (每行一个)"), Form.LINES, 18),
        Column("judged_by", _("由谁判断"), Form.CHOICE, 14, roles),
        Column("collected_by", _("由谁收集"), Form.CHOICE, 14, roles),
        Column("derived", _("由往来算出"), Form.TEXT, 18),
        Column("formula", _("由其他事实算出"), Form.FORMULA, 26),
        Column("missing", _("缺失时"), Form.MISSING, 13, missing_words()),
        Column("better", _("哪边好"), Form.CHOICE, 10, {"higher": _("越高越好"), "lower": _("越低越好")}),
        Column("guidance", _("填写说明"), Form.WORDS, 40),
        Column("example", _("示例值"), Form.TEXT, 16),
    )


def kinds() -> dict[str, str]:
    """Name the types of facts."""
    words: dict[Kind, Callable[[], str]] = {
        Kind.ID: lambda: _("编号"),
        Kind.TEXT: lambda: _("文字"),
        Kind.AMOUNT: lambda: _("金额"),
        Kind.NUMBER: lambda: _("数字"),
        Kind.RATIO: lambda: _("比例"),
        Kind.PERCENT: lambda: _("百分数"),
        Kind.COUNT: lambda: _("个数"),
        Kind.DAYS: lambda: _("天数"),
        Kind.SCORE: lambda: _("分数"),
        Kind.FLAG: lambda: _("是或否"),
        Kind.CHOICE: lambda: _("选项"),
        Kind.DATE: lambda: _("日期"),
    }
    return {kind.value: said() for kind, said in words.items()}
