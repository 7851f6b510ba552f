"""Names: each given once, each that is used declared, none that cannot be used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from creditpolicy.checks.findings import Finding, Path, grade_ids, items_of, repeated
from creditpolicy.expressions import Name, parse
from creditpolicy.language import _, listed
from creditpolicy.model import Policy
from creditpolicy.program import fact_type


def ids_given_twice(policy: Policy) -> Iterator[Finding]:
    """Find ids that two things share."""
    for kind, named in _ids(policy):
        for position, first, name in repeated(name for _path, name in named):
            yield Finding(
                "duplicate-id",
                named[position][0],
                _("{kind}“{name}”用了两次。").format(kind=kind, name=name),
                _("两处说法不同时, 不知道该听哪一处; 结果里也分不清。"),
                _("换一个编号, 或删去其中一处。"),
                earlier=named[first][0],
            )


def facts_told_apart(policy: Policy) -> Iterator[Finding]:
    """Find facts that a heading or a query could mistake for another: same label, or the same id but for case."""
    labels: dict[str, str] = {}
    folded: dict[str, str] = {}
    for name, fact in policy.facts.items():
        path: Path = ("facts", name)
        label = str(fact.label)
        twin = labels.setdefault(label, name)
        if twin != name:
            yield Finding(
                "duplicate-label",
                (*path, "label"),
                _("事实“{name}”与“{twin}”的名称都是“{label}”。").format(name=name, twin=twin, label=label),
                _("名称也是表头, 同名的两列分不清谁是谁。"),
                _("给其中一个换名称。"),
                facts=(name, twin),
            )
        same = folded.setdefault(name.casefold(), name)
        if same != name:
            yield Finding(
                "duplicate-id",
                path,
                _("事实“{name}”与“{same}”只差大小写。").format(name=name, same=same),
                _("数据库查询不分大小写, 两列会当成一列。"),
                _("换一个编号。"),
                facts=(name, same),
            )
    for name in policy.facts:
        if labels.get(name, name) != name:
            yield Finding(
                "duplicate-label",
                ("facts", name),
                _("事实编号“{name}”正是事实“{other}”的名称。").format(name=name, other=labels[name]),
                _("表头既可写编号也可写名称, 这一列会认错。"),
                _("换一个编号或名称。"),
                facts=(name, labels[name]),
            )


def names_that_queries_know(policy: Policy) -> Iterator[Finding]:
    """Find fact ids that an expression cannot name because SQL keeps the word for itself."""
    for name, fact in policy.facts.items():
        kind = fact_type(fact)
        node, _faults = parse(name, {name: kind}, kind.base)
        if not (isinstance(node, Name) and node.id == name):
            yield Finding(
                "reserved-name",
                ("facts", name),
                _("“{name}”是算式语言自己的词, 不能作事实编号。").format(name=name),
                _("算式里写它时不会当作这个事实。"),
                _("换一个编号, 如 {name}_value。").format(name=name),
                facts=(name,),
            )


def grades_declared(policy: Policy) -> Iterator[Finding]:
    """Find grades that are spoken of but not declared (those of vetoes are the program's to find)."""
    known = grade_ids(policy)
    for path, grade in _grades_named(policy):
        if grade not in known:
            near = get_close_matches(grade, known, n=1, cutoff=0.5)
            hint = _("是否要写“{near}”? ").format(near=near[0]) if near else ""
            yield Finding(
                "unknown-grade",
                path,
                _("没有等级“{grade}”。").format(grade=grade),
                _("写给它的规定没有客户会用到。"),
                _("{hint}写 grades 里的一个: {grades}。").format(hint=hint, grades=listed(known)),
            )


def roles_declared(policy: Policy) -> Iterator[Finding]:
    """Find roles with duties that are not declared, and roles declared without any."""
    known = [role.role for role in policy.roles]
    named = [(path, role) for path, role in _roles_named(policy) if (path[0], role) != ("access", "customer")]
    if not known:
        yield from _no_roles(named)
        return
    for path, role in named:
        if role not in known:
            near = get_close_matches(role, known, n=1, cutoff=0.5)
            hint = _("是否要写“{near}”? ").format(near=near[0]) if near else ""
            yield Finding(
                "unknown-role",
                path,
                _("没有声明角色“{role}”。").format(role=role),
                _("这一步没有人能办。") if path[0] == "procedure" else _("这项职责落不到任何人。"),
                _("{hint}在 roles 里声明它, 或改成已声明的: {roles}。").format(hint=hint, roles=listed(known)),
            )
    used = {role for _path, role in named}
    for index, declared in enumerate(policy.roles):
        if declared.role not in used:
            yield Finding(
                "idle-role",
                ("roles", index),
                _("角色“{label}”没有任何职责。").format(label=declared.label),
                _("要么漏写了他办的事, 要么多写了这个角色。"),
                _("写上他办的事, 或删去这个角色。"),
                "warning",
            )


def _no_roles(named: list[tuple[Path, str]]) -> Iterator[Finding]:
    """Tell once of roles spoken of in a policy that declares none: a fault where steps wait for them."""
    steps = [(path, role) for path, role in named if path[0] == "procedure"]
    for path, role in (steps or named)[:1]:
        yield Finding(
            "unknown-role",
            path,
            _("这里写了角色“{role}”, 制度却没有 roles。").format(role=role),
            _("没有声明的角色不知道是公司里的哪些人, 流程里的步骤就没有人能办。"),
            _("加上 roles, 每个角色写 role 和 label: {roles}。").format(
                roles=listed(dict.fromkeys(r for _p, r in named))
            ),
            "fault" if steps else "warning",
        )


def _ids(policy: Policy) -> Iterator[tuple[str, list[tuple[Path, str]]]]:
    """Give what must be unique: kind, and each id with its path."""
    card, credit, procedure = policy.scorecard, policy.credit, policy.procedure
    yield _("评分项目"), [((*path, "item"), item.item) for path, item in items_of(policy)]
    yield _("否决项"), [(("scorecard", "vetoes", n, "veto"), veto.veto) for n, veto in enumerate(card.vetoes)]
    yield _("等级"), [(("grades", n, "grade"), grade.grade) for n, grade in enumerate(policy.grades)]
    yield _("角色"), [(("roles", n, "role"), role.role) for n, role in enumerate(policy.roles)]
    yield _("预警"), [(("watching", n, "warning"), rule.warning) for n, rule in enumerate(policy.watching)]
    yield _("分级服务的等级"), [(("service", n, "grade"), entry.grade) for n, entry in enumerate(policy.service)]
    if credit is not None:
        yield (
            _("授信条件的等级"),
            [(("credit", "by_grade", n, "grade"), terms.grade) for n, terms in enumerate(credit.by_grade)],
        )
        yield (
            _("订单规则"),
            [(("credit", "order_rules", n, "rule"), rule.rule) for n, rule in enumerate(credit.order_rules)],
        )
        yield _("占用构成"), [(("credit", "exposure", n), what) for n, what in enumerate(credit.exposure)]
    if procedure is not None:
        yield _("步骤"), [(("procedure", "steps", n, "step"), step.step) for n, step in enumerate(procedure.steps)]
    if policy.governance is not None:
        duties = policy.governance.duties
        yield _("管理职责"), [(("governance", "duties", n, "duty"), duty.duty) for n, duty in enumerate(duties)]
    if policy.review is not None:
        yield (
            _("当日重评的事件"),
            [(("review", "same_day", n), event) for n, event in enumerate(policy.review.same_day)],
        )
    for name, fact in policy.facts.items():
        if fact.choices:
            yield _("可选值"), [(("facts", name, "choices", n), choice) for n, choice in enumerate(fact.choices)]
    for path, item in items_of(policy):
        if item.choices:
            yield _("选项"), [((*path, "choices", n, "is"), option.is_) for n, option in enumerate(item.choices)]


def _grades_named(policy: Policy) -> Iterator[tuple[Path, str]]:
    if policy.credit is not None:
        for n, terms in enumerate(policy.credit.by_grade):
            yield ("credit", "by_grade", n, "grade"), terms.grade
        for n, rule in enumerate(policy.credit.order_rules):
            yield from (
                ((*("credit", "order_rules", n, "grades"), m), name) for m, name in enumerate(rule.grades or ())
            )
        for n, given in enumerate(policy.credit.guarantees):
            yield from ((("credit", "guarantees", n, "grades", m), name) for m, name in enumerate(given.grades or ()))
    for n, entry in enumerate(policy.service):
        yield ("service", n, "grade"), entry.grade
    for n, event in enumerate(policy.changes.events if policy.changes else ()):
        if event.to_grade is not None:
            yield ("changes", "events", n, "to_grade"), event.to_grade
    for n, period in enumerate(policy.review.periods if policy.review else ()):
        yield from ((("review", "periods", n, "grades", m), name) for m, name in enumerate(period.grades or ()))


def _roles_named(policy: Policy) -> Iterator[tuple[Path, str]]:
    for name, fact in policy.facts.items():
        for key, role in (("judged_by", fact.judged_by), ("collected_by", fact.collected_by)):
            if role is not None:
                yield ("facts", name, key), role
    yield from _roles_of_grades(policy)
    procedure = policy.procedure
    for n, step in enumerate(procedure.steps if procedure else ()):
        yield ("procedure", "steps", n, "role"), step.role
        yield from _each(("procedure", "steps", n, "with_roles"), step.with_roles)
    if procedure is not None and procedure.publication is not None:
        yield ("procedure", "publication", "role"), procedure.publication.role
    if procedure is not None and procedure.objection is not None:
        yield ("procedure", "objection", "role"), procedure.objection.role
    yield from _roles_that_govern(policy)
    for n, period in enumerate(policy.review.periods if policy.review else ()):
        if period.role is not None:
            yield ("review", "periods", n, "role"), period.role
    for n, warning in enumerate(policy.watching):
        yield from _each(("watching", n, "tell"), warning.tell)
    for n, rung in enumerate(policy.collection.ladder if policy.collection else ()):
        yield ("collection", "ladder", n, "by"), rung.by
    for n, access in enumerate(policy.access):
        yield from _each(("access", n, "roles"), access.roles)


def _roles_that_govern(policy: Policy) -> Iterator[tuple[Path, str]]:
    governance = policy.governance
    if governance is None:
        return
    for n, duty in enumerate(governance.duties):
        yield ("governance", "duties", n, "role"), duty.role
    if governance.revision is not None:
        yield ("governance", "revision", "proposed_by"), governance.revision.proposed_by
        yield ("governance", "revision", "decided_by"), governance.revision.decided_by
        yield from _each(("governance", "revision", "tell"), governance.revision.tell)


def _roles_of_grades(policy: Policy) -> Iterator[tuple[Path, str]]:
    for n, override in enumerate(policy.changes.overrides if policy.changes else ()):
        yield ("changes", "overrides", n, "by"), override.by
    for n, rule in enumerate(policy.credit.order_rules if policy.credit else ()):
        if rule.release_by is not None:
            yield ("credit", "order_rules", n, "release_by"), rule.release_by
    for n, entry in enumerate(policy.service):
        for m, benefit in enumerate(entry.benefits):
            if benefit.by is not None:
                yield ("service", n, "benefits", m, "by"), benefit.by


def _each(path: Path, roles: Iterable[str]) -> Iterator[tuple[Path, str]]:
    return (((*path, n), role) for n, role in enumerate(roles))
