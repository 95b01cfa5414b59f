"""The exception tree of the whole product.

It lives in the lowest layer so that every layer can raise it. Library code raises these and never prints; the command
line turns `code` into one error line and, through its own table, into an exit code.
"""


class Varco3DError(Exception):
    """Base of all errors a user can act on.

    message: what went wrong and why, naming the file or value. hint: what to do about it, one sentence.
    """

    code = "internal"

    def __init__(self, message: str, hint: str = ""):
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self):
        # Workers send errors between processes; the default would drop the hint.
        return type(self), (self.message, self.hint)


class BadInputError(Varco3DError):
    """A file cannot be read, is of the wrong kind, or holds values no stage can work with."""

    code = "bad_input"


class InputChangedError(BadInputError):
    """A picture was written to between the moment in which it was hashed and the one in which it was used."""

    code = "input_changed"


class NoSubjectError(BadInputError):
    """The picture holds no foreground object."""

    code = "no_subject"


class BadMeshError(BadInputError):
    """A mesh is empty, not finite, or has faces that name missing vertices."""

    code = "bad_mesh"


class EmptyFieldError(Varco3DError):
    """The decoded field never crosses the level, so there is no surface to extract."""

    code = "empty_field"


class UsageError(Varco3DError):
    """A flag, setting, recipe or config value that does not exist or is out of range."""

    code = "usage"


class NothingMatchedError(Varco3DError):
    """The inputs named hold no picture."""

    code = "nothing_matched"


class ModelMissingError(Varco3DError):
    """Weights that the recipe needs are not on this machine."""

    code = "model_missing"


class LicenceNotAcceptedError(Varco3DError):
    """Weights whose licence the user has not accepted."""

    code = "licence_not_accepted"


class CheckpointError(Varco3DError):
    """A checkpoint is damaged, has the wrong hash, or its keys do not fit the network."""

    code = "bad_checkpoint"


class DeviceError(Varco3DError):
    """The device asked for does not exist or cannot run this."""

    code = "device_unavailable"


class OutOfMemoryError(Varco3DError):
    """A stage needs more memory than the device or the budget has."""

    code = "out_of_memory"


class MissingDependencyError(Varco3DError):
    """An optional package is needed here; the hint holds the pip line."""

    code = "missing_dependency"


class OutputError(Varco3DError):
    """A result cannot be written: disk full, read-only folder, unknown format.

    lasting: whether everything else that is to be written here would fail too (a full disk does, a folder in the way of
    one file does not).
    """

    code = "output"

    def __init__(self, message: str, hint: str = "", lasting: bool = True):
        super().__init__(message, hint)
        self.lasting = lasting

    def __reduce__(self):
        return type(self), (self.message, self.hint, self.lasting)


class QualityGateError(Varco3DError):
    """A mesh does not meet a requirement given with `require`."""

    code = "quality_gate"


class ItemTimeoutError(Varco3DError):
    """An item took longer than `timeout`."""

    code = "timeout"


class WorkerDiedError(Varco3DError):
    """A worker process ended in the middle of an item."""

    code = "worker_died"
