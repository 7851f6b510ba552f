"""What moved a grade, in sentences."""

from __future__ import annotations

from creditpolicy.language import _
from creditpolicy.model import GradeEvent
from creditpolicy.moving.overriding import rule_for
from creditpolicy.moving.position import Day, Held, Rules
from creditpolicy.vocabulary import word
from creditpolicy.wording import grade_label, role_words


def first(rules: Rules, grade: str) -> str:
    """Say that a first rating takes force."""
    return _("首次评级为“{grade}”, 当日生效。").format(grade=_name(rules, grade))


def again(rules: Rules, grade: str) -> str:
    """Say that a rating confirms the grade."""
    return _("重新评级, 仍为“{grade}”。").format(grade=_name(rules, grade))


def fell(rules: Rules, before: str | None, after: str) -> str:
    """Say that a worse result takes force at once."""
    return _("评级结果变差, 由“{before}”下调为“{after}”, 当日生效。").format(
        before=_name(rules, before), after=_name(rules, after)
    )


def fell_later(rules: Rules, before: str | None, after: str, since: Day) -> str:
    """Say that a worse result takes force after its days."""
    return _("较差的结果自 {since} 起已满 {days} 天, 由“{before}”下调为“{after}”。").format(
        since=since, days=rules.down_days, before=_name(rules, before), after=_name(rules, after)
    )


def falls_later(rules: Rules, result: str, shown: str | None, target: str, on: Day) -> str:
    """Say that a worse result waits for its day."""
    return _("评级结果“{result}”差于在用的“{grade}”, {day} 起下调为“{target}”。").format(
        result=_name(rules, result), grade=_name(rules, shown), day=on, target=_name(rules, target)
    )


def rose(rules: Rules, before: str | None, after: str, result: str | None, since: Day) -> str:
    """Say that a better result has held long enough."""
    said = _("较好的结果自 {since} 起已满 {days} 天, 由“{before}”上调为“{after}”。").format(
        since=since, days=rules.up_days, before=_name(rules, before), after=_name(rules, after)
    )
    return said + _further(rules, after, result)


def rose_at_once(rules: Rules, before: str, after: str, result: str) -> str:
    """Say that a better result takes force at once."""
    said = _("评级结果变好, 由“{before}”上调为“{after}”, 当日生效。").format(
        before=_name(rules, before), after=_name(rules, after)
    )
    return said + _further(rules, after, result)


def corrected(rules: Rules, before: str | None, after: str, owed: str) -> str:
    """Say that an error of ours is put right."""
    said = _("投诉成立, 原评级有误, 由“{before}”更正为“{after}”, 当日生效, 不须等待。").format(
        before=_name(rules, before), after=_name(rules, after)
    )
    return said + _pressed(rules, after, owed)


def corrects_nothing(rules: Rules, grade: str | None, owed: str) -> str:
    """Say that a complaint was upheld, and the grade is no better for it."""
    said = _("投诉成立, 在用的“{grade}”不变。").format(grade=_name(rules, grade))
    return said + (_pressed(rules, grade, owed) if grade is not None else "")


def corrected_later(rules: Rules, owed: str, shown: str | None) -> str:
    """Say that an error is put right as soon as a freeze ends."""
    return _("投诉成立, 原评级有误, 应由“{grade}”更正为“{owed}”; 冻结期间不上调, 解除当日更正。").format(
        grade=_name(rules, shown), owed=_name(rules, owed)
    )


def _pressed(rules: Rules, reached: str, owed: str) -> str:
    if rules.place[owed] >= rules.place[reached]:
        return ""
    return _("复核结果为“{owed}”, 事件或其后的评级另有压低, 其余须等待。").format(owed=_name(rules, owed))


def after_revocation(rules: Rules, target: str, result: str) -> str:
    """Say where a customer begins again whose grade was revoked."""
    said = _("等级撤销之后重新评级, 从最低一级起算, 现为“{grade}”。").format(grade=_name(rules, target))
    return said + _further(rules, target, result)


def _further(rules: Rules, reached: str, result: str | None) -> str:
    if result is None or rules.place[result] >= rules.place[reached]:
        return ""
    if rules.up_notches is None:
        return _("结果为“{result}”, 其余须继续保持。").format(result=_name(rules, result))
    return _("结果为“{result}”, 一次最多上调 {notches} 级。").format(
        result=_name(rules, result), notches=rules.up_notches
    )


