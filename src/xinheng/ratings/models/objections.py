"""Objections to published results, and complaints about one's own grade."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import Actor
from xinheng.customers.models import Customer
from xinheng.org.models import Person
from xinheng.policies.models import Policy
from xinheng.ratings.models.cases import Assessment
from xinheng.ratings.models.records import Rating
from xinheng.ratings.models.standings import Cause, Standing
from xinheng.ratings.models.visible import Visible
from xinheng.vault.fields import EncryptedTextField, SealedRow


class Objection(SealedRow):
    """An objection to a published result, or a customer's complaint about his own grade."""

    class Kind(models.TextChoices):
        """Which of the two."""

        PUBLICATION = "publication", _("公示异议")
        COMPLAINT = "complaint", _("对评级的投诉")

    class State(models.TextChoices):
        """How far it is."""

        RECEIVED = "received", _("待处理")
        UNDER_REVIEW = "under_review", _("复核中")
        UPHELD = "upheld", _("成立")
        REJECTED = "rejected", _("不成立")
        WITHDRAWN = "withdrawn", _("已撤回")

    class Channel(models.TextChoices):
        """How it came in."""

        PORTAL = "portal", _("客户自助")
        STAFF = "staff", _("员工受理")

    number = models.CharField(_("编号"), max_length=20, unique=True)
    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="objections")
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("类别"), max_length=12, choices=Kind)
    assessment = models.ForeignKey(Assessment, null=True, on_delete=models.PROTECT, related_name="objections")
    rating = models.ForeignKey(Rating, null=True, on_delete=models.PROTECT, related_name="objections")
    channel = models.CharField(_("渠道"), max_length=8, choices=Channel)
    from_whom = EncryptedTextField(_("提出人"), bound_to=("uid", "customer_id"), default="")
    text = EncryptedTextField(_("内容"), bound_to=("uid", "customer_id"))
    received_on = models.DateField(_("收到日期"))
    received_by = models.ForeignKey(
        Person, verbose_name=_("受理人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    due_on = models.DateField(_("答复期限"), null=True)
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.RECEIVED)
    answer = EncryptedTextField(_("答复"), bound_to=("uid", "customer_id"), default="")
    answered_by = models.ForeignKey(
        Person, verbose_name=_("答复人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_on = models.DateField(_("答复日期"), null=True)

    objects: ClassVar[Any] = Visible.as_manager()
    workflow_template = "ratings/parts/objection_subject.html"

    class Meta:
        verbose_name = _("异议")
        verbose_name_plural = _("异议")
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("ratings.objection", args=[self.pk])

    @property
    def corrected_on(self) -> date | None:
        """The day on which the grade was put right because of it; None where it was not."""
        rows = Standing.objects.filter(cause=Cause.CORRECTED, rating__assessment__objection=self)
        found: date | None = rows.values_list("from_day", flat=True).first()
        return found

    # What the workflow asks of a subject ---------------------------------------------------------------------------

    def forbidden_handlers(self, item: Any) -> dict[int, str]:
        """Keep everybody who rated away from handling it."""
        from xinheng.ratings.actions.objections import raters

        if item.act != "answer":
            return {}
        return dict.fromkeys(raters(self), gettext("您参与了被投诉的评级。请由没有参与的人处理。"))

    def on_decided(self, case: Any, outcome: str, *, by: Actor, on: date) -> None:
        """Be told the end of a task; the one to answer ends only by an answer."""
        if getattr(case, "act", "") == "answer" and self.state in (self.State.RECEIVED, self.State.UNDER_REVIEW):
            raise Refusal(gettext("请打开异议写明答复, 不能只点办结。"))

    def may_handle(self, person: Person) -> bool:
        """Say whether the person may see the customer at all."""
        return Customer.objects.visible_to(person).filter(pk=self.customer_id).exists()
