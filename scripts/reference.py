"""Write `docs/policy-reference.md` and `docs/zh/policy-reference.md` from the model; `--check` says whether they are current.

The model is the only place where a key is described: `description` in Chinese, `x-en` in English.
"""

from __future__ import annotations

import sys
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import annotated_types
from pydantic import StringConstraints
from pydantic.fields import FieldInfo

from creditpolicy.facts import catalogue_markdown
from creditpolicy.model import Part, Policy, Sourced
from creditpolicy.model.facts import Bounds, Missing
from creditpolicy.model.values import Day, Expression, Flag, Identifier, Line, Number, PolicyId, Text, Whole, Words

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGES = {"en": DOCS / "policy-reference.md", "zh": DOCS / "zh" / "policy-reference.md"}
CATALOGUE_PAGES = {"en": DOCS / "derived-facts.md", "zh": DOCS / "zh" / "derived-facts.md"}


@dataclass(frozen=True)
class Scalar:
    """A type of single values: how it is recognised, its name and what may be written, in both languages."""

    type: Any
    en: str
    zh: str
    en_rule: str
    zh_rule: str


SCALARS = (
    Scalar(
        Number,
        "number",
        "数字",
        "Exact decimal: `90`, `0.7`, `-5`, `1_000_000`, `50万`, `1亿`.",
        "精确的十进制数: `90`、`0.7`、`-5`、`1_000_000`、`50万`、`1亿`。",
    ),
    Scalar(Whole, "whole number", "整数", "As a number, without a fraction.", "没有小数的数字。"),
    Scalar(
        Flag, "yes or no", "是否", "`true` or `false`; `是` and `否` too.", "`true` 或 `false`, 也可写 `是`、`否`。"
    ),
    Scalar(Day, "day", "日期", "As `2026-01-01`.", "写成 `2026-01-01`。"),
    Scalar(
        Text,
        "text",
        "文字",
        "Simplified Chinese, or `{zh-hans: …, zh-hant: …, en: …}`.",
        "简体中文, 或 `{zh-hans: …, zh-hant: …, en: …}`。",
    ),
    Scalar(Line, "line", "一行字", "Up to 2,000 characters, as they stand.", "最多 2000 字, 照写照用。"),
    Scalar(
        Identifier,
        "id",
        "标识",
        "Letters, digits, `_` or Chinese characters, not beginning with a digit; up to 63.",
        "字母、数字、下划线或汉字, 不以数字开头, 最多 63 个。",
    ),
    Scalar(
        PolicyId,
        "policy id",
        "制度编号",
        "Small letters, digits and single hyphens: `sales-tiering`.",
        "小写字母、数字和单个连字符: `sales-tiering`。",
    ),
    Scalar(
        Expression,
        "expression",
        "算式",
        "A number, or an SQL expression over declared facts: `overdue_days_max > 30 and not disputed`.",
        "数字, 或用已声明的事实写成的 SQL 算式: `overdue_days_max > 30 and not disputed`。",
    ),
    Scalar(
        Missing,
        "missing rule",
        "缺失规则",
        "`refuse`, `worst`, `points N` or `reweigh`.",
        "`refuse` 不评、`worst` 按最差、`points N` 记 N 分、`reweigh` 其他项目按比例放大。",
    ),
    Scalar(
        Bounds,
        "[low, high]",
        "[下限, 上限]",
        "Two numbers, both included; `null` leaves a side open.",
        "两个数字, 都含本数; `null` 表示不限。",
    ),
)

CHINESE_NAMES = {
    "Duty": "管理事项",
    "Governance": "制度自身的管理",
    "Objection": "对评级的投诉",
    "Revision": "制度修订",
    "StaffRule": "员工奖惩",
    "Access": "查阅权限",
    "Apart": "职责分离",
    "Band": "档",
    "Benefit": "服务内容",
    "Branch": "条件得分",
    "Changes": "等级变动",
    "Collection": "催收",
    "Credit": "授信",
    "Document": "来源文件",
    "Deadlines": "授信的期限",
    "Down": "下调",
    "Entitlement": "分级服务",
    "Fact": "事实",
    "First": "首次评级",
    "Grade": "等级",
    "GradeEvent": "触发事件",
    "Item": "评分项目",
    "Option": "选项得分",
    "OrderRule": "订单检查规则",
    "GuaranteeRule": "担保怎样增加额度",
    "Override": "人工调整",
    "Period": "复评周期",
    "Policy": "制度",
    "Procedure": "流程",
    "Publication": "公示",
    "Review": "复评",
    "RoleName": "角色",
    "Rounding": "取整",
    "Rung": "催收步骤",
    "Scorecard": "评分表",
    "Special": "特殊情况",
    "Step": "步骤",
    "Terms": "授信条件",
    "Up": "上调",
    "Veto": "一票否决",
    "Warning": "预警规则",
}

