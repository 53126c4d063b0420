"""Room: cli. `almoner simulate …`: each module adds its commands to the one group."""

from donations.cli.simulate import giving, pledging, returning, serving, weather
from donations.cli.simulate.group import simulate

__all__ = ["giving", "pledging", "returning", "serving", "simulate", "weather"]
