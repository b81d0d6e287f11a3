"""the pages: what is near its end, what people want to hear, and by mail"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

# Columns are added and dropped one by one, never in a batch that makes a table anew: on SQLite dropping the old table
# deletes its rows first, and with them everything that refers to them ON DELETE CASCADE.


def upgrade() -> None:
    # Clocks that run already have no near_at: they stay calm until due_at, or until they start anew.
    op.add_column('tickets', sa.Column('near_at', sa.DateTime(timezone=True), nullable=True, comment='from here the running clock counts as near its end'))
    op.add_column('tickets', sa.Column('warned', sa.String(length=8), nullable=True, comment='the last step of the running clock that was told: near, over or late'))
    op.add_column('users', sa.Column('email', sa.String(length=254), nullable=True, comment="the person's own and the administrators' to see"))
    op.add_column('users', sa.Column('email_refused', sa.String(length=80), nullable=True, comment="why the address takes no mail, in the mail server's codes; until it is changed none is sent"))
    op.add_column('notifications', sa.Column('hidden', sa.Boolean(), server_default=sa.false(), nullable=False, comment='not in the inbox: its person wants it by another channel alone'))
    op.add_column('outbox', sa.Column('held_until', sa.DateTime(timezone=True), nullable=True, comment='a worker is sending it outside of any transaction: no other begins before this moment'))
    op.create_table('preferences',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('channel', sa.String(length=16), nullable=False),
    sa.Column('wanted', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_preferences_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', 'kind', 'channel', name=op.f('pk_preferences'))
    )

    op.add_column('tickets', sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True, comment='when it was last resolved, rejected, merged or withdrawn; none while it is open'))
    op.add_column('tickets', sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True, comment='the same, where it was resolved'))
    op.add_column('tickets', sa.Column('resolve_due_at', sa.DateTime(timezone=True), nullable=True, comment='what its deadline was when it was resolved'))
    op.create_index(op.f('ix_tickets_resolved_at'), 'tickets', ['resolved_at'], unique=False)
    # What was settled before has no resolve_due_at: nobody can say any more whether it was on time.
    for column, actions, states in (
        ('settled_at', "'resolve', 'reject', 'merge', 'withdraw'", "'rejected', 'merged', 'withdrawn', 'resolved', 'confirmed', 'rewarded', 'closed'"),
        ('resolved_at', "'resolve'", "'resolved', 'confirmed', 'rewarded', 'closed'"),
    ):
        op.execute(
            f"UPDATE tickets SET {column} = (SELECT max(events.at) FROM events WHERE events.ticket_id = tickets.id "
            f"AND events.action IN ({actions})) WHERE state IN ({states})"
        )
    op.create_table('acts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('action', sa.String(length=48), nullable=False),
    sa.Column('subject_kind', sa.String(length=16), nullable=False),
    sa.Column('subject', sa.String(length=64), nullable=False),
    sa.Column('details', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['users.id'], name=op.f('fk_acts_actor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_acts'))
    )
    op.create_index(op.f('ix_acts_actor_id'), 'acts', ['actor_id'])
    op.create_index(op.f('ix_acts_action'), 'acts', ['action'])
    op.create_index('ix_acts_subject', 'acts', ['subject_kind', 'subject'])
    op.create_table('overrides',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('thing', sa.String(length=16), nullable=False),
    sa.Column('code', sa.String(length=64), nullable=False),
    sa.Column('field', sa.String(length=64), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('pack', sa.Text(), nullable=True),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('set_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("thing IN ('category', 'unit', 'rule', 'city', 'calendar')", name=op.f('ck_overrides_thing')),
    sa.ForeignKeyConstraint(['set_by_id'], ['users.id'], name=op.f('fk_overrides_set_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_overrides')),
    sa.UniqueConstraint('thing', 'code', 'field', name=op.f('uq_overrides_thing_code_field'))
    )
    op.create_table('invitations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True, comment='used, or replaced by a newer one'),
    sa.CheckConstraint("kind IN ('invite', 'reset')", name=op.f('ck_invitations_kind')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_invitations_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invitations')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_invitations_token_hash'))
    )
    op.create_index(op.f('ix_invitations_user_id'), 'invitations', ['user_id'])
    _guard_acts()


def _guard_acts() -> None:
    """What administrators did only grows, as history does."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            """CREATE TRIGGER acts_no_update BEFORE UPDATE ON acts BEGIN SELECT RAISE(ABORT, 'acts is append-only'); END"""
        )
        op.execute(
            """CREATE TRIGGER acts_no_delete BEFORE DELETE ON acts BEGIN SELECT RAISE(ABORT, 'acts is append-only'); END"""
        )
        return
    op.execute(
        """CREATE OR REPLACE FUNCTION acts_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'acts is append-only'; END $$"""
    )
    op.execute(
        """CREATE TRIGGER acts_no_change BEFORE UPDATE OR DELETE ON acts FOR EACH ROW EXECUTE FUNCTION acts_append_only()"""
    )
    op.execute(
        """CREATE TRIGGER acts_no_truncate BEFORE TRUNCATE ON acts FOR EACH STATEMENT EXECUTE FUNCTION acts_append_only()"""
    )


def downgrade() -> None:
    op.drop_table('invitations')
    op.drop_table('overrides')
    op.drop_table('acts')
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION IF EXISTS acts_append_only() CASCADE")
    op.drop_index(op.f('ix_tickets_resolved_at'), table_name='tickets')
    op.drop_column('tickets', 'resolve_due_at')
    op.drop_column('tickets', 'resolved_at')
    op.drop_column('tickets', 'settled_at')
    op.drop_table('preferences')
    op.drop_column('outbox', 'held_until')
    op.drop_column('notifications', 'hidden')
    op.drop_column('users', 'email_refused')
    op.drop_column('users', 'email')
    op.drop_column('tickets', 'warned')
    op.drop_column('tickets', 'near_at')
