"""Rows of every kind for the small company: twice, for the customer of 销售一部 (`ours`) and of 销售二部 (`theirs`).

`World.arguments(name, side)` gives what the address `name` is to be opened with; a page that is not listed has none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from importlib import resources
from typing import Any

from django.utils import timezone

from company import Company
from grading import rated
from xinheng.audit.models import Entry
from xinheng.connect.models import Delivery, Subscription, Token
from xinheng.connect.webhooks.signing import new_secret
from xinheng.credit.core.accounts import open_account
from xinheng.credit.models import Application, Guarantee, OrderCheck
from xinheng.customers import actions as customers
from xinheng.customers.filing import FILING
from xinheng.customers.models import (
    BankAccount,
    CardField,
    CardValue,
    Contact,
    Customer,
    Identity,
    IdentityKind,
    Kind,
    Source,
    Statement,
    Trust,
)  # fmt: skip
from xinheng.intake.models import Import
from xinheng.ledger.models import (
    AccountStatement,
    Allocation,
    Contract,
    Dispute,
    Incident,
    Invoice,
    LeasedItem,
    Order,
    OrderLine,
    Rate,
    Receipt,
    Refund,
)
from xinheng.ledger.models import (
    Company as SellingCompany,
)
from xinheng.ledger.models import (
    Delivery as GoodsDelivery,
)
from xinheng.lists.models import SavedView
from xinheng.org.models import Appointment, Delegation, DutiesApart
from xinheng.org.roles import ADMINISTRATORS, FIELD
from xinheng.papers.models import Loan, Paper, PaperKind, PaperVersion, Stocktaking, StocktakingLine
from xinheng.policies.models import Comment, Policy, Trial, TrialRow, Version
from xinheng.policies.queries import prepared
from xinheng.portal.actions import complain, invite
from xinheng.privacy.models import Agreement, Consent, Hold, SubjectRequest
from xinheng.ratings.models import Assessment, Batch, Evidence, Objection, Override, Rating, Standing
from xinheng.vault import files
from xinheng.workflow.actions import open_item, start
from xinheng.workflow.models import DayOff, RoleMapping

SIDES = ("ours", "theirs")
MISSING = 99_999_999


@dataclass
class World:
    """The rows, by side and kind."""

    company: Company
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)

    def arguments(self, name: str, side: str) -> dict[str, Any] | None:
        """Give the arguments of an address for one side ("missing" for what is not there); None where it takes none."""
        make = ARGUMENTS.get(name) or next((make for start, make in STARTS if name.startswith(start)), None)
        if make is None:
            return None
        if side != "missing":
            return make(self.rows[side])
        return {key: MISSING if isinstance(value, int) else value for key, value in make(self.rows["ours"]).items()}

    def hidden_from(self, role: str) -> tuple[str, ...]:
        """Give the words that no page may show somebody in this role: customers of others, or all of them."""
        if role in ADMINISTRATORS:
            return tuple(word for side in SIDES for word in self._words(side))
        return self._words("theirs") if role in FIELD else ()

    def _words(self, side: str) -> tuple[str, ...]:
        return tuple(
            word
            for kind in ("customer", "draft")
            for word in (self.rows[side][kind].name, self.rows[side][kind].number)
        )


def pk(kind: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Give the argument `pk` of a row of this kind."""
    return lambda rows: {"pk": rows[kind].pk}


