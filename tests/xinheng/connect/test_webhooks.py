"""Webhooks: told with the deed or not at all, signed, tried again, never inside, and only what the receiver may know."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.server
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from assessing import opened
from creditpolicy.problems import Refusal
from grading import graded
from policies import published
from xinheng.audit.models import Entry
from xinheng.audit.record import SYSTEM
from xinheng.connect import jobs
from xinheng.connect.models import Attempt, Delivery, Subscription
from xinheng.connect.webhooks import actions, sending
from xinheng.policies.models import Policy, Version
from xinheng.ratings.actions import cancel_assessment
from xinheng.ratings.listeners import Moved, tell_standing, tell_standings
from xinheng.ratings.models import Standing
from xinheng.running import doctor
from xinheng.workflow.models import Item

pytestmark = pytest.mark.django_db
State = Delivery.State


class Receiver:
    """A system on this machine that takes what it is told, or answers as `status` says."""

    def __init__(self) -> None:
        self.status = 200
        self.taken: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.taken.append(({key.lower(): value for key, value in self.headers.items()}, body))
                self.send_response(receiver.status)
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()

            def log_message(self, *_told: Any) -> None:
                """Say nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.place = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    """A receiver that the company allows, though it is inside."""
    made = Receiver()
    settings.OUTGOING_ALLOWED = [made.place]
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def subscription(company, receiver) -> Subscription:
    """The receiver, told of grades in the name of the finance department's person."""
    made, secret = actions.subscribe(
        name="ERP", url=f"http://{receiver.place}/in", events=["grade.changed"], person=company.finance,
        by=company.security_admin, on=timezone.localdate(),
    )  # fmt: skip
    made.plain = secret
    return made


@pytest.fixture
def policy(company) -> Policy:
    """A policy with one version, as it is stored."""
    policy = Policy.objects.create(key="leasing", title="租赁信用评级", is_main=True)
    Version.objects.create(policy=policy, number="1", text="", sha256="0" * 64, origin="file")
    return policy


def standing(customer, policy: Policy, grade: str, **more: Any) -> Standing:
    return Standing(
        customer=customer, policy=policy, version=policy.versions.get(), grade=grade, from_day=timezone.localdate(),
        cause="rated", limit=Decimal(more.pop("limit", 100_000)), **more,
    )  # fmt: skip


def move(customer, policy: Policy, grade: str, before: str = "") -> None:
    """Tell of a grade that moved."""
    tell_standing(
        standing(customer, policy, grade), before=standing(customer, policy, before) if before else None, by=SYSTEM,
        on=timezone.localdate(),
    )  # fmt: skip


def test_a_grade_that_moved_is_told_once_with_its_number_and_no_name(company, subscription, policy, receiver):
    move(company.ours, policy, "C", "A")
    assert sending.send_due() == 1
    assert sending.send_due() == 0
    [(headers, body)] = receiver.taken
    told = json.loads(body)
    assert told["type"] == "grade.changed"
    assert told["id"] == headers["webhook-id"] == str(Delivery.objects.get().uid)
    wanted = {"customer": "C0001", "policy": "leasing", "grade": "C", "grade_before": "A", "limit": "100000"}
    assert wanted.items() <= told["data"].items()
    assert company.ours.name not in body.decode()
    assert Delivery.objects.get().state == State.DELIVERED


