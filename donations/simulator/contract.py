"""Room: simulator. The installed SDK is the contract: requests and answers are checked against its own types.

Requests always, as they come off the wire, with closed enums: a misspelt value that the SDK's open types let pass is
refused here. Answers in every test, as annotated. Only what is used is ever looked at, once per process.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib import import_module
from pathlib import Path
from types import NoneType
from typing import Any, ClassVar, Literal, Union, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

import stripe
from stripe._request_options import RequestOptions
from typing_extensions import is_typeddict

from donations.simulator.refusals import StripeRefusal

_BRACKETS = re.compile(r"\[([^\]]*)\]")
_OPTIONS = frozenset(RequestOptions.__annotations__)


def decode_form(text: str) -> dict[str, Any]:
    """Undo Stripe's form encoding: `a[b][0]=c` becomes {"a": {"b": {"0": "c"}}}; a field twice is refused."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        path = [name.split("[", 1)[0], *_BRACKETS.findall(name)]
        place = found
        for step in path[:-1]:
            place = place.setdefault(step, {})
            if not isinstance(place, dict):
                raise StripeRefusal(400, f"Received {name} twice.", param=name)
        last = str(len(place)) if path[-1] == "" else path[-1]
        if last in place:
            raise StripeRefusal(400, f"Received {name} twice.", param=name)
        place[last] = value
    return found


def believe(params: type, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters with real types, or raise the refusal Stripe would answer, naming the parameter."""
    return _read_record(params, raw, "")


def find_faults(resource: type, value: object, path: str = "") -> list[str]:
    """Return what in an answer differs from the SDK's resource class: missing, unknown, or of the wrong type."""
    return _faults(resource, value, path or resource.__name__)


def _read(hint: Any, raw: Any, path: str) -> Any:  # noqa: ANN401 (Types are values here.)
    origin = get_origin(hint)
    if origin is Literal:
        if raw not in get_args(hint):
            raise _invalid(path, f"Invalid {path}: must be one of {', '.join(map(str, get_args(hint)))}")
        return raw
    if _is_union(hint):
        return _read_any(_closed(get_args(hint)), raw, path)
    if origin is list:
        return _read_list(get_args(hint)[0], raw, path)
    if origin in {dict, Mapping}:
        return {key: _read(get_args(hint)[1], value, f"{path}[{key}]") for key, value in _record(raw, path).items()}
    if is_typeddict(hint):
        return _read_record(hint, _record(raw, path), path)
    return raw if hint is Any else _read_scalar(hint, raw, path)


def _read_scalar(hint: Any, raw: object, path: str) -> Any:  # noqa: ANN401
    if not isinstance(raw, str):
        raise _invalid(path, f"Invalid {path}: a single value is expected")
    if hint is int and not re.fullmatch(r"-?[0-9]{1,18}", raw, re.ASCII):
        raise _invalid(path, f"Invalid integer: {raw}", code="parameter_invalid_integer")
    if hint is bool and raw not in {"true", "false"}:
        raise _invalid(path, f"Invalid boolean: {raw}")
    if hint in {float, Decimal} and not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", raw, re.ASCII):
        raise _invalid(path, f"Invalid number: {raw}")
    return raw == "true" if hint is bool else int(raw) if hint is int else raw


def _read_any(members: list[Any], raw: Any, path: str) -> Any:  # noqa: ANN401
    refusals = []
    for member in members:
        try:
            return _read(member, raw, path)
        except StripeRefusal as refusal:
            refusals.append(refusal)
    raise max(refusals, key=lambda refusal: len(refusal.param or ""))


def _read_list(item: Any, raw: object, path: str) -> list[Any]:  # noqa: ANN401
    if raw == "":
        return []
    record = _record(raw, path)
    if sorted(record) != sorted(map(str, range(len(record)))):
        raise _invalid(path, "Invalid array")
    return [_read(item, record[str(index)], f"{path}[{index}]") for index in range(len(record))]


def _read_record(params: Any, raw: Mapping[str, Any], path: str) -> dict[str, Any]:  # noqa: ANN401
    hints, required = _fields(params)
    for name in raw:
        if name not in hints:
            raise _invalid(_join(path, name), f"Received unknown parameter: {_join(path, name)}", "parameter_unknown")
    for name in sorted(required - set(raw)):
        raise _invalid(_join(path, name), f"Missing required param: {_join(path, name)}.", "parameter_missing")
    return {name: _read(hints[name], value, _join(path, name)) for name, value in raw.items()}


def _record(raw: object, path: str) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping):
        raise _invalid(path, "Invalid hash" if path else "Invalid request")
    return raw


