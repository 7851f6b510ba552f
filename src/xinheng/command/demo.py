"""The verb `demo`: an invented company to look round in, rated by a policy, and served."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from creditpolicy.language import _
from creditpolicy.problems import Refusal
from xinheng.command import options
from xinheng.command.screen import heading, progress, say
from xinheng.command.starting import application
from xinheng.command.words import later

FOLDER = Path("demo")


def demo(
    policy: Annotated[
        str, typer.Option("--policy", "-p", metavar=later("制度"), help=later("按哪份随附制度评级, 默认 leasing"))
    ] = "leasing",
    folder: Annotated[
        Path, typer.Option("--folder", metavar=later("文件夹"), help=later("放在哪里, 默认 demo"))
    ] = FOLDER,
    customers: Annotated[
        int, typer.Option("--customers", metavar=later("个数"), help=later("客户个数, 默认 300"), min=20, max=3000)
    ] = 300,
    seed: Annotated[int, typer.Option("--seed", metavar=later("种子"), help=later("种子相同, 公司相同"))] = 20,
    as_of: options.AsOf = None,
    port: Annotated[int, typer.Option("--port", metavar=later("端口"), help=later("端口, 默认 8000"))] = 8000,
    no_serve: Annotated[bool, typer.Option("--no-serve", help=later("做好就结束, 不启动网页"))] = False,
) -> int:
    """Make the invented company in a folder of its own, rate it, and serve it until a signal comes."""
    home = _own_folder(folder)
    application()
    from django.utils import timezone

    from xinheng.demo.telling import tell

    story = tell(options.day(as_of) or timezone.localdate(), seed=seed, customers=customers)
    _load(story, home, policy)
    _rate(story, policy, folder)
    if no_serve:
        say(_("要在浏览器里看: XINHENG_HOME={home} xinheng serve").format(home=home))
        return 0
    from xinheng.command.running import serve

    heading(_("样板公司"))
    say(_("登录页上点任何一个角色就能进去。内容都是编造的, 不要放真实客户。"))
    return serve(port=port)


def _own_folder(folder: Path) -> Path:
    """Make the data folder of the demo; refuses one that is somebody's own."""
    from xinheng.running.home import make_home, written_settings

    home = (folder / "data").resolve()
    if (home / "xinheng.toml").exists() and not written_settings(home).get("demo"):
        raise Refusal(_("{folder} 里是真实的数据, 不能放样板公司。请用 --folder 换一个文件夹。").format(folder=home))
    make_home(home, {"demo": True, "company": "云岚设备租赁有限公司 (样板)"})
    os.environ["XINHENG_HOME"] = str(home)
    os.environ.pop("DATABASE_URL", None)
    return home


def _load(story: object, home: Path, policy: str) -> None:
    from xinheng.demo.loading import load
    from xinheng.org.models import Person
    from xinheng.running.setting_up import prepare

    with progress() as tell:
        tell(_("建立数据库"))
        prepare()
        if Person.objects.exists():
            say(_("样板公司已在 {folder}; 要重做就删去这个文件夹。").format(folder=home))
            return
        load(story, tell=tell, pack=policy)  # type: ignore[arg-type]
    say(_("样板公司已装入 {folder}").format(folder=home))


def _rate(story: object, policy: str, folder: Path) -> None:
    """Rate the customers by the command, as anybody would, from a workbook and the invoices."""
    from creditpolicy.reader import load_policy
    from xinheng.command.app import run_verb
    from xinheng.demo.facts import write_invoices, write_workbook
    from xinheng.demo.story import Story

    assert isinstance(story, Story)
    reading = load_policy(policy)
    if reading.policy is None:
        raise Refusal("\n".join(map(str, reading.problems)))
    table, invoices, result = folder / "customers.xlsx", folder / "invoices.csv", folder / "ratings.xlsx"
    write_workbook(story, reading.policy, table)
    write_invoices(story, invoices)
    words = ["rate", str(table), "--policy", policy, "--invoices", str(invoices), "--as-of", str(story.today)]
    say("\n$ xinheng " + " ".join([*words, "-o", str(result)]))
    sys.stdout.flush()
    run_verb([*words, "-o", str(result)])
