"""From the text of an expression to SQLGlot's tree: only characters, words and signs on the list are let through."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from itertools import accumulate

import sqlglot
from sqlglot import expressions as sql
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import SqlglotError
from sqlglot.tokens import Token, TokenType  # type: ignore[attr-defined]

from creditpolicy.expressions.faults import DEEPEST, LONGEST, Wrong, not_allowed, too_deep, too_long
from creditpolicy.language import _

KEYWORDS = frozenset(
    ["and", "or", "not", "in", "is", "null", "between", "case", "when", "then", "else", "end", "true", "false"]
)
"""The words of an expression that are not names: no fact can be called so."""

_SIGNS = {"(", ")", ",", "+", "-", "*", "/", "=", "==", "<>", "!=", "<", "<=", ">", ">=", "."}
_VALUES = {TokenType.VAR, TokenType.IDENTIFIER, TokenType.NUMBER, TokenType.STRING}
_UNLIKELY = re.compile(r"--|/\*|\*/|[;\\$]")
_FULL_WIDTH = {
    "(": "（", ")": "）", ",": "，、", "+": "＋", ">": "＞", "<": "＜", ">=": "≥", "<=": "≤", "<>": "≠", "=": "＝", "*": "＊×", "/": "／÷",
    "'": "‘’“”＇", "-": "－—", ".": "．", "%": "％",
}  # fmt: skip
_HALF = {full: half for half, fulls in _FULL_WIDTH.items() for full in fulls}
_DIALECT = DuckDB()


def read(text: str, names: Container[str]) -> sql.Expr:
    """Read an expression; raise `Wrong` at the first thing that has no place in one.

    A declared name is a name even where SQL has another use for the word (`order`, `date`, `user`).
    """
    if len(text) > LONGEST:
        raise too_long(len(text))
    _look_at_characters(text)
    try:
        tokens = _admitted(text, names)
        if _depth(tokens) > DEEPEST:
            raise too_deep()
        (tree,) = _DIALECT.parser().parse_into(sql.Condition, tokens, text)
    except (SqlglotError, ValueError) as error:
        raise Wrong(
            _("算式读不懂: {text}").format(text=text),
            _("检查括号是否成对、运算符两边是否都有内容; 文字要用单引号。"),
            offset=_offset_of(error, text),
        ) from error
    if tree is None:
        raise Wrong(_("这里要一个算式。"), _("写成事实名与数字的算式, 如 cumulative_rent / 10000。"))
    for name in tree.find_all(sql.Identifier):
        name.set("quoted", False)  # shown in messages as people write it
    return tree


def names_read(text: str) -> frozenset[str]:
    """Give every word of an expression that could be a name, also where the expression cannot be read."""
    try:
        return frozenset(token.text for token in _tokens(text) if token.token_type is not TokenType.STRING)
    except SqlglotError:
        return frozenset()


def _tokens(text: str) -> list[Token]:
    """Cut a text into words and signs; behind a bracket, or a first word like `call` would swallow the rest."""
    tokens: list[Token] = _DIALECT.tokenize("(" + text)[1:]
    for token in tokens:
        token.start, token.end = token.start - 1, token.end - 1
        token.col -= token.line == 1
    return tokens


def _look_at_characters(text: str) -> None:
    for offset, char in enumerate(text):
        if unicodedata.category(char).startswith("C") and char not in "\n\t":
            raise Wrong(
                _("算式里有看不见的字符 U+{code:04X}。").format(code=ord(char)),
                _("删去它; 它多半是从别处粘贴带来的。"),
                offset=offset,
            )
    outside = re.sub(r"'[^']*'", lambda found: "'" + " " * (len(found[0]) - 2) + "'", text)
    for offset, char in enumerate(outside):
        if char in _HALF:
            raise Wrong(
                _("算式里有全角符号“{full}”。").format(full=char),
                _("改成半角“{half}”。").format(half=_HALF[char]),
                offset=offset,
            )
    odd = _UNLIKELY.search(outside)
    if odd:
        raise Wrong(
            _("算式里有不允许的符号“{sign}”。").format(sign=odd[0]),
            _("算式只写事实名、数字、运算符和括号, 不写注释、分号和转义。"),
            offset=odd.start(),
        )


def _admitted(text: str, names: Container[str]) -> list[Token]:
    """Look at every word and sign; names are marked as such, so that SQL has no other use for a word of that spelling."""
    tokens = _tokens(text)
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.token_type is TokenType.STRING or token.text.lower() in KEYWORDS:
            continue
        called = following is not None and following.token_type is TokenType.L_PAREN
        if not called and (token.text in names or token.token_type is TokenType.VAR):
            token.token_type = TokenType.IDENTIFIER
        elif token.token_type not in _VALUES and token.text not in _SIGNS:
            raise not_allowed(text[token.start : token.end + 1], token.start)
    return tokens


def _depth(tokens: list[Token]) -> int:
    turns = {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1, TokenType.CASE: 1, TokenType.END: -1}
    return max(accumulate(turns.get(token.token_type, 0) for token in tokens), default=0)


def _offset_of(error: Exception, text: str) -> int | None:
    """Find where SQLGlot stopped: it gives the line and the column at which the last token read ends."""
    details = error.errors[0] if isinstance(error, sqlglot.ParseError) and error.errors else {}
    line, column = details.get("line"), details.get("col")
    if not isinstance(line, int) or not isinstance(column, int):
        return None
    before = sum(len(part) + 1 for part in text.split("\n")[: line - 1])
    return max(0, min(before + column - len(str(details.get("highlight") or "")), len(text) - 1))
