"""A version read: clause, rule, number and a live example side by side; and what it changes of another, in words."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from creditpolicy.prepared import Prepared
from creditpolicy.problems import Refusal
from creditpolicy.revision import Change, revision
from xinheng.customers.models import Customer
from xinheng.org.access import may, person_of
from xinheng.org.models import Person
from xinheng.policies import queries
from xinheng.policies.actions.editing_looks import look_at_example
from xinheng.policies.editing_examples import Example, Line, example_of, lines_of
from xinheng.policies.editing_forms import ExampleForm
from xinheng.policies.models import Stage, Version
from xinheng.policies.views.editing_text import text_difference
from xinheng.policies.views.versions import found_to_read, page

OFFERED = 200
"""Customers among whom an example is chosen."""


@require_GET
def clauses(request: HttpRequest, pk: int) -> HttpResponse:
    """Show every rule with its clause, its numbers and what it gives somebody; only what is assumed, if asked for."""
    of, person = found_to_read(request, pk), person_of(request)
    try:
        prepared = queries.prepared(of)
    except Refusal as refused:
        return page(request, "policies/editing_clauses.html", of, "clauses", refused=refused)
    customers = _customers(person)
    everything = lines_of(prepared, None)
    sections = list(dict.fromkeys(line.rule.section for line in everything))
    form = ExampleForm(request.GET or None, customers=customers, sections=sections)
    told: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    if told.get("customer") is not None:
        look_at_example(of, told["customer"], by=person, on=timezone.localdate())
    example, wrong = _example(prepared, of, told.get("customer"))
    lines = [line for line in lines_of(prepared, example) if _asked(line, told)]
    groups = [(section, list(rows)) for section, rows in groupby(lines, key=lambda line: line.rule.section)]
    return page(
        request, "policies/editing_clauses.html", of, "clauses", groups=groups, form=form, example=example, wrong=wrong,
        assumed=sum(bool(line.rule.assumed) for line in everything), shown=len(lines), document=prepared.policy.document,
        may_comment=may(person, "policies.comment"),
    )  # fmt: skip


def _customers(person: Person) -> Any:
    if not (may(person, "policies.see_trial") and may(person, "customers.see_file")):
        return Customer.objects.none()
    visible = Customer.objects.visible_to(person)
    return visible.filter(pk__in=list(visible.order_by("name").values_list("pk", flat=True)[:OFFERED])).order_by("name")


def _example(prepared: Prepared, of: Version, customer: Customer | None) -> tuple[Example | None, str]:
    try:
        return example_of(prepared, of, customer, on=timezone.localdate()), ""
    except Refusal as refused:
        return None, refused.message


def _asked(line: Line, told: dict[str, Any]) -> bool:
    rule = line.rule
    if told.get("show") == "assumed" and not rule.assumed:
        return False
    if told.get("show") == "stated" and (rule.assumed or not rule.clause):
        return False
    if told.get("section") and rule.section != told["section"]:
        return False
    sought = (told.get("q") or "").strip()
    return not sought or any(sought in text for text in (rule.clause, rule.name, rule.content, rule.assumed))


@require_GET
def differences(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a version changes of another: rule by rule in words, and line by line in the text."""
    of = found_to_read(request, pk)
    others = list(of.policy.versions.exclude(pk=of.pk).exclude(stage=Stage.DISCARDED).order_by("-id").defer("text"))
    other = _other(request, of, others)
    if other is None:
        return page(request, "policies/editing_differences.html", of, "differences", others=others, other=None)
    changes, wrong = changes_between(other, of)
    groups = [(section, list(each)) for section, each in groupby(changes, key=lambda change: change.section)]
    lines = text_difference(other.text, of.text, other.number, of.number)
    return page(
        request, "policies/editing_differences.html", of, "differences", others=others, other=other, groups=groups,
        changes=changes, wrong=wrong, lines=lines,
    )  # fmt: skip


def _other(request: HttpRequest, of: Version, others: list[Version]) -> Version | None:
    """Give the version compared with: the one asked for, that which it was copied from, or the one in force."""
    asked = request.GET.get("with", "")
    if asked.isdigit():
        return next((version for version in others if version.pk == int(asked)), None)
    if of.copied_from_id is not None:
        return next((version for version in others if version.pk == of.copied_from_id), None)
    before = [version for version in others if version.stage == Stage.PUBLISHED and version.pk < of.pk]
    return before[0] if before else next(iter(others), None)


def changes_between(before: Version, after: Version) -> tuple[tuple[Change, ...], str]:
    """Give what one version changes of another in words; where one cannot be read, why not."""
    policies = []
    for version in (before, after):
        said = queries.readable(version)
        if said is None:
            return (), _("版本 {number} 还有错误, 读不成制度, 只能对照文本。").format(number=version.number)
        policies.append(said)
    return revision(*policies), ""
