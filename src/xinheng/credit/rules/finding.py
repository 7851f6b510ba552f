"""One function for each kind of rule: whether an order meets it, and what it says then."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _

from creditpolicy.model import OrderRule, Policy
from xinheng.credit.models import Pool
from xinheng.credit.rules.fired import Fired, fired, money
from xinheng.credit.rules.looking import Case

SCOPES = {"group": Pool.Kind.GROUP, "department": Pool.Kind.DEPARTMENT, "company": Pool.Kind.COMPANY}


def tolerance(rule: OrderRule) -> int:
    """Give the excess that a rule lets pass, in hundredths of a percent of the limit, a whole at most."""
    return min(int((rule.tolerance_percent or 0) * 100), 10_000)


def over_limit(case: Case, policy: Policy, rule: OrderRule) -> Iterator[Fired]:
    """Find an order with which more would be taken than is granted and let pass."""
    if rule.scope != "customer":
        for pool, missing in case.shared:
            if pool.kind == SCOPES[rule.scope] and missing > 0:
                yield fired(
                    policy, rule,
                    _("{pool}还差 {missing} 元。").format(pool=pool.name, missing=money(missing)),
                    _("成员付款, 或调高共用额度。"), over=missing,
                )  # fmt: skip
        return
    if case.is_prepaid:
        return
    if case.granted is None:
        if case.wanted <= 0:  # a deposit covers it
            return
        if not case.grade:
            yield fired(
                policy, rule, _("这个客户还没有等级, 没有核定过额度。"), _("先评级, 由等级核定额度。"), over=case.wanted
            )  # fmt: skip
        elif case.standing is not None and case.standing.limit is not None:
            yield fired(
                policy, rule, _("等级“{grade}”的额度不在这个公司和币种的账户上, 这里没有核定额度。").format(grade=case.grade),
                _("为这个公司和币种申请额度, 或收到预收款。"), over=case.wanted,
            )  # fmt: skip
        return
    over = case.wanted - case.granted
    if over > case.granted * tolerance(rule) // 10_000:
        yield fired(
            policy, rule,
            _("额度 {limit} 元, 已用 {used} 元, 预占 {reserved} 元, 加上本单 {amount} 元超出 {over} 元。").format(
                limit=money(case.granted), used=money(case.account.used), reserved=money(case.reserved),
                amount=money(case.amount), over=money(over),
            ),
            _("收到货款或预收款 {over} 元, 或批准更高的额度。").format(over=money(over)), over=over,
        )  # fmt: skip


def overdue(case: Case, policy: Policy, rule: OrderRule) -> Iterator[Fired]:
    """Find a customer with more overdue, for longer, than the rule lets pass; a prepaid order is reminded of it."""
    amount, days = case.overdue(rule.days or 0, group=rule.scope == "group")
    trifle = int((rule.trifle or 0) * 100)
    if amount > trifle:
        yield fired(
            policy, rule,
            _("逾期超过 {days} 天的有 {amount} 元, 最久 {longest} 天。").format(
                days=rule.days or 0, amount=money(amount), longest=days
            ),
            _("收回其中 {amount} 元以上。").format(amount=money(amount - trifle)),
            over=amount, days=days, strength="remind" if case.is_prepaid else "",
        )  # fmt: skip


def grade_too_low(case: Case, policy: Policy, rule: OrderRule) -> Iterator[Fired]:
    """Find a customer whose grade is one of those that the rule names."""
    if rule.grades is not None and case.grade in rule.grades:
        yield fired(policy, rule, _("等级“{grade}”不接订单。").format(grade=case.grade), _("重新评级到更好的等级。"))


def cash_only(case: Case, policy: Policy, rule: OrderRule) -> Iterator[Fired]:
    """Find an order that is not paid for by a customer from whom only cash is taken."""
    only_cash = case.granted == 0 or (case.terms is not None and bool(case.terms.cash_only))
    if only_cash and not case.is_prepaid:
        missing = case.account.open_orders + case.reserved + case.amount - case.account.prepayment
        yield fired(
            policy, rule, _("只收现款, 预收款还差 {missing} 元。").format(missing=money(missing)),
            _("收到预收款 {missing} 元。").format(missing=money(missing)), over=missing,
        )  # fmt: skip


def down_payment_short(case: Case, policy: Policy, rule: OrderRule) -> Iterator[Fired]:
    """Find an order whose down payment, or deposit, has not come in."""
    committed = case.account.open_orders + case.reserved + case.amount
    yield from paid_short(case, policy, rule, committed, case.amount)


def paid_short(case: Case, policy: Policy, rule: OrderRule, committed: int, order: int) -> Iterator[Fired]:
    """Find what is missing of the down payment on all that is `committed`, and of the deposit for an `order` (cents)."""
    terms = case.terms
    if terms is None:
        return
    for percent, has, base, name in (
        (terms.down_payment_percent, case.account.prepayment, committed, _("首付")),
        (terms.deposit_percent, case.account.deposit, order, _("押金")),
    ):
        missing = int(base * (percent or 0) / 100) - has
        if missing > 0:
            yield fired(
                policy, rule,
                _("{name}应收 {percent}%, 还差 {missing} 元。").format(name=name, percent=percent, missing=money(missing)),
                _("收到{name} {missing} 元。").format(name=name, missing=money(missing)), over=missing,
            )  # fmt: skip


def terms_too_long(case: Case, policy: Policy, rule: OrderRule) -> Iterator[Fired]:
    """Find an order on longer terms than the grade has."""
    allowed = case.standing.terms_days if case.standing is not None else None
    if case.terms_days is not None and allowed is not None and case.terms_days > allowed and not case.is_prepaid:
        yield fired(
            policy, rule,
            _("账期 {asked} 天, 等级“{grade}”最多 {allowed} 天。").format(
                asked=case.terms_days, grade=case.grade, allowed=allowed
            ),
            _("把账期改到 {allowed} 天以内。").format(allowed=allowed), days=case.terms_days - allowed,
        )  # fmt: skip


def rating_expired(case: Case, policy: Policy, rule: OrderRule) -> Iterator[Fired]:
    """Find a customer who was never rated, or whose rating is due again."""
    if not case.grade:
        yield fired(policy, rule, _("这个客户没有在用的等级。"), _("先完成评级。"))
        return
    due = case.standing.next_review_on if case.standing is not None else None
    if due is not None and due < case.on:
        yield fired(
            policy, rule, _("评级应在 {day} 复评, 已过期 {days} 天。").format(day=due, days=(case.on - due).days),
            _("完成复评。"), days=(case.on - due).days,
        )  # fmt: skip


def papers_expired(case: Case, policy: Policy, rule: OrderRule) -> Iterator[Fired]:
    """Find a customer with papers that are no longer valid."""
    if case.expired_papers:
        papers = "、".join(case.expired_papers)
        yield fired(policy, rule, _("证照已过期: {papers}。").format(papers=papers), _("收存新的证照。"))


def frozen(case: Case, policy: Policy, rule: OrderRule) -> Iterator[Fired]:
    """Find a customer whose account or grade is frozen."""
    if case.account.is_frozen or (case.standing is not None and case.standing.is_frozen):
        yield fired(policy, rule, _("额度已冻结。"), _("查清原因后解冻。"))


def contract_missing(case: Case, policy: Policy, rule: OrderRule) -> Iterator[Fired]:
    """Find a customer without a contract in force."""
    if not case.has_contract:
        yield fired(policy, rule, _("没有有效的合同。"), _("签订合同并登记。"))


FINDERS: dict[str, Callable[[Case, Policy, OrderRule], Iterator[Fired]]] = {
    "over_limit": over_limit,
    "overdue": overdue,
    "grade_too_low": grade_too_low,
    "cash_only": cash_only,
    "down_payment_short": down_payment_short,
    "terms_too_long": terms_too_long,
    "rating_expired": rating_expired,
    "papers_expired": papers_expired,
    "frozen": frozen,
    "contract_missing": contract_missing,
}
