"""Scoring: RFM -> cut points (fit), and RFM + cut points -> SCORES (score)."""
