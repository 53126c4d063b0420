"""Room: rules. One package per jurisdiction; each sees frozen facts only and is pure."""
