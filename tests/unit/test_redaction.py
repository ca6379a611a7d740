"""What is left of a line that the server logs, and of LNbits' audit."""

import json
import logging
from urllib.parse import quote

import pytest
from payfeed.access import redaction

KEY = "0123456789abcdef0123456789abcdef"
ACCESS_KEY = "pfk_" + "A-b_" * 10 + "xyz"
WS = "/payfeed/api/v1/ws"


def percent(text: str, times: int) -> str:
    for _ in range(times):
        text = "".join(f"%{byte:02X}" for byte in text.encode())
    return text


@pytest.mark.parametrize("key", [KEY, KEY.upper(), KEY[1:], KEY + KEY, ACCESS_KEY])
@pytest.mark.parametrize(
    ("target", "shown"),
    [
        (WS + "/{}", WS + "/***"),
        (WS + "/{}/a/message", WS + "/***"),
        (WS + "?api-key={}", WS + "?api-key=***"),
        (WS + "?api%2Dkey={}&since=@1", WS + "?api-key=***&since=@1"),
        (WS + "?api-key=unknown&{}", WS + "?api-key=***&***"),
        (WS + "?since=a-1&{}=1", WS + "?since=a-1&***=1"),
        ("//PayFeed//{}", "//PayFeed//***"),
        ("/payfeed/static/js/x.js?v={}", "/payfeed/static/js/x.js?v=***"),
        ("/upgrades/{}/payfeed/api/v1/feed", "/upgrades/***/payfeed/api/v1/feed"),
        ("/payfeed%2Fapi%2Fv1/{}", "/payfeed/api/v1/***"),
        ("/./x/../payfeed/{}", "/./x/../payfeed/***"),
        ("http://shop.example/payfeed/{}", "http://shop.example/payfeed/***"),
        ("/payfeed/api/v1/keys/0123456789abcdef", None),
        ("/payfeed/?data=a%0Amessage", "/payfeed/?data=***"),
    ],
)
def test_words_of_an_own_path_stay_and_keys_do_not(
    key: str, target: str, shown: str | None
) -> None:
    line = f'"GET {target.format(key)} HTTP/1.1" 404'
    assert redaction.redact(line) == f'"GET {shown or target} HTTP/1.1" 404'


@pytest.mark.parametrize("times", [1, 2, 4])
def test_encoding_hides_no_key(times: int) -> None:
    for text in (percent(KEY, times), quote(percent(KEY, 1), safe="")):
        assert redaction.redact(f"404: {WS}/{text} 404") == f"404: {WS}/*** 404"
        assert (
            redaction.redact(f"{WS} and {text} elsewhere") == f"{WS} and *** elsewhere"
        )


def test_what_takes_long_to_decode_is_not_shown() -> None:
    deep, long = "%2" + "%3" * 50 + "5", "%41" * 5000 + KEY
    for text in (deep, long):
        assert redaction.redact(f"404: /{text} 404") == "404: *** 404"
        assert redaction.redact(f"404: {WS}/{text} 404") == "404: *** 404"
        assert (
            redaction.redact(f"{WS} and {text} elsewhere") == f"{WS} and *** elsewhere"
        )
    assert redaction.redact(f"{WS}?{'since=1&' * 999}") == f"{WS}?***"
    assert redaction.redact(f"404: {WS}/%{'25' * 50}41 404") == f"404: {WS}/A 404"


@pytest.mark.parametrize(
    "line",
    [
        f'"GET /api/v1/wallet?api-key={KEY} HTTP/1.1" 200',
        f'"PUT /api/v1/extension/payfeed/enable?usr={KEY} HTTP/1.1" 200',
        f"payfeed: wallet {KEY}: left to the next sweep",
        'File "/data/extensions/payfeed/views_api.py", line 40, in answer_the_request',
    ],
)
def test_other_lines_stay_as_they_are(line: str) -> None:
    assert redaction.redact(line) == line


def passed(message: str, *args: object) -> logging.LogRecord:
    record = logging.LogRecord("uvicorn", 20, "", 0, message, args, None)
    assert redaction.RedactingFilter().filter(record)
    return record


def test_a_record_keeps_its_form() -> None:
    """uvicorn's formatter for the access log takes five arguments."""
    target = f"{WS}?api-key={KEY}"
    record = passed('%s - "%s %s HTTP/%s" %d', "127.0.0.1:1", "GET", target, "1.1", 404)
    assert record.args == ("127.0.0.1:1", "GET", f"{WS}?api-key=***", "1.1", 404)
    assert record.getMessage() == f'127.0.0.1:1 - "GET {WS}?api-key=*** HTTP/1.1" 404'


def test_a_method_a_header_and_a_scope_show_no_key() -> None:
    assert passed('"%s %s"', KEY, WS).args == ("***", WS)
    assert passed("< %s: %s", "Authorization", f"Bearer {KEY}").args == (
        "Authorization",
        "***",
    )
    scope = {
        "path": f"{WS}/{KEY}",
        "raw_path": f"{WS}/{percent(KEY, 1)}".encode(),
        "query_string": f"api-key={KEY}".encode(),
        "subprotocols": ["payfeed.v1", f"bearer.{ACCESS_KEY}"],
    }
    text = passed("%s [%d] Started scope=%s", "ASGI", 7, scope).getMessage()
    assert f"'path': '{WS}/***'" in text
    assert "payfeed.v1" in text
    for secret in (KEY, percent(KEY, 1), ACCESS_KEY):
        assert secret not in text


def test_a_record_with_one_dictionary_shows_no_key() -> None:
    text = passed("%(path)s failed", {"path": f"{WS}/{KEY}"}).getMessage()
    assert text == f"{WS}/*** failed"


def test_a_text_that_names_a_path_itself_keeps_its_arguments() -> None:
    text = passed("/payfeed/%s failed: %s", KEY, "timeout").getMessage()
    assert text == "/payfeed/*** failed: timeout"


def test_the_audit_keeps_what_a_query_asked_for() -> None:
    details = {
        "path_params": {"key": KEY},
        "query_params": {"api-key": KEY, "since": "a-1", ACCESS_KEY: "", "tag": KEY},
        "body": json.dumps({"name": "till"}),
    }
    assert json.loads(redaction.redact_details(json.dumps(details))) == {
        "path_params": "***",
        "query_params": {"api-key": "***", "since": "a-1", "***": "", "tag": "***"},
        "body": "***",
    }
    assert redaction.redact_details('{"query_params": {}}') == "{}"
