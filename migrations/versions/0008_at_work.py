"""indexes of the tickets that are at work, and of those that have what is looked for"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

BECAME_PARTIAL = {
    'ix_tickets_department': (['department_id', 'state'], 'department_id IS NOT NULL'),
    'ix_tickets_handler_id': (['handler_id'], 'handler_id IS NOT NULL'),
    'ix_tickets_merged_into_id': (['merged_into_id'], 'merged_into_id IS NOT NULL'),
    'ix_tickets_resolved_at': (['resolved_at'], 'resolved_at IS NOT NULL'),
}
NEW = {
    'ix_tickets_at_work': (['unit_id'], 'settled_at IS NULL OR due_at IS NOT NULL'),
    'ix_tickets_entered': (['entered_by_id'], 'settled_at IS NULL OR due_at IS NOT NULL'),
}


def upgrade() -> None:
    for name in BECAME_PARTIAL:
        op.drop_index(name, table_name='tickets')
    for name, (columns, where) in {**BECAME_PARTIAL, **NEW}.items():
        op.create_index(name, 'tickets', columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    for name in {**BECAME_PARTIAL, **NEW}:
        op.drop_index(name, table_name='tickets')
    for name, (columns, _where) in BECAME_PARTIAL.items():
        op.create_index(name, 'tickets', columns)
