"""What a sound policy must satisfy: one function for each question a critical auditor would ask of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from creditpolicy.checks import better, grading, identity, inputs, lending, points, procedure, sources, steps, upkeep
from creditpolicy.checks.findings import Finding
from creditpolicy.language import _
from creditpolicy.model import Policy
from creditpolicy.problems import Problem
from creditpolicy.program import Flaw, Program, build
from creditpolicy.reader import Reading

CHECKS: tuple[Callable[[Policy], Iterator[Finding]], ...] = (
    identity.ids_given_twice,
    identity.facts_told_apart,
    identity.names_that_queries_know,
    identity.grades_declared,
    identity.roles_declared,
    sources.stated_or_assumed,
    sources.reasons_given,
    inputs.one_identifier,
    inputs.one_source,
    inputs.fitting_kind,
    inputs.derived_is_known,
    inputs.missing_rules_bite,
    points.something_scores,
    grading.lines_descend,
    grading.lines_as_fine_as_points,
    lending.every_grade_has_terms,
    lending.exposure_is_said,
    lending.releases_have_hands,
    procedure.steps_connect,
    procedure.hands_apart,
    procedure.steps_in_order,
    procedure.special_is_said,
    upkeep.periods_agree,
    upkeep.dates_exist,
    upkeep.first_rating_is_said,
    upkeep.events_agree,
    procedure.complaints_in_other_hands,
    procedure.overrides_bounded,
    upkeep.falls_before_rises,
    upkeep.ladder_climbs,
    procedure.document_is_controlled,
)
"""Questions to the policy as it is written."""

PROGRAM_CHECKS: tuple[Callable[[Program], Iterator[Finding]], ...] = (
    inputs.someone_collects,
    inputs.every_fact_used,
    inputs.no_hundredfold,
    steps.bands_join,
    steps.choices_answered,
    steps.branches_in_turn,
    points.points_within_maximum,
    points.maximums_reached,
    points.maximums_add_up,
    better.better_scores_higher,
    better.better_cases_score_higher,
    grading.none_below,
    grading.grades_within_reach,
    grading.vetoes_forbid,
    lending.worse_gets_no_more,
    lending.terms_agree,
    upkeep.conditions_can_hold,
)
"""Questions that need the expressions parsed; asked once all of them can be."""


def check_policy(reading: Reading) -> list[Problem]:
    """Examine a policy that was read; give all problems, faults and warnings, in the order of the file.

    Where the file could not be read to a policy, these are the problems of reading.
    """
    if reading.policy is None:
        return list(reading.problems)
    program, flaws = build(reading.policy)
    findings = [finding for check in CHECKS for finding in check(reading.policy)]
    if program is not None:
        findings += [finding for check in PROGRAM_CHECKS for finding in check(program)]
    found = [_of_finding(finding, reading) for finding in findings]
    told = {(problem.code, problem.where) for problem in found}
    # What keeps a policy from running is often what an auditor sees too, and then says more about.
    kept = [problem for flaw in flaws if ((problem := _of_flaw(flaw, reading)).code, problem.where) not in told]
    problems = dict.fromkeys([*reading.problems, *kept, *found])
    return sorted(problems, key=lambda problem: (problem.where.line or 0, problem.where.column or 0))


def _of_finding(finding: Finding, reading: Reading) -> Problem:
    where, what = reading.place(finding.path), finding.what
    if finding.earlier is not None:
        what += _("前一处在第 {line} 行。").format(line=reading.place(finding.earlier).line)
    return Problem(finding.code, what, finding.why, finding.fix, where, finding.severity, finding.facts)


def _of_flaw(flaw: Flaw, reading: Reading) -> Problem:
    fault = flaw.fault
    where = reading.place(flaw.path) if fault.offset is None else reading.place_in(flaw.path, fault.offset)
    return Problem(flaw.code, fault.what, fault.why, fault.fix, where)


__all__ = ["CHECKS", "PROGRAM_CHECKS", "Finding", "check_policy"]
