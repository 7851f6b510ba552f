"""授信总额与部门预算: how much credit is out under each, its history, and the proposal of another amount."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from creditpolicy.problems import Refusal
from xinheng.credit import actions
from xinheng.credit.core import joining, pools
from xinheng.credit.core.money import yuan
from xinheng.credit.forms import BudgetForm
from xinheng.credit.models import Account, Budget, Pool
from xinheng.credit.queries import WIDTH
from xinheng.credit.rules.finding import SCOPES
from xinheng.ledger.models import BASE
from xinheng.org.access import may, person_of
from xinheng.policies.queries import main_version, policy_of


@dataclass(frozen=True, slots=True)
class Shown:
    """A ceiling or a budget: what is granted, what its members have used and reserved, what is free, in yuan."""

    pool: Pool
    limit: Decimal
    taken: Decimal
    free: Decimal
    members: int
    bar: tuple[int, int, int]

    @property
    def is_over(self) -> bool:
        """Whether more is taken than it is."""
        return self.free < 0


@require_GET
def budgets(request: HttpRequest) -> HttpResponse:
    """Show the ceilings and budgets in use, what stops an order that passes one, and the history of proposals."""
    rows = [_shown(pool) for pool in joining.ruled().order_by("kind", "department__path", "company__code")]
    history = Budget.objects.select_related("company", "department", "asked_by", "decided_by")[:100]
    return render(request, "credit/budgets.html", {
        "rows": rows, "history": history, "foreign": _foreign(), "rules": _rules(), "may_set": may(person_of(request), "credit.budget"),
    })  # fmt: skip


def _shown(pool: Pool) -> Shown:
    free = pools.free(pool)
    taken = pool.granted - free
    whole = max(pool.granted, taken, 1)
    bar = max(0, taken) * WIDTH // whole, 0, pool.granted * WIDTH // whole
    return Shown(pool, yuan(pool.granted), yuan(taken), yuan(free), pool.members.count(), bar)


def _foreign() -> list[dict[str, object]]:
    """Give the currencies of accounts beside the base one, each with the rate at which they count, None where none is known."""
    rows = Account.objects.exclude(currency=BASE).order_by("currency").values("currency", "pool_rate")
    return [
        {"currency": row["currency"], "count": row["count"], "rate": row["pool_rate"] and row["pool_rate"].normalize()}
        for row in rows.annotate(count=Count("pk"))
    ]  # fmt: skip


def _rules() -> list[dict[str, object]]:
    """Give what the policy says of an order that passes a ceiling or a budget; where it says nothing the order stops."""
    version = main_version(timezone.localdate())
    policy = policy_of(version) if version is not None else None
    rules = policy.credit.order_rules if policy is not None and policy.credit is not None else ()
    told: list[dict[str, object]] = []
    for kind in Budget.KINDS:
        found = [rule for rule in rules if rule.type == "over_limit" and SCOPES.get(rule.scope) == kind]
        told += [{"kind": Pool.Kind(kind).label, "rule": rule} for rule in found] or [
            {"kind": Pool.Kind(kind).label, "rule": None}
        ]
    return told


@require_http_methods(["GET", "HEAD", "POST"])
def budget(request: HttpRequest) -> HttpResponse:
    """Propose a ceiling or a budget."""
    person, on = person_of(request), timezone.localdate()
    form = BudgetForm(request.POST or None)
    if form.is_bound and form.is_valid():
        told = form.cleaned_data
        try:
            actions.propose_budget(told["whose"], amount=told["amount"], reason=told["reason"], by=person, on=on)
        except Refusal as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("已提交, 批准后立即约束新订单。"))
            return redirect("credit.budgets")
    return render(request, "credit/budget.html", {"form": form})
