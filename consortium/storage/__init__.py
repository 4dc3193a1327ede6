"""PostgreSQL: the embedded server, pools, transactions and migrations."""
