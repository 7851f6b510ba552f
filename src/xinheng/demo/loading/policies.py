"""The policy of the demo company: an earlier version, the one in force, and a draft that is being discussed and tried."""

from __future__ import annotations

import re
from datetime import date, timedelta
from importlib.resources import files

from creditpolicy.reader import load_policy
from xinheng.audit.record import SYSTEM, act, record
from xinheng.demo.loading.organisation import WHY, Staff
from xinheng.demo.story import Story
from xinheng.org.models import Person
from xinheng.org.roles import Role
from xinheng.policies import trying
from xinheng.policies.actions import (
    answer,
    comment,
    create_draft_from_pack,
    create_draft_from_text,
    create_draft_from_version,
    edit_text,
    publish_version,
    start_trial,
    submit_version,
)
from xinheng.policies.actions.drafting import numbered
from xinheng.policies.models import Version
from xinheng.policies.roles import unfilled
from xinheng.workflow.actions import finish_item
from xinheng.workflow.actions.keeping import map_role
from xinheng.workflow.acts import Kind, State
from xinheng.workflow.apart import way_for
from xinheng.workflow.models import Item, Round
from xinheng.workflow.queries import items_of
from xinheng.workflow.standing import candidates

FILLED_BY: dict[str, Role] = {
    "credit_officer": Role.CREDIT_GROUP, "business_manager": Role.MARKETING_MANAGER, "dispatch": Role.COMMERCE_SPECIALIST,
    "other_departments": Role.CUSTOMER_SERVICE, "marketing_centre": Role.MARKETING_MANAGER, "rating_team": Role.RISK,
    "rating_office": Role.CREDIT_GROUP, "management": Role.DEPUTY_GM, "commerce": Role.COMMERCE_SPECIALIST,
    "business": Role.SALES,
}  # fmt: skip
"""Which role of the company does what a shipped policy calls otherwise."""
_LINE = re.compile(r"^(\s+from: )(\d+)$", re.MULTILINE)
_BEGINS = re.compile(r"^effective_from: .*$", re.MULTILINE)
REMARKS: tuple[tuple[str, str], ...] = (
    (Role.FINANCE, "提高这一级的分数线以后, 会有一批老客户降级, 请先看试算结果, 再定执行日期。"),
    (Role.LEGAL, "正在履行的合同按原等级的条件执行到期, 建议写进修订说明。"),
    (Role.MARKETING_MANAGER, "旺季前收紧会影响重点客户, 建议推迟一个季度。"),
)
"""What is said of the draft, and by whom."""


def load_policies(story: Story, staff: Staff, pack: str, *, first: date, second: date) -> Version:
    """Publish an earlier version from the day `first` and the shipped one from `second`; gives the latter."""
    said = load_policy(pack).policy
    assert said is not None
    group = staff.of(Role.CREDIT_GROUP)
    for role, label in unfilled(said).items():
        map_role(role, by=group, on=first, policy=said.policy, role=FILLED_BY[role], label=label)
    text = (files("creditpolicy") / "packs" / pack / "policy.yaml").read_text(encoding="utf-8")
    earlier = _BEGINS.sub(f"effective_from: {first}", numbered(_moved(text, 0.95), "0.9"))
    writer = staff.of(Role.RISK)
    before = create_draft_from_text(
        earlier, by=writer, on=first - timedelta(days=40), file="policy.yaml", change_note="试行版"
    )
    _publish(before, staff, first, on=first - timedelta(days=20))
    after = create_draft_from_pack(
        pack, by=writer, on=second - timedelta(days=40), change_note="试行一年后修订: 第二级的分数线提高。"
    )
    _publish(after, staff, second, on=second - timedelta(days=20))
    _read(before, leave=0)
    _read(after, leave=3)
    after.refresh_from_db()
    return after


def load_draft(story: Story, staff: Staff, version: Version) -> Version:
    """Draft the next version, let it be discussed and tried on everyone."""
    writer, on = staff.of(Role.RISK), story.today - timedelta(days=6)
    draft = create_draft_from_version(version, by=writer, on=on, change_note="第二级的分数线再提高, 征求意见。")
    draft = edit_text(draft, _moved(draft.text, 1.025), edition=draft.edition, by=writer, on=on)
    clause = load_policy(version.policy.key).policy.grades[1].clause or ""  # type: ignore[union-attr]
    said = [
        comment(draft, text, by=staff.of(role), on=on + timedelta(days=1), path="grades[1]", clause=clause)
        for role, text in REMARKS
    ]
    answer(said[0], "试算已做, 结果附后。", is_adopted=True, by=writer, on=on + timedelta(days=2))
    trying.run(start_trial(draft, by=writer, on=story.today, as_of=story.today).pk)
    return draft


def take_on(round: Round, *, on: date, until: str = "") -> None:
    """Let each step of a round be agreed to by the first who may, up to the step `until`."""
    while (item := waiting(round)) is not None and item.step != until:
        finish_item(
            item,
            by=whoever_may(item, on),
            on=on,
            outcome="agree" if item.kind == Kind.DECIDE else "done",
            remarks="同意",
        )


def waiting(round: Round) -> Item | None:
    """Give the task of a round that waits for somebody."""
    found: Item | None = round.items.filter(state=State.OPEN).exclude(kind=Kind.READ).order_by("id").first()
    return found


def whoever_may(item: Item, on: date) -> Person:
    """Give the first person who may take a task."""
    return next(way.person for way in candidates(item, on) if way_for(item, way.person, on)[0] is not None)


def _publish(version: Version, staff: Staff, day: date, *, on: date) -> None:
    take_on(submit_version(version, by=staff.of(Role.RISK), on=on, why="请审批"), on=on + timedelta(days=3))
    version.refresh_from_db()
    publish_version(version, day, by=staff.of(Role.CREDIT_GROUP), on=on + timedelta(days=5))


def _moved(text: str, by: float) -> str:
    """Give the text with the second grade's line moved."""
    places = list(_LINE.finditer(text))
    place = places[1] if len(places) > 1 else places[0]
    return f"{text[: place.start(2)]}{round(int(place[2]) * by)}{text[place.end(2) :]}"


@act
def _read(version: Version, *, leave: int) -> None:
    """Let those who were told of a version have read it, but for some."""
    version.refresh_from_db()
    assert version.in_force_from is not None
    told = items_of(version).filter(act="read", state=State.OPEN).order_by("pk")
    for item in list(told)[: max(told.count() - leave, 0)]:
        assert item.person is not None
        finish_item(item, by=item.person, on=version.in_force_from, outcome="read")
    record("upkeep.load_demo", version, by=SYSTEM, why=WHY)
