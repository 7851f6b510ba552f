"""What is stored of ratings: cases, what each role scored, the records of calculations, and the grade in force."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xinheng.customers.models import Customer
from xinheng.ledger.models import Incident
from xinheng.org.models import Department, Person
from xinheng.papers.models import Paper
from xinheng.policies.models import Policy, Version
from xinheng.vault.fields import EncryptedJSONField, EncryptedTextField, SealedRow


class Visible(models.QuerySet[Any]):
    """Rows that hang on a customer (by `customer`), and which of them a person may see."""

    def visible_to(self, person: Person) -> Visible:
        """Give those of customers whom the person may see."""
        return self.filter(customer__in=Customer.objects.visible_to(person))


class Batch(models.Model):
    """Everyone, or a segment, rated as of a day in the background. `cursor` is how far it is committed."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("排队中")
        RUNNING = "running", _("评级中")
        RATED = "rated", _("待审阅")
        APPLYING = "applying", _("生效中")
        APPLIED = "applied", _("已生效")
        FAILED = "failed", _("没有完成")
        CANCELLED = "cancelled", _("已取消")

    version = models.ForeignKey(Version, verbose_name=_("制度版本"), on_delete=models.PROTECT, related_name="batches")
    as_of = models.DateField(_("评级日"))
    segment = models.JSONField(default=dict)
    why = models.CharField(_("事由"), max_length=200, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.WAITING)
    cursor = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(_("未评"), default=0)
    total = models.PositiveIntegerField(default=0)
    runner = models.UUIDField(null=True)
    beat_at = models.DateTimeField(null=True)
    summary: models.JSONField[Any, Any] = models.JSONField(default=dict)
    problem = models.TextField(_("问题"), blank=True)
    by = models.ForeignKey(Person, verbose_name=_("发起人"), null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("时间"), default=timezone.now)
    finished_at = models.DateTimeField(_("完成时间"), null=True)
    applied_by = models.ForeignKey(
        Person, verbose_name=_("审阅人"), null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("批量评级")
        verbose_name_plural = _("批量评级")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.version} {self.as_of}"

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("ratings.batch", args=[self.pk])


