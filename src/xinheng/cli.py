"""The command `xinheng`: sets the language, runs the verb, and turns every outcome into an exit code.

0 all rated; 1 some rows refused or some faults found (the good rows are still written); 2 the call, the file or the
policy cannot be used. Nothing heavy is imported before a verb runs, so that help comes at once.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

from creditpolicy.language import LANGUAGES, _, language_of_environment, use_language

UNUSABLE = 2
INTERRUPTED = 130
"""What the command-line library leaves where somebody stopped the work from the keyboard."""


@dataclass(frozen=True, slots=True)
class Call:
    """The words of a call: those for the verbs, and what may stand anywhere among them."""

    words: tuple[str, ...]
    language: str | None
    debug: bool


def main() -> None:
    """Run the command line and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A console that cannot show a character gets a substitute rather than no result at all.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the command with `arguments`; give its exit code."""
    call = read_call(arguments)
    known = call.language in {None, *LANGUAGES}
    use_language(call.language if call.language is not None and known else language_of_environment())
    if not known:
        print(
            _("没有“{language}”这种语言, 可用 zh-hans、zh-hant、en。").format(language=call.language), file=sys.stderr
        )
        return UNUSABLE
    return _run(call)


def read_call(arguments: list[str]) -> Call:
    """Take `--lang` and `--debug` out of the words, wherever they stand before a `--`."""
    words: list[str] = []
    language, debug = None, False
    rest = iter(arguments)
    for word in rest:
        if word == "--":
            words += [word, *rest]
        elif word == "--lang":
            language = next(rest, "")
        elif word.startswith("--lang="):
            language = word.removeprefix("--lang=")
        elif word == "--debug":
            debug = True
        else:
            words.append(word)
    return Call(tuple(words), language, debug)


def _run(call: Call) -> int:
    from typer.exceptions import TyperException

    from creditpolicy.problems import Refusal
    from xinheng.command.app import run_verb
    from xinheng.command.words import told

    try:
        code = run_verb(call.words)
        sys.stdout.flush()
    except TyperException as wrong:
        print(told(wrong), file=sys.stderr)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing more may be written, not even at shutdown.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if call.debug:
            raise
        print(_unforeseen(error), file=sys.stderr)
    else:
        if code == INTERRUPTED:
            print(_("已中止。"), file=sys.stderr)
        return code
    return UNUSABLE


def _unforeseen(error: Exception) -> str:
    return _("程序出错: {kind}: {error}。请加 --debug 再运行一次, 把显示的内容发给维护者。").format(
        kind=type(error).__name__, error=error
    )


if __name__ == "__main__":
    main()
