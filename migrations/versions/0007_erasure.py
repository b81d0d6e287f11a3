"""people can leave: what names them lies in rows that can be erased, and what they have lapses"""

import json

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

WORDS = ('reason', 'username')
OLD, NEW = "kind IN ('award', 'reversal')", "kind IN ('award', 'reversal', 'lapse')"


def upgrade() -> None:
    if not _kept():
        op.add_column('users', sa.Column('erasure_asked_at', sa.DateTime(timezone=True), nullable=True, comment='when it was decided that nothing shall say who this was; nobody signs in or is paid from here on'))
        op.add_column('users', sa.Column('erased_at', sa.DateTime(timezone=True), nullable=True, comment='when that was done: the row stands for nobody'))
        # The reasons of older journals are under the journals' hashes and stay where they are.
        op.create_table('journal_words',
        sa.Column('journal_id', sa.Integer(), nullable=False),
        sa.Column('salt', sa.String(length=32), nullable=False),
        sa.Column('words', sa.Text(), nullable=True),
        sa.Column('erased_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint('words IS NOT NULL OR erased_at IS NOT NULL', name=op.f('ck_journal_words_erased')),
        sa.ForeignKeyConstraint(['journal_id'], ['journal.id'], name=op.f('fk_journal_words_journal_id')),
        sa.PrimaryKeyConstraint('journal_id', name=op.f('pk_journal_words'))
        )
    op.create_table('act_words',
    sa.Column('act_id', sa.Integer(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['act_id'], ['acts.id'], name=op.f('fk_act_words_act_id')),
    sa.PrimaryKeyConstraint('act_id', name=op.f('pk_act_words'))
    )
    if op.get_bind().dialect.name != 'sqlite':
        op.alter_column('journal', 'reason', comment='the salted hash of why, which is in journal_words; of older rows the reason itself')
    _kinds(OLD, NEW)
    _move_words()


def downgrade() -> None:
    """Keeps `journal_words`, `erasure_asked_at` and `erased_at`, of which an older version knows nothing: a journal holds
    only the hash of its reason, and whoever has left is never paid again."""
    _move_words_back()
    _kinds(NEW, OLD)
    if op.get_bind().dialect.name != 'sqlite':
        op.alter_column('journal', 'reason', comment=None)
    op.drop_table('act_words')


def _kept() -> bool:
    """Whether this database was here before and went back."""
    return sa.inspect(op.get_bind()).has_table('journal_words')


def _kinds(before: str, after: str) -> None:
    """Let the journal hold other kinds. On SQLite by the text of its table alone, as https://sqlite.org/lang_altertable.html
    (7.1) allows for a CHECK: a table made anew would be dropped first, and everything that refers to it with it."""
    connection = op.get_bind()
    if connection.dialect.name != 'sqlite':
        op.drop_constraint(op.f('ck_journal_kind'), 'journal', type_='check')
        # What is there stays, also where an older version goes on with points that have lapsed.
        op.execute(f"ALTER TABLE journal ADD CONSTRAINT ck_journal_kind CHECK ({after}){' NOT VALID' if after == OLD else ''}")
        return
    version = connection.exec_driver_sql('PRAGMA schema_version').scalar_one()
    connection.exec_driver_sql('PRAGMA writable_schema=ON')
    changed = connection.exec_driver_sql(
        "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = 'journal'", (before, after)
    )
    assert changed.rowcount == 1
    connection.exec_driver_sql(f'PRAGMA schema_version={version + 1}')
    connection.exec_driver_sql('PRAGMA writable_schema=RESET')


def _move_words() -> None:
    connection = op.get_bind()
    with_words = []
    for number, text in connection.execute(sa.text('SELECT id, details FROM acts')).all():
        details = json.loads(text)
        words = {name: details.pop(name) for name in WORDS if isinstance(details.get(name), str)}
        if words:
            with_words.append({'id': number, 'details': _canonical(details), 'words': _canonical(words)})
    if with_words:
        connection.execute(sa.text('INSERT INTO act_words (act_id, words) VALUES (:id, :words)'), with_words)
        _rewrite_acts(with_words)


def _move_words_back() -> None:
    query = 'SELECT acts.id, acts.details, act_words.words FROM acts JOIN act_words ON act_words.act_id = acts.id'
    rows = op.get_bind().execute(sa.text(query)).all()
    if rows:
        _rewrite_acts([{'id': each[0], 'details': _canonical(json.loads(each[1]) | json.loads(each[2]))} for each in rows])


def _rewrite_acts(rows: list[dict[str, object]]) -> None:
    """Acts only grow; but for this once."""
    connection = op.get_bind()
    statement = sa.text('UPDATE acts SET details = :details WHERE id = :id')
    if connection.dialect.name != 'sqlite':
        op.execute('ALTER TABLE acts DISABLE TRIGGER acts_no_change')
        connection.execute(statement, rows)
        op.execute('ALTER TABLE acts ENABLE TRIGGER acts_no_change')
        return
    op.execute('DROP TRIGGER acts_no_update')
    connection.execute(statement, rows)
    op.execute("""CREATE TRIGGER acts_no_update BEFORE UPDATE ON acts BEGIN SELECT RAISE(ABORT, 'acts is append-only'); END""")


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(',', ':'))
