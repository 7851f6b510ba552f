"""What is stored of the organisation."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, ClassVar, cast

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xinheng.org.roles import ADMINISTRATORS, Role
from xinheng.upkeep.prepared import prepared
from xinheng.vault.fields import EncryptedTextField, SealedRow


class Department(models.Model):
    """A department; `path` holds the numbers from the top down (`/1/4/`), so that a branch is one prefix."""

    code = models.CharField(_("编号"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    parent = models.ForeignKey(
        "self", verbose_name=_("上级部门"), null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    head = models.ForeignKey(
        "Person", verbose_name=_("负责人"), null=True, blank=True, on_delete=models.PROTECT, related_name="heads"
    )
    path = models.CharField(max_length=200, db_index=True, editable=False)
    is_closed = models.BooleanField(_("已撤销"), default=False)

    class Meta:
        verbose_name = _("部门")
        verbose_name_plural = _("部门")
        ordering = ("path",)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with the path from the top."""
        super().save(*args, **kwargs)
        path = f"{self.parent.path if self.parent else '/'}{self.pk}/"
        if path != self.path:
            old, self.path = self.path, path
            Department.objects.filter(pk=self.pk).update(path=path)
            if old:
                for child in self.children.all():
                    child.save()


class People(BaseUserManager["Person"]):
    """Accounts, found by their sign-in name whatever its case."""

    def get_by_natural_key(self, username: str | None) -> Person:
        """Give the account with this sign-in name."""
        return self.get(username__iexact=username)

    def create_user(self, username: str, password: str | None = None, **told: Any) -> Person:
        """Make an account; without a password nobody can sign in to it by one."""
        person = self.model(username=username, **told)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """Somebody of the company who signs in. What he may do follows from his appointments alone; there is no superuser."""

    username = models.CharField(_("登录名"), max_length=60, unique=True)
    full_name = models.CharField(_("姓名"), max_length=60)
    email = models.EmailField(_("邮箱"), blank=True)
    phone = models.CharField(_("电话"), max_length=30, blank=True)
    department = models.ForeignKey(
        Department, verbose_name=_("部门"), null=True, on_delete=models.PROTECT, related_name="people"
    )
    job_title = models.CharField(_("职务"), max_length=60, blank=True)
    is_active = models.BooleanField(_("在用"), default=True)
    must_change_password = models.BooleanField(_("须改密码"), default=False)
    one_time_until = models.DateTimeField(_("一次性密码有效至"), null=True, blank=True, editable=False)
    language = models.CharField(_("语言"), max_length=10, default="zh-hans")
    theme = models.CharField(_("外观"), max_length=10, default="auto")
    created_at = models.DateTimeField(_("建立时间"), default=timezone.now, editable=False)

    objects: ClassVar[People] = People()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    class Meta:
        verbose_name = _("人员")
        verbose_name_plural = _("人员")
        ordering = ("username",)
        constraints = (models.UniqueConstraint(Lower("username"), name="username_whatever_its_case"),)

    def __str__(self) -> str:
        return self.full_name

    @property
    def label(self) -> str:
        """How he is shown in lists and choices: name, department, job."""
        where = " · ".join(part for part in (str(self.department or ""), self.job_title) if part)
        return f"{self.full_name} ({where})" if where else self.full_name

    @property
    def actor_id(self) -> int | None:
        """The number in the record."""
        return self.pk

    @property
    def actor_name(self) -> str:
        """The name in the record."""
        return f"{self.full_name} ({self.username})"

    def get_full_name(self) -> str:
        """Give the name as people write it."""
        return self.full_name

    def roles(self, *, on: date | None = None) -> frozenset[str]:
        """Give the roles held on a day (today), by appointment or delegation; kept for today while the object lives."""
        if on is not None:
            return self._roles_on(on)
        if not hasattr(self, "_roles_today"):
            self._roles_today = self._roles_on(timezone.localdate())
        return self._roles_today

    def _roles_on(self, on: date) -> frozenset[str]:
        return frozenset(role for (role,) in _roles(self.pk, on))

    def is_one_of(self, *roles: str) -> bool:
        """Say whether he holds one of the roles today."""
        return self.is_active and not self.roles().isdisjoint(roles)


class Dated(models.QuerySet[Any]):
    """Rows that hold from a day until a day, both included."""

    def in_force(self, on: date) -> Dated:
        """Give those that hold on a day."""
        return self.standing_rows().filter(since__lte=on).filter(Q(until__isnull=True) | Q(until__gte=on))

    def standing_rows(self) -> Dated:
        """Give those that were not taken back before they began."""
        return self.filter(is_revoked=False)

    def between(self, since: date, until: date | None) -> Dated:
        """Give those that hold on any day from `since` to `until` (None: ever after)."""
        rows = self.standing_rows().filter(Q(until__isnull=True) | Q(until__gte=since))
        return rows if until is None else rows.filter(since__lte=until)


