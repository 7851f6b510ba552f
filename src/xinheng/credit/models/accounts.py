"""The account of a customer, what is granted to it, what is held on it, and every movement with the balance after it.

SQLite keeps decimals as binary floating point, so that a comparison in SQL would not be exact there: all amounts here
are whole cents. `None` granted means that no limit was set, which is not 0: with 0 only cash is taken.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xinheng.customers.models import Customer
from xinheng.ledger.models import BASE, Company, default_company

MOST = 10**14
"""No amount is above this (a million million yuan in cents), so that a percentage of it still is a whole number."""


class Account(models.Model):
    """One customer's credit with one company of the group in one currency: the row that decides.

    `used` is the exposure: what the documents say by the parts that the policy counts (less prepayments and deposits, so
    it may be below zero) and `taken`, what was used of holds without a document in the ledger. `granted` holds for days
    before `valid_until`, the first day on which it must be worked out anew; `is_pooled` says that it shares limits, which
    are in the base currency: one in another currency counts there at `pool_rate`, and not where that is missing.
    """

    PARTS = ("open_orders", "delivered", "receivables", "prepayment", "deposit")
    TAKEN_AWAY = frozenset({"prepayment", "deposit"})

    customer = models.ForeignKey(
        Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="credit_accounts"
    )
    company = models.ForeignKey(
        Company, verbose_name=_("本方公司"), on_delete=models.PROTECT, related_name="+", default=default_company
    )
    currency = models.CharField(_("币种"), max_length=3, default=BASE)
    granted = models.BigIntegerField(_("额度"), null=True)
    used = models.BigIntegerField(_("已用"), default=0)
    reserved = models.BigIntegerField(_("预占"), default=0)
    is_frozen = models.BooleanField(_("冻结"), default=False)
    frozen_for = models.CharField(_("冻结来源"), max_length=40, blank=True, default="")
    valid_until = models.DateField(null=True)
    is_pooled = models.BooleanField(default=False)
    pool_rate = models.DecimalField(max_digits=18, decimal_places=8, null=True)
    open_orders = models.BigIntegerField(_("未交订单"), default=0)
    delivered = models.BigIntegerField(_("已交未票"), default=0)
    receivables = models.BigIntegerField(_("应收"), default=0)
    prepayment = models.BigIntegerField(_("预收"), default=0)
    deposit = models.BigIntegerField(_("押金"), default=0)
    taken = models.BigIntegerField(_("已用未入账"), default=0)
    counts = models.CharField(max_length=100, default=",".join(PARTS))

    class Meta:
        verbose_name = _("授信账户")
        verbose_name_plural = _("授信账户")
        constraints = (
            models.UniqueConstraint(fields=["customer", "company", "currency"], name="credit_account_one"),
            models.CheckConstraint(
                condition=Q(granted__isnull=True) | Q(granted__gte=0, granted__lte=MOST), name="credit_granted"
            ),
            models.CheckConstraint(condition=Q(reserved__gte=0, reserved__lte=MOST), name="credit_reserved"),
            models.CheckConstraint(condition=Q(used__gte=-MOST, used__lte=MOST), name="credit_used"),
            models.CheckConstraint(condition=Q(taken__gte=0), name="credit_taken"),
            models.CheckConstraint(
                condition=Q(is_frozen=True, frozen_for__gt="") | Q(is_frozen=False, frozen_for=""), name="credit_frozen"
            ),
        )

    def __str__(self) -> str:
        return f"{self.customer} {self.currency}"

    @property
    def free(self) -> int | None:
        """What may still be taken, in cents; below zero where the limit was lowered under the exposure. None: no limit."""
        return None if self.granted is None else self.granted - self.used - self.reserved

    @property
    def counted(self) -> frozenset[str]:
        """The parts of the exposure that count against the limit."""
        return frozenset(self.counts.split(","))

    def share_in(self, part: str) -> int:
        """Say how a cent of a part counts: 1 adds to the exposure, -1 takes away, 0 does not count."""
        if part not in self.counted:
            return 0
        return -1 if part in self.TAKEN_AWAY else 1


class Grant(models.Model):
    """An amount granted over a time: a revolving limit, a temporary one above it, one for a single order, or by a guarantee.

    `until_day` is the first day on which it no longer holds. Of revolving ones that hold, the latest decides. One for a
    single order counts from the hold that takes it. Guarantees of one kind (`secured_by`) add `most` at most together, in
    hundredths of a percent of the revolving one.
    """

    class Kind(models.TextChoices):
        """What sort of limit it is."""

        REVOLVING = "revolving", _("循环额度")
        TEMPORARY = "temporary", _("临时额度")
        SINGLE = "single", _("单笔额度")
        SECURED = "secured", _("担保额度")

    class Cause(models.TextChoices):
        """Where it comes from."""

        GRADE = "grade", _("按等级")
        APPLICATION = "application", _("申请批准")
        GUARANTEE = "guarantee", _("担保增加")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="grants")
    kind = models.CharField(_("类别"), max_length=10, choices=Kind)
    cause = models.CharField(_("来源"), max_length=12, choices=Cause)
    amount = models.BigIntegerField(_("金额"))
    from_day = models.DateField(_("生效日"))
    until_day = models.DateField(_("失效日"), null=True)
    ended_on = models.DateField(_("提前结束"), null=True)
    hold = models.ForeignKey("Hold", null=True, on_delete=models.PROTECT, related_name="single_limits")
    secured_by = models.CharField(max_length=14, blank=True, default="")
    most = models.PositiveIntegerField(null=True)
    document = models.CharField(_("依据"), max_length=60, blank=True)
    clause = models.CharField(_("条款"), max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("额度")
        verbose_name_plural = _("额度")
        ordering = ("-from_day", "-id")
        indexes = (models.Index(fields=["until_day"], name="credit_grant_ends"),)
        constraints = (
            models.CheckConstraint(condition=Q(amount__gte=0, amount__lte=MOST), name="credit_grant_amount"),
            models.CheckConstraint(
                condition=Q(until_day__isnull=True) | Q(until_day__gt=F("from_day")), name="credit_grant_days"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["revolving", "secured"]) | Q(until_day__isnull=False),
                name="credit_grant_temporary_ends",
            ),
            models.CheckConstraint(condition=Q(hold__isnull=True) | Q(kind="single"), name="credit_grant_single_hold"),
            models.CheckConstraint(
                condition=Q(kind="secured", secured_by__gt="")
                | (~Q(kind="secured") & Q(secured_by="", most__isnull=True)),
                name="credit_grant_secured_by",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount}"


class Hold(models.Model):
    """What is reserved for an order: used in part or whole, released, or expired; each cent once.

    `until_day` is the first day on which what is left of it no longer holds.
    """

    class State(models.TextChoices):
        """How far it is."""

        OPEN = "open", _("预占中")
        DONE = "done", _("已用完")
        RELEASED = "released", _("已释放")
        EXPIRED = "expired", _("已过期")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holds", db_index=False)
    document = models.CharField(_("单据"), max_length=60, blank=True)
    amount = models.BigIntegerField(_("金额"))
    used = models.BigIntegerField(_("已使用"), default=0)
    released = models.BigIntegerField(_("已释放"), default=0)
    returned = models.BigIntegerField(_("已归还或入账"), default=0)
    until_day = models.DateField(_("失效日"), null=True)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.OPEN)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("预占")
        verbose_name_plural = _("预占")
        ordering = ("-id",)
        indexes = (
            models.Index(fields=["account", "until_day"], condition=Q(state="open"), name="credit_hold_open"),
            models.Index(fields=["account", "document"], name="credit_hold_document"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(used__gte=0, released__gte=0, amount__gte=F("used") + F("released")),
                name="credit_hold_parts",
            ),
            models.CheckConstraint(condition=Q(returned__gte=0, returned__lte=F("used")), name="credit_hold_returned"),
            models.CheckConstraint(
                condition=Q(state="open") | Q(amount=F("used") + F("released")), name="credit_hold_ended_empty"
            ),
        )

    def __str__(self) -> str:
        return self.document or f"#{self.pk}"

    @property
    def left(self) -> int:
        """What is still reserved, in cents."""
        return self.amount - self.used - self.released


class Movement(models.Model):
    """One change of an account with the balance after it; never changed, never deleted.

    `ceiling` is the most that used and reserved might be together when an amount was reserved (None: not bounded): the
    database refuses a reservation above it, whatever wrote it.
    """

    class Kind(models.TextChoices):
        """What moved."""

        GRANT = "grant", _("额度变动")
        FREEZE = "freeze", _("冻结")
        THAW = "thaw", _("解冻")
        RESERVE = "reserve", _("预占")
        USE = "use", _("使用")
        RELEASE = "release", _("释放")
        EXPIRE = "expire", _("过期")
        RETURN = "return", _("归还")
        EXPOSURE = "exposure", _("往来变动")
        COUNT = "count", _("占用口径变动")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="movements", db_index=False)
    kind = models.CharField(_("类别"), max_length=10, choices=Kind)
    amount = models.BigIntegerField(_("金额"))
    granted = models.BigIntegerField(_("额度余额"), null=True)
    used = models.BigIntegerField(_("已用余额"))
    reserved = models.BigIntegerField(_("预占余额"))
    ceiling = models.BigIntegerField(null=True)
    hold = models.ForeignKey(Hold, null=True, on_delete=models.PROTECT, related_name="movements", db_index=False)
    part = models.CharField(_("构成"), max_length=12, blank=True)
    document = models.CharField(_("单据"), max_length=60, blank=True)
    on = models.DateField(_("日期"))
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(_("经办"), max_length=100)
    clause = models.CharField(_("条款"), max_length=200, blank=True)
    why = models.CharField(_("说明"), max_length=200, blank=True)
    at = models.DateTimeField(_("时间"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("额度变动")
        verbose_name_plural = _("额度变动")
        ordering = ("-id",)
        indexes = (models.Index(fields=["account", "-id"], name="credit_movement_of"),)
        constraints = (
            models.CheckConstraint(
                condition=~Q(kind="reserve") | Q(ceiling__isnull=True) | Q(ceiling__gte=F("used") + F("reserved")),
                name="credit_never_over",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount}"


class Answer(models.Model):
    """The first answer to a request that carried a key of its client's making: given again, byte for byte."""

    client = models.CharField(max_length=60)
    key = models.CharField(max_length=100)
    content = models.JSONField()
    answer = models.TextField()
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("请求的答复")
        verbose_name_plural = _("请求的答复")
        constraints = (models.UniqueConstraint(fields=["client", "key"], name="credit_answer_once"),)

    def __str__(self) -> str:
        return self.key
