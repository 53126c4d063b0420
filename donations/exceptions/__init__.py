"""Room: exceptions. One list of everything that needs a person, each with the one or two right actions."""

from donations.exceptions.dealing import Case, deal_with, list_cases
from donations.exceptions.desk import TasksDesk
from donations.exceptions.listing import Summary, list_tasks, summary
from donations.exceptions.task import Action, Severity, Task

__all__ = [
    "Action",
    "Case",
    "Severity",
    "Summary",
    "Task",
    "TasksDesk",
    "deal_with",
    "list_cases",
    "list_tasks",
    "summary",
]
