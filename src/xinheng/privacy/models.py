"""What is stored of people's rights over their data: consents, agreements, sharings, requests, holds, erasures."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xinheng.customers.models import Contact, Customer, Guarantor, RelatedParty
from xinheng.org.access import may
from xinheng.org.models import Person
from xinheng.papers.models import Paper
from xinheng.vault.fields import EncryptedTextField, SealedRow

_consent = pgettext_lazy("what a person gave", "同意")


class Purpose(models.TextChoices):
    """What data are used for."""

    BUSINESS = "business", _("业务经营")
    SERVICE = "service", _("客户服务")
    RISK = "risk", _("风险与信用评估")
    INQUIRY = "inquiry", _("向外部机构查询信用")
    MARKETING = "marketing", _("营销与节日问候")
    SHARING = "sharing", _("提供给合作伙伴")


class DataClass(models.TextChoices):
    """The classes of data that a consent speaks of."""

    BASICS = "basics", _("名称与类别")
    IDENTITY = "identity", _("身份证件")
    CONTACT = "contact", _("联系方式与地址")
    ACCOUNT = "account", _("银行账户")
    CARD = "card", _("档案卡内容")
    DEALINGS = "dealings", _("交易与付款")
    STATEMENTS = "statements", _("财务报表")


class How(models.TextChoices):
    """How a consent was given or taken back."""

    WRITTEN = "written", _("书面")
    ELECTRONIC = "electronic", _("电子")
    PORTAL = "portal", _("客户自助页")
    ORAL = "oral", _("口头 (有录音)")


class Dated(models.QuerySet[Any]):
    """Rows that hold from a day until a day, both included, unless ended before."""

    def in_force(self, on: date) -> Dated:
        """Give those that hold on a day; what was ended counts no longer from that very moment."""
        return self.filter(since__lte=on, ended_at__isnull=True).filter(Q(until__isnull=True) | Q(until__gte=on))


class Consent(SealedRow):
    """A customer agreed that data of some classes are used for a purpose; for sharing, with one named partner."""

    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(_("目的"), max_length=20, choices=Purpose)
    scope = models.JSONField(_("范围"), default=list)
    partner = models.ForeignKey(
        Customer, verbose_name=_("合作伙伴"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    how = models.CharField(_("方式"), max_length=12, choices=How)
    evidence = models.ForeignKey(
        Paper, verbose_name=_("依据档案"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = EncryptedTextField(_("说明"), default="", blank=True)
    since = models.DateField(_("自"))
    until = models.DateField(_("至"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        Person, verbose_name=_("登记人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(_("登记时间"), default=timezone.now)
    ended_at = models.DateTimeField(_("撤回时间"), null=True, editable=False)
    ended_how = models.CharField(_("撤回方式"), max_length=12, choices=How, blank=True)
    ended_by = models.ForeignKey(
        Person, verbose_name=_("撤回登记人"), null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    objects = Dated.as_manager()

    class Meta:
        verbose_name = _consent
        verbose_name_plural = _consent
        ordering = ("-since", "-id")
        constraints = (
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="consent_days"),
            models.CheckConstraint(
                condition=~Q(purpose=Purpose.SHARING) | Q(partner__isnull=False), name="consent_names_partner"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.since}"

    @property
    def scope_labels(self) -> list[str]:
        """The classes of data in words."""
        return [str(DataClass(code).label) for code in self.scope if code in DataClass.values]


class Agreement(models.Model):
    """A partner's promise to keep what it is given confidential."""

    partner = models.ForeignKey(
        Customer, verbose_name=_("合作伙伴"), on_delete=models.PROTECT, related_name="agreements"
    )
    number = models.CharField(_("协议编号"), max_length=60)
    paper = models.ForeignKey(
        Paper, verbose_name=_("协议档案"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    since = models.DateField(_("自"))
    until = models.DateField(_("至"), null=True, blank=True)
    recorded_by = models.ForeignKey(Person, verbose_name=_("登记人"), on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("登记时间"), default=timezone.now)
    ended_at = models.DateTimeField(_("终止时间"), null=True, editable=False)
    ended_why = models.CharField(_("终止原因"), max_length=200, blank=True)

    objects = Dated.as_manager()

    class Meta:
        verbose_name = _("保密协议")
        verbose_name_plural = _("保密协议")
        ordering = ("-since", "-id")
        constraints = (
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="agreement_days"),
            models.UniqueConstraint(fields=["partner", "number"], name="agreement_once"),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.partner.name}"


class Sharing(SealedRow):
    """Data of a customer were given to a partner: which, what for, under which consent and which agreement."""

    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="sharings")
    partner = models.ForeignKey(Customer, verbose_name=_("合作伙伴"), on_delete=models.PROTECT, related_name="received")
    consent = models.ForeignKey(Consent, verbose_name=_consent, on_delete=models.PROTECT, related_name="sharings")
    agreement = models.ForeignKey(
        Agreement, verbose_name=_("保密协议"), on_delete=models.PROTECT, related_name="sharings"
    )
    fields = models.JSONField(_("内容"), default=list)
    reason = models.CharField(_("用途"), max_length=300)
    shared_by = models.ForeignKey(Person, verbose_name=_("提供人"), on_delete=models.PROTECT, related_name="+")
    shared_on = models.DateField(_("提供日期"))
    shared_at = models.DateTimeField(_("提供时间"), default=timezone.now)
    sha256 = models.CharField(_("文件校验值"), max_length=64)

    class Meta:
        verbose_name = _("对外提供")
        verbose_name_plural = _("对外提供")
        ordering = ("-id",)

    def __str__(self) -> str:
        return _("{day} 提供给 {partner}").format(day=self.shared_on, partner=self.partner.name)

    @property
    def field_labels(self) -> list[str]:
        """What was given, in words."""
        from xinheng.privacy.fields import labels

        known = labels()
        return [known.get(code, code) for code in self.fields]


