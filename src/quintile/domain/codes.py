"""Codes: what each warning and each error of the data is called, and what can be done about it.

An error brings its own fix, which knows the file; what stands here holds for every case of its code.
"""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """A code in a person's words: its name, and the remedy."""

    name: str
    remedy: str


_EXPORT_AGAIN = "export or download the file again"
_ACCEPT = "look whether the export is right; if it is meant so, accept it by name: --accept {}"

WARNINGS = {
    "invisible_characters": Words(
        "Ids with invisible characters", "nothing to do: they were taken away; mend the export if others match its ids"
    ),
    "scientific_notation": Words(
        "Amounts in scientific notation", "export amounts as plain text, before a spreadsheet shortens them"
    ),
    "naive_timestamp_assumed": Words("Times without a time zone", "--time-zone says where the shop is"),
    "ambiguous_local_time": Words(
        "Times in the hour that comes twice in autumn", "export times with their offset, such as +02:00"
    ),
    "nonexistent_local_time": Words(
        "Times in the hour that is left out in spring", "look whether --time-zone is the zone the times were written in"
    ),
    "days_in_utc": Words("Days counted in UTC", "--time-zone says where the shop is"),
    "ids_differ_only_by_case": Words(
        "Ids that differ only in upper and lower case",
        "if they are the same people: --customer-key email, or a merge table: --merges FILE",
    ),
    "ids_differ_only_by_point": Words(
        "Ids written with and without .0",
        "export the column as text or as whole numbers, so that an id is written in one way",
    ),
    "dominant_customer": Words(
        "One customer with most of the orders", "leave the customer of guests empty, then --guests email names them"
    ),
    "guests_unnamed": Words("Guests without a contact", "--map email=COLUMN, or phone=COLUMN, says which column it is"),
    "orphan_refund": Words("Refunds without an order", "add the source that holds their orders"),
    "negative_customer_total": Words(
        "Customers below zero", "add the source that holds their orders, or --refunds gross to leave refunds out"
    ),
    "no_scorable_customers": Words(
        "Nobody to score", "see what was set aside or left out: quintile check SOURCE; then --map or --exclude"
    ),
    "no_known_customers": Words(
        "No known customer", "--map customer=COLUMN names them by another column, --guests email by their e-mail"
    ),
    "fewer_customers_than_bins": Words("Fewer customers than scores", "--scale 3 gives fewer scores"),
    "few_buyers": Words("Few buyers", "take shares and borders as hints; own borders: --method threshold --r-cuts ..."),
    "short_history": Words("Short history", "add older orders as a further source"),
    "no_recent_order": Words("No recent order", "export again up to today, or choose an earlier --as-of"),
    "no_repeat_buyers": Words("Nobody with three orders", "a longer --window; or score by recency and money alone"),
    "nobody_differs": Words("Nobody differs", "wait for more orders, or look at a longer --window"),
    "scheme_counts_otherwise": Words("Scores counted from two ends", "--best low shows scores as the scheme does"),
    "scheme_incomplete": Words("Scheme with gaps", "see them with: quintile lint SCHEME"),
    "no_scheme": Words("No segments", "--scheme names a scheme for this scale: quintile schemes lists them"),
    "equal_rows": Words("Equal rows", "if they are repetitions: --duplicates row"),
    "unknown_status": Words("Unknown statuses", "say in [ledger.statuses] of quintile.toml what they mean"),
    "pending_counted": Words("Pending orders that count", "if they shall not: --exclude pending, beside the others"),
    "unknown_refund": Words("Refunds of unknown amount", "--map refund=COLUMN names the column that says how much"),
    "refund_exceeds_order": Words("Refunds larger than their order", "look whether they belong to another order"),
    "bad_returns": Words("Unreadable returns", "mend them in the table of returns; they count as not returned"),
    "future_returns": Words("Returns in the future", "nothing to do if they are announced; else mend their dates"),
    "returns_of_known_orders": Words("Returns of orders known before", "nothing to do: a run nets them"),
    "refund_told_twice": Words("Refunds told twice", "tell each refund once: in the orders or in --returns"),
    "unreadable_phones": Words("Unreadable phone numbers", "--country DE says where numbers without a code are"),
    "new_column": Words("New column", "nothing to do if that is meant"),
    "removed_column": Words("Column gone", "nothing to do if that is meant"),
    "late_rows": Words("Late rows", "nothing to do: they count from now on"),
    "corrected_rows": Words("Corrected rows", "nothing to do: the new content counts"),
    "contradicted_rows": Words(
        "Known orders corrected in two ways", "run the files one after the other, the later one last"
    ),
    "cancelled_unread": Words("Cancelled orders that still count", "send the rows again with their amount and date"),
    "further_lines": Words(
        "Further lines of known orders", "if they correct known lines: give the whole extract with --mode full"
    ),
    "vanished_orders": Words("Vanished orders", "if the source is no full extract: --mode append"),
    "refit_due": Words(
        "Cut points that no longer fit", "see who would move: quintile drift --project DIR; --refit learns them anew"
    ),
    "amount_scale_shift": Words("Amounts of another size", "look whether amounts are still in the same unit"),
}
ERRORS = {
    "ambiguous_date": Words("Day or month first?", "--date-order dmy, mdy or ymd says it"),
    "ambiguous_decimal": Words("Thousands or decimals?", "--decimal says which mark parts the decimals"),
    "ambiguous_grain": Words("Orders or order lines?", "--grain order or --grain line says what one row is"),
    "bad_column_type": Words("Column of another kind", "--map says which column it is"),
    "bad_date": Words("Dates that cannot be read", "--date-format says how they are written, such as %d-%b-%y"),
    "bad_merges": Words("Merges that do not fit", "mend the table of merges: each old id once, none in a circle"),
    "bad_query": Words("The database refuses the query", "write one SELECT that only reads, in its own words"),
    "bad_rate": Words("Exchange rate that cannot be read", "mend that line of the table of rates"),
    "bad_returns": Words(
        "Returns that cannot be read", "mend the table of returns, or say with --map returns.ROLE=COLUMN"
    ),
    "busy": Words("The database is busy", "try again when the other program is done"),
    "cell_too_long": Words("Text too long for a workbook", "write lists instead: --lists DIR"),
    "choose_sheet": Words("Which sheet?", "--sheet names it"),
    "connection_lost": Words("Connection lost", "try again; resume_by in [sources.NAME] lets a long read go on"),
    "connection_refused": Words("No connection", "look whether host and port are right and the server runs"),
    "corrupt_file": Words("Damaged file", _EXPORT_AGAIN),
    "database": Words("The database failed", "see its message; its own log says more"),
    "database_not_found": Words("No such database", "mend database or path in [sources.NAME]"),
    "date_is_number": Words(
        "Dates written as numbers", "export them as dates, or name another column: --map time=COLUMN"
    ),
    "dialect": Words("Columns that cannot be told apart", "--delimiter says what parts them"),
    "distribution_shift": Words("Unlike the sources before", _ACCEPT.format("distribution_shift")),
    "doubtful_columns": Words("Which column?", "--map ROLE=COLUMN says it"),
    "duplicate_column": Words("Two columns of one name", "give each column its own name"),
    "empty_input": Words("No rows", _EXPORT_AGAIN),
    "empty_window": Words("No order in the window", "choose another --as-of, or a longer --window"),
    "encoding": Words("Letters that cannot be read", "--encoding names how the file is written, such as cp1252"),
    "encrypted": Words("Encrypted file", "save it without a password"),
    "encryption": Words("Connection without encryption", "see sslmode and sslrootcert in docs/databases.md"),
    "format_mismatch": Words("Not what its name says", "give the file the ending of what it is, or export it again"),
    "format_not_supported": Words("Format that is not read", "export the table as CSV, Excel or Parquet"),
    "host_not_found": Words("No such host", "mend host in [sources.NAME]"),
    "host_refused": Words("Host that may not be connected to", "if it is meant: --allow-hosts"),
    "id_scientific_notation": Words(
        "Ids shortened by a spreadsheet", "export them as text: their digits are lost in this file"
    ),
    "identity_shift": Words("Other customer ids than before", _ACCEPT.format("identity_shift")),
    "login_failed": Words("The login is refused", "mend user, or the variable that password_env names"),
    "missing_columns": Words("Column missing", "--map ROLE=COLUMN says which one it is"),
    "missing_fx_rate": Words("Exchange rate missing", "add it to the table that --rates names"),
    "mixed_currency": Words("Several currencies", "--base-currency and --rates convert them"),
    "not_allowed": Words("The user may not read the table", "let the user read it, or name another"),
    "not_found": Words("No such file", "mend the path"),
    "not_tabular": Words("No table", "--delimiter says what parts the columns, if it is one"),
    "rows_differ": Words("The table changed while it was read", "read it again, or from a copy"),
    "same_file_twice": Words("One file twice", "give each file once"),
    "schema_drift": Words("Other columns than before", _ACCEPT.format("schema_drift")),
    "table_not_found": Words("No such table", "mend table or schema in [sources.NAME]"),
    "timeout": Words("Too slow", "raise timeout_seconds in [sources.NAME], or read less"),
    "too_large": Words("Too large", "split the file, or raise the limit that the message names"),
    "too_many_columns": Words("Too many columns", "keep only the columns that are needed"),
    "too_many_customers": Words("More customers than a workbook holds", "write lists instead: --lists DIR"),
    "truncated": Words("Cut off", _EXPORT_AGAIN),
    "two_digit_year": Words("Years of two digits", "--date-format says how dates are written, such as %d.%m.%y"),
    "unsafe_archive": Words("Archive", "unpack it yourself and give the file inside"),
    "unsafe_xml": Words("Workbook with foreign entities", "save it again as a new workbook"),
    "unterminated_quote": Words("Quote that is never closed", "close or remove it on the line that is named"),
    "volume_drop": Words("Far fewer rows than before", _ACCEPT.format("volume_drop")),
}
