"""The gallery's pictures are there, are what the script takes, and have their words."""

from __future__ import annotations

import re

import pytest
from PIL import Image

from scripts import make_gallery as gallery

NAMES = {gallery.FILM, *(shot.name for shot in gallery.SHOTS)}


def test_every_picture_is_there_and_no_other():
    assert {path.name for path in gallery.GALLERY.iterdir()} == {f"{name}.webp" for name in NAMES}


def test_the_readme_shows_them_all_with_the_words_of_the_script():
    readme = gallery.README.read_text(encoding="utf-8")
    assert gallery.write_section(readme) == readme, "Run make gallery."
    section = gallery.section()
    shown = re.findall(r"assets/gallery/([\w-]+)\.webp", section)
    assert sorted(shown) == sorted(NAMES)
    words = re.findall(r'alt="([^"]+)"', section) + re.findall(r"!\[([^]]+)\]", section)
    assert len(words) == len(set(words)) == len(NAMES)
    assert all(len(text) > 30 for text in words)


@pytest.mark.parametrize("shot", gallery.SHOTS, ids=lambda shot: shot.name)
def test_a_picture_has_its_size_and_is_light_or_dark_as_it_says(shot):
    with Image.open(gallery.GALLERY / f"{shot.name}.webp") as image:
        assert image.size == tuple(round(gallery.SCALE * side) for side in shot.size)
        grey = image.convert("L").resize((64, 64))
        mean = sum(grey.tobytes()) / 64**2
    assert (mean < 128) == shot.dark


def test_light_and_dark_desk_and_phone_and_both_languages_are_shown():
    assert {shot.dark for shot in gallery.SHOTS} == {True, False}
    assert {shot.size for shot in gallery.SHOTS} == {gallery.DESK, gallery.PHONE}
    assert {"lang=zh" in shot.path for shot in gallery.SHOTS} == {True, False}


def test_the_film_moves_at_the_pace_of_the_app():
    with Image.open(gallery.GALLERY / f"{gallery.FILM}.webp") as film:
        lengths, frames = [], set()
        for place in range(film.n_frames):
            film.seek(place)
            film.load()
            lengths.append(film.info["duration"])
            frames.add(film.convert("RGB").resize((120, 80)).tobytes())
    assert len(frames) >= 20
    assert sum(lengths) == pytest.approx(1000 * gallery.FILM_SECONDS, rel=0.05)
    assert max(lengths) < 700


def test_the_gallery_stays_small():
    sizes = {path.stem: path.stat().st_size for path in gallery.GALLERY.iterdir()}
    assert sizes[gallery.FILM] < 1_500_000
    assert sum(sizes.values()) < 3_000_000


def test_a_readme_without_its_marks_is_refused():
    with pytest.raises(ValueError, match="needs the lines"):
        gallery.write_section("# A readme\n")
