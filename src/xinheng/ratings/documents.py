"""The papers of a case: assessment form, application for a limit, report, certificate; as PDF to sign, as Word to go on in.

Each is told as parts (a heading, a text, labelled values, a table), every word of it, so that PDF and Word say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creditpolicy.explain import CustomerRating, ItemResult
from creditpolicy.problems import Refusal
from creditpolicy.wording import fact_words, grade_label
from xinheng.printing import rmb_capital
from xinheng.ratings.duties import Duties
from xinheng.ratings.models import Assessment, Rating
from xinheng.ratings.rating import explained, ways_up
from xinheng.ratings.sheet import Sheet, sheet_of
from xinheng.workflow.actions.meetings import meetings_of
from xinheng.workflow.acts import Kind, State
from xinheng.workflow.queries import rounds_of

Part = dict[str, Any]
FORMS: Mapping[str, Any] = {
    "form": gettext_lazy("客户信用评估表"),
    "limit": gettext_lazy("客户信用额度申请表"),
    "report": gettext_lazy("信用评估报告"),
    "certificate": gettext_lazy("信用评级证书"),
}
"""The papers and their titles."""


def document(assessment: Assessment, form: str, *, on: date) -> dict[str, Any]:
    """Give what stands in a paper of a case; Refusal where the case has not come so far."""
    makers: Mapping[str, Callable[[Assessment, Sheet], Iterator[Part]]] = {
        "form": _form, "limit": _limit, "report": _report, "certificate": _certificate,
    }  # fmt: skip
    if form not in makers:
        raise Refusal(_("请选择要打印的文件。"))
    sheet = sheet_of(assessment)
    parts = list(makers[form](assessment, sheet))
    return {
        "title": str(FORMS[form]),
        "number": _("{number} · 打印日 {day}").format(number=assessment.number, day=on),
        "parts": parts, "note": control_of(sheet.duties), "boxes": boxes_of(sheet.duties, form),
        "day": _("年    月    日"),
    }  # fmt: skip


def control_of(duties: Duties) -> str:
    """Give the control data of the policy that a paper follows: document, number, version."""
    policy, said = duties.policy, duties.policy.document
    parts = [_("依据制度: {title} 版本 {version}").format(title=policy.title, version=policy.version),
             _("来源文件 {name}").format(name=said.name)]  # fmt: skip
    if said.number:
        parts.append(_("文件编号 {number}").format(number=said.number))
    if said.version:
        parts.append(_("文件版本 {version}").format(version=said.version))
    return " · ".join(parts)


def boxes_of(duties: Duties, form: str) -> list[str]:
    """Give the boxes to sign in: who fills in, and each role that decides."""
    if form == "certificate":
        return [_("经办"), _("公司盖章")]
    labels = [duties.role_label(duties.form_role) or _("填报人")]
    labels += [duties.role_label(step.role) for step in duties.decided if step.act != "publish"]
    return list(dict.fromkeys(labels))[:6]


def part(label: str, *, text: str = "", rows: Any = (), table: Any = None) -> Part:
    """Give one part of a paper."""
    return {
        "label": label, "text": text, "table": table,
        "rows": [{"label": str(name), "value": "" if value is None else str(value)} for name, value in rows],
    }  # fmt: skip


def table(head: list[str], rows: list[list[str]], widths: list[int], right: tuple[int, ...] = ()) -> dict[str, Any]:
    """Give a table of a part."""
    return {"head": head, "rows": rows, "widths": widths, "right": list(right)}


def money(amount: Decimal | None) -> str:
    """Write an amount of yuan with separators."""
    return "" if amount is None else _("{amount} 元").format(amount=f"{amount:,.2f}")


def capital(amount: Decimal | None) -> str:
    """Write an amount in the capital characters of contracts."""
    return "" if amount is None else rmb_capital(Decimal(amount))


# What every paper says -------------------------------------------------------------------------------------------------


def _head(assessment: Assessment) -> Part:
    customer = assessment.customer
    return part(_("客户"), rows=[
        (_("客户编号"), customer.number), (_("客户名称"), customer.name),
        (_("归属部门"), customer.department), (_("业务员"), customer.owner),
        (_("评估编号"), assessment.number), (_("事由类别"), assessment.get_kind_display()),
        (_("评级日"), assessment.as_of), (_("提交日期"), assessment.submitted_on),
    ])  # fmt: skip


def result_of(assessment: Assessment) -> tuple[Rating | None, CustomerRating | None]:
    """Give the stored rating of a case and what it says; before the decision, what the frozen facts come to."""
    from xinheng.ratings.freezing import values_of
    from xinheng.ratings.rating import live

    rating = assessment.ratings.order_by("-pk").first()
    if rating is not None:
        return rating, explained(rating)
    if not assessment.facts:
        raise Refusal(_("这件评估还没有提交, 没有可打印的内容。"))
    return None, live(assessment.version, values_of(assessment), on=assessment.as_of)


def _result(said: CustomerRating, rating: Rating | None) -> Part:
    rows = [
        (_("总分"), "" if said.total is None else f"{said.total:f}"),
        (_("等级"), said.grade_label or _("未评")),
        (_("按分等级"), said.grade_by_points), (_("一票否决"), "; ".join(said.veto_reasons) or _("无")),
        (_("信用额度"), money(said.limit)), (_("大写"), capital(said.limit)),
        (_("账期"), "" if said.terms_days is None else _("{days} 天").format(days=said.terms_days)),
        (_("评级摘要"), rating.sha256[:16] if rating is not None else _("未批准, 仅供审批")),
    ]  # fmt: skip
    return part(_("结果"), rows=rows)


def _items(said: CustomerRating, sheet: Sheet, *, reasons: bool) -> Iterator[Part]:
    names = {"base": _("基本项"), "bonus": _("加分项"), "deduction": _("减分项")}
    for key, label in names.items():
        items = [item for item in said.items if item.part == key]
        if not items:
            continue
        head = [_("项目"), _("情况"), _("满分"), _("得分"), _("条款")]
        rows = [
            [item.label, _value(item, said, sheet), _points(item.max), _points(item.points), item.clause]
            for item in items
        ]
        widths, right = [24, 34, 9, 9, 24], (2, 3)
        if reasons:
            head, widths = [*head[:1], _("理由"), *head[2:]], [20, 44, 8, 8, 20]
            rows = [[row[0], item.reason, *row[2:]] for row, item in zip(rows, items, strict=True)]
        yield part(label, table=table(head, rows, widths, right))


def _value(item: ItemResult, said: CustomerRating, sheet: Sheet) -> str:
    rule, value = sheet.duties.program.fact.get(item.id), said.facts.get(item.id)
    words = fact_words(rule, value) if rule is not None and value is not None else item.value
    return " · ".join(dict.fromkeys(text for text in (words, item.band) if text))


def _points(points: Decimal | None) -> str:
    return "—" if points is None else f"{points:f}"


def _scores(sheet: Sheet) -> Part | None:
    """Give what each role entered beside the others, with reasons."""
    rows = []
    for line in sheet.lines.values():
        for score, words in line.beside:
            who = f"{sheet.duties.role_label(score.role)} {score.by.full_name}"
            mark = _("采用") if line.score is not None and score.pk == line.score.pk else ""
            rows.append([line.label, who, words, score.reason, mark])
    if not rows:
        return None
    head = [_("事实"), _("填写人"), _("内容"), _("理由"), _("是否采用")]
    return part(_("各角色的填写"), table=table(head, rows, [22, 22, 18, 28, 10]))


def _facts(sheet: Sheet, assessment: Assessment) -> Part:
    from xinheng.ratings.freezing import known_of

    frozen = known_of(assessment)
    rows = []
    for name, line in sheet.lines.items():
        known = frozen.get(name)
        if known is not None and line.sort != "formula":
            rows.append([line.label, fact_words(line.rule, known.value), known.source])
    return part(_("事实与来源"), table=table([_("事实"), _("内容"), _("来源")], rows, [28, 32, 40]))


def opinions_of(subject: Model) -> Part | None:
    """Give what each step of the latest round on a subject decided, by whom, with remarks."""
    round = rounds_of(subject).first()
    if round is None:
        return None
    items = (
        round.items.exclude(kind=Kind.READ).filter(state__in=(State.DONE, State.RETURNED)).select_related("handled_by")
    )
    rows = [
        [item.title, item.handled_by.full_name if item.handled_by else "", item.get_outcome_display(), item.remarks, str(item.handled_on)]
        for item in items.order_by("handled_at", "id")
    ]  # fmt: skip
    if not rows:
        return None
    return part(
        _("审批意见"),
        table=table([_("步骤"), _("办理人"), _("结果"), _("意见"), _("日期")], rows, [26, 14, 12, 32, 16]),
    )


def _meetings(assessment: Assessment) -> Iterator[Part]:
    for meeting in reversed(meetings_of(assessment)):
        if meeting.state != meeting.State.CLOSED:
            continue
        rows = [
            [row.person.full_name, row.get_role_display(), row.get_vote_display() or _("缺席"), row.reason]
            for row in meeting.attendances.all()
        ]
        text = _("{day} · 记录: {minutes} · 结论: {conclusion}").format(
            day=meeting.held_on, minutes=meeting.minutes, conclusion=meeting.conclusion
        )
        yield part(
            meeting.title,
            text=text,
            table=table([_("参会人"), _("代表"), _("表决"), _("理由")], rows, [20, 25, 15, 40]),
        )


# Each paper -------------------------------------------------------------------------------------------------------------


def _form(assessment: Assessment, sheet: Sheet) -> Iterator[Part]:
    rating, said = result_of(assessment)
    assert said is not None
    yield _head(assessment)
    yield from _items(said, sheet, reasons=False)
    if said.veto_reasons or sheet.duties.program.vetoes:
        yield _vetoes(said, sheet)
    yield _result(said, rating)
    scores = _scores(sheet)
    if scores is not None:
        yield scores


def _vetoes(said: CustomerRating, sheet: Sheet) -> Part:
    rows = [
        [str(rule.veto.label), _("触发") if rule.id in said.vetoes else _("未触发"), rule.veto.clause or _("假定")]
        for rule in sheet.duties.program.vetoes
    ]
    return part(_("一票否决项"), table=table([_("项目"), _("结果"), _("条款")], rows, [50, 20, 30]))


def _limit(assessment: Assessment, sheet: Sheet) -> Iterator[Part]:
    _rating, said = result_of(assessment)
    assert said is not None
    yield _head(assessment)
    yield part(_("申请"), rows=[
        (_("申请事由"), assessment.why), (_("申请额度"), money(assessment.limit_asked)),
        (_("大写"), capital(assessment.limit_asked)), (_("申请人"), assessment.opened_by),
        (_("特殊情况"), assessment.special_why), (_("申请日期"), assessment.opened_on),
    ])  # fmt: skip
    standing = assessment.customer.standings.filter(policy=assessment.policy, until_day__isnull=True).first()
    now = (standing.grade, money(standing.limit)) if standing is not None and standing.grade else ("", "")
    yield part(_("现行与按制度测算"), rows=[
        (_("现行等级"), now[0]), (_("现行额度"), now[1]), (_("测算等级"), said.grade_label), (_("测算额度"), money(said.limit)),
        (_("测算额度大写"), capital(said.limit)),
        (_("账期"), "" if said.terms_days is None else _("{days} 天").format(days=said.terms_days)),
    ])  # fmt: skip
    opinions = opinions_of(assessment)
    if opinions is not None:
        yield opinions


def _report(assessment: Assessment, sheet: Sheet) -> Iterator[Part]:
    rating, said = result_of(assessment)
    assert said is not None
    yield _head(assessment)
    yield part(_("摘要"), text=summary(assessment, said))
    yield _result(said, rating)
    yield from _items(said, sheet, reasons=True)
    if rating is not None:
        yield from _class(assessment, rating)
        ways = ways_up(rating)
        if ways is not None:
            rows = [[str(way), f"{way.total:f}"] for way in (*ways.single, *ways.double)]
            found = table([_("办法"), _("总分")], rows, [84, 16], (1,)) if rows else None
            yield part(_("提升办法"), text=str(ways).splitlines()[0], table=found)
    yield _facts(sheet, assessment)
    scores = _scores(sheet)
    if scores is not None:
        yield scores
    yield from _meetings(assessment)
    opinions = opinions_of(assessment)
    if opinions is not None:
        yield opinions


def summary(assessment: Assessment, said: CustomerRating) -> str:
    """Say the result in a few sentences."""
    if said.grade is None:
        return _("资料不足, 尚不能评级: {problems}").format(
            problems="; ".join(problem.what for problem in said.problems)
        )
    sentences = [
        _("{customer} 按{policy}于 {day} 评为 {grade}, 总分 {total}。").format(
            customer=assessment.customer.name, policy=assessment.policy.title, day=assessment.as_of,
            grade=said.grade_label, total=f"{said.total:f}",
        ),
        *(f"{reason}。" for reason in said.veto_reasons),
    ]  # fmt: skip
    if said.limit is not None:
        sentences.append(
            _("信用额度 {limit} ({capital})。").format(limit=money(said.limit), capital=capital(said.limit))
        )
    worst = said.most_costly[:3]
    if worst:
        sentences.append(_("失分最多的项目: {items}。").format(
            items="、".join(_("{item} (失 {points} 分)").format(item=item.label, points=f"{item.lost:f}") for item in worst)))  # fmt: skip
    return "".join(sentences)


def _class(assessment: Assessment, rating: Rating) -> Iterator[Part]:
    """Give the points beside the median of customers of the same kind and size, where there are enough of them."""
    from xinheng.ratings.comparing import compared
    from xinheng.ratings.medians import class_of

    of_class = class_of(assessment.customer, assessment.policy, rating.as_of)
    lines = [line for line in compared(rating, None, of_class, None).lines if line.median is not None]
    if not lines:
        return
    rows = [[line.label, _points(line.points), _points(line.median), _points(line.max)] for line in lines]
    yield part(
        _("与同类客户比较"),
        table=table([_("项目"), _("本次得分"), _("同类中位数"), _("满分")], rows, [46, 18, 18, 18], (1, 2, 3)),
    )


def _certificate(assessment: Assessment, sheet: Sheet) -> Iterator[Part]:
    rating = assessment.ratings.order_by("-pk").first()
    if rating is None or assessment.state != Assessment.State.IN_FORCE:
        raise Refusal(_("评级还没有生效, 不能出具证书。"))
    standing = rating.standings.order_by("from_day").first()
    grade = next(one for one in sheet.duties.policy.grades if one.grade == rating.grade)
    text = _("{customer} (客户编号 {number}) 经本公司按《{policy}》评定, 信用等级为 {grade}。").format(
        customer=assessment.customer.name, number=assessment.customer.number, policy=assessment.policy.title,
        grade=grade_label(grade),
    )  # fmt: skip
    yield part(_("评定结果"), text=text)
    yield part(_("内容"), rows=[
        (_("信用等级"), grade_label(grade)), (_("等级含义"), grade.meaning or ""),
        (_("信用额度"), money(rating.limit)), (_("大写"), capital(rating.limit)),
        (_("账期"), "" if rating.terms_days is None else _("{days} 天").format(days=rating.terms_days)),
        (_("评级日"), rating.as_of), (_("生效日"), standing.from_day if standing is not None else assessment.decided_on),
        (_("下次评级日"), standing.next_review_on if standing is not None else ""),
        (_("评估编号"), assessment.number),
    ])  # fmt: skip
    benefits = [entry for entry in sheet.duties.policy.service if entry.grade == rating.grade]
    lines = [str(one.benefit) for entry in benefits for one in entry.benefits]
    if lines:
        yield part(_("享受的服务"), text="; ".join(lines))
    yield part(
        _("说明"), text=_("等级随客户情况变动, 以公司最新记录为准; 客户对评级有异议的, 可以要求说明理由和复核。")
    )
    yield part(_("评级摘要 (SHA-256)"), text=rating.sha256)
