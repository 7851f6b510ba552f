"""An order held against the rules: the verdict, everything that fired, and how far the account itself may be passed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from xinheng.credit.core.holds import Beyond
from xinheng.credit.models import Grant
from xinheng.credit.rules.finding import FINDERS, SCOPES, tolerance
from xinheng.credit.rules.fired import Fired, money
from xinheng.credit.rules.looking import Case
from xinheng.customers.models import Status


class Verdict(StrEnum):
    """What becomes of an order, from the best."""

    PASSED = "passed"
    REMINDED = "reminded"
    HELD = "held"
    BLOCKED = "blocked"


LetPass = Mapping[str, Mapping[str, Any]]
STRENGTHS = {"remind": Verdict.REMINDED, "approve": Verdict.HELD, "block": Verdict.BLOCKED}


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found of an order: rules that stand, rules that a special approval lets pass, and `beyond`."""

    case: Case
    found: tuple[Fired, ...]
    released: tuple[Fired, ...]
    beyond: Beyond

    @property
    def verdict(self) -> Verdict:
        """The worst that a rule says."""
        return verdict_of(self.found)


def verdict_of(found: Iterable[Fired]) -> Verdict:
    """Give the worst that is said."""
    order = list(Verdict)
    return max((STRENGTHS[one.strength] for one in found), key=order.index, default=Verdict.PASSED)


def examine(case: Case, *, let_pass: LetPass | None = None, single: Grant | None = None) -> Examined:
    """Hold an order against the rules of the policy; `let_pass` is what a special approval that is valid lets pass.

    It gives, by rule, the amount (cents) and the days approved, and `within` what the amount may have grown since.
    """
    approved = let_pass or {}
    policy = case.policy
    every = [] if policy is None else [one for rule in case.rules() for one in FINDERS[rule.type](case, policy, rule)]
    every, others = _not_covered(every, single), _not_covered(_without_a_rule(case), single)
    released = [one for one in every if is_let_pass(one, approved)]
    found = [one for one in every if not is_let_pass(one, approved)] + others
    return Examined(case, tuple(found), tuple(released), _beyond(case, released, single))


def _not_covered(found: Iterable[Fired], single: Grant | None) -> list[Fired]:
    """Give what a limit for this single order does not cover."""
    return [one for one in found if single is None or not _is_of_customer(one) or one.over > single.amount]


def _is_of_customer(one: Fired) -> bool:
    return one.type == "over_limit" and one.scope == "customer"


def is_let_pass(one: Fired, approved: LetPass) -> bool:
    """Say whether what fired was approved, as far as it goes now."""
    told = approved.get(one.rule)
    if told is None or one.over > int(told["over"]) + int(told.get("within", 0)):
        return False
    return one.type != "overdue" or one.days <= int(told["days"])


def let_grow(amount: int, rules: Iterable[Mapping[str, Any]]) -> int:
    """Give the cents by which an approved amount (cents) may grow, by the strictest of the rules that were approved."""
    return min((amount * one.get("release_within", 0) // 10_000 for one in rules), default=0)


def _beyond(case: Case, released: list[Fired], single: Grant | None) -> Beyond:
    """Say how far the account may be passed: by tolerance, where a rule only reminds, and by what was approved.

    The least tolerance of a rule that stops is the bound; where a policy has no such rule the limit binds nobody.
    """
    rules = [rule for rule in case.rules() if rule.type == "over_limit"]
    stopping = [rule for rule in rules if rule.scope == "customer" and rule.strength != "remind"]
    over = max((one.over for one in released if _is_of_customer(one)), default=0)
    let = {SCOPES[one.scope].value for one in released if one.type == "over_limit" and one.scope != "customer"}
    reminded = {SCOPES[rule.scope].value for rule in rules if rule.scope != "customer" and rule.strength == "remind"}
    return Beyond(
        tolerance=0 if over else min((tolerance(rule) for rule in stopping), default=0),
        over=over,
        unbounded=case.policy is not None and case.policy.credit is not None and not stopping,
        even_frozen=any(one.type == "frozen" for one in released),
        pools=frozenset(let | reminded),
        single=single,
    )


def _without_a_rule(case: Case) -> Iterator[Fired]:
    """Find what stops an order though no rule of the policy speaks of it: closed, frozen, a shared limit, no policy."""
    rules = case.rules()
    if case.customer.status == Status.CLOSED:
        yield Fired(
            "closed", "frozen", _("客户已停用"), "block", _("客户档案已停用。"), _("恢复启用, 或用并入的客户下单。")
        )
    if case.account.is_frozen and not any(rule.type == "frozen" for rule in rules):
        yield Fired("frozen", "frozen", _("已冻结"), "block", _("额度已冻结。"), _("查清原因后解冻。"))
    spoken = {SCOPES[rule.scope] for rule in rules if rule.type == "over_limit" and rule.scope != "customer"}
    for pool, missing in case.shared:
        if missing > 0 and pool.kind not in spoken:
            said = _("{pool}还差 {missing} 元。").format(pool=pool.name, missing=money(missing))
            yield Fired(
                "pool", "over_limit", _("超过共用额度"), "block", said, _("成员付款, 或调高共用额度。"), over=missing,
                scope=pool.kind,
            )  # fmt: skip
    over = 0 if case.granted is None or case.is_prepaid else case.wanted - case.granted
    if over > 0 and (case.policy is None or case.policy.credit is None):
        said = _("超出额度 {over} 元。").format(over=money(over))
        yield Fired(
            "over_limit", "over_limit", _("超过额度"), "block", said, _("收到货款, 或批准更高的额度。"), over=over
        )  # fmt: skip
