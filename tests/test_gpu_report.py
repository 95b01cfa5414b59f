"""scripts/gpu_report without a GPU: what it says then, a rehearsal of every part, and its folder for a bare machine."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "scripts" / "gpu_report"
MODULES = ("bench", "chain_cases", "kernel_cases", "network_cases", "page", "prepare", "report", "suites", "unpack")


@pytest.fixture
def gpu(monkeypatch):
    """The folder of the script's modules, on the path of this process."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts" / "gpu"))
    yield
    for name in MODULES:
        sys.modules.pop(name, None)


def call(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    own = {**os.environ, "PYTHON": sys.executable, **environment}
    return subprocess.run(["sh", str(SCRIPT), *arguments], capture_output=True, text=True, env=own)


def test_without_a_device_it_says_so_in_one_line_and_exits_4():
    if torch.cuda.is_available():
        pytest.skip("there is a device")
    done = call()
    assert done.returncode == 4 and done.stdout == ""
    assert done.stderr.strip() == "gpu_report: torch sees no CUDA device here"


def test_a_rehearsal_is_not_written_into_the_docs():
    done = call("--device", "cpu")
    assert done.returncode == 2 and "--out" in done.stderr


PARTS = {
    "tests": (2, "| kernels | 13 |"),
    "kernels": (11, "| decode_octree 40 |"),
    "networks": (12, "| Hunyuan3D-2mini 24 selected keys |"),
    "chain": (3, "**-j 2 on one device**: seconds"),
}


def test_a_rehearsal_of_every_part(tmp_path):
    out = tmp_path / "gpu.md"
    done = call("--device", "cpu", "--out", str(out), "--minutes", "30")
    assert done.returncode == 0, done.stdout + done.stderr
    loaded, *lines = json.loads(out.with_suffix(".json").read_text())["lines"]
    assert loaded["cached"] + loaded["compiled"] >= 18  # kernel modules
    assert not [line for line in lines if "error" in line]
    assert [line["part"] for line in lines] == [part for part, (cases, _) in PARTS.items() for _ in range(cases)]
    text = out.read_text()
    assert "a rehearsal" in text and all(told in text for _, told in PARTS.values())
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["gpu.json", "gpu.md"]


@pytest.mark.parametrize("part", PARTS)
def test_one_part_may_run_alone(part, gpu, tmp_path, monkeypatch):
    import report

    ran: list[str] = []
    monkeypatch.setattr(report, "load_kernels", lambda made, seconds: None)
    monkeypatch.setattr(report, "run_tests", lambda made, seconds: ran.append("tests"))
    monkeypatch.setattr(report, "run_cases", lambda made, name, seconds: ran.append(name))
    words = ["report", "--device", "cpu", "--only", part, "--out", str(tmp_path / "gpu.md")]
    monkeypatch.setattr(sys, "argv", words)
    assert report.main() == 0 and ran == [part]


DYING = """
import argparse, json, os
parser = argparse.ArgumentParser()
parser.add_argument("part")
for name in ("--device", "--out", "--skip", "--case-seconds"):
    parser.add_argument(name)
parser.add_argument("--small", action="store_true")
args = parser.parse_args()
for number in range(int(args.skip), 4):
    if number == 1:
        os._exit(134)
    line = {"part": args.part, "number": number, "of": 4, "table": "kernels", "case": f"k{number}", "ms": 1.0,
            "wall_ms": 1.0, "peak_mb": 0.0, "cpu_ms": 2.0}
    with open(args.out, "a") as file:
        file.write(json.dumps(line) + "\\n")
"""


def test_a_case_that_kills_its_process_costs_only_itself(gpu, tmp_path, monkeypatch):
    import report

    (tmp_path / "worker.py").write_text(DYING)
    monkeypatch.setattr(report, "HERE", tmp_path)
    made = report.Report("cpu", tmp_path / "gpu.md", minutes=5)
    report.run_cases(made, "kernels", 60)
    assert [line["case"] for line in made.lines] == ["k0", "case 2", "k2", "k3"]
    assert "exit code 134" in made.lines[1]["error"] and made.failed


WRITING = DYING.replace("if number == 1:", "if number == 3:").replace("os._exit(134)", "import time; time.sleep(60)")


def test_lines_are_on_the_page_before_their_worker_ends(gpu, tmp_path, monkeypatch):
    """A machine that is taken away in the middle of a part loses nothing that was measured."""
    import report

    (tmp_path / "worker.py").write_text(WRITING)
    monkeypatch.setattr(report, "HERE", tmp_path)
    made = report.Report("cpu", tmp_path / "gpu.md", minutes=5)

    class Taken(Exception):
        pass

    def note(line):
        made.add(line)
        if line["number"] == 2:
            raise Taken

    workers = []
    real = report.subprocess.Popen
    monkeypatch.setattr(report.subprocess, "Popen", lambda *a, **k: workers.append(real(*a, **k)) or workers[-1])
    call = [sys.executable, str(tmp_path / "worker.py"), "kernels", "--device", "cpu", "--skip", "0"]
    out = tmp_path / "gpu.kernels.jsonl"
    with pytest.raises(Taken):
        report.follow([*call, "--out", str(out), "--case-seconds", "9"], out, True, note)
    workers[0].kill()
    assert [line["case"] for line in json.loads((tmp_path / "gpu.json").read_text())["lines"]] == ["k0", "k1", "k2"]
    assert "| k2 |" in (tmp_path / "gpu.md").read_text()


def test_a_module_that_does_not_load_is_told(gpu, tmp_path, monkeypatch):
    import report

    (tmp_path / "load.py").write_text("import sys\nprint('cached')\nsys.exit('no such chip')")
    monkeypatch.setattr(report, "HERE", tmp_path)
    monkeypatch.setattr(report, "LOADERS", 1)
    made = report.Report("cpu", tmp_path / "gpu.md", minutes=5)
    report.load_kernels(made, 30)
    (line,) = made.lines
    assert line["cached"] == 1 and line["compiled"] == 0 and line["error"] == "no such chip" and made.failed


def test_outcomes_are_read_as_far_as_pytest_came(gpu):
    from suites import read_outcomes

    text = """tests/a.py::test_one[x y] PASSED [ 25%]
tests/a.py::test_two FAILED [ 50%]
tests/a.py::test_three SKIPPED (no) [ 75%]
FAILED tests/a.py::test_two - assert 1 == 2
tests/a.py::test_fo"""
    found = read_outcomes(text)
    assert found == {"passed": 1, "failed": 1, "skipped": 1, "failures": ["tests/a.py::test_two - assert 1 == 2"]}


def test_page_holds_times_to_the_ceilings_and_shows_errors(gpu):
    from page import page

    lines = [
        {"table": "ceilings", "case": "copy", "GB/s": 2000.0, "ms": 1.0, "wall_ms": 1.0, "peak_mb": 0.0},
        {"table": "ceilings", "case": "product float16", "TFLOP/s": 800.0, "ms": 1.0, "wall_ms": 1.0, "peak_mb": 0.0},
        {"table": "kernels", "case": "voxelize 1M", "ms": 4.0, "wall_ms": 5.0, "peak_mb": 9.0, "cpu_ms": 200.0,
         "moved_mb": 40.0},
        {"table": "kernels", "case": "bake 1M", "error": "RuntimeError: a | b"},
        {"table": "guided steps", "case": "X float16", "ms": 2.0, "wall_ms": 2.0, "peak_mb": 1.0, "tokens": 4096,
         "TFLOP/s": 400.0, "weights_mb": 5.0},
        *({"table": "decodes", "case": f"X 384 {way}", "ms": 500.0, "wall_ms": 500.0, "peak_mb": 1.0, "keys": 7,
           "queries": 9} for way in ("exact", "selected keys")),
        {"table": "chain", "case": "tiny", "first s": 3.0, "further s": 0.8},
    ]  # fmt: skip
    text = page({"device": "one"}, lines)
    assert "| voxelize 1M | 4 | 5 | 9 | 200 | 50 | 0.02 | 10 |" in text
    assert "RuntimeError: a / b" in text
    assert "| X float16 | 4,096 | 2 | 2 | 1 | 400 | 50 | 45 | 5 |" in text
    assert (
        "| X 384 exact | 7 | 9 | 500 | 500 | 1 | 490 |" in text
        and "selected keys | 7 | 9 | 500 | 500 | 1 | – |" in text
    )
    assert "- **tiny**: first s 3, further s 0.8 (goal of a further picture on an H100: 1)" in text


def test_what_was_packed_in_parts_unpacks_to_the_same_bytes(gpu, tmp_path):
    from prepare import make_tar, pack

    source = tmp_path / "source"
    source.mkdir()
    (source / "large.bin").write_bytes(os.urandom(5000))
    (source / "small.txt").write_text("small")
    files = [make_tar(tmp_path / "tree.tar.gz", ["large.bin", "small.txt"], source)]
    after = pack(files, "base", tmp_path / "parts", limit=2000)
    assert after == 4
    target = tmp_path / "target"
    for number in (2, 3, 1):
        own = tmp_path / "parts" / f"part-{number}"
        assert sum(path.stat().st_size for path in own.glob("*.gz.*")) <= 2000
        done = subprocess.run([sys.executable, own / "unpack.py", target], capture_output=True, text=True, check=True)
        assert ("still missing" in done.stdout) == (number != 1)
    for name in ("large.bin", "small.txt"):
        assert (target / "tree" / name).read_bytes() == (source / name).read_bytes()
    spoilt = next((tmp_path / "parts" / "part-1").glob("*.gz.*"))
    spoilt.write_bytes(b"x" * len(spoilt.read_bytes()))
    again = tmp_path / "again"
    ended = [
        subprocess.run([sys.executable, tmp_path / f"parts/part-{n}/unpack.py", again], capture_output=True, text=True)
        for n in (1, 2, 3)
    ]
    assert ended[-1].returncode == 1 and "damaged" in ended[-1].stderr
