"""Words: yes and no as people write them in tables, in the languages of the shops."""

from __future__ import annotations

# fmt: off
YES = frozenset({
    "1", "1.0", "y", "yes", "true", "t", "x", "on", "ok", "accepted", "subscribed", "granted", "opted in", "opted_in",
    "opt-in", "optin", "returned", "ja", "j", "wahr", "oui", "o", "vrai", "si", "s\u00ed", "s\u00ec", "s", "sim",
    "verdadero", "verdadeiro", "vero", "evet", "e", "do\u011fru", "tak", "prawda", "ano", "\u00e1no", "igen", "da",
    "\u0434\u0430", "kyll\u00e4", "jo", "\u00e9n", "\u03bd\u03b1\u03b9", "\u306f\u3044", "\u662f", "\u2713", "\u2714",
})
NO = frozenset({
    "0", "0.0", "n", "no", "false", "f", "off", "none", "declined", "unsubscribed", "denied", "opted out", "opted_out",
    "opt-out", "optout", "nein", "falsch", "nee", "non", "faux", "n\u00e3o", "nao", "falso", "hay\u0131r", "hayir",
    "h", "yanl\u0131\u015f", "nie", "fa\u0142sz", "ne", "nem", "nu", "\u043d\u0435\u0442", "nej", "nei", "ei",
    "\u03cc\u03c7\u03b9", "\u3044\u3044\u3048", "\u5426", "not returned", "\u2717", "\u2718",
})
# fmt: on
