"""A hub on loopback: answers as the real one does for what huggingface_hub asks, and misbehaves on request.

HEAD and GET /{repo}/resolve/{revision}/{path}: small files directly, large ones by a redirect to /cdn/..., which serves
ranges; headers X-Repo-Commit, X-Linked-Size, X-Linked-Etag, ETag; error codes in X-Error-Code. GET /api/models/{repo}.
"""

import contextlib
import hashlib
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "a" * 40


@dataclass
class Hub:
    """What the hub holds and how it behaves. `files`: (repo, path) -> bytes; `large`: served through the CDN."""

    files: dict[tuple[str, str], bytes] = field(default_factory=dict)
    large: set[tuple[str, str]] = field(default_factory=set)
    gated: set[str] = field(default_factory=set)
    cut_after: int | None = None  # drop the connection after so many bytes of a body
    stall_after: int | None = None  # stop sending there, but keep the connection open
    endless: int = 0  # answer with this status and a body that does not end
    lie: bool = False  # send other bytes than the ETag says
    unannounced: str = ""  # this path has no size, and its body does not end
    endless_megabytes: int = 0  # of it that were sent
    requests: list[tuple[str, str, str]] = field(default_factory=list)  # method, path, Range
    released: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def add(self, repo: str, path: str, data: bytes, large: bool = True) -> str:
        """Puts a file up; returns its sha256."""
        self.files[repo, path] = data
        if large:
            self.large.add((repo, path))
        return hashlib.sha256(data).hexdigest()

    def ranges(self) -> list[str]:
        return [wanted for method, _, wanted in self.requests if method == "GET" and wanted]

    def bodies(self) -> list[str]:
        """Paths of the bodies that were asked for."""
        return [path for method, path, _ in self.requests if method == "GET"]


def etag_of(data: bytes, large: bool) -> str:
    if large:
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "HubServer"

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.answer(body=False)

    def do_GET(self) -> None:
        self.answer(body=True)

    def answer(self, body: bool) -> None:
        hub = self.server.hub
        hub.requests.append((self.command, self.path, self.headers.get("Range", "")))
        parts = self.path.split("?")[0].strip("/").split("/")
        if hub.endless and body:
            return self.send_without_end(hub.endless)
        if hub.unannounced and self.path.endswith(hub.unannounced):
            return self.send_without_end(200, body)
        if parts[:2] == ["api", "models"]:
            return self.info("/".join(parts[2:4]), body)
        if parts[0] == "cdn":
            return self.send_file("/".join(parts[1:3]), "/".join(parts[3:]), body)
        repo, path = "/".join(parts[:2]), "/".join(parts[4:])
        if repo in hub.gated:
            return self.refuse(403, "GatedRepo", body)
        if all(known != repo for known, _ in hub.files):
            return self.refuse(401, "RepoNotFound", body)
        if parts[3] not in ("main", COMMIT):
            return self.refuse(404, "RevisionNotFound", body)
        if (repo, path) not in hub.files:
            return self.refuse(404, "EntryNotFound", body)
        if (repo, path) not in hub.large:
            return self.send_file(repo, path, body)
        data = hub.files[repo, path]
        self.send_response(302)
        self.send_header("Location", f"{hub.url}/cdn/{repo}/{path}")
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("X-Linked-Size", str(len(data)))
        self.send_header("X-Linked-ETag", f'"{etag_of(data, True)}"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def refuse(self, status: int, code: str, body: bool) -> None:
        self.send_response(status)
        self.send_header("X-Error-Code", code)
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def send_without_end(self, status: int, body: bool = True) -> None:
        """A hundred megabytes, in place of more: whoever reads them all has no limit."""
        self.send_response(status)
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{"e" * 64}"')
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if not body:
            return
        with contextlib.suppress(OSError):  # whoever has enough hangs up
            for _ in range(100):
                self.wfile.write(b"100000\r\n" + bytes(0x100000) + b"\r\n")
                self.server.hub.endless_megabytes += 1
            self.wfile.write(b"0\r\n\r\n")
        self.close_connection = True

    def info(self, repo: str, body: bool) -> None:
        siblings = [{"rfilename": path} for known, path in self.server.hub.files if known == repo]
        data = json.dumps({"id": repo, "sha": COMMIT, "siblings": siblings}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if body:
            self.wfile.write(data)

    def send_file(self, repo: str, path: str, body: bool) -> None:
        hub = self.server.hub
        data = hub.files[repo, path]
        etag = etag_of(data, (repo, path) in hub.large)
        if hub.lie:
            data = data[:-1] + bytes([data[-1] ^ 1])
        start = 0
        wanted = self.headers.get("Range", "")
        if wanted.startswith("bytes="):
            start = int(wanted[6:].split("-")[0])
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(data) - start))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("ETag", f'"{etag}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if body:
            self.send_body(data[start:])

    def send_body(self, data: bytes) -> None:
        hub = self.server.hub
        limit = hub.cut_after if hub.cut_after is not None else hub.stall_after
        try:
            if limit is None or limit >= len(data):
                self.wfile.write(data)
                return
            self.wfile.write(data[:limit])
            self.wfile.flush()
        except OSError:
            return
        if hub.stall_after is not None:
            hub.released.wait(60)
        self.close_connection = True
        self.connection.close()


class HubServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, hub: Hub):
        super().__init__(("127.0.0.1", 0), Handler)
        self.hub = hub
        hub.url = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # clients that hang up are part of the tests