def test_the_receiver_can_tell_who_sent_it_and_that_nothing_was_changed(company, subscription, policy, receiver):
    move(company.ours, policy, "C")
    sending.send_due()
    [(headers, body)] = receiver.taken
    key = base64.b64decode(subscription.plain.removeprefix("whsec_"))
    told = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    own = base64.b64encode(hmac.new(key, told, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{own}"
    assert abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 60
    other = base64.b64encode(hmac.new(key, told + b" ", hashlib.sha256).digest()).decode()
    assert other not in headers["webhook-signature"]


def test_after_a_change_of_secret_both_sign_for_a_day(company, subscription, policy, receiver):
    new = actions.renew_secret(subscription, by=company.system_admin)
    now = timezone.now()
    assert sending.secrets_of(subscription, now) == [new, subscription.plain]
    assert sending.secrets_of(subscription, now + timedelta(hours=25)) == [new]


def test_what_is_undone_is_not_told(company, subscription, policy, receiver):
    with transaction.atomic():
        move(company.ours, policy, "C")
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()


def test_only_what_the_receiver_may_know_is_told(company, receiver, policy):
    actions.subscribe(
        name="分公司", url=f"http://{receiver.place}/in", events=["grade.changed"], person=company.stranger,
        by=company.security_admin, on=timezone.localdate(),
    )  # fmt: skip
    today = timezone.localdate()
    both = [Moved(standing(one, policy, "B"), None) for one in (company.ours, company.theirs)]
    tell_standings(both, by=SYSTEM, on=today)
    assert [one.customer for one in Delivery.objects.all()] == [company.theirs]
    company.stranger.appointments.all().delete()
    tell_standings(both, by=SYSTEM, on=today)
    assert Delivery.objects.count() == 1


def test_a_grade_that_stayed_is_not_told(company, subscription, policy):
    move(company.ours, policy, "B", "B")
    assert not Delivery.objects.exists()


def test_tries_come_later_and_later_and_end(company, subscription, policy, receiver, monkeypatch):
    receiver.status = 500
    move(company.ours, policy, "C")
    waits, at = [], timezone.now()
    for _try in range(len(sending.WAITS) + 1):
        monkeypatch.setattr(sending.timezone, "now", lambda moment=at: moment)
        assert sending.send_due() == 0
        delivery = Delivery.objects.get()
        waits.append(delivery.next_try_at - at)
        at = delivery.next_try_at + timedelta(seconds=1)
        Subscription.objects.update(rest_until=None, failing_since=at)
    assert waits[:-1] == list(sending.WAITS)
    assert delivery.state == State.FAILED
    assert len(receiver.taken) == Attempt.objects.filter(status=500).count() == len(sending.WAITS) + 1
    assert len({headers["webhook-id"] for headers, _body in receiver.taken}) == 1
    receiver.status = 200
    monkeypatch.undo()
    actions.resend(delivery, by=company.system_admin)
    assert sending.send_due() == 1
    assert receiver.taken[-1][0]["webhook-id"] == str(delivery.uid)


def test_an_address_that_does_not_answer_is_left_to_rest(company, subscription, policy, receiver):
    receiver.status = 503
    for grade in "ABC":
        move(company.ours, policy, grade)
    sending.send_due()
    sending.send_due()
    assert len(receiver.taken) == 1
    receiver.status = 200
    Subscription.objects.update(rest_until=None)
    assert sending.send_due() == 2
    subscription.refresh_from_db()
    assert (subscription.failures, subscription.failing_since) == (0, None)


def test_after_three_days_without_an_answer_nothing_more_is_sent_and_somebody_is_told(
    company, subscription, policy, receiver
):
    receiver.status = 500
    move(company.ours, policy, "C")
    Subscription.objects.update(failures=sending.BROKEN_TRIES, failing_since=timezone.now() - timedelta(days=4))
    sending.send_due()
    subscription.refresh_from_db()
    assert subscription.state == Subscription.State.BROKEN
    task = Item.objects.get(act="look_into")
    assert (task.role, task.state) == ("system_admin", "open")
    move(company.ours, policy, "D")
    Delivery.objects.update(next_try_at=timezone.now())
    assert sending.send_due() == 0
    assert len(receiver.taken) == 1
    receiver.status = 200
    actions.resume(subscription, by=company.system_admin, on=timezone.localdate())
    assert sending.send_due() == 2
    task.refresh_from_db()
    assert task.state == "done"


def test_a_delivery_that_another_worker_holds_is_not_sent_twice(company, subscription, policy, receiver):
    move(company.ours, policy, "C")
    number = Delivery.objects.get().pk
    held = sending._claimed(number)
    assert held is not None
    assert sending._claimed(number) is None
    assert sending.send_due() == 0
    Delivery.objects.update(next_try_at=timezone.now())  # the lease of a worker that died is over
    assert sending.send_due() == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/in", "https://127.0.0.1/in", "https://localhost/in", "https://10.1.2.3/in",
        "https://[::1]/in", "https://169.254.169.254/", "https://u:p@example.com/", "ftp://example.com/", "example.com",
        "https://exa mple.com:x/", "https:///in", "https://2130706433/",
    ],
)  # fmt: skip
def test_addresses_inside_and_in_clear_are_refused(company, url):
    with pytest.raises(Refusal):
        actions.subscribe(
            name="ERP", url=url, events=["grade.changed"], person=company.finance, by=company.security_admin,
            on=timezone.localdate(),
        )  # fmt: skip