def waits(rules: Rules, result: str, shown: str | None, target: str, on: Day) -> str:
    """Say that a better result waits."""
    said = _("评级结果“{result}”好于在用的“{grade}”, 须保持 {days} 天; 不变差则 {day} 起升为“{target}”。")
    return said.format(
        result=_name(rules, result), grade=_name(rules, shown), days=rules.up_days, day=on, target=_name(rules, target)
    )


def not_while_frozen(rules: Rules, result: str, shown: str | None) -> str:
    """Say that a better result does not take force while the customer is frozen."""
    return _("评级结果“{result}”好于在用的“{grade}”; 冻结期间不上调。").format(
        result=_name(rules, result), grade=_name(rules, shown)
    )


def lowered(rules: Rules, event: str, before: str, after: str) -> str:
    """Say that an event lowered the grade."""
    return _("因{event}由“{before}”下调为“{after}”, 当日生效。").format(
        event=event_words(rules, event), before=_name(rules, before), after=_name(rules, after)
    )


def already_low(rules: Rules, event: str, to: str) -> str:
    """Say that a lowering finds nothing to lower."""
    return _("{event}: 应压到“{grade}”, 等级已不高于此, 不变。").format(
        event=event_words(rules, event), grade=_name(rules, to)
    )


def frozen(entry: GradeEvent) -> str:
    """Say that a customer is frozen."""
    return _("因{event}冻结: 解除之前不予新的赊销, 等级不上调。").format(event=_event(entry))


def thawed() -> str:
    """Say that a freeze is lifted."""
    return _("冻结解除。")


def revoked(entry: GradeEvent | None) -> str:
    """Say that a grade was revoked."""
    if entry is None:
        return _("等级撤销; 重新评级之前没有等级。")
    return _("因{event}撤销等级; 重新评级之前没有等级。").format(event=_event(entry))


def rerate(rules: Rules, event: str, by: Day, *, same_day: bool) -> str:
    """Say that an event calls for a rating."""
    said = _("{event}: 须当日重新评级。") if same_day else _("{event}: 须在 {day} 之前重新评级。")
    return said.format(event=event_words(rules, event), day=by)


def nothing_follows(event: str) -> str:
    """Say that the policy does not know an event."""
    return _("{event}: 制度没有规定后果, 等级不变。").format(event=word(event, alone=True))


def overridden(rules: Rules, by_role: str, before: str | None, after: str | None, until: Day) -> str:
    """Say that a grade was set by a person."""
    return _("{role}批准人工调整, 由“{before}”改为“{after}”, 到 {until} 为止。").format(
        role=role_words(rules.policy, by_role), before=_name(rules, before), after=_name(rules, after), until=until
    )


def override_over(rules: Rules, held: Held, grade: str | None, *, expired: bool) -> str:
    """Say that an override has ended, and what stood beneath it."""
    said = (
        _("人工调整“{held}”到期, 等级按评分为“{grade}”。")
        if expired
        else _("人工调整“{held}”撤回, 等级按评分为“{grade}”。")
    )
    return said.format(held=_name(rules, held.grade), grade=_name(rules, grade))


def override_clause(rules: Rules, by_role: str) -> str:
    """Give the clause under which a role overrides."""
    rule = rule_for(rules.policy, by_role)
    return rules.clause(rule) if rule is not None else ""


def pierced(rules: Rules, event: str, grade: str | None) -> str:
    """Say that an event ended an override."""
    return _("因{event}人工调整即时失效, 等级按评分为“{grade}”。").format(
        event=event_words(rules, event), grade=_name(rules, grade)
    )


def beneath(rules: Rules, sentence: str, held: Held, shown: str | None) -> str:
    """Say that a change goes on beneath an override."""
    return _("{sentence}人工调整“{grade}”到 {until} 为止, 在用等级暂不变。").format(
        sentence=sentence, grade=_name(rules, shown), until=held.until
    )


def nearer(rules: Rules, sentence: str, held: Held, shown: str | None) -> str:
    """Say that an override follows, because it may only be so far away."""
    return _("{sentence}人工调整最多偏离 {notches} 级, 在用等级变为“{grade}”。").format(
        sentence=sentence, notches=held.notches, grade=_name(rules, shown)
    )


def event_words(rules: Rules, event: str) -> str:
    """Give an event as the policy calls it, or as the language does."""
    return next((str(entry.label) for entry in rules.events(event) if entry.label is not None), word(event))


def _event(entry: GradeEvent) -> str:
    return str(entry.label) if entry.label is not None else word(entry.event)


def _name(rules: Rules, grade: str | None) -> str:
    if grade is None:
        return _("没有等级")
    place = rules.place.get(grade)
    return grade if place is None else grade_label(rules.policy.grades[place])
