"""Samples for the page that shows every part; invented, stored nowhere."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import django_tables2 as tables
from django import forms
from django.core.paginator import Paginator
from django.utils import timezone

from xinheng.desk.badges import COLOURS


class SampleForm(forms.Form):
    """One field of each sort."""

    name = forms.CharField(label="名称", help_text="与营业执照一致。", max_length=60)
    kind = forms.ChoiceField(label="类别", choices=[("enterprise", "企业"), ("person", "个人")])
    department = forms.ChoiceField(label="归属部门", choices=[(str(n), f"销售{n}部") for n in range(1, 31)])
    amount = forms.DecimalField(label="注册资本 (元)", required=False, max_digits=18, decimal_places=2)
    founded = forms.DateField(label="成立日期", required=False)
    nature = forms.ChoiceField(
        label="性质", widget=forms.RadioSelect, choices=[("state", "国有"), ("private", "民营"), ("foreign", "外资")]
    )
    is_partner = forms.BooleanField(label="是合作伙伴", required=False)
    paper = forms.FileField(label="营业执照", required=False, help_text="PDF 或照片, 不超过 20 MB。")
    remarks = forms.CharField(label="备注", required=False, widget=forms.Textarea(attrs={"rows": 3}))


class SampleTable(tables.Table):  # type: ignore[misc]
    """A list as every list looks."""

    number = tables.Column(verbose_name="编号")
    name = tables.Column(verbose_name="名称")
    since = tables.DateColumn(verbose_name="建档日期", format="Y-m-d")
    owed = tables.Column(
        verbose_name="应收 (元)", attrs={"td": {"class": "text-end tabular"}, "th": {"class": "text-end"}}
    )


def samples() -> dict[str, Any]:
    """Give what the page shows."""
    rows = [
        {
            "number": f"C{n:04}",
            "name": f"样例机械有限公司 {n}",
            "since": date(2024, 1, n),
            "owed": f"{n * 123456.78:,.2f}",
        }
        for n in range(1, 24)
    ]
    table = SampleTable(rows, order_by="number")
    table.paginate(per_page=10)
    now = timezone.make_aware(datetime(2026, 3, 2, 14, 5))  # noqa: DTZ001 - made aware at once
    return {
        "form": SampleForm(),
        "wrong_form": SampleForm({"name": "", "kind": "other", "amount": "一百", "department": "1"}),
        "table": table,
        "page": Paginator(rows, 5).page(2),
        "states": sorted(COLOURS),
        "amount": Decimal("1234567.8"),
        "today": date(2026, 3, 2),
        "events": [
            {"at": now, "icon": "file-check", "title": "营业执照已核实", "who": "朱档案", "text": "原件相符。", "colour": "green"},
            {"at": now, "icon": "books", "title": "借出纸质档案", "who": "杨销售", "text": "到期 2026-03-12"},
        ],
        "tabs": [
            SimpleNamespace(label="档案卡", url="#", is_here=True, count=""),
            SimpleNamespace(label="文件", url="#", is_here=False, count=12),
            SimpleNamespace(label="往来", url="#", is_here=False, count=""),
        ],
    }  # fmt: skip
