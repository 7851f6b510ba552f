"""What people do with an import: send the file, match its columns, confirm, cancel, go on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from creditpolicy.language import listed
from creditpolicy.problems import Refusal
from creditpolicy.tables import Glance
from xinheng.audit.record import act, record
from xinheng.intake import filing
from xinheng.intake.models import AT_WORK, OVER, ColumnMapping, Import, State
from xinheng.intake.reading import headings_told, look, proposed, signature
from xinheng.intake.targets import Option, Target, columns_of, labels_of, target_of
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.vault import files


def upload(target: Target, source: BinaryIO, *, name: str, size: int, by: Person, at: datetime) -> Import:
    """Store a file to be imported; a small one is looked at at once, and refused if it is no table."""
    demand(by, target.permission)
    if size > filing.LIMITS.text_bytes:
        raise Refusal(
            _("文件有 {size} MB, 超过 {limit} MB 的上限。请分成几份, 或删去无关的列。").format(
                size=-(-size // 2**20), limit=filing.LIMITS.text_bytes // 2**20
            )
        )
    of = Import(target=target.key, by=by, file_name=name[-255:], file_size=size, created_at=at)
    kept = filing.keep(of, source)
    of.kept, of.file_size, of.file_digest = kept.name, kept.size, kept.sha256
    try:
        if kept.size <= filing.LOOK_AT_ONCE_BYTES:
            # Before the transaction begins: a workbook may take seconds, and others want to write.
            with filing.opened(of) as path:
                seen_in(of, look(path, target, limits=filing.LOOK_LIMITS), by=by)
        return _enter(of, by=by)
    except BaseException:
        files.remove(kept.name)
        raise


@act
def _enter(of: Import, *, by: Person) -> Import:
    of.save()
    record("intake.upload", of, by=by, after={"file": of.file_name, "size": of.file_size, "target": of.target})
    return of


def seen_in(of: Import, seen: Glance, *, by: Person) -> None:
    """Write down what a look at the file showed, and propose how its columns match; saves nothing."""
    of.sheet, of.sheets, of.headings = seen.sheet, list(seen.sheets), headings_told(seen)
    of.mapping, _remembered = proposed(target_of(of.target), of.headings, by)


def choose_sheet(of: Import, sheet: str, *, by: Person) -> None:
    """Look at another sheet of the same workbook."""
    if sheet not in of.sheets:
        raise Refusal(_("没有名为“{wanted}”的工作表。").format(wanted=sheet))
    with filing.opened(of) as path:
        seen = look(path, target_of(of.target), sheet=sheet, limits=filing.LIMITS)
    with transaction.atomic():
        of = _locked(of, by)
        _must_be(of, State.UPLOADED, State.CHECKED, State.FAILED)
        seen_in(of, seen, by=by)
        of.state = State.UPLOADED
        of.save()


@transaction.atomic
def match_columns(
    of: Import, mapping: Mapping[str, str], options: Mapping[str, str], *, by: Person, at: datetime
) -> Import:
    """Say which column of the file means what, and how to import; remembered for the next file with these headings."""
    of = _locked(of, by)
    _must_be(of, State.UPLOADED, State.CHECKED, State.FAILED)
    if of.confirmed_at:
        raise Refusal(_("这次导入已经确认过, 请继续, 或重新上传文件。"))
    target = target_of(of.target)
    chosen = {key: column for key, column in mapping.items() if column}
    _check_mapping(target, chosen, {each["key"] for each in of.headings})
    of.mapping, of.options = chosen, _checked_options(target, options, by)
    of.state, of.problem, of.beat_at, of.runner = State.MAPPED, "", at, None
    of.save()
    ColumnMapping.objects.update_or_create(
        target=of.target, signature=signature(of.headings), by=by, defaults={"mapping": chosen, "used_at": at}
    )
    return of


@act
def confirm(of: Import, *, by: Person, on: date, at: datetime) -> Import:
    """Let the run begin, after its dry run has been looked at."""
    of = _locked(of, by)
    _must_be(of, State.CHECKED)
    if not sum(of.planned.get(verdict, 0) for verdict in ("new", "changed")):
        raise Refusal(_("没有一行是新增或变更, 不需要导入。"))
    of.state, of.confirmed_at, of.confirmed_on, of.beat_at, of.runner = State.CONFIRMED, at, on, at, None
    of.save()
    record("intake.confirm", of, by=by, after={"rows": of.rows, "planned": of.planned, "options": of.options})
    return of


@act
def cancel(of: Import, *, by: Person, at: datetime) -> Import:
    """Stop an import; what is committed by then stays, and the import says how much that is."""
    of = _locked(of, by)
    if of.state in OVER:
        raise Refusal(_("这次导入已经结束, 不能取消。"))
    of.state, of.finished_at, of.runner = State.CANCELLED, at, None
    of.save()
    record("intake.cancel", of, by=by, after={"done": of.done, "rows_done": of.cursor})
    return of


@act
def go_on(of: Import, *, by: Person, at: datetime) -> Import:
    """Let a run that failed or stands still go on from where it is."""
    of = _locked(of, by)
    stands_still = of.state in AT_WORK and is_stale(of, at)
    if not stands_still and not (of.state == State.FAILED and of.confirmed_at):
        raise Refusal(_("这次导入没有停下, 不需要继续。"))
    if of.confirmed_at:
        of.state = State.CONFIRMED
    of.problem, of.finished_at, of.runner, of.beat_at = "", None, None, at
    of.save()
    record("intake.go_on", of, by=by, after={"rows_done": of.cursor})
    return of


@act
def hand_back(of: Import, *, by: Person) -> Import:
    """Give the failed rows back in the sender's own workbook; leaves a line, for the rows hold what customers are."""
    demand(by, target_of(of.target).permission)
    if not of.returned:
        raise Refusal(_("没有失败的行可以下载。"))
    record("intake.hand_back", of, by=by, look=True)
    return of


