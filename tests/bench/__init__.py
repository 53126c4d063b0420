"""Benchmarks: each module here that has a `measure()` is a group of `./run bench`."""

from tests.bench.facts import Measure

__all__ = ["Measure"]
