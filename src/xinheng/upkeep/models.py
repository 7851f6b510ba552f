"""What is stored of the application's own running."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DailyRun(models.Model):
    """One room's daily job on one day: it is done once, however often and by however many it is asked for."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("未运行")
        RUNNING = "running", _("运行中")
        DONE = "done", _("已完成")
        FAILED = "failed", _("失败")

    day = models.DateField(_("日期"))
    job = models.CharField(_("任务"), max_length=40)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveIntegerField(_("次数"), default=0)
    started_at = models.DateTimeField(_("开始"), null=True)
    finished_at = models.DateTimeField(_("结束"), null=True)
    note = models.TextField(_("结果"), blank=True)

    class Meta:
        verbose_name = _("每日任务")
        verbose_name_plural = _("每日任务")
        ordering = ("-day", "job")
        constraints = (models.UniqueConstraint(fields=["day", "job"], name="daily_run_once"),)

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.job}"


class Beat(models.Model):
    """The last sign of life of a part that runs by itself; `serial` only grows, and a file in the data folder follows it."""

    part = models.CharField(_("部分"), max_length=20, unique=True)
    serial = models.BigIntegerField(default=0)
    at = models.DateTimeField(_("时间"))
    process = models.IntegerField(_("进程"))
    note = models.TextField(_("说明"), blank=True)

    class Meta:
        verbose_name = _("运行信号")
        verbose_name_plural = _("运行信号")

    def __str__(self) -> str:
        return f"{self.part} {self.at:%Y-%m-%d %H:%M:%S}"


class BackupMark(models.Model):
    """Written just before a backup reads the database: a restored database must hold the mark of its backup."""

    token = models.CharField(_("标记"), max_length=32, unique=True)
    at = models.DateTimeField(_("时间"))
    finished_at = models.DateTimeField(_("完成时间"), null=True)
    file = models.CharField(_("文件"), max_length=500, blank=True)
    size = models.BigIntegerField(_("大小"), null=True)

    class Meta:
        verbose_name = _("备份")
        verbose_name_plural = _("备份")
        ordering = ("-at",)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.file}"
