"""Almoner, the donation service: from a promise to a published cent (start at docs/explanation/rooms.md)."""
