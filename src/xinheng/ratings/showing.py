"""How the sheet of a case is laid out: facts grouped by the item they serve, with what each item now gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from creditpolicy.explain import CustomerRating, ItemResult
from creditpolicy.expressions import names_in
from creditpolicy.model import Kind
from creditpolicy.program import ItemRule, Program
from creditpolicy.wording import band_words, item_label, source_words
from xinheng.customers.values import card_of
from xinheng.ratings.actions.scoring import Turn
from xinheng.ratings.models import Assessment
from xinheng.ratings.sheet import Line, Sheet, text_for
from xinheng.ratings.values import value_of


@dataclass(slots=True)
class Field:
    """One fact in the form: the text that stands there, whether it may be typed, and what is wrong with it."""

    line: Line
    text: str
    reason: str = ""
    is_mine: bool = False
    problem: str = ""
    hint: str = ""
    evidence: list[Any] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name of the input."""
        return f"f_{self.line.id}"

    @property
    def reason_name(self) -> str:
        """The name of the input for the reason."""
        return f"r_{self.line.id}"

    @property
    def choices(self) -> list[tuple[str, str]]:
        """What may be chosen: of a flag or a choice."""
        fact = self.line.rule.fact
        if fact.type is Kind.FLAG:
            return [("是", _("是")), ("否", _("否"))]
        return [(choice, choice) for choice in fact.choices or ()]

    @property
    def unit(self) -> str:
        """The unit in which it is typed."""
        return str(self.line.rule.fact.unit or "")

    @property
    def span(self) -> str:
        """The range that is allowed, in words."""
        fact = self.line.rule.fact
        if fact.range is None or not fact.type.is_number:
            return ""
        low, high = fact.bounds
        return _("{low} 至 {high}").format(low=_plain(low), high=_plain(high))

    @property
    def is_date(self) -> bool:
        """Whether it is a day."""
        return self.line.rule.fact.type is Kind.DATE

    @property
    def is_number(self) -> bool:
        """Whether it is a number."""
        return self.line.rule.fact.type.is_number

    @property
    def guidance(self) -> str:
        """What to look at."""
        return str(self.line.rule.fact.guidance or "")


def _plain(number: Any) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(slots=True)
class Group:
    """An item of the scorecard with the facts it looks at; facts of no item stand at the end."""

    key: str
    title: str
    part: str = ""
    most: str = ""
    clause: str = ""
    steps: list[tuple[str, str]] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    result: ItemResult | None = None


def fields_of(
    sheet: Sheet, turn: Turn | None, *, texts: Mapping[str, str] | None = None, reasons: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
) -> dict[str, Field]:  # fmt: skip
    """Give the fields of the form; `texts`, `reasons` and `problems` are what was just sent and what is wrong with it."""
    found = {}
    for name, line in sheet.lines.items():
        mine = turn is not None and name in turn.facts and line.is_open
        own = next((score for score in line.scores if turn is not None and score.step == turn.step), None)
        text = text_for(line, value_of(line.rule, own.value) if own is not None else line.value)
        shown = Field(line, text, own.reason if own is not None else "", mine, (problems or {}).get(name, ""))
        if line.known is not None and line.value is None:
            shown.hint = _("上次: {value} ({source})").format(
                value=text_for(line, line.known.value), source=line.known.source
            )
        if mine and texts is not None:
            shown.text, shown.reason = texts.get(name, ""), (reasons or {}).get(name, "")
        found[name] = shown
    return found


def groups_of(sheet: Sheet, fields: Mapping[str, Field], result: CustomerRating | None = None) -> list[Group]:
    """Group the fields by item, each fact at the first item that needs it."""
    program = sheet.duties.program
    results = {item.id: item for item in result.items} if result is not None else {}
    placed: set[str] = set()
    groups = [Group("_head", _("基本情况"))]
    groups += [_group(program, rule, fields, placed, results.get(rule.id)) for rule in program.items]
    vetoes = Group("_vetoes", _("一票否决"), part="veto")
    for veto in program.vetoes:
        vetoes.fields += _take(program, names_in(veto.when), fields, placed)
        vetoes.steps.append((str(veto.veto.label), _("等级不高于 {grade}").format(grade=veto.veto.grade)))
    groups.append(vetoes)
    for name, one in fields.items():
        if name not in placed and one.line.sort != "formula":
            groups[0].fields.append(one)
    return [group for group in groups if group.fields]


