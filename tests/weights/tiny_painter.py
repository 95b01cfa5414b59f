"""A store with a tiny SDXL base and MV-Adapter, recorded for the parity tests, under the names of the zoo."""

import shutil
from pathlib import Path

from safetensors.torch import load_file, save_file

RECORDED = Path(__file__).parents[1] / "parity" / "fixtures" / "mvadapter_pipeline"


def fill_store(root: Path, words: bool = False) -> None:
    """Puts the base and the adapter for pictures below `root`; words: the adapter for words, too.

    The latter is the former without its attention to a reference, which is all that tells the two apart.
    """
    base = root / "stabilityai" / "stable-diffusion-xl-base-1.0"
    shutil.copytree(RECORDED / "base", base)
    shutil.copytree(RECORDED / "base" / "vae", root / "madebyollin" / "sdxl-vae-fp16-fix")
    adapter = root / "huanngzh" / "mv-adapter"
    adapter.mkdir(parents=True)
    shutil.copy(RECORDED / "mvadapter_ig2mv_sdxl.safetensors", adapter)
    if words:
        stored = load_file(RECORDED / "mvadapter_ig2mv_sdxl.safetensors")
        kept = {name: tensor for name, tensor in stored.items() if "_ref." not in name}
        save_file(kept, adapter / "mvadapter_tg2mv_sdxl.safetensors", metadata={"format": "pt"})