def test_a_name_that_leads_inside_is_not_reached(company, policy, receiver, settings, monkeypatch):
    real = sending.outgoing.socket.getaddrinfo
    port = receiver.place.rpartition(":")[2]

    def inside(host: str, *told: Any, **more: Any) -> Any:
        return real("127.0.0.1" if host == "hooks.example.com" else host, *told, **more)

    settings.OUTGOING_ALLOWED = []
    monkeypatch.setattr("socket.getaddrinfo", inside)
    actions.subscribe(
        name="ERP", url=f"https://hooks.example.com:{port}/in", events=["grade.changed"], person=company.finance,
        by=company.security_admin, on=timezone.localdate(),
    )  # fmt: skip
    move(company.ours, policy, "C")
    assert sending.send_due() == 0
    assert receiver.taken == []
    assert "内部地址" in Attempt.objects.get().problem


def test_address_secret_and_message_are_not_stored_in_clear(company, subscription, policy):
    from django.db import connection

    move(company.ours, policy, "C")
    with connection.cursor() as cursor:
        cursor.execute("SELECT url, secret FROM connect_subscription")
        kept = str(cursor.fetchall())
        cursor.execute("SELECT payload FROM connect_delivery")
        kept += str(cursor.fetchall())
    for word in ("/in", subscription.plain, "C0001", "grade_before"):
        assert word not in kept
    assert not Entry.objects.filter(act="connect.subscribe", after__icontains=subscription.plain).exists()


def test_only_system_and_security_administrators_set_it_up(company, subscription):
    told = {"name": "X", "url": "https://example.com/in", "events": ["grade.changed"], "on": timezone.localdate()}
    for by in (company.finance, company.general_manager, company.audit_admin):
        with pytest.raises(Refusal, match="角色"):
            actions.subscribe(person=company.sales, by=by, **told)
    for person in (company.security_admin, company.audit_admin):
        with pytest.raises(Refusal, match="专用人员"):
            actions.subscribe(person=person, by=company.security_admin, **told)
    with pytest.raises(Refusal, match="事件"):
        actions.subscribe(person=company.sales, by=company.security_admin, **told | {"events": ["test"]})


def test_the_page_sets_up_tests_pauses_and_ends_without_showing_a_customer(client, company, policy, receiver):
    client.force_login(company.security_admin)
    answer = client.post(
        "/webhooks/new/",
        {"name": "ERP", "url": f"http://{receiver.place}/s3cret", "events": ["grade.changed"], "person": company.finance.pk},
    )  # fmt: skip
    subscription = Subscription.objects.get()
    assert subscription.secret in answer.content.decode()
    page = f"/webhooks/{subscription.pk}/"
    assert "对方收下了" in client.post(f"{page}test/", follow=True).content.decode()
    assert json.loads(receiver.taken[0][1])["type"] == "test"
    receiver.status = 410
    assert "410" in client.post(f"{page}test/", follow=True).content.decode()
    move(company.ours, policy, "C")
    shown = client.get(page).content.decode()
    for word in (company.ours.number, company.ours.name, subscription.secret, "s3cret"):
        assert word not in shown
    client.post(f"{page}pause/")
    assert "没有暂停" not in client.post(f"{page}resume/", follow=True).content.decode()
    assert "原因" in client.post(f"{page}end/", {"why": ""}, follow=True).content.decode()
    client.post(f"{page}end/", {"why": "换系统"})
    assert not Delivery.objects.filter(state=State.WAITING).exists()
    move(company.ours, policy, "D")
    assert not Delivery.objects.filter(state=State.WAITING).exists()


