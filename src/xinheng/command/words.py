"""Help pages, and what is said of a call that cannot be understood: in the reader's language, aligned for Chinese width.

The command-line library says both in English only.
"""

from __future__ import annotations

import difflib
from typing import Any

from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from creditpolicy.language import _

WIDTH = 96


def later(text: str) -> str:
    """Mark a message that is put into the reader's language only when it is shown."""
    return text


class Verb(TyperCommand):
    """A verb with its help page in the reader's language."""

    def get_help(self, ctx: Any) -> str:
        """Give the help page: what it does, how it is called, its arguments and options, an example."""
        return _page(self, ctx, [])

    def get_usage(self, ctx: Any) -> str:
        """Give the line that says how it is called."""
        return _usage(self, ctx)


class Verbs(TyperGroup):
    """The command, with its help page in the reader's language."""

    def get_help(self, ctx: Any) -> str:
        """Give the help page: the verbs, and the options that hold for all."""
        return _page(self, ctx, [(name, _(verb.help or "")) for name, verb in self.commands.items()])

    def get_usage(self, ctx: Any) -> str:
        """Give the line that says how it is called."""
        return _usage(self, ctx)


# Help ----------------------------------------------------------------------------------------------------------------


def _page(command: Any, ctx: Any, verbs: list[tuple[str, str]]) -> str:
    parameters = command.get_params(ctx)
    arguments = [(_named(one), _(one.help or "")) for one in parameters if one.param_type_name == "argument"]
    options = [(_option(one), _help(one)) for one in parameters if one.param_type_name == "option"]
    parts = [_(command.help or ""), _usage(command, ctx)]
    for title, rows in ((_("命令"), verbs), (_("参数"), arguments), (_("选项"), options)):
        if rows:
            parts.append("\n".join([_("{title}:").format(title=title), *_listed(rows)]))
    if command.epilog:
        parts.append("\n".join([_("例:"), *(f"  {line}" for line in _(command.epilog).splitlines())]))
    return "\n\n".join(parts)


def _usage(command: Any, ctx: Any) -> str:
    words = [ctx.command_path]
    parameters = command.get_params(ctx)
    words += [_named(one) for one in parameters if one.param_type_name == "argument"]
    words += [_option(one, short=True) for one in parameters if one.param_type_name == "option" and one.required]
    words += [_("命令 …")] if isinstance(command, Verbs) else []
    return _("用法: {call} [选项]").format(call=" ".join(words))


def _named(parameter: Any) -> str:
    """Name an argument, or the value of an option."""
    return _(parameter.metavar) if parameter.metavar else str(parameter.name)


def _option(option: Any, *, short: bool = False) -> str:
    names = [name for name in option.opts if name.startswith("--")] if short else sorted(option.opts, key=len)
    value = "" if getattr(option, "is_flag", False) else f" {_named(option)}"
    return ", ".join(names) + value


def _help(option: Any) -> str:
    if option.name == "help":
        return _("显示这份帮助")
    return _(option.help or "") + (_(" (必填)") if option.required else "")


def _listed(rows: list[tuple[str, str]]) -> list[str]:
    from rich.cells import cell_len, chop_cells

    left = max(cell_len(name) for name, _told in rows) + 2
    lines: list[str] = []
    for name, told_of_it in rows:
        pieces = _wrapped(told_of_it, WIDTH - left - 2, chop_cells) or [""]
        lines.append(f"  {name}{' ' * (left - cell_len(name))}{pieces[0]}".rstrip())
        lines += [" " * (left + 2) + piece for piece in pieces[1:]]
    return lines


def _wrapped(text: str, width: int, chop: Any) -> list[str]:
    """Break at blanks, and within a run of Chinese where it must be."""
    from rich.cells import cell_len

    lines: list[str] = []
    for word in text.split(" "):
        if lines and cell_len(lines[-1]) + 1 + cell_len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines += chop(word, width)
    return lines


# Calls that cannot be understood -------------------------------------------------------------------------------------


def told(wrong: TyperException) -> str:
    """Say what is wrong with a call and where help is; the help page itself where a call said nothing."""
    ctx = getattr(wrong, "ctx", None)
    if type(wrong).__name__ == "NoArgsIsHelpError" and ctx is not None:
        return str(ctx.get_help())
    lines = [_wrong_words(wrong, ctx)]
    if ctx is not None:
        lines += [str(ctx.get_usage()), _("详见 {call} --help").format(call=ctx.command_path)]
    return "\n".join(lines)


def _wrong_words(wrong: Any, ctx: Any) -> str:
    """Say it in our own words; the kinds are known by name, for the library keeps their classes to itself."""
    match type(wrong).__name__:
        case "MissingParameter" if wrong.param is not None:
            named = _option(wrong.param) if wrong.param.param_type_name == "option" else _named(wrong.param)
            return _("缺少 {name}: {help}。").format(name=named, help=_(wrong.param.help or "").rstrip("。"))
        case "NoSuchOption":
            return _("没有选项 {name}。").format(name=wrong.option_name) + _near(wrong.possibilities or ())
        case "BadOptionUsage":
            return _("选项 {name} 用得不对: 它后面{what}。").format(
                name=wrong.option_name, what=_("不跟值") if "not take a value" in wrong.message else _("要跟一个值")
            )
        case "BadParameter" if wrong.param is not None and not _ours(wrong.message):
            named = _option(wrong.param) if wrong.param.param_type_name == "option" else _named(wrong.param)
            return _("{name} 的值用不了。").format(name=named)
    if ctx is not None and isinstance(ctx.command, Verbs) and ctx.args:
        word = ctx.args[0]
        return _("没有命令“{name}”。").format(name=word) + _near(difflib.get_close_matches(word, ctx.command.commands))
    if "unexpected extra argument" in wrong.message:
        words = wrong.message.partition("(")[2].rstrip(")")
        return _("多出来的词: {words}。文件名里有空格时要加引号。").format(words=words)
    return str(wrong.message)


def _near(names: Any) -> str:
    return _("是否要用 {names}?").format(names="、".join(sorted(names))) if names else ""


def _ours(message: str) -> bool:
    return not message.isascii() or message.endswith(".")
