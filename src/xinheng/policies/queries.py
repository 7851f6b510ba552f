"""What can be asked of policies: which version was in force on a day, what a version says, what is under way."""

from __future__ import annotations

from collections import OrderedDict
from datetime import date
from threading import Lock

from django.db.models import Q, QuerySet

from creditpolicy.checks import check_policy
from creditpolicy.language import language_in_use
from creditpolicy.model import Policy as PolicyText
from creditpolicy.prepared import Prepared, prepare
from creditpolicy.problems import Problem, Refusal
from creditpolicy.reader import Reading, read_policy
from creditpolicy.wording.assumptions import Assumption, assumptions
from xinheng.policies.models import UNDER_WAY, Policy, Stage, Version
from xinheng.upkeep.prepared import prepared as ask_prepared

KEPT = 24
"""Versions whose program is kept at hand."""
_prepared: OrderedDict[str, Prepared] = OrderedDict()
_findings: OrderedDict[tuple[str, str], tuple[Problem, ...]] = OrderedDict()
_assumed: OrderedDict[tuple[str, str], tuple[Assumption, ...]] = OrderedDict()
_lock = Lock()


def in_force(on: date) -> QuerySet[Version]:
    """Give the versions in force on a day: one of each policy at most."""
    until = Q(in_force_until__isnull=True) | Q(in_force_until__gt=on)
    return Version.objects.filter(until, stage=Stage.PUBLISHED, in_force_from__lte=on).select_related("policy")


def version_in_force(key: str, on: date) -> Version | None:
    """Give the version of the policy `key` that is in force on a day."""
    return in_force(on).filter(policy__key=key).first()


def main_version(on: date, *, subject: str = "customer") -> Version | None:
    """Give the version in force, on a day, of the policy whose grade is the customer's grade."""
    return _main_versions.first(on, subject)


@ask_prepared
def _main_versions(on: date, subject: str) -> QuerySet[Version]:
    """Give it without its text, which is read the first time alone: what it says is kept by its digest."""
    return in_force(on).filter(policy__is_main=True, policy__subject=subject).defer("text")[:1]


def under_way(policy: Policy) -> Version | None:
    """Give the version on its way to publication."""
    return policy.versions.filter(stage__in=UNDER_WAY).first()


def published(policy: Policy) -> QuerySet[Version]:
    """Give the versions that are or were in force or will be, the latest first."""
    return policy.versions.filter(stage=Stage.PUBLISHED).order_by("-in_force_from")


def reading_of(version: Version) -> Reading:
    """Read the text of a version; what is wrong with it comes along as problems."""
    return read_policy(version.text.encode(), file=f"{version.policy.key}.yaml")


def prepared(version: Version) -> Prepared:
    """Give the version ready to rate; Refusal with every fault that prevents it. Kept by the text's digest."""
    with _lock:
        found = _prepared.get(version.sha256)
        if found is not None:
            _prepared.move_to_end(version.sha256)
            return found
    made = prepare(reading_of(version))
    with _lock:
        _prepared[version.sha256] = made
        while len(_prepared) > KEPT:
            _prepared.popitem(last=False)
    return made


def policy_of(version: Version) -> PolicyText:
    """Give what the version says; Refusal where its text cannot be used."""
    return prepared(version).policy


def readable(version: Version) -> PolicyText | None:
    """Give what the version says, None where a fault keeps its text from being read."""
    with _lock:
        found = _prepared.get(version.sha256)
    return found.policy if found is not None else reading_of(version).policy


def findings(version: Version) -> tuple[Problem, ...]:
    """Examine a version; give faults and warnings in the order of the text, in the language in use."""
    key = version.sha256, language_in_use()
    with _lock:
        if key in _findings:
            return _findings[key]
    found = tuple(check_policy(reading_of(version)))
    with _lock:
        _findings[key] = found
        while len(_findings) > KEPT:
            _findings.popitem(last=False)
    return found


def assumed(version: Version) -> tuple[Assumption, ...]:
    """List what the version's makers assumed, for the source document does not say it; empty where it cannot be read."""
    key = version.sha256, language_in_use()
    with _lock:
        if key in _assumed:
            return _assumed[key]
    try:
        found = assumptions(prepared(version).program)
    except Refusal:
        found = ()
    with _lock:
        _assumed[key] = found
        while len(_assumed) > KEPT:
            _assumed.popitem(last=False)
    return found


def drafts() -> QuerySet[Version]:
    """Give the versions on their way to publication."""
    return Version.objects.filter(stage__in=UNDER_WAY).select_related("policy", "edited_by", "created_by")
