"""Errors that faults of the schedule are answered with: status, words and codes of the real service."""

from __future__ import annotations

from collections.abc import Callable

from .records import ApiError


def quota(_model: str = "") -> ApiError:
    return ApiError(
        429,
        "You exceeded your current quota, please check your plan and billing details.",
        code="insufficient_quota",
        kind="insufficient_quota",
    )


def _rate_limit(model: str) -> ApiError:
    return ApiError(
        429, f"Rate limit reached for {model} on requests per min (RPM).", code="rate_limit_exceeded", kind="requests"
    )


def server_error(_model: str = "") -> ApiError:
    return ApiError(500, "The server had an error while processing your request. Sorry about that!")


def _overloaded(_model: str) -> ApiError:
    return ApiError(503, "That model is currently overloaded with other requests.", kind="service_unavailable_error")


FAULTS: dict[str, Callable[[str], ApiError]] = {
    "rate_limit": _rate_limit,
    "quota": quota,
    "server_error": server_error,
    "overloaded": _overloaded,
}
