"""Graders as partitioned asset checks, conservation, and the suites that say a table best."""
