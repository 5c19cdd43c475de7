"""No plan, ever, breaks its budget, overlaps, or stands before a closed door: 2,000 random catalogues and requests."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from rag.money import parse_money
from rag.scenarios.check import find_violations
from rag.schema import DateRequest, Item
from tests.rag.scenarios.catalogues import catalogues, plan_over, random_catalogue, random_request, requests


def test_a_good_part_of_the_random_catalogues_can_be_planned() -> None:
    plans = [plan_over(random_catalogue(rng), random_request(rng)) for rng in map(random.Random, range(150))]
    assert sum(len(plan.items) >= 3 for plan in plans) >= 15
    assert sum(bool(plan.items) for plan in plans) >= 45
    assert sum(bool(plan.backup) for plan in plans) >= 15


@pytest.mark.slow
@settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
@given(catalogues(), requests())
def test_a_plan_keeps_budget_hours_and_order_or_says_what_would_have_to_change(
    items: list[Item], request: DateRequest
) -> None:
    plan = plan_over(items, request)
    assert find_violations(plan, items) == []
    assert bool(plan.items) != bool(plan.relaxation)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(catalogues(), requests())
def test_the_same_request_and_seed_give_the_same_plan(items: list[Item], request: DateRequest) -> None:
    assert plan_over(items, request).items == plan_over(items, request).items


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(catalogues(), requests())
def test_the_relaxation_of_the_budget_is_enough_and_the_least(items: list[Item], request: DateRequest) -> None:
    plan = plan_over(items, request)
    if plan.relaxation is None or plan.relaxation.field != "budget":
        return
    least = parse_money(plan.relaxation.value, default_currency="CNY").high
    assert plan_over(items, request.model_copy(update={"budget": least})).items
    cheaper = request.model_copy(update={"budget": least - Decimal("0.01")})
    assert not plan_over(items, cheaper).items