HEAD = {"en": ("key", "type", "default", "meaning", "说明"), "zh": ("键", "类型", "默认", "说明")}
SCALAR_HEAD = {"en": ("type", "类型", "what may be written"), "zh": ("类型", "写法")}
WORDS = {
    "en": {
        "title": "The policy file: every key",
        "made": "<!-- Made from the model by `make docs`; not written by hand. -->",
        "lead": (
            "A policy is one YAML file. Keys are English words; labels and texts are Chinese, with other languages where"
            " given. The Chinese beside each key is what an editor shows.\n\n"
            "Every scalar is read as text and typed by its key, so that `NO`, `010` and `3.10` stay what they say."
            " Duplicate keys, aliases and unknown keys are faults, with line and column."
        ),
        "scalars": "What a value may be",
        "required": "**required**",
        "sourced": "Says `clause` or `assumed` too.",
        "source": "Where a rule comes from",
        "source_lead": (
            "Every rule and every number says where the source document says it, or that it was assumed and why."
            " What stands inside a rule has the rule's source unless it gives its own."
        ),
        "list": "list of {0}",
        "map": "{0} → {1}",
    },
    "zh": {
        "title": "制度文件: 全部的键",
        "made": "<!-- 由 `make docs` 从模型生成, 不手写。 -->",
        "lead": (
            "一份制度是一个 YAML 文件。键是英文小词, 名称和文字写中文, 需要时加别的语言。\n\n"
            "每个值先当文字读, 再按键的类型解释, 所以 `NO`、`010`、`3.10` 写什么就是什么。"
            "键重复、用别名、写了不认识的键, 都会指出行和列。"
        ),
        "scalars": "值可以怎么写",
        "required": "**必填**",
        "sourced": "另写 `clause` 或 `assumed`。",
        "source": "规则的出处",
        "source_lead": "每条规则、每个数字都要说明文件哪一条写的, 或者是假定的、为什么。规则里面的内容不另写时, 出处同规则。",
        "list": "一组{0}",
        "map": "{0} → {1}",
    },
}


def main(arguments: list[str]) -> int:
    """Write both pages; with `--check`, leave 1 where one of them is not what the model says."""
    stale = []
    written = [(language, path, page(language)) for language, path in PAGES.items()]
    written += [(language, path, catalogue_markdown(language)) for language, path in CATALOGUE_PAGES.items()]
    for language, path, text in written:
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path.name if language == "en" else f"{language}/{path.name}")
    if stale:
        print(f"older than the model, run `make docs`: {', '.join(stale)}", file=sys.stderr)
    return 1 if stale else 0


def page(language: str) -> str:
    """Give the whole reference in `language` (en, zh) as Markdown."""
    words = WORDS[language]
    parts = [f"# {words['title']}", words["made"], words["lead"]]
    parts += [f"## {words['source']}", words["source_lead"], keys(Sourced, language)]
    for path, model in reached(Policy, ""):
        mark = "##" if "." not in path else "###"
        parts.append(f"{mark} {heading(path, model, language)}")
        parts.append(summary(model, language))
        parts.append(keys(model, language))
    parts += [f"## {words['scalars']}", scalars(language)]
    return "\n\n".join(part for part in parts if part) + "\n"


def reached(model: type[Part], path: str) -> Iterator[tuple[str, type[Part]]]:
    """Give each model once, in the order of the file, with the path of keys that leads to it."""
    seen: set[type[Part]] = set()

    def walk(model: type[Part], path: str) -> Iterator[tuple[str, type[Part]]]:
        seen.add(model)
        yield path, model
        for key, hint, _field in own_fields(model):
            for part in parts_of(hint):
                if part not in seen:
                    yield from walk(part, f"{path}.{key}" if path else key)

    return walk(model, path)


def own_fields(model: type[Part]) -> Iterator[tuple[str, Any, FieldInfo]]:
    """Give key, type and field of each key of `model`, without the two that every rule has."""
    hints = get_type_hints(model, include_extras=True)
    inherited = set(Sourced.model_fields) if model is not Sourced else set()
    for name, field in model.model_fields.items():
        if name not in inherited:
            yield field.alias or name, hints[name], field


def parts_of(hint: Any) -> Iterator[type[Part]]:
    """Give the models inside a type."""
    if any(hint == scalar.type for scalar in SCALARS):
        return
    if isinstance(hint, type) and issubclass(hint, Part) and hint is not Words:
        yield hint
    for argument in get_args(hint) if get_origin(hint) is not Literal else ():
        yield from parts_of(argument)


