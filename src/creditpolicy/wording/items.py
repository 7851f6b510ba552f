"""Items, steps, grades and their sources in words."""

from __future__ import annotations

from creditpolicy.expressions import Name
from creditpolicy.language import _
from creditpolicy.model import Grade, Sourced
from creditpolicy.program import ItemRule, Program, Step
from creditpolicy.wording.formulas import node_words
from creditpolicy.wording.values import interval_words


def item_label(program: Program, rule: ItemRule) -> str:
    """Give the name of an item: its own, or that of its fact."""
    if rule.item.label is not None:
        return str(rule.item.label)
    fact = program.fact.get(rule.id)
    return str(fact.fact.label) if fact is not None else rule.id


def source_words(program: Program, *sources: Sourced) -> str:
    """Give document and clause of the first source that names one, or that it is assumed."""
    for source in sources:
        if source.clause:
            return f"{program.policy.document.name} {source.clause}"
        if source.assumed:
            return _("假定")
    return ""


def grade_label(grade: Grade) -> str:
    """Give the name of a grade, or its id where it has none."""
    return str(grade.label) if grade.label is not None else grade.grade


def band_words(program: Program, rule: ItemRule, step: Step) -> str:
    """Name the step of an item that applied."""
    label = getattr(step.source, "label", None) if step.source is not rule.item else None
    if label is not None:
        return str(label)
    if step.interval is not None:
        return interval_words(step.interval, program.fact.get(rule.value.id) if isinstance(rule.value, Name) else None)
    if step.option is not None:
        return step.option
    if step.when is not None:
        return node_words(program, step.when)
    if len(rule.steps) > 1:
        return _("其他情况")
    return _("按原值") if isinstance(step.points, Name) else _("按算式")