class RequestKind(models.TextChoices):
    """What somebody asks about his own data."""

    ACCESS = "access", _("查阅、复制")
    CORRECTION = "correction", _("更正、补充")
    ERASURE = "erasure", _("删除")
    OBJECTION = "objection", _("限制或拒绝处理")
    EXPLANATION = "explanation", _("解释说明")
    COMPLAINT = "complaint", _("投诉信息使用")


class RequestState(models.TextChoices):
    """Where a request stands."""

    OPEN = "open", _("待办理")
    PROPOSED = "proposed", _("删除待批准")
    DONE = "done", _("已办结")
    REFUSED = "refused", _("未同意")


Named = Contact | Guarantor | RelatedParty
"""A row of a customer's file that names somebody else: a natural person, if he asks about his own data."""


class SubjectRequest(SealedRow):
    """Somebody asks something about his own data; to be answered within 15 working days.

    It is the customer himself, or a natural person whom his file names: a contact, a guarantor, a related party.
    """

    customer = models.ForeignKey(
        Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="subject_requests"
    )
    contact = models.ForeignKey(
        Contact, verbose_name=_("联系人"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    guarantor = models.ForeignKey(
        Guarantor, verbose_name=_("担保人"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    related = models.ForeignKey(
        RelatedParty, verbose_name=_("关联方"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    kind = models.CharField(_("请求"), max_length=12, choices=RequestKind)
    details = EncryptedTextField(_("内容"))
    proven_by = models.CharField(_("核对身份的方式"), max_length=200)
    received_on = models.DateField(_("收到日期"))
    due_on = models.DateField(_("答复期限"))
    recorded_by = models.ForeignKey(
        Person, verbose_name=_("登记人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(_("状态"), max_length=10, choices=RequestState, default=RequestState.OPEN)
    proposed_by = models.ForeignKey(
        Person, verbose_name=_("提请删除人"), null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    approved_by = models.ForeignKey(
        Person, verbose_name=_("批准人"), null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    answered_by = models.ForeignKey(
        Person, verbose_name=_("答复人"), null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    answered_on = models.DateField(_("答复日期"), null=True, editable=False)
    answer = EncryptedTextField(_("答复"), default="", blank=True)

    class Meta:
        verbose_name = _("个人信息请求")
        verbose_name_plural = _("个人信息请求")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | (Q(proposed_by__isnull=False) & ~Q(approved_by=F("proposed_by")) & ~Q(approved_by=F("recorded_by"))),
                name="erasure_by_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(guarantor__isnull=True, related__isnull=True)
                | Q(contact__isnull=True, related__isnull=True)
                | Q(contact__isnull=True, guarantor__isnull=True),
                name="request_of_one_person",
            ),
        )

    def __str__(self) -> str:
        return _("{kind}请求 {number}").format(kind=self.get_kind_display(), number=self.pk)

    def record_words(self, words: str) -> str:
        """Give a reason as the record may keep it for ever: without the name of who asked."""
        return words if self.asker is None else self.asker.record_words(words)

    @property
    def asker(self) -> Named | None:
        """Who asked, where it is not the customer himself."""
        return self.contact or self.guarantor or self.related

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("privacy.request", args=[self.pk])

    def may_handle(self, person: Person) -> bool:
        """Say whether the person may know of it."""
        return may(person, "privacy.see", self.customer)

    def forbidden_handlers(self, item: Any) -> dict[int, str]:
        """Keep away from the approval of an erasure whoever recorded or proposed it."""
        if item.act != "approve":
            return {}
        why = _("登记或提请删除的人不能批准。")
        return {key: str(why) for key in (self.recorded_by_id, self.proposed_by_id) if key is not None}

    def on_decided(self, case: Any, outcome: str, *, by: Any, on: date) -> None:
        """Carry out what was decided in the inbox."""
        from xinheng.privacy.actions.requests import finished_elsewhere

        finished_elsewhere(self, case, outcome, by=by, on=on)


class Hold(models.Model):
    """Data of a customer may only be stored: a dispute, an inquiry, or an objection that is being looked into."""

    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(_("事由"), max_length=200)
    reference = models.CharField(_("案号或文号"), max_length=60, blank=True)
    placed_on = models.DateField(_("自"))
    placed_by = models.ForeignKey(Person, verbose_name=_("设置人"), on_delete=models.PROTECT, related_name="+")
    released_on = models.DateField(_("解除日期"), null=True, editable=False)
    released_by = models.ForeignKey(
        Person, verbose_name=_("解除人"), null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    released_why = models.CharField(_("解除理由"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("法律保留")
        verbose_name_plural = _("法律保留")
        ordering = ("-id",)
        indexes = (models.Index(fields=["customer"], condition=Q(released_on__isnull=True), name="hold_open"),)

    def __str__(self) -> str:
        return f"{self.reason} {self.reference}".strip()


class Erasure(models.Model):
    """A person's data were erased: how much, by whose decision, and whether the storage below has been cleaned too."""

    request = models.OneToOneField(
        SubjectRequest, verbose_name=_("请求"), on_delete=models.PROTECT, related_name="erasure"
    )
    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="erasures")
    erased_on = models.DateField(_("删除日期"))
    erased_at = models.DateTimeField(_("删除时间"), default=timezone.now)
    rows = models.PositiveIntegerField(_("行数"))
    files = models.PositiveIntegerField(_("文件数"))
    tables = models.JSONField(_("涉及的表"), default=list)
    cleaned_at = models.DateTimeField(_("存储清理时间"), null=True)

    class Meta:
        verbose_name = _("删除记录")
        verbose_name_plural = _("删除记录")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.customer_id} {self.erased_on}"


class RetentionRule(models.Model):
    """How long something is kept after it is no longer used, and why."""

    what = models.CharField(_("内容"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    years = models.PositiveSmallIntegerField(_("保存年限"))
    why = models.CharField(_("依据"), max_length=200)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = _("保存期限")
        verbose_name_plural = _("保存期限")
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name
