"""YAML that people write, checked against a strict model: an error says which file and field are wrong."""

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from resources.errors import OneLineError

Model = TypeVar("Model", bound=BaseModel)


class CardError(OneLineError):
    """A card, rubric or policy that cannot be used, with the file and field that are wrong."""


def load_strict(path: Path, model: type[Model]) -> Model:
    """Read and check one file. Raises CardError."""
    try:
        return model.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except FileNotFoundError:
        raise CardError(f"{path}: missing") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise CardError(f"{path}: not YAML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise CardError(f"{path}: {field}: {first['msg']}") from None
