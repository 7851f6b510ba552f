"""What can be asked of somebody, in words: the acts of a policy's procedure, and those of the rooms' own tasks."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What sort of thing is asked: a decision on somebody else's work, work of one's own, or only reading."""

    DECIDE = "decide", _("审批")
    DO = "do", _("办理")
    READ = "read", _("阅知")


class State(models.TextChoices):
    """Where a task stands."""

    WAITING = "waiting", _("等待前手")
    OPEN = "open", _("待办理")
    DONE = "done", _("已办理")
    RETURNED = "returned", _("已退回")
    TRANSFERRED = "transferred", _("已转办")
    SKIPPED = "skipped", _("已跳过")
    WITHDRAWN = "withdrawn", _("已撤回")
    CANCELLED = "cancelled", _("已取消")


PENDING = (State.WAITING, State.OPEN)


class Outcome(models.TextChoices):
    """How somebody handled a task."""

    AGREE = "agree", _("同意")
    REFUSE = "refuse", _("不同意")
    RETURN = "return", _("退回")
    DONE = "done", _("办结")
    READ = "read", _("已阅")


OUTCOMES: Mapping[str, tuple[str, ...]] = {
    Kind.DECIDE: (Outcome.AGREE, Outcome.RETURN, Outcome.REFUSE),
    Kind.DO: (Outcome.DONE, Outcome.RETURN),
    Kind.READ: (Outcome.READ,),
}


class Stand(models.TextChoices):
    """Where a round stands."""

    OPEN = "open", _("办理中")
    AGREED = "agreed", _("已通过")
    REFUSED = "refused", _("未通过")
    WITHDRAWN = "withdrawn", _("已撤回")
    CANCELLED = "cancelled", _("已取消")


class Part(models.TextChoices):
    """What part a task has in its step."""

    MAIN = "main", _("主办")
    WITH = "with", _("会签")
    BEFORE = "before", _("前加签")
    AFTER = "after", _("后加签")


ACTS: Mapping[str, tuple[str | Promise, Kind]] = {
    "apply": (_("申请"), Kind.DO),
    "fill": (_("填报"), Kind.DO),
    "verify": (_("核实"), Kind.DECIDE),
    "score": (_("评分"), Kind.DO),
    "check": (_("初审"), Kind.DECIDE),
    "meet": (_("会议"), Kind.DO),
    "review": (_("审核"), Kind.DECIDE),
    "supervise": (_("监督审核"), Kind.DECIDE),
    "approve": (_("批准"), Kind.DECIDE),
    "publish": (_("公示"), Kind.DO),
    "notify": (_("通知"), Kind.DO),
    "sign": (_("签署"), Kind.DO),
    "file": (_("归档"), Kind.DO),
    "correct": (_("修改后重新提交"), Kind.DO),
    "hand_over": (_("交付"), Kind.DO),
    "give_back": (_("归还"), Kind.DO),
    "reverify": (_("重新核实"), Kind.DO),
    "renew": (_("更新"), Kind.DO),
    "answer": (_("答复"), Kind.DO),
    "collect": (_("催收"), Kind.DO),
    "visit": (_("走访"), Kind.DO),
    "follow_up": (_("跟进"), Kind.DO),
    "remedy": (_("整改"), Kind.DO),
    "look_into": (_("查明"), Kind.DO),
    "look": (_("定期检查"), Kind.DO),
    "vote": (_("表决"), Kind.DO),
    "assign": (_("安排人手"), Kind.DO),
    "read": (_("阅知"), Kind.READ),
}
"""Each act, its word, and its kind."""


def label(act: str) -> str:
    """Give the word for an act."""
    return str(ACTS[act][0]) if act in ACTS else act


def kind(act: str) -> Kind:
    """Give the kind of an act; one that is not listed is work to be done."""
    return ACTS[act][1] if act in ACTS else Kind.DO
