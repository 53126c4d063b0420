"""Room: press. A template is set once for each shape of document; after that only the ink goes into its holes."""
