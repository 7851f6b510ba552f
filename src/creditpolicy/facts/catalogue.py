"""The catalogue of derived facts, each defined once, and the page of documentation made from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from creditpolicy.facts import dealings, events, invoices, newness, orders, receipts, statements
from creditpolicy.facts.canonical import TABLES, CanonicalTable
from creditpolicy.facts.derived import Derived, Said, Source, mentioned
from creditpolicy.model import Kind

SOURCES: Mapping[str, Source] = {
    source.table: source
    for source in (invoices.SOURCE, receipts.SOURCE, orders.SOURCE, events.SOURCE, statements.SOURCE)
}
"""What each canonical table gives."""


class Catalogue(Mapping[str, Derived]):
    """Every derived fact by name; one goes over those without a number in their name, and finds the others too."""

    def __init__(self, facts: Iterable[Derived]) -> None:
        self._facts = {fact.id: fact for fact in facts}

    def __getitem__(self, name: str) -> Derived:
        """Give the fact of a name, of a family too."""
        if name in self._facts:
            return self._facts[name]
        for family in newness.FAMILIES:
            member = family.member(name)
            if member is not None:
                return member
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        """Go over the names without a number."""
        return iter(self._facts)

    def __len__(self) -> int:
        """Count the names without a number."""
        return len(self._facts)

    @property
    def shown(self) -> tuple[Derived, ...]:
        """All that can be named, with N for the number of a family."""
        return (*self._facts.values(), *(family.shown for family in newness.FAMILIES))


CATALOGUE = Catalogue(
    (*(fact for source in SOURCES.values() for fact in source.facts), *dealings.FACTS, *newness.FACTS)
)
"""Every derived fact by name."""


FIGURES: Mapping[str, str] = {
    **{name: sql for source in SOURCES.values() for name, sql in source.figures.items()},
    **dealings.FIGURES,
}
"""What is computed from the totals of a customer before the facts are."""


def figures_of(facts: Iterable[Derived]) -> list[str]:
    """Give the figures that facts need, in their order, with those that these need in turn."""
    return _closed([fact.sql for fact in facts], FIGURES)


def row_of(source: Source, texts: Iterable[str]) -> list[str]:
    """Give what must be known of a row for SQL over it, in its order."""
    return _closed(texts, source.row)


def _closed(texts: Iterable[str], definitions: Mapping[str, str]) -> list[str]:
    wanted: set[str] = set()
    more = set(mentioned(texts, definitions))
    while more - wanted:
        wanted |= more
        more = set(mentioned([definitions[name] for name in wanted], definitions))
    return [name for name in definitions if name in wanted]


@dataclass(frozen=True, slots=True)
class Needed:
    """What facts need of one source: its totals, further stages, knowledge of a row, and columns, each in its order."""

    totals: tuple[str, ...]
    extra: tuple[str, ...]
    row: tuple[str, ...]
    read: tuple[str, ...]
    columns: tuple[str, ...]


def needed_of(source: Source, facts: Sequence[Derived]) -> Needed:
    """Find what facts need of a source; `read` are the columns read after the row is judged, `columns` all."""
    texts = [*(fact.sql for fact in facts), *(FIGURES[name] for name in figures_of(facts))]
    extra = [name for name, stage in source.extra.items() if mentioned(texts, stage.totals)]
    stages = [source.extra[name] for name in extra]
    totals = mentioned([*texts, *(" ".join(stage.uses) for stage in stages)], source.totals)
    over_rows = [*(source.totals[name] for name in totals), *(" ".join(stage.columns) for stage in stages)]
    row = row_of(source, over_rows)
    known = TABLES[source.table].by_id
    read = mentioned(["customer_id", *over_rows], known)
    columns = mentioned(["customer_id", *over_rows, *(source.row[name] for name in row)], known)
    return Needed(tuple(totals), tuple(extra), tuple(row), tuple(read), tuple(columns))


def needed_columns(fact: Derived) -> dict[str, tuple[str, ...]]:
    """Give, by table, the columns without which a fact cannot be computed, the customer's own aside."""
    return {
        table: tuple(
            name
            for name in needed_of(SOURCES[table], [fact]).columns
            if name != "customer_id" and TABLES[table].by_id[name].essential
        )
        for table in fact.sources
    }


# The page ---------------------------------------------------------------------------------------------------------------

_KINDS = {
    Kind.AMOUNT: Said("金额", "amount"),
    Kind.NUMBER: Said("数", "number"),
    Kind.RATIO: Said("比率", "ratio"),
    Kind.COUNT: Said("个数", "count"),
    Kind.DAYS: Said("天数", "days"),
    Kind.FLAG: Said("是否", "flag"),
    Kind.DATE: Said("日期", "date"),
    Kind.ID: Said("编号", "identifier"),
    Kind.TEXT: Said("文字", "text"),
}