class Appointments(Dated):
    """Appointments."""


class Appointment(models.Model):
    """A person holds a role from a day on, until it is ended; never deleted."""

    person = models.ForeignKey(Person, verbose_name=_("人员"), on_delete=models.PROTECT, related_name="appointments")
    role = models.CharField(_("角色"), max_length=30, choices=Role)
    since = models.DateField(_("自"))
    until = models.DateField(_("至"), null=True, blank=True)
    reason = models.CharField(_("说明"), max_length=200, blank=True)
    is_revoked = models.BooleanField(_("已撤回"), default=False)

    objects = Appointments.as_manager()

    class Meta:
        verbose_name = _("任职")
        verbose_name_plural = _("任职")
        ordering = ("person", "since")
        constraints = (
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="appointment_days"),
            models.UniqueConstraint(
                fields=["person", "role"],
                condition=Q(until__isnull=True, is_revoked=False),
                name="appointment_once_open",
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(until__isnull=True, is_revoked=False, role__in=sorted(ADMINISTRATORS)),
                name="appointment_one_administrator",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} {self.get_role_display()}"


class Lent(Dated):
    """Delegations."""

    def standing(self, on: date) -> Lent:
        """Give those that give the role on a day: in force, and whoever lent it still holds it and is in use."""
        held = Appointment.objects.in_force(on).filter(person=OuterRef("from_person"), role=OuterRef("role"))
        return cast("Lent", self.in_force(on)).filter(Exists(held), from_person__is_active=True)


class Delegation(models.Model):
    """A person lets another act in one of his roles for some days, because he is away."""

    from_person = models.ForeignKey(
        Person, verbose_name=_("委托人"), on_delete=models.PROTECT, related_name="delegations_given"
    )
    to_person = models.ForeignKey(
        Person, verbose_name=_("受托人"), on_delete=models.PROTECT, related_name="delegations_received"
    )
    role = models.CharField(_("角色"), max_length=30, choices=Role)
    since = models.DateField(_("自"))
    until = models.DateField(_("至"))
    reason = models.CharField(_("原因"), max_length=200)
    is_revoked = models.BooleanField(_("已撤回"), default=False)

    objects = Lent.as_manager()

    class Meta:
        verbose_name = _("委托")
        verbose_name_plural = _("委托")
        ordering = ("-since",)
        constraints = (
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="delegation_days"),
            models.CheckConstraint(condition=~Q(from_person=F("to_person")), name="delegation_to_another"),
        )

    def __str__(self) -> str:
        return f"{self.from_person} → {self.to_person} {self.get_role_display()}"

    def cut(self, from_day: date) -> None:
        """Let it end before a day; what had not begun by then is taken back whole."""
        if self.since >= from_day:
            self.is_revoked = True
        else:
            self.until = from_day - timedelta(days=1)
        self.save()


@prepared
def _roles(person: int, on: date) -> models.QuerySet[Any]:
    """Give the roles that a person holds on a day, by appointment or delegation."""
    own = Appointment.objects.in_force(on).filter(person=person).order_by().values_list("role")
    return own.union(Delegation.objects.standing(on).filter(to_person=person).order_by().values_list("role"))


class DutiesApart(models.Model):
    """Two roles that may not meet in one hand, and why."""

    role = models.CharField(_("角色"), max_length=30, choices=Role)
    other = models.CharField(_("另一角色"), max_length=30, choices=Role)
    why = models.CharField(_("原因"), max_length=200)
    clause = models.CharField(_("条款"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("不相容职责")
        verbose_name_plural = _("不相容职责")
        constraints = (
            models.UniqueConstraint(fields=["role", "other"], name="duties_apart_once"),
            models.CheckConstraint(condition=Q(role__lt=F("other")), name="duties_apart_in_order"),
        )

    def __str__(self) -> str:
        return f"{self.get_role_display()} / {self.get_other_display()}"


class Allowance(models.Model):
    """How many tries were taken in a span of time: of signing in by a name, or from an address.

    The key is a keyed digest; a row is taken from by one guarded UPDATE, so that tries at once cannot exceed it.
    """

    key = models.CharField(max_length=64, primary_key=True)
    began_at = models.DateTimeField()
    taken = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("登录次数")
        verbose_name_plural = _("登录次数")
        indexes = (models.Index(fields=["began_at"], name="allowance_began"),)

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.taken}"


class Secret(SealedRow):
    """The secret of somebody's second factor, closed; the row of allauth names it by its number."""

    value = EncryptedTextField()

    class Meta:
        verbose_name = _("动态码密钥")
        verbose_name_plural = _("动态码密钥")

    def __str__(self) -> str:
        return str(self.uid)


class Cached(models.Model):
    """The cache that all processes share, as Django's cache in the database wants it; nothing but passing things."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "org_cache"
        verbose_name = _("缓存")
        verbose_name_plural = _("缓存")

    def __str__(self) -> str:
        return self.cache_key
