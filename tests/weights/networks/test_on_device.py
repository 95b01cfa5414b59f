"""The networks of `tiny` on a device against the CPU, random weights, float32: `pytest ... --device cuda`."""

import copy

import torch

from varco3d.weights.networks.anchored_dit import COARSE_DIT, FINE_DIT
from varco3d.weights.networks.anchored_vae import AnchoredVAE, AnchoredVAEConfig
from varco3d.weights.networks.encoders.efficientnet_lite import EfficientNetLite0
from varco3d.weights.networks.encoders.image_encoder import ImageEncoderConfig
from varco3d.weights.networks.picture_flow import PictureFlow
from varco3d.weights.networks.ray_unet import RayUNet, RayUNetConfig

TOLERANCE = 2e-4  # of the largest value: float32 products that add up in another order, without TF32


def assert_same(network, device, call):
    """`call(network, place)` gives tensors; place moves an input to where the network is."""
    there = copy.deepcopy(network).eval().to(device)
    with torch.inference_mode():
        expected = call(network.eval(), lambda tensor: tensor)
        found = call(there, lambda tensor: tensor.to(device))
    for one, other in zip(expected, found, strict=True):
        assert other.device.type == torch.device(device).type
        assert float((one - other.cpu()).abs().max()) <= TOLERANCE * float(one.abs().max())


def shaken(network):
    """Random weights everywhere: fresh networks hold zeros where training starts from nothing."""
    generator = torch.Generator().manual_seed(1)
    for parameter in network.parameters():
        parameter.data += 0.05 * torch.randn(parameter.shape, generator=generator)
    return network


def test_autoencoder(named_device):
    torch.manual_seed(0)
    surface, anchors = torch.randn(2, 400, 6), torch.rand(2, 64, 3) * 2 - 1
    latents, points = torch.randn(2, 64, 16), torch.rand(2, 300, 3) * 2 - 1
    vae = shaken(AnchoredVAE(AnchoredVAEConfig()))
    assert_same(vae, named_device, lambda net, to: net.encode(to(surface), to(anchors)))

    def field(net, to):
        return (net.query(net.decode(to(latents), to(anchors)), to(anchors), to(points)),)

    assert_same(vae, named_device, field)


def test_flows(named_device):
    torch.manual_seed(0)
    planes, semantic = torch.rand(2, 5, 128, 128), torch.randn(2, 768, 8, 8)
    x, anchors, t = torch.randn(2, 64, 16), torch.rand(2, 64, 3) * 2 - 1, torch.tensor([0.1, 0.8])
    for config in (COARSE_DIT, FINE_DIT):
        flow = shaken(PictureFlow(ImageEncoderConfig(), config))

        def velocity(net, to):
            picture = net.encoder(to(planes), to(semantic))
            return picture.camera, net.velocity(to(x), to(t), to(anchors), picture, to(torch.tensor([1.0, 0.0])))

        assert_same(flow, named_device, velocity)


def test_picture_features_and_second_look(named_device):
    torch.manual_seed(0)
    pictures = torch.rand(1, 4, 128, 128)
    assert_same(EfficientNetLite0(), named_device, lambda net, to: (net(to(pictures)),))
    config = RayUNetConfig()
    patches = config.side // 8
    inputs = (
        torch.rand(1, 5, config.side, config.side),
        torch.randn(1, config.semantic_channels, patches, patches),
        torch.randn(1, config.token_channels, patches, patches),
        torch.tensor([[[0.8, 0, 0, 0], [0, 0.8, 0, 0]]]),
    )

    def look(net, to):
        read = [to(each) for each in inputs]
        return net(*read), net.read_camera(*read[:3])

    assert_same(RayUNet(config).eval(), named_device, look)
