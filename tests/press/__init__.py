"""The press: what it fills is what WeasyPrint would have printed."""
