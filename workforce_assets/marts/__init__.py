"""The marts: questions about the records, answered by dbt in the warehouse."""
