"""Tables as notebooks show them."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any


def html_table(title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Give a table in HTML; every text is escaped, numbers stand to the right, what is missing is left empty."""
    heading = "".join(f"<th>{html.escape(head)}</th>" for head in heads)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return (
        f"<table><caption>{html.escape(title)}</caption><thead><tr>{heading}</tr></thead><tbody>{body}</tbody></table>"
    )


def _cell(value: Any) -> str:
    if value is None:
        return "<td></td>"
    if isinstance(value, (Decimal, int)):
        written = f"{value:,f}" if isinstance(value, Decimal) else str(value)
        return f'<td style="text-align:right">{written}</td>'
    return f'<td style="text-align:left">{html.escape(str(value))}</td>'
