"""The doctor: what is set up, what is missing, and what will silently do nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from creditpolicy.language import _, listed
from xinheng.running import ticking
from xinheng.running.beating import EVERY_SECONDS
from xinheng.running.state import missing
from xinheng.upkeep.models import BackupMark, Beat, DailyRun

DISK_FREE = 2 * 2**30
BACKUP_HOURS = 26
"""A backup each day, with two hours to spare."""
CLOCK_SECONDS = 5
OLDEST_POSTGRES = 140000


class Level(StrEnum):
    """How it stands."""

    GOOD = "good"
    NOTE = "note"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: how it stands, what was found, and what to do."""

    level: Level
    part: str
    what: str
    do: str = ""

    def told(self) -> dict[str, str]:
        """Give it for a program to read."""
        return {"level": self.level, "part": self.part, "what": self.what, "do": self.do}


Findings = Iterator[Finding]


def examine() -> list[Finding]:
    """Look at everything; where the application is not set up, say only that."""
    found = list(_set_up())
    if any(finding.level is Level.BAD for finding in found):
        return found
    for look in LOOKS:
        try:
            found += look()
        except Exception as wrong:
            found.append(
                Finding(
                    Level.BAD, look.__name__, _("检查 {part} 时出错: {error}").format(part=look.__name__, error=wrong)
                )
            )
    return found


def _set_up() -> Findings:
    lacking = missing()
    for one in lacking:
        yield Finding(Level.BAD, "init", one.what, one.do)
    if not lacking:
        yield Finding(Level.GOOD, "init", _("数据文件夹 {folder}, 数据库结构是最新的").format(folder=settings.HOME))


def _secrets() -> Findings:
    from xinheng.vault import keys

    for file in (settings.SETTINGS_FILE, keys.key_file()):
        if file.exists() and file.stat().st_mode & 0o077:
            yield Finding(Level.BAD, "secrets", _("{file} 别的用户也能读").format(file=file), f"chmod 600 {file}")
    if settings.HOME.stat().st_mode & 0o077:
        yield Finding(
            Level.BAD, "secrets", _("数据文件夹 {file} 别的用户也能进").format(file=settings.HOME),
            f"chmod 700 {settings.HOME}",
        )  # fmt: skip
    if len(settings.SECRET_KEY) < 40:
        yield Finding(Level.BAD, "secrets", _("签名密钥太短"), _("在 xinheng.toml 里换成至少 50 个随机字符。"))
    if settings.DEBUG:
        yield Finding(Level.BAD, "secrets", _("调试方式开着, 出错时会显示内部情况"), _("去掉 debug 这一项。"))
    if settings.DEMO:
        yield Finding(
            Level.WARN, "secrets", _("样板方式开着, 谁都能以任何角色进入"), _("不要放真实客户; 去掉 demo 这一项。")
        )


def _addresses() -> Findings:
    if "*" in settings.ALLOWED_HOSTS:
        yield Finding(Level.BAD, "addresses", _("allowed_hosts 写了 *, 谁都能冒充网址"), _("写出真实的主机名。"))
    if not settings.HTTPS:
        local = "127.0.0.1" in settings.PUBLIC_URL or "localhost" in settings.PUBLIC_URL
        yield Finding(
            Level.NOTE if local else Level.BAD, "addresses", _("没有用 https, 只适合本机试用"),
            _("前面放带证书的代理, 在 xinheng.toml 里写 https = true 和 public_url。"),
        )  # fmt: skip
    elif not settings.TRUSTED_PROXIES:
        yield Finding(
            Level.BAD, "addresses", _("用了 https, 但 trusted_proxies 是空的, 页面会一直转向"),
            _("写上代理的地址。"),
        )  # fmt: skip
    else:
        yield Finding(Level.GOOD, "addresses", _("从 {url} 进来").format(url=settings.PUBLIC_URL))
    if not settings.COMPANY:
        yield Finding(Level.WARN, "addresses", _("没有公司名称, 表单上会空着"), _("在 xinheng.toml 里写 company。"))


def _notices() -> Findings:
    set_up = getattr(settings, "NOTIFY_URLS", None) or getattr(settings, "NOTIFY", None)
    if set_up:
        yield Finding(Level.GOOD, "notices", _("提醒会发到 {count} 个去处").format(count=len(set_up)))
    else:
        yield Finding(
            Level.NOTE, "notices", _("没有设邮件、钉钉、企业微信或飞书: 提醒只在页面里, 不会发到任何人"),
            _("在 xinheng.toml 里写 notify_urls, 见 docs/operating.md。"),
        )  # fmt: skip
    if settings.MAIL:
        from xinheng.portal.models import Letter

        failed = Letter.objects.filter(state=Letter.State.FAILED, made_on__gte=timezone.localdate() - timedelta(days=7))
        if count := failed.count():
            yield Finding(
                Level.WARN, "letters", _("近 7 天有 {count} 封给客户的通知没有发出").format(count=count),
                _("检查邮件服务器; 在客户的“客户自助”页打印通知书交给他。"),
            )  # fmt: skip
    else:
        yield Finding(
            Level.NOTE, "letters", _("没有设邮件服务器: 等级变动和异议答复不会发给客户, 只在自助页面里"),
            _("在 xinheng.toml 里写 [mail], 见 docs/operating.md; 或打印通知书交给客户。"),
        )  # fmt: skip


