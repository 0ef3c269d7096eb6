"""Lesson files come apart into their sections."""

from ui.lessons.markdown import sections


def test_top_and_sections_are_told_apart():
    text = "# A title\nOpening.\n\nMore.\n\n## one\nBody\n### inside\nrest\n\n## two\n"
    assert sections(text) == {
        "title": "A title",
        "intro": "Opening.\n\nMore.",
        "one": "Body\n### inside\nrest",
        "two": "",
    }