class Assessment(SealedRow):
    """A case: a customer assessed by a version of a policy, from the form to the decision.

    `as_of` is the day whose facts count; `facts` what they were when the case was handed in, `digest` their sum.
    """

    class Kind(models.TextChoices):
        """What opened it."""

        FIRST = "first", _("首次评级")
        PERIODIC = "periodic", _("定期复评")
        EVENT = "event", _("事件重评")
        CORRECTION = "correction", _("额度修正")
        REVIEW = "review", _("异议复核")
        APPLICATION = "application", _("客户申请")
        MANUAL = "manual", _("主动评级")

    class State(models.TextChoices):
        """How far it is."""

        OPEN = "open", _("填报中")
        IN_PROCEDURE = "in_procedure", _("流转中")
        PUBLISHED = "published", _("公示中")
        IN_FORCE = "in_force", _("已生效")
        REFUSED = "refused", _("未批准")
        CANCELLED = "cancelled", _("已取消")

    number = models.CharField(_("评估编号"), max_length=20, unique=True)
    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="assessments")
    version = models.ForeignKey(
        Version, verbose_name=_("制度版本"), on_delete=models.PROTECT, related_name="assessments"
    )
    policy = models.ForeignKey(Policy, verbose_name=_("制度"), on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("事由类别"), max_length=12, choices=Kind)
    why = models.CharField(_("事由"), max_length=200, blank=True)
    clause = models.CharField(_("条款"), max_length=200, blank=True)
    incident = models.ForeignKey(Incident, null=True, on_delete=models.PROTECT, related_name="+")
    objection = models.ForeignKey("Objection", null=True, on_delete=models.PROTECT, related_name="reviews")
    as_of = models.DateField(_("评级日"))
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.OPEN)
    is_special = models.BooleanField(_("特殊客户"), default=False)
    special_why = models.CharField(_("特殊情况"), max_length=200, blank=True)
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")
    opened_by = models.ForeignKey(
        Person, verbose_name=_("发起人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    opened_on = models.DateField(_("发起日期"))
    opened_at = models.DateTimeField(default=timezone.now, editable=False)
    due_on = models.DateField(_("应完成日"), null=True)
    submitted_by = models.ForeignKey(
        Person, verbose_name=_("提交人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    submitted_on = models.DateField(_("提交日期"), null=True)
    facts = EncryptedJSONField(bound_to=("uid", "customer_id"), default=dict)
    digest = models.CharField(max_length=64, blank=True)
    published_on = models.DateField(_("公示起"), null=True)
    publish_until = models.DateField(_("公示止"), null=True)
    decided_on = models.DateField(_("决定日期"), null=True)
    report = models.CharField(max_length=32, blank=True)

    objects: ClassVar[Any] = Visible.as_manager()
    workflow_template = "ratings/parts/subject.html"

    class Meta:
        verbose_name = _("评估")
        verbose_name_plural = _("评估")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["customer", "policy"],
                condition=Q(state__in=("open", "in_procedure", "published")),
                name="assessment_one_open",
            ),
        )
        indexes = (models.Index(fields=["state", "due_on"], name="assessment_due"),)

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("ratings.assessment", args=[self.pk])


class Score(SealedRow):
    """What one role entered for one fact at one step, with the reason; a correction is a new row that replaces it."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="scores")
    fact = models.CharField(_("事实"), max_length=60)
    step = models.CharField(_("步骤"), max_length=60)
    role = models.CharField(_("角色"), max_length=60)
    value = EncryptedTextField(bound_to=("uid", "assessment_id"), null=True)
    reason = models.TextField(_("理由"), blank=True)
    by = models.ForeignKey(Person, verbose_name=_("评分人"), on_delete=models.PROTECT, related_name="+")
    on = models.DateField(_("日期"))
    at = models.DateTimeField(default=timezone.now, editable=False)
    replaced = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("评分")
        verbose_name_plural = _("评分")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["assessment", "fact", "step", "role"], condition=Q(replaced=False), name="score_one_in_use"
            ),
        )

    def __str__(self) -> str:
        return f"{self.assessment} {self.fact}"


class Evidence(models.Model):
    """A paper of the customer's file that supports a fact of a case, or the case as a whole (`fact` empty)."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="evidence")
    fact = models.CharField(_("事实"), max_length=60, blank=True)
    paper = models.ForeignKey(Paper, verbose_name=_("档案"), on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, verbose_name=_("提供人"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("评估依据")
        verbose_name_plural = _("评估依据")
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=["assessment", "fact", "paper"], name="evidence_once"),)

    def __str__(self) -> str:
        return str(self.paper)


class Rating(SealedRow):
    """The record of one calculation; never changed. `record` can be computed again to the byte; `sha256` is its sum.

    The columns beside it say the same, for lists and figures. `points` has the signed points by item (null where an
    item does not count).
    """

    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="ratings")
    version = models.ForeignKey(Version, verbose_name=_("制度版本"), on_delete=models.PROTECT, related_name="+")
    policy = models.ForeignKey(Policy, verbose_name=_("制度"), on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField(_("评级日"))
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    assessment = models.ForeignKey(
        Assessment, null=True, on_delete=models.PROTECT, related_name="ratings", verbose_name=_("评估")
    )
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="ratings")
    record = EncryptedTextField(bound_to=("uid", "customer_id"))
    sha256 = models.CharField(max_length=64)
    total = models.DecimalField(_("总分"), max_digits=12, decimal_places=6, null=True)
    grade_by_points = models.CharField(_("按分等级"), max_length=30, blank=True)
    grade = models.CharField(_("评级结果"), max_length=30)
    vetoes = models.JSONField(_("一票否决"), default=list)
    limit = models.DecimalField(_("信用额度"), max_digits=18, decimal_places=2, null=True)
    terms_days = models.PositiveIntegerField(_("账期"), null=True)
    points = models.JSONField(default=dict)

    objects: ClassVar[Any] = Visible.as_manager()

    class Meta:
        verbose_name = _("评级")
        verbose_name_plural = _("评级")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["batch", "customer"], condition=Q(batch__isnull=False), name="rating_once_in_a_batch"
            ),
        )
        indexes = (models.Index(fields=["customer", "policy", "-as_of"], name="rating_of_customer"),)

    def __str__(self) -> str:
        return f"{self.customer} {self.grade} {self.as_of}"

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("ratings.rating", args=[self.pk])


class Cause(models.TextChoices):
    """Why a grade came into force."""

    FIRST = "first", _("首次评级")
    RATED = "rated", _("重新评级")
    WAITED = "waited", _("等待期满上调")
    EVENT = "event", _("事件下调")
    OVERRIDE = "override", _("人工调整")
    OVERRIDE_ENDED = "override_ended", _("人工调整结束")
    REVOKED = "revoked", _("撤销")
    FREEZE = "freeze", _("冻结")


