"""The procedure: steps that connect, in a sensible order, with duties in more than one hand."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from creditpolicy.checks.findings import Finding, Path, repeated
from creditpolicy.language import _, listed
from creditpolicy.model import Policy

_MAKES = {"fill", "score"}
_DECIDES = {"approve"}


def document_is_controlled(policy: Policy) -> Iterator[Finding]:
    """Find documents approved by those who prepared them, or in force before they were approved."""
    document = policy.document
    if document.approved_by is not None and document.approved_by == document.prepared_by:
        yield Finding(
            "one-hand",
            ("document", "approved_by"),
            _("文件的编制与批准都是“{who}”。").format(who=document.approved_by),
            _("自己编的制度自己批准, 没有复核。"),
            _("核对文件控制栏。"),
            "warning",
        )
    if document.approved_on is not None and document.approved_on > policy.effective_from:
        yield Finding(
            "contradiction",
            ("effective_from",),
            _("{start} 生效, {approved} 才批准。").format(start=policy.effective_from, approved=document.approved_on),
            _("批准之前的评级没有依据。"),
            _("把生效日期改到批准之后。"),
            "warning",
        )


def steps_connect(policy: Policy) -> Iterator[Finding]:
    """Find steps that name steps which are not there, or go back to one that comes later."""
    procedure = policy.procedure
    if procedure is None:
        return
    order = [step.step for step in procedure.steps]
    for index, step in enumerate(procedure.steps):
        back = step.returns_to
        path: Path = ("procedure", "steps", index, "returns_to")
        if back is None:
            continue
        if back not in order:
            yield _no_step(path, back, order)
        elif order.index(back) >= index:
            yield Finding(
                "contradiction",
                path,
                _("步骤“{step}”退回到“{back}”, 那一步却不在它前面。").format(step=step.label, back=back),
                _("退回是回到已经办过的一步。"),
                _("写前面的一步。"),
            )
    for index, apart in enumerate(procedure.apart):
        for position, name in enumerate(apart.steps):
            if name not in order:
                yield _no_step(("procedure", "apart", index, "steps", position), name, order)
        for position, _first, name in repeated(apart.steps):
            yield Finding(
                "duplicate-id",
                ("procedure", "apart", index, "steps", position),
                _("职责分离里“{step}”写了两次。").format(step=name),
                _("一步不能与自己分离。"),
                _("写成两个不同的步骤。"),
            )


def _no_step(path: Path, name: str, order: list[str]) -> Finding:
    return Finding(
        "unknown-step",
        path,
        _("没有步骤“{step}”。").format(step=name),
        _("这条规定落不到任何步骤上。"),
        _("写 steps 里的一个: {steps}。").format(steps=listed(order)),
    )


def hands_apart(policy: Policy) -> Iterator[Finding]:
    """Find one role that both makes a rating and decides on it, and separations that the roles cannot give."""
    procedure = policy.procedure
    if procedure is None:
        return
    by_name = {step.step: step for step in procedure.steps}
    separated = {frozenset(pair) for apart in procedure.apart for pair in combinations(apart.steps, 2)}
    for index, step in enumerate(procedure.steps):
        for earlier in procedure.steps[:index]:
            makes = earlier if earlier.act in _MAKES else step
            decides = step if step.act in _DECIDES else earlier
            if makes.act not in _MAKES or decides.act not in _DECIDES or makes.role != decides.role:
                continue
            if frozenset({makes.step, decides.step}) not in separated:
                yield Finding(
                    "one-hand",
                    ("procedure", "steps", index),
                    _("“{makes}”与“{decides}”都由“{role}”办理, 又没有写要分开。").format(
                        makes=makes.label, decides=decides.label, role=_role(policy, step.role)
                    ),
                    _("自己打的分自己批准, 等于没有批准。"),
                    _("换一个角色批准, 或在 apart 里写 steps: [{a}, {b}]。").format(a=makes.step, b=decides.step),
                    "warning",
                )
    for index, apart in enumerate(procedure.apart):
        roles = [by_name[name].role for name in apart.steps if name in by_name]
        if len(roles) > 1 and len(set(roles)) == 1:
            only = len({step.role for step in procedure.steps}) == 1
            yield Finding(
                "one-hand",
                ("procedure", "apart", index),
                _("要分开的几步都由“{role}”办理。").format(role=_role(policy, roles[0])),
                _("流程里只有这一个角色, 分不开。") if only else _("只有这个角色至少有两个人时才分得开。"),
                _("把其中一步交给另一个角色。"),
                "fault" if only else "warning",
            )


def steps_in_order(policy: Policy) -> Iterator[Finding]:
    """Find procedures that decide before they score, tell before they decide, or never decide."""
    steps = policy.procedure.steps if policy.procedure else ()
    if not steps:
        return
    acts = [step.act for step in steps if not step.special]
    if not {"approve", "meet", "review", "sign"} & set(acts):
        yield Finding(
            "nobody",
            ("procedure", "steps"),
            _("流程里没有人批准评级。"),
            _("没有审批, 打分的人就是定级的人。"),
            _("加一步 act: approve。"),
            "warning",
        )
    for first, second in (("score", "approve"), ("approve", "notify"), ("approve", "publish")):
        if first in acts and second in acts and acts.index(second) < acts.index(first):
            step = next(step for step in steps if step.act == second and not step.special)
            later = next(step for step in steps if step.act == first and not step.special)
            yield Finding(
                "contradiction",
                ("procedure", "steps", steps.index(step)),
                _("“{second}”在“{first}”之前。").format(second=step.label, first=later.label),
                _("步骤依次办理, 这时还没有可办的结果。"),
                _("调换次序。"),
                "warning",
            )


def special_is_said(policy: Policy) -> Iterator[Finding]:
    """Find steps for special cases where nothing says what is special, and the other way round."""
    procedure = policy.procedure
    if procedure is None:
        return
    special = [index for index, step in enumerate(procedure.steps) if step.special]
    if special and procedure.special is None:
        yield Finding(
            "nobody",
            ("procedure", "steps", special[0], "special"),
            _("“{step}”只为特殊客户, 却没有写什么算特殊。").format(step=procedure.steps[special[0]].label),
            _("没有标准, 要么人人特殊, 要么没有人特殊。"),
            _("在 procedure 里写 special: 的 meaning, 能判断的再写 when。"),
        )
    if procedure.special is not None and not special:
        yield Finding(
            "never",
            ("procedure", "special"),
            _("写了什么算特殊, 却没有一步是为特殊客户的。"),
            _("特殊客户与别人走一样的流程, 这条规定不起作用。"),
            _("给相应的步骤写 special: true, 或删去。"),
            "warning",
        )


def complaints_in_other_hands(policy: Policy) -> Iterator[Finding]:
    """Find complaints about a rating that those who made it handle."""
    procedure = policy.procedure
    if procedure is None:
        return
    scorers = {step.role for step in procedure.steps if step.act == "score"}
    for key, handler in (("objection", procedure.objection), ("publication", procedure.publication)):
        if handler is not None and handler.role in scorers:
            yield Finding(
                "one-hand",
                ("procedure", key, "role"),
                _("“{role}”打的分, 异议也由“{role}”处理。").format(role=_role(policy, handler.role)),
                _("自己复核自己, 异议提了也白提。"),
                _("交给没有打分的角色。"),
                "warning",
            )


def overrides_bounded(policy: Policy) -> Iterator[Finding]:
    """Find overrides by those who score, and overrides that may change everything."""
    scorers = {step.role for step in (policy.procedure.steps if policy.procedure else ()) if step.act in _MAKES}
    for index, override in enumerate(policy.changes.overrides if policy.changes else ()):
        path: Path = ("changes", "overrides", index)
        if override.by in scorers:
            yield Finding(
                "one-hand",
                (*path, "by"),
                _("“{role}”既打分, 又可以人工改等级。").format(role=_role(policy, override.by)),
                _("自己打的分自己改, 没有第二个人看过。"),
                _("由不打分的角色调整。"),
                "warning",
            )
        if len(policy.grades) > 2 and override.notches >= len(policy.grades) - 1:
            yield Finding(
                "no-bound",
                (*path, "notches"),
                _("人工调整可以偏离 {notches} 级, 一共只有 {count} 级。").format(
                    notches=override.notches, count=len(policy.grades)
                ),
                _("能从最差调到最好, 评分就不起作用。"),
                _("通常只许偏离一级。"),
                "warning",
            )


def _role(policy: Policy, role: str) -> str:
    return next((str(entry.label) for entry in policy.roles if entry.role == role), role)
