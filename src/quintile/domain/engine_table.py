"""EngineTable: a source that lies where the work is done: a server's table, or a cluster's files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EngineTable:
    """A table of the engine, by its address: ``shop.orders``, or ``s3a://shop/orders`` for Spark."""

    address: str