def of_customer(**others: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Give the customer's `pk` and the keys of other rows, or a word as it is."""
    return lambda rows: {
        "pk": rows["customer"].pk,
        **{name: rows[kind].pk if kind in rows else kind for name, kind in others.items()},
    }


def held(rows: dict[str, Any]) -> dict[str, Any]:
    """Give the arguments of the pages of contacts."""
    return {"pk": rows["customer"].pk, "sort": "contact", "row_pk": rows["contact"].pk}


def make_world(company: Company) -> World:
    """Store a row of every kind on both sides."""
    world = World(company)
    for number, side in enumerate(SIDES):
        world.rows[side] = _side(company, side, number)
    return world


def _side(company: Company, side: str, number: int) -> dict[str, Any]:
    customer = getattr(company, side)
    draft = _draft(customer, number)
    policies = _rows_of_policies(company, customer, number)
    return {
        "customer": customer,
        "draft": draft,
        **_rows_of_people(company, customer, number),
        **_rows_of_work(customer, draft, number),
        **_rows_of_file(company, customer, number),
        **_rows_of_papers(company, customer, number),
        **_rows_of_dealings(customer, number),
        **_rows_of_rights(company, customer, draft, number),
        **_rows_of_webhooks(company, customer, number),
        **policies,
        **_rows_of_ratings(customer, policies["policy_version"]),
        **_rows_of_moving(customer, policies["policy_version"]),
        "entry": Entry.objects.filter(about_id=str(customer.pk)).order_by("pk").first(),
    }


def _rows_of_people(company: Company, customer: Customer, number: int) -> dict[str, Any]:
    owner, today = customer.owner, timezone.localdate()
    return {
        "person": owner,
        "appointment": Appointment.objects.get(person=owner),
        "delegation": Delegation.objects.create(
            from_person=owner, to_person=company.junior, role="sales", since=today, until=today, reason="出差"
        ),
        "department": customer.department,
        "duties": DutiesApart.objects.order_by("pk")[number],
        "token": Token.objects.create(
            name=f"系统{number}", person=owner, scopes=["customers:read"], digest=str(number) * 64, hint="abcd",
            valid_until=today, created_by=company.security_admin,
        ),
    }  # fmt: skip


def _rows_of_work(customer: Customer, draft: Customer, number: int) -> dict[str, Any]:
    owner, today = customer.owner, timezone.localdate()
    return {
        "dayoff": DayOff.objects.create(day=today + timedelta(days=number), name="厂休"),
        "mapping": RoleMapping.objects.create(policy_role=f"r{number}", role="risk"),
        "item": open_item(
            customer, by=owner, on=today, act="visit", title=f"走访 {customer.name}", person=owner, about=customer
        ),
        "round": start(draft, FILING, by=owner, on=today, title=f"建档 {draft.name}"),
        "import": Import.objects.create(target="customers", by=owner, file_name="客户.csv", file_digest="0" * 64),
        "view": SavedView.objects.create(person=owner, page="customers.list", name="我的"),
    }


def _rows_of_file(company: Company, customer: Customer, number: int) -> dict[str, Any]:
    owner, today = customer.owner, timezone.localdate()
    return {
        "alias": customers.add_alias(customer, by=owner, on=today, what="short", text=f"简称{number}"),
        "value": CardValue.objects.create(
            customer=customer, field="legal_representative", plain="王某", source=Source.VISIT, as_of=today,
            trust=Trust.MEDIUM, entered_by=owner,
        ),
        "identity": Identity.objects.create(
            customer=customer, kind=IdentityKind.PASSPORT, number=f"E1234567{number}", entered_by=owner
        ),
        "account": BankAccount.objects.create(
            customer=customer, bank="甬城银行", holder=customer.name, number=f"622202000000000000{number}"
        ),
        "contact": Contact.objects.create(customer=customer, name="联系人", phone=f"1380000000{number}"),
        "statement": Statement.objects.create(
            customer=customer, period_kind="year", period_end=today.replace(month=12, day=31, year=today.year - 1),
            entered_by=company.finance,
        ),
        "field": CardField.objects.create(
            code=f"own{number}", label=f"自定{number}", section="business", kind="text", origin="company"
        ),
    }  # fmt: skip


def _rows_of_papers(company: Company, customer: Customer, number: int) -> dict[str, Any]:
    owner, today = customer.owner, timezone.localdate()
    paper = Paper.objects.create(
        customer=customer, kind=PaperKind.objects.get(code="other"), title="旧信", filed_on=today, has_copy=True
    )
    stock = Stocktaking.objects.create(room=f"R{number}", begun_by=company.archivist, begun_on=today)
    return {
        "paper": paper,
        "version": _version(paper),
        "loan": Loan.objects.create(paper=paper, borrower=owner, reason="核对", days=3, asked_on=today),
        "stocktaking": stock,
        "line": StocktakingLine.objects.create(stocktaking=stock, paper=paper),
    }


def _rows_of_dealings(customer: Customer, number: int) -> dict[str, Any]:
    today = timezone.localdate()
    late = today - timedelta(days=1)
    money = {"customer": customer, "amount": Decimal(100)}
    order = Order.objects.create(number="D1", ordered_on=late, **money)
    OrderLine.objects.create(order=order, place=1, amount=Decimal(100), delivered=Decimal(10))
    invoice = Invoice.objects.create(number="F1", invoiced_on=late, due_on=late, is_split=True, **money)
    receipt = Receipt.objects.create(
        customer=customer, number="S1", amount=Decimal(1), received_on=today, allocated=Decimal(1)
    )
    Invoice.objects.filter(pk=invoice.pk).update(settled=Decimal(1))
    return {
        "order": order,
        "goods": GoodsDelivery.objects.create(
            customer=customer, order=order, number="J1", amount=Decimal(10), delivered_on=late
        ),
        "invoice": invoice,
        "receipt": receipt,
        "allocation": Allocation.objects.create(receipt=receipt, invoice=invoice, amount=Decimal(1), on=today),
        "dispute": Dispute.objects.create(invoice=invoice, amount=Decimal(5), reason="数量不符", since=today),
        "contract": Contract.objects.create(customer=customer, number="H1", signed_on=late),
        "leased": LeasedItem.objects.create(customer=customer, kind="塔吊", number=f"T{number}", out_on=late),
        "selling": SellingCompany.objects.create(code=f"C{number}", name=f"分公司{number}"),
        "account_statement": AccountStatement.objects.create(
            customer=customer,
            company=order.company,
            since=late,
            until=today,
            opening=Decimal(0),
            closing=Decimal(99),
            overdue=Decimal(0),
            lines=[[str(late), "invoice", "F1", "100.00", "100.00"]],
            open_items=[],
            made_by=customer.owner,
            made_on=today,
        ),
        "refund": Refund.objects.create(
            receipt=receipt, number="T1", amount=Decimal(1), why="多付", asked_by=customer.owner, asked_on=today
        ),
        "incident": Incident.objects.create(customer=customer, kind="other", happened_on=late, detail="停产传闻"),
        "rate": Rate.objects.create(currency=("USD", "EUR")[number], since=late, rate=Decimal(7)),
        "guarantee": Guarantee.objects.create(
            account=open_account(customer),
            kind="insurance",
            amount=100,
            covers=90,
            giver="信保",
            number=f"B{number}",
            from_day=late,
            state="valid",
            asked_by=customer.owner,
            asked_on=late,
        ),
        "credit_application": Application.objects.create(
            account=open_account(customer),
            kind="temporary",
            amount=100,
            from_day=late,
            until_day=today,
            reason="旺季",
            state="granted",
            asked_by=customer.owner,
            asked_on=late,
        ),
        "order_check": OrderCheck.objects.create(
            account=open_account(customer),
            number="D2",
            amount=100,
            state="held",
            asked_by=customer.owner,
            asked_on=today,
        ),
    }


def _rows_of_rights(company: Company, customer: Customer, draft: Customer, number: int) -> dict[str, Any]:
    owner, today = customer.owner, timezone.localdate()
    invitation = invite(customer, to_name="王", days=3, by=owner, now=timezone.now()).invitation
    return {
        "invitation": invitation,
        "submission": complain(invitation, "服务不好, 请改进", on=today),
        "consent": Consent.objects.create(
            customer=customer, purpose="risk", scope=["basics"], how="electronic", since=today, recorded_by=owner
        ),
        "request": SubjectRequest.objects.create(
            customer=customer, kind="access", details="要查阅", proven_by="到场", received_on=today,
            due_on=today + timedelta(days=15), recorded_by=owner,
        ),
        "hold": Hold.objects.create(customer=draft, reason="诉讼", placed_on=today, placed_by=company.legal),
        "agreement": Agreement.objects.create(
            partner=_partner(like=customer, number=number), number=f"BM{number}", since=today,
            recorded_by=company.legal,
        ),
    }  # fmt: skip


def _partner(like: Customer, number: int) -> Customer:
    return Customer.objects.create(
        number=f"P000{number}", name=f"伙伴{number}银行", kind=Kind.ENTERPRISE, status="filed",
        department=like.department, owner=like.owner, is_partner=True,
    )  # fmt: skip


def _rows_of_webhooks(company: Company, customer: Customer, number: int) -> dict[str, Any]:
    told = Subscription(
        name=f"接收{number}",
        person=customer.owner,
        events=["grade.changed"],
        secret=new_secret(),
        created_by=company.security_admin,
    )
    told.point_to("https://receiver.invalid/hook")
    told.save()
    return {
        "webhook": told,
        "delivery": Delivery.objects.create(
            subscription=told, event="grade.changed", customer=customer, payload="{}", state="failed"
        ),
    }


def _rows_of_policies(company: Company, customer: Customer, number: int) -> dict[str, Any]:
    key = ("leasing", "auto-dealer")[number]
    text = (resources.files("creditpolicy") / "packs" / key / "policy.yaml").read_text(encoding="utf-8")
    policy = Policy.objects.create(key=key, title=f"制度{number}")
    told = {"created_by": company.risk, "edited_by": company.risk, "sha256": hashlib.sha256(text.encode()).hexdigest()}
    draft = Version.objects.create(policy=policy, number="1.0", text=text, origin="pack", **told)
    trial = Trial.objects.create(version=draft, sha256=draft.sha256, as_of=timezone.localdate(), by=company.risk)
    TrialRow.objects.create(trial=trial, customer=customer, before="A", after="B", notches=-1)
    comment = Comment.objects.create(version=draft, text="再议", by=company.finance)
    return {"policy": policy, "policy_version": draft, "trial": trial, "policy_comment": comment}


def _rows_of_ratings(customer: Customer, version: Version) -> dict[str, Any]:
    today = timezone.localdate()
    rating = rated(customer, version, prepared(version).policy.grades[1].grade, on=today)
    standing = Standing.objects.create(
        customer=customer, policy=version.policy, version=version, rating=rating, grade=rating.grade, limit=rating.limit,
        from_day=today, cause="first",
    )  # fmt: skip
    assessment = Assessment.objects.create(
        number=f"PG-{customer.number}", customer=customer, policy=version.policy, version=version, kind="manual",
        as_of=today, opened_on=today, department=customer.department, opened_by=customer.owner,
    )  # fmt: skip
    paper = Paper.objects.filter(customer=customer).first()
    return {
        "rating": rating, "standing": standing, "assessment": assessment,
        "evidence": Evidence.objects.create(assessment=assessment, paper=paper, by=customer.owner),
        "batch": Batch.objects.create(version=version, as_of=today, state="rated"),
    }  # fmt: skip


def _rows_of_moving(customer: Customer, version: Version) -> dict[str, Any]:
    today, owner = timezone.localdate(), customer.owner
    rating = Rating.objects.filter(customer=customer).first()
    grades = prepared(version).policy.grades
    override = Override.objects.create(
        customer=customer,
        policy=version.policy,
        version=version,
        rating=rating,
        grade=grades[0].grade,
        grade_by_score=grades[1].grade,
        reason="总部担保",
        days=30,
        asked_by=owner,
        asked_on=today,
    )
    objection = Objection(
        number=f"YY{customer.number}",
        customer=customer,
        policy=version.policy,
        kind="complaint",
        rating=rating,
        channel="staff",
        text="评低了",
        received_on=today,
        received_by=owner,
        due_on=today,
    )
    objection.save()
    return {"override": override, "objection": objection}


def _version(paper: Paper) -> PaperVersion:
    version = PaperVersion(paper=paper, number=1, file_name="旧信.pdf", file_type="pdf")
    kept = files.store([b"%PDF-1.4 a letter"], place=version.place_in_store)
    version.stored_as, version.size, version.sha256 = kept.name, kept.size, kept.sha256
    version.save()
    return version


def _draft(like: Customer, number: int) -> Customer:
    return Customer.objects.create(
        number=f"D000{number}", name=f"待建档{number}有限公司", kind=Kind.ENTERPRISE, department=like.department,
        owner=like.owner, registered_by=like.owner,
    )  # fmt: skip


ARGUMENTS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "org.end_appointment": pk("appointment"),
    "org.end_delegation": pk("delegation"),
    "org.change_department": pk("department"),
    "org.close_department": pk("department"),
    "org.let_together": pk("duties"),
    "workflow.round": pk("round"),
    "workflow.withdraw": pk("round"),
    "workflow.unset_day": pk("dayoff"),
    "workflow.unmap_role": pk("mapping"),
    "intake.template": lambda _rows: {"key": "customers"},
    "lists.remove": pk("view"),
    "customers.new_of_kind": lambda _rows: {"kind": "enterprise"},
    "customers.alias_drop": of_customer(alias_pk="alias"),
    "customers.field": of_customer(code="legal_representative"),
    "customers.value": of_customer(code="legal_representative"),
    "customers.value_withdraw": of_customer(value_pk="value"),
    "customers.settle": of_customer(value_pk="value"),
    "customers.identity_verify": of_customer(identity_pk="identity"),
    "customers.identity_show": of_customer(identity_pk="identity"),
    "customers.identity_withdraw": of_customer(identity_pk="identity"),
    "customers.contact_show": of_customer(row_pk="contact"),
    "customers.account_show": of_customer(row_pk="account"),
    "customers.held_new": held,
    "customers.held_edit": held,
    "customers.held_end": held,
    "customers.statement": of_customer(statement_pk="statement"),
    "papers.of_customer": pk("customer"),
    "papers.file": pk("customer"),
    "papers.card": pk("customer"),
    "papers.look": pk("version"),
    "papers.loan": pk("loan"),
    "papers.handle_loan": lambda rows: {"pk": rows["loan"].pk, "verb": "cancel"},
    "papers.stocktaking": pk("stocktaking"),
    "papers.close_stocktaking": pk("stocktaking"),
    "papers.mark_line": pk("line"),
    "ledger.order": pk("order"),
    "ledger.invoice": pk("invoice"),
    "ledger.receipt": pk("receipt"),
    "ledger.enter_delivery": pk("order"),
    "ledger.print_statement": lambda rows: {"pk": rows["account_statement"].pk, "form": "xlsx"},
    "portal.renew_code": pk("invitation"),
    "portal.end_invitation": pk("invitation"),
    "portal.tab": pk("customer"),
    "portal.invite": pk("customer"),
    "portal.letter": pk("customer"),
    "portal.submission": pk("submission"),
    "portal.file": pk("submission"),
    "privacy.withdraw": pk("consent"),
    "privacy.request": pk("request"),
    "privacy.handle": lambda rows: {"pk": rows["request"].pk, "verb": "grant"},
    "privacy.release": pk("hold"),
    "privacy.end_agreement": pk("agreement"),
    "audit.entry": pk("entry"),
    "audit.looks": pk("customer"),
    "policies.policy": pk("policy"),
    "policies.make_main": pk("policy"),
    "policies.trial": pk("trial"),
    "policies.answer": pk("policy_comment"),
    "policies.printed": lambda rows: {"pk": rows["policy_version"].pk, "form": "pdf"},
    "ratings.rating": pk("rating"),
    "ratings.check": pk("rating"),
    "ratings.of_customer": pk("customer"),
    "ratings.history": pk("customer"),
    "ratings.cancel_batch": pk("batch"),
    "ratings.send_batch": pk("batch"),
    "ratings.movers": pk("batch"),
    "ratings.assessment": pk("assessment"),
    "ratings.form": pk("assessment"),
    "ratings.live": pk("assessment"),
    "ratings.withdraw_assessment": pk("assessment"),
    "ratings.cancel_assessment": pk("assessment"),
    "ratings.mark_special": pk("assessment"),
    "ratings.attach": pk("assessment"),
    "ratings.print": pk("assessment"),
    "ratings.detach": pk("evidence"),
    "ratings.new_assessment": pk("customer"),
    "ratings.override": pk("override"),
    "ratings.end_override": pk("override"),
    "ratings.objection": pk("objection"),
    "ratings.handle_objection": lambda rows: {"pk": rows["objection"].pk, "verb": "reject"},
    "ratings.ask_override": pk("customer"),
    "ratings.object": pk("customer"),
    "ratings.revoke": pk("customer"),
    "ratings.thaw": pk("customer"),
    "ratings.changes": pk("customer"),
    "connect.revoke_token": pk("token"),
    "connect.resend": pk("delivery"),
}
OF_LEDGER = {
    "reverse_order": "order",
    "reverse_delivery": "goods",
    "reverse_invoice": "invoice",
    "reverse_receipt": "receipt",
    "reverse_contract": "contract",
    "reverse_leased": "leased",
    "reverse_rate": "rate",
    "give_up": "order",
    "extend_order": "order",
    "dispute": "invoice",
    "set_off": "invoice",
    "end_dispute": "dispute",
    "undo_allocation": "allocation",
    "use_prepayment": "receipt",
    "ask_refund": "receipt",
    "take_back": "leased",
    "end_contract": "contract",
    "rename_company": "selling",
    "end_company": "selling",
    "statement": "account_statement",
    "send_statement": "account_statement",
    "withdraw_statement": "account_statement",
    "clear_statement": "account_statement",
    "withdraw_incident": "incident",
    "reverse_refund": "refund",
}
"""Addresses of the ledger that begin so take a row of this kind."""
STARTS: tuple[tuple[str, Callable[[dict[str, Any]], dict[str, Any]]], ...] = (
    ("customers.field_", lambda rows: {"field_pk": rows["field"].pk}),
    ("customers.statement_", of_customer(statement_pk="statement")),
    ("customers.", pk("customer")),
    *((f"ledger.{name}", pk(kind)) for name, kind in OF_LEDGER.items()),
    ("ledger.", pk("customer")),
    ("org.", pk("person")),
    ("workflow.", pk("item")),
    ("intake.", pk("import")),
    ("papers.", pk("paper")),
    ("privacy.", pk("customer")),
    ("policies.trial_", pk("trial")),
    ("ratings.batch", pk("batch")),
    ("policies.", pk("policy_version")),
    *((f"credit.{name}", pk("guarantee")) for name in ("guarantee", "release_guarantee")),
    *((f"credit.{name}", pk("order")) for name in ("delivery", "release_delivery")),
    *((f"credit.{name}", pk("order_check")) for name in ("check", "release", "drop", "single", "use", "give_back")),
    *((f"credit.{name}", pk("credit_application")) for name in ("application", "print")),
    ("credit.", pk("customer")),
    ("connect.webhook", lambda rows: {"pk": rows["webhook"].pk}),
)
"""What the pages of a room are about, where they are not listed by themselves."""
