"""The daily verifying, and that every act has a name."""

from __future__ import annotations

import ast
from datetime import date, timedelta
from pathlib import Path

from django.db import connection
from django.utils import timezone

from xinheng.audit import acts, jobs, triggers
from xinheng.audit.models import Entry
from xinheng.audit.record import record
from xinheng.auditor.jobs import daily
from xinheng.org.roles import Role
from xinheng.workflow.models import Item

TODAY = date(2026, 3, 2)


def test_a_sound_record_is_noted_and_nobody_is_troubled(company):
    record("customers.edit", company.ours, by=company.sales)
    jobs.seal()
    daily(on=TODAY)
    assert Entry.objects.get(act="audit.verify").after["found"] == 0
    assert not Item.objects.exists()


def test_what_is_found_becomes_one_task_of_the_audit_administrator(company):
    line = record("customers.edit", company.ours, by=company.sales)
    jobs.seal()
    triggers.remove(connection)
    Entry.objects.filter(pk=line.pk).update(why="改")
    triggers.install(connection)
    daily(on=TODAY)
    daily(on=TODAY + timedelta(days=1))
    (item,) = Item.objects.all()
    assert item.role == Role.AUDIT_ADMIN
    assert f"第 {line.pk} 行被改动过" in item.note
    assert Entry.objects.filter(act="audit.verify", after__found=1).count() == 2


def recorded_names():
    """Give the names that the source records, with where."""
    for path in Path(acts.__file__).parents[1].rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record" and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value, f"{path.parent.name}/{path.name}:{node.lineno}"


def test_every_act_that_is_recorded_has_a_name_in_words():
    names = dict(recorded_names())
    assert len(names) > 50
    unnamed = {name: where for name, where in names.items() if name not in acts.declared()}
    assert not unnamed, "declare them in the room's labels.py"


def test_an_act_without_a_name_shows_its_bare_one():
    assert acts.label_of("nobody.knows") == "nobody.knows"
    assert acts.label_of("audit.export") == "导出留痕"


def test_lines_wait_for_their_seal_no_longer_than_the_job_takes(company):
    record("customers.edit", company.ours, by=company.sales)
    assert jobs.seal() == 1
    assert jobs.seal() == 0
    assert timezone.now() - Entry.objects.get().at < timedelta(minutes=1)
