"""Room: reporting. The questions treasurer, board and public ask of the book; it reads, and writes only files.

The one exception is `publish_report`, which freezes a report. Every public figure is a query over the ledger.
"""

from donations.reporting.board import NoticeBoard
from donations.reporting.building import build_live, build_report, publish_report
from donations.reporting.exports import Exported, export
from donations.reporting.forms import print_report, report_csvs, report_page, write_report
from donations.reporting.gift_entries import FORM_LINES
from donations.reporting.news import GiftNews, read_news
from donations.reporting.news_months import last_tellable_month, settle_month
from donations.reporting.periods import Period, parse_period
from donations.reporting.print_set import write_print_set
from donations.reporting.promise import Promise, promise_is_kept, read_promise
from donations.reporting.publication import read_published
from donations.reporting.report import FigureTable, Report, figures_json, freeze_report
from donations.reporting.schedule_b import Contributor, ScheduleB, schedule_b
from donations.reporting.statement_plan import StatementPlan, plan_statements
from donations.reporting.statement_rounds import Round, begin_round, read_progress, take_step
from donations.reporting.statements import (
    Failure,
    Hands,
    Order,
    StatementsWritten,
    list_statements,
    write_statements,
)
from donations.reporting.tie_out import PartEight, TieOut, TieRow, Untied, part_eight, tie_out

__all__ = [
    "FORM_LINES",
    "Contributor",
    "Exported",
    "Failure",
    "FigureTable",
    "GiftNews",
    "Hands",
    "NoticeBoard",
    "Order",
    "PartEight",
    "Period",
    "Promise",
    "Report",
    "Round",
    "ScheduleB",
    "StatementPlan",
    "StatementsWritten",
    "TieOut",
    "TieRow",
    "Untied",
    "begin_round",
    "build_live",
    "build_report",
    "export",
    "figures_json",
    "freeze_report",
    "last_tellable_month",
    "list_statements",
    "parse_period",
    "part_eight",
    "plan_statements",
    "print_report",
    "promise_is_kept",
    "publish_report",
    "read_news",
    "read_progress",
    "read_promise",
    "read_published",
    "report_csvs",
    "report_page",
    "schedule_b",
    "settle_month",
    "take_step",
    "tie_out",
    "write_print_set",
    "write_report",
    "write_statements",
]
