"""Room: render. One RDF for two promises: PDF/A-3a by WeasyPrint, PDF/UA-1 put into the same element by us.

WeasyPrint writes one variant a document, and its `xmp_metadata` appends a second RDF that checkers do not read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_START = b"<rdf:RDF "
_END = b"</rdf:RDF>"
_NAMESPACES = (
    b'xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" '
    b'xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" '
    b'xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" '
    b'xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" '
)
_ACCESSIBLE = (
    b'<rdf:Description rdf:about=""><pdfuaid:part>1</pdfuaid:part></rdf:Description>'
    b'<rdf:Description rdf:about=""><pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">'
    b"<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>"
    b"<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
    b"<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>"
    b'<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">'
    b"<pdfaProperty:name>part</pdfaProperty:name>"
    b"<pdfaProperty:valueType>Integer</pdfaProperty:valueType>"
    b"<pdfaProperty:category>internal</pdfaProperty:category>"
    b"<pdfaProperty:description>Indicates, which part of ISO 14289 standard is followed</pdfaProperty:description>"
    b"</rdf:li></rdf:Seq></pdfaSchema:property>"
    b"</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"
)


def claim_accessibility(document: Any) -> None:  # noqa: ANN401  # WeasyPrint carries no types.
    """Make this one document's metadata also name PDF/UA-1, with the extension schema that PDF/A asks for."""
    generate: Callable[..., bytes] = document.metadata.generate_rdf_metadata
    document.metadata.generate_rdf_metadata = lambda *arguments: _merge(generate(*arguments))


def _merge(rdf: bytes) -> bytes:
    if not rdf.startswith(_START) or not rdf.endswith(_END):
        raise AssertionError("WeasyPrint writes its metadata in another form than the one this house knows")
    return _START + _NAMESPACES + rdf[len(_START) : -len(_END)] + _ACCESSIBLE + _END
