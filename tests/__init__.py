"""The house, tried: each test is named by what it promises (CONTRIBUTING.md)."""
