"""Room: press. A template is set once for each shape of document; after that only the ink goes into its holes.

Importing `receipts.press.room` loads WeasyPrint (seconds): only the printing child does so.
"""
