"""The verbs that run the application: init, serve, work, tick, doctor."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from creditpolicy.language import _
from creditpolicy.problems import Refusal
from xinheng.command import options
from xinheng.command.screen import heading, say
from xinheng.command.starting import application, initialised
from xinheng.command.words import later

SOMETHING_TO_DO = 1
Settings = dict[str, str | bool | list[str]]

DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        "--database-url",
        metavar=later("地址"),
        help=later("postgres://用户:密码@主机/库; 默认用数据文件夹里的 SQLite"),
    ),
]


def init(
    database_url: DatabaseUrl = None,
    company: Annotated[
        str | None, typer.Option("--company", metavar=later("名称"), help=later("公司名称, 印在页面和表单上"))
    ] = None,
    public_url: Annotated[
        str | None,
        typer.Option("--public-url", metavar=later("网址"), help=later("大家从哪个网址进来; https 开头的会打开 https")),
    ] = None,
    security: Annotated[
        str | None,
        typer.Option("--security", metavar=later("登录名:姓名"), help=later("安全管理员, 由他建立其他人员; 不给就问")),
    ] = None,
    system: Annotated[
        str | None, typer.Option("--system", metavar=later("登录名:姓名"), help=later("系统管理员, 也可以以后再建"))
    ] = None,
    audit: Annotated[
        str | None, typer.Option("--audit", metavar=later("登录名:姓名"), help=later("审计管理员, 也可以以后再建"))
    ] = None,
    rescue: Annotated[
        str | None,
        typer.Option(
            "--rescue", metavar=later("登录名"), help=later("让丢了密码或动态码的安全管理员重新进来; 留痕, 其余不动")
        ),
    ] = None,
) -> int:
    """Set the application up, or say what is there already and change nothing of it."""
    if rescue:
        return _rescued(rescue)
    from xinheng.running.home import home, make_home

    folder = home()
    told: Settings = {
        "company": company or "",
        "database_url": database_url or os.environ.get("DATABASE_URL", ""),
        **_addresses(public_url),
    }
    new = make_home(folder, told)
    if not new and any((database_url, company, public_url)):
        raise Refusal(
            _("{folder} 里已有设置, init 不会改动它。要改请编辑 {file} 后重新启动。").format(
                folder=folder, file=folder / "xinheng.toml"
            )
        )
    application()
    from xinheng.running.setting_up import Step, prepare

    steps = [Step(_("设置文件 {file}").format(file=folder / "xinheng.toml"), new), *prepare()]
    for step in steps:
        say((_("已建立: {what}") if step.done else _("已经有了: {what}")).format(what=step.text))
    _first_administrators({"security_admin": security, "system_admin": system, "audit_admin": audit})
    heading(_("接下来"))
    say(_("xinheng serve 开始服务; xinheng doctor 看还缺什么; 密钥另存一份: xinheng backup --with-keys。"))
    return 0


def _rescued(username: str) -> int:
    """Let a security administrator in again, and show his password, which serves once."""
    initialised()
    from django.utils import timezone

    from xinheng.org.actions.founding import rescue_security_administrator

    person, password = rescue_security_administrator(username, at=timezone.now())
    say(
        _("{name} 可以重新登录: 登录名 {username}, 一次性密码 {password}; 动态码要重新设置。已留痕。").format(
            name=person.full_name, username=person.username, password=password
        )
    )
    return 0


def _addresses(public_url: str | None) -> Settings:
    """Give the settings that follow from the address people use."""
    if not public_url:
        return {}
    from urllib.parse import urlsplit

    parts = urlsplit(public_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Refusal(_("网址“{url}”要写成 https://credit.example.com 的样子。").format(url=public_url))
    hosts = [parts.hostname, "127.0.0.1", "localhost"]
    return {"public_url": public_url, "https": parts.scheme == "https", "allowed_hosts": hosts}


def _first_administrators(given: dict[str, str | None]) -> None:
    """Make the administrators named, or asked for at the terminal; show each one's password, which serves once."""
    from django.conf import settings
    from django.utils import timezone

    from xinheng.org.actions.founding import appoint_first_administrators
    from xinheng.org.models import Person
    from xinheng.org.roles import Role

    if Person.objects.exists():
        say(_("已经有了: {what}").format(what=_("人员账号; 忘了密码由安全管理员重置")))
        return
    if not given["security_admin"] and sys.stdin.isatty():
        given = {role: word or _asked(Role(role).label) for role, word in given.items()}
    if not given["security_admin"]:
        raise Refusal(_("还没有人员账号。请用 --security 登录名:姓名 给出安全管理员, 或在终端里运行 xinheng init。"))
    names = {Role(role): _name(word) for role, word in given.items() if word}
    made = appoint_first_administrators(names, company=settings.COMPANY or _("总部"), at=timezone.now())
    for role, engaged in made.items():
        say(
            _("已建立: {role} {name}, 登录名 {username}, 一次性密码 {password}").format(
                role=role.label,
                name=engaged.person.full_name,
                username=engaged.person.username,
                password=engaged.password,
            )
        )
    say(_("密码只显示这一次, 首次登录时要改。其他人员由安全管理员登录后建立。"))


