"""The 45 cases Almoner must survive, by number: what each promises, and the test that is that case.

A case without its test, or a test that was renamed without its line here, fails `test_cases.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Family = Literal["intake", "delivery", "giving", "money", "recurring", "safety"]


@dataclass(frozen=True, slots=True)
class Case:
    """One case: its number, family, promise, and the tests that hold it, as `file::test` below `tests/`."""

    number: int
    family: Family
    promise: str
    tests: tuple[str, ...]


_INTAKE = "journeys/test_cases_intake.py::"
_GIVING = "journeys/test_cases_giving.py::"
_MONTHLY = "journeys/test_cases_recurring.py::"

CASES: tuple[Case, ...] = (
    Case(1, "intake", "no signature", (f"{_INTAKE}test_an_event_without_a_signature_is_refused",)),
    Case(2, "intake", "wrong secret", (f"{_INTAKE}test_an_event_signed_with_a_wrong_secret_is_refused",)),
    Case(
        3,
        "intake",
        "right secret, one byte changed",
        (
            f"{_INTAKE}test_an_event_of_which_one_byte_was_changed_is_refused",
            "test_stripe_webhook.py::test_one_changed_byte_is_refused",
        ),
    ),
    Case(
        4,
        "intake",
        "timestamp 301 s old",
        (
            f"{_INTAKE}test_an_event_signed_more_than_300_seconds_ago_is_refused",
            "test_stripe_webhook.py::test_outside_the_window_past_and_future_are_both_refused",
        ),
    ),
    Case(5, "intake", "timestamp in the future", (f"{_INTAKE}test_an_event_signed_in_the_future_is_refused",)),
    Case(6, "intake", "non-ASCII v1", (f"{_INTAKE}test_a_signature_that_is_not_ascii_is_refused_without_a_fault",)),
    Case(7, "intake", "50 MB body", (f"{_INTAKE}test_a_body_of_50_megabytes_is_refused_unread",)),
    Case(
        8,
        "intake",
        "event of the other livemode",
        (f"{_INTAKE}test_an_event_of_the_other_mode_is_kept_for_a_person_and_books_nothing",),
    ),
    Case(
        9,
        "intake",
        "unknown type",
        (f"{_INTAKE}test_an_event_of_a_type_nobody_knows_is_stored_and_worked_off_in_peace",),
    ),
    Case(
        10,
        "intake",
        "both payload kinds for one fact",
        (f"{_INTAKE}test_one_fact_told_in_both_kinds_of_payload_is_booked_once",),
    ),
    Case(
        11,
        "intake",
        "old secret during rotation, then after its removal",
        (f"{_INTAKE}test_the_old_secret_is_believed_while_secrets_rotate_and_not_after_it_was_removed",),
    ),
    Case(12, "intake", "GET and PUT", (f"{_INTAKE}test_the_slot_takes_nothing_but_post",)),
    Case(
        13,
        "intake",
        "event of another product on the same account",
        (f"{_INTAKE}test_money_of_another_product_on_the_same_account_waits_apart_and_is_no_gift",),
    ),
    Case(
        14,
        "delivery",
        "same event twice",
        (
            (
                "journeys/test_features.py"
                "::test_row_47_events_told_twice_late_and_in_any_order_are_stored_and_worked_off_once"
            ),
        ),
    ),
    Case(
        15,
        "delivery",
        "same event 20 times at once, by threads and by processes",
        (
            f"{_INTAKE}test_one_event_told_20_times_at_once_by_threads_is_one_row_and_one_gift",
            f"{_INTAKE}test_one_event_told_20_times_at_once_by_processes_is_one_row",
        ),
    ),
    Case(
        16,
        "delivery",
        "two destinations on one URL",
        (f"{_INTAKE}test_two_destinations_on_one_address_tell_everything_twice_and_it_is_booked_once",),
    ),
    Case(
        17,
        "delivery",
        "event lost for ever, found by the sweep",
        ("test_sweep.py::test_a_charge_whose_every_webhook_was_lost_is_found_booked_and_written_down",),
    ),
    Case(
        18,
        "delivery",
        "crash after the inbox row, before the work",
        (
            (
                "journeys/test_killed_anywhere.py"
                "::test_killed_at_any_edge_of_the_way_of_a_gift_nothing_is_lost_or_doubled"
            ),
        ),
    ),
    Case(
        19,
        "delivery",
        "crash after Stripe's POST, before its id is saved",
        (
            "test_refunding.py::test_an_answer_that_was_lost_is_asked_again_under_the_same_key_before_anything_else",
            (
                "test_giving.py::test_the_promise_is_written_before_stripe_is_asked"
                "_and_the_same_form_then_succeeds_under_the_same_key"
            ),
        ),
    ),
    Case(
        20,
        "delivery",
        "crash after the entry, before the mail: one mail",
        ("test_worker.py::test_killed_after_the_letter_was_taken_it_is_sent_again_under_the_same_message_id",),
    ),
    Case(
        21,
        "delivery",
        "Stripe down for 3 h",
        (
            (
                "journeys/test_outage.py"
                "::test_stripe_silent_for_three_hours_over_new_years_eve_loses_nothing_and_dates_every_receipt_rightly"
            ),
        ),
    ),
    Case(22, "delivery", "storm of 429", (f"{_GIVING}test_a_storm_of_429_postpones_everything_and_loses_nothing",)),
    Case(
        23,
        "delivery",
        "answer timed out though the effect happened",
        (
            "contracts/test_gateway.py::test_a_checkout_made_behind_a_server_error_is_found_and_not_made_twice",
            "contracts/test_returns.py::test_a_refund_whose_answer_was_lost_is_found_and_not_made_twice",
        ),
    ),
    Case(
        24,
        "giving",
        "double click on Donate: one session",
        ("test_giving.py::test_a_form_sent_eight_times_at_once_is_one_promise_with_one_checkout",),
    ),
    Case(
        25,
        "giving",
        "forged thanks URL without paying",
        (f"{_GIVING}test_a_forged_thanks_page_is_not_there_and_a_true_one_books_nothing_without_money",),
    ),
    Case(
        26,
        "giving",
        "thanks page before the webhook, and after",
        (f"{_GIVING}test_the_thanks_page_is_true_before_the_webhook_and_after_it",),
    ),
    Case(
        27,
        "giving",
        "amounts 0, 49 c, negative, 1e12, NaN, digits with a no-break space",
        (
            "test_forms.py::test_other_spellings_of_an_amount_are_refused_at_once",
            "test_forms.py::test_a_wrong_value_is_refused_with_its_field_named",
            "test_money.py::test_any_other_spelling_of_an_amount_is_no_amount",
        ),
    ),
    Case(
        28,
        "giving",
        "tampered amount or preference in the form",
        (
            f"{_GIVING}test_a_tampered_form_opens_no_checkout",
            "test_forms.py::test_the_fee_cover_is_computed_here_and_never_taken_from_the_form",
        ),
    ),
    Case(
        29,
        "money",
        "partial refunds: 1 c, then the rest",
        (
            (
                "test_settlement_returns.py"
                "::test_partial_refunds_of_one_cent_and_then_the_rest_end_at_the_gift_and_its_cover"
            ),
        ),
    ),
    Case(
        30,
        "money",
        "refund from the Dashboard",
        ("test_simulate_commands.py::test_a_refund_made_in_the_dashboard_arrives_and_a_failed_one_goes_again",),
    ),
    Case(
        31,
        "money",
        "refund larger than what remains",
        (
            "test_refunding.py::test_more_than_remains_is_refused_and_stripe_is_not_asked",
            "test_refunding.py::test_many_who_ask_at_once_never_give_back_more_than_came",
        ),
    ),
    Case(
        32,
        "money",
        "dispute withdrawn, won, reinstated less the fee",
        ("test_settlement_returns.py::test_a_dispute_waits_apart_until_it_is_won_less_the_fee",),
    ),
    Case(
        33,
        "money",
        "dispute in the tax year after the gift",
        (
            (
                "test_clerk_documents.py"
                "::test_a_dispute_of_the_next_year_that_is_lost_leaves_the_receipt_valid_beside_a_notice"
            ),
        ),
    ),
    Case(
        34,
        "money",
        "payout failed and sent again",
        (
            (
                "test_reconciliation.py"
                "::test_a_payout_that_failed_gives_each_fund_its_share_back_and_the_next_takes_it_again"
            ),
            "test_simulate_commands.py::test_a_payout_reconciles_to_the_cent_and_one_that_fails_comes_back",
        ),
    ),
    Case(
        35,
        "money",
        "payout of more than 100 rows, sums equal",
        ("contracts/test_books.py::test_a_payout_of_more_rows_than_a_page_has_them_all",),
    ),
    Case(
        36,
        "recurring",
        "first invoice fails, later paid",
        (f"{_MONTHLY}test_a_first_month_that_fails_and_is_paid_later_is_one_gift_with_one_receipt",),
    ),
    Case(
        37,
        "recurring",
        "unpaid, then canceled",
        (f"{_MONTHLY}test_a_pledge_whose_card_dies_is_unpaid_then_canceled_and_books_nothing_more",),
    ),
    Case(
        38,
        "recurring",
        "donor cancels in the portal in mid-period",
        (
            f"{_MONTHLY}test_a_donor_who_stops_in_mid_month_keeps_the_paid_month_and_is_charged_no_more",
            "simulator/test_portal.py::test_a_pledge_ends_after_the_paid_month_unless_the_donor_thinks_again",
        ),
    ),
    Case(
        39,
        "recurring",
        "the last clothing fund closes while pledges run",
        (f"{_MONTHLY}test_while_every_clothing_fund_is_closed_monthly_gifts_wait_in_the_pool_and_none_is_lost",),
    ),
    Case(
        40,
        "safety",
        "no donor or child data in inbox, logs, metadata, URLs",
        (f"{_GIVING}test_no_data_of_a_donor_or_child_is_in_inbox_logs_metadata_or_addresses",),
    ),
    Case(
        41,
        "safety",
        "no clothing fund code at Stripe",
        ("journeys/test_features.py::test_row_44_who_a_child_is_cannot_be_known_or_counted_from_outside",),
    ),
    Case(
        42,
        "safety",
        "live key in simulated mode, simulator in production: no boot",
        (
            "simulator/test_bank.py::test_beside_real_money_the_simulator_does_not_start",
            "test_settings.py::test_settings_that_contradict_each_other_stop_the_start",
        ),
    ),
    Case(
        43,
        "safety",
        "card-testing burst, throttled without blocking others",
        (
            (
                "doors/test_card_testing.py"
                "::test_two_hundred_sessions_a_minute_from_one_address_are_throttled_and_others_are_not"
            ),
        ),
    ),
    Case(
        44,
        "safety",
        "simulated receipts never counted in a report of real money",
        (
            "test_ledger.py::test_a_database_is_one_book_in_one_mode",
            "test_wiring.py::test_a_book_is_never_opened_for_other_money",
            "documents/test_receipt_text.py::test_a_simulated_receipt_says_so_and_a_real_one_does_not",
        ),
    ),
    Case(
        45,
        "safety",
        "donor name with formula, HTML, right-to-left or emoji text in PDF and CSV",
        (
            "documents/test_conformance.py::test_a_donor_of_any_name_gets_an_archival_and_accessible_receipt",
            "test_exports.py::test_no_text_of_a_donor_becomes_a_formula",
            "test_exports.py::test_names_in_any_script_come_back_as_they_were",
        ),
    ),
)
