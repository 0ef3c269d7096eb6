"""The audit of our packages can fail, and silence is not taken for a clean bill."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from scripts import audit

# As pip-audit 2.10 writes it.
FLAW = {"id": "PYSEC-2099-1", "fix_versions": ["2.1"], "aliases": [], "description": "x"}
SOUND = {"name": "sound", "version": "1.0", "vulns": []}
FLAWED = {"name": "flawed", "version": "2.0", "vulns": [FLAW]}
UNKNOWN = {"name": "unknown", "skip_reason": "Dependency not found on PyPI"}
CLEAN_NPM = json.dumps({"vulnerabilities": {}, "metadata": {"dependencies": {"total": 2}}})
FLAWED_NPM = json.dumps(
    {"vulnerabilities": {"x": {"severity": "high"}}, "metadata": {"dependencies": {"total": 2}}}
)


def answer(*packages: dict) -> audit.Audit:
    return audit.pip_answer(json.dumps({"dependencies": packages, "fixes": []}))


def test_a_finding_is_a_finding_however_little_else_is_known():
    found = answer(FLAWED, *[UNKNOWN] * 50)
    assert found.status == audit.FOUND
    assert found.findings == ("flawed 2.0: PYSEC-2099-1, mended in 2.1",)


def test_nothing_found_counts_only_where_the_packages_are_known():
    assert answer(*[SOUND] * 20).status == audit.CLEAN
    assert answer(*[SOUND] * 19, UNKNOWN).status == audit.CLEAN
    assert answer(*[SOUND] * 10, *[UNKNOWN] * 10).status == audit.NOT_ASKED
    assert answer(*[UNKNOWN] * 20).status == audit.NOT_ASKED
    assert answer().status == audit.NOT_ASKED


def test_no_answer_is_told_with_its_reason():
    found = audit.pip_answer("", "Traceback …\nConnectionError: no such host")
    assert found.status == audit.NOT_ASKED
    assert "no such host" in "\n".join(audit.told("pip", found))
    assert audit.npm_answer('{"message": "405"}').status == audit.NOT_ASKED


def test_an_audit_that_cannot_be_run_is_a_failure_and_not_a_silence(tmp_path):
    said = "ERROR:pip_audit._cli:package certifi has duplicate requirements"
    assert audit.pip_answer("", said).status == audit.FOUND
    pytest.importorskip("pip_audit")
    assert audit.pip(("-s", "osv"), tmp_path / "no-such-file.txt").status == audit.FOUND


def test_npm_findings_fail_too():
    assert audit.npm_answer(CLEAN_NPM).status == audit.CLEAN
    assert audit.npm_answer(FLAWED_NPM).status == audit.FOUND


@pytest.mark.parametrize(
    ("python", "npm", "strict", "lenient"),
    [
        (answer(FLAWED), CLEAN_NPM, 1, 1),
        (answer(SOUND), FLAWED_NPM, 1, 1),
        (answer(SOUND), CLEAN_NPM, 0, 0),
        (answer(UNKNOWN), CLEAN_NPM, 3, 0),
        (audit.Audit(problem="no such host"), FLAWED_NPM, 1, 1),
    ],
)
def test_exit_status(monkeypatch, capsys, python, npm, strict, lenient):
    monkeypatch.setattr(audit, "pip", lambda *_: python)
    monkeypatch.setattr(audit, "npm", lambda: audit.npm_answer(npm))
    assert audit.main([]) == strict
    assert audit.main(["--or-say-so"]) == lenient
    assert ("NOT AUDITED" in capsys.readouterr().out) == (python.status == audit.NOT_ASKED)


class Advisories(BaseHTTPRequestHandler):
    """A service in OSV's form that knows something of one package."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        flaw = {
            "id": "OSV-2099-7",
            "modified": "2099-01-01T00:00:00Z",
            "published": "2099-01-01T00:00:00Z",
            "summary": "made up for a test",
            "affected": [
                {
                    "package": {"name": "six", "ecosystem": "PyPI"},
                    "ranges": [
                        {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "9.9"}]}
                    ],
                }
            ],
        }
        body = json.dumps({"vulns": [flaw]} if asked["package"]["name"] == "six" else {}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def test_pip_audit_itself_finds_what_a_service_knows(tmp_path):
    pytest.importorskip("pip_audit")
    service = HTTPServer(("127.0.0.1", 0), Advisories)
    threading.Thread(target=service.serve_forever, daemon=True).start()
    options = ("-s", "osv", "--osv-url", f"http://127.0.0.1:{service.server_port}/v1/query")
    try:
        (tmp_path / "clean.txt").write_text("attrs==26.1.0\n")
        assert audit.pip(options, tmp_path / "clean.txt").status == audit.CLEAN
        (tmp_path / "flawed.txt").write_text("attrs==26.1.0\nsix==1.17.0\n")
        found = audit.pip(options, tmp_path / "flawed.txt")
    finally:
        service.shutdown()
        service.server_close()
    assert found.status == audit.FOUND
    assert found.findings == ("six 1.17.0: OSV-2099-7, mended in 9.9",)


def test_every_file_of_pins_is_audited():
    assert set(audit.PINS) == {
        path.name
        for path in audit.ROOT.glob("requirements*.txt")
        if path.name != "requirements-bench.txt"  # the peers of the benchmarks, never shipped
    }