def _asked(role: object) -> str:
    """Ask for an administrator; an empty answer leaves him for later."""
    return input(_("{role} (登录名:姓名, 空着以后再建): ").format(role=role)).strip()


def _name(word: str) -> tuple[str, str]:
    username, colon, name = word.replace("：", ":").partition(":")
    if not colon or not username.strip() or not name.strip():
        raise Refusal(_("“{word}”要写成 登录名:姓名 的样子, 如 zhangsan:张三。").format(word=word))
    return username.strip(), name.strip()


def serve(
    host: Annotated[
        str,
        typer.Option("--host", metavar=later("地址"), help=later("在哪个地址上服务; 默认只有本机, 前面放代理")),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar=later("端口"), help=later("端口, 默认 8000"))] = 8000,
    workers: Annotated[
        int, typer.Option("--workers", metavar=later("个数"), help=later("网页进程的个数, 默认 2"), min=1, max=64)
    ] = 2,
    web_only: Annotated[
        bool, typer.Option("--web-only", help=later("只要网页; 后台任务由另外的 xinheng work 做"))
    ] = False,
) -> int:
    """Serve until a signal comes."""
    initialised()
    from django.db import connections

    connections.close_all()
    from xinheng.running.serving import serve as serve_until

    say(_("信衡在 http://{host}:{port} 服务, 按 Ctrl+C 停止。").format(host=host, port=port))
    sys.stdout.flush()
    return serve_until(host, port, workers, with_worker=not web_only, tell=lambda text: print(text, file=sys.stderr))


def work() -> int:
    """Do the background tasks until a signal comes."""
    initialised()
    from xinheng.running.working import work as work_until

    work_until()
    return 0


def tick(as_of: options.AsOf = None) -> int:
    """Do the daily jobs that are due; those done are not done again."""
    initialised()
    from django.utils import timezone

    from xinheng.running.ticking import tick as tick_day
    from xinheng.upkeep.models import DailyRun

    today = timezone.localdate()
    day = options.day(as_of) or today
    if day > today:
        raise Refusal(_("{day} 还没有到, 不能提前运行。").format(day=day))
    runs = list(tick_day(day))
    words = {DailyRun.State.DONE: _("完成"), DailyRun.State.FAILED: _("失败")}
    for run in runs:
        say(f"{run.day:%Y-%m-%d}  {run.job}  {words.get(DailyRun.State(run.state), run.state)}  {run.note}".rstrip())
    failed = sum(run.state == DailyRun.State.FAILED for run in runs)
    if failed:
        say(_("{count} 项失败, 下次会再试。").format(count=failed))
    elif not runs:
        say(_("{day} 的每日任务都已做过。").format(day=day))
    return SOMETHING_TO_DO if failed else 0


