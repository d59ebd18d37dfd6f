"""Statuses: what words a shop uses for orders that are none, or not yet, or no longer; in several languages."""

from __future__ import annotations

from typing import Literal

StatusKind = Literal["cancelled", "failed", "pending", "test", "refunded"]
DEFAULT_STATUSES: dict[StatusKind, tuple[str, ...]] = {
    "cancelled": (
        *("cancelled", "canceled", "void", "voided", "annulled", "storno", "storniert", "annulé", "annulée"),
        *(
            "cancelado",
            "cancelada",
            "anulado",
            "anulada",
            "annullato",
            "annullata",
            "geannuleerd",
            "anulowane",
            "iptal",
        ),
    ),
    "failed": (
        *("failed", "declined", "rejected", "expired", "abandoned", "error", "unpaid"),
        *("blocked", "fraud", "suspected fraud"),
        *("fehlgeschlagen", "abgelehnt", "échoué", "échouée", "fallido", "fallida", "mislukt", "nieudane"),
    ),
    "pending": (
        *("pending", "pending payment", "on-hold", "on hold", "draft", "awaiting payment", "authorized", "uncaptured"),
        *("pending_payment", "holded", "payment_review", "payment review", "checkout-draft", "incomplete"),
        *("ausstehend", "en attente", "pendiente", "pendente", "in attesa"),
    ),
    "test": ("test",),
    "refunded": (
        *("refunded", "returned", "chargeback", "charged back", "erstattet", "remboursé", "remboursée"),
        *("reembolsado", "reembolsada", "rimborsato", "rimborsata", "terugbetaald", "devuelto", "zwrócone"),
    ),
}
EXCLUDABLE: tuple[Literal["cancelled", "failed", "pending", "test"], ...] = ("cancelled", "failed", "pending", "test")
# What a shop's export says by other columns than its status; no list of words can hide or mean these.
DECIDED_STATUSES: dict[StatusKind, str] = {kind: f"<{kind}>" for kind in DEFAULT_STATUSES}
PENDING_COUNTS = "<pending, counts>"
