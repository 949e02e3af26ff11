"""Great Expectations suites, one a record asset. The library takes 3 s and more to import: only checks do."""
