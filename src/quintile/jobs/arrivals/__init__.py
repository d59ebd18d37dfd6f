"""What sources bring to a project: compared, entered into its ledger, only what they touch worked out anew."""
