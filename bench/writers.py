"""Sixteen writers at once on SQLite: threads of one process, each reserving for orders of its own customers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.measuring import Figure

WRITERS, ORDERS = 16, 60
MOST_MS = 50.0


def figures() -> list[Figure]:
    """Give how long the slowest orders of a hundred wait, measured in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        source = str(Path(__file__).resolve().parents[1] / "src")
        path = os.pathsep.join((source, str(Path(__file__).resolve().parents[1])))
        done = subprocess.run(
            [sys.executable, "-m", "bench.writers"], env=environment | {"XINHENG_HOME": folder, "PYTHONPATH": path},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    note = f"{told['rate']:,.0f} orders a second, slowest {told['slowest']:.0f} ms, {told['errors']} errors"
    return [Figure(f"(C) SQLite, {WRITERS} writers: 99 of 100 within", told["p99"], MOST_MS, "ms", note)]


def main() -> None:
    """Reserve, and print the milliseconds."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "xinheng.settings"
    import django

    django.setup()
    from datetime import date

    from django.core.management import call_command
    from django.db import connection

    from xinheng.audit.record import SYSTEM
    from xinheng.credit.core import holds
    from xinheng.credit.models import Account, Hold
    from xinheng.customers.models import Customer
    from xinheng.ledger.models import Company
    from xinheng.org.models import Department

    call_command("migrate", verbosity=0)
    head, seller = Department.objects.create(code="head", name="总部"), Company.default()
    customers = Customer.objects.bulk_create(
        Customer(number=f"KH{n}", name=f"客户{n}", kind="enterprise", department=head) for n in range(WRITERS)
    )
    accounts = Account.objects.bulk_create(Account(customer=one, company=seller, granted=10**13) for one in customers)
    day = date(2026, 3, 2)

    def writer(account: Account) -> list[float]:
        waited = []
        try:
            for _order in range(ORDERS):
                begun = time.perf_counter()
                holds.reserve(account, 1, by=SYSTEM, on=day)
                waited.append((time.perf_counter() - begun) * 1000)
        finally:
            connection.close()
        return waited

    begun = time.perf_counter()
    with ThreadPoolExecutor(WRITERS) as threads:
        waited = sorted(each for one in threads.map(writer, accounts) for each in one)
    seconds, wanted = time.perf_counter() - begun, WRITERS * ORDERS
    told = {"p99": waited[int(len(waited) * 0.99)], "slowest": waited[-1], "rate": len(waited) / seconds}
    print(json.dumps(told | {"errors": wanted - Hold.objects.count()}))


if __name__ == "__main__":
    main()
