"""Orders checked through the served application, on PostgreSQL: one in a request, and fifty in a request.

The real server (granian) with two processes; clients are threads of this process that keep their connections, each with a
token of its own. Every order has a key, and leaves its check, its hold, its movement, its line in the record and its answer.
No policy is in force: the account alone decides.
"""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.request import urlopen
from uuid import uuid4

from bench.measuring import Figure

CLIENTS, SECONDS, TOGETHER = 16, 6.0, 50
ALONE, MANY = "/api/v1/credit/checks", "/api/v1/credit/checks/many"


def figures(size: int, rounds: int, plain: Callable[[], float]) -> Iterator[Figure]:
    """Give orders a second by HTTP beside `plain`, pgbench -N with as many clients, in paired rounds."""
    tokens = _tokens()
    with _served() as port:
        _rate(port, tokens, size, 1)  # warm
        pairs = [(plain(), _rate(port, tokens, size, 1), _rate(port, tokens, size, TOGETHER)) for _ in range(rounds)]
    for base, alone, _many in sorted(pairs, key=lambda one: one[1] / one[0])[len(pairs) // 2 :][:1]:
        note = f"{alone:,.0f} orders a second; ratio {alone / base:.2f}, wanted 0.30"
        yield Figure(
            f"(C) HTTP, one order a request, {CLIENTS} clients: pgbench -N ÷", base / alone, 1 / 0.3, "×", note
        )
    for _base, alone, many in sorted(pairs, key=lambda one: one[2] / one[1])[len(pairs) // 2 :][:1]:
        note = f"{many:,.0f} orders a second; ratio {many / alone:.2f}, wanted 4"
        yield Figure(f"(C) HTTP, {TOGETHER} orders a request: one a request ÷", alone / many, 1 / 4, "×", note)


def _tokens() -> list[str]:
    from django.utils import timezone

    from xinheng.connect.actions import digest_of
    from xinheng.connect.models import Token
    from xinheng.org.models import Appointment, Department, Person
    from xinheng.org.roles import Role
    from xinheng.vault import keys

    keys.make()
    today, head = timezone.localdate(), Department.objects.get(code="head")
    person = Person.objects.create(username="erp", full_name="接口", department=head)
    Appointment.objects.create(person=person, role=Role.SALES, since=today)
    secrets = [f"xh_bench_{number}" for number in range(CLIENTS)]
    Token.objects.bulk_create(
        Token(
            name=f"ERP {number}", digest=digest_of(secret), person=person, scopes=["credit:check"],
            valid_until=today + timedelta(9), created_by=person,
        )
        for number, secret in enumerate(secrets)
    )  # fmt: skip
    return secrets


@contextmanager
def _served() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    words = ["--host", "127.0.0.1", "--port", str(port), "--workers", "2", "--threads", "8"]
    source = str(Path(__file__).resolve().parents[1] / "src")
    with subprocess.Popen(
        [sys.executable, "-m", "xinheng.running.web", *words], env=os.environ | {"PYTHONPATH": source}, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:  # fmt: skip
        try:
            _await(port)
            yield port
        finally:
            server.terminate()


def _await(port: int) -> None:
    for _turn in range(600):
        try:
            with urlopen(f"http://127.0.0.1:{port}/health/", timeout=5):
                return
        except OSError as wrong:
            if getattr(wrong, "code", None):
                return
            time.sleep(0.1)
    raise AssertionError("the server did not start")


def _rate(port: int, tokens: list[str], size: int, together: int) -> float:
    """Give the orders that are answered in a second, by clients who each send the next request when the last is answered."""
    end = time.perf_counter() + SECONDS

    def client(token: str) -> int:
        connection, done = HTTPConnection("127.0.0.1", port, timeout=60), 0
        draw = random.Random(token)
        while time.perf_counter() < end:
            connection.request("POST", ALONE if together == 1 else MANY, *_asked(draw, token, size, together))
            answer = connection.getresponse()
            told = json.loads(answer.read())
            assert answer.status == 200, told
            checks = [told] if together == 1 else [one["check"] for one in told["answers"]]
            assert all(one["decision"] == "passed" for one in checks), checks
            done += len(checks)
        connection.close()
        return done

    begun = time.perf_counter()
    with ThreadPoolExecutor(len(tokens)) as threads:
        done = sum(threads.map(client, tokens))
    return done / (time.perf_counter() - begun)


def _asked(draw: random.Random, token: str, size: int, together: int) -> tuple[str, dict[str, str]]:
    """Write a request with so many orders of customers drawn at random."""
    orders: list[dict[str, Any]] = [
        {"customer": f"KH{draw.randrange(size)}", "number": uuid4().hex, "amount": "1.00"} for _ in range(together)
    ]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    if together == 1:
        return json.dumps(orders[0]), headers | {"Idempotency-Key": orders[0]["number"]}
    return json.dumps({"orders": [one | {"key": one["number"]} for one in orders]}), headers