def doctor(
    json: Annotated[bool, typer.Option("--json", help=later("写成 JSON, 供监控程序读"))] = False,
) -> int:
    """Say what is set up, what is missing, and what will silently do nothing."""
    application()
    from xinheng.running.doctor import Level, examine

    findings = examine()
    if json:
        from json import dumps

        say(dumps([finding.told() for finding in findings], ensure_ascii=False, indent=1))
    else:
        marks = {Level.GOOD: "✓", Level.NOTE: "·", Level.WARN: "!", Level.BAD: "✗"}
        for finding in findings:
            say(f"{marks[finding.level]} {finding.what}")
            if finding.do and finding.level in {Level.WARN, Level.BAD}:
                say(f"  → {finding.do}")
    return SOMETHING_TO_DO if any(finding.level in {Level.WARN, Level.BAD} for finding in findings) else 0


def backup(
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar=later("文件"), help=later("写到哪里, 以 .zip 结尾; 默认在数据文件夹的 backups 里")
        ),
    ] = None,
    with_keys: Annotated[
        Path | None,
        typer.Option("--with-keys", metavar=later("文件"), help=later("把密钥和设置另存一个文件; 要与备份分开放")),
    ] = None,
) -> int:
    """Back up the database and the papers while people work."""
    initialised()
    from django.conf import settings
    from django.utils import timezone

    from xinheng.running.backing_up import back_up, save_keys

    at = timezone.now()
    target = out or _default_backup(settings.HOME, timezone.localtime(at).strftime("%Y%m%d-%H%M%S"))
    if target.suffix.lower() != ".zip":
        raise Refusal(_("输出文件 {path} 要以 {endings} 结尾。").format(path=target, endings=".zip"))
    if with_keys is not None:
        save_keys(with_keys)
    made = back_up(target, at=at)
    say(
        _("备份已写到 {file}: {tables} 张表 {rows} 行, {papers} 个档案文件。").format(
            file=made.file, tables=len(made.manifest.tables), rows=f"{made.rows:,}", papers=f"{made.papers:,}"
        )
    )
    if made.left_out:
        say(_("备份期间被删去的文件 {count} 个, 未列入。").format(count=len(made.left_out)))
    if with_keys is None:
        say(_("备份里没有密钥; 没有密钥就读不出加密的内容。密钥另存: xinheng backup --with-keys 文件, 与备份分开放。"))
    else:
        say(_("密钥和设置已写到 {file}, 请与备份分开放。").format(file=with_keys))
    return 0


def _default_backup(folder: Path, moment: str) -> Path:
    backups = folder / "backups"
    backups.mkdir(mode=0o700, exist_ok=True)
    return backups / f"xinheng-{moment}.zip"


def restore(
    file: Annotated[Path, typer.Argument(metavar=later("备份"), help=later("xinheng backup 写的 .zip"))],
    keys: Annotated[
        Path | None, typer.Option("--keys", metavar=later("文件"), help=later("--with-keys 写的文件, 或 keys.json"))
    ] = None,
    database_url: DatabaseUrl = None,
) -> int:
    """Restore a backup into an empty folder and an empty database."""
    from xinheng.running.home import home
    from xinheng.running.restoring_home import restored

    manifest = restored(file, home(), keys=keys, database_url=database_url, start=application)
    say(
        _("已恢复 {when} 的备份到 {folder}: {tables} 张表 {rows} 行, 逐表与备份核对一致。").format(
            when=manifest.made_at[:19].replace("T", " "),
            folder=home(),
            tables=len(manifest.tables),
            rows=f"{sum(table.rows for table in manifest.tables.values()):,}",
        )
    )
    if keys is None:
        say(_("没有放入密钥: 把原来的 keys.json 放到 {folder}, 加密的内容才读得出。").format(folder=home()))
    say(_("接着运行 xinheng doctor; 程序比备份新时先运行 xinheng init 更新结构。"))
    return 0
