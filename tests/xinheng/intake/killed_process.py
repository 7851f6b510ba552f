"""A process of its own that imports, to be killed: `prepare`, `run`, `told` (what is there now), `later` (and time passes)."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]
os.environ["DJANGO_SETTINGS_MODULE"] = "xinheng.settings"

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

settings.KEYS_ON_DEMAND = True
settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}

from departments_target import TARGET  # noqa: E402
from imports_of_tests import book, upload  # noqa: E402

from company import found_company  # noqa: E402
from xinheng.audit.models import Entry  # noqa: E402
from xinheng.intake import actions, jobs, running  # noqa: E402
from xinheng.intake.models import Import, ImportRow  # noqa: E402
from xinheng.intake.targets import offer  # noqa: E402
from xinheng.org.models import Department  # noqa: E402

ROWS = 1_000
TARGET.batch_size = 20
offer(TARGET)


def prepare() -> None:
    """Make the database, and an import that only waits to be run."""
    call_command("migrate", verbosity=0)
    company = found_company()
    rows = [[f"D{number}", "坏" if number % 50 == 0 else f"第{number}部"] for number in range(1, ROWS + 1)]
    now = timezone.now()
    of = upload(book(rows, ["部门编号", "部门名称"]), by=company.archivist)
    running.check(actions.match_columns(of, of.mapping, {}, by=company.archivist, at=now).pk)
    actions.confirm(of, by=company.archivist, on=now.date(), at=now)


def run() -> None:
    """Run, saying each batch before it is committed."""
    real = TARGET.apply

    def apply(planned, asked):
        sys.stdout.write("batch\n")
        sys.stdout.flush()
        return real(planned, asked)

    TARGET.apply = apply
    jobs.run.func(Import.objects.get().pk)


def later() -> None:
    """Say what is there, and let the time pass after which a silent job is taken for ended."""
    told()
    Import.objects.update(beat_at=timezone.now() - 2 * running.LEASE)


def told() -> None:
    """Say what is there."""
    of = Import.objects.get()
    made = Department.objects.filter(code__startswith="D")
    sys.stdout.write(
        json.dumps(
            {
                "state": of.state, "cursor": of.cursor, "done": of.done, "departments": made.count(),
                "lines": Entry.objects.filter(act="tests.enter_department").count(),
                "failed_rows": ImportRow.objects.filter(of=of, stage="run", verdict="failed").count(),
                "finished": Entry.objects.filter(act="intake.finish").count(), "returned": bool(of.returned),
            }
        )
    )  # fmt: skip


if __name__ == "__main__":
    {"prepare": prepare, "run": run, "later": later, "told": told}[sys.argv[1]]()
