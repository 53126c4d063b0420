"""The house, tried: each test is named by what it promises (docs/how-to/run-the-tests.md)."""
