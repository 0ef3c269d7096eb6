"""What a technician starts: only the proxy is reachable, and everything is watched and bounded."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from seqlib.training import cluster, keras_room
from ui.status import log, page, server

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES = COMPOSE["services"]


def test_only_the_proxy_is_reachable_from_outside():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for name in ("scheduler", "worker"):
        assert SERVICES[name]["networks"] == ["inside"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_bounded_watched_and_started_again(name):
    service = SERVICES[name]
    assert service["deploy"]["resources"]["limits"]["memory"]
    assert service["restart"] == "unless-stopped"
    in_image = "HEALTHCHECK" in (DEPLOY / "Dockerfile").read_text()
    assert "healthcheck" in service or (service.get("image") == "seqscope" and in_image)


def test_an_app_has_room_for_its_readers_beside_keras():
    limits = {
        name: int(service["deploy"]["resources"]["limits"]["memory"].removesuffix("M"))
        for name, service in SERVICES.items()
    }
    assert limits["app"] * 2**20 - keras_room.MEMORY > 600e6
    said = (DEPLOY / "README.md").read_text("utf-8")
    rest = limits["proxy"] + limits["scheduler"]
    for what, megabytes in (
        ("app", limits["app"]),
        ("worker", limits["worker"]),
        ("the rest", rest),
    ):
        assert re.search(rf"{megabytes / 1024:g} GB for (each )?{what}", said), what


def test_the_image_holds_what_the_program_is_made_of():
    text = (DEPLOY / "Dockerfile").read_text()
    copied = set()
    for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.M):
        *sources, _ = line.split()
        copied.update(sources)
    assert all((ROOT / name).exists() for name in copied)
    assert copied >= {"streamlit_app.py", "pages", "ui", "seqlib", "assets", ".streamlit"}
    kept = (DEPLOY / "Dockerfile.dockerignore").read_text().split("\n")
    assert all(f"!{name}" in kept for name in copied)
    assert re.search(r"^USER seqscope$", text, re.M)


def test_the_technicians_page_names_every_event_and_variable():
    text = (DEPLOY / "README.md").read_text("utf-8")
    for event, fields in log.EVENTS.items():
        line = next(line for line in text.splitlines() if f"`{event}`" in line and "|" in line)
        assert all(f"`{field}`" in line for field in fields), event
    for variable in (
        *(log.LEVEL, log.SLOW, log.MEMORY),
        *(cluster.VARIABLE, page.KEY, server.METRICS),
    ):
        assert f"| `{variable}` |" in text


@pytest.mark.skipif(not shutil.which("caddy"), reason="caddy is not installed")
def test_the_proxy_accepts_its_configuration(tmp_path):
    done = subprocess.run(
        ["caddy", "validate", "--adapter", "caddyfile", "--config", DEPLOY / "Caddyfile"],
        env={**os.environ, "HOME": str(tmp_path), "SEQSCOPE_SITE": "school.example"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
