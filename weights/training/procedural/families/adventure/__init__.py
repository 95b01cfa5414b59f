"""Arms, treasure and machine parts of games and toys."""

from . import (
    arms,
    artillery,
    bows,
    explosives,
    goods,
    guns,
    haunts,
    lights,
    machinery,
    prizes,
    regalia,
    spooky,
    symbols,
    treasure,
)

KINDS = (
    arms,
    artillery,
    bows,
    explosives,
    goods,
    guns,
    haunts,
    lights,
    machinery,
    prizes,
    regalia,
    spooky,
    symbols,
    treasure,
)
