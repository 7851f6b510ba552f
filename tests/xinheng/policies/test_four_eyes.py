"""Nobody approves a policy that he drafted, edited, proposed already or lent his role for: by page, API, command and job."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import product

import pytest
from django.test import Client
from django.utils import timezone

from company import SINCE, Company
from creditpolicy.problems import Refusal
from policies import open_item_of
from xinheng.audit.origin import coming_from
from xinheng.connect.actions import digest_of
from xinheng.connect.models import Token
from xinheng.org.models import Appointment, Delegation, Person
from xinheng.org.roles import Role
from xinheng.policies import actions
from xinheng.policies.models import Stage, Version
from xinheng.workflow.actions import finish_item
from xinheng.workflow.models import Item, Round

CHANNELS = ("page", "api", "command", "job")
TODAY = timezone.localdate()
Prepared = tuple[Item, Person]


@dataclass(frozen=True)
class Row:
    """How it comes to the try, by which way, and whether it goes through."""

    how: str
    channel: str
    passes: bool

    def __str__(self) -> str:
        return f"{self.how}-{self.channel}"


def _draft(company: Company, by: Person) -> Version:
    return actions.create_draft_from_pack("leasing", by=by, on=TODAY)


def _handed_in(draft: Version, by: Person) -> Round:
    return actions.submit_version(draft, by=by, on=TODAY)


def _now(round: Round) -> Item:
    item = open_item_of(round)
    assert item is not None
    return item


def _edited(draft: Version, by: Person) -> Version:
    return actions.edit_text(draft, draft.text + "# 改\n", edition=draft.edition, by=by, on=TODAY)


def _plain(company: Company) -> Prepared:
    return _now(_handed_in(_draft(company, company.risk), company.risk)), company.finance


def _drafter(company: Company) -> Prepared:
    """He drafted it; another handed it in."""
    return _now(_handed_in(_draft(company, company.finance), company.risk)), company.finance


def _last_editor(company: Company) -> Prepared:
    return _now(_handed_in(_edited(_draft(company, company.risk), company.finance), company.risk)), company.finance


def _drafter_edited_by_another(company: Company) -> Prepared:
    draft = _edited(_draft(company, company.finance), company.marketing_manager)
    return _now(_handed_in(draft, company.risk)), company.finance


def _who_hands_in(company: Company) -> Prepared:
    Appointment.objects.create(person=company.risk, role=Role.FINANCE, since=SINCE)
    return _now(_handed_in(_draft(company, company.risk), company.risk)), company.risk


def _delegate_of_drafter(company: Company) -> Prepared:
    _lend(company.finance, company.legal, Role.FINANCE)
    return _now(_handed_in(_draft(company, company.finance), company.risk)), company.legal


def _lent(company: Company) -> Prepared:
    _lend(company.finance, company.legal, Role.FINANCE)
    return _now(_handed_in(_draft(company, company.risk), company.risk)), company.legal


def _two_steps(company: Company) -> Prepared:
    """He reviewed as finance, and stands in for the general manager too."""
    Appointment.objects.create(person=company.finance, role=Role.GENERAL_MANAGER, since=SINCE)
    round = _handed_in(_draft(company, company.risk), company.risk)
    finish_item(_now(round), by=company.finance, on=TODAY, outcome="agree")
    return _now(round), company.finance


def _proposer_of_another(company: Company) -> Prepared:
    """Somebody else drafted; who agreed to it as the one who proposes may not approve it too."""
    Appointment.objects.create(person=company.risk, role=Role.FINANCE, since=SINCE)
    round = _handed_in(_draft(company, company.marketing_manager), company.marketing_manager)
    finish_item(_now(round), by=company.risk, on=TODAY, outcome="agree")
    return _now(round), company.risk


def _changed_after(company: Company) -> Prepared:
    """The text was changed behind the application's back after it was handed in."""
    item, by = _plain(company)
    Version.objects.filter(pk=item.subject_id).update(sha256="0" * 64)
    return Item.objects.get(pk=item.pk), by


def _administrator(company: Company) -> Prepared:
    item, _by = _plain(company)
    return item, company.system_admin


def _other_role(company: Company) -> Prepared:
    item, _by = _plain(company)
    return item, company.credit_group


def _lend(lender: Person, to: Person, role: Role) -> None:
    Delegation.objects.create(from_person=lender, to_person=to, role=role, since=SINCE, until=TODAY, reason="休假")


REFUSED: dict[str, Callable[[Company], Prepared]] = {
    "drafter": _drafter, "last editor": _last_editor, "drafter, edited by another": _drafter_edited_by_another,
    "who hands in": _who_hands_in, "delegate of drafter": _delegate_of_drafter, "two steps": _two_steps,
    "proposer of another's": _proposer_of_another, "changed after": _changed_after, "administrator": _administrator,
    "other role": _other_role,
}  # fmt: skip
IN_ORDER: dict[str, Callable[[Company], Prepared]] = {"plain": _plain, "lent": _lent}
ROWS = [Row(how, channel, False) for how, channel in product(REFUSED, CHANNELS)]
ROWS += [Row(how, channel, True) for how, channel in product(IN_ORDER, CHANNELS)]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_nobody_approves_a_policy_of_his_own(row: Row, company: Company) -> None:
    item, by = (REFUSED | IN_ORDER)[row.how](company)
    _try(item, by, row.channel, company)
    item.refresh_from_db()
    assert (item.state, item.outcome) == (("done", "agree") if row.passes else ("open", ""))
    assert Version.objects.get(pk=item.subject_id).stage == Stage.IN_APPROVAL


def _try(item: Item, by: Person, channel: str, company: Company) -> None:
    if channel == "page":
        client = Client()
        client.force_login(by)
        client.post(f"/tasks/{item.pk}/decide/", {"outcome": "agree", "remarks": "同意"})
        return
    if channel == "api":
        Token.objects.create(
            name="x", person=by, scopes=["tasks:write"], digest=digest_of("xh_secret"), hint="cret",
            valid_until=TODAY, created_by=company.security_admin,
        )  # fmt: skip
        Client().post(
            f"/api/v1/tasks/{item.pk}", {"outcome": "agree"}, content_type="application/json",
            headers={"Authorization": "Bearer xh_secret"},
        )  # fmt: skip
        return
    with coming_from(channel), suppress(Refusal):
        finish_item(item, by=by, on=TODAY, outcome="agree")
