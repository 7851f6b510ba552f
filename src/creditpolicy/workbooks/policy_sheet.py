"""Sheet 制度: the policy that rated, on paper: control data, facts, scorecard, grades, terms, assumptions, signatures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from creditpolicy.explain import band_words, item_label
from creditpolicy.language import _
from creditpolicy.program import ItemRule
from creditpolicy.wording import (
    assumptions,
    clause_words,
    formula_words,
    heading,
    kind_words,
    limit_words,
    line_words,
    missing_words,
    number_words,
    other_terms,
    range_words,
    source_of_fact,
    step_points,
)
from creditpolicy.workbooks.book import Book, Value
from creditpolicy.workbooks.details_sheet import part_words
from creditpolicy.workbooks.layout import height_for, rating_page, set_up_page
from creditpolicy.workbooks.looks import CENTERED, FONT_SIZE, HEAD, LABEL, QUIET, SMALL, SUBTITLE, TITLE, WRAPPED, Look

if TYPE_CHECKING:
    from creditpolicy.ratings import Ratings

WIDTHS = [12, 14, 11, 11, 16, 14, 10, 12]
NUMBER: Look = {**CENTERED, "num_format": "#,##0.##########"}
Spans = Sequence[int]


class PolicySheet:
    """The sheet 制度: tables below one another on a grid of eight columns."""

    def __init__(self, book: Book, result: Ratings) -> None:
        self._result, self._program = result, result.program
        self._sheet = book.sheet(_("制度"))
        self._look = book.format
        self._row = -1
        self._number = 0

    def write(self) -> None:
        """Write the whole sheet."""
        for column, width in enumerate(WIDTHS):
            self._sheet.worksheet.set_column(column, column, width)
        self._title()
        self._control()
        self._facts()
        self._scorecard()
        self._vetoes()
        self._grades()
        self._terms()
        self._assumptions()
        self._signatures()
        set_up_page(
            self._sheet,
            rating_page(
                self._result,
                width=sum(WIDTHS),
                landscape=False,
            ),
        )

    # The grid ----------------------------------------------------------------------------------------------------

    def _line(self, spans: Spans, values: Sequence[Value], looks: Sequence[Look], *, least: int = 1) -> None:
        """Write a row of cells, each over as many columns as `spans` says, high enough for its text."""
        self._row += 1
        column, texts = 0, []
        for span, value, look in zip(spans, values, looks, strict=True):
            if isinstance(value, str):
                texts.append((value, sum(WIDTHS[column : column + span]), look.get("font_size", FONT_SIZE)))
            column += span
        self._sheet.worksheet.set_row(self._row, height_for(texts, least=least))
        column = 0
        for span, value, look in zip(spans, values, looks, strict=True):
            self._sheet.across(self._row, column, column + span - 1, value, self._look(look))
            column += span

    def _section(self, title: str, spans: Spans, heads: Sequence[str]) -> None:
        self._number += 1
        self._row += 2
        self._sheet.worksheet.set_row(self._row, 22)
        self._sheet.text(self._row, 0, f"{_numeral(self._number)}{title}", self._look(SUBTITLE))
        self._line(spans, heads, [HEAD] * len(heads))

    # The parts ---------------------------------------------------------------------------------------------------

    def _title(self) -> None:
        self._row += 1
        self._sheet.worksheet.set_row(self._row, 32)
        self._sheet.across(self._row, 0, len(WIDTHS) - 1, str(self._result.policy.title), self._look(TITLE))
        if self._result.policy.summary is not None:
            look: Look = {**QUIET, "text_wrap": True, "align": "center"}
            self._line([len(WIDTHS)], [str(self._result.policy.summary)], [look])

    def _control(self) -> None:
        policy, document = self._result.policy, self._result.policy.document
        title = f"{document.name} {document.title}" if document.title is not None else document.name
        pairs = [
            (_("制度编号"), policy.policy, _("版本"), policy.version),
            (_("生效日期"), policy.effective_from.isoformat(), _("评级日"), self._result.as_of.isoformat()),
            (_("来源文件"), title, _("文件编号与版本"), " ".join(part for part in (document.number, document.version) if part) or "—"),
            (_("编制"), document.prepared_by or "—", _("审核"), document.reviewed_by or "—"),
            (_("批准"), document.approved_by or "—", _("批准日期"), document.approved_on.isoformat() if document.approved_on else "—"),
        ]  # fmt: skip
        for first, value, second, other in pairs:
            self._line([1, 3, 1, 3], [first, value, second, other], [LABEL, WRAPPED, LABEL, WRAPPED])
        if policy.applies_to is not None:
            self._line([1, 7], [_("适用对象"), str(policy.applies_to)], [LABEL, WRAPPED])
        self._line([1, 7], [_("文件指纹"), f"SHA-256 {self._result.prepared.identity['sha256']}"], [LABEL, WRAPPED])

    def _facts(self) -> None:
        spans = [2, 1, 2, 1, 1, 1]
        self._section(
            _("收集的事实"), spans, [_("名称"), _("类型"), _("允许范围或算式"), _("来源"), _("缺失时"), _("条款")]
        )
        program = self._program
        for rule in program.facts:
            if rule.id not in program.used and rule.id not in {program.key, program.name}:
                continue
            allowed = range_words(rule.fact) if rule.formula is None else formula_words(program, str(rule.fact.formula))
            values = [
                heading(rule), kind_words(rule.fact), allowed, source_of_fact(program.policy, rule.fact),
                missing_words(program, rule.id), clause_words(rule.fact),
            ]  # fmt: skip
            self._line(spans, values, [WRAPPED, CENTERED, SMALL, SMALL, SMALL, SMALL])
        rest = [
            str(rule.fact.label) for rule in program.facts if rule.id not in program.used | {program.key, program.name}
        ]
        if rest:
            self._line([2, 6], [_("只存档, 不参与评级"), "、".join(rest)], [LABEL, SMALL])

    def _scorecard(self) -> None:
        spans = [1, 2, 1, 2, 1, 1]
        self._section(_("评分表"), spans, [_("部分"), _("项目"), _("满分 (最多)"), _("情形"), _("得分"), _("条款")])
        for rule in self._program.items:
            self._item(rule, spans)

    def _item(self, rule: ItemRule, spans: Spans) -> None:
        program = self._program
        for index, step in enumerate(rule.steps):
            first = index == 0
            points = step_points(program, step)
            band = band_words(program, rule, step)
            sources = (step.source, rule.item) if step.source is not rule.item else (rule.item,)
            values: list[Value] = [
                part_words(rule.part) if first else None, item_label(program, rule) if first else None,
                rule.high if first else None, band, points, clause_words(*sources),
            ]  # fmt: skip
            looks = [CENTERED, WRAPPED, NUMBER, WRAPPED, {**NUMBER, "text_wrap": True}, SMALL]
            if isinstance(points, str):
                told = points if len(rule.steps) == 1 else f"{band}: {points}"
                self._line([1, 2, 1, 3, 1], [*values[:3], told, values[5]], [*looks[:3], WRAPPED, SMALL])
            else:
                self._line(spans, values, looks)

    def _vetoes(self) -> None:
        if not self._program.vetoes:
            return
        spans = [2, 3, 1, 1, 1]
        self._section(_("一票否决"), spans, [_("名称"), _("条件"), _("等级不高于"), _("缺资料时"), _("条款")])
        program = self._program
        for rule in program.vetoes:
            missing = {"refuse": _("不评"), "ignore": _("不否决"), "apply": _("按否决")}[rule.veto.missing]
            values = [
                str(rule.veto.label), formula_words(program, str(rule.veto.when)), rule.veto.grade, missing,
                clause_words(rule.veto),
            ]  # fmt: skip
            self._line(spans, values, [WRAPPED, WRAPPED, CENTERED, CENTERED, SMALL])

    def _grades(self) -> None:
        spans = [1, 2, 1, 3, 1]
        self._section(_("等级"), spans, [_("等级"), _("名称"), _("分数线"), _("含义"), _("条款")])
        for grade in self._result.policy.grades:
            values = [
                grade.grade, str(grade.label or ""), line_words(grade), str(grade.meaning or ""), clause_words(grade),
            ]  # fmt: skip
            self._line(spans, values, [{**CENTERED, "bold": True}, WRAPPED, CENTERED, SMALL, SMALL])

    def _terms(self) -> None:
        known = [rule for rule in self._program.terms if rule is not None]
        if not known:
            return
        spans = [1, 3, 1, 2, 1]
        self._section(_("授信条件"), spans, [_("等级"), _("额度 (元)"), _("账期 (天)"), _("其他条件"), _("条款")])
        for rule in known:
            terms = rule.terms
            values: list[Value] = [
                terms.grade, limit_words(self._program, terms), terms.terms_days, "; ".join(other_terms(terms)), clause_words(terms),
            ]  # fmt: skip
            limit: Look = {**WRAPPED, "num_format": "#,##0.00", "align": "left"}
            self._line(spans, values, [{**CENTERED, "bold": True}, limit, NUMBER, SMALL, SMALL])
        self._rounding()

    def _rounding(self) -> None:
        credit = self._result.policy.credit
        said = []
        if credit is not None and credit.rounding is not None:
            how = {"down": _("向下"), "up": _("向上"), "half_up": _("四舍五入")}[credit.rounding.how]
            said.append(_("额度{how}取整到 {to} 元").format(how=how, to=number_words(credit.rounding.to)))
        if credit is not None and credit.most is not None:
            said.append(_("任何客户不超过 {most} 元").format(most=number_words(credit.most)))
        if said:
            self._line([1, 7], [_("说明"), "; ".join(said)], [LABEL, SMALL])

    def _assumptions(self) -> None:
        found = assumptions(self._program)
        if not found:
            return
        spans = [2, 2, 3, 1]
        self._section(
            _("假定清单 (文件没有写明, 须由公司确认)"), spans, [_("规则"), _("假定的内容"), _("理由"), _("确认")]
        )
        for each in found:
            rule = _("{section}: {rule}").format(section=each.section, rule=each.rule)
            self._line(spans, [rule, each.content, each.reason, "□"], [SMALL, SMALL, SMALL, CENTERED])

    def _signatures(self) -> None:
        self._row += 1
        document = self._result.policy.document
        signers = [
            (_("编制"), document.prepared_by), (_("审核"), document.reviewed_by), (_("批准"), document.approved_by),
        ]  # fmt: skip
        box: Look = {**WRAPPED, "valign": "top"}
        texts = [
            _("{act}: {who}").format(act=act, who=who or "")
            + "\n\n"
            + _("签字:")
            + "\n"
            + _("日期:        年    月    日")
            for act, who in signers
        ]
        self._line([3, 2, 3], texts, [box] * 3, least=5)


def _numeral(number: int) -> str:
    return _("{number}、").format(number="一二三四五六七八九十"[number - 1])
