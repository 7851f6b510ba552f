"""Facts from events: defaults, lawsuits, penalties, false information."""

from __future__ import annotations

from creditpolicy.facts.derived import EVENTS, Derived, Said, Source
from creditpolicy.model import Kind

TOTALS = {
    "defaults": "count(*) FILTER (WHERE kind = 'default')",
    "lawsuits": "count(*) FILTER (WHERE kind = 'lawsuit')",
    "penalties": "count(*) FILTER (WHERE kind = 'penalty')",
    "falsehoods": "count(*) FILTER (WHERE kind = 'false_information')",
    "last_event": "max(happened_on)",
}

_SO_FAR = Said("到这一天为止", "up to the day")


def _count(name: str, label: Said, kind: Said, total: str) -> Derived:
    return Derived(
        name,
        label,
        Kind.COUNT,
        Said(f"{_SO_FAR.zh}的{kind.zh}次数。", f"{kind.en} {_SO_FAR.en}."),
        Said("历史全部都算; 没有为 0。", "All history counts; 0 without any."),
        ("events",),
        f"coalesce({total}, 0)",
        EVENTS,
    )


FACTS = (
    _count("default_count", Said("违约次数", "Defaults"), Said("违约", "Defaults"), "defaults"),
    _count("lawsuit_count", Said("诉讼次数", "Lawsuits"), Said("诉讼", "Lawsuits"), "lawsuits"),
    _count("penalty_count", Said("处罚次数", "Penalties"), Said("处罚", "Penalties"), "penalties"),
    Derived(
        "false_information",
        Said("提供过虚假资料", "False information"),
        Kind.FLAG,
        Said(
            f"{_SO_FAR.zh}是否有过提供虚假资料的事件。",
            f"Whether there was an event of false information {_SO_FAR.en}.",
        ),
        Said("没有为否。", "No without any."),
        ("events",),
        "coalesce(falsehoods, 0) > 0",
    ),
    Derived(
        "last_event_on",
        Said("最近事件日", "Last event"),
        Kind.DATE,
        Said("最近一件信用事件的日期, 任何类型。", "Date of the latest event, of whatever kind."),
        Said("没有时缺失。", "Missing without any."),
        ("events",),
        "last_event",
    ),
)

SOURCE = Source("events", {}, TOTALS, FACTS)
