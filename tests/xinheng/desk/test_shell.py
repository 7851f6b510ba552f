"""The shell: who sees which lines of it, the choice of language and look, and what is said when something goes wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.template import Context, Template, TemplateSyntaxError
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from company import PEOPLE
from xinheng.desk import views
from xinheng.desk.navigation import NAVIGATION, sidebar
from xinheng.org.roles import BUSINESS


def client_of(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def lines(person) -> set[str]:
    return {line.page for _heading, shown in sidebar(person, "/") for line in shown}


def test_every_line_of_the_sidebar_leads_to_a_page():
    for section in NAVIGATION:
        for entry in section.entries:
            assert reverse(entry.page), entry.page


@pytest.mark.parametrize("role", [str(role) for role in PEOPLE])
def test_the_sidebar_offers_what_may_be_opened_and_nothing_else(company, role):
    person = company.people[role]
    client = client_of(person)
    shown = lines(person)
    for section in NAVIGATION:
        for entry in section.entries:
            status = client.get(reverse(entry.page)).status_code
            assert (status == 200) == (entry.page in shown), (entry.page, status)


def test_who_does_business_sees_customers_and_an_administrator_does_not(company):
    for role in PEOPLE:
        assert ("customers.list" in lines(company.people[role])) == (role in BUSINESS)


def test_the_line_of_the_page_at_hand_is_marked(company):
    marked = [
        line.page for _h, shown in sidebar(company.sales, "/customers/12/edit/") for line in shown if line.is_here
    ]
    assert marked == ["customers.list"]
    at_home = [line.page for _h, shown in sidebar(company.sales, "/") for line in shown if line.is_here]
    assert at_home == ["home"]


def test_the_finder_is_for_those_who_see_customers(company):
    for role in PEOPLE:
        assert ("data-finder" in client_of(company.people[role]).get("/").content.decode()) == (role in BUSINESS)


def test_the_shell_asks_little_of_the_database(company):
    client = client_of(company.general_manager)
    client.get("/desk/none/")
    with CaptureQueriesContext(connection) as asked:
        assert len(sidebar(company.general_manager, "/")) > 2
    assert len(asked) <= 2


def test_the_language_chosen_is_kept_on_the_person_and_in_the_browser(company):
    client = client_of(company.sales)
    answer = client.post("/desk/language/", {"language": "en", "next": "/inbox/"})
    assert answer["Location"] == "/inbox/"
    company.sales.refresh_from_db()
    assert company.sales.language == "en"
    assert '<html lang="en"' in client.get("/").content.decode()
    client.post("/desk/language/", {"language": "zh-hant"})
    assert '<html lang="zh-Hant"' in client.get("/").content.decode()


def test_a_language_or_look_that_there_is_not_changes_nothing(company):
    client = client_of(company.sales)
    client.post("/desk/language/", {"language": "tlh"})
    client.post("/desk/theme/", {"theme": '"><script>'})
    company.sales.refresh_from_db()
    assert (company.sales.language, company.sales.theme) == ("zh-hans", "auto")


@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"])
def test_the_way_back_never_leads_elsewhere(company, away):
    assert client_of(company.sales).post("/desk/theme/", {"theme": "dark", "next": away})["Location"] == "/"


def test_looking_does_not_change_the_language(company):
    assert client_of(company.sales).get("/desk/language/?language=en").status_code == 405


def test_the_page_of_samples_is_for_those_who_build(company, settings):
    client = client_of(company.sales)
    settings.DEBUG = settings.DEMO = False
    assert client.get("/desk/styleguide/").status_code == 404
    settings.DEMO = True
    assert client.get("/desk/styleguide/").status_code == 200


@pytest.mark.parametrize("code", [400, 403, 404, 429, 500])
def test_a_page_for_what_went_wrong_asks_nothing_of_the_database(db, code):
    with CaptureQueriesContext(connection) as asked:
        answer = views.wrong(RequestFactory().get("/"), code)
    assert len(asked) == 0
    assert answer.status_code == code
    assert "没有保存任何内容" in answer.content.decode()
    assert 'href="/"' in answer.content.decode()


def test_an_error_of_ours_says_so_and_tells_nothing_of_the_inside(company, monkeypatch):
    def broken(*_told):
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr(views, "figures", broken)
    client = client_of(company.sales)
    client.raise_request_exception = False
    answer = client.get("/")
    assert answer.status_code == 500
    assert "系统出错了" in answer.content.decode()
    assert "secret" not in answer.content.decode()


def test_a_page_of_another_role_says_whom_to_ask(company):
    answer = client_of(company.sales).get("/audit/")
    assert answer.status_code in (403, 404)
    answer = views.forbidden(RequestFactory().get("/"), PermissionDenied())
    assert "安全管理员" in answer.content.decode()


def test_a_form_without_its_token_is_refused_in_plain_words(company):
    client = Client(enforce_csrf_checks=True)
    client.force_login(company.sales)
    answer = client.post("/desk/theme/", {"theme": "dark"})
    assert answer.status_code == 403
    assert "这一页已经过期" in answer.content.decode()


def test_every_page_says_what_the_browser_may_do(company):
    answer = client_of(company.sales).get("/")
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]


def drawn(template: str, **context) -> str:
    return Template("{% load desk_tags %}" + template).render(Context(context))


@pytest.mark.parametrize(
    ("template", "value", "shown"),
    [
        ("{{ x|money }}", Decimal("1234567.8"), "1,234,567.80"),
        ("{{ x|money }}", Decimal("-0.005"), "-0.00"),
        ("{{ x|money }}", "100", "100.00"),
        ("{{ x|money }}", None, "—"),
        ('{{ x|money:"万元" }}', Decimal(3), "万元"),
        ("{{ x|number }}", 1234567, "1,234,567"),
        ("{{ x|number }}", 0, ">0<"),
        ("{{ x|percent }}", Decimal("0.1534"), "15.3%"),
        ("{{ x|percent:2 }}", 0, "0.00%"),
        ("{{ x|days }}", 30, "30 天"),
        ("{{ x|days }}", 0, "0 天"),
        ("{{ x|day }}", date(2026, 3, 1), ">2026-03-01<"),
        ("{{ x|day }}", datetime(2026, 3, 1, 17, 0, tzinfo=UTC), ">2026-03-02<"),
        ("{{ x|moment }}", datetime(2026, 3, 1, 17, 5, tzinfo=UTC), "2026-03-02 01:05"),
        ("{{ x|as_of }}", date(2026, 3, 1), "截至 2026-03-01"),
        ("{{ x|dash }}", "", "—"),
        ("{{ x|dash }}", 0, "0"),
        ("{{ x|masked }}", "<b>", "&lt;b&gt;"),
        ('{% badge x "overdue" %}', "<i>", 'bg-red-lt">&lt;i&gt;'),
        ('{% badge x "unheard_of" %}', "y", "bg-secondary-lt"),
    ],
)
def test_figures_and_days_are_written_in_one_way(template, value, shown):
    assert shown in drawn(template, x=value)


def test_an_icon_that_there_is_not_is_found_at_once():
    assert "#users" in drawn('{% icon "users" %}')
    with pytest.raises(TemplateSyntaxError, match=r"vendor\.json"):
        drawn('{% icon "no-such-icon" %}')


class Sample(forms.Form):
    """One of each."""

    name = forms.CharField(label="名称", help_text="写全称")
    day = forms.DateField(label="日期", initial=date(2026, 3, 1))
    kind = forms.ChoiceField(label="类别", choices=[(str(n), str(n)) for n in range(40)])
    way = forms.ChoiceField(label="方式", choices=[("a", "甲")], widget=forms.RadioSelect)
    yes = forms.BooleanField(label="同意", required=False)
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


def test_a_form_needs_no_classes_to_look_right():
    shown = str(Sample())
    assert '<label class="form-label required" for="id_name">名称</label>' in shown
    assert 'type="date" name="day" value="2026-03-01"' in shown
    assert "data-search" in shown
    assert shown.count("form-check-input") == 2
    assert '<input type="hidden" name="secret"' in shown
    assert 'aria-describedby="id_name_helptext"' in shown


def test_what_is_wrong_stands_at_its_field_and_is_tied_to_it():
    form = Sample({"name": "", "day": "xx", "kind": "1", "way": "a"})
    form.add_error(None, "整张表有问题 <b>")
    shown = str(form)
    assert 'id="id_name_error"' in shown
    assert 'aria-describedby="id_name_helptext id_name_error"' in shown
    assert "is-invalid" in shown
    assert "整张表有问题 &lt;b&gt;" in shown


def test_some_fields_of_a_form_can_stand_side_by_side():
    shown = drawn('{% fields f "name" "day" columns=2 %}', f=Sample())
    assert shown.count("col-md-6") == 2
    assert "id_kind" not in shown


def test_turning_pages_keeps_what_was_asked():
    request = RequestFactory().get("/", {"q": "甬", "page": "1"})
    shown = Template("{% load desk_tags %}{% query page=3 q=None %}|{% query page=2 %}").render(
        Context({"request": request})
    )
    assert shown == "?page=3|?q=%E7%94%AC&amp;page=2"


@pytest.mark.parametrize("address", ["/customers/?q=a%00b", "/customers/?%00=1"])
def test_the_character_that_no_database_keeps_is_refused_in_an_address(company, client, address):
    client.force_login(company.archivist)
    assert client.get("/customers/?q=ab").status_code == 200
    assert client.get(address).status_code == 400


def test_the_character_that_no_database_keeps_is_refused_in_a_form(company, client):
    client.force_login(company.archivist)
    assert client.post(f"/customers/{company.ours.pk}/close/", {"why": "x\0y"}).status_code == 400
