"""what somebody has not read is found without reading what they have, at every page"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    unread = sa.text('read_at IS NULL')
    op.create_index('ix_notifications_unread', 'notifications', ['user_id', 'hidden'], sqlite_where=unread, postgresql_where=unread)


def downgrade() -> None:
    op.drop_index('ix_notifications_unread', table_name='notifications')
