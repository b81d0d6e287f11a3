"""Tables whose rows the database itself refuses to change or delete: history and ledger."""

from sqlalchemy import DDL, Connection, Table, event, text


def statements(table: str, dialect: str) -> list[str]:
    """The SQL that makes `table` append-only on `dialect` ("sqlite" or "postgresql")."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()",
    ]


def removal(table: str, dialect: str) -> list[str]:
    """The SQL that takes the guard away, for a migration that drops the table."""
    if dialect == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for verb in ("update", "delete")]
    return [
        f"DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}",
        f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}",
        f"DROP FUNCTION IF EXISTS {table}_append_only()",
    ]


def guard(table: Table) -> None:
    """Make `metadata.create_all` guard this table as the migrations do."""
    for dialect in ("sqlite", "postgresql"):
        for statement in statements(table.name, dialect):
            ddl = DDL(statement)  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", ddl.execute_if(dialect=dialect))


def guarded(connection: Connection, table: str) -> bool:
    """Whether the database at hand really guards `table`, by these very triggers and with them in force: the audit
    asks it."""
    dialect = connection.dialect.name
    if dialect == "sqlite":
        query = text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
        return set(connection.execute(query, {"table": table}).scalars()) >= set(statements(table, dialect))
    query = text(
        "SELECT t.tgname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
        "WHERE t.tgrelid = CAST(:table AS regclass) AND t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL"
    )
    found = {(name, source.strip()) for name, source in connection.execute(query, {"table": table})}
    source = f"BEGIN RAISE EXCEPTION '{table} is append-only'; END"
    return found >= {(f"{table}_no_change", source), (f"{table}_no_truncate", source)}
