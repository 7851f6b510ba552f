"""Reading the record, which is itself recorded: one line for each search, each line opened, each export."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit import spans
from xinheng.audit.models import Entry
from xinheng.audit.queries import looks_at
from xinheng.audit.record import act, record
from xinheng.auditor.columns import breach_columns, entry_columns
from xinheng.auditor.queries import Search, Touched, all_of, customers_in, customers_seen, entries_matching
from xinheng.customers.models import Customer
from xinheng.lists.workbook import write_list
from xinheng.org.access import demand
from xinheng.org.models import Person

MOST_ROWS = 500_000
SAME_SEARCH = timedelta(minutes=10)
"""Turning the pages of one search is one search."""


@act
def search_record(search: Search, *, by: Person) -> None:
    """Write down that somebody searched the record, and for what."""
    demand(by, "audit.see")
    record("audit.search", None, by=by, look=True, after=search.told())


def note_search(search: Search, *, by: Person, at: datetime) -> None:
    """Write a search down, once for all its pages."""
    mine = Entry.objects.filter(actor_id=by.pk, act="audit.search", at__gte=at - SAME_SEARCH)
    last = mine.order_by("-pk").first()
    if last is None or last.after != search.told():
        search_record(search, by=by)


@act
def open_entry(entry: Entry, *, by: Person) -> None:
    """Write down that somebody opened one line."""
    demand(by, "audit.see")
    record("audit.open", entry, by=by, look=True)


@act
def ask_who_looked(customer: Customer, *, by: Person) -> None:
    """Write down that somebody asked who looked at a customer's file."""
    demand(by, "audit.see")
    record("audit.looks", customer, by=by, look=True, after={"looks": looks_at(customer).count()})


@act
def export_entries(search: Search, path: Path, *, by: Person, on: date) -> int:
    """Write the lines found into a workbook; give how many."""
    demand(by, "audit.export")
    found = entries_matching(search)
    count = found.count()
    if count > MOST_ROWS:
        raise Refusal(
            _("找到 {count} 条, 一个工作簿最多导出 {most} 条。请缩短时间或加上条件, 分几次导出。").format(
                count=f"{count:,}", most=f"{MOST_ROWS:,}"
            )
        )
    said = _("{name} 导出于 {at}").format(name=by.actor_name, at=f"{timezone.localtime():%Y-%m-%d %H:%M}")
    written = write_list(path, entry_columns(), all_of(found), title=_("留痕"), said=said, on=on)
    record("audit.export", None, by=by, look=True,
           after={**search.told(), "rows": written, "customers": spans.many(customers_in(found))})  # fmt: skip
    return written


@act
def ask_breach_list(asked: dict[str, Any], *, by: Person) -> list[Touched]:
    """Give the customers whose files were seen, and write down who asked for what."""
    demand(by, "audit.breach")
    rows = customers_seen(**asked)
    record("audit.breach_list", None, by=by, look=True, after={**_told(asked), "found": len(rows)})
    return rows


@act
def export_breach_list(asked: dict[str, Any], path: Path, *, by: Person, on: date) -> int:
    """Write the customers whose files were seen into a workbook; give how many."""
    demand(by, "audit.breach")
    rows: Sequence[Touched] = customers_seen(**asked)
    said = _("{name} 导出于 {at}; {since} 到 {until}").format(
        name=by.actor_name,
        at=f"{timezone.localtime():%Y-%m-%d %H:%M}",
        since=f"{timezone.localtime(asked['since']):%Y-%m-%d %H:%M}",
        until=f"{timezone.localtime(asked['until']):%Y-%m-%d %H:%M}",
    )
    written = write_list(path, breach_columns(), rows, title=_("泄露清单"), said=said, on=on)
    taken = spans.many(row.customer.pk for row in rows)
    record("audit.export_breach_list", None, by=by, look=True,
           after={**_told(asked), "rows": written, "customers": taken})  # fmt: skip
    return written


def _told(asked: dict[str, Any]) -> dict[str, str]:
    told = {**asked, "people": ", ".join(person.actor_name for person in asked["people"])}
    return {name: str(value) for name, value in told.items() if value}
