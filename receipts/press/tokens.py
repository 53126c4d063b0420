"""Room: press. Marks that stand in for ink while a template is compiled, and what each of them will say.

A mark is a broken bar and two signs; each says from which fact and by which filter or function its text is made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from importlib import import_module
from typing import Any, Final, cast

import msgspec
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from receipts.facts import Document
from receipts.press.faults import UnpressableError
from receipts.press.shapes import Ink, Path, list_ink, plan_of

MARK: Final = "¦"
_TOKEN: Final = re.compile(f"{MARK}+([0-9a-z]{{2}})")
_SIGNS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_CALLED: Final = "receipts."
_COMPARED: Final = "the template asks what a value is: what it then says cannot be known beforehand"
INSTANT: Final = datetime(1999, 9, 9, 9, 9, 9, tzinfo=UTC)
"""Stands in for the instant of issue; no document of ours is as old."""


class Use(msgspec.Struct, frozen=True, array_like=True):
    """One text made from one fact: `by` is "" (as it is), a filter's name, or "module:function"."""

    path: tuple[str | int, ...]
    ink: str
    by: str
    arguments: tuple[str | int | None, ...] = ()
    place: int = 0
    """Which argument of a function the fact is."""


class Marks:
    """The marks of one compiling, numbered in the order in which they are met. `pads` makes marks longer."""

    def __init__(self, pads: Mapping[int, int]) -> None:
        self.uses: list[Use] = []
        self._pads = pads
        self._numbers: dict[Use, int] = {}

    def mark(self, use: Use) -> str:
        """Return the mark for a use."""
        number = self._numbers.setdefault(use, len(self._numbers))
        if number == len(self.uses):
            self.uses.append(use)
        if number >= len(_SIGNS) ** 2:
            raise UnpressableError("there are more values than marks")
        return MARK * (1 + self._pads.get(number, 0)) + _SIGNS[number // 36] + _SIGNS[number % 36]


class TextMark(str):  # noqa: SLOT000  # A word that knows which fact it stands for.
    """Stands in for a fact that is words. A template may print it, and neither compare, measure nor cut it."""

    use: Use
    marks: Marks

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        raise UnpressableError(_COMPARED)

    def __ne__(self, other: object) -> bool:
        raise UnpressableError(_COMPARED)

    def __contains__(self, part: object) -> bool:
        raise UnpressableError(_COMPARED)

    def __getitem__(self, place: object) -> str:
        raise UnpressableError(_COMPARED)

    __hash__ = str.__hash__


class ValueMark:
    """Stands in for an amount or a day: it is true, it prints as its mark, and nothing can be computed from it."""

    def __init__(self, use: Use, marks: Marks) -> None:
        self.use = use
        self.marks = marks

    def __str__(self) -> str:
        return self.marks.mark(self.use)

    def __eq__(self, other: object) -> bool:
        raise UnpressableError(_COMPARED)

    __hash__ = object.__hash__


def split_marks(text: str) -> list[str | int]:
    """Return fixed words and the numbers of marks, by turns, without empty words."""
    parts = _TOKEN.split(text)
    split = [int(part, 36) if place % 2 else part for place, part in enumerate(parts)]
    if any(MARK in part for part in split if isinstance(part, str)):
        raise UnpressableError(f"the sign {MARK} stands in the text itself")
    return [part for part in split if part != ""]


def put_marks(document: Document, marks: Marks) -> Document:
    """Return a shadow of a document whose ink is marks; it was never checked and must never be frozen."""
    ink: dict[Path, Ink] = dict(list_ink(document))
    return cast("Document", _shadow(document, (), ink, marks))


def make_environment(plain: ImmutableSandboxedEnvironment) -> ImmutableSandboxedEnvironment:
    """Return an environment like the given one whose filters and calls leave marks as marks."""
    marking = _MarkingEnvironment(
        loader=plain.loader,
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=plain.trim_blocks,
        lstrip_blocks=plain.lstrip_blocks,
    )
    marking.filters = {name: _marking_filter(name, filter_) for name, filter_ in plain.filters.items()}
    marking.globals.update(plain.globals)
    return marking


def text_maker(use: Use, filters: Mapping[str, Callable[..., Any]]) -> Callable[[Any], str]:
    """Return the function that makes a use's text from its fact."""
    if not use.by:
        return str
    if ":" in use.by:
        module, _, name = use.by.partition(":")
        if not module.startswith(_CALLED):
            raise UnpressableError("a text is made by a function from outside this house")
        call, before, after = (
            getattr(import_module(module), name),
            use.arguments[: use.place],
            use.arguments[use.place :],
        )
        return lambda value: str(call(*before, value, *after))
    filter_ = filters[use.by]
    return lambda value: str(filter_(value, *use.arguments)) if use.arguments else str(filter_(value))


class _MarkingEnvironment(ImmutableSandboxedEnvironment):
    """Sees every call of a template."""

    def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401, N805, PYI063
        """Call, or leave a mark where a value that is not there yet would be needed."""
        places = [place for place, value in enumerate(args) if isinstance(value, ValueMark)]
        if not places or not getattr(__obj, "__module__", "").startswith(_CALLED):
            return super().call(__context, __obj, *args, **kwargs)
        if len(places) > 1 or kwargs:
            raise UnpressableError("a function needs two values of a document at once")
        mark: ValueMark = args[places[0]]
        others = _plain_arguments(args[: places[0]] + args[places[0] + 1 :])
        by = f"{__obj.__module__}:{__obj.__qualname__}"
        return _wrap(Use(mark.use.path, mark.use.ink, by, others, places[0]), mark.marks)


def _marking_filter(name: str, filter_: Callable[..., Any]) -> Callable[..., Any]:
    if hasattr(filter_, "jinja_pass_arg"):
        return filter_

    def marked(value: Any = "", *arguments: Any, **named: Any) -> Any:  # noqa: ANN401
        if isinstance(value, ValueMark) and not named:
            return _wrap(Use(value.use.path, value.use.ink, name, _plain_arguments(arguments)), value.marks)
        return filter_(value, *arguments, **named)

    return marked


def _plain_arguments(arguments: tuple[Any, ...]) -> tuple[str | int | None, ...]:
    if all(isinstance(each, str | int | None) and not isinstance(each, TextMark) for each in arguments):
        return arguments
    raise UnpressableError("a function needs two values of a document at once")


def _wrap(use: Use, marks: Marks) -> TextMark:
    word = TextMark(marks.mark(use))
    word.use, word.marks = use, marks
    return word


def _shadow(value: object, path: Path, ink: Mapping[Path, Ink], marks: Marks) -> object:
    if path in ink:
        return _stand_in(path, ink[path], marks)
    if isinstance(value, tuple):
        return tuple(_shadow(each, (*path, place), ink, marks) for place, each in enumerate(value))
    if not is_dataclass(value) or isinstance(value, type) or not any(key[: len(path)] == path for key in ink):
        return value
    plan_of(type(value))
    shadow = object.__new__(type(value))
    for field in fields(value):
        object.__setattr__(shadow, field.name, _shadow(getattr(value, field.name), (*path, field.name), ink, marks))
    return shadow


def _stand_in(path: Path, ink: Ink, marks: Marks) -> object:
    if ink == "instant":
        return INSTANT
    use = Use(path, ink, "")
    return ValueMark(use, marks) if ink in {"cents", "day"} else _wrap(use, marks)
