"""Downloads against a hub on loopback: complete and verified, or resumable, or one clear error."""

import errno
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hub_server import COMMIT, Hub
from safetensors.numpy import save
from toy_checkpoints import make_spec, safetensors_bytes

from varco3d.cli.main import main
from varco3d.errors import (
    CheckpointError,
    LicenceNotAcceptedError,
    MissingDependencyError,
    ModelMissingError,
    OutputError,
)
from varco3d.weights.checkpoints import pull as module
from varco3d.weights.checkpoints.locations import OURS
from varco3d.weights.checkpoints.pull import Progress, pull
from varco3d.weights.checkpoints.store import Store
from varco3d.weights.checkpoints.zoo import MODELS, ModelFile

pytest.importorskip("huggingface_hub")

REPO, PATH = "owner/toys", "toy/model.fp16.safetensors"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small chunks and no waiting between retries, so that small files can be interrupted in the middle."""
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 64 * 1024)
    monkeypatch.setattr("huggingface_hub.file_download.time.sleep", lambda _: None)
    for name in ("HF_TOKEN", "HF_HUB_OFFLINE", "VARCO3D_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(name, raising=False)


def left_over(store: Store) -> list[Path]:
    """Files below the store that are neither notes nor unfinished parts."""
    found = [path for path in store.root.rglob("*") if path.is_file()]
    return [p for p in found if p.suffix not in (".part", ".lock") and p.parent.name != ".records"]


def test_pull_fetches_weights_and_config_and_records_the_hash(hub: Hub, hub_store: Store) -> None:
    data = safetensors_bytes()
    digest = hub.add(REPO, PATH, data)
    hub.add(REPO, "toy/config.yaml", b"model: {}\n", large=False)
    seen: list[Progress] = []
    located = pull(make_spec(), hub_store, progress=seen.append)
    assert located.origin == OURS and located.path.read_bytes() == data
    assert located.sides["config.yaml"].read_bytes() == b"model: {}\n"
    record = hub_store.record(make_spec())
    assert record["files"][0]["sha256"] == digest and record["revision"] == COMMIT
    assert [check.problem for check in hub_store.verify(located)] == [""]
    assert hub_store.parts(make_spec()) == [] and not (hub_store.root / ".parts").exists()
    done = [now.done for now in seen if now.phase == "download" and now.file == PATH]
    assert len(done) > 3 and done == sorted(done) and done[-1] == len(data)
    count = len(hub.requests)
    pull(make_spec(), hub_store)
    assert len(hub.requests) == count  # already here: not one request


def test_the_second_container_serves_when_the_first_is_absent(hub: Hub, hub_store: Store) -> None:
    hub.add(REPO, "toy/model.fp16.ckpt", b"pickled" * 1000)
    assert pull(make_spec(), hub_store).path.suffix == ".ckpt"


def test_a_dropped_connection_is_taken_up_where_it_broke(hub: Hub, hub_store: Store) -> None:
    data = safetensors_bytes()
    hub.add(REPO, PATH, data)
    hub.cut_after = 200_000
    located = pull(make_spec(), hub_store)
    assert located.path.read_bytes() == data
    assert len(hub.ranges()) >= 3 and all(text.startswith("bytes=") for text in hub.ranges())


def test_a_dead_connection_is_an_error_that_keeps_the_part(hub: Hub, hub_store: Store) -> None:
    data = safetensors_bytes()
    hub.add(REPO, PATH, data)
    hub.cut_after = 200_000

    def stop(now: Progress) -> None:
        hub.cut_after = 0  # from now on the server hangs up before the first byte

    with pytest.raises(ModelMissingError) as caught:
        pull(make_spec(), hub_store, progress=stop)
    assert "goes on from there" in caught.value.hint and hub.url in caught.value.message
    kept = hub_store.partial_bytes(make_spec())
    assert 64 * 1024 <= kept <= 200_000
    assert left_over(hub_store) == [] and hub_store.find(make_spec()) is None
    hub.cut_after = None
    hub.requests.clear()
    seen: list[Progress] = []
    assert pull(make_spec(), hub_store, progress=seen.append).path.read_bytes() == data
    assert hub.ranges() and all(text == f"bytes={kept}-" for text in hub.ranges())
    assert (seen[0].phase, seen[0].done) == ("resume", kept)


@pytest.mark.parametrize("status", [200, 302, 403, 500])
def test_nothing_that_does_not_end_is_read_to_its_end(status: int, hub: Hub, hub_store: Store) -> None:
    hub.add(REPO, PATH, safetensors_bytes())
    hub.endless = status
    with pytest.raises((CheckpointError, ModelMissingError)):
        pull(make_spec(), hub_store)
    assert hub.endless_megabytes < 20 * len(hub.bodies()) + 20, "what buffers hold, not a hundred each time"
    assert all(path.startswith(("/owner/toys/", "/cdn/")) for _, path, _ in hub.requests), "files alone are asked for"


@pytest.mark.parametrize(("path", "megabytes"), [(PATH, 1), ("toy/config.yaml", 16)])
def test_a_body_without_a_size_is_read_as_far_as_the_file_can_go(
    path: str, megabytes: int, hub: Hub, hub_store: Store
) -> None:
    """Weights: the size that the zoo knows. The files beside them: as much as people write."""
    hub.add(REPO, PATH, safetensors_bytes())
    hub.unannounced = path
    spec = make_spec()
    spec = replace(spec, weights=tuple(replace(file, size=1_000_000) for file in spec.weights))
    with pytest.raises(CheckpointError, match="does not end at the 1"):
        pull(spec, hub_store)
    assert megabytes <= hub.endless_megabytes < megabytes + 20, "what buffers hold, not a hundred"
    assert not hub_store.parts(spec)


@pytest.mark.parametrize("proxy", ["nonsense://x", "http://[", "socks5://127.0.0.1:1"])
def test_a_proxy_that_cannot_be_used_is_told(
    proxy: str, hub: Hub, hub_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add(REPO, PATH, safetensors_bytes())
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, proxy)
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    utils = importlib.import_module("huggingface_hub.utils")
    if not hasattr(utils, "close_session"):
        pytest.skip("this huggingface_hub looks at proxies request by request")
    utils.close_session()
    try:
        with pytest.raises(ModelMissingError) as caught:
            pull(make_spec(), hub_store)
        assert "proxy" in caught.value.message.lower() or hub.url in caught.value.message
    finally:
        utils.close_session()


def test_a_killed_process_is_resumed(hub: Hub, tmp_path: Path) -> None:
    """kill -9 of `varco3d models pull` in the middle: the next call fetches only the rest."""
    name = "triposg-vae"
    spec = MODELS[name]
    data = save({"w": np.random.default_rng(0).integers(0, 255, 25_000_000, dtype=np.uint8)})
    hub.add(spec.repo, spec.weights[0].path, data)
    hub.stall_after = 22_000_000
    environment = {**os.environ, "HOME": str(tmp_path), "VARCO3D_MODELS": str(tmp_path / "m"), "HF_ENDPOINT": hub.url}
    command = [sys.executable, "-m", "varco3d.cli", "models", "pull", name, "--accept-licence", "triposg", "--no-input"]
    store = Store(tmp_path / "m", environment)
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 60
        while store.partial_bytes(spec) < 20_000_000 and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    kept = store.partial_bytes(spec)
    assert 20_000_000 <= kept < len(data) and store.find(spec) is None
    hub.stall_after = None
    hub.requests.clear()
    located = pull(spec, store)  # the licence was accepted by the killed process
    assert located.path.read_bytes() == data
    assert f"bytes={kept}-" in hub.ranges()
    assert not any(method == "GET" and not wanted and "cdn" in path for method, path, wanted in hub.requests)


def test_a_new_version_on_the_hub_does_not_continue_the_old_part(hub: Hub, hub_store: Store) -> None:
    hub.add(REPO, PATH, safetensors_bytes(0))
    with pytest.raises(KeyboardInterrupt):
        pull(make_spec(), hub_store, progress=_interrupt)
    assert len(hub_store.parts(make_spec())) == 1
    hub.add(REPO, PATH, safetensors_bytes(1))
    assert pull(make_spec(), hub_store).path.read_bytes() == safetensors_bytes(1)
    assert hub_store.parts(make_spec()) == []


def _interrupt(now: Progress) -> None:
    if now.done > 100_000:
        raise KeyboardInterrupt


def test_wrong_bytes_are_deleted(hub: Hub, hub_store: Store) -> None:
    hub.add(REPO, PATH, safetensors_bytes())
    hub.lie = True
    with pytest.raises(CheckpointError, match="hash") as caught:
        pull(make_spec(), hub_store)
    assert caught.value.code == "bad_checkpoint"
    assert left_over(hub_store) == [] and hub_store.parts(make_spec()) == []


def test_a_small_file_is_checked_too(hub: Hub, hub_store: Store) -> None:
    hub.add(REPO, PATH, safetensors_bytes())
    hub.add(REPO, "toy/config.yaml", b"model: {}\n", large=False)
    original = module._fetch

    def lie_about_the_config(*arguments: object):
        hub.lie = arguments[3].file.path.endswith(".yaml")  # type: ignore[attr-defined]
        return original(*arguments)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch, pytest.raises(CheckpointError, match=r"config\.yaml"):
        patch.setattr(module, "_fetch", lie_about_the_config)
        pull(make_spec(), hub_store)


def test_another_file_than_published_is_refused_before_downloading(hub: Hub, hub_store: Store) -> None:
    data = safetensors_bytes()
    hub.add(REPO, PATH, data)
    spec = make_spec(weights=(ModelFile(PATH, len(data), "0" * 64, True),), sides=())
    with pytest.raises(CheckpointError, match="not the file that was published"):
        pull(spec, hub_store)
    assert hub.bodies() == []
    assert pull(spec, hub_store, accept_changed=True).path.read_bytes() == data
    hub_store.remove(spec)
    hub.requests.clear()
    with pytest.raises(CheckpointError, match="published"):
        pull(make_spec(weights=(ModelFile(PATH, len(data) + 1, None, True),)), hub_store)


def test_no_room_is_said_before_the_first_byte(hub: Hub, hub_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.add(REPO, PATH, safetensors_bytes())
    monkeypatch.setattr(module, "free_bytes", lambda _: 1000)
    with pytest.raises(OutputError) as caught:
        pull(make_spec(), hub_store)
    assert "1.0 kB free" in caught.value.message and "VARCO3D_MODELS" in caught.value.hint
    assert hub.bodies() == []


def test_a_disk_that_fills_up_keeps_the_part_and_nothing_else(
    hub: Hub, hub_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = safetensors_bytes()
    hub.add(REPO, PATH, data)
    quota = 300_000

    class SmallDisk:
        """A file on a disk with room for `quota` bytes: writes what fits, then fails as the kernel does."""

        def __init__(self, file):
            self.file = file

        def write(self, block: bytes) -> int:
            room = quota - self.file.tell()
            if len(block) > room:
                self.file.write(block[: max(0, room)])
                self.file.flush()
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return self.file.write(block)

        def __getattr__(self, name: str):
            return getattr(self.file, name)

    original = module.Writer
    with monkeypatch.context() as patch:
        patch.setattr(module, "Writer", lambda file, told, limit: original(SmallDisk(file), told))
        with pytest.raises(OutputError, match="disk is full") as caught:
            pull(make_spec(), hub_store)
    assert caught.value.code == "output" and "300 kB are kept" in caught.value.hint
    assert left_over(hub_store) == [] and hub_store.partial_bytes(make_spec()) == quota
    assert pull(make_spec(), hub_store).path.read_bytes() == data
    assert f"bytes={quota}-" in hub.ranges()


def test_a_read_only_store_is_one_clear_error(hub: Hub, hub_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.add(REPO, PATH, safetensors_bytes())
    monkeypatch.setattr(Path, "mkdir", lambda *a, **k: (_ for _ in ()).throw(OSError(errno.EROFS, "Read-only")))
    with pytest.raises(OutputError, match="Read-only"):
        pull(make_spec(), hub_store)


def test_the_licence_comes_first(hub: Hub, hub_store: Store) -> None:
    hub.add(REPO, PATH, safetensors_bytes())
    spec = make_spec(licence="tencent-hunyuan3d-2.0")
    with pytest.raises(LicenceNotAcceptedError) as caught:
        pull(spec, hub_store)
    assert "South Korea" in caught.value.message and hub.requests == []
    assert pull(spec, hub_store, accepted={"tencent-hunyuan3d-2.0"}).path.is_file()


def test_what_the_hub_refuses(hub: Hub, hub_store: Store) -> None:
    hub.add(REPO, "other.txt", b"x")
    with pytest.raises(ModelMissingError, match=r"has no toy/model\.fp16\.safetensors"):
        pull(make_spec(), hub_store)
    with pytest.raises(ModelMissingError, match="no repository"):
        pull(make_spec(repo="owner/nothing"), hub_store)
    with pytest.raises(ModelMissingError, match="no revision v9"):
        pull(make_spec(), hub_store, revision="v9")
    hub.gated.add(REPO)
    with pytest.raises(LicenceNotAcceptedError, match="accept its terms"):
        pull(make_spec(), hub_store)


def test_offline_and_unreachable(hub: Hub, hub_store: Store) -> None:
    hub.add(REPO, PATH, safetensors_bytes())
    with pytest.raises(ModelMissingError, match="switched off"):
        pull(make_spec(), hub_store, no_network=True)
    for name in ("HF_HUB_OFFLINE", "VARCO3D_OFFLINE"):
        with pytest.raises(ModelMissingError, match="switched off"):
            pull(make_spec(), Store(hub_store.root, {**hub_store.environ, name: "1"}))
    assert hub.requests == []
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(ModelMissingError, match="could not be downloaded") as caught:
        pull(make_spec(), Store(hub_store.root, {**hub_store.environ, "HF_ENDPOINT": dead}))
    assert "HF_ENDPOINT" in caught.value.hint


def test_without_huggingface_hub_the_pip_line_is_named(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.import_module

    def absent(name: str, *arguments: object):
        if name.startswith("huggingface_hub"):
            raise ModuleNotFoundError("No module named 'huggingface_hub'")
        return real(name, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(module.importlib, "import_module", absent)
    with pytest.raises(MissingDependencyError) as caught:
        pull(make_spec(), store)
    assert "pip install 'varco3d[hub]'" in caught.value.hint


def test_two_pulls_at_once(hub: Hub, hub_store: Store) -> None:
    digest = hub.add(REPO, PATH, safetensors_bytes())
    spec = make_spec()
    part = hub_store.part_path(spec, spec.weights[0], digest)
    part.parent.mkdir(parents=True)
    with module._only_one(part, spec), pytest.raises(ModelMissingError, match="another process"):
        pull(spec, hub_store)


# the command line ----------------------------------------------------------------------------------------------------


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Runs `varco3d models ...` with a store of its own; gives exit code, stdout, stderr."""
    for name in ("HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME", "HY3DGEN_MODELS", "HF_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("VARCO3D_MODELS", str(tmp_path / "models"))

    def call(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["models", *arguments])
        read = capsys.readouterr()
        return code, read.out, read.err

    return call


def test_pull_show_path_verify_rm_by_command(shell, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = MODELS["triposg-vae"]
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    hub.add(spec.repo, spec.weights[0].path, safetensors_bytes())
    hub.add(spec.repo, "vae/config.json", b"{}", large=False)
    code, out, err = shell("pull", spec.name, "--no-input")
    assert (code, out) == (3, "") and "error[licence_not_accepted]" in err
    assert "European Union" in err and "--accept-licence triposg" in err and hub.requests == []
    assert shell("pull", spec.name, "--accept-licence", "nonsense")[0] == 2
    code, out, err = shell("pull", spec.name, "--dry-run")
    assert code == 0 and "485 MB" in out and hub.requests == []
    code, out, err = shell("pull", spec.name, "--accept-licence", "triposg")
    path = Path(out.strip())
    assert code == 0 and path.read_bytes() == safetensors_bytes() and "485 MB" in err
    assert shell("path", spec.name)[1].strip() == str(path)
    code, out, _ = shell("show", spec.name, "--json")
    shown = json.loads(out)["checkpoints"][0]
    assert shown["state"] == "store" and shown["licence_accepted"] and shown["path"] == str(path)
    assert shell("verify", spec.name)[:2] == (
        0,
        f"ok      {spec.name}  {path}  the recorded sha256; no hash of this file was published\n",
    )
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    code, out, err = shell("verify")
    assert code == 3 and f"FAILED  {spec.name}" in out and "error[bad_checkpoint]" in err
    code, out, _ = shell("rm", spec.name)
    assert code == 0 and str(path) in out.splitlines() and not path.exists()
    assert shell("rm", spec.name)[0] == 3
    assert shell("path", spec.name)[0] == 3


def test_the_question_is_asked_on_a_terminal(shell, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = MODELS["triposg-vae"]
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    hub.add(spec.repo, spec.weights[0].path, safetensors_bytes())
    monkeypatch.setattr("varco3d.cli.session.Session.may_ask", lambda self: True)
    answers = iter(["no", "yes"])
    monkeypatch.setattr("typer.prompt", lambda *a, **k: next(answers))
    code, _, err = shell("pull", spec.name)
    assert code == 3 and "TERRITORY" in err
    assert shell("pull", spec.name)[0] == 0


def test_a_wrong_hash_ends_with_3(shell, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = MODELS["dinov2-large"]
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    hub.add(spec.repo, "model.safetensors", safetensors_bytes())
    hub.lie = True
    code, out, err = shell("pull", spec.name)
    assert (code, out) == (3, "") and "error[bad_checkpoint]" in err


def test_import_by_command(shell, tmp_path: Path) -> None:
    """A folder as the public tools lay it out, without a network: recognised, taken, found."""
    spec = MODELS["triposg-scribble-text_encoder"]
    from safetensors.numpy import save_file

    from varco3d.weights.checkpoints import zoo

    folder = tmp_path / "usb"
    folder.mkdir()
    assert shell("import", str(folder))[0] == 6
    save_file({"w": np.zeros(3, np.float32)}, folder / "unknown.safetensors")
    code, _, err = shell("import", str(folder))
    assert code == 6 and "known checkpoints" in err
    code, _, err = shell("import", str(folder), "--as", spec.name)
    assert code == 3 and "tensors are not the 197" in err
    assert shell("import", str(folder), "--as", "nonsense")[0] == 2
    assert zoo.MODELS[spec.name] is spec


def test_another_file_is_named_by_import_show_and_verify(shell, tmp_path: Path, monkeypatch) -> None:
    """Weights that are not the published ones are welcome, and every verb says what they are; licences come once."""
    data = safetensors_bytes()
    names = ("toy-a", "toy-b")
    specs = {
        name: make_spec(
            name, weights=(ModelFile(f"{name}/model.safetensors", len(data), "0" * 64, True),), licence="triposg"
        )
        for name in names
    }
    for place in ("identify", "zoo", "store"):
        monkeypatch.setattr(f"varco3d.weights.checkpoints.{place}.MODELS", specs, raising=False)
    monkeypatch.setattr("varco3d.cli.commands.models.MODELS", specs)
    for name in names:
        (tmp_path / "usb" / name).mkdir(parents=True)
        (tmp_path / "usb" / name / "model.safetensors").write_bytes(data)
    code, out, err = shell("import", str(tmp_path / "usb"))
    assert code == 0 and len(out.splitlines()) == 2
    assert err.count("not the published file: sha256") == 2 and err.count("TERRITORY") == 1
    assert "toy-a, toy-b: TripoSG" in err
    assert "trust     not the published file" in shell("show", "toy-a")[1]
    assert json.loads(shell("show", "toy-a", "--json")[1])["checkpoints"][0]["published"][0]["same"] is False
    code, out, _ = shell("verify", "toy-a")
    assert code == 0 and out.startswith("ok ") and "not the published file" in out
    code, out, err = shell("verify", "toy-a", "--published")
    assert code == 3 and out.startswith("FAILED") and "toy-a: not the published file" in err
    assert json.loads(shell("verify", "toy-a", "--json")[1])["published"] is False
    assert shell("verify", "u2netp", "--published")[0] == 2  # not in this zoo
    code, _, err = shell("pull", "toy-a", "toy-b", "--dry-run")
    assert code == 0 and err.count("TERRITORY") <= 1


def test_shipped_files_are_the_published_ones(shell) -> None:
    code, out, _ = shell("verify", "u2netp", "--published")
    assert code == 0 and "the shipped file" in out


def test_every_verb_works_with_sockets_blocked(shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def blocked(*arguments: object, **more: object):
        raise AssertionError("the network was touched")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, blocked)
    for name in ("getaddrinfo", "create_connection", "gethostbyname"):
        monkeypatch.setattr(socket, name, blocked)
    usb = tmp_path / "usb"
    usb.mkdir()
    (usb / "x.safetensors").write_bytes(safetensors_bytes())
    assert shell("list")[0] == 0
    assert shell("list", "--checkpoints", "--here", "--json")[0] == 0
    assert shell("show", "ultrashape")[0] == 0
    assert shell("path", "triposg")[0] == 3
    assert shell("import", str(usb))[0] == 6
    assert shell("verify", "u2netp")[0] == 0 and "SHA256SUMS" in shell("verify", "u2netp")[1]
    assert shell("rm", "triposg")[0] == 3
    assert shell("pull", "triposg", "--offline", "--accept-licence", "triposg")[0] == 3
    assert shell("pull", "triposg", "--dry-run")[0] == 0
    with pytest.raises(AssertionError, match="network"):  # the block itself works
        socket.create_connection(("127.0.0.1", 1))


def test_list_imports_no_torch() -> None:
    code = (
        "import sys; from varco3d.cli.main import main; main(['models', 'list']); main(['models', 'show', 'tiny']);"
        "print([m for m in ('torch', 'trimesh', 'huggingface_hub', 'rich', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "hunyuan3d-2.1" in done.stdout and "not in EU, UK, KR" in done.stdout