_INTRODUCTION = Said(
    """# 往来事实目录

这些事实由往来单据和财务报表算出, 制度里写 `derived: 名称` 即可使用。每个名称只有这里一个定义, 所以两份制度不会把“按期”算成两样。
本页由程序目录生成 (`python -m creditpolicy.facts`), 请勿手改。

通用规则:

- **截至某一天**: 所有数字都以给定的一天为准, 从不取“今天”。这一天以后的单据当作不存在, 这一天以后的付款当作没有付。
- **逾期**: 到期日当天不算逾期, 次日起算第 1 天。
- **近 12 个月**: 晚于上年同日, 不晚于这一天; 这一天是月末时按月末往回数, 正好是 12 个日历月。
- **重复行**: 整行完全相同的行只算一次, 去掉的行数会报出来。没有号码的行不算重复 (两行相同也可能是两笔);
  信用事件和报表例外, 整行相同即为重复。
- **缺失**: 分母不为正时事实缺失, 绝不记 0; 表里没有所需的列时, 用到它的事实对所有客户都缺失, 并有提示。
- **没有往来的客户**: 表给了而客户没有行时, 个数与金额为 0, 比率、平均与日期缺失。
- **精确**: 金额以分计为整数, 除法是整数除法, 四舍五入 (远离零) 到所列位数, 不用二进制小数。
  商超过 ±1 000 000 (以“倍”计的为 ±1 000 000 000) 时停在这个数上。
- **币种**: 不同币种从不相加; 表里有多种时须指明一种, 其余的行不算并报出行数。
""",
    """# Derived facts

These facts are computed from dealings and financial statements; a policy uses one by `derived: name`. Each name has this
one definition, so that no two policies count "on time" differently. The page is made from the catalogue
(`python -m creditpolicy.facts --language en`): do not edit it.

Rules that hold for all:

- **As of a day**: every figure is as of a given day, never of "today". Documents after the day are not there, payments
  after the day have not been made.
- **Overdue**: the due date itself is not overdue; the next day is day 1.
- **Twelve months**: after the same day a year before, up to the day. From a month's last day it counts by month's ends,
  which gives twelve calendar months.
- **Repeated rows**: of rows that agree in every column one counts; how many were dropped is told. A row without a number
  is no repeat, for two equal ones may be two dealings; events and statements need no number for it.
- **Missing**: a fact whose denominator is not above zero is missing, never 0. Where a table lacks a column, the facts
  that need it are missing for every customer, and a problem says so.
- **A customer without rows** in a table that is given has counts and amounts of 0; ratios, means and dates are missing.
- **Exact**: amounts are whole cents, divisions are divisions of whole numbers, rounded half away from zero to the digits
  shown; nothing is binary floating point. A quotient beyond ±1,000,000 (in times ±1,000,000,000) stays there.
- **Currencies** are never added up: where a table has several, one is named, and the other rows are left out and counted.
""",
)


def catalogue_markdown(language: str = "zh") -> str:
    """Write the documentation of every table and fact, in Chinese or English (`en`), as Markdown."""
    parts = [_INTRODUCTION.in_language(language)]
    parts += [_tables(language)]
    for name, table in TABLES.items():
        facts = list(SOURCES[name].facts)
        parts.append(_section(table.label, facts, language))
    parts.append(_section(Said("各种往来", "All dealings"), list(dealings.FACTS), language))
    parts.append(_heading(Said("## 新客户还是老客户", "## New or known"), language))
    parts += [_entry(fact, language) for fact in (*newness.FACTS, *(family.shown for family in newness.FAMILIES))]
    return "\n".join(part.rstrip() + "\n" for part in parts)


def _section(title: Said, facts: list[Derived], language: str) -> str:
    heading = Said(f"## 由{title.zh}算出", f"## From {title.en.lower()}")
    return "\n".join([_heading(heading, language), *(_entry(fact, language) for fact in facts)])


def _heading(said: Said, language: str) -> str:
    return f"{said.in_language(language)}\n"


def _entry(fact: Derived, language: str) -> str:
    say = Said("类型", "Type"), Said("小数", "digits"), Said("所需列", "Needs"), Said("边界", "Edges")
    kind, digits, needs, edges = (word.in_language(language) for word in say)
    unit = fact.unit.in_language(language)
    sort = _KINDS[fact.type].in_language(language)
    shown = [sort, *([unit] if unit else []), *([f"{digits} {fact.scale}"] if fact.scale else [])]
    columns = "; ".join(
        f"{TABLES[table].label.in_language(language)}: " + ", ".join(f"`{name}`" for name in names)
        for table, names in _telling(fact).items()
        if names
    )
    lines = [f"- {kind}: {', '.join(shown)}"]
    lines += [f"- {needs}: {columns}"] if columns else []
    lines += [f"- {edges}: {fact.edges.in_language(language)}", ""]
    title = f"### `{fact.id}` {fact.label.in_language(language)}"
    return "\n".join([title, "", fact.definition.in_language(language), "", *lines])


def _telling(fact: Derived) -> dict[str, list[str]]:
    """Give the columns that a fact needs beside those that every table must have."""
    return {
        table: [name for name in names if name not in TABLES[table].required]
        for table, names in needed_columns(fact).items()
    }


def _tables(language: str) -> str:
    title = Said("## 表", "## Tables").in_language(language)
    note = Said(
        "表头写下列任何一个名称都认得; 其他名称用对照表指明。",
        "A heading may be any of the names below; a mapping tells others.",
    ).in_language(language)
    return "\n".join([title, "", note, "", *(_table(table, language) for table in TABLES.values())])


def _table(table: CanonicalTable, language: str) -> str:
    head = Said(
        "| 列 | 名称 | 类型 | 必填 | 含义 | 也认得 |", "| column | name | type | required | meaning | also read as |"
    )
    lines = [
        f"### {table.label.in_language(language)} `{table.id}`",
        "",
        table.meaning.in_language(language),
        "",
        head.in_language(language),
        "|---|---|---|---|---|---|",
    ]
    for column in table.columns:
        other = column.label.zh if language == "en" else column.label.en
        required = Said("是", "yes").in_language(language) if column.required else ""
        lines.append(
            f"| `{column.id}` | {column.label.in_language(language)} | {_KINDS[column.kind].in_language(language)} "
            f"| {required} | {column.meaning.in_language(language)} | {', '.join((other, *column.synonyms))} |"
        )
    return "\n".join([*lines, ""])
