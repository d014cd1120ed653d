"""The headers of every kind of response, and the production's settings (QUALITY, Safety 6)."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from tests.documents.orders import order_in, post, url_of, with_roles
from tests.world import BY_CASH, World

pytestmark = pytest.mark.django_db

PARTS = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
]


def responses(world: World) -> dict[str, HttpResponse]:
    """Return one response of each kind that a signed-in clerk can get."""
    order, declared = order_in("draft"), order_in("processing")
    browser: Any = world.browser(world.clerk)
    reader: Any = world.browser(with_roles(world.colleague, enter=False, declare=False))
    return {
        "200 list": browser.get("/deposits/?unit=1111510001"),
        "200 sheet": browser.get(url_of(order)),
        "200 check": browser.get(url_of(order, "declare/")),
        "200 receipts": browser.get(url_of(order, "receipts/")),
        "200 PDF": browser.get(url_of(order, "print/")),
        "200 JSON": browser.get("/units/?code=1111510001"),
        "200 password": browser.get("/password"),
        "302 saved": post(browser, order, **BY_CASH),
        "302 home": browser.get("/"),
        "302 language": browser.post("/language", {"language": "en"}),
        "400 too many fields": post(browser, order, **{f"x{n}": "" for n in range(10_001)}),
        "403 administration": browser.get("/admin/login/"),
        "404 number": browser.get("/deposits/ZS9999999999999/"),
        "404 URL": browser.get("/nowhere"),
        "405 method": browser.put(url_of(order)),
        "409 refused": post(browser, declared, **BY_CASH),
        "409 conflict": post(browser, order, **BY_CASH, version="0"),
        "409 no role": post(reader, order, **BY_CASH),
        "422 form": post(browser, order, contact_phone="x"),
        "422 signature": browser.post(url_of(order, "declare/"), {"request_id": "1", "signature": "x"}),
    }


@pytest.fixture
def everything(world: World) -> dict[str, HttpResponse]:
    return responses(world)


def test_each_kind_of_response_is_what_its_name_says(everything: dict[str, HttpResponse]) -> None:
    assert {name: answer.status_code for name, answer in everything.items()} == {
        name: int(name.split()[0]) for name in everything
    }
    assert everything["200 PDF"].headers["Content-Type"] == "application/pdf"
    assert everything["200 JSON"].headers["Content-Type"] == "application/json"


def test_every_response_has_the_strict_headers(everything: dict[str, HttpResponse]) -> None:
    for name, answer in everything.items():
        policy = answer.headers.get("Content-Security-Policy", "")
        assert all(part in policy for part in PARTS), name
        assert "unsafe" not in policy, name
        assert "*" not in policy, name
        assert "data:" not in policy, name
        assert answer.headers.get("X-Content-Type-Options") == "nosniff", name
        assert answer.headers.get("Referrer-Policy") == "same-origin", name
        assert answer.headers.get("X-Frame-Options") == "DENY", name
        assert answer.headers.get("Cross-Origin-Opener-Policy") == "same-origin", name


def test_no_page_of_a_signed_in_user_is_kept_anywhere(everything: dict[str, HttpResponse]) -> None:
    for name, answer in everything.items():
        cache = answer.headers.get("Cache-Control", "")
        assert "no-store" in cache, name
        assert "private" in cache, name
        assert "public" not in cache, name


def test_pages_before_signing_in_have_the_strict_headers_too(db: None) -> None:
    browser: Any = Client()
    for url, status in (("/sign-in", 200), ("/captcha", 200), ("/deposits/", 302), ("/nowhere", 404), ("/admin/", 302)):
        answer = browser.get(url)
        assert answer.status_code == status, url
        assert all(part in answer.headers["Content-Security-Policy"] for part in PARTS), url
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"


def test_the_administration_runs_under_the_same_policy(admin_client: Client) -> None:
    for url in ("/admin/", "/admin/deposits/levyorder/", "/admin/parties/user/add/"):
        answer: Any = admin_client.get(url)
        assert answer.status_code == 200
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert "no-store" in answer.headers["Cache-Control"]


def test_a_failed_csrf_check_is_answered_by_our_page_with_the_headers(world: World) -> None:
    browser: Any = Client(enforce_csrf_checks=True)
    browser.force_login(world.clerk, backend="django.contrib.auth.backends.ModelBackend")
    answer = browser.post(url_of(order_in()), BY_CASH)
    assert answer.status_code == 403
    assert "no-store" in answer.headers["Cache-Control"]
    assert all(part in answer.headers["Content-Security-Policy"] for part in PARTS)
    assert "<h1>" in answer.content.decode()


def test_an_error_of_the_program_is_answered_by_our_page_with_the_headers(world: World, monkeypatch: Any) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("示范")

    monkeypatch.setattr("documents.views.papers.receipts_of", broken)
    browser: Any = world.browser(world.clerk)
    browser.raise_request_exception = False
    answer = browser.get(url_of(order_in(), "receipts/"))
    assert answer.status_code == 500
    assert "no-store" in answer.headers["Cache-Control"]
    assert all(part in answer.headers["Content-Security-Policy"] for part in PARTS)
    assert "示范" not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


def test_no_page_carries_inline_script_or_style(everything: dict[str, HttpResponse]) -> None:
    for name, answer in everything.items():
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            page = answer.content.decode()
            assert " style=" not in page, name
            assert "<style" not in page, name
            assert "javascript:" not in page, name
            assert page.count("<script") == page.count('<script type="module" src='), name


def test_over_https_browsers_are_told_to_stay_there(world: World, settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 31536000, True
    answer: Any = world.browser(world.clerk).get("/deposits/", secure=True)
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000; includeSubDomains")


def production(tmp_path: Path, *command: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py as in production, in an environment of its own."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "DATABASE_URL") if name in os.environ}
    own = {
        "DEPLOYMENT": "production",
        "PORTAL_VAR": str(tmp_path / "var"),
        "ALLOWED_HOSTS": "portal.example",
        "DJANGO_SETTINGS_MODULE": "guarantee_portal.settings",
    }
    return subprocess.run(
        [sys.executable, "-W", "error", "manage.py", *command],
        cwd=settings.BASE_DIR,
        env=inherited | own | changes,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_production_settings_pass_djangos_deployment_check(tmp_path: Path) -> None:
    done = production(tmp_path, "check", "--deploy", "--fail-level", "WARNING")
    assert (done.returncode, done.stderr.strip()) == (0, "")
    assert "no issues (0 silenced)" in done.stdout


def test_production_is_the_default_and_refuses_what_only_a_demonstration_may_do(tmp_path: Path) -> None:
    done = production(tmp_path, "check", CAPTCHA_TEST_MODE="1")
    assert done.returncode != 0
    assert "parties.E001" in done.stderr


def test_production_sends_https_only_cookies(tmp_path: Path) -> None:
    code = (
        "from django.conf import settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, "
        "s.SECURE_HSTS_SECONDS, s.SESSION_COOKIE_HTTPONLY, s.DEBUG)"
    )
    done = production(tmp_path, "shell", "--no-imports", "-c", code)
    assert done.stdout.split() == ["True", "True", "True", "31536000", "True", "False"]
