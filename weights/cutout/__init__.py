"""Background removal with U²-Net-p: a picture in, a soft mask out (see LICENCE.md beside this file for its origin).

The network is a handle until its first use: onnxruntime starts and reads the file only when a picture has no alpha.
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import CheckpointError, MissingDependencyError, ModelMissingError

SHA256 = "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8"
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_STD = np.array([0.229, 0.224, 0.225], np.float32)
SIZE = 320


class Cutout:
    """mask = Cutout(path)(rgb). Loads at the first call."""

    def __init__(self, path: Path, threads: int = 1):
        """path: the .onnx file; threads: for onnxruntime, 1 keeps results the same whatever the machine."""
        self.path = path
        self._threads = threads

    @cached_property
    def _session(self) -> Any:
        try:
            import onnxruntime
        except ImportError as error:
            raise MissingDependencyError("background removal needs onnxruntime", "pip install onnxruntime") from error
        data = self.path.read_bytes()
        if hashlib.sha256(data).hexdigest() != SHA256:
            raise CheckpointError(f"{self.path} is not the file that was published", "Install varco3d again.")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])

    def __call__(self, rgb: np.ndarray) -> np.ndarray:
        """rgb: uint8 [H,W,3] -> float32 [H,W], 0 background to 1 object, as sharp as 320 samples a side allow."""
        from PIL import Image

        height, width = rgb.shape[:2]
        small = np.asarray(Image.fromarray(rgb).resize((SIZE, SIZE), Image.Resampling.LANCZOS), np.float32)
        normal = (small / max(float(small.max()), 1.0) - _MEAN) / _STD
        feed = {self._session.get_inputs()[0].name: np.ascontiguousarray(normal.transpose(2, 0, 1)[None])}
        mask = self._session.run([self._session.get_outputs()[0].name], feed)[0][0, 0]
        low, high = float(mask.min()), float(mask.max())
        if high - low > 0.2:  # the published use stretches to 0..1; a flat answer stays flat instead of becoming noise
            mask = (mask - low) / (high - low)
        resized = Image.fromarray(mask.astype(np.float32)).resize((width, height), Image.Resampling.BILINEAR)
        return np.clip(np.asarray(resized), 0.0, 1.0)


def load_cutout(model: str = "u2netp") -> Cutout:
    """Return the shipped network, or another U²-Net-like .onnx file. Raises ModelMissingError."""
    path = Path(__file__).parent / f"{model}.onnx"
    if not path.is_file():
        raise ModelMissingError(f"there is no cut-out model at {path}", "Use cutout = 'u2netp', which is shipped.")
    return Cutout(path)
