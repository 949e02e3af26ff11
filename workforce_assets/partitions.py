"""A partition is a cohort: one UTC day of thousands of records, never one record."""

import dagster as dg

# end_offset=1: today is a partition, so what arrives this morning can run this morning.
DAYS = dg.DailyPartitionsDefinition(start_date="2026-01-01", timezone="UTC", end_offset=1)