def _join(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name


def _invalid(path: str, message: str, code: str | None = None) -> StripeRefusal:
    return StripeRefusal(400, message, code=code, param=path)


def _is_union(hint: object) -> bool:
    return get_origin(hint) is Union or type(hint).__name__ == "UnionType"


def _closed(members: tuple[Any, ...]) -> list[Any]:
    """Close what goes out: of `Literal[...] | str` the str is dropped, and resource classes never travel."""
    plain = [member for member in members if not _is_resource(get_origin(member) or member)]
    has_words = any(get_origin(member) is Literal and get_args(member) != ("",) for member in plain)
    return [member for member in plain if member is not NoneType and not (member is str and has_words)]


def _is_resource(kind: Any) -> bool:  # noqa: ANN401
    return isinstance(kind, type) and issubclass(kind, stripe.StripeObject)


@cache
def _fields(params: Any) -> tuple[dict[str, Any], frozenset[str]]:  # noqa: ANN401
    hints = get_type_hints(params, globalns=_names(params.__module__))
    return {name: hint for name, hint in hints.items() if name not in _OPTIONS}, params.__required_keys__ - _OPTIONS


@cache
def _names(module: str) -> dict[str, Any]:
    """Return the names a module's annotations may use, those under `if TYPE_CHECKING` included."""
    found = {"Mapping": Mapping, "StripeContext": stripe.StripeContext, **vars(import_module(module))}
    for node in ast.walk(ast.parse(Path(str(sys.modules[module].__file__)).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("stripe"):
            source = import_module(node.module)
            found |= {name.asname or name.name: getattr(source, name.name) for name in node.names}
    return found


def _faults(hint: Any, value: object, path: str) -> list[str]:  # noqa: ANN401
    origin, arguments = get_origin(hint), get_args(hint)
    if _is_union(hint):
        tried = [_faults(member, value, path) for member in arguments]
        return min(tried, key=len)
    if origin is Literal:
        return [] if value in arguments else [f"{path}: {value!r} is none of {arguments}"]
    if origin is list:
        return _faults_in_list(arguments[0], value, path)
    if _is_resource(origin or hint):
        return _faults_in_object(hint, value, path)
    if hint is Any or type(hint).__name__ == "TypeVar":
        return []
    expected: Any = {Decimal: str, float: (int, float)}.get(hint, hint)
    is_right = isinstance(value, expected) and (hint is bool or not isinstance(value, bool))
    return [] if is_right else [f"{path}: {value!r} is no {getattr(hint, '__name__', hint)}"]


def _faults_in_list(item: Any, value: object, path: str) -> list[str]:  # noqa: ANN401
    if not isinstance(value, list):
        return [f"{path}: no list"]
    return [fault for index, inner in enumerate(value) for fault in _faults(item, inner, f"{path}[{index}]")]


def _faults_in_object(hint: Any, value: object, path: str) -> list[str]:  # noqa: ANN401
    if not isinstance(value, dict):
        return [f"{path}: no object"]
    kind = get_origin(hint) or hint
    if kind is stripe.ListObject:
        head = [f"{path}: no list object"] if set(value) != {"object", "data", "has_more", "url"} else []
        return head + _faults_in_list(get_args(hint)[0], value.get("data"), f"{path}.data")
    if kind.__name__ in {"UntypedStripeObject", "StripeObject"}:
        return []
    hints = _attributes(kind)
    unknown = [f"{path}.{name}: unknown" for name in value if name not in hints]
    missing = [f"{path}.{name}: missing" for name in hints if name not in value and not _may_miss(hints[name])]
    if value.get("deleted") is True:
        missing = []  # Of what was deleted Stripe tells the id and the kind alone.
    known = [(name, inner) for name, inner in value.items() if name in hints]
    return (
        unknown
        + missing
        + [fault for name, inner in known for fault in _faults(hints[name], inner, f"{path}.{name}")]
    )


@cache
def _attributes(resource: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the fields of a resource class; nested classes and forward references are resolved."""
    names: dict[str, Any] = {}
    for ancestor in reversed(resource.__mro__):
        if ancestor.__module__.startswith("stripe"):
            names |= _names(ancestor.__module__) | vars(ancestor)
    hints = get_type_hints(resource, globalns=names)
    return {
        name: hint for name, hint in hints.items() if not name.startswith("_") and get_origin(hint) is not ClassVar
    }


def _may_miss(hint: object) -> bool:
    return _is_union(hint) and NoneType in get_args(hint)