class Standing(models.Model):
    """The grade in force over a period under a policy; the open one is today's. `grade` empty: none is in force (revoked).

    `until_day` is the first day on which it is no longer in force.
    """

    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="standings")
    policy = models.ForeignKey(Policy, verbose_name=_("制度"), on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, verbose_name=_("制度版本"), on_delete=models.PROTECT, related_name="+")
    rating = models.ForeignKey(
        Rating, verbose_name=_("评级"), null=True, on_delete=models.PROTECT, related_name="standings"
    )
    grade = models.CharField(_("等级"), max_length=30, blank=True)
    limit = models.DecimalField(_("信用额度"), max_digits=18, decimal_places=2, null=True)
    terms_days = models.PositiveIntegerField(_("账期"), null=True)
    is_frozen = models.BooleanField(_("冻结"), default=False)
    from_day = models.DateField(_("生效日"))
    until_day = models.DateField(_("失效日"), null=True)
    next_review_on = models.DateField(_("下次评级日"), null=True)
    cause = models.CharField(_("原因"), max_length=20, choices=Cause)
    why = models.TextField(_("说明"), blank=True)
    clause = models.CharField(_("条款"), max_length=200, blank=True)
    by = models.ForeignKey(Person, verbose_name=_("经办"), null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[Any] = Visible.as_manager()

    class Meta:
        verbose_name = _("在用等级")
        verbose_name_plural = _("在用等级")
        ordering = ("-from_day", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["customer", "policy"], condition=Q(until_day__isnull=True), name="standing_one_in_force"
            ),
            models.CheckConstraint(
                condition=Q(until_day__isnull=True) | Q(until_day__gte=F("from_day")), name="standing_ends_after_start"
            ),
        )
        indexes = (
            models.Index(fields=["policy", "grade", "until_day"], name="standing_by_grade"),
            models.Index(fields=["until_day", "next_review_on"], name="standing_due"),
        )

    def __str__(self) -> str:
        return f"{self.customer} {self.grade}"


class Waiting(models.Model):
    """A better result that waits before it takes force, kept whatever comes of it."""

    class State(models.TextChoices):
        """What came of it."""

        WAITING = "waiting", _("等待中")
        TAKEN = "taken", _("已上调")
        OVERTAKEN = "overtaken", _("被新的结果取代")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="waiting")
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="+")
    rating = models.ForeignKey(Rating, on_delete=models.PROTECT, related_name="+")
    grade = models.CharField(_("等级"), max_length=30)
    since = models.DateField(_("起"))
    effective_on = models.DateField(_("上调日"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.WAITING)
    ended_on = models.DateField(null=True)
    why = models.TextField(_("说明"), blank=True)

    objects: ClassVar[Any] = Visible.as_manager()

    class Meta:
        verbose_name = _("待生效的等级")
        verbose_name_plural = _("待生效的等级")
        ordering = ("effective_on", "id")
        constraints = (
            models.UniqueConstraint(fields=["customer", "policy"], condition=Q(state="waiting"), name="waiting_one"),
        )

    def __str__(self) -> str:
        return f"{self.customer} {self.grade}"


class Override(models.Model):
    """A grade set by a person against the score: asked for by one, approved by another, for a time."""

    class State(models.TextChoices):
        """How far it is."""

        ASKED = "asked", _("审批中")
        IN_FORCE = "in_force", _("生效中")
        REFUSED = "refused", _("未批准")
        EXPIRED = "expired", _("已到期")
        PIERCED = "pierced", _("被事件重评取代")
        ENDED = "ended", _("已撤回")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="overrides")
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    rating = models.ForeignKey(Rating, verbose_name=_("评级"), on_delete=models.PROTECT, related_name="overrides")
    grade_by_score = models.CharField(_("按制度的等级"), max_length=30)
    grade = models.CharField(_("调整为"), max_length=30)
    reason = models.TextField(_("理由"))
    clause = models.CharField(_("条款"), max_length=200, blank=True)
    days = models.PositiveIntegerField(_("有效天数"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(Person, verbose_name=_("申请人"), on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField(_("申请日期"))
    approved_by = models.ForeignKey(
        Person, verbose_name=_("批准人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    from_day = models.DateField(_("生效日"), null=True)
    until_day = models.DateField(_("到期日"), null=True)
    ended_on = models.DateField(_("结束日"), null=True)
    ended_why = models.CharField(_("结束原因"), max_length=200, blank=True)

    objects: ClassVar[Any] = Visible.as_manager()
    workflow_template = "ratings/parts/override_subject.html"

    class Meta:
        verbose_name = _("人工调整")
        verbose_name_plural = _("人工调整")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["customer", "policy"], condition=Q(state__in=("asked", "in_force")), name="override_one"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="override_has_reason"),
        )

    def __str__(self) -> str:
        return f"{self.customer} {self.grade}"

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("ratings.override", args=[self.pk])


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
