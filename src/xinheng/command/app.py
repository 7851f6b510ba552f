"""The verbs put together into one command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from xinheng.command import audit, credit, dealings, demo, keys, policies, ratings, replay, running
from xinheng.command.words import Verb, Verbs, later

VERBS: tuple[tuple[Callable[..., Any], str, str, str], ...] = (
    (
        policies.policies,
        "policies",
        later("列出随附的制度, 或应用制度库里的"),
        later("xinheng policies\nxinheng policies --library"),
    ),
    (
        policies.show,
        "show",
        later("把一份制度显示成看得懂的一页: 每条规则的出处, 哪些数字是假定的"),
        later("xinheng show leasing"),
    ),
    (
        policies.template,
        "template",
        later("写出一份填写客户资料的工作簿"),
        later("xinheng template leasing -o 客户.xlsx"),
    ),
    (
        policies.scorecard,
        "scorecard",
        later("把制度的评分表写成 Excel, 改好再写回制度, 其余一字不动"),
        later("xinheng scorecard leasing -o 评分表.xlsx\nxinheng scorecard leasing --from 评分表.xlsx -o 新制度.yaml"),
    ),
    (
        ratings.rate,
        "rate",
        later("给表里的每个客户评级, 写出结果"),
        later(
            "xinheng rate 客户.xlsx --policy leasing -o 结果.xlsx\n"
            "xinheng rate 客户.xlsx -p sales-tiering --invoices 发票.csv --as-of 2026-06-30 -o 结果.json\n"
            "xinheng rate app: -p app:main"
        ),
    ),
    (
        ratings.explain,
        "explain",
        later("说明一个客户的评级: 每项得分和条款, 失分最多的项目, 升级的捷径"),
        later("xinheng explain 客户.xlsx --policy leasing --customer ZL0004"),
    ),
    (
        policies.check,
        "check",
        later("像审计一样检查一份制度: 哪一行、什么问题、为什么、怎么改"),
        later("xinheng check 我的制度.yaml"),
    ),
    (policies.test, "test", later("运行制度旁边的算例 cases.yaml"), later("xinheng test leasing")),
    (
        ratings.compare,
        "compare",
        later("同一批客户按两份制度评级: 谁升谁降, 因为哪几项"),
        later("xinheng compare leasing 新制度.yaml 客户.xlsx --amount cumulative_rent"),
    ),
    (
        dealings.facts,
        "facts",
        later("由发票算出每个客户的往来事实: 销售额、逾期、按期付款等"),
        later("xinheng facts --invoices 发票.csv --as-of 2026-06-30 -o 事实.csv"),
    ),
    (
        policies.sql,
        "sql",
        later("显示一份制度编成的 SQL 查询"),
        later("xinheng sql leasing\nxinheng sql leasing --dialect spark"),
    ),
    (
        policies.schema,
        "schema",
        later("制度文件的 JSON Schema, 供编辑器补全和检查"),
        later("xinheng schema -o policy.schema.json"),
    ),
    (
        running.init,
        "init",
        later("建立数据文件夹、密钥、数据库和第一位管理员; 再运行一次不改动已有的, 只更新数据库结构"),
        later("xinheng init\nxinheng init --database-url postgres://xinheng@localhost/xinheng"),
    ),
    (running.serve, "serve", later("在浏览器里使用: 启动网页服务和后台进程"), later("xinheng serve --port 8000")),
    (running.work, "work", later("只运行后台进程: 后台任务、留痕封存、每日任务"), later("xinheng work")),
    (running.tick, "tick", later("做当天该做而未做的每日任务; 做过的不会重做"), later("xinheng tick")),
    (
        running.backup,
        "backup",
        later("不停机备份数据库和档案文件"),
        later("xinheng backup -o 备份.zip --with-keys 密钥.json"),
    ),
    (
        running.restore,
        "restore",
        later("把备份恢复到空文件夹和空数据库, 并逐表核对"),
        later("xinheng restore 备份.zip --keys 密钥.json"),
    ),
    (
        demo.demo,
        "demo",
        later("做一个编造的公司来看看: 约三百个客户、三年往来, 评级并在浏览器里打开"),
        later("xinheng demo --policy leasing"),
    ),
    (running.doctor, "doctor", later("检查设置: 什么已就绪, 什么缺少, 什么会默默不起作用"), later("xinheng doctor")),
    (
        audit.audit,
        "audit",
        later("核验留痕: 哪一行被改过、删过、插过, 链和库外的锚点是否相符"),
        later("xinheng audit verify\nxinheng audit anchor"),
    ),
    (
        replay.ratings,
        "ratings",
        later("把存下的评级按各自的记录重算一遍, 逐字节核对有没有被改动"),
        later("xinheng ratings replay\nxinheng ratings replay --since 2026-01-01"),
    ),
    (
        credit.credit,
        "credit",
        later("授信: 试算一张订单今天能不能放行; 把每个额度账户按变动与单据重算一遍"),
        later("xinheng credit check --customer C0001 --amount 120000\nxinheng credit prove"),
    ),
    (
        keys.keys,
        "keys",
        later("密钥: 看用量, 更换并重新加密全部内容, 删去旧密钥"),
        later("xinheng keys status\nxinheng keys rotate"),
    ),
)

app = typer.Typer(
    cls=Verbs,
    name="xinheng",
    help=later("信衡: 按公司自己的信用制度给客户评级。制度是一份看得懂的文件, 每个分数都说得出条款。"),
    epilog=later("xinheng rate 客户.xlsx --policy leasing -o 结果.xlsx"),
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(asked: bool) -> None:
    if asked:
        from xinheng import __version__

        print(f"xinheng {__version__}")
        raise typer.Exit


@app.callback()
def begin(
    version: Annotated[
        bool, typer.Option("--version", help=later("显示版本"), is_eager=True, callback=_show_version)
    ] = False,
    lang: Annotated[
        str | None,
        typer.Option(
            "--lang",
            metavar=later("语言"),
            help=later("zh-hans、zh-hant 或 en; 默认随系统 (XINHENG_LANG、LC_ALL、LANG)"),
        ),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help=later("出错时显示详情, 供维护者看"))] = False,
) -> None:
    """Take the options that hold for every verb."""


for act, name, help_text, example in VERBS:
    app.command(name, cls=Verb, help=help_text, epilog=example)(act)


def run_verb(words: Sequence[str]) -> int:
    """Run the verb that `words` name; give its exit code."""
    code = typer.main.get_command(app)(list(words), standalone_mode=False, prog_name="xinheng")
    return code if isinstance(code, int) else 0
