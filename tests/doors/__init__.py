"""The doors: every address, method and role, and what each answer must carry."""
