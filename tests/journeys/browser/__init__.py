"""Journeys in real Chromium: what a person sees, with and without script, by mouse and by keyboard."""
