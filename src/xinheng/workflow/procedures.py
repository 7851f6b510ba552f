"""A procedure: steps one after another, who takes each, by when, under which condition. Frozen, without a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from xinheng.workflow import acts

STARTER = "starter"
"""The step before the first: the person who started, who corrects and hands in again."""
IfEmpty = Literal["head", "role", "alarm"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step. Who: a `role` of the company, a `person` by number, or (`to_starter`) whoever started the round.

    `when` and `skip_when` are conditions that the subject judges (`subject.holds(text)`): the step is left out where
    `when` does not hold, and skipped for low risk, with `skip_why`, where `skip_when` does. `special`: only for a special
    case. `within_days` are working days. `scope` department asks the holders at the round's department and above it, all
    asks every holder; left empty, field roles (sales …) are asked by department. `if_empty` says who takes it where nobody
    may: the head of the department above, the role `fallback`, or the security administrator is alarmed; what finds
    nobody ends in the alarm.
    """

    key: str
    title: str
    role: str = ""
    person: int | None = None
    to_starter: bool = False
    act: str = "approve"
    within_days: int | None = None
    when: str = ""
    special: bool = False
    skip_when: str = ""
    skip_why: str = ""
    with_roles: tuple[str, ...] = ()
    with_people: tuple[int, ...] = ()
    returns_to: str = ""
    clause: str = ""
    note: str = ""
    scope: Literal["", "department", "all"] = ""
    if_empty: IfEmpty = "head"
    fallback: str = ""

    @classmethod
    def from_plan(cls, plan: Mapping[str, Any]) -> Step:
        """Give the step that was stored, whatever a later version adds or leaves out."""
        known = {field.name for field in fields(cls)}
        told: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in plan.items() if key in known
        }
        return cls(**told)

    @property
    def kind(self) -> acts.Kind:
        """Give whether the step decides or does."""
        return acts.kind(self.act)


@dataclass(frozen=True, slots=True)
class Procedure:
    """Steps one after another; `apart` lists sets of steps that one person may not both take, with the clause."""

    key: str
    steps: tuple[Step, ...]
    apart: tuple[tuple[tuple[str, ...], str], ...] = ()
    special_when: str = ""
    special_clause: str = ""

    def plan(self) -> dict[str, Any]:
        """Give the procedure as plain values, to be stored with the round."""
        return asdict(self)

    @classmethod
    def from_plan(cls, plan: Mapping[str, Any]) -> Procedure:
        """Give the procedure that was stored."""
        steps = tuple(Step.from_plan(step) for step in plan["steps"])
        apart = tuple((tuple(keys), clause) for keys, clause in plan["apart"])
        return cls(plan["key"], steps, apart, plan["special_when"], plan["special_clause"])
