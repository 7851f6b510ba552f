"""Help pages, and what is said of a call that cannot be understood: in the reader's language, aligned for Chinese width.

The command-line library says both in English only.
"""

from __future__ import annotations

import difflib
import re
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from creditpolicy.language import _, listed
from xinheng.command.columns import padded, width, wrapped

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
        return _page(self, ctx, [(name, _said(verb.help)) for name, verb in self.commands.items()])

    def get_usage(self, ctx: Any) -> str:
        """Give the line that says how it is called."""
        return _usage(self, ctx)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the verb that is called; where there is none of that name, say which was perhaps meant."""
        word = args[0]
        if not word.startswith("-") and word not in self.commands:
            near = _near(difflib.get_close_matches(word, self.commands, n=1))
            raise typer.BadParameter(_("没有命令“{name}”。").format(name=word) + near, ctx)
        return super().resolve_command(ctx, args)


# Help ----------------------------------------------------------------------------------------------------------------


def _page(command: Any, ctx: Any, verbs: list[tuple[str, str]]) -> str:
    parameters = command.get_params(ctx)
    arguments = [(_named(one), _said(one.help)) for one in parameters if one.param_type_name == "argument"]
    options = [(_option(one), _help(one)) for one in parameters if one.param_type_name == "option"]
    parts = ["\n".join(wrapped(_said(command.help), WIDTH)), _usage(command, ctx)]
    for title, rows in ((_("命令:"), verbs), (_("参数:"), arguments), (_("选项:"), options)):
        if rows:
            parts.append("\n".join([title, *_listed(rows)]))
    if command.epilog:
        parts.append("\n".join([_("例:"), *(f"  {line}" for line in _(command.epilog).splitlines())]))
    return "\n\n".join(parts)


def _said(text: str | None) -> str:
    """Translate what is there: to gettext the empty text is the catalogue's own header."""
    return _(text) if text else ""


def _usage(command: Any, ctx: Any) -> str:
    words = [ctx.command_path]
    parameters = command.get_params(ctx)
    words += [_named(one) for one in parameters if one.param_type_name == "argument"]
    words += [_option(one, short=True) for one in parameters if one.param_type_name == "option" and one.required]
    words += [_("命令 …")] if isinstance(command, Verbs) else []
    return _("用法: {call} [选项]").format(call=" ".join(words))


def _named(parameter: Any) -> str:
    """Name an argument, or the value of an option."""
    return _(parameter.metavar).upper() if parameter.metavar else str(parameter.name)


def _option(option: Any, *, short: bool = False) -> str:
    names = [name for name in option.opts if name.startswith("--")] if short else sorted(option.opts, key=len)
    value = "" if getattr(option, "is_flag", False) else f" {_named(option)}"
    return ", ".join(names) + value


def _help(option: Any) -> str:
    if option.name == "help":
        return _("显示这份帮助")
    return _said(option.help) + (_(" (必填)") if option.required else "")


def _listed(rows: list[tuple[str, str]]) -> list[str]:
    left = max(width(name) for name, _told in rows) + 2
    lines: list[str] = []
    for name, said in rows:
        first, *rest = wrapped(said, WIDTH - left)
        lines.append(f"  {padded(name, left)}{first}".rstrip())
        lines += [" " * (left + 2) + line for line in rest]
    return lines


# Calls that cannot be understood -------------------------------------------------------------------------------------


def told(wrong: TyperException) -> str:
    """Say what is wrong with a call and where help is; the help page itself where a call said nothing."""
    ctx = getattr(wrong, "ctx", None)
    if type(wrong).__name__ == "NoArgsIsHelpError" and ctx is not None:
        return str(ctx.get_help())
    lines = [_wrong_words(wrong)]
    if ctx is not None:
        lines += [str(ctx.get_usage()), _("详见 {call} --help").format(call=ctx.command_path)]
    return "\n".join(lines)


def _wrong_words(wrong: Any) -> str:
    """Say it in our own words; the kinds are known by name, for the library keeps their classes to itself."""
    match type(wrong).__name__:
        case "MissingParameter" if wrong.param is not None:
            named = _option(wrong.param) if wrong.param.param_type_name == "option" else _named(wrong.param)
            return _("缺少 {name}。").format(name=named)
        case "NoSuchOption":
            return _("没有选项 {name}。").format(name=wrong.option_name) + _near(wrong.possibilities or ())
        case "BadOptionUsage":
            return _("选项 {name} 用得不对: 它后面{what}。").format(
                name=wrong.option_name, what=_("不跟值") if "not take a value" in wrong.message else _("要跟一个值")
            )
    if str(wrong.message).startswith("Input should be ") and getattr(wrong, "param", None) is not None:
        return _("{name} 的值不对: 要写成它允许的整数。").format(name=_option(wrong.param))
    extra = re.match(r"Got unexpected extra argument(?:s|\(s\))? \((.*)\)", str(wrong.message))
    if extra:
        return _("多出来的词: {words}。文件名里有空格时要加引号。").format(words=extra[1])
    return str(wrong.message)


def _near(names: Any) -> str:
    return "\n" + _("是否要用 {names}?").format(names=listed(sorted(names))) if names else ""