def test_an_erased_customer_takes_what_waits_with_him(company, subscription, policy):
    from xinheng.privacy import reach

    move(company.ours, policy, "C")
    found = {one.label: one for one in reach.reached()}
    assert found["connect.delivery"].treatment == "delete"
    assert found["connect.delivery"].rows(company.ours).count() == 1
    assert found["connect.delivery"].rows(company.theirs).count() == 0


def test_what_really_happens_is_told(company, receiver):
    today = timezone.localdate()
    actions.subscribe(
        name="ERP", url=f"http://{receiver.place}/in", person=company.finance, by=company.security_admin, on=today,
        events=["grade.changed", "rating.made", "assessment.decided", "policy.published"],
    )  # fmt: skip
    version = published(company, "leasing", on=today)
    graded(company.ours, version, "A", on=today)
    case = opened(company, version, on=today)
    cancel_assessment(case, by=company.finance, on=today, why="重复")
    assert sending.send_due() == Delivery.objects.count()
    told = [json.loads(body) for _headers, body in receiver.taken]
    assert [one["type"] for one in told] == ["policy.published", "rating.made", "grade.changed", "assessment.decided"]
    assert (told[3]["data"]["assessment"], told[3]["data"]["state"]) == (case.number, "cancelled")
    assert told[0]["data"]["sha256"] == version.sha256
    assert (told[2]["data"]["grade"], told[2]["data"]["grade_before"], told[2]["data"]["cause"]) == ("A", None, "first")


def test_why_nobody_answered_is_said_in_words(company, subscription, policy, receiver):
    receiver.server.shutdown()
    receiver.server.server_close()
    move(company.ours, policy, "C")
    assert sending.send_due() == 0
    assert Attempt.objects.get().problem == "对方拒绝连接。"


def a_message(subscription: Subscription, state: str, *, days_ago: int) -> Delivery:
    ended = None if state == State.WAITING else timezone.now() - timedelta(days=days_ago)
    return Delivery.objects.create(
        subscription=subscription, event="grade.changed", payload="{}", state=state, ended_at=ended,
        at=timezone.now() - timedelta(days=days_ago), next_try_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip


def test_messages_that_are_over_are_cleared_after_ninety_days_and_what_waits_never(subscription):
    kept = [
        a_message(subscription, State.WAITING, days_ago=200), a_message(subscription, State.DELIVERED, days_ago=89),
        a_message(subscription, State.FAILED, days_ago=0),
    ]  # fmt: skip
    old = [a_message(subscription, state, days_ago=92) for state in jobs.OVER]
    Attempt.objects.create(delivery=old[0], status=200)
    assert "3" in jobs.daily(on=timezone.localdate())
    assert set(Delivery.objects.values_list("pk", flat=True)) == {one.pk for one in kept}
    assert Attempt.objects.count() == 0
    assert Entry.objects.get(act="connect.clear_deliveries").after["messages"] == 3
    assert jobs.daily(on=timezone.localdate()) is None


def test_the_doctor_tells_of_a_system_that_is_told_nothing_any_more(subscription):
    assert list(doctor._webhooks()) == []
    a_message(subscription, State.FAILED, days_ago=1)
    a_message(subscription, State.FAILED, days_ago=30)
    a_message(subscription, State.WAITING, days_ago=1)
    Subscription.objects.update(failures=0)
    told = [finding.what for finding in doctor._webhooks()]
    assert len(told) == 2
    assert "1 条通知没有送达" in told[0]
    assert "等了一小时" in told[1]
    Subscription.objects.update(state=Subscription.State.BROKEN)
    told = [finding.what for finding in doctor._webhooks()]
    assert "“ERP”" in told[0]
    assert "已停发" in told[0]
