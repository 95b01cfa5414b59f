"""Words that people try for a flag or a verb, and what it is called here."""

FLAGS = {
    "background": "--cutout", "remove-bg": "--cutout", "rembg": "--cutout", "cfg": "--guidance",
    "cfg-scale": "--guidance",
    "guidance-scale": "--guidance", "count": "--num-seeds", "variants": "--num-seeds", "decimate": "--faces",
    "polygons": "--faces", "polys": "--faces", "triangles": "--faces", "target-faces": "--faces", "gpu": "--device",
    "half": "--dtype float16", "fp16": "--dtype float16", "bf16": "--dtype bfloat16", "precision": "--dtype",
    "inference-steps": "--steps", "num-inference-steps": "--steps", "length": "--depth", "tall": "--height",
    "scale": "--size", "lods": "--lod", "negative-prompt": "--negative", "no-texture": "--texture off",
    "untextured": "--texture off", "out": "--output", "outdir": "--output", "out-dir": "--output",
    "output-dir": "--output", "overwrite": "--force", "parallel": "--jobs", "threads": "--jobs", "workers": "--jobs",
    "procs": "--jobs", "quality": "--preset", "resolution": "--octree-resolution", "text": "--prompt",
    "texture-resolution": "--texture-size", "tex-size": "--texture-size", "up-axis": "--up", "units": "--unit",
    "vram": "--memory", "low-vram": "--memory 6", "weights": "--model", "checkpoint": "--model", "type": "--format",
    "ext": "--format", "thumbnail": "--preview png", "turntable": "--preview gif",
}  # fmt: skip
VERBS = {
    "create": "generate", "make": "generate", "run": "generate", "image2mesh": "generate", "info": "inspect",
    "show": "inspect", "stats": "inspect", "validate": "inspect", "view": "preview", "render": "preview",
    "turntable": "preview", "paint": "texture", "retexture": "texture", "export": "convert", "decimate": "convert",
    "simplify": "convert", "download": "models pull", "pull": "models pull", "list": "models list",
    "remove": "models rm", "delete": "models rm", "uninstall": "models rm",
    "upscale": "refine", "check": "doctor", "html": "report", "estimate": "plan",
}  # fmt: skip


def flag_for(word: str) -> str:
    """Return the flag that an unknown one stands for, "" when none is known."""
    return FLAGS.get(word.lstrip("-").partition("=")[0].lower().replace("_", "-"), "")
