"""The verb `keys`: which keys there are and what they close, change them, drop what is of no use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from creditpolicy.language import _
from creditpolicy.problems import Refusal
from xinheng.command.screen import progress, say, table
from xinheng.command.starting import initialised
from xinheng.command.words import later

if TYPE_CHECKING:
    from xinheng.vault.rotation import Progress

SOMETHING_UNREADABLE = 1
SHOWN = 20


def keys(
    what: Annotated[
        str,
        typer.Argument(
            metavar="status|rotate|drop",
            help=later("status 看密钥和用量; rotate 换新密钥并重新加密全部内容; drop 删去不再用的旧密钥"),
        ),
    ],
) -> int:
    """Show, change or drop keys (1 where something cannot be opened with any of them)."""
    verbs = {"status": _status, "rotate": _rotate, "drop": _drop}
    if what not in verbs:
        raise Refusal(_("要写 xinheng keys status、rotate 或 drop, 没有“{word}”。").format(word=what))
    initialised()
    return verbs[what]()


def _status() -> int:
    from django.utils import timezone

    from xinheng.vault import keys as held
    from xinheng.vault.rotation import in_use

    counts = in_use()
    rows = []
    for key in sorted(held.keys().by_id.values(), key=lambda one: one.made_at):
        state = _("在用") if key.id == held.keys().current.id else _("已换下")
        rows.append((key.id, f"{timezone.localtime(key.made_at):%Y-%m-%d %H:%M}", state, counts.pop(key.id, 0)))
    table([_("密钥"), _("建立"), _("状态"), _("加密的内容")], rows, right=[3])
    unknown = sum(counts.values())
    if unknown:
        say(_("有 {count} 处用不在这里的密钥加密, 打不开。请放回旧的密钥文件。").format(count=unknown))
    if held.is_open_to_others():
        say(_("{path} 别的用户也能读。请运行 chmod 600 {path}。").format(path=held.key_file()))
    return SOMETHING_UNREADABLE if unknown else 0


def _rotate() -> int:
    from xinheng.audit.record import SYSTEM, act, record
    from xinheng.vault import keys as held
    from xinheng.vault.rotation import Progress, rotate

    before, done = held.keys().current.id, Progress()
    with progress() as told:
        for done in rotate():
            told(_("已重新加密 {values} 处, {files} 个文件").format(values=f"{done.values:,}", files=f"{done.files:,}"))
    after = held.keys().current.id

    @act
    def change_keys() -> None:
        record(
            "vault.change_keys", None, by=SYSTEM, before={"key": before},
            after={"key": after, "values": done.values, "files": done.files, "unreadable": len(done.unreadable)},
        )  # fmt: skip

    change_keys()
    if before == after:
        say(_("上次换密钥没有做完, 已接着做完。"))
    say(_("密钥 {id} 已启用, 重新加密了 {values} 处、{files} 个文件。").format(
        id=after, values=f"{done.values:,}", files=f"{done.files:,}"))  # fmt: skip
    say(_("请马上另存一份密钥文件。旧密钥先不要删: 旧备份要用它。一小时后可用 xinheng keys drop 删去。"))
    return _unreadable(done)


def _unreadable(done: Progress) -> int:
    for one in done.unreadable[:SHOWN]:
        say(one)
    if len(done.unreadable) > SHOWN:
        say(_("还有 {count} 处。").format(count=len(done.unreadable) - SHOWN))
    return SOMETHING_UNREADABLE if done.unreadable else 0


def _drop() -> int:
    from django.utils import timezone

    from xinheng.audit.record import SYSTEM, act, record
    from xinheng.vault.rotation import drop_unused

    dropped = [key.id for key in drop_unused(at=timezone.now())]
    if not dropped:
        say(_("没有可以删去的旧密钥。刚换下的要过一小时。"))
        return 0

    @act
    def drop_keys() -> None:
        record("vault.drop_keys", None, by=SYSTEM, before={"keys": dropped})

    drop_keys()
    say(_("已删去 {names}。用它们加密的旧备份从此打不开, 除非另存着旧的密钥文件。").format(names=", ".join(dropped)))
    return 0
