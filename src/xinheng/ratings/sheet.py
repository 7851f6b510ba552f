"""The sheet of a case: every fact that the policy wants, the value in use and where it comes from, and who entered what.

A value counts by this order: what dealings and statements say; then what the last step of the chain entered in this case;
then the card and the customer's file. What was judged in an earlier case is shown, and has to be judged anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from creditpolicy.customers.wanted import wanted_columns
from creditpolicy.model import Kind
from creditpolicy.problems import Problem
from creditpolicy.program import FactRule
from creditpolicy.tables.cells import Bad, Value
from creditpolicy.tables.columns import Column
from creditpolicy.tables.literals import read_value
from creditpolicy.wording import fact_words
from xinheng.ratings.duties import Duties, duties_of
from xinheng.ratings.facts import Known, entered, facts_of
from xinheng.ratings.models import Assessment, Score
from xinheng.ratings.values import text_of, value_of

WORDS_OF_KIND: Mapping[str, tuple[str, ...]] = {
    "first": ("首次",),
    "periodic": ("季度", "定期", "年度", "月度", "半年"),
    "event": ("异常", "事件", "临时", "不定期"),
    "correction": ("修正", "调整"),
    "review": ("复核", "异议", "异常", "修正"),
    "application": ("申请", "首次", "季度"),
    "manual": ("主动", "临时", "异常", "季度"),
}
"""What policies call the kinds of cases, the nearest word first."""
RATING_KIND = "rating_kind"


@dataclass(slots=True)
class Line:
    """One fact of a case. `sort` is derived, formula, judged, entered or kind (said by what opened the case)."""

    rule: FactRule
    sort: str
    step: str
    role: str
    value: Any = None
    known: Known | None = None
    score: Score | None = None
    scores: list[Score] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The fact."""
        return self.rule.id

    @property
    def label(self) -> str:
        """What the policy calls it."""
        return str(self.rule.fact.label)

    @property
    def words(self) -> str:
        """The value in use, in words with its unit."""
        return "" if self.value is None else fact_words(self.rule, self.value)

    @property
    def source(self) -> str:
        """Where the value in use comes from."""
        return self.known.source if self.known is not None else ""

    @property
    def is_open(self) -> bool:
        """Whether somebody enters it, rather than the books or a formula."""
        return self.sort in ("judged", "entered")

    @property
    def beside(self) -> list[tuple[Score, str]]:
        """What each role entered, in words, the step's order."""
        return [(score, score_words(self.rule, score)) for score in self.scores]

    @property
    def differs(self) -> bool:
        """Whether the roles do not agree."""
        return len({score.value for score in self.scores}) > 1


def score_words(rule: FactRule, score: Score) -> str:
    """Give what a role entered, in words."""
    value = value_of(rule, score.value)
    return "—" if value is None else fact_words(rule, value)


