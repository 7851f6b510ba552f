"""`xinheng audit` and `xinheng keys` as they are called."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from lines import tampering, write

from creditpolicy.language import use_language
from xinheng.audit.models import Entry, Seal
from xinheng.cli import run
from xinheng.vault import keys


@pytest.fixture(autouse=True)
def chinese(monkeypatch):
    monkeypatch.setenv("XINHENG_LANG", "zh-hans")
    use_language("zh-hans")


@pytest.fixture
def own_keys(settings, tmp_path):
    settings.KEYS_FILE, settings.PAPERS_FOLDER = tmp_path / "keys.json", tmp_path / "papers"
    keys.make()


def test_a_sound_record_is_verified_with_0_and_an_anchor_is_shown_to_be_copied(db, capsys):
    write(30)
    assert run(["audit", "anchor"]) == 0
    told = capsys.readouterr().out
    seal = Seal.objects.get()
    assert f"1:{seal.hash}" in told
    assert run(["audit", "verify", "--known", f"1:{seal.hash}"]) == 0
    assert "没有发现改动" in capsys.readouterr().out


def test_a_record_that_was_tampered_with_is_told_with_1_and_the_line(db, capsys):
    write(30)
    run(["audit", "anchor"])
    with tampering():
        Entry.objects.filter(pk=Entry.objects.first().pk).update(why="改")
    assert run(["audit", "verify"]) == 1
    assert f"第 {Entry.objects.first().pk} 行被改动过" in capsys.readouterr().out


def test_missing_triggers_are_told_with_1(db, capsys):
    from django.db import connection

    from xinheng.audit import triggers

    triggers.remove(connection)
    assert run(["audit", "verify"]) == 1
    assert "触发器缺 6 个" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["audit", "x"], ["audit", "verify", "--known", "1:abc"], ["keys", "x"]])
def test_a_call_that_makes_no_sense_is_refused_with_2(db, words, capsys):
    assert run(words) == 2
    assert "要写" in capsys.readouterr().err


def test_a_shorter_chain_is_not_anchored_before_somebody_says_why(db, capsys):
    write(3)
    run(["audit", "anchor"])
    write(3, begin=3)
    run(["audit", "anchor"])
    with tampering():
        Seal.objects.filter(number=2).delete()
        Entry.objects.order_by("-pk")[0].delete()
        Entry.objects.filter(pk__in=list(Entry.objects.order_by("-pk").values_list("pk", flat=True)[:2])).delete()
    assert run(["audit", "anchor"]) == 2
    assert "--restored" in capsys.readouterr().err
    assert run(["audit", "anchor", "--restored", "硬盘坏了"]) == 0
    assert run(["audit", "verify"]) == 0
    assert "硬盘坏了" in capsys.readouterr().out


def test_keys_are_shown_changed_and_dropped_and_the_record_says_so(db, capsys, own_keys, monkeypatch):
    older = keys.keys().current.id
    assert run(["keys", "rotate"]) == 0
    newer = keys.keys().current.id
    assert run(["keys", "drop"]) == 0
    assert "没有可以删去" in capsys.readouterr().out
    later = timezone.now() + timedelta(hours=2)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    assert run(["keys", "drop"]) == 0
    assert list(keys.keys().by_id) == [newer]
    assert run(["keys", "status"]) == 0
    assert newer in capsys.readouterr().out
    acts = Entry.objects.order_by("pk").values_list("act", flat=True)
    assert list(acts) == ["vault.change_keys", "vault.drop_keys"]
    assert Entry.objects.order_by("pk")[0].before == {"key": older}
