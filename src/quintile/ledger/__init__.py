"""From TRANSACTIONS to ORDERS: one row per order, every source row and every cent accounted for."""
