"""Fill a database file with a person, or erase him there; run by the test in a process of its own."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from persons import (  # noqa: E402
    ON,
    contact_erased,
    contact_with_everything,
    named_erased,
    people_named_in_a_file,
    person_with_everything,
    tokens,
    tokens_of_contact,
)

HOME = Path(os.environ["XINHENG_HOME"])


def fill() -> None:
    from company import found_company

    call_command("migrate", verbosity=0)
    person = person_with_everything(found_company())
    (HOME / "tokens.json").write_text(json.dumps(tokens(person)))


def erase() -> None:
    from xinheng.customers.models import Customer
    from xinheng.org.models import Person
    from xinheng.privacy import actions
    from xinheng.privacy.storage import clean_pending

    people = {person.username: person for person in Person.objects.all()}
    person = Customer.objects.get(kind="person")
    request = actions.receive_request(
        person, by=people["sales"], on=ON, kind="erasure", details="请删除", proven_by="本人到场"
    )
    actions.propose_erasure(request, by=people["legal"], on=ON, why="已结清")
    actions.approve_erasure(request, by=people["deputy_gm"], on=ON)
    assert clean_pending() == 1


def fill_contact() -> None:
    from company import found_company

    call_command("migrate", verbosity=0)
    (HOME / "tokens.json").write_text(json.dumps(tokens_of_contact(contact_with_everything(found_company()))))


def erase_contact() -> None:
    from xinheng.customers.models import Contact
    from xinheng.org.models import Person
    from xinheng.privacy.storage import clean_pending

    people = {person.username: person for person in Person.objects.all()}
    contact = Contact.objects.get()
    contact_erased(contact, by=people["sales"], legal=people["legal"], leader=people["deputy_gm"])
    assert clean_pending() == 1


def fill_named() -> None:
    from company import found_company

    call_command("migrate", verbosity=0)
    people_named_in_a_file(found_company())
    (HOME / "tokens.json").write_text("[]")


def erase_named() -> None:
    from xinheng.customers.models import Guarantor, RelatedParty
    from xinheng.org.models import Person
    from xinheng.privacy.storage import clean_pending

    people = {person.username: person for person in Person.objects.all()}
    for row in (Guarantor.objects.get(), RelatedParty.objects.get()):
        named_erased(row, by=people["sales"], legal=people["legal"], leader=people["deputy_gm"])
    assert clean_pending() == 2


{
    "fill": fill, "erase": erase, "fill_contact": fill_contact, "erase_contact": erase_contact, "fill_named": fill_named,
    "erase_named": erase_named,
}[sys.argv[1]]()  # fmt: skip
