"""Consents of people, a partner's promise of confidentiality, a request about one's own data, a hold, guarantees."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from xinheng.customers.actions.people import keep_guarantor
from xinheng.customers.models import Customer
from xinheng.demo.loading.organisation import Staff
from xinheng.demo.story import Story
from xinheng.org.roles import Role
from xinheng.privacy.actions.consents import agree, give_consent
from xinheng.privacy.actions.requests import place_hold, receive_request
from xinheng.privacy.models import DataClass, How, Purpose, RequestKind

SCOPE = (DataClass.BASICS, DataClass.IDENTITY, DataClass.CONTACT, DataClass.CARD)


def load_personal(story: Story, staff: Staff, customers: Mapping[str, Customer]) -> None:
    """Store what the room `privacy` has to do with: some of each."""
    on_file = [made for made in story.customers if made.stage == "filed"]
    people = [customers[made.number] for made in on_file if made.kind == "person"]
    firms = [customers[made.number] for made in on_file if made.kind == "enterprise"]
    archivist, legal = staff.of(Role.ARCHIVIST), staff.of(Role.LEGAL)
    for place, person in enumerate(people[:20]):
        given = story.today - timedelta(days=30 + place * 17)
        until = given + timedelta(days=365) if place % 2 else None
        give_consent(
            person, by=archivist, on=given, purpose=Purpose.RISK, scope=SCOPE, how=How.ELECTRONIC, since=given,
            until=until,
        )  # fmt: skip
    for place, partner in enumerate([firm for firm in firms if firm.is_partner][:3], 1):
        begun = story.today - timedelta(days=200)
        agree(partner, by=legal, on=begun, number=f"BM{place:03d}", since=begun, until=begun + timedelta(days=730))
    receive_request(
        people[0], by=legal, on=story.today - timedelta(days=4), kind=RequestKind.ACCESS,
        details="想知道公司存了自己的哪些资料", proven_by="到场出示身份证",
    )  # fmt: skip
    place_hold(people[1], by=legal, on=story.today, reason="与该客户的租金纠纷正在仲裁")
    for customer, guarantor in zip(firms[:12:2], firms[1:12:2], strict=True):
        keep_guarantor(
            customer, by=archivist, on=story.today, guarantor=guarantor, what="surety",
            amount_yuan=Decimal(300_000), since=story.today - timedelta(days=90),
            until=story.today + timedelta(days=640),
        )  # fmt: skip