def is_stale(of: Import, at: datetime) -> bool:
    """Say whether the job that has it gave no sign for so long that it must have ended."""
    from xinheng.intake.running import LEASE

    return of.beat_at is None or at - of.beat_at > LEASE


def options_of(target: Target, by: Person) -> list[Option]:
    """Give what is to be chosen before the run."""
    mode = Option(
        "mode",
        _("已有的怎么办"),
        (("new_and_changed", _("新增没有的, 更新已有的")), ("only_new", _("只新增没有的, 已有的不动"))),
        _("空着的格子不会清除已有的内容。"),
    )
    return [mode, *target.options(by)]


def _checked_options(target: Target, given: Mapping[str, str], by: Person) -> dict[str, str]:
    chosen: dict[str, str] = {}
    for option in options_of(target, by):
        allowed = [value for value, _label in option.choices]
        value = given.get(option.key) or allowed[0]
        if value not in allowed:
            raise Refusal(_("“{label}”没有这个选项。").format(label=option.label))
        chosen[option.key] = value
    return chosen


def _check_mapping(target: Target, chosen: Mapping[str, str], headings: set[str]) -> None:
    labels = labels_of(target)
    if set(chosen) - headings or set(chosen.values()) - set(labels):
        raise Refusal(_("列的对应与文件不符, 请重新上传。"))
    twice = sorted({column for column in chosen.values() if list(chosen.values()).count(column) > 1})
    if twice:
        raise Refusal(_("“{label}”对应了两列, 只能留一列。").format(label=labels[twice[0]]))
    missing = [column.label for column in columns_of(target) if column.required and column.id not in chosen.values()]
    if missing:
        raise Refusal(_("必须有这些列: {labels}。请指明文件里是哪一列。").format(labels=listed(missing)))
    target.anchor(list(chosen.values()))


def _locked(of: Import, by: Person) -> Import:
    held: Import = Import.objects.select_for_update(of=("self",)).get(pk=of.pk)
    demand(by, target_of(held.target).permission)
    if held.by_id != by.pk:
        raise Refusal(_("这次导入是{person}的, 请由本人办理。").format(person=held.by))
    return held


def _must_be(of: Import, *states: State) -> None:
    if of.state not in states:
        raise Refusal(_("这次导入现在是“{state}”, 不能这样做。").format(state=of.get_state_display()))
