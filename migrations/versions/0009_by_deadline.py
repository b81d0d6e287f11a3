"""indexes of lists by deadline, of what a department leads and helps with now, and of a ticket's assignments"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

AT_WORK = 'settled_at IS NULL OR due_at IS NOT NULL'
LED = f'department_id IS NOT NULL AND ({AT_WORK})'


def upgrade() -> None:
    op.drop_index('ix_tickets_due', table_name='tickets')
    op.drop_index('ix_tickets_state', table_name='tickets')
    _create('ix_tickets_due', ['due_at', 'id'], AT_WORK)
    op.create_index('ix_tickets_state', 'tickets', ['state', 'due_at', 'id'])
    _create('ix_tickets_led', ['department_id'], LED)
    op.drop_index('ix_assignments_unit', table_name='assignments')
    op.create_index('ix_assignments_unit', 'assignments', ['unit_id', 'role', 'ended_at', 'ticket_id'])
    op.create_index('ix_assignments_ticket_id', 'assignments', ['ticket_id'])


def downgrade() -> None:
    op.drop_index('ix_assignments_ticket_id', table_name='assignments')
    op.drop_index('ix_assignments_unit', table_name='assignments')
    op.create_index('ix_assignments_unit', 'assignments', ['unit_id', 'ended_at'])
    op.drop_index('ix_tickets_led', table_name='tickets')
    op.drop_index('ix_tickets_state', table_name='tickets')
    op.drop_index('ix_tickets_due', table_name='tickets')
    op.create_index('ix_tickets_state', 'tickets', ['state'])
    op.create_index('ix_tickets_due', 'tickets', ['due_at', 'id'], postgresql_where=sa.text('due_at IS NOT NULL'))


def _create(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, 'tickets', columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
