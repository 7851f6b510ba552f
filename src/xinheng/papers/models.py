"""What is stored of the papers in customers' files: entries, encrypted versions, loans and stocktakings."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from xinheng.customers.models import Customer
from xinheng.org.access import may
from xinheng.org.models import Person
from xinheng.papers.levels import ASKS_REASON, Level, highest_level
from xinheng.vault.fields import EncryptedTextField, SealedRow


class PaperKind(models.Model):
    """A kind of paper, with the least level its papers have; the first ones come with the room."""

    code = models.CharField(_("代码"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    least_level = models.PositiveSmallIntegerField(_("最低密级"), choices=Level, default=Level.INTERNAL)
    expires = models.BooleanField(_("有有效期"), default=False)
    keep_years = models.PositiveSmallIntegerField(_("保存年限"), default=10)
    order = models.PositiveSmallIntegerField(_("次序"), default=100)
    is_closed = models.BooleanField(_("停用"), default=False)

    class Meta:
        verbose_name = _("档案种类")
        verbose_name_plural = _("档案种类")
        ordering = ("order", "code")

    def __str__(self) -> str:
        return gettext(self.name)


class State(models.TextChoices):
    """Where a paper stands."""

    KEPT = "kept", _("在档")
    MISSING = "missing", _("盘点缺失")
    LOST = "lost", _("已遗失")
    WITHDRAWN = "withdrawn", _("已撤下")
    ERASED = "erased", _("已删除内容")


class Papers(models.QuerySet["Paper"]):
    """Papers, and which of them a person may know of and read."""

    def visible_to(self, person: Person) -> Papers:
        """Give those of the customers that the person may see; that a paper exists is no secret among them."""
        return self.filter(customer__in=Customer.objects.visible_to(person))

    def with_whereabouts(self) -> Papers:
        """Say with each (`is_out`) whether its copy is lent out now."""
        out = Loan.objects.filter(paper=models.OuterRef("pk"), state=LoanState.OUT)
        return self.annotate(is_out=models.Exists(out))

    def readable_by(self, person: Person) -> Papers:
        """Give those whose content the person may read."""
        return self.visible_to(person).filter(level__lte=highest_level(person))


class Paper(SealedRow):
    """One paper of a customer: what it is, how confidential, where its paper copy lies."""

    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="papers")
    kind = models.ForeignKey(PaperKind, verbose_name=_("种类"), on_delete=models.PROTECT, related_name="papers")
    title = EncryptedTextField(_("标题"))
    number = EncryptedTextField(_("编号"), default="", blank=True)
    issued_on = models.DateField(_("签发日期"), null=True, blank=True)
    valid_until = models.DateField(_("有效期至"), null=True, blank=True)
    level = models.PositiveSmallIntegerField(_("密级"), choices=Level, default=Level.INTERNAL)
    has_copy = models.BooleanField(_("有纸质件"), default=False)
    room = models.CharField(pgettext_lazy("place", "库房"), max_length=40, blank=True)
    cabinet = models.CharField(pgettext_lazy("place", "柜号"), max_length=40, blank=True)
    box = models.CharField(pgettext_lazy("place", "盒号"), max_length=40, blank=True)
    folder = models.CharField(pgettext_lazy("place", "卷内号"), max_length=40, blank=True)
    pages = models.PositiveIntegerField(_("页数"), null=True, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.KEPT)
    filed_by = models.ForeignKey(
        Person, verbose_name=_("登记人"), null=True, on_delete=models.PROTECT, related_name="papers_filed"
    )
    filed_on = models.DateField(_("登记日期"))
    created_at = models.DateTimeField(_("建立时间"), default=timezone.now, editable=False)

    objects: ClassVar[Any] = Papers.as_manager()

    class Meta:
        verbose_name = _("档案")
        verbose_name_plural = _("档案")
        ordering = ("kind__order", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(issued_on__isnull=True) | Q(valid_until__isnull=True) | Q(valid_until__gte=F("issued_on")),
                name="paper_days",
            ),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="paper_level"),
        )
        indexes = (
            models.Index(fields=["customer", "state"], name="paper_of_customer"),
            models.Index(fields=["room", "cabinet", "box", "folder"], name="paper_place"),
            models.Index(fields=["valid_until"], name="paper_valid_until"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.file_number}"

    @property
    def file_number(self) -> str:
        """The number by which people call it; tells nothing of the content."""
        return f"DA{self.pk:06d}" if self.pk else "DA"

    @property
    def place(self) -> str:
        """Where the paper copy lies, from room to folder."""
        return " / ".join(part for part in (self.room, self.cabinet, self.box, self.folder) if part)

    @property
    def asks_reason(self) -> bool:
        """Say whether a look at it needs a reason."""
        return self.level >= ASKS_REASON

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("papers.paper", args=[self.pk])

    def may_handle(self, person: Person) -> bool:
        """Say whether the person may know of the paper."""
        return may(person, "papers.see", self)

    def is_expired(self, on: date) -> bool:
        """Say whether it is no longer valid on a day."""
        return self.valid_until is not None and self.valid_until < on


class PaperVersion(SealedRow):
    """One file of a paper as it was uploaded, closed in the store; a newer one never replaces it."""

    paper = models.ForeignKey(Paper, verbose_name=_("档案"), on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("版次"))
    file_name = EncryptedTextField(_("文件名"), bound_to=("uid", "paper_id"))
    file_type = models.CharField(_("文件类型"), max_length=10)
    size = models.PositiveBigIntegerField(_("大小"))
    sha256 = models.CharField("SHA-256", max_length=64)
    stored_as = models.CharField(max_length=32, unique=True, null=True, editable=False)
    remark = models.CharField(_("说明"), max_length=200, blank=True)
    added_by = models.ForeignKey(
        Person, verbose_name=_("上传人"), null=True, on_delete=models.PROTECT, related_name="paper_versions"
    )
    added_at = models.DateTimeField(_("上传时间"), default=timezone.now)
    erased_at = models.DateTimeField(_("删除时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("版本")
        verbose_name_plural = _("版本")
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(fields=["paper", "number"], name="paper_version_once"),
            models.CheckConstraint(
                condition=Q(stored_as__isnull=False) | Q(erased_at__isnull=False), name="paper_version_kept_or_erased"
            ),
        )

    def __str__(self) -> str:
        return _("{paper} 第 {number} 版").format(paper=self.paper, number=self.number)

    @property
    def place_in_store(self) -> str:
        """What the stored file is bound to."""
        return f"papers.version/{self.uid}"


class LoanState(models.TextChoices):
    """Where a loan stands."""

    ASKED = "asked", _("待审批")
    APPROVED = "approved", _("待交付")
    OUT = "out", _("借出")
    RETURNED = "returned", _("已归还")
    LOST = "lost", _("已遗失")
    REFUSED = "refused", _("未批准")
    CANCELLED = "cancelled", _("已取消")


HELD = (LoanState.APPROVED, LoanState.OUT)
"""While a loan stands so, nobody else gets the paper."""


class Loan(models.Model):
    """One borrowing of a paper copy, from the request until it is back in its place."""

    paper = models.ForeignKey(Paper, verbose_name=_("档案"), on_delete=models.PROTECT, related_name="loans")
    borrower = models.ForeignKey(Person, verbose_name=_("借阅人"), on_delete=models.PROTECT, related_name="loans")
    reason = models.CharField(_("用途"), max_length=300)
    days = models.PositiveSmallIntegerField(_("借期 (工作日)"))
    state = models.CharField(_("状态"), max_length=10, choices=LoanState, default=LoanState.ASKED)
    asked_on = models.DateField(_("申请日期"))
    decided_by = models.ForeignKey(
        Person, verbose_name=_("审批人"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_on = models.DateField(_("审批日期"), null=True, blank=True)
    decision = models.CharField(_("审批意见"), max_length=300, blank=True)
    handed_by = models.ForeignKey(
        Person, verbose_name=_("交付人"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    handed_on = models.DateField(_("交付日期"), null=True, blank=True)
    due_on = models.DateField(_("应还日期"), null=True, blank=True)
    closed_by = models.ForeignKey(
        Person, verbose_name=_("收回人"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_on = models.DateField(_("归还日期"), null=True, blank=True)
    condition = models.CharField(_("归还情况"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("借阅")
        verbose_name_plural = _("借阅")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=["paper"], condition=Q(state__in=HELD), name="loan_one_at_a_time"),
            models.UniqueConstraint(
                fields=["paper", "borrower"], condition=Q(state=LoanState.ASKED), name="loan_asked_once"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("borrower")), name="loan_not_by_oneself"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[LoanState.OUT, LoanState.RETURNED])
                | Q(handed_on__isnull=False, due_on__isnull=False),
                name="loan_out_has_a_day",
            ),
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True) | ~Q(closed_by=F("borrower")), name="loan_not_taken_back_by_oneself"
            ),
        )

    def __str__(self) -> str:
        return _("借阅 {paper}").format(paper=self.paper)

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("papers.loan", args=[self.pk])

    def may_handle(self, person: Person) -> bool:
        """Say whether the person may know of the loan: he sees the customer."""
        return may(person, "papers.see", self.paper)

    def forbidden_handlers(self, item: Any) -> dict[int, str]:
        """Keep the borrower away from everything but bringing back."""
        return {} if item.person_id == self.borrower_id else {self.borrower_id: gettext("自己的借阅要由别人办理。")}

    def on_decided(self, case: Any, outcome: str, *, by: Any, on: date) -> None:
        """Carry out what was decided in the inbox."""
        from xinheng.papers.actions import loan_finished_elsewhere

        loan_finished_elsewhere(self, case, outcome, by=by, on=on)

    def is_overdue(self, on: date) -> bool:
        """Say whether it should be back by now; on the due day itself it is not late."""
        return self.state == LoanState.OUT and self.due_on is not None and self.due_on < on


class Stocktaking(models.Model):
    """Going through one place and ticking off what lies there."""

    room = models.CharField(pgettext_lazy("place", "库房"), max_length=40, blank=True)
    cabinet = models.CharField(pgettext_lazy("place", "柜号"), max_length=40, blank=True)
    box = models.CharField(pgettext_lazy("place", "盒号"), max_length=40, blank=True)
    begun_by = models.ForeignKey(
        Person, verbose_name=_("盘点人"), on_delete=models.PROTECT, related_name="stocktakings"
    )
    begun_on = models.DateField(_("开始日期"))
    closed_on = models.DateField(_("结束日期"), null=True, blank=True)
    expected = models.PositiveIntegerField(_("应在"), default=0)
    found = models.PositiveIntegerField(_("实在"), default=0)
    missing = models.PositiveIntegerField(_("缺失"), default=0)
    out = models.PositiveIntegerField(_("借出"), default=0)

    class Meta:
        verbose_name = _("盘点")
        verbose_name_plural = _("盘点")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["room", "cabinet", "box"], condition=Q(closed_on__isnull=True), name="stocktaking_one_open"
            ),
        )

    def __str__(self) -> str:
        place = " / ".join(part for part in (self.room, self.cabinet, self.box) if part)
        return place or gettext("全部库房")


class StocktakingLine(models.Model):
    """One paper that should lie in the place, and whether it did."""

    stocktaking = models.ForeignKey(Stocktaking, on_delete=models.CASCADE, related_name="lines")
    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="+")
    is_out = models.BooleanField(_("借出"), default=False)
    is_found = models.BooleanField(_("在位"), null=True)
    remark = models.CharField(_("备注"), max_length=200, blank=True)

    class Meta:
        ordering = ("paper__room", "paper__cabinet", "paper__box", "paper__folder", "paper_id")
        constraints = (models.UniqueConstraint(fields=["stocktaking", "paper"], name="stocktaking_line_once"),)

    def __str__(self) -> str:
        return f"{self.stocktaking} {self.paper}"
