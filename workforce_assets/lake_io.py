"""Dagster's way into the lake: an asset's partition is loaded as a stream and published atomically."""

import shutil
from typing import Any, ClassVar
from uuid import uuid4

import dagster as dg
from pydantic import Field
from upath import UPath

from resources.lake import LakeFile


class LakeIO(dg.ConfigurableIOManager, dg.UPathIOManager):
    """`<base_dir>/<asset>/<YYYY-MM-DD>.parquet`. `fs_options` go to fsspec (key, secret, client_kwargs)."""

    base_dir: str
    fs_options: dict[str, Any] = Field(default_factory=dict)
    # A class variable, as in the base class: as a field it would be configuration.
    extension: ClassVar[str | None] = ".parquet"  # type: ignore[misc]

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        self._base_path = UPath(self.base_dir, **self.fs_options)

    def dump_to_path(self, context: dg.OutputContext, obj: LakeFile, path: UPath) -> None:
        if obj.path == path:
            return
        # The staged file may lie on another disk than the lake, where a rename is not atomic or not possible.
        beside = path.with_name(f".{path.name}.{uuid4().hex}")
        with obj.path.open("rb") as source, beside.open("wb") as sink:
            shutil.copyfileobj(source, sink, 1 << 20)
        beside.rename(path)
        obj.path.unlink()

    def load_from_path(self, context: dg.InputContext, path: UPath) -> LakeFile:
        file = LakeFile(path)
        if not file.exists():
            asset, day = path.parent.name, path.stem
            raise dg.Failure(
                f"{asset} has no partition {day} yet ({path}). Materialize {asset} for {day} first, "
                f"or run `workforce run outbound --leads FILE --date {day}`.",
                allow_retries=False,
            )
        return file
