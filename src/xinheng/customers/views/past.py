"""What happened to a file, and how it was on any day."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from xinheng.audit.acts import label_of
from xinheng.audit.models import Entry
from xinheng.audit.queries import timeline as lines_of
from xinheng.customers import queries
from xinheng.customers.models import Customer
from xinheng.customers.numbers import mask_of
from xinheng.customers.telling import kept_from
from xinheng.customers.views.shown import found, page_of
from xinheng.lists.asking import day_asked
from xinheng.org.access import person_of
from xinheng.vault.masking import masked

ICONS = {
    "register": "plus", "file": "file-check", "verify": "fingerprint", "add_identity": "id", "add_value": "pencil",
    "settle": "scale", "assign": "switch-horizontal", "close": "power", "reopen": "player-play", "merge": "git-branch",
    "keep_contact": "phone", "keep_account": "building-bank", "keep_guarantor": "shield", "keep_address": "map-pin",
    "save_statement": "report-analytics", "submit_statement": "send", "approve_statement": "circle-check",
}  # fmt: skip
_WORDS = {
    name: getattr(Customer._meta.get_field(name), "verbose_name", name)
    for name in ("name", "kind", "nature", "is_partner", "industry", "staff", "turnover_yuan", "assets_yuan", "size",
                 "remarks", "status", "owner", "department", "parent")
}  # fmt: skip


def event(entry: Entry, kept: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Give a line of the record as the part `timeline.html` wants it; of rooms in `kept` only what was done, and by whom."""
    room, _dot, name = entry.act.rpartition(".")
    about = entry.subject_label if entry.subject_type != entry.about_type else ""
    told = () if room in kept else (about, _changes(entry), entry.why)
    return {
        "at": entry.at, "icon": ICONS.get(name, "history"), "title": label_of(entry.act), "who": entry.actor_name,
        "text": "\n".join(text for text in told if text),
    }  # fmt: skip


def _changes(entry: Entry) -> str:
    """Say a change of basics, or a value of the card, in words; other changes are on the page of what they changed."""
    if entry.act in {"customers.add_value", "customers.withdraw_value", "customers.settle"}:
        value = entry.after or entry.before or {}
        return _("{field}: {value}").format(field=value.get("field", ""), value=value.get("value", ""))
    if entry.act not in {"customers.edit", "customers.assign", "customers.set_parent"} or not entry.after:
        return ""
    before = entry.before or {}
    told = _("{field}: {before} → {after}")
    return "\n".join(
        told.format(field=_WORDS.get(name, name), before=before.get(name) or "—", after=value or "—")
        for name, value in entry.after.items()
    )


@require_GET
def timeline(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what was done in the file, newest first."""
    customer = found(request, pk)
    page = Paginator(lines_of(customer).exclude(act="workflow.open"), 50).get_page(request.GET.get("page"))
    kept = kept_from(person_of(request))
    more = {"events": [event(entry, kept) for entry in page], "page": page}
    return page_of(request, customer, "timeline", "customers/timeline.html", more)


@require_GET
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the file as it was at the end of a day, and every change of its basics."""
    customer = found(request, pk)
    day = day_asked(request.GET.get("on", ""))
    past = None
    if day is not None:
        past = queries.as_of(customer, timezone.make_aware(datetime.combine(day, time.max)))
    rows = customer.history.select_related("history_user", "department", "owner").order_by("-history_date", "-pk")
    more: dict[str, Any] = {"day": day, "past": past, "rows": Paginator(rows, 50).get_page(request.GET.get("page"))}
    if past is not None:
        more |= {
            "lines": [line for line in past.card if line.current is not None],
            "papers": [{"row": one, "number": masked(one.number, mask_of(one.kind))} for one in past.identities],
            "contacts": [{"row": one, "phone": masked(one.phone, "phone")} for one in past.contacts],
            "accounts": [{"row": one, "number": masked(one.number, "bank_account")} for one in past.accounts],
        }
    return page_of(request, customer, "history", "customers/history.html", more)
