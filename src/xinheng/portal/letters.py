"""What a customer is told of his grade, or of his objection, in words: for a mail, and for a letter on paper.

Everything comes from `seen_by`, as on his own page: what the policy does not open to him is not there to be told.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from creditpolicy.language import language_in_use, use_language
from creditpolicy.problems import Refusal
from xinheng.customers.models import Customer
from xinheng.policies.queries import policy_of
from xinheng.portal.seeing import Seen, own_objections, seen_by
from xinheng.ratings.documents import Part, capital, money, part, table
from xinheng.ratings.models import Objection


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language for a while, the library's words too."""
    before = language_in_use()
    use_language(language)
    try:
        with override(language):
            yield
    finally:
        use_language(before)


def of_grade(customer: Customer, on: date) -> list[Part]:
    """Give the parts of the notice of a grade; Refusal where the policy does not open it, or none is in force."""
    seen = seen_by(customer, on)
    if not seen.opens_grade:
        raise Refusal(_("按现行制度, 等级不告知客户, 没有可以交给他的通知书。"))
    if seen.standing is None or not seen.standing.grade:
        raise Refusal(_("这个客户没有生效的等级, 没有可以交给他的通知书。"))
    return list(_grade_parts(customer, seen))


def _grade_parts(customer: Customer, seen: Seen) -> Iterator[Part]:
    now = seen.standing
    assert now is not None
    title = policy_of(now.version).title
    said = _("{customer}: 按《{policy}》, 贵方的信用等级自 {day} 起为 {grade}。").format(
        customer=customer.name, policy=title, day=now.from_day, grade=seen.label or now.grade
    )
    if now.is_frozen:
        said += _("目前冻结, 冻结期间不能赊购; 预付的订单不受影响。")
    yield part(_("结果"), text=said, rows=_rows(seen))
    if seen.terms:
        yield part(_("交易条件"), text=" · ".join(map(str, seen.terms)))
    if seen.services:
        yield part(_("享受的服务"), text="; ".join(map(str, seen.services)))
    yield from _reasons(seen)
    yield from _way_up(seen)
    yield part(_("您的权利"), text="\n".join([*map(str, seen.rights), *common_rights()]))


def _rows(seen: Seen) -> list[tuple[Any, Any]]:
    now = seen.standing
    assert now is not None
    rows = [
        (_("信用等级"), seen.label or now.grade), (_("等级含义"), seen.meaning), (_("自哪天起"), now.from_day),
        (_("信用额度"), money(now.limit)), (_("大写"), capital(now.limit)),
        (_("账期"), None if now.terms_days is None else _("{days} 天").format(days=now.terms_days)),
        (_("下次评级"), now.next_review_on),
    ]  # fmt: skip
    if seen.opens_score and seen.said is not None and seen.said.total is not None:
        rows.append((_("总分"), f"{seen.said.total:,f}"))
    if seen.waiting is not None:
        waiting = _("{grade}, 如果保持到 {day}, 那天起生效").format(
            grade=seen.waiting.grade, day=seen.waiting.effective_on
        )
        rows.append((_("待生效"), waiting))
    return [(label, value) for label, value in rows if value not in (None, "")]


def _reasons(seen: Seen) -> Iterator[Part]:
    """Give the reasons, with points only where these are open to him."""
    if seen.said is None:
        return
    if seen.opens_score:
        head = [_("项目"), _("理由"), _("得分"), _("满分"), _("条款")]
        rows = [[one.label, one.reason, _points(one.points), _points(one.max), one.clause] for one in seen.items]
        found = table(head, rows, [18, 40, 14, 8, 20], (2, 3))
    else:
        rows = [[one.label, str(one.band or one.value or ""), one.clause] for one in seen.items]
        found = table([_("项目"), _("您的情况"), _("条款")], rows, [30, 45, 25])
    if rows:
        yield part(_("逐项理由"), table=found)
    if seen.said.veto_reasons:
        yield part(_("一票否决"), text="\n".join(f"{reason}" for reason in seen.said.veto_reasons))


def _points(points: Any) -> str:
    return "—" if points is None else f"{points:,f}"


def _way_up(seen: Seen) -> Iterator[Part]:
    if not seen.to_grade:
        return
    lines = [_("先要解决:") + " " + "; ".join(seen.must_clear)] if seen.must_clear else []
    lines += list(seen.ways)
    if not lines:
        lines = [_("需要三项以上同时改善。业务人员可以为您说明。")]
    yield part(_("怎样升到 {grade}").format(grade=seen.to_grade), text="\n".join(lines))


def common_rights() -> list[str]:
    """Give what holds under every policy."""
    return [
        _("等级由公司的人按制度评定, 计算机只做计算; 您可以要求说明理由, 也可以要求由人重新审核。"),
        _("评级用的资料不对, 可以要求更正。"),
    ]


def of_answer(objection: Objection) -> list[Part]:
    """Give the parts of the answer to an objection; Refusal where it is not the customer's own, or not answered."""
    if not own_objections(objection.customer).filter(pk=objection.pk).exists():
        raise Refusal(_("这件异议不是客户自己提出的, 不能把答复告诉他。"))
    if objection.answered_on is None:
        raise Refusal(_("这件异议还没有答复。"))
    rows = [
        (_("编号"), objection.number), (_("类别"), objection.get_kind_display()),
        (_("收到日期"), objection.received_on), (_("处理结果"), objection.get_state_display()),
        (_("答复日期"), objection.answered_on),
    ]  # fmt: skip
    if objection.corrected_on is not None:
        rows.append((_("更正"), _("等级已更正, 自 {day} 起。").format(day=objection.corrected_on)))
    return [part(_("处理结果"), rows=rows), part(_("答复"), text=objection.answer)]


def mail_of(parts: list[Part], title: str) -> tuple[str, str]:
    """Give the title and the text of a mail: plain, one line a fact, with where to read and to answer."""
    lines: list[str] = []
    for one in parts:
        lines += ["", f"【{one['label']}】"]
        lines += [one["text"]] if one["text"] else []
        lines += [f"{row['label']}: {row['value']}" for row in one["rows"]]
        found = one["table"]
        for row in found["rows"] if found is not None else ():
            head = zip(found["head"][1:], row[1:], strict=True)
            lines.append(f"- {row[0]}: " + "; ".join(f"{name} {cell}" for name, cell in head if cell not in ("", "—")))
    lines += ["", _("要查看、申请或提出异议, 请打开业务人员给您的自助页面链接; 没有链接的, 请联系业务人员。")]
    return f"{settings.COMPANY} {title}".strip(), "\n".join(lines).strip() + "\n"
