"""What is stored, as the library's values: a customer's position, his happenings, the rules of a version."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import date
from threading import Lock

from creditpolicy import moving
from creditpolicy.problems import Refusal
from xinheng.policies.models import Policy, Version
from xinheng.policies.queries import policy_of, version_in_force
from xinheng.ratings.models import Happening, Position

KEPT = 24
_rules: OrderedDict[str, moving.Rules] = OrderedDict()
_lock = Lock()


def rules_of(version: Version) -> moving.Rules:
    """Give how grades move by a version; kept by its text's digest."""
    with _lock:
        found = _rules.get(version.sha256)
        if found is not None:
            return found
    made = moving.Rules(policy_of(version))
    with _lock:
        _rules[version.sha256] = made
        while len(_rules) > KEPT:
            _rules.popitem(last=False)
    return made


def version_for(policy: Policy, on: date, otherwise: Version | None = None) -> Version | None:
    """Give the version whose rules hold on a day: the one in force, or, where none is any more, the last used."""
    return version_in_force(policy.key, on) or otherwise


def where(row: Position | None, rules: moving.Rules) -> moving.Position:
    """Give where a customer stands, by the grades of `rules`: what another version called otherwise begins anew."""
    if row is None:
        return moving.Position()
    position = moving.Position.from_json(row.state)
    known = rules.place
    if position.grade is not None and position.grade not in known:
        return moving.Position(day=position.day, frozen=position.frozen, not_before=position.not_before)
    held = position.override
    return moving.Position(
        position.day, position.grade, position.since,
        position.result if position.result in known else position.grade, position.rating,
        tuple(pair for pair in position.no_worse if pair[0] in known),
        tuple(pair for pair in position.no_better if pair[0] in known),
        position.rose, position.not_before, held if held is None or held.grade in known else None,
        position.frozen, position.revoked, position.forced if position.forced in known else None,
        position.owed if position.owed in known else None,
    )  # fmt: skip


def happening_of(row: Happening) -> moving.Happening:
    """Give a stored happening as the library's."""
    match row.kind:
        case Happening.Kind.RATED:
            return moving.Rated(row.grade, row.on, str(row.rating_id))
        case Happening.Kind.CORRECTED:
            return moving.Corrected(row.grade, row.on, str(row.rating_id))
        case Happening.Kind.EVENT:
            return moving.Happened(row.event, row.on)
        case Happening.Kind.OVERRIDE:
            assert row.until is not None
            return moving.Overridden(row.grade, row.role, row.on, row.until, str(row.override_id))
        case Happening.Kind.OVERRIDE_ENDED:
            return moving.OverrideEnded(row.on, str(row.override_id))
        case Happening.Kind.REVOKED:
            return moving.Revoked(row.on)
        case _:
            return moving.Thawed(row.on)


def folded_anew(rows: Iterable[Happening], *, until: date | None = None) -> moving.Position:
    """Fold a customer's stored happenings from the first, each by the rules of its version.

    What comes out is what is stored, or something was changed. Raises Refusal where a happening cannot be.
    """
    position, rules = moving.Position(), None
    for row in rows:
        rules = rules_of(row.version)
        standing = where(Position(state=position.as_json()), rules)
        position, _steps = moving.advance(rules, standing, happening_of(row))
    if until is not None and rules is not None:
        position, _steps = moving.settle(rules, position, until)
    return position


__all__ = ["Refusal", "folded_anew", "happening_of", "rules_of", "version_for", "where"]
