"""Lets `python -m donations` be the command `almoner`."""

from donations.cli import main

main()
