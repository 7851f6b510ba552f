"""The facts of a case as they were when it was handed in: stored with their sources, and given back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from creditpolicy.problems import Problem
from xinheng.policies.queries import prepared
from xinheng.ratings.duties import Duties
from xinheng.ratings.facts import Known, Told, told_words
from xinheng.ratings.facts.known import DERIVED
from xinheng.ratings.models import Assessment
from xinheng.ratings.sheet import Sheet, behind, lacking, sheet_of
from xinheng.ratings.subject import digest_of
from xinheng.ratings.values import text_of, value_of


def freeze(assessment: Assessment, duties: Duties) -> Sheet:
    """Store the facts of a case as they stand now, with their sources and their sum; gives the sheet.

    What books, card and file told at the first freezing stays: only what was entered in the case may still change.
    """
    sheet = sheet_of(assessment, duties)
    before: Mapping[str, Any] = assessment.facts or {}
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for name, known in sheet.known().items():
        values[name] = text_of(sheet.lines[name].rule, known.value)
        sources[name] = known.told.code
    kept = before.get("sources", {})
    for name in duties.program.fact:
        entered = sources.get(name, "form").startswith("form|") or kept.get(name, "").startswith("form|")
        if before and not entered:
            _keep(name, before, values, sources)
    assessment.facts = {"values": values, "sources": sources}
    assessment.digest = digest_of(assessment.facts)
    assessment.save(update_fields=["facts", "digest"])
    return sheet


def _keep(name: str, before: Mapping[str, Any], values: dict[str, Any], sources: dict[str, str]) -> None:
    for now, then in ((values, before["values"]), (sources, before["sources"])):
        if name in then:
            now[name] = then[name]
        else:
            now.pop(name, None)


def known_of(assessment: Assessment) -> dict[str, Known]:
    """Give the frozen facts of a case with their sources."""
    program = prepared(assessment.version).program
    values, sources = assessment.facts.get("values", {}), assessment.facts.get("sources", {})
    found = {}
    for name, text in values.items():
        rule = program.fact.get(name)
        value = value_of(rule, text) if rule is not None else None
        if value is None:
            continue
        told = Told.of(sources[name])
        found[name] = Known(name, value, told_words(told), told.day, told.origin in DERIVED, "", told)
    return found


def values_of(assessment: Assessment) -> dict[str, Any]:
    """Give the frozen facts of a case."""
    return {name: known.value for name, known in known_of(assessment).items()}


def is_intact(assessment: Assessment) -> bool:
    """Say whether the frozen facts still come to their sum."""
    return not assessment.digest or digest_of(assessment.facts) == assessment.digest


def incomplete(sheet: Sheet, step: str) -> dict[str, str]:
    """Give what a step still has to enter: facts without which there is no rating, and judgments without a reason."""
    from xinheng.ratings.rating import live

    at = sheet.duties.asked_at(step)
    result = live(sheet.assessment.version, sheet.values(), on=sheet.assessment.as_of)
    problems: list[Problem] = list(result.problems)
    found = lacking(sheet, problems, at)
    if step == sheet.duties.form_step:
        found |= nowhere_entered(sheet, problems)
    for name in at:
        line = sheet.lines[name]
        if (
            line.sort == "judged"
            and line.score is not None
            and line.value is not None
            and not line.score.reason.strip()
        ):
            found[name] = _("判断的项目要写理由。")
    return found


def nowhere_entered(sheet: Sheet, problems: Iterable[Problem]) -> dict[str, str]:
    """Give what is missing and entered by nobody in the case, for it comes from dealings, statements or the file."""
    missing = {name for problem in problems if problem.code == "missing-fact" for name in problem.facts}
    found = {}
    for name in sorted({entry for fact in missing for entry in behind(sheet, fact)}):
        line = sheet.lines[name]
        if line.sort == "derived" and line.value is None:
            found[name] = _("由系统取得, 现在没有数据。请先录入往来或审定财务报表。")
    return found
