"""What a project keeps, and where: store, state, kept orders, published snapshots, tombstones."""
