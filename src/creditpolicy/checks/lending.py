"""Credit: terms for every grade, never better for a worse one, no term that undoes another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import pairwise

from creditpolicy.checks.findings import Finding, Path
from creditpolicy.checks.spans import plain
from creditpolicy.expressions import Constant
from creditpolicy.language import _
from creditpolicy.model import Policy, Terms
from creditpolicy.program import Program, TermsRule


def every_grade_has_terms(policy: Policy) -> Iterator[Finding]:
    """Find grades for which the credit section says nothing."""
    if policy.credit is None or not policy.credit.by_grade:
        return
    given = {terms.grade for terms in policy.credit.by_grade}
    for index, grade in enumerate(policy.grades):
        if grade.grade not in given:
            yield Finding(
                "no-terms",
                ("grades", index),
                _("等级“{grade}”没有授信条件。").format(grade=grade.grade),
                _("这一级的客户有没有额度、能不能赊, 制度没有说。"),
                _("在 credit.by_grade 里加一条; 不赊的写 limit: 0 与 cash_only: true。"),
                "warning",
            )


def worse_gets_no_more(program: Program) -> Iterator[Finding]:
    """Find terms that favour a worse grade over a better one."""
    rules = [rule for rule in program.terms if rule is not None]
    for name, words, value, more_is_favour in _FAVOURS:
        known = [(rule, found) for rule in rules if (found := value(rule)) is not None]
        for (upper, first), (lower, second) in pairwise(known):
            if (second > first) if more_is_favour else (second < first):
                yield Finding(
                    "favours-worse",
                    (*lower.path, name),
                    _("等级“{lower}”的{term}是 {second}, 比更好的“{upper}”的 {first} 还优。").format(
                        lower=lower.terms.grade,
                        upper=upper.terms.grade,
                        term=words(),
                        first=plain(first),
                        second=plain(second),
                    ),
                    _("客户降级反而得益, 等级就失去意义。"),
                    _("核对两级的数字, 多半是写反了。"),
                    "warning",
                )


def _limit(rule: TermsRule) -> Decimal | None:
    value = rule.limit.value if isinstance(rule.limit, Constant) else None
    if value is None and rule.terms.cash_only and rule.limit is None:
        return Decimal(0)
    return value if isinstance(value, Decimal) else None


def _days(rule: TermsRule) -> Decimal | None:
    return None if rule.terms.terms_days is None else Decimal(rule.terms.terms_days)


_FAVOURS: tuple[tuple[str, Callable[[], str], Callable[[TermsRule], Decimal | None], bool], ...] = (
    ("limit", lambda: _("额度"), _limit, True),
    ("terms_days", lambda: _("账期"), _days, True),
    ("deposit_percent", lambda: _("押金比例"), lambda rule: rule.terms.deposit_percent, False),
    ("down_payment_percent", lambda: _("首付比例"), lambda rule: rule.terms.down_payment_percent, False),
    ("rate_percent", lambda: _("资金占用费率"), lambda rule: rule.terms.rate_percent, False),
    ("discount_percent", lambda: _("价格优惠"), lambda rule: rule.terms.discount_percent, True),
)
"""Each term: its key, its name, its value, and whether more of it favours the customer."""


def terms_agree(program: Program) -> Iterator[Finding]:
    """Find terms of one grade that contradict each other, and limits that rounding or the ceiling undoes."""
    for rule in program.terms:
        if rule is None:
            continue
        limit = _limit(rule)
        yield from _cash_only(rule.terms, limit, rule.path)
        if limit is None:
            continue
        if limit < 0:
            yield Finding(
                "negative-limit",
                (*rule.path, "limit"),
                _("等级“{grade}”的额度是负数。").format(grade=rule.terms.grade),
                _("额度不能小于零, 会按 0 (只收现款) 算。"),
                _("改正; 只收现款写 0。"),
            )
        yield from _undone(program, rule, limit)


def _cash_only(terms: Terms, limit: Decimal | None, path: Path) -> Iterator[Finding]:
    if terms.cash_only and limit:
        yield Finding(
            "contradiction",
            (*path, "limit"),
            _("等级“{grade}”只收现款, 却有额度 {limit}。").format(grade=terms.grade, limit=plain(limit)),
            _("两条不能同时执行。"),
            _("额度写 0, 或去掉 cash_only。"),
        )
    if terms.cash_only and terms.terms_days:
        yield Finding(
            "contradiction",
            (*path, "terms_days"),
            _("等级“{grade}”只收现款, 却有 {days} 天账期。").format(grade=terms.grade, days=terms.terms_days),
            _("两条不能同时执行。"),
            _("账期写 0, 或去掉 cash_only。"),
        )
    if not terms.cash_only and limit == 0 and terms.terms_days:
        yield Finding(
            "contradiction",
            (*path, "terms_days"),
            _("等级“{grade}”额度是 0, 却有 {days} 天账期。").format(grade=terms.grade, days=terms.terms_days),
            _("没有额度就没有可以赊的款, 账期用不上。"),
            _("写上额度, 或账期写 0 并加 cash_only: true。"),
            "warning",
        )


def _undone(program: Program, rule: TermsRule, limit: Decimal) -> Iterator[Finding]:
    credit = program.policy.credit
    if credit is None:
        return
    if credit.most is not None and limit > credit.most:
        yield Finding(
            "over-maximum",
            (*rule.path, "limit"),
            _("等级“{grade}”的额度 {limit} 高过最高额度 {most}。").format(
                grade=rule.terms.grade, limit=plain(limit), most=plain(credit.most)
            ),
            _("实际会削到最高额度, 与写的不同。"),
            _("改正额度, 或改 credit.most。"),
        )
    rounding = credit.rounding
    if rounding is not None and 0 < limit < rounding.to and rounding.how == "down":
        yield Finding(
            "rounded-away",
            (*rule.path, "limit"),
            _("等级“{grade}”的额度 {limit} 向下取整到 {step}, 成了 0。").format(
                grade=rule.terms.grade, limit=plain(limit), step=plain(rounding.to)
            ),
            _("额度为 0 就是只收现款, 与写的不同。"),
            _("把取整单位改小, 或改正额度。"),
        )


def exposure_is_said(policy: Policy) -> Iterator[Finding]:
    """Find limits without saying what counts against them, or that no order is held against."""
    credit = policy.credit
    if credit is None or not any(terms.limit is not None for terms in credit.by_grade):
        return
    if not credit.exposure:
        yield Finding(
            "no-exposure",
            ("credit", "by_grade"),
            _("有额度, 却没有写什么占用额度 (exposure)。"),
            _("订单、应收、票据算不算占用, 各人理解不同, 额度就不成约束。"),
            _("写 exposure: [open_orders, delivered_not_invoiced, receivables] 等。"),
            "warning",
        )
    if not any(rule.type == "over_limit" and "order" in rule.at for rule in credit.order_rules):
        yield Finding(
            "no-limit-rule",
            ("credit", "by_grade"),
            _("有额度, 却没有一条订单规则检查超额 (over_limit)。"),
            _("超过额度的订单照样放行。"),
            _("在 order_rules 里加一条 type: over_limit。"),
            "warning",
        )


def releases_have_hands(policy: Policy) -> Iterator[Finding]:
    """Find order rules that ask for a release by nobody, or give a release that is not needed."""
    for index, rule in enumerate(policy.credit.order_rules if policy.credit else ()):
        path: Path = ("credit", "order_rules", index)
        if rule.strength == "approve" and rule.release_by is None:
            yield Finding(
                "nobody",
                path,
                _("订单规则“{rule}”要人批准, 却没有写谁可以放行。").format(rule=rule.label),
                _("触发后订单停在那里, 没有人能办。"),
                _("写 release_by: 角色; 不许放行的把 strength 写成 block。"),
            )
        if rule.strength == "remind" and rule.release_by is not None:
            yield Finding(
                "contradiction",
                (*path, "release_by"),
                _("订单规则“{rule}”只是提醒, 却写了由谁放行。").format(rule=rule.label),
                _("提醒不拦订单, 用不着放行。"),
                _("删去 release_by, 或把 strength 改成 approve。"),
                "warning",
            )
        if rule.type == "cash_only" and policy.credit and not any(terms.cash_only for terms in policy.credit.by_grade):
            yield Finding(
                "never",
                path,
                _("订单规则“{rule}”检查只收现款的客户, 却没有一个等级是 cash_only。").format(rule=rule.label),
                _("这条规则永远不会触发。"),
                _("给该收现款的等级写 cash_only: true, 或删去这条规则。"),
                "warning",
            )