def _group(
    program: Program, rule: ItemRule, fields: Mapping[str, Field], placed: set[str], result: ItemResult | None
) -> Group:
    names = [
        name for step in rule.steps for node in (step.when, step.points) if node is not None for name in names_in(node)
    ]
    if rule.value is not None:
        names = [*names_in(rule.value), *names]
    group = Group(
        rule.id, item_label(program, rule), rule.part, _plain(rule.high) if rule.high is not None else "",
        source_words(program, rule.item), result=result,
    )  # fmt: skip
    group.fields = _take(program, names, fields, placed)
    if len(rule.steps) > 1:
        group.steps = [(band_words(program, rule, step), _points(step)) for step in rule.steps]
    return group


def _points(step: Any) -> str:
    value = getattr(step.points, "value", None)
    return "" if value is None else _plain(value)


def _take(program: Program, names: Any, fields: Mapping[str, Field], placed: set[str]) -> list[Field]:
    found = []
    for name in _with_behind(program, names):
        if name in fields and name not in placed:
            placed.add(name)
            found.append(fields[name])
    return found


def _with_behind(program: Program, names: Any) -> Iterator[str]:
    for name in names:
        rule = program.fact.get(name)
        if rule is None:
            continue
        if rule.formula is not None:
            yield from _with_behind(program, names_in(rule.formula))
        yield name


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that the procedure asks for: the step, and what of the file meets it."""

    name: str
    step: str
    papers: tuple[Any, ...] = ()
    is_made_here: bool = False

    @property
    def is_there(self) -> bool:
        """Whether it is there, or made from the case itself."""
        return self.is_made_here or bool(self.papers)


MADE_HERE = (
    "客户信息表", "客户资料表", "客户基本信息表", "档案卡",
    "评估表", "评定表", "评分表", "评级表", "申请表", "评估报告", "初评报告", "会议记录", "审批记录", "审核意见",
    "公示", "异议与答复",
)  # fmt: skip
"""Words in the names of papers that the application makes from the case or the archive card."""


def papers_of(assessment: Assessment, sheet: Sheet) -> list[Paper]:
    """Give the papers that the steps ask for, each with those of the customer's file that fit by kind or title."""
    from xinheng.papers.models import State

    approved = assessment.customer.statements.filter(state="approved").exists()
    kept = list(assessment.customer.papers.filter(state=State.KEPT).select_related("kind"))
    attached = {row.paper_id for row in assessment.evidence.all()}
    found: dict[str, Paper] = {}
    for step in (*sheet.duties.own, *sheet.duties.decided):
        for name in step.papers:
            fits = tuple(paper for paper in kept if _fits(name, paper))
            made = any(word in name for word in MADE_HERE) or ("财务报表" in name and approved)
            found.setdefault(
                name, Paper(name, str(step.label), tuple(sorted(fits, key=lambda p: p.pk not in attached)), made)
            )
    return list(found.values())


def _fits(name: str, paper: Any) -> bool:
    return any(word and (word in name or name in word) for word in (str(paper.kind.name), paper.title or ""))


def contradictions(assessment: Assessment, sheet: Sheet) -> dict[str, str]:
    """Give the facts on which roles or sources do not agree, each with who says what."""
    found = {
        name: _("{fact}: {said}").format(
            fact=line.label,
            said="; ".join(f"{sheet.duties.role_label(score.role)} {words}" for score, words in line.beside),
        )
        for name, line in sheet.lines.items()
        if line.differs
    }
    key = sheet.duties.policy.policy
    for line in card_of(assessment.customer):
        name = line.field.code.removeprefix(f"{key}.")
        if line.against and name in sheet.lines and sheet.lines[name].score is None:
            found[name] = _("{fact}: 档案卡上有不同的说法, 请在档案卡上裁定。").format(fact=sheet.lines[name].label)
    return found
