"""SparkFiles: files of every kind that a cluster reaches, by Spark's own way to them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from py4j.protocol import Py4JError

from quintile.engine.spark_scratch import is_abandoned

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession


class SparkFiles:
    """Files named by addresses such as ``s3a://shop/results``.

    Args:
        session: Knows the systems that its cluster reaches.
    """

    def __init__(self, session: SparkSession) -> None:
        self._context: Any = session.sparkContext

    def has(self, address: str) -> bool:
        """Whether there is a file or folder of that address, which may be a pattern."""
        system, path = self._found(address)
        return bool(system.globStatus(path))

    def bring(self, local: Path, address: str) -> None:
        """Copy a file of this machine to where the cluster reaches it."""
        system, target = self._found(address)
        system.copyFromLocalFile(self._found(local.as_uri())[1], target)

    def remove(self, address: str) -> None:
        """Remove a file, or a folder with all that is in it."""
        system, path = self._found(address)
        system.delete(path, True)  # noqa: FBT003 - a call of Java's

    def remove_abandoned(self, storage: str) -> None:
        """Remove the scratch folders of this machine's processes that are no more; what cannot be removed stays."""
        with contextlib.suppress(Py4JError):  # a storage that is not there yet holds none
            system, path = self._found(storage)
            for found in system.listStatus(path):
                if is_abandoned(str(found.getPath().getName())):
                    with contextlib.suppress(Py4JError):
                        system.delete(found.getPath(), True)  # noqa: FBT003 - a call of Java's

    def _found(self, address: str) -> tuple[Any, Any]:
        path = self._context._jvm.org.apache.hadoop.fs.Path(address)  # noqa: SLF001 - there is no other way to Java
        return path.getFileSystem(self._context._jsc.hadoopConfiguration()), path  # noqa: SLF001
