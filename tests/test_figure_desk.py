"""The treasury's charts tell the book by month, to the cent: what came, what was spent, who paid the fees."""

from __future__ import annotations

from datetime import date

from donations.reporting.monthly import MonthBook
from donations.spending import AverageCost
from donations.web.treasury.figure_desk import cost_chart, fees_chart, gifts_chart, pool_chart

TODAY = date(2026, 11, 23)
OCTOBER, NOVEMBER, LAST_NOVEMBER, LONG_AGO = date(2026, 10, 1), date(2026, 11, 1), date(2025, 11, 1), date(2020, 1, 1)
BOOK = MonthBook(
    {
        ("children", "income:gifts", NOVEMBER): -13_000,
        ("operations", "income:gifts", NOVEMBER): -500,
        ("children", "income:refunds", NOVEMBER): 2_000,
        ("children", "income:gifts", OCTOBER): -700,
        ("operations", "income:chargebacks", OCTOBER): 100,
        ("children", "income:gifts", LAST_NOVEMBER): -4_000,
        ("children", "income:gifts", LONG_AGO): -90_000,
        ("children", "expense:clothing", NOVEMBER): 12_999,
        ("operations", "expense:clothing", NOVEMBER): 1,
        ("operations", "expense:processing-fees", NOVEMBER): 300,
        ("operations", "expense:dispute-fees", OCTOBER): 1_500,
        ("operations", "expense:bank-charges", NOVEMBER): 12,
        ("operations", "income:fee-cover", NOVEMBER): -40,
        ("operations", "assets:bank:operations", LONG_AGO): 50_000,
        ("operations", "assets:stripe", NOVEMBER): -812,
        ("operations", "liabilities:suspense", NOVEMBER): -188,
        ("children", "assets:bank:children", NOVEMBER): 77_777,
    }
)


def test_gifts_are_net_of_what_went_back_each_beside_the_same_month_a_year_before() -> None:
    chart = gifts_chart(BOOK, TODAY)
    assert (chart.labels[0], chart.labels[-1]) == ("Dec 25", "Nov 26")
    now, before = chart.series
    assert now.cents == (0,) * 10 + (600, 11_500)
    assert before.cents == (0,) * 11 + (4_000,)
    assert chart.description == "$121.00 in the last twelve months, $40.00 in the twelve before them."


def test_the_pool_is_the_childrens_alone_since_the_beginning() -> None:
    chart = pool_chart(BOOK, 26_000)
    assert chart.labels == ("Received", "Designated", "Spent")
    assert chart.series[0].cents == (105_700, 26_000, 12_999)
    assert chart.description == "Received $1,057.00, designated $260.00, spent $129.99."


def test_fees_are_operations_and_what_it_has_is_its_cash_less_its_suspense() -> None:
    chart = fees_chart(BOOK, TODAY)
    fees, received = chart.series
    assert fees.cents == (0,) * 10 + (1_500, 312)
    assert received.cents == (0,) * 10 + (-100, 540)
    assert chart.description == (
        "Operations paid $18.12 in fees in twelve months and received $4.40; it now has $490.00 to pay fees with."
    )


def test_the_cost_of_a_set_stands_beside_what_donors_are_asked_for() -> None:
    def cost(cents: int, funds: int) -> AverageCost:
        return AverageCost(since=OCTOBER, until=TODAY, purchases=1, funds=funds, cents=cents)

    chart = cost_chart({NOVEMBER: cost(25_998, 2), OCTOBER: cost(13_150, 1)}, 13_000)
    assert chart is not None
    assert chart.labels == ("Oct 26", "Nov 26")
    assert [one.cents for one in chart.series] == [(13_150, 12_999), (13_000, 13_000)]
    assert cost_chart({}, 13_000) is None
