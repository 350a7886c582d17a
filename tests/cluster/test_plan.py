"""The arithmetic of the plan for very many clips, and that the page says what it gives."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.cluster_plan import Plan

PAGE = (Path(__file__).parents[2] / "docs" / "cluster.md").read_text(encoding="utf-8")


def row(what: str) -> str:
    (found,) = re.findall(rf"^\| {re.escape(what)} \|(.*)\|$", PAGE.partition("What comes out")[2], re.MULTILINE)
    return found.rpartition("|")[2].strip()


def test_the_page_says_what_the_plan_gives() -> None:
    plan = Plan()
    assert row("core hours") == f"{plan.core_hours:,.0f}"
    assert row("from begin to end") == f"{plan.hours:,.0f} h"
    assert row("machine hours") == f"{plan.machine_hours:,.0f}"
    assert row("from the storage").startswith(f"{plan.network_mbit_s / 1000:.1f} Gbit/s")
    assert row("store") == f"{plan.store_gb:,.0f} GB"
    assert row("memory of the machine that asks") == f"{plan.memory_gb:.1f} GB"
    cards = replace(plan, cores=64, gpus=4, model_s=0.5)
    assert f"take {cards.hours:,.0f} h" in PAGE
    assert f"({cards.core_hours:,.0f} hours)" in PAGE


def test_what_takes_longest_sets_the_pace() -> None:
    plan = Plan(clips=1_000_000, begin_s=0)
    assert replace(plan, machines=16).hours == pytest.approx(plan.hours / 2)
    cards = replace(plan, gpus=1, model_s=10.0)
    # the cards are short, so more cores change nothing, and half the model's time is half the hours
    assert replace(cards, cores=64).hours == cards.hours
    assert replace(cards, model_s=5.0).hours == pytest.approx(cards.hours / 2)
    # the cores are short, so a faster card changes nothing
    slow = replace(plan, gpus=8, model_s=0.1)
    assert replace(slow, model_s=0.05).hours == slow.hours
    assert slow.core_hours < plan.core_hours


def test_a_longer_run_asks_less_of_network_and_none_of_store() -> None:
    plan = Plan()
    slow = replace(plan, machines=1)
    assert slow.network_mbit_s < plan.network_mbit_s / 7
    assert slow.store_gb == plan.store_gb
    assert replace(plan, list_rows=300_000).runs == 34
