"""What the printing house promises about its documents, proven on the files themselves."""
