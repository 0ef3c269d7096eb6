"""The glossary: the same terms in every language, and how texts lead to them."""

from __future__ import annotations

from seqlib.i18n import LANGUAGES
from ui.lessons.terms import LINK, address, glossary, linked, names


def test_every_language_explains_the_same_terms():
    keys = [term.key for term in glossary()]
    assert len(set(keys)) == len(keys)
    for language in LANGUAGES:
        assert [term.key for term in glossary(language)] == keys
        for term in glossary(language):
            assert term.words
            assert term.text


def test_no_name_means_two_things():
    for language in LANGUAGES:
        every = [name for term in glossary(language) for name in (term.key, *term.others)]
        assert len(set(every)) == len(every)


def test_the_first_mention_of_a_term_leads_to_its_entry():
    text = "The state **a** has `n_a` numbers; **a** again, **not a term**, `h` too."
    assert linked(text) == (
        f"The state [**a**]({LINK}a) has [`n_a`]({LINK}n_a) numbers; **a** again, "
        "**not a term**, `h` too."
    )


def test_a_text_that_is_a_link_already_stays_as_it_is():
    assert linked("see [**a**](#here)") == "see [**a**](#here)"


def test_an_address_is_one_that_markdown_reads():
    for key in names().values():
        assert not set(address(key)) & set("()<> \"'")
