"""Lesson texts as data: prose, tours, glossary, notebooks."""
