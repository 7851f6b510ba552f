"""Facts: each from one source, collected by someone, used for something, and of a kind that fits what is said of it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from fractions import Fraction

from creditpolicy.checks.findings import Finding, Path, items_of
from creditpolicy.checks.spans import plain
from creditpolicy.expressions import Compare, Constant, Name, names_in, walk
from creditpolicy.language import _
from creditpolicy.model import Fact, Kind, Policy
from creditpolicy.program import Program


def one_source(policy: Policy) -> Iterator[Finding]:
    """Find facts with two sources, or that no one collects although the policy has roles."""
    for name, fact in policy.facts.items():
        path: Path = ("facts", name)
        if fact.derived is not None and fact.formula is not None:
            yield Finding(
                "two-sources",
                (*path, "formula"),
                _("“{label}”既由往来数据算出, 又由 formula 算出。").format(label=fact.label),
                _("两个来源不一致时不知道用哪个。"),
                _("derived 与 formula 留一个。"),
                facts=(name,),
            )
        if fact.formula is not None and (fact.judged_by or fact.collected_by):
            yield Finding(
                "two-sources",
                path,
                _("“{label}”由 formula 算出, 却又写了由人填写。").format(label=fact.label),
                _("人填的数不会被用到。"),
                _("删去 judged_by、collected_by, 或删去 formula。"),
                facts=(name,),
            )


def one_identifier(policy: Policy) -> Iterator[Finding]:
    """Find policies whose customers nothing tells apart, or two things do."""
    ids = [name for name, fact in policy.facts.items() if fact.type is Kind.ID]
    if not ids:
        yield Finding(
            "no-identifier",
            ("facts",),
            _("没有一个事实是编号 (type: id)。"),
            _("认不出哪一行是哪个客户, 重复的客户查不出来, 结果也对不上号。"),
            _("加一个事实, 如 customer_id: {example}。").format(example=f"{{label: {_('客户编号')}, type: id}}"),
        )
    for name in ids[1:]:
        yield Finding(
            "duplicate-id",
            ("facts", name, "type"),
            _("“{label}”也是编号, 编号只能有一个。").format(label=policy.facts[name].label),
            _("两个编号说的不是同一客户时, 不知道听哪一个。"),
            _("把它的类型改成 text。"),
            facts=(ids[0], name),
            earlier=("facts", ids[0], "type"),
        )


def someone_collects(program: Program) -> Iterator[Finding]:
    """Find facts that a rating needs and that no one is told to collect, where the policy has roles."""
    if not program.policy.roles:
        return
    for name, fact in program.policy.facts.items():
        nameless = fact.type in {Kind.ID, Kind.TEXT}
        if fact.is_entered and not nameless and not (fact.judged_by or fact.collected_by) and name in program.used:
            yield Finding(
                "uncollected",
                ("facts", name),
                _("“{label}”要用来评级, 却没有写由谁收集或判断。").format(label=fact.label),
                _("没有人负责的数据到时就是空的, 客户评不出来。"),
                _("写 collected_by 或 judged_by; 能从往来数据算出的写 derived。"),
                facts=(name,),
            )


def every_fact_used(program: Program) -> Iterator[Finding]:
    """Find figures that nothing uses; texts, dates and choices may stand in the archive for themselves."""
    used = set(program.used)
    for node in program.conditions.values():
        used |= set(program.entered_behind(names_in(node))) | set(names_in(node))
    for name, fact in program.policy.facts.items():
        if fact.type.is_number and name not in used:
            yield Finding(
                "unused-fact",
                ("facts", name),
                _("“{label}”收集了却没有一处用到。").format(label=fact.label),
                _("多填一列是业务员的负担; 也可能是漏写了评分项目。"),
                _("在评分、额度或预警里用它, 或删去。"),
                "warning",
                facts=(name,),
            )


def fitting_kind(policy: Policy) -> Iterator[Finding]:
    """Find what is said of a fact and does not fit its type."""
    for name, fact in policy.facts.items():
        path: Path = ("facts", name)
        if fact.type is Kind.CHOICE and not fact.choices:
            yield Finding(
                "no-choices",
                path,
                _("“{label}”是选择型, 却没有写可选值。").format(label=fact.label),
                _("填什么都会被当作一个新选项。"),
                _("写 choices: [甲, 乙, 丙]。"),
                facts=(name,),
            )
        if fact.type is not Kind.CHOICE and fact.choices:
            yield _not_for(path, "choices", fact, _("把类型改成 choice, 或删去 choices。"))
        if not fact.type.is_number and fact.range is not None:
            yield _not_for(path, "range", fact, _("删去 range, 或改正类型。"))
        if not fact.type.is_number and fact.digits is not None:
            yield _not_for(path, "digits", fact, _("删去 digits, 或改正类型。"))
        yield from _grain(path, fact)
        yield from _example(path, name, fact)


def _not_for(path: Path, key: str, fact: Fact, fix: str) -> Finding:
    what = _("“{label}”是 {type} 型, 不能有 {key}。").format(label=fact.label, type=fact.type.value, key=key)
    return Finding("wrong-kind", (*path, key), what, _("写了也不起作用。"), fix, facts=(str(path[-1]),))


def no_hundredfold(program: Program) -> Iterator[Finding]:
    """Find ratios held against percentages (0.65 against 65), and percentages against ratios."""
    lines: dict[str, list[Fraction]] = {}
    for node in (*program.nodes(), *program.conditions.values()):
        for part in walk(node):
            if isinstance(part, Compare) and isinstance(part.left, Name) and isinstance(part.right, Constant):
                value = part.right.value
                lines.setdefault(part.left.id, []).extend(
                    [Fraction(value)] if isinstance(value, Decimal) and value else []
                )
    for name, values in lines.items():
        fact = program.policy.facts.get(name)
        if fact is None or not values:
            continue
        # A ratio may well be 20 (sales to equity); with a range to 100 beside it, percentages were meant.
        as_percent = fact.type is Kind.RATIO and fact.bounds[1] == 100 and max(map(abs, values)) >= 10
        as_ratio = fact.type is Kind.PERCENT and max(map(abs, values)) <= 1
        if as_percent or as_ratio:
            meaning = _("0.65 是 65%") if as_percent else _("65 是 65%, 0.65 是 0.65%")
            yield Finding(
                "hundredfold",
                ("facts", name, "type"),
                _("“{label}”是 {type} 型 ({meaning}), 条件里却与 {value} 相比。").format(
                    label=fact.label, type=fact.type.value, meaning=meaning, value=plain(max(values, key=abs))
                ),
                _("比例与百分数相差一百倍, 客户会全部落在一边。"),
                _("改成 type: {other}, 或改正条件与分档里的数。").format(other="percent" if as_percent else "ratio"),
                "warning",
                facts=(name,),
            )


def _grain(path: Path, fact: Fact) -> Iterator[Finding]:
    for index, bound in enumerate(fact.range or ()):
        if bound is not None and fact.type.is_number and _decimals(bound) > fact.scale:
            yield Finding(
                "too-fine",
                (*path, "range", index),
                _("范围的一端 {bound} 比“{label}”保留的 {digits} 位小数还细。").format(
                    bound=plain(bound), label=fact.label, digits=fact.scale
                ),
                _("没有一个值正好落在这一端。"),
                _("改成同样的位数, 或写 digits。"),
                "warning",
            )


def _decimals(value: Decimal) -> int:
    return max(-int(value.normalize().as_tuple().exponent), 0)


def _example(path: Path, name: str, fact: Fact) -> Iterator[Finding]:
    if fact.example is None:
        return
    wrong = ""
    if fact.choices and fact.example not in fact.choices:
        wrong = _("不在可选值里")
    elif fact.type.is_number:
        value = _number_of(fact.example)
        low, high = fact.bounds
        if value is not None and not low <= value <= high:
            wrong = _("不在范围 {low} 到 {high} 之内").format(low=plain(low), high=plain(high))
    if wrong:
        yield Finding(
            "bad-example",
            (*path, "example"),
            _("“{label}”的示例“{example}”{wrong}。").format(label=fact.label, example=fact.example, wrong=wrong),
            _("模板里的示例行会被自己的校验拒绝。"),
            _("换一个合乎规定的示例。"),
            facts=(name,),
        )


def _number_of(text: str) -> Decimal | None:
    """Read a plain number; what people write otherwise (%, 万) is left to the reader of tables."""
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def derived_is_known(policy: Policy) -> Iterator[Finding]:
    """Find derived facts that the catalogue does not have, or has as another type."""
    from creditpolicy.facts import CATALOGUE

    for name, fact in policy.facts.items():
        if fact.derived is None:
            continue
        entry = CATALOGUE.get(fact.derived)
        if entry is None:
            near = get_close_matches(fact.derived, [known.id for known in CATALOGUE.shown], n=1, cutoff=0.5)
            hint = _("是否要写“{near}”? ").format(near=near[0]) if near else ""
            yield Finding(
                "unknown-derived",
                ("facts", name, "derived"),
                _("目录里没有“{derived}”这个往来数据。").format(derived=fact.derived),
                _("没有定义就算不出来, 这一列永远是空的。"),
                _("{hint}目录里 {type} 型的有: {names}。").format(
                    hint=hint,
                    type=fact.type.value,
                    names=", ".join(known.id for known in CATALOGUE.shown if known.type is fact.type),
                ),
                facts=(name,),
            )
            continue
        if entry.type is not fact.type:
            yield Finding(
                "wrong-kind",
                ("facts", name, "type"),
                _("“{derived}”在目录里是 {kind} 型, 这里写成 {type} 型。").format(
                    derived=fact.derived, kind=entry.type.value, type=fact.type.value
                ),
                _("单位或小数位数会错。"),
                _("写 type: {kind}。").format(kind=entry.type.value),
                facts=(name,),
            )
        if fact.type is Kind.AMOUNT and fact.unit is not None and fact.unit.zh_hans in _SCALED_UNITS:
            yield Finding(
                "wrong-unit",
                ("facts", name, "unit"),
                _("“{derived}”由往来数据按元算出, 这里的单位是{unit}。").format(derived=fact.derived, unit=fact.unit),
                _("同一个数会大出或小出千倍、万倍。"),
                _("写 unit: 元, 分档与额度里的数也按元写。"),
                facts=(name,),
            )


_SCALED_UNITS = {"千元", "万元", "百万元", "亿元"}


def missing_rules_bite(policy: Policy) -> Iterator[Finding]:
    """Find rules for a missing fact that no item follows, and points for a missing value outside of the item's own."""
    items = {item.item for _path, item in items_of(policy)}
    for name, fact in policy.facts.items():
        if fact.missing is not None and name not in items:
            yield Finding(
                "missing-without-effect",
                ("facts", name, "missing"),
                _("“{label}”缺失时的规定不起作用: 没有以它为编号的评分项目。").format(label=fact.label),
                _("缺失规定只在同名的评分项目里生效。"),
                _("写到用它的那个项目的 missing 里。"),
                facts=(name,),
            )
    for path, item in items_of(policy):
        own = policy.facts.get(item.item)
        text = item.missing or (own.missing if own is not None else None) or ""
        if not text.startswith("points"):
            continue
        points = Decimal(text.split()[1])
        low = item.min or Decimal(0)
        if points < low or (item.max is not None and points > item.max):
            high = plain(item.max) if item.max is not None else _("不限")
            yield Finding(
                "points-outside",
                (*path, "missing") if item.missing else ("facts", item.item, "missing"),
                _("缺失时记 {points} 分, 不在这个项目的 {low} 到 {high} 分之内。").format(
                    points=plain(points), low=plain(low), high=high
                ),
                _("缺了资料反而得到填了资料得不到的分。"),
                _("改成范围之内的分。"),
            )
