"""Small animals, blocky figures and beings of fantasy."""

from . import aliens, apes, beasts, blocky, crawlers, dummies, fantasy, hamlets, heroes, oddities, sea, undead, voxels

KINDS = (
    aliens,
    apes,
    beasts,
    blocky,
    crawlers,
    dummies,
    fantasy,
    hamlets,
    heroes,
    oddities,
    sea,
    undead,
    voxels,
)
