"""Pages of the file itself: taking in, overview, editing, whose it is, closing, putting together."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from creditpolicy.problems import Refusal
from xinheng.audit.record import act
from xinheng.customers import actions, queries
from xinheng.customers.actions.files import EDITABLE, NATURES
from xinheng.customers.completeness import lacking
from xinheng.customers.dealings import dealings_of
from xinheng.customers.dimensions import deal_phase, size_class, time_phase
from xinheng.customers.forms import AliasForm, AssignForm, EditForm, MergeForm, NewForm, ParentForm, WhyForm
from xinheng.customers.models import Alias, Customer, Kind, Nature, Status
from xinheng.customers.views.shown import asked, done_or_told, found, page_of
from xinheng.org.access import person_of
from xinheng.org.models import Person
from xinheng.org.roles import FIELD
from xinheng.workflow.acts import PENDING
from xinheng.workflow.models import Item

BOTH = require_http_methods(["GET", "HEAD", "POST"])


@require_GET
def choose_kind(request: HttpRequest) -> HttpResponse:
    """Ask what the new customer is, which decides what is asked next."""
    icons = {
        Kind.PERSON: "user", Kind.ENTERPRISE: "building-factory", Kind.GOVERNMENT: "building-bank",
        Kind.PUBLIC_INSTITUTION: "building-community", Kind.ASSOCIATION: "users-group",
    }  # fmt: skip
    hints = {
        Kind.PERSON: _("以个人名义往来: 姓名、身份证、单位与收入"),
        Kind.ENTERPRISE: _("公司、合伙、个体工商户: 统一社会信用代码、规模、报表"),
        Kind.GOVERNMENT: _("机关单位: 统一社会信用代码、主管单位"),
        Kind.PUBLIC_INSTITUTION: _("学校、医院等: 统一社会信用代码、经费来源"),
        Kind.ASSOCIATION: _("协会、商会等: 统一社会信用代码、主管单位"),
    }
    kinds = [{"kind": kind, "icon": icons[kind], "hint": hints[kind]} for kind in Kind]
    return render(request, "customers/choose_kind.html", {"kinds": kinds})


@BOTH
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """Take a customer in."""
    person, on = person_of(request), timezone.localdate()
    if kind not in Kind.values:
        return redirect("customers.new")
    own = {
        "department": person.department,
        "owner": person if person.is_one_of(*FIELD) else None,
        "nature": NATURES.get(kind, Nature.ORDINARY),
    }
    form = NewForm(request.POST or None, kind=kind, person=person, on=on, initial=own)
    if request.method == "POST" and form.is_valid():
        try:
            customer = _taken_in(form.cleaned_data, kind, person)
        except Refusal as refused:
            form.add_error(None, refused.message)
        else:
            return redirect("customers.customer", customer.pk)
    return render(request, "customers/new.html", {"form": form, "kind": Kind(kind)})


@act
def _taken_in(told: dict[str, Any], kind: str, person: Person) -> Customer:
    """Take in the customer, his paper and his first contact: all of it or nothing."""
    on = timezone.localdate()
    number = told["identity_number"].strip()
    customer = actions.register_customer(
        by=person, on=on, kind=kind, number=told["number"], department=told["department"], owner=told["owner"],
        identity=(told["identity_kind"], number) if number else None,
        **{name: told[name] for name in EDITABLE if name in told and name != "kind"},
    )  # fmt: skip
    if told["contact_name"].strip():
        actions.keep_contact(
            customer, by=person, on=on, name=told["contact_name"], phone=told["contact_phone"], is_main=True
        )
    return customer


@require_GET
def similar(request: HttpRequest) -> HttpResponse:
    """Show, while a name is being typed, which customers are called alike."""
    near, elsewhere = queries.similar(request.GET.get("name", ""), to=person_of(request))
    return render(request, "customers/parts/similar.html", {"near": near, "elsewhere": elsewhere})


@require_GET
def customer(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the file at a glance."""
    shown, on = found(request, pk), timezone.localdate()
    held = dealings_of([shown.pk], on)
    dealings = held[shown.pk] if held else None
    phases = (
        [time_phase(dealings, on).label, deal_phase(dealings, on).label, size_class(dealings).label] if dealings else []
    )
    kind, key = ContentType.objects.get_for_model(Customer), str(shown.pk)
    tasks = Item.objects.visible_to(person_of(request)).filter(state__in=PENDING, about_type=kind, about_id=key)
    group = queries.group_of(shown)
    seen = queries.among_seen([one.customer for one in group], person_of(request))
    more = {
        "dealings": dealings, "phases": phases, "on": on, "group": [one for one in group if one.customer.pk in seen],
        "group_elsewhere": sum(one.customer.pk not in seen for one in group), "parent_is_seen": shown.parent_id in seen,
        "aliases": shown.aliases.all(), "tasks": tasks.select_related("person")[:10],
        "lacking": lacking(shown) if shown.status == Status.DRAFT else [],
        "is_verified": queries.verified(shown, on),
        "is_in_round": tasks.filter(round__procedure="customers.file").exists(),
        "main": shown.contacts.filter(ended_on__isnull=True).order_by("-is_main", "pk").first(),
    }  # fmt: skip
    return page_of(request, shown, "overview", "customers/overview.html", more)