@dataclass(slots=True)
class Sheet:
    """Every fact of a case by id, in the policy's order."""

    assessment: Assessment
    duties: Duties
    lines: dict[str, Line]

    def values(self, typed: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Give the values in use by fact; `typed` lies over those that somebody may enter."""
        found = {name: line.value for name, line in self.lines.items() if line.sort != "formula"}
        given = typed or {}
        found |= {name: given[name] for name in given if name in self.lines and self.lines[name].is_open}
        return {name: value for name, value in found.items() if value is not None}

    def compute(self, facts: Mapping[str, Any]) -> None:
        """Show the values of formulas as they came out."""
        for name, line in self.lines.items():
            if line.sort == "formula":
                line.value = facts.get(name)

    def known(self) -> dict[str, Known]:
        """Give the facts in use with their sources."""
        return {
            name: line.known for name, line in self.lines.items() if line.known is not None and line.value is not None
        }


def sheet_of(
    assessment: Assessment, duties: Duties | None = None, *, known: Mapping[str, Known] | None = None
) -> Sheet:
    """Make the sheet of a case as things stand: books and card as of its day, and what was entered in it.

    `known` is what books, card and file tell, where it was just gathered.
    """
    duties = duties or duties_of(assessment.version)
    if known is None:
        known = facts_of(assessment.customer, assessment.version, on=assessment.as_of)
    scores = active_scores(assessment, duties)
    lines = {}
    for rule in duties.program.facts:
        line = Line(rule, sort_of(rule, duties), duties.entered_at.get(rule.id, ""), _role(rule))
        _settle(line, assessment, duties, known.get(rule.id), scores.get(rule.id, []))
        lines[rule.id] = line
    return Sheet(assessment, duties, lines)


def sort_of(rule: FactRule, duties: Duties) -> str:
    """Say how a fact is come by."""
    if rule.formula is not None:
        return "formula"
    if rule.fact.derived is not None:
        return "derived"
    if rule.id in (duties.program.key, duties.program.name):
        return "derived"
    if rule.id == RATING_KIND:
        return "kind"
    return "judged" if rule.fact.judged_by is not None else "entered"


def _role(rule: FactRule) -> str:
    return rule.fact.judged_by or rule.fact.collected_by or ""


def _settle(line: Line, assessment: Assessment, duties: Duties, known: Known | None, scores: list[Score]) -> None:
    line.scores = scores
    if line.sort == "kind":
        word = word_for(assessment, line.rule)
        if word is None:
            line.sort = "entered"
        else:
            line.value = word
            line.known = entered(line.id, word, case=assessment.number, who="", on=assessment.as_of)
            return
    if line.sort == "derived":
        line.known, line.value = known, known.value if known is not None else None
        return
    if line.sort == "formula":
        return
    if scores:
        line.score = scores[-1]
        line.value = value_of(line.rule, line.score.value)
        who = f"{duties.role_label(line.score.role)} {line.score.by.full_name}"
        line.known = entered(line.id, line.value, case=assessment.number, who=who, on=line.score.on)
        return
    line.known = known
    if known is not None and not (line.sort == "judged" and known.is_carried_over):
        line.value = known.value


def word_for(assessment: Assessment, rule: FactRule) -> str | None:
    """Give what the policy calls the kind of this case; None where none of its words fits."""
    choices = rule.fact.choices or ()
    return next((word for word in WORDS_OF_KIND.get(assessment.kind, ()) if word in choices), None)


def active_scores(assessment: Assessment, duties: Duties) -> dict[str, list[Score]]:
    """Give what was entered in a case, by fact, in the order of the chain."""
    rows = assessment.scores.filter(replaced=False).select_related("by") if assessment.pk else ()
    found: dict[str, list[Score]] = {}
    for row in sorted(rows, key=lambda row: (duties.order.get(row.step, -1), row.pk)):
        found.setdefault(row.fact, []).append(row)
    return found


# What is typed --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Typed:
    """What somebody typed: values by fact (None where he left it empty), reasons, and what is wrong by fact."""

    values: dict[str, Any] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


def read_typed(sheet: Sheet, texts: Mapping[str, str], reasons: Mapping[str, str], only: Iterable[str]) -> Typed:
    """Read what was typed for the facts `only`, by the rules for cells; everything that is wrong at once."""
    columns = {column.id: column for column in wanted_columns(sheet.duties.program)}
    typed = Typed()
    for name in only:
        if name not in texts:
            continue
        value, problem = read_one(columns[name], texts[name])
        if problem:
            typed.problems[name] = problem
            continue
        typed.values[name] = value
        typed.reasons[name] = reasons.get(name, "").strip()
    return typed


def read_one(column: Column, text: str) -> tuple[Any, str]:
    """Read one typed text: the value (None for nothing), or what is wrong and what to do."""
    if not text.strip():
        return None, ""
    if column.kind is Kind.TEXT:
        return text.strip(), ""
    verdict = read_value(text, column)
    if isinstance(verdict, Value):
        return verdict.value, ""
    if isinstance(verdict, Bad):
        return None, " ".join(part for part in (verdict.what, verdict.fix) if part)
    return None, ""


def lacking(sheet: Sheet, problems: Iterable[Problem], at: Iterable[str]) -> dict[str, str]:
    """Give, of the facts `at`, those without which the customer cannot be rated, each with what to do."""
    wanted = set(at)
    found: dict[str, str] = {}
    for problem in problems:
        if problem.severity != "fault" or problem.code != "missing-fact":
            continue
        for name in problem.facts:
            for entry in behind(sheet, name):
                if entry in wanted and sheet.lines[entry].value is None:
                    found[entry] = _("必填。")
    return found


def behind(sheet: Sheet, name: str) -> list[str]:
    """Give the facts that somebody enters behind a fact: itself, or those its formula uses."""
    from creditpolicy.expressions import names_in

    line = sheet.lines.get(name)
    if line is None:
        return []
    if line.rule.formula is None or line.value is not None:
        return [name]
    return [entry for used in names_in(line.rule.formula) for entry in behind(sheet, used)]


def text_for(line: Line, value: Any) -> str:
    """Write a value as it is typed in the form."""
    if value is None:
        return ""
    if line.rule.fact.type is Kind.FLAG:
        return "是" if value else "否"
    text = text_of(line.rule, value) or ""
    if line.rule.fact.type.is_number and "." in text:
        return text.rstrip("0").rstrip(".")
    return text


__all__ = [
    "Line",
    "Sheet",
    "Typed",
    "active_scores",
    "lacking",
    "read_one",
    "read_typed",
    "score_words",
    "sheet_of",
    "text_for",
]
