"""What is stored of an import: the file, how its columns are matched, how far it is, and what came of its rows."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xinheng.org.models import Person
from xinheng.vault.fields import EncryptedJSONField, SealedRow


class State(models.TextChoices):
    """How far an import is."""

    UPLOADED = "uploaded", _("待对应列")
    MAPPED = "mapped", _("待预演")
    CHECKING = "checking", _("预演中")
    CHECKED = "checked", _("待确认")
    CONFIRMED = "confirmed", _("排队中")
    RUNNING = "running", _("导入中")
    DONE = "done", _("已完成")
    FAILED = "failed", _("没有完成")
    CANCELLED = "cancelled", _("已取消")


AT_WORK = (State.MAPPED, State.CHECKING, State.CONFIRMED, State.RUNNING)
"""A job has it, or is about to."""
OVER = (State.DONE, State.FAILED, State.CANCELLED)


class Imports(models.QuerySet["Import"]):
    """Imports, and which of them a person may see."""

    def visible_to(self, person: Person) -> Imports:
        """Give those that the person may see."""
        from xinheng.intake.permissions import visible

        return visible(self, person)


class Import(SealedRow):
    """One file being imported. `cursor` counts the rows that are committed: a run goes on from there, whatever stopped it.

    `runner` is the job that has it, by a mark of its own: another that takes over writes its own mark, and the first
    finds out under lock, before it commits anything more.
    """

    target = models.CharField(_("导入到"), max_length=40)
    by = models.ForeignKey(Person, verbose_name=_("导入人"), on_delete=models.PROTECT, related_name="imports")
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.UPLOADED)
    file_name = models.CharField(_("文件"), max_length=255)
    file_size = models.BigIntegerField(_("大小"), default=0)
    file_digest = models.CharField(max_length=64)
    kept = models.CharField(max_length=32, blank=True)
    returned = models.CharField(max_length=32, blank=True)
    returned_ending = models.CharField(max_length=5, blank=True)
    sheet = models.CharField(_("工作表"), max_length=255, blank=True)
    sheets = models.JSONField(default=list)
    headings = EncryptedJSONField(default=list)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    rows = models.PositiveIntegerField(_("行数"), default=0)
    planned = models.JSONField(default=dict)
    done = models.JSONField(default=dict)
    cursor = models.PositiveIntegerField(default=0)
    runner = models.UUIDField(null=True)
    beat_at = models.DateTimeField(null=True)
    problem = models.TextField(_("问题"), blank=True)
    created_at = models.DateTimeField(_("上传时间"), default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(_("确认时间"), null=True)
    confirmed_on = models.DateField(null=True)
    finished_at = models.DateTimeField(_("完成时间"), null=True)

    objects: ClassVar[Any] = Imports.as_manager()

    class Meta:
        verbose_name = _("导入")
        verbose_name_plural = _("导入")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(condition=Q(cursor__lte=F("rows")), name="intake_cursor_within"),
            models.CheckConstraint(
                condition=~Q(state=State.DONE) | Q(cursor=F("rows")), name="intake_done_means_every_row"
            ),
        )

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_at_work(self) -> bool:
        """Whether a job has it, or is about to."""
        return self.state in AT_WORK

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in OVER

    @property
    def percent(self) -> int:
        """How much of it is done, in whole percent."""
        return self.cursor * 100 // self.rows if self.rows else 0


class ImportRow(SealedRow):
    """A row worth showing: every failed one (up to a bound), and the first of each other kind.

    `stage` is the dry run or the run itself. `told` holds label, differences (label, before, after) and reasons (text,
    field); it is closed, for it quotes what stands in the file.
    """

    class Stage(models.TextChoices):
        """When it came out so."""

        DRY = "dry", _("预演")
        RUN = "run", _("导入")

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="shown_rows")
    stage = models.CharField(max_length=3, choices=Stage)
    number = models.PositiveIntegerField(_("行号"))
    verdict = models.CharField(_("结果"), max_length=10)
    told = EncryptedJSONField(_("说明"), default=dict)

    class Meta:
        verbose_name = _("导入的行")
        verbose_name_plural = _("导入的行")
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=["of", "stage", "number"], name="intake_row_once"),)
        indexes = (models.Index(fields=["of", "stage", "verdict", "number"], name="intake_rows_shown"),)

    def __str__(self) -> str:
        return f"{self.of_id} {self.number}"

    @property
    def label(self) -> str:
        """What the row is about."""
        return str(self.told.get("label", ""))

    @property
    def differences(self) -> list[list[str]]:
        """What it would change: label, before, after."""
        return list(self.told.get("differences", []))

    @property
    def reasons(self) -> list[list[str]]:
        """Why it failed: text and field."""
        return list(self.told.get("reasons", []))


class ColumnMapping(models.Model):
    """How somebody matched the columns of a table with these headings; next time it is proposed."""

    target = models.CharField(max_length=40)
    signature = models.CharField(max_length=64)
    by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="column_mappings")
    mapping = models.JSONField(default=dict)
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("记住的对应")
        verbose_name_plural = _("记住的对应")
        constraints = (models.UniqueConstraint(fields=["target", "signature", "by"], name="intake_mapping_once"),)
        indexes = (models.Index(fields=["target", "signature", "-used_at"], name="intake_mapping_found"),)

    def __str__(self) -> str:
        return f"{self.target} {self.signature[:8]}"