def _worker() -> Findings:
    now = timezone.now()
    alive = Beat.objects.filter(part="worker", at__gte=now - timedelta(seconds=4 * EVERY_SECONDS)).first()
    if alive:
        yield Finding(Level.GOOD, "worker", _("后台进程在运行 (进程 {number})").format(number=alive.process))
    else:
        yield Finding(
            Level.BAD, "worker", _("后台进程没有运行: 导入、提醒、留痕封存都不会动"),
            _("运行 xinheng serve (自带), 或另开 xinheng work。"),
        )  # fmt: skip
    failed = DailyRun.objects.filter(state=DailyRun.State.FAILED)
    for run in failed[:5]:
        yield Finding(
            Level.BAD, "daily", _("{day} 的每日任务 {job} 失败: {note}").format(
                day=run.day, job=run.job, note=run.note.splitlines()[0] if run.note else ""
            ), _("改正后运行 xinheng tick。"),
        )  # fmt: skip
    if ticking.is_due(timezone.localdate()):
        yield Finding(Level.WARN, "daily", _("今天的每日任务还没有做完"), _("运行 xinheng tick, 或让后台进程运行着。"))
    else:
        yield Finding(Level.GOOD, "daily", _("今天的每日任务都做过了"))


def _backups() -> Findings:
    last = BackupMark.objects.filter(finished_at__isnull=False).first()
    if last is None:
        yield Finding(Level.WARN, "backup", _("从来没有备份过"), _("运行 xinheng backup, 并每天定时运行。"))
        return
    hours = (timezone.now() - last.at).total_seconds() / 3600
    level = Level.GOOD if hours <= BACKUP_HOURS else Level.WARN
    yield Finding(
        level, "backup", _("最近一次备份在 {hours} 小时前: {file}").format(hours=int(hours), file=last.file),
        _("每天定时运行 xinheng backup。"),
    )  # fmt: skip
    if last.file and _same_disk(Path(last.file), settings.HOME):
        yield Finding(Level.NOTE, "backup", _("备份与数据在同一块盘上, 盘坏了两样都没有"), _("把备份抄到别处。"))


def _record() -> Findings:
    folder = Path(settings.ANCHORS_FOLDER)
    if _same_disk(folder, settings.HOME):
        yield Finding(
            Level.NOTE, "record", _("留痕的锚点与数据库在同一块盘上: 能改数据库的人也能改锚点"),
            _("在 xinheng.toml 里用 anchors_folder 指到别的机器或只能追加的盘。"),
        )  # fmt: skip
    if not folder.is_dir():
        yield Finding(Level.BAD, "record", _("没有锚点文件夹 {folder}").format(folder=folder), _("运行 xinheng init。"))


def _same_disk(one: Path, other: Path) -> bool:
    try:
        return one.stat().st_dev == other.stat().st_dev
    except OSError:
        return False


def _calendar() -> Findings:
    if not find_spec("xinheng.workflow.calendar"):
        return
    known = import_module("xinheng.workflow.calendar").known_until()
    level = Level.GOOD if known >= timezone.localdate() + timedelta(days=30) else Level.WARN
    yield Finding(
        level, "calendar", _("节假日和调休知道到 {day}, 之后只按周末推算").format(day=known),
        _("节假日公布后更新程序, 或在工作日历里补上。"),
    )  # fmt: skip


def _people() -> Findings:
    from xinheng.org.models import Person
    from xinheng.org.queries import people_in_role
    from xinheng.org.roles import ADMINISTRATORS, Role

    today = timezone.localdate()
    held = {role for role in Role if people_in_role(role, on=today).exists()}
    for role in sorted(ADMINISTRATORS - held):
        yield Finding(Level.BAD, "people", _("没有{role}").format(role=Role(role).label), _("由安全管理员任命。"))
    empty = [str(role.label) for role in Role if role not in held | ADMINISTRATORS]
    if empty:
        yield Finding(
            Level.NOTE, "people", _("这些角色没有人, 交给它们的事会转到上级: {roles}").format(roles=listed(empty)),
            _("由安全管理员任命。"),
        )  # fmt: skip
    from allauth.mfa.models import Authenticator

    roles = list(getattr(settings, "SECOND_FACTOR_ROLES", ADMINISTRATORS))
    needed = Person.objects.filter(is_active=True, appointments__role__in=roles).distinct()
    without = needed.exclude(pk__in=Authenticator.objects.values("user_id")).count()
    if without and not settings.DEMO:
        yield Finding(
            Level.WARN, "people", _("{count} 个须有第二因素的账号还没有设").format(count=without),
            _("他们下次登录时会被要求设置。"),
        )  # fmt: skip


