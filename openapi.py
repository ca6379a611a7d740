"""What LNbits' `/docs` show of a route: queries, bodies and errors from models.

Bodies and queries are read by the routes themselves, after the key and within limits;
FastAPI would read a body of any size first.
"""

from typing import Any

from pydantic import BaseModel

from . import errors

REFUSALS = (
    errors.Unauthorized,
    errors.UnknownWallet,
    errors.Forbidden,
    errors.Malformed,
    errors.RateLimited,
    errors.Unavailable,
)


class Detail(BaseModel):
    """The body of every error."""

    detail: str


def documented(
    query: type[BaseModel] | None = None,
    body: type[BaseModel] | None = None,
    answer: Any = None,
    is_any_json: bool = False,
) -> dict[str, Any]:
    """Arguments for a route's decorator. `answer`: a model, or a list of one."""
    extra: dict[str, Any] = {}
    if query:
        extra["parameters"] = _parameters(query)
    if body or is_any_json:
        schema = body.schema() if body else {}
        content = {"application/json": {"schema": schema}}
        extra["requestBody"] = {"content": content, "required": body is not None}
    responses: dict[int | str, dict[str, Any]] = {
        error.status: {"model": Detail, "description": (error.__doc__ or "").strip()}
        for error in REFUSALS
    }
    documented: dict[str, Any] = {"openapi_extra": extra, "responses": responses}
    if answer:
        documented["response_model"] = answer
    return documented


def _parameters(query: type[BaseModel]) -> list[dict[str, Any]]:
    schema = query.schema()
    parameters = []
    for name, described in schema["properties"].items():
        plain = {
            k: v for k, v in described.items() if k not in ("title", "description")
        }
        parameters.append(
            {
                "name": name,
                "in": "query",
                "description": described.get("description", ""),
                "schema": plain,
            }
        )
    return parameters
