"""What `test_batch_killed` calls in processes of their own: prepare, run (to be killed), later, told."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "xinheng.settings"
DAY = date(2026, 6, 30)
CUSTOMERS, PART = 240, 10


def started() -> None:
    """Set the application up."""
    import django
    from django.conf import settings

    django.setup()
    settings.KEYS_ON_DEMAND = True


def prepare() -> None:
    """Store a policy, customers (every sixth cannot be rated), and a batch."""
    from django.core.management import call_command

    from creditpolicy.reader import load_policy
    from xinheng.customers.card import fields_from_policy
    from xinheng.customers.models import CardValue, Customer, Kind, Status
    from xinheng.org.models import Department
    from xinheng.policies.models import Policy, Stage, Version
    from xinheng.ratings.models import Batch

    call_command("migrate", verbosity=0)
    reading = load_policy("leasing")
    assert reading.policy is not None
    fields_from_policy(reading.policy)
    policy = Policy.objects.create(key="leasing", title="租赁", is_main=True)
    version = Version.objects.create(
        policy=policy, number="1", text=reading.text, sha256=reading.sha256, stage=Stage.PUBLISHED, origin="pack",
        in_force_from=date(2026, 1, 1),
    )  # fmt: skip
    head = Department.objects.create(code="head", name="总部")
    made = Customer.objects.bulk_create(
        Customer(
            number=f"K{number:04d}", name=f"客户{number}", kind=Kind.ENTERPRISE, status=Status.FILED, department=head
        )
        for number in range(CUSTOMERS)
    )
    CardValue.objects.bulk_create(
        CardValue(customer=each, field=f"leasing.{name}", plain="9.00", source="visit", as_of=DAY, trust=2)
        for number, each in enumerate(made)
        for name in ("strength", "potential", "reputation", "other", *(["payment"] if number % 6 else []))
    )
    Batch.objects.create(version=version, as_of=DAY)


def run() -> None:
    """Rate, saying so after each part that is committed; another job's mark is taken for old."""
    from django.utils import timezone

    from xinheng.ratings import running
    from xinheng.ratings.models import Batch

    running.PART = PART
    done = running._part

    def part(*words: Any) -> bool:
        went_on = done(*words)
        sys.stdout.write("part\n")
        sys.stdout.flush()
        return went_on

    running._part = part
    Batch.objects.update(beat_at=timezone.now() - timedelta(days=1))
    running.run(Batch.objects.get().pk)


def told() -> dict[str, Any]:
    """Say what is stored."""
    from xinheng.audit.models import Entry
    from xinheng.ratings.models import Batch, Rating, Refused

    batch = Batch.objects.get()
    rated: Sequence[int] = list(Rating.objects.values_list("customer", flat=True))
    missed: Sequence[int] = list(Refused.objects.values_list("customer", flat=True))
    return {
        "state": batch.state, "done": batch.done, "refused": batch.refused, "ratings": len(rated),
        "refusals": len(missed), "different": len({*rated, *missed}),
        "finished": Entry.objects.filter(act="ratings.batch_rated").count(), "cursor": batch.cursor,
    }  # fmt: skip


def main() -> None:
    """Do what the word says."""
    started()
    match sys.argv[1]:
        case "prepare":
            prepare()
        case "run":
            run()
        case "told":
            sys.stdout.write(json.dumps(told()))


if __name__ == "__main__":
    main()
