"""The HTTP layer of huggingface_hub as downloads use it: small chunks, bounded answers, no telemetry, no bars."""

import contextlib
import importlib
import logging
import time
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from ..._text import printable
from ...errors import MissingDependencyError, ModelMissingError

_CHUNK = 1 << 15  # bytes that a broken connection may lose
_ERROR_BYTES, _ERROR_SECONDS = 1 << 16, 10.0  # of the body of an error that is read
PIP = "pip install 'varco3d[hub]'"


def load_hub() -> ModuleType:
    """Return the HTTP layer of huggingface_hub. Raises MissingDependencyError."""
    try:
        return importlib.import_module("huggingface_hub.file_download")
    except ImportError as error:
        raise MissingDependencyError(f"downloads need huggingface_hub ({error})", f"Run: {PIP}") from error


def network_errors(hub: ModuleType) -> tuple[type[Exception], ...]:
    """Return the errors that huggingface_hub lets through when the network fails."""
    found: list[type[Exception]] = [OSError]
    for name, kind in (("httpx2", "HTTPError"), ("httpx", "HTTPError"), ("requests", "RequestException")):
        if getattr(hub, name, None) is not None:
            found.append(getattr(getattr(hub, name), kind))
    found.append(importlib.import_module("huggingface_hub.errors").HfHubHTTPError)
    return tuple(found)


@contextlib.contextmanager
def our_way(hub: Any) -> Iterator[None]:
    """Write what arrives soon, ask the hub for nothing but the files, and read no error without end.

    Of the 10 MB that huggingface_hub collects, a line that breaks loses all. For its telemetry it fetches a list. That
    list and the bodies of errors it reads to their end, whatever their length.
    """
    ours = {"DOWNLOAD_CHUNK_SIZE": _CHUNK, "HF_HUB_DISABLE_TELEMETRY": True}
    before = {name: getattr(hub.constants, name) for name in ours}
    session = _session()
    hooks = getattr(session, "event_hooks", None)  # before 1.0 the session is one of requests, without them
    try:
        for name, value in ours.items():
            setattr(hub.constants, name, value)
        if hooks is not None:
            session.event_hooks = {**hooks, "response": [_shorten, *hooks.get("response", [])]}
        yield
    finally:
        for name, value in before.items():
            setattr(hub.constants, name, value)
        if hooks is not None:
            session.event_hooks = hooks


def _session() -> Any:
    """Return the library's session. Raises ModelMissingError for a proxy that it cannot use."""
    try:
        return importlib.import_module("huggingface_hub.utils").get_session()
    except (ValueError, ImportError) as error:  # an address that is none, a kind that needs another package
        raise ModelMissingError(
            f"the proxy cannot be used: {printable(error)}", "Check HTTP_PROXY, HTTPS_PROXY and ALL_PROXY."
        ) from error


def _shorten(response: Any) -> None:
    """Keep the body of a redirect or an error when it ends soon; else it has none."""
    if response.is_success:
        return
    body, until = b"", time.monotonic() + _ERROR_SECONDS
    for block in response.stream:
        body += block
        if len(body) > _ERROR_BYTES or time.monotonic() > until:
            body = b""
            response.headers.pop("Content-Encoding", None)
            break
    response.stream.close()
    response.stream = importlib.import_module(type(response).__module__.split(".")[0]).ByteStream(body)


@contextlib.contextmanager
def quiet(hub: Any) -> Iterator[None]:
    """Silence the progress bars of huggingface_hub: the caller draws ours."""
    utils = importlib.import_module("huggingface_hub.utils")
    chatter, drawn = logging.getLogger("huggingface_hub"), not utils.are_progress_bars_disabled()
    level = chatter.level
    chatter.setLevel(logging.ERROR)  # a connection that is taken up again is said by our own progress
    if drawn:
        utils.disable_progress_bars()
    try:
        yield
    finally:
        chatter.setLevel(level)
        if drawn:
            utils.enable_progress_bars()
