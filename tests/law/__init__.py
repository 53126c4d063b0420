"""The law of documents: cases of the tax rules, days of gifts, jurisdictions, kinds."""