def _webhooks() -> Findings:
    """Tell of other systems that are told nothing any more, and of what they were not told."""
    from xinheng.connect.models import Delivery, Subscription

    broken = Subscription.objects.filter(state=Subscription.State.BROKEN)
    for subscription in broken.order_by("pk")[:5]:
        yield Finding(
            Level.WARN, "webhooks", _("事件通知“{name}”多次失败, 已停发").format(name=subscription.name),
            _("与对方核对地址和证书, 在事件通知页面恢复; 积压的消息会补发。"),
        )  # fmt: skip
    now = timezone.now()
    given_up = Delivery.objects.filter(state=Delivery.State.FAILED, ended_at__gte=now - timedelta(days=7)).count()
    if given_up:
        yield Finding(
            Level.WARN, "webhooks", _("最近 7 天有 {count} 条通知没有送达").format(count=given_up),
            _("在事件通知页面看对方的应答, 再重发。"),
        )  # fmt: skip
    late = Delivery.objects.filter(
        state=Delivery.State.WAITING, tries=0, at__lt=now - timedelta(hours=1),
        subscription__state=Subscription.State.ACTIVE,
    ).exclude(subscription__failures__gt=0).count()  # fmt: skip
    if late:
        yield Finding(
            Level.WARN, "webhooks", _("{count} 条通知等了一小时还没有发").format(count=late),
            _("看后台进程是否在运行。"),
        )  # fmt: skip


def _machine() -> Findings:
    free = shutil.disk_usage(settings.HOME).free
    level = Level.GOOD if free >= DISK_FREE else Level.BAD
    yield Finding(
        level, "machine", _("磁盘还空 {size} GB").format(size=f"{free / 2**30:.1f}"), _("腾出空间, 至少 2 GB。")
    )


def _database() -> Findings:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            yield from _sqlite(cursor)
        else:
            yield from _postgres(cursor)


def _sqlite(cursor: Any) -> Findings:
    mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
    if mode != "wal":
        yield Finding(
            Level.BAD, "database", _("SQLite 不在 WAL 方式 ({mode})").format(mode=mode), _("不要放在网络盘上。")
        )
    yield Finding(
        Level.NOTE, "database", _("用 SQLite: 适合一台机器上几十人; 人多时换 PostgreSQL"), _("见 docs/operating.md。")
    )


def _postgres(cursor: Any) -> Findings:
    cursor.execute("SELECT current_setting('server_version_num')::int, current_setting('server_version')")
    number, version = cursor.fetchone()
    if number < OLDEST_POSTGRES:
        yield Finding(
            Level.BAD, "database", _("PostgreSQL {version} 太旧").format(version=version), _("至少用 14 版。")
        )
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        cursor.execute("SELECT current_setting(%s)", [name])
        value = cursor.fetchone()[0]
        if value == "off":
            yield Finding(
                Level.BAD, "database", _("PostgreSQL 的 {name} 关着, 断电会丢已提交的数据").format(name=name),
                _("在 postgresql.conf 里打开。"),
            )  # fmt: skip
    cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
    apart = abs(float(cursor.fetchone()[0]) - timezone.now().timestamp())
    if apart > CLOCK_SECONDS:
        yield Finding(
            Level.BAD, "database", _("本机与数据库的时钟差 {seconds} 秒").format(seconds=int(apart)),
            _("让两台机器都对时 (NTP)。"),
        )  # fmt: skip
    cursor.execute("SHOW server_encoding")
    encoding = cursor.fetchone()[0]
    if encoding != "UTF8":
        yield Finding(Level.BAD, "database", _("数据库的编码是 {name}").format(name=encoding), _("建库时用 UTF8。"))
    yield Finding(Level.GOOD, "database", f"PostgreSQL {version}")


def _deploy() -> Findings:
    """Tell what Django's own examination for deployment says, where people reach us by https."""
    if not settings.HTTPS:
        return
    from django.core.checks import run_checks

    for message in run_checks(include_deployment_checks=True):
        yield Finding(Level.WARN, "deploy", str(message.msg), str(message.hint or ""))


LOOKS: tuple[Callable[[], Findings], ...] = (
    _secrets, _addresses, _notices, _worker, _backups, _record, _calendar, _people, _webhooks, _machine, _database, _deploy,
)  # fmt: skip
"""Everything looked at, in the order in which it is told."""
