"""One line for each act; no act without its line; no line that changes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, models, transaction
from django.utils.translation import gettext_lazy

from xinheng.audit import triggers
from xinheng.audit.digest import SIGNED, is_genuine, plain, text
from xinheng.audit.models import Entry, Seal
from xinheng.audit.origin import coming_from
from xinheng.audit.queries import history_of, looks_at, timeline
from xinheng.audit.record import SYSTEM, act, record


@act
def rename(customer, name, *, by):
    before, customer.name = customer.name, name
    customer.save()
    record("customers.rename", customer, by=by, before={"name": before}, after={"name": name})
    return customer


@act
def forgetful(customer):
    customer.name = "没有留痕"
    customer.save()


def name_of(customer):
    return type(customer).objects.get(pk=customer.pk).name


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_an_act_writes_who_when_from_where_on_what_and_both_states(company):
    with coming_from("page", "10.0.0.8", "abcdef"):
        rename(company.ours, "新名", by=company.sales)
    (line,) = Entry.objects.all()
    assert (line.actor_id, line.actor_name) == (company.sales.pk, "杨销售 (sales)")
    assert (line.channel, line.address, line.session) == ("page", "10.0.0.8", "abcdef")
    assert (line.subject_type, line.subject_id) == ("customers.customer", str(company.ours.pk))
    assert (line.before, line.after) == ({"name": "宁波甬江机械有限公司"}, {"name": "新名"})
    assert abs((datetime.now(UTC) - line.at).total_seconds()) < 60


def test_an_act_that_leaves_no_line_does_not_happen(company):
    with pytest.raises(AssertionError, match="left no line"):
        forgetful(company.ours)
    assert name_of(company.ours) == "宁波甬江机械有限公司"


def test_an_act_whose_line_cannot_be_written_does_not_happen(company):
    with transaction.atomic():
        if connection.vendor == "postgresql":
            sql("CREATE TRIGGER full_disk BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_is_final()")
        else:
            sql("CREATE TRIGGER full_disk BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    with pytest.raises(DatabaseError):
        rename(company.ours, "新名", by=company.sales)
    assert name_of(company.ours) == "宁波甬江机械有限公司"
    assert not Entry.objects.exists()


def test_an_act_inside_an_act_is_undone_with_it(company):
    @act
    def both(customer):
        rename(customer, "新名", by=company.sales)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        both(company.ours)
    assert name_of(company.ours) == "宁波甬江机械有限公司"
    assert not Entry.objects.exists()


@pytest.mark.parametrize("table", triggers.TABLES)
@pytest.mark.parametrize("how", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_database_itself_refuses_change_and_deletion(company, table, how):
    if how.startswith("TRUNCATE") and connection.vendor == "sqlite":
        how = "INSERT OR REPLACE INTO {0} SELECT * FROM {0}"
    rename(company.ours, "新名", by=company.sales)
    Seal.objects.create(
        number=1, made_at=datetime.now(UTC), count=0, total=0, top=0, members="", prints="", digest="", previous="",
        hash="",
    )  # fmt: skip
    with pytest.raises(DatabaseError, match=triggers.SAID), transaction.atomic():
        sql(how.format(table))
    assert Entry.objects.count() == 1


def test_missing_triggers_are_told(company):
    assert triggers.missing(connection) == []
    triggers.remove(connection)
    assert len(triggers.missing(connection)) == 6
    triggers.install(connection)
    assert triggers.missing(connection) == []


def test_every_line_is_signed_and_a_changed_column_shows(company):
    rename(company.ours, "新名", by=company.sales)
    values = Entry.objects.values(*SIGNED).get()
    signature = Entry.objects.get().signature
    assert is_genuine(values, signature)
    others = {
        "at": datetime(2020, 1, 1, tzinfo=UTC), "actor_id": 10**9, "is_look": True, "before": None, "after": {"name": "别名"}
    }  # fmt: skip
    for name in SIGNED:
        assert not is_genuine({**values, name: others.get(name, "另")}, signature), name


def test_awkward_texts_read_back_as_they_were_signed(company):
    awkward = {
        "nul": "a\0b", "half": "\ud800", "emoji": "😀", "sum": Decimal("1E+3"), "day": date(2026, 1, 2), "big": 2**70,
        "lazy": gettext_lazy("姓名"), "deep": {"b": [1, None, True], "a": ""}, "set": {"y", "x"}, "sep": "\u2028",
    }  # fmt: skip
    record("a.b", company.ours, by=SYSTEM, why="\0" * 3, clause="长" * 300, after=awkward)
    entry = Entry.objects.get()
    assert is_genuine(Entry.objects.values(*SIGNED).get(), entry.signature)
    assert entry.after["sum"] == "1000"
    assert entry.after["set"] == ["x", "y"]
    assert len(entry.clause) == 200


def test_a_float_is_refused_for_it_reads_back_as_another_number():
    with pytest.raises(TypeError, match="float"):
        plain({"x": 1.5})
    assert text("a\0", 5) == "a␀"


def test_a_file_s_acts_and_looks_are_found_apart(company):
    rename(company.ours, "甲", by=company.sales)
    record("customers.open", company.sales, by=company.finance, about=company.ours, look=True)
    record("customers.open", company.theirs, by=company.finance, look=True)
    assert [line.act for line in timeline(company.ours)] == ["customers.rename"]
    assert [line.actor_id for line in looks_at(company.ours)] == [company.finance.pk]
    assert [line.about_id for line in history_of(company.sales)] == [str(company.ours.pk)]


def test_the_record_needs_no_row_of_the_person(company):
    assert not [field for field in Entry._meta.get_fields() if isinstance(field, models.ForeignKey)]
