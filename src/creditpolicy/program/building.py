"""From a policy to its program: facts, items, vetoes, grades, terms and conditions in turn, all flaws gathered."""

from __future__ import annotations

from fractions import Fraction

from creditpolicy.expressions import Node, Type, literal, number
from creditpolicy.expressions import types as typing_rules
from creditpolicy.expressions.faults import too_large
from creditpolicy.language import _, listed
from creditpolicy.model import Policy, Terms, Veto
from creditpolicy.program.desk import Desk, needs
from creditpolicy.program.facts import fact_rules
from creditpolicy.program.items import item_rules, unlike
from creditpolicy.program.rules import (
    LIMIT_DIGITS,
    Flaw,
    ItemRule,
    Path,
    Program,
    TermsRule,
    VetoRule,
    in_steps,
    limit_range,
    reweighed,
    total_span,
)
from creditpolicy.program.statements import EVENT, statement_names


def build(policy: Policy) -> tuple[Program | None, list[Flaw]]:
    """Make the program of a policy, or say everything that keeps it from running."""
    desk = Desk(policy)
    facts = fact_rules(desk)
    items = item_rules(desk)
    vetoes = _vetoes(desk)
    _look_at_grades(desk)
    terms = _terms(desk, items)
    conditions = _conditions(desk)
    if desk.flaws:
        return None, desk.flaws
    return Program(policy, tuple(facts), tuple(items), tuple(vetoes), terms, conditions), []


def _vetoes(desk: Desk) -> list[VetoRule]:
    rules = [_veto(desk, index, veto) for index, veto in enumerate(desk.policy.scorecard.vetoes)]
    made = [rule for rule in rules if rule is not None]
    unlike(desk, [(rule.id, (*rule.path, "veto")) for rule in made])
    return made


def _veto(desk: Desk, index: int, veto: Veto) -> VetoRule | None:
    path: Path = ("scorecard", "vetoes", index)
    when = desk.parse(veto.when, (*path, "when"), "truth")
    if veto.grade not in desk.grades:
        desk.flaw(
            (*path, "grade"),
            _("没有等级“{grade}”。").format(grade=veto.grade),
            _("写 grades 里的一个: {grades}。").format(grades=listed(desk.grades)),
        )
        return None
    return (
        VetoRule(veto.veto, veto, path, when, desk.grades.index(veto.grade), needs([when]))
        if when is not None
        else None
    )


def _look_at_grades(desk: Desk) -> None:
    """Note lines that do not fall from grade to grade: the grade by points would depend on who reads them."""
    grades = desk.policy.grades
    unlike(desk, [(grade.grade, ("grades", index, "grade")) for index, grade in enumerate(grades)])
    before: tuple[Fraction, bool] | None = None
    for index, grade in enumerate(grades):
        if grade.line is None:
            if index < len(grades) - 1:
                desk.flaw(
                    ("grades", index),
                    _("等级“{grade}”没有分数线, 却不在最后。").format(grade=grade.grade),
                    _("写上 from, 或移到最后。"),
                    _("没有分数线的等级收下其余所有分数, 后面的等级永远轮不到。"),
                    code="grade-order",
                )
            continue
        line = (Fraction(grade.line[0]), not grade.line[1])
        if before is not None and line >= before:
            desk.flaw(
                ("grades", index),
                _("等级“{grade}”的线不低于上一级的线。").format(grade=grade.grade),
                _("改正分数线, 或调换次序。"),
                _("等级从最好写到最差, 线要一级比一级低。"),
                code="grade-order",
            )
        before = line


# Limits --------------------------------------------------------------------------------------------------------------


def _terms(desk: Desk, items: list[ItemRule]) -> tuple[TermsRule | None, ...]:
    credit = desk.policy.credit
    if credit is None:
        return tuple(None for _grade in desk.grades)
    low, high = (
        Fraction(end, 10**desk.digits) for end in total_span(items, reweighed(items, desk.digits), desk.digits)
    )
    names = {**desk.names, "total": number(desk.digits, low, high)}
    found: dict[str, TermsRule] = {}
    for index, terms in enumerate(credit.by_grade):
        rule = _terms_of(desk, terms, ("credit", "by_grade", index), names)
        if terms.grade in found:
            desk.flaw(
                (*rule.path, "grade"),
                _("“{name}”用了两次。").format(name=terms.grade),
                _("删去其中一处。"),
                code="duplicate-id",
            )
        found[terms.grade] = rule
    if credit.rounding is not None and (Fraction(credit.rounding.to) * 10**LIMIT_DIGITS).denominator != 1:
        desk.flaw(("credit", "rounding", "to"), _("额度取整单位不能细于 0.01 元。"), _("写成 10000 的样子。"))
    if credit.most is not None:
        desk.within_reach(in_steps(credit.most, LIMIT_DIGITS), ("credit", "most"), _("改小。"))
    return tuple(found.get(grade) for grade in desk.grades)


def _terms_of(desk: Desk, terms: Terms, path: Path, names: dict[str, Type]) -> TermsRule:
    credit = desk.policy.credit
    place = (*path, "limit")
    limit = desk.number(terms.limit, place, LIMIT_DIGITS, names) if terms.limit is not None else None
    if limit is not None and credit is not None:
        if credit.rounding is not None:
            steps = typing_rules.divided(limit.type, literal(credit.rounding.to).type)
            if not typing_rules.rounds(steps, 0):
                desk.flaws.append(Flaw(place, too_large().fault))
        if credit.most is None:
            high = in_steps(limit_range(limit.type, credit)[1], LIMIT_DIGITS)
            desk.within_reach(high, place, _("写上 most (任何客户的最高额度), 或给事实写更窄的 range。"))
    return TermsRule(terms, limit, path)


# Conditions of sections that run elsewhere ---------------------------------------------------------------------------


def _conditions(desk: Desk) -> dict[Path, Node]:
    """Parse the conditions of procedure and watching, which may also name the result."""
    wide = number(2, -(10**13), 10**13)
    names = {**desk.names, "total": wide, "limit": wide, "grade": Type("text", choices=tuple(desk.grades))}
    texts: dict[Path, str] = {}
    procedure = desk.policy.procedure
    if procedure is not None:
        for index, step in enumerate(procedure.steps):
            if step.when is not None:
                texts["procedure", "steps", index, "when"] = step.when
        if procedure.special is not None and procedure.special.when is not None:
            texts["procedure", "special", "when"] = procedure.special.when
    for index, warning in enumerate(desk.policy.watching):
        texts["watching", index, "when"] = warning.when
    parsed = {path: desk.parse(text, path, "truth", names) for path, text in texts.items()}
    parsed |= _of_statements(desk)
    return {path: node for path, node in parsed.items() if node is not None}


def _of_statements(desk: Desk) -> dict[Path, Node | None]:
    """Parse what makes statements worse: over ratios of statements, not over the policy's facts."""
    parsed: dict[Path, Node | None] = {}
    for index, event in enumerate(desk.policy.changes.events if desk.policy.changes else ()):
        if event.when is None:
            continue
        path: Path = ("changes", "events", index, "when")
        if event.event != EVENT:
            desk.flaw(
                path,
                _("只有报表恶化 (worse_statements) 才写 when。"),
                _("删去 when; 别的事件由人登记, 登记了就算发生。"),
                code="contradiction",
            )
            continue
        parsed[path] = desk.parse(event.when, path, "truth", statement_names())
    return parsed
