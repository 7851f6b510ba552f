"""After the rating: periods and events that agree, conditions that can hold, dunning that climbs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

from creditpolicy.checks.conditions import can_fail, can_hold
from creditpolicy.checks.findings import Finding, Path, grade_ids, repeated
from creditpolicy.language import _, listed
from creditpolicy.model import Period, Policy
from creditpolicy.program import Program

_DAYS = {"days": 1, "weeks": 7, "months": 30, "years": 365}


def periods_agree(policy: Policy) -> Iterator[Finding]:
    """Find review periods that ask for different things of the same grade, and grades that none covers."""
    review = policy.review
    if review is None:
        return
    every = grade_ids(policy)
    live = [(index, period) for index, period in enumerate(review.periods) if period.superseded is None]
    for (first, one), (second, other) in combinations(live, 2):
        shared = [grade for grade in every if _holds_for(one, grade) and _holds_for(other, grade)]
        if one.act != other.act or not shared:
            continue
        same = _in_days(one.every) == _in_days(other.every)
        yield Finding(
            "duplicate-id" if same else "period-contradiction",
            ("review", "periods", second),
            _("第 {first} 条要每 {one}{act}一次, 这一条要每 {other}一次, 都适用于: {grades}。").format(
                first=first + 1, one=_period(one), other=_period(other), act=_act(one), grades=listed(shared)
            ),
            _("同一件事写了两遍。") if same else _("两条都照办不了: 到底多久一次, 制度自己说法不一。"),
            _("删去一条。") if same else _("给不执行的一条写 superseded: 理由; 两件不同的事, 一条写 act: monitor。"),
            "warning" if same else "fault",
        )
    rated = [period for _index, period in live if period.act == "rate"]
    left = [grade for grade in every if not any(_holds_for(period, grade) for period in rated)]
    if left and review.periods:
        yield Finding(
            "no-period",
            ("review", "periods"),
            _("这些等级没有定期复评: {grades}。").format(grades=listed(left)),
            _("评过一次就一直有效, 变差了也没有人再看。"),
            _("加一条 act: rate 的周期, 或把它们写进已有的一条。"),
            "warning",
        )


def dates_exist(policy: Policy) -> Iterator[Finding]:
    """Find fixed days of review that are no days, and a month fixed for what comes oftener than yearly."""
    for index, period in enumerate(policy.review.periods if policy.review else ()):
        path: Path = ("review", "periods", index)
        if period.days is not None and not 1 <= period.days[0] <= period.days[1] <= 31:
            yield Finding(
                "no-day",
                (*path, "days"),
                _("{first} 日到 {last} 日不是一段日子。").format(first=period.days[0], last=period.days[1]),
                _("排不出复评的日程。"),
                _("写 [起, 止], 在 1 到 31 之间, 起不晚于止, 如 [25, 30]。"),
            )
        if period.month is not None and _in_days(period.every) < 360:
            yield Finding(
                "contradiction",
                (*path, "month"),
                _("每 {every}一次, 却固定在 {month} 月。").format(every=_period(period), month=period.month),
                _("一年不止一次的, 不能只在一个月里。"),
                _("删去 month, 或把周期写成 1 years。"),
            )


def first_rating_is_said(policy: Policy) -> Iterator[Finding]:
    """Find policies that say when to rate again but not when to rate first."""
    if policy.review is not None and policy.review.first is None:
        yield Finding(
            "no-first",
            ("review",),
            _("没有写新客户最迟在何事之前首次评级。"),
            _("没有评过的客户能不能先下单, 制度没有说。"),
            _("写 first: 的 before, 如 first_order 或 contract。"),
            "warning",
        )


def events_agree(policy: Policy) -> Iterator[Finding]:
    """Find events that must be handled the same day in one place and later in another, or are told twice."""
    events = policy.changes.events if policy.changes else ()
    same_day = policy.review.same_day if policy.review else ()
    for position, _first, (event, _effect) in repeated((event.event, event.effect) for event in events):
        yield Finding(
            "duplicate-id",
            ("changes", "events", position),
            _("事件“{event}”的同一后果写了两次。").format(event=event),
            _("两处说法不同时, 不知道该听哪一处。"),
            _("合成一条。"),
        )
    for index, entry in enumerate(events):
        path: Path = ("changes", "events", index)
        if entry.event in same_day and entry.effect == "rerate" and entry.within_days > 0:
            yield Finding(
                "contradiction",
                (*path, "within_days"),
                _("事件“{event}”这里 {days} 天内重评, review.same_day 却要当日。").format(
                    event=entry.event, days=entry.within_days
                ),
                _("同一件事两个期限。"),
                _("写 within_days: 0, 或从 same_day 里删去。"),
            )
        yield from _lowering(policy, path, entry.effect, entry.to_grade)
        if entry.event == "worse_statements" and entry.when is None:
            yield Finding(
                "no-condition",
                path,
                _("没有写报表差到什么程度才算恶化。"),
                _("新报表审定时系统无从判断, 只能由人登记。"),
                _("写 when, 如 net_margin < 0 and before_net_margin >= 0。"),
                "warning",
            )


def _lowering(policy: Policy, path: Path, effect: str, to_grade: str | None) -> Iterator[Finding]:
    if to_grade is not None and effect != "lower":
        yield Finding(
            "contradiction",
            (*path, "to_grade"),
            _("后果是 {effect}, 却写了下调到哪一级。").format(effect=effect),
            _("只有 effect: lower 才用得到 to_grade。"),
            _("改成 effect: lower, 或删去 to_grade。"),
        )
    if effect == "lower" and to_grade == policy.grades[0].grade and len(policy.grades) > 1:
        yield Finding(
            "idle-veto",
            (*path, "to_grade"),
            _("下调到“{grade}”, 而它是最好的等级。").format(grade=to_grade),
            _("这样的下调什么也没有改变。"),
            _("写应当降到的那一级。"),
        )


def falls_before_rises(policy: Policy) -> Iterator[Finding]:
    """Find grades that fall more slowly than they rise."""
    changes = policy.changes
    if changes and changes.down and changes.up and changes.down.after_days > changes.up.after_days:
        yield Finding(
            "contradiction",
            ("changes", "down", "after_days"),
            _("下调要等 {down} 天, 上调只要 {up} 天。").format(down=changes.down.after_days, up=changes.up.after_days),
            _("变差的客户照旧享受原来的条件, 变好的却很快放宽, 与防范风险相反。"),
            _("下调应当不慢于上调, 通常是 0 天。"),
            "warning",
        )


def ladder_climbs(policy: Policy) -> Iterator[Finding]:
    """Find dunning steps out of order, given twice, or closer together than the quiet days allow."""
    collection = policy.collection
    if collection is None:
        return
    for index, (before, rung) in enumerate(pairwise(collection.ladder), start=1):
        path: Path = ("collection", "ladder", index, "days")
        if rung.days < before.days:
            yield Finding(
                "ladder-order",
                path,
                _("催收第 {index} 步在逾期第 {days} 天, 早过上一步的第 {before} 天。").format(
                    index=index + 1, days=rung.days, before=before.days
                ),
                _("催收一步比一步晚、一步比一步重。"),
                _("按天数从小到大写。"),
            )
        elif (rung.days, rung.channel) == (before.days, before.channel):
            what = _("催收第 {index} 步与上一步相同。").format(index=index + 1)
            yield Finding("duplicate-id", path, what, _("同一天用同一方式催两遍。"), _("删去一步。"))
        elif collection.quiet_days and 0 < rung.days - before.days < collection.quiet_days:
            yield Finding(
                "contradiction",
                path,
                _("与上一步只隔 {gap} 天, 而两次催收至少要隔 {quiet} 天。").format(
                    gap=rung.days - before.days, quiet=collection.quiet_days
                ),
                _("两条不能同时执行, 这一步会被推迟。"),
                _("改 days, 或把 quiet_days 改小。"),
                "warning",
            )


def conditions_can_hold(program: Program) -> Iterator[Finding]:
    """Find warnings, steps and special cases whose condition never holds, and warnings that always hold."""
    for path, node in program.conditions.items():
        if not can_hold(node):
            yield Finding(
                "never",
                path,
                _("这个条件永远不成立。"),
                _("按事实的允许范围, 没有客户会触发它; 以为在看守的其实没有看守。"),
                _("改正条件里的数字, 或改事实的 range。"),
            )
        elif not can_fail(node):
            yield Finding(
                "always",
                path,
                _("这个条件对每个客户都成立。"),
                _("每个客户都会触发, 等于没有条件。"),
                _("改正条件, 看比较的方向是否写反。"),
            )


def _holds_for(period: Period, grade: str) -> bool:
    return period.grades is None or grade in period.grades


def _in_days(every: str) -> int:
    """Give a period in days, a month for 30 and twelve of them for a year."""
    count, unit = every.split()
    years, months = divmod(int(count), 12) if unit == "months" else (0, 0)
    return years * _DAYS["years"] + months * _DAYS["months"] if unit == "months" else int(count) * _DAYS[unit]


def _period(period: Period) -> str:
    count, unit = period.every.split()
    names = {"days": _("{count} 天"), "weeks": _("{count} 周"), "months": _("{count} 个月"), "years": _("{count} 年")}
    return names[unit].format(count=count)


def _act(period: Period) -> str:
    return _("评级") if period.act == "rate" else _("检查")
