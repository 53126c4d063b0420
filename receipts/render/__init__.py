"""Room: render. Frozen facts in, the bytes of one PDF out; the same facts and maker always give the same bytes.

Importing this package loads WeasyPrint (seconds): only the printing child does so.
"""

from receipts.render.printing import Rendered, WrongPressError, print_pdf

__all__ = ["Rendered", "WrongPressError", "print_pdf"]
