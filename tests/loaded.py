"""Loads what commands load, once for all processes of ``tests.forked``."""

from __future__ import annotations

import quintile.cli.app
import quintile.jobs.alerts
import quintile.jobs.checkup
import quintile.jobs.cohorts
import quintile.jobs.crosswalk
import quintile.jobs.customer
import quintile.jobs.cut_drift
import quintile.jobs.dbt
import quintile.jobs.delta
import quintile.jobs.demo
import quintile.jobs.erase
import quintile.jobs.fit
import quintile.jobs.forecast
import quintile.jobs.history
import quintile.jobs.init
import quintile.jobs.isolated
import quintile.jobs.kpis
import quintile.jobs.lists
import quintile.jobs.log
import quintile.jobs.migration
import quintile.jobs.plan
import quintile.jobs.playbook
import quintile.jobs.quarantined
import quintile.jobs.recommend
import quintile.jobs.report_page
import quintile.jobs.retention
import quintile.jobs.run
import quintile.jobs.sql
import quintile.jobs.verify
import quintile.jobs.whatif
import quintile.jobs.workbook  # noqa: F401 - loading is all it is for
