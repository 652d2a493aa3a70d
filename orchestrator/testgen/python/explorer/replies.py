"""What is pinned of a web application's reply."""

import re

from .body import Body, slug
from .corpus import Try
from .literals import Literals, is_stable_text

_TEXT = re.compile(r"text/|image/svg|application/(.*\+)?(json|xml|javascript|x-www-form-urlencoded)\b")


def reply_body(made: Try, literals: Literals) -> Body | None:
    """Pin the status and the body of a reply; of a body that the framework made only the status."""
    response = made.outcome.value
    lines = [f"response = {made.program.call}", f"assert response.status_code == {response.status_code}"]
    label, more = f"replies_{response.status_code}", ""
    kind = response.headers.get("content-type", "")
    encoding = response.headers.get("content-encoding", "")
    if encoding:  # the client of the test need not unpack it
        lines.append(f'assert response.headers["content-encoding"] == {encoding!r}')
        label = f"is_encoded_by_{slug(encoding)}"
    elif kind and not _TEXT.match(kind):
        lines.append(f'assert response.headers["content-type"] == {kind!r}')
        label = f"replies_{slug(kind)}"
    elif kind.startswith("application/json"):
        is_flask = hasattr(response, "get_json")
        content = response.get_json() if is_flask else response.json()
        detail = content.get("detail") if isinstance(content, dict) else None
        if not (response.status_code == 422 and isinstance(detail, list)):
            text = literals.write(content)
            if text is None:
                return Body((*made.program.setup, *lines), label=label) if response.status_code < 400 else None
            lines.append(f"assert response.{'get_json' if is_flask else 'json'}() == {text}")
            label, more = _reply_label(response.status_code, content, detail)
    elif is_stable_text(response.text) and response.text:
        lines.append(f"assert response.text == {response.text!r}")
    return Body((*made.program.setup, *lines), label=label, more=more)


def only_status(made: Try, body: Body) -> Body:
    """Return the test of a reply without what it says."""
    lines = tuple(each for each in body.lines if not each.startswith(("assert response.text", "assert response.json")))
    lines = tuple(each for each in lines if not each.startswith("assert response.get_json"))
    return Body(lines, label=f"replies_{made.outcome.value.status_code}")


def _reply_label(status: int, content: object, detail: object) -> tuple[str, str]:
    if status >= 400:
        return (f"refuses_{slug(detail)}" if isinstance(detail, str) else f"replies_{status}"), ""
    if isinstance(content, list | dict) and not content:
        return "returns_nothing", ""
    if isinstance(content, list):
        return f"returns_{len(content)}", slug(" ".join(map(str, content)))
    if isinstance(content, dict):
        words = [str(item) for item in content.values() if isinstance(item, str) and len(item) < 20]
        return f"returns_{slug(words[-1])}" if words else f"replies_{status}", slug(" ".join(words))
    return f"replies_{status}", ""
