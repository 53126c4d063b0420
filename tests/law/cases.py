"""The 45 examples of the tax rules (§17), by number: what is given, and the tests that hold what is expected.

An example without a test says why; one whose test was renamed fails `test_cases.py`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    """One example: its number, what is given, its tests as `file::test` below `tests/`, or why there is none yet."""

    number: int
    given: str
    tests: tuple[str, ...] = ()
    open_because: str = ""


_D = "law/test_documents.py::test_"
_K = "law/test_kinds.py::test_"
_A = "test_acknowledgment.py::test_"
_R = "test_receipts_rules.py::test_"
_F = "test_receipts_facts.py::test_"
_C = "test_clerk_documents.py::test_"
_W = "test_web_pages.py::test_"

CASES: tuple[Case, ...] = (
    Case(
        1,
        "a card gift without a benefit",
        (
            f"{_R}a_card_gift_without_a_benefit_is_receiptable_and_says_so",
            f"{_A}a_card_gift_is_acknowledged_with_day_amount_and_sentence_whatever_its_size",
        ),
    ),
    Case(2, "$250 by card", (f"{_D}a_gift_of_any_size_has_the_same_fields",)),
    Case(
        3,
        "goods-services unset",
        (
            f"{_F}a_receipt_with_one_wrong_fact_cannot_be_constructed",
            f"{_A}a_refusal_names_its_reason_and_takes_no_number",
        ),
    ),
    Case(
        4,
        "an event delivered five times",
        (
            "journeys/test_features.py::test_row_47_events_told_twice_late_and_in_any_order_are_stored_and_worked_off_once",
        ),
    ),
    Case(5, "name, EIN or date missing", (f"{_F}a_refusal_names_every_missing_field_at_once",)),
    Case(6, "two gifts in a year", (f"{_A}a_statement_lists_each_gift_of_the_year_and_totals_to_the_ledger",)),
    Case(
        7, "nothing net in the year", (f"{_A}a_donor_with_nothing_in_the_year_gets_no_statement_and_takes_no_number",)
    ),
    Case(
        8,
        "a donor without an address",
        (
            f"{_A}a_donor_without_an_address_gets_a_receipt_without_a_blank_line",
            "documents/test_receipt_text.py::test_a_donor_without_an_address_has_no_empty_line",
            f"{_K}what_the_law_forbids_has_no_field",
        ),
    ),
    Case(9, "a dinner worth $40 for $100", (f"{_D}a_dinner_worth_40_for_100_leaves_60",)),
    Case(10, "a logo mug for $500", (f"{_R}a_logo_mug_for_500_dollars_is_insubstantial_and_recorded",)),
    Case(
        11,
        "coats, new; coats, worn",
        (
            f"{_D}goods_are_described_counted_dated_and_placed_and_never_valued",
            f"{_D}worn_goods_are_taken_with_a_note_and_without_a_word_on_deducting",
            f"{_K}no_text_of_an_in_kind_or_volunteer_document_tells_a_value",
        ),
    ),
    Case(12, "ten hours of sewing", (f"{_D}ten_hours_of_sewing_are_not_a_gift",)),
    Case(
        13,
        "a pledge of $130 a month",
        ("test_settlement_pledges.py::test_each_paid_invoice_is_its_own_gift_with_its_own_receipt",),
    ),
    Case(
        14,
        "a card charged at 23:30 on New Year's Eve",
        (
            "law/test_gift_days.py::test_a_card_charged_at_2330_on_new_year_s_eve_counts_in_the_old_year",
            f"{_A}a_gift_charged_before_midnight_on_the_last_day_belongs_to_the_old_year",
        ),
    ),
    Case(
        15,
        "a cheque mailed in December, received in January",
        (
            "law/test_gift_days.py::test_a_mailed_cheque_counts_by_its_postmark_and_tells_both_days",
            f"{_D}a_cheque_of_december_that_came_in_january_tells_both_days",
        ),
    ),
    Case(
        16,
        "a debit authorised in December, settled in January",
        (
            "law/test_gift_days.py::test_a_bank_debit_counts_when_it_settles_and_tells_the_day_it_was_authorised",
            f"{_D}a_debit_of_december_that_settled_in_january_tells_both_days",
        ),
    ),
    Case(17, "a preference for winter coats", (f"{_A}a_preference_is_noted_beside_who_keeps_control",)),
    Case(
        18,
        "a memo “for Jayden only”",
        (
            "test_earmarks.py::test_the_money_of_a_held_gift_is_booked_in_suspense_and_gets_no_document",
            "test_earmarks.py::test_agreed_to_the_pool_it_is_the_gift_it_was_of_the_day_of_its_charge",
        ),
    ),
    Case(
        19,
        "a request that names a clothing fund or a child",
        (
            "test_forms.py::test_nothing_that_looks_like_a_clothing_fund_code_gets_in",
            "doors/test_giving_door.py::test_a_gift_cannot_name_a_child",
            "house/test_children.py::test_no_column_anywhere_is_about_a_child",
        ),
    ),
    Case(
        20, "a donor who means an own relative", ("test_earmarks.py::test_the_treasurer_may_hold_without_any_words",)
    ),
    Case(
        21,
        "a purpose that names a person, or a class of one",
        (
            "test_settings.py::test_a_wrong_fact_about_the_organisation_is_one_sentence_that_names_it",
            "test_settings.py::test_a_purpose_that_names_a_class_is_believed",
        ),
    ),
    Case(
        22,
        "a voluntary fee cover",
        (
            f"{_A}a_fee_cover_is_a_second_line_and_no_fee_is_netted",
            f"{_D}a_mandatory_surcharge_and_a_tip_are_no_gift",
        ),
    ),
    Case(
        23,
        "a mandatory surcharge",
        (
            f"{_D}a_mandatory_surcharge_and_a_tip_are_no_gift",
            "test_settings.py::test_a_wrong_fact_about_the_organisation_is_one_sentence_that_names_it",
        ),
    ),
    Case(24, "a tip to a platform", (f"{_D}a_mandatory_surcharge_and_a_tip_are_no_gift",)),
    Case(
        25,
        "a full refund in the same year",
        (
            f"{_C}a_gift_fully_refunded_in_its_year_has_a_void_receipt",
            f"{_A}a_statement_leaves_out_what_is_void_and_marks_what_is_under_dispute",
        ),
    ),
    Case(
        26,
        "a refund in the next year",
        (f"{_C}a_refund_in_a_later_year_leaves_the_receipt_standing_and_a_notice_tells_of_it",),
    ),
    Case(27, "a donor-advised fund", (f"{_D}a_grant_of_a_donor_advised_fund_gets_thanks_and_no_tax_document",)),
    Case(
        28,
        "a distribution from an IRA",
        (f"{_D}a_distribution_from_an_ira_names_its_custodian_and_allows_no_benefit",),
    ),
    Case(
        29,
        "how much can I deduct?",
        (
            f"{_W}who_asks_how_much_can_be_deducted_is_told_to_ask_an_adviser",
            f"{_R}a_donor_s_deduction_is_never_reckoned_and_unverified_caps_are_not_told",
        ),
    ),
    Case(
        30,
        "a gift in honour of somebody; joint holders of a card",
        (
            f"{_D}a_receipt_is_the_payers_and_names_two_people_only_where_the_payer_wrote_both",
            "journeys/test_tributes.py::test_the_receipt_is_the_payers_and_the_card_tells_no_amount",
            "journeys/test_tributes.py::test_two_names_stand_on_a_receipt_only_if_the_payer_wrote_both",
        ),
    ),
    Case(31, "a cash box", (f"{_D}nobody_known_means_no_receipt",)),
    Case(
        32,
        "publicly anonymous",
        ("journeys/test_features.py::test_row_11_an_anonymous_gift_names_its_donor_nowhere_public",),
    ),
    Case(
        33,
        "€120",
        (
            "test_presented.py::test_what_was_paid_is_the_amount_and_dollars_stand_beside_it_with_rate_day_and_source",
            "test_presented.py::test_a_gift_charged_in_dollars_is_acknowledged_in_dollars",
            "documents/test_receipt_text.py::test_an_amount_in_another_currency_is_the_amount_and_dollars_inform",
        ),
    ),
    Case(
        34,
        "a wrong EIN",
        (
            f"{_D}an_ein_is_nine_digits_and_its_prefix_is_looked_at",
            "test_settings.py::test_a_wrong_fact_about_the_organisation_is_one_sentence_that_names_it",
        ),
    ),
    Case(
        35,
        "a fiscal sponsor",
        (
            f"{_D}a_sponsored_project_s_receipt_is_in_the_sponsor_s_name",
            f"{_D}a_sponsor_is_read_from_the_settings_and_needs_its_project",
        ),
    ),
    Case(
        36,
        "the year-end export",
        (
            "test_tie_out.py::test_receipted_gifts_tie_to_the_book_gross_of_fees",
            "test_tie_out.py::test_every_income_account_has_exactly_one_line_of_the_form",
            "test_tie_out.py::test_the_workpaper_is_written_with_the_ledgers_total",
        ),
    ),
    Case(
        37,
        "an erased donor",
        (
            f"{_W}a_checked_document_shows_its_chain_and_says_when_the_personal_data_are_gone",
            "test_erasure.py::test_a_donor_erased_at_their_term_leaves_number_amount_hash_and_status",
            "test_erasure.py::test_a_disputed_gift_postpones_the_term_and_the_donor_is_told",
        ),
    ),
    Case(
        38,
        "a state's text past its date",
        (
            f"{_D}no_text_of_a_state_is_past_its_date_today",
            f"{_D}a_lapsed_text_is_named_left_out_and_stops_no_receipt",
            "test_exceptions_waiting.py::test_a_text_near_or_past_its_last_day_is_a_task_due_on_it",
        ),
    ),
    Case(
        39,
        "Nevada on the giving page",
        (
            f"{_W}the_control_statement_and_nevadas_block_stand_above_the_button",
            "journeys/browser/test_pages.py::test_every_page_fits_its_window_without_a_complaint",
        ),
    ),
    Case(
        40,
        "no amount",
        (
            f"{_D}what_is_no_amount_makes_no_receipt",
            "test_money.py::test_any_other_spelling_of_an_amount_is_no_amount",
        ),
    ),
    Case(
        41,
        "a hostile name",
        (
            f"{_K}a_hostile_name_is_refused_on_every_kind",
            f"{_K}markup_in_a_name_is_letters_on_every_kind",
            "documents/test_conformance.py::test_a_donor_of_any_name_gets_an_archival_and_accessible_receipt",
        ),
    ),
    Case(
        42, "two workers", ("test_clerk_turns.py::test_two_clerks_at_once_number_every_gift_once_and_without_gaps",)
    ),
    Case(
        43,
        "the same facts twice",
        (
            "documents/test_same_bytes.py::test_another_process_zone_and_hash_seed_give_the_same_bytes",
            f"{_W}a_copy_is_the_same_bytes_marked_by_a_header_alone",
        ),
    ),
    Case(44, "guessed tokens", (f"{_W}unknown_ended_and_mistyped_links_are_one_answer",)),
    Case(45, "a stale check", (f"{_R}a_check_of_the_irs_list_older_than_35_days_warns_and_still_issues",)),
)
