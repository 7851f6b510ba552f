"""Policies published for tests, through the acts that people use: `published(company, "leasing", on=day)`."""

from __future__ import annotations

from datetime import date

from company import Company
from xinheng.org.models import Person
from xinheng.org.roles import Role
from xinheng.policies import actions
from xinheng.policies.models import Version
from xinheng.policies.queries import in_force, policy_of
from xinheng.policies.roles import unfilled
from xinheng.workflow.actions import finish_item
from xinheng.workflow.actions.keeping import map_role
from xinheng.workflow.acts import Kind, State
from xinheng.workflow.apart import way_for
from xinheng.workflow.models import Item, Round
from xinheng.workflow.standing import candidates

FILLERS = {
    "credit_officer": Role.RISK,
    "dispatch": Role.CUSTOMER_SERVICE,
    "business_manager": Role.MARKETING_MANAGER,
    "marketing_centre": Role.MARKETING_MANAGER,
    "other_departments": Role.CUSTOMER_SERVICE,
    "rating_team": Role.RISK,
    "rating_office": Role.CREDIT_GROUP,
    "management": Role.GENERAL_MANAGER,
    "commerce": Role.COMMERCE_SPECIALIST,
    "business": Role.SALES,
    "customer": Role.SALES,
}
"""Who fills the roles of the shipped policies that the company has no word for."""


def fill_roles(company: Company, version: Version, *, on: date) -> None:
    """Say who fills the roles of a version that nobody fills yet."""
    said = policy_of(version)
    for role, label in unfilled(said).items():
        map_role(role, policy=said.policy, role=FILLERS[role], label=label, by=company.security_admin, on=on)


def published(
    company: Company, key: str = "leasing", *, on: date, from_day: date | None = None, by: Person | None = None
) -> Version:
    """Publish a shipped policy, or its next version where one is in force: drafted, approved by all, in force from `on`."""
    by = by or company.risk
    before = in_force(on).filter(policy__key=key).first()
    pack, copy = actions.create_draft_from_pack, actions.create_draft_from_version
    draft = pack(key, by=by, on=on) if before is None else copy(before, by=by, on=on)
    return publish(company, draft, on=on, from_day=from_day)


def published_text(company: Company, text: str, *, on: date, from_day: date | None = None) -> Version:
    """Publish a policy from its text."""
    draft = actions.create_draft_from_text(text, by=company.risk, on=on)
    return publish(company, draft, on=on, from_day=from_day)


def publish(company: Company, draft: Version, *, on: date, from_day: date | None = None) -> Version:
    """Hand a draft in, let everybody agree, publish it."""
    approve(company, draft, on=on)
    return actions.publish_version(draft, from_day or on, by=company.credit_group, on=on)


def approve(company: Company, draft: Version, *, on: date) -> Version:
    """Hand a draft in and let everybody whose turn it is agree."""
    fill_roles(company, draft, on=on)
    assert draft.created_by is not None
    agree_to_all(actions.submit_version(draft, by=draft.created_by, on=on), on=on)
    draft.refresh_from_db()
    return draft


def agree_to_all(round: Round, *, on: date) -> None:
    """Let the round come to its end, each task agreed to (or done) by the first who may."""
    while item := open_item_of(round):
        finish_item(
            item, by=whoever_may(item, on=on), on=on, outcome="agree" if item.kind == Kind.DECIDE else "done",
            remarks="同意",
        )  # fmt: skip


def open_item_of(round: Round) -> Item | None:
    """Give the task of a round that waits."""
    return round.items.filter(state=State.OPEN).exclude(kind=Kind.READ).order_by("id").first()


def whoever_may(item: Item, *, on: date) -> Person:
    """Give the first person who may take a task."""
    return next(way.person for way in candidates(item, on) if way_for(item, way.person, on)[0] is not None)
