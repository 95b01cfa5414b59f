"""The settings of TRELLIS.2, as the files beside its checkpoints and its pipeline.json hold them.

Sources: public training configs of its repository, as recorded with the key manifests, normalisation of latents among
them; sampler settings, quoted by several public projects.
"""

from typing import Any

Config = dict[str, Any]

_FLOW = {
    "model_channels": 1536,
    "cond_channels": 1024,
    "num_blocks": 30,
    "num_heads": 12,
    "mlp_ratio": 5.3334,
    "pe_mode": "rope",
    "share_mod": True,
    "initialization": "scaled",
    "qk_rms_norm": True,
    "qk_rms_norm_cross": True,
    "dtype": "bfloat16",
}
_WIDTHS, _BLOCKS = [64, 128, 256, 512, 1024], [0, 4, 8, 16, 4]

DINOV3: Config = {
    "patch_size": 16,
    "hidden_size": 1024,
    "intermediate_size": 4096,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "num_register_tokens": 4,
    "rope_theta": 100.0,
    "layer_norm_eps": 1e-05,
    "hidden_act": "gelu",
    "query_bias": True,
    "key_bias": False,
    "value_bias": True,
    "proj_bias": True,
    "mlp_bias": True,
    "use_gated_mlp": False,
}


def _sampler(strength: float, rescale: float, interval: list[float], time: float) -> Config:
    params = {
        "steps": 12,
        "guidance_strength": strength,
        "guidance_rescale": rescale,
        "guidance_interval": interval,
        "rescale_t": time,
    }
    return {"name": "FlowEulerGuidanceIntervalSampler", "args": {"sigma_min": 1e-5}, "params": params}


PIPELINE2: Config = {
    "name": "Trellis2ImageTo3DPipeline",
    "args": {
        "sparse_structure_sampler": _sampler(7.5, 0.7, [0.6, 1.0], 5.0),
        "shape_slat_sampler": _sampler(7.5, 0.5, [0.6, 1.0], 3.0),
        "tex_slat_sampler": _sampler(1.0, 0.0, [0.6, 0.9], 3.0),
        "shape_slat_normalization": {
            "mean": [
                0.781296,
                0.018091,
                -0.495192,
                -0.558457,
                1.06053,
                0.093252,
                1.518149,
                -0.933218,
                -0.732996,
                2.604095,
                -0.118341,
                -2.143904,
                0.495076,
                -2.179512,
                -2.130751,
                -0.996944,
                0.261421,
                -2.217463,
                1.260067,
                -0.150213,
                3.790713,
                1.481266,
                -1.046058,
                -1.523667,
                -0.059621,
                2.22078,
                1.621212,
                0.87723,
                0.567247,
                -3.175944,
                -3.186688,
                1.578665,
            ],
            "std": [
                5.972266,
                4.706852,
                5.44501,
                5.209927,
                5.32022,
                4.547237,
                5.020802,
                5.444004,
                5.226681,
                5.683095,
                4.831436,
                5.286469,
                5.652043,
                5.367606,
                5.525084,
                4.730578,
                4.805265,
                5.124013,
                5.530808,
                5.619001,
                5.10393,
                5.41767,
                5.269677,
                5.547194,
                5.634698,
                5.235274,
                6.110351,
                5.511298,
                6.237273,
                4.879207,
                5.347008,
                5.405691,
            ],
        },
        "tex_slat_normalization": {
            "mean": [
                3.501659,
                2.212398,
                2.226094,
                0.251093,
                -0.026248,
                -0.687364,
                0.439898,
                -0.928075,
                0.029398,
                -0.339596,
                -0.869527,
                1.038479,
                -0.972385,
                0.126042,
                -1.129303,
                0.455149,
                -1.209521,
                2.069067,
                0.544735,
                2.569128,
                -0.323407,
                2.293,
                -1.925608,
                -1.217717,
                1.213905,
                0.971588,
                -0.023631,
                0.10675,
                2.021786,
                0.250524,
                -0.662387,
                -0.768862,
            ],
            "std": [
                2.665652,
                2.743913,
                2.765121,
                2.595319,
                3.037293,
                2.291316,
                2.144656,
                2.911822,
                2.969419,
                2.501689,
                2.154811,
                3.163343,
                2.621215,
                2.381943,
                3.186697,
                3.021588,
                2.295916,
                3.234985,
                3.233086,
                2.26014,
                2.874801,
                2.810596,
                3.29272,
                2.674999,
                2.680878,
                2.372054,
                2.451546,
                2.353556,
                2.995195,
                2.379849,
                2.786195,
                2.77519,
            ],
        },
        "image_cond_model": {
            "name": "DinoV3FeatureExtractor",
            "args": {"model_name": "facebook/dinov3-vitl16-pretrain-lvd1689m"},
        },
    },
}


def _vae(name: str, decoder: bool, **told: Any) -> Config:
    change, kind = ("up_block_type", "C2S") if decoder else ("down_block_type", "S2C")
    args = {
        "model_channels": _WIDTHS[::-1] if decoder else _WIDTHS,
        "latent_channels": 32,
        "num_blocks": _BLOCKS[::-1] if decoder else _BLOCKS,
        "block_type": ["SparseConvNeXtBlock3d"] * 5,
        change: [f"SparseResBlock{kind}3d"] * 4,
        "use_fp16": True,
        **told,
    }
    return {"name": name, "args": args}


def trellis2_settings() -> dict[str, Config]:
    """Return the settings of every checkpoint of TRELLIS.2, by its name in the zoo."""

    def latent_flow(resolution: int, inputs: int) -> Config:
        told = {"resolution": resolution, "in_channels": inputs, "out_channels": 32, **_FLOW}
        return {"name": "SLatFlowModel", "args": told}

    structure = {"resolution": 16, "in_channels": 8, "out_channels": 8, **_FLOW}
    return {
        "trellis2-ss-flow": {"name": "SparseStructureFlowModel", "args": structure},
        "trellis2-shape-flow-512": latent_flow(32, 32),
        "trellis2-shape-flow-1024": latent_flow(64, 32),
        "trellis2-tex-flow-512": latent_flow(32, 64),
        "trellis2-tex-flow-1024": latent_flow(32, 64),
        "trellis2-shape-dec": _vae("FlexiDualGridVaeDecoder", True, resolution=256),
        "trellis2-tex-dec": _vae("SparseUnetVaeDecoder", True, out_channels=6, pred_subdiv=False),
        "trellis2-shape-enc": _vae("FlexiDualGridVaeEncoder", False),
        "trellis2-tex-enc": _vae("SparseUnetVaeEncoder", False, in_channels=6),
        "dinov3-vitl16": DINOV3,
    }