def _here(customer: Customer) -> str:
    return reverse("customers.customer", args=[customer.pk])


@BOTH
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change basics."""
    shown = found(request, pk)
    now = {name: getattr(shown, name) for name in EDITABLE} | {"seen": queries.version(shown)}
    form = EditForm(request.POST or None, kind=shown.kind, initial=now)

    def does(told: dict[str, Any]) -> None:
        actions.edit_customer(shown, by=person_of(request), on=timezone.localdate(), **told)

    return asked(request, shown, form, does, tab="overview", title=_("修改基本资料"), back=_here(shown))


@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand the file in to be filed."""
    shown = found(request, pk)

    def does() -> None:
        actions.submit_customer(shown, by=person_of(request), on=timezone.localdate())

    return done_or_told(request, does, back=_here(shown), done=_("已提交, 等档案管理员核实建档。"))


@BOTH
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the customer to another person or department."""
    shown, on = found(request, pk), timezone.localdate()
    form = AssignForm(request.POST or None, on=on, initial={"owner": shown.owner})

    def does(told: dict[str, Any]) -> None:
        actions.change_owner(shown, by=person_of(request), on=on, **told)

    return asked(
        request, shown, form, does, tab="overview", title=_("变更归属"), back=_here(shown), button=_("变更"),
        text=_("变更后, 原业务员如不在新部门的上级, 就看不到这份档案了。"), done=_("归属已变更。"),
    )  # fmt: skip


@BOTH
def parent(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the customer below another of its group."""
    shown, person = found(request, pk), person_of(request)
    number = shown.parent.number if shown.parent else ""
    form = ParentForm(request.POST or None, person=person, initial={"parent_number": number})

    def does(told: dict[str, Any]) -> None:
        actions.set_parent(shown, by=person, on=timezone.localdate(), parent=told["parent"], why=told["why"])

    return asked(request, shown, form, does, tab="overview", title=_("上级单位"), back=_here(shown))


@BOTH
def alias(request: HttpRequest, pk: int) -> HttpResponse:
    """Note a further name."""
    shown = found(request, pk)
    form = AliasForm(request.POST or None)

    def does(told: dict[str, Any]) -> None:
        actions.add_alias(shown, by=person_of(request), on=timezone.localdate(), **told)

    return asked(
        request, shown, form, does, tab="overview", title=_("登记别名或曾用名"), back=_here(shown),
        text=_("别名也能搜到这个客户。"),
    )  # fmt: skip


@BOTH
def alias_drop(request: HttpRequest, pk: int, alias_pk: int) -> HttpResponse:
    """Take a further name away."""
    shown = found(request, pk)
    row = get_object_or_404(Alias, pk=alias_pk, customer=shown)

    def does(told: dict[str, Any]) -> None:
        actions.drop_alias(row, by=person_of(request), on=timezone.localdate(), **told)

    return asked(
        request, shown, WhyForm(request.POST or None), does, tab="overview", back=_here(shown), button=_("删除"),
        title=_("删除别名“{text}”").format(text=row.text), done=_("已删除。"), danger=True,
    )  # fmt: skip


@BOTH
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close the file."""
    shown = found(request, pk)

    def does(told: dict[str, Any]) -> None:
        actions.close_customer(shown, by=person_of(request), on=timezone.localdate(), **told)

    return asked(
        request, shown, WhyForm(request.POST or None), does, tab="overview", title=_("停用客户"), back=_here(shown),
        button=_("停用"), danger=True, done=_("已停用。"),
        text=_("停用后档案保留、可查, 不能再修改或新增内容; 需要时可以恢复。"),
    )  # fmt: skip


@BOTH
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a closed file again."""
    shown = found(request, pk)

    def does(told: dict[str, Any]) -> None:
        actions.reopen_customer(shown, by=person_of(request), on=timezone.localdate(), **told)

    return asked(
        request, shown, WhyForm(request.POST or None), does, tab="overview", title=_("恢复客户"), back=_here(shown),
        button=_("恢复"), done=_("已恢复。"),
    )  # fmt: skip


@BOTH
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a duplicate into this file."""
    shown, person = found(request, pk), person_of(request)

    def does(told: dict[str, Any]) -> None:
        actions.merge_customers(shown, told["duplicate"], by=person, on=timezone.localdate(), why=told["why"])

    return asked(
        request, shown, MergeForm(request.POST or None, person=person), does, tab="overview", back=_here(shown),
        title=_("合并重复档案"), button=_("合并"), danger=True, done=_("已合并。"),
        text=_("重复档案的证件、联系人、账户、档案、往来等全部移到本档案, 它自己停用并指向这里; 合并不能撤销。"),
    )  # fmt: skip