def heading(path: str, model: type[Part], language: str) -> str:
    """Name a model by where it stands in the file."""
    name = CHINESE_NAMES[model.__name__] if language == "zh" else model.__name__
    return f"`{path}` · {name}" if path else name


def anchor(model: type[Part], language: str) -> str:
    """Give the link to a model's heading, as Markdown viewers make it."""
    for path, other in reached(Policy, ""):
        if other is model:
            text = heading(path, model, language).lower().replace(" ", "-")
            return "#" + "".join(letter for letter in text if letter.isalnum() or letter in "-_")
    raise LookupError(model)


def summary(model: type[Part], language: str) -> str:
    """Give what stands under a model's heading."""
    said = (model.__doc__ or "").strip().splitlines()[0] if language == "en" else ""
    sourced = WORDS[language]["sourced"] if issubclass(model, Sourced) else ""
    return f"{said} {sourced}".strip()


def keys(model: type[Part], language: str) -> str:
    """Give the table of a model's keys."""
    rows = []
    for key, hint, field in own_fields(model):
        zh, en = field.description or "", english(field)
        said = [en, zh] if language == "en" else [zh]
        rows.append([f"`{key}`", limited(type_name(hint, language), field), default(field, language), *said])
    return table(HEAD[language], rows)


def english(field: FieldInfo) -> str:
    """Give a key's English description."""
    extra = field.json_schema_extra
    if not isinstance(extra, dict) or not extra.get("x-en"):
        raise LookupError(f"a key has no English description: {field.description}")
    return str(extra["x-en"])


def type_name(hint: Any, language: str) -> str:
    """Name a type in `language`: a scalar, the values of a choice, a list, a map, or a link to a model."""
    scalar = next((known for known in SCALARS if hint == known.type), None)
    if scalar:
        return scalar.en if language == "en" else scalar.zh
    if isinstance(hint, type) and issubclass(hint, Part):
        name = CHINESE_NAMES[hint.__name__] if language == "zh" else hint.__name__
        return f"[{name}]({anchor(hint, language)})"
    if isinstance(hint, type) and issubclass(hint, Enum):
        return " · ".join(f"`{member.value}`" for member in hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return " · ".join(f"`{value}`" for value in arguments)
    if origin is Annotated:
        return type_name(arguments[0], language) + "".join(map(pattern, arguments[1:]))
    if origin in {Union, types.UnionType}:
        return " / ".join(type_name(part, language) for part in arguments if part is not type(None))
    if origin is tuple:
        return WORDS[language]["list"].format(type_name(arguments[0], language))
    if origin is dict:
        return WORDS[language]["map"].format(*(type_name(part, language) for part in arguments))
    return {"en": "line", "zh": "一行字"}[language] if hint is str else typing.cast("str", hint.__name__)


def pattern(constraint: Any) -> str:
    """Give the pattern that a text must match, where there is one."""
    found = constraint.pattern if isinstance(constraint, StringConstraints) else getattr(constraint, "pattern", None)
    return f" `{str(found).replace('|', chr(92) + '|')}`" if found else ""


def limited(name: str, field: FieldInfo) -> str:
    """Add to a type's name the limits of the key: `≥ 0`, `≤ 6`, and its pattern."""
    limits = []
    for limit in field.metadata:
        if isinstance(limit, annotated_types.Gt):
            limits.append(f"> {limit.gt}")
        elif isinstance(limit, annotated_types.Ge):
            limits.append(f"≥ {limit.ge}")
        elif isinstance(limit, annotated_types.Le):
            limits.append(f"≤ {limit.le}")
    patterns = "".join(pattern(limit) for limit in field.metadata if not isinstance(limit, StringConstraints))
    return ", ".join([name + patterns, *limits])


def default(field: FieldInfo, language: str) -> str:
    """Give what a key is where it is left out."""
    if field.is_required():
        return WORDS[language]["required"]
    if field.default_factory is not None or field.default in (None, ()):
        return ""
    value = field.default
    if isinstance(value, tuple):
        return f"`[{', '.join(str(each) for each in value)}]`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def scalars(language: str) -> str:
    """Give the table of what single values may be."""
    rows = [[known.en, known.zh, known.en_rule] if language == "en" else [known.zh, known.zh_rule] for known in SCALARS]
    return table(SCALAR_HEAD[language], rows)


def table(head: tuple[str, ...], rows: list[list[str]]) -> str:
    """Lay out a Markdown table."""
    lines = [list(head), ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
