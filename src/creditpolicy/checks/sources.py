"""Where rules come from: every rule and number is stated by the document or marked as assumed, with a reason."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from creditpolicy.checks.findings import Finding, Path
from creditpolicy.language import _
from creditpolicy.model import Collection, Credit, Fact, Kind, Policy, RoleName, Sourced

_NO_REASON = {"true", "yes", "是", "假定", "assumed", "待定", "无", "n/a", "-"}


def stated_or_assumed(policy: Policy) -> Iterator[Finding]:
    """Find rules with neither a clause nor an assumption, of their own or of what they belong to."""
    yield from _unsourced(policy, (), sourced=False)


def reasons_given(policy: Policy) -> Iterator[Finding]:
    """Find assumptions that give no reason."""
    for path, part in _walk(policy, ()):
        if isinstance(part, Sourced) and part.assumed is not None and part.assumed.strip().lower() in _NO_REASON:
            yield Finding(
                "no-reason",
                (*path, "assumed"),
                _("假定没有写理由: “{text}”。").format(text=part.assumed),
                _("公司要逐条确认假定的数字, 没有理由无从确认。"),
                _("写明文件没有写什么、为什么这样定。"),
            )


def _unsourced(part: BaseModel, path: Path, *, sourced: bool) -> Iterator[Finding]:
    own = isinstance(part, Sourced) and any(text and text.strip() for text in (part.clause, part.assumed))
    if isinstance(part, Sourced) and not (own or sourced or _needs_none(part)):
        yield Finding(
            "unsourced",
            path,
            _("这条规则没有出处。"),
            _("不知道是文件写明的还是编制人自己定的, 就分不出哪些数字要公司确认。"),
            _("写 clause: 文件的条款号; 文件没有写的, 写 assumed: 理由。"),
        )
        return
    passes_on = own and not isinstance(part, Credit | Collection)  # its source is for its own numbers only
    for name, child in _children(part):
        yield from _unsourced(child, (*path, *name), sourced=sourced or passes_on)


def _needs_none(part: Sourced) -> bool:
    """Whether a part states no rule of its own: who a role is, columns that only name the customer, mere headings."""
    if isinstance(part, Credit):
        return part.most is None and not part.exposure
    if isinstance(part, Collection):
        return part.smallest is None and part.quiet_days is None
    return isinstance(part, RoleName) or (isinstance(part, Fact) and part.type in {Kind.ID, Kind.TEXT})


def _walk(part: BaseModel, path: Path) -> Iterator[tuple[Path, BaseModel]]:
    yield path, part
    for name, child in _children(part):
        yield from _walk(child, (*path, *name))


def _children(part: BaseModel) -> Iterator[tuple[Path, BaseModel]]:
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        key = field.alias or name
        if isinstance(value, BaseModel):
            yield (key,), value
        elif isinstance(value, tuple):
            yield from (((key, n), child) for n, child in enumerate(value) if isinstance(child, BaseModel))
        elif isinstance(value, dict):
            yield from (((key, n), child) for n, child in value.items() if isinstance(child, BaseModel))
