"""A picture encoder with the anchored flow transformer it conditions: one stage of the tiny family."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .anchored_dit import AnchoredDiT, AnchoredDiTConfig
from .encoders.image_encoder import ImageEncoder, ImageEncoderConfig, ImageFeatures, sample_detail


class PictureFlow(nn.Module):
    """Latents enter and leave in units of their own mean and deviation per channel (buffers of the checkpoint)."""

    latent_mean: Tensor
    latent_deviation: Tensor

    def __init__(self, encoder: ImageEncoderConfig, dit: AnchoredDiTConfig):
        super().__init__()
        self.encoder = ImageEncoder(encoder)
        self.dit = AnchoredDiT(dit)
        self.register_buffer("latent_mean", torch.zeros(dit.latent_channels))
        self.register_buffer("latent_deviation", torch.ones(dit.latent_channels))

    def normalise(self, latents: Tensor) -> Tensor:
        return (latents - self.latent_mean) / self.latent_deviation

    def denormalise(self, latents: Tensor) -> Tensor:
        return latents * self.latent_deviation + self.latent_mean

    def velocity(
        self,
        x: Tensor,
        t: Tensor,
        anchors: Tensor,
        picture: ImageFeatures,
        keep: Tensor | None = None,
        rough: Tensor | None = None,
    ) -> Tensor:
        """x [B*R,N,C] normalised, t [B*R], anchors [B*R,N,3]; keep [B] 0 drops a picture (guidance's other side).

        rough [B,N,C]: normalised latents of the surface to refine, for a transformer that reads them.
        """
        draws = len(x) // len(picture.tokens)
        context, detail = picture.tokens, None
        if keep is not None:
            context = context * keep.view(-1, 1, 1).to(context.dtype)
        if self.dit.config.detail_channels:
            first = anchors.unflatten(0, (-1, draws))[:, 0]
            detail = sample_detail(picture.detail, picture.camera, first)
            if keep is not None:
                detail = detail * keep.view(-1, 1, 1)
            detail = detail.repeat_interleave(draws, 0)
        if rough is not None:
            rough = rough.repeat_interleave(draws, 0)
        return self.dit(x, t, anchors, context, picture.positions, detail, rough)
