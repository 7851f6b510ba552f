"""The list 额度与占用 as data: what is asked of it, its columns in yuan or ten thousand, as of any day, and its totals."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django import forms
from django.db.models import Count, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creditpolicy.problems import Refusal
from xinheng.credit.core.accounts import in_force, of_grants
from xinheng.credit.core.money import yuan
from xinheng.credit.models import Account, Grant, Guarantee, Hold, Movement
from xinheng.customers.models import Customer
from xinheng.ledger.models import BASE, Company
from xinheng.ledger.queries.rates import stated
from xinheng.lists.asking import AskedList
from xinheng.lists.columns import ListColumn, Value
from xinheng.org.access import may
from xinheng.org.models import Department, Person
from xinheng.ratings.queries import main_scale, standings_on

PAGE = "credit.accounts"
SOON = 30
"""Days within which a limit is said to end soon."""
TEN_THOUSAND = "wan"
SHOWS = (
    ("exposure", gettext_lazy("占用最大")),
    ("free", gettext_lazy("余额最少")),
    ("over", gettext_lazy("已超额度")),
    ("frozen", gettext_lazy("已冻结")),
    ("ending", gettext_lazy("30 天内到期的额度")),
)


class AccountsForm(forms.Form):
    """What the list may be asked."""

    q = forms.CharField(label=gettext_lazy("客户编号、名称"), required=False, max_length=60)
    on = forms.DateField(label=gettext_lazy("截至"), required=False, widget=forms.DateInput({"type": "date"}))
    unit = forms.ChoiceField(
        label=gettext_lazy("单位"),
        required=False,
        choices=[("", gettext_lazy("元")), (TEN_THOUSAND, gettext_lazy("万元"))],
    )
    owner = forms.ModelChoiceField(
        label=gettext_lazy("业务员"), queryset=Person.objects.none(), required=False, empty_label=gettext_lazy("全部")
    )
    department = forms.ModelChoiceField(
        label=gettext_lazy("归属部门 (含下级)"), queryset=Department.objects.all(), required=False,
        empty_label=gettext_lazy("全部"),
    )  # fmt: skip
    company = forms.ModelChoiceField(
        label=gettext_lazy("本方公司"), queryset=Company.objects.all(), required=False, empty_label=gettext_lazy("全部")
    )
    grade = forms.ChoiceField(label=gettext_lazy("等级"), required=False)
    show = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)


class Asked(AskedList):
    """The filters of the list of accounts, and the accounts that remain."""

    page = PAGE

    def __init__(self, request: HttpRequest, query: QueryDict) -> None:
        super().__init__(request, query)
        today = timezone.localdate()
        self.form = AccountsForm(self.query)
        fields: Any = self.form.fields
        seen = Customer.objects.visible_to(self.person)
        fields["owner"].queryset = Person.objects.filter(pk__in=seen.values("owner")).order_by("full_name")
        self.sees_grades = may(self.person, "ratings.see_grade")
        grades = standings_on(today).exclude(grade="").values_list("grade", flat=True).distinct().order_by("grade")
        scale = main_scale(today)
        named = ((one, scale.label(one)) for one in (grades if self.sees_grades else ()))
        fields["grade"].choices = [("", _("全部")), *named]
        if not self.sees_grades:
            del fields["grade"]
        self.form.is_valid()
        self.told: dict[str, Any] = self.form.cleaned_data
        self.on: date = min(self.told.get("on") or today, today)
        self.is_today = self.on == today
        self.in_ten_thousands = self.told.get("unit") == TEN_THOUSAND
        self.show: str = self.told.get("show") or "exposure"
        self.seen = seen
        self.choose(columns(self))

    @property
    def rows(self) -> QuerySet[Account]:
        """The accounts that remain, in order, with what the columns show."""
        rows = as_of(self.filtered, self.on, is_today=self.is_today)
        if self.show == "over":
            rows = rows.filter(room__lt=0)
        rows = rows.select_related("customer__owner", "customer__department", "company").prefetch_related(
            Prefetch("grants", to_attr="all_grants"),
            Prefetch(
                "holds", queryset=Hold.objects.filter(state=Hold.State.OPEN, until_day__lte=self.on), to_attr="expired"
            ),
            Prefetch("guarantees", queryset=Guarantee.objects.in_force(self.on), to_attr="in_force"),
        )
        if self.show == "free":
            return self.ordered(rows, F("room").asc(nulls_last=True), "pk")  # type: ignore[arg-type]
        return self.ordered(rows, "-taken_then", "pk")

    @property
    def filtered(self) -> QuerySet[Account]:
        """The accounts that the filters leave."""
        told = self.told
        rows = Account.objects.filter(customer__in=self.seen.values("pk"))
        if told.get("q"):
            rows = rows.filter(Q(customer__number__icontains=told["q"]) | Q(customer__name__icontains=told["q"]))
        if told.get("owner"):
            rows = rows.filter(customer__owner=told["owner"])
        if told.get("department"):
            rows = rows.filter(customer__department__path__startswith=told["department"].path)
        if told.get("company"):
            rows = rows.filter(company=told["company"])
        if told.get("grade"):
            rows = rows.filter(customer__in=standings_on(self.on).filter(grade=told["grade"]).values("customer"))
        if self.show == "frozen":
            rows = rows.filter(is_frozen=True)
        if self.show == "ending":
            last = self.on + timedelta(SOON)
            ends = Grant.objects.filter(in_force(self.on), until_day__lte=last).values("account")
            runs_out = Guarantee.objects.in_force(self.on).filter(until_day__lte=last).values("account")
            rows = rows.filter(Q(pk__in=ends) | Q(pk__in=runs_out))
        return rows


def as_of(rows: QuerySet[Any], on: date, *, is_today: bool) -> QuerySet[Any]:
    """Say of accounts what was used and reserved by the end of a day: by the last movement until then."""
    last = Movement.objects.filter(account=OuterRef("pk"), on__lte=on).order_by("-pk")
    then: dict[str, Any] = {
        f"{name}_then": F(name) if is_today else Coalesce(Subquery(last.values(name)[:1]), 0)
        for name in ("used", "reserved")
    }
    limit: Any = F("granted") if is_today else Subquery(last.values("granted")[:1])
    rows = rows.annotate(**then, granted_then=limit)
    found: QuerySet[Any] = rows.annotate(
        taken_then=F("used_then") + F("reserved_then"),
        room=F("granted_then") - F("used_then") - F("reserved_then"),
        grade_then=Subquery(standings_on(on).filter(customer=OuterRef("customer")).values("grade")[:1]),
    )
    return found


# What stands in a row -------------------------------------------------------------------------------------------------


def limit_of(account: Any, on: date) -> int | None:
    """Give what is granted on a day; by the grants, so that it is right though no job has run."""
    return of_grants(account.all_grants, on).amount


def reserved_of(account: Any) -> int:
    """Give what is reserved, without what expired by the day."""
    reserved: int = account.reserved_then - sum(hold.left for hold in account.expired)
    return reserved


def covered_of(account: Any) -> int:
    """Give what guarantees cover."""
    return int(sum(given.covers or 0 for given in account.in_force))


def net_of(account: Any) -> int:
    """Give what guarantees leave uncovered."""
    return max(0, int(account.used_then) + reserved_of(account) - covered_of(account))


def ends_of(account: Any, on: date) -> date | None:
    """Give the day on which the first limit or guarantee in force ends."""
    days = [grant.until_day for grant in of_grants(account.all_grants, on).grants]
    days += [given.until_day for given in account.in_force]
    return min((day for day in days if day is not None), default=None)


def _tab(account: Account) -> str:
    return f"{reverse('credit.customer', args=[account.customer_id])}?account={account.pk}"


def _documents(show: str) -> Callable[[Account], str]:
    def link(account: Account) -> str:
        return f"{reverse('ledger.dealings', args=[account.customer_id])}?show={show}"

    return link


def room_of(account: Any, on: date) -> int | None:
    """Give what may still be taken on a day; None where no limit is set."""
    limit = limit_of(account, on)
    return None if limit is None else limit - int(account.used_then) - reserved_of(account)


def columns(asked: Asked) -> list[ListColumn]:
    """Give the columns, amounts in the unit asked for; grades only to those who may see them, parts only for today."""
    on, ending = asked.on, asked.show == "ending"
    found = [
        ListColumn("number", gettext_lazy("客户编号"), lambda row: row.customer.number, ("customer__number",), fixed=True),
        ListColumn("name", gettext_lazy("客户"), lambda row: row.customer.name, ("customer__name", "pk"), fixed=True, link=_tab),
        ListColumn("book", gettext_lazy("本方公司与币种"), _book),
        _money(asked, "limit", _("额度"), lambda row: limit_of(row, on), "granted_then"),
        _money(asked, "used", _("已用"), lambda row: int(row.used_then), "used_then"),
        _money(asked, "reserved", _("已预占"), reserved_of, "reserved_then"),
        _money(asked, "free", _("还可用"), lambda row: room_of(row, on), "room"),
        _money(asked, "covered", _("担保覆盖"), covered_of, chosen=False),
        _money(asked, "net", _("敞口净额"), net_of, chosen=False),
        ListColumn("frozen", gettext_lazy("冻结"), _frozen, ("is_frozen", "pk"), "badge", state=lambda _row: "red"),
        ListColumn("ends", gettext_lazy("最先到期"), lambda row: ends_of(row, on), shape="day", chosen=ending),
        ListColumn("kinds", gettext_lazy("额度构成"), lambda row: _kinds(row, on), chosen=ending),
        ListColumn("owner", gettext_lazy("业务员"), _owner, ("customer__owner__full_name", "pk")),
        ListColumn("department", gettext_lazy("归属部门"), _department, ("customer__department__path", "pk"), chosen=False),
    ]  # fmt: skip
    if asked.sees_grades:
        scale = main_scale(on)
        found.insert(
            3,
            ListColumn(
                "grade", gettext_lazy("等级"), lambda row: scale.label(row.grade_then) if row.grade_then else "",
                ("grade_then", "pk"),
            ),
        )  # fmt: skip
    return [*found, *_parts(asked)] if asked.is_today else found


def _parts(asked: Asked) -> list[ListColumn]:
    """Give what the exposure is made of, each opening its documents."""
    shown = (
        ("open_orders", _("未交订单"), "orders"), ("delivered", _("已交未票"), "orders"),
        ("receivables", _("应收"), "invoices"), ("prepayment", _("预收"), "receipts"), ("deposit", _("押金"), "receipts"),
    )  # fmt: skip
    return [
        _money(asked, part, label, attrgetter(part), part, chosen=False, link=_documents(show))
        for part, label, show in shown
    ]


def _money(
    asked: Asked, key: str, label: str, cents: Callable[[Any], int | None], order: str = "", *, chosen: bool = True,
    link: Callable[[Any], str] = _tab,
) -> ListColumn:  # fmt: skip
    """Give a column of amounts in the unit asked for."""

    def value(row: Any) -> Value:
        amount = yuan(cents(row))
        return amount / 10_000 if amount is not None and asked.in_ten_thousands else amount

    head = _("{what} ({unit})").format(what=label, unit=_("万元") if asked.in_ten_thousands else _("元"))
    return ListColumn(key, head, value, (order, "pk") if order else (), "money", chosen=chosen, link=link)


def _frozen(account: Account) -> str:
    return _("已冻结") if account.is_frozen else ""


def _owner(account: Account) -> str:
    return account.customer.owner.full_name if account.customer.owner else ""


def _department(account: Account) -> str:
    return str(account.customer.department.name)


def _book(account: Account) -> str:
    if account.company.is_default and account.currency == BASE:
        return account.currency
    return f"{account.company} {account.currency}"


def _kinds(account: Any, on: date) -> str:
    grants = of_grants(account.all_grants, on).grants
    return "、".join(dict.fromkeys(str(grant.get_kind_display()) for grant in grants))


# Totals ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Total:
    """The sums of one currency, in yuan; `base` are the same in the base currency, None where no rate is known."""

    currency: str
    count: int
    amounts: tuple[Decimal, ...]
    base: tuple[Decimal, ...] | None


NAMES = ("limit", "used", "reserved", "free", "covered")


def totals(asked: Asked) -> tuple[list[Total], Total]:
    """Give the sums by currency, and all of them in the base currency at the rates of the day; never added raw."""
    rows = as_of(asked.filtered, asked.on, is_today=asked.is_today)
    if asked.show == "over":
        rows = rows.filter(room__lt=0)
    codes = rows.order_by("currency").values_list("currency", flat=True).distinct()
    found = [_total(rows.filter(currency=code), code, asked) for code in codes]
    known = [total.base for total in found if total.base is not None]
    whole = tuple(sum(parts, Decimal(0)) for parts in zip(*known, strict=True)) or (Decimal(0),) * len(NAMES)
    return found, Total(BASE, sum(total.count for total in found), whole, whole)


def without_limit(asked: Asked) -> tuple[int, Decimal]:
    """Give how many accounts have no limit, and what is used and reserved of them in the base currency: no room lacks it."""
    rows = as_of(asked.filtered, asked.on, is_today=asked.is_today).filter(granted_then__isnull=True)
    rows = rows if asked.show != "over" else rows.none()
    count, whole = 0, Decimal(0)
    for code, many, taken in (
        rows.order_by().values_list("currency").annotate(many=Count("pk"), taken=Sum("taken_then"))
    ):
        with suppress(Refusal):  # no rate: left out of the totals too
            whole += stated(yuan(int(taken or 0)), code, on=asked.on).base
            count += many
    return count, whole


def _total(rows: QuerySet[Account], currency: str, asked: Asked) -> Total:
    on = asked.on
    sums = rows.order_by().aggregate(
        all_granted=Sum("granted_then"),
        all_used=Sum("used_then"),
        all_reserved=Sum("reserved_then"),
        all_room=Sum("room"),
    )
    keys = rows.order_by().values("pk")
    gone = Hold.objects.filter(state=Hold.State.OPEN, until_day__lte=on, account__in=keys)
    expired = gone.aggregate(left=Sum(F("amount") - F("used") - F("released")))["left"] or 0
    covers = Guarantee.objects.in_force(on).filter(account__in=keys).aggregate(whole=Sum("covers"))["whole"] or 0
    changed = _changed_limits(rows, on) if asked.is_today else 0
    cents = (
        (sums["all_granted"] or 0) + changed, sums["all_used"] or 0, (sums["all_reserved"] or 0) - expired,
        (sums["all_room"] or 0) + changed + expired, covers,
    )  # fmt: skip
    amounts = tuple(yuan(int(each)) for each in cents)
    try:
        base = tuple(stated(each, currency, on=on).base for each in amounts)
    except Refusal:
        base = None
    return Total(currency, rows.count(), amounts, base)


def _changed_limits(rows: QuerySet[Account], on: date) -> int:
    """Give by how much the limits differ today from what stands on the accounts, where some ended and no job has run."""
    due = rows.filter(valid_until__lte=on).prefetch_related(Prefetch("grants", to_attr="all_grants"))
    return sum((limit_of(account, on) or 0) - (account.granted or 0) for account in due)
