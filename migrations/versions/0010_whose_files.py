"""by which name the storage knows the house whose files it keeps"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    if not _kept():
        comment = 'by which the storage knows its own; a restored database gets another'
        op.add_column('cities', sa.Column('house', sa.String(40), nullable=True, comment=comment))
    # The storage gets its mark at once, and not some hours later.
    op.execute("UPDATE outbox SET due = created_at WHERE topic = 'sweep_pictures' AND done_at IS NULL AND dead_at IS NULL")


def downgrade() -> None:
    """Keeps the name, of which an older version knows nothing: without it the storage would be another's."""


def _kept() -> bool:
    """Whether this database was here before and went back."""
    return any(column['name'] == 'house' for column in sa.inspect(op.get_bind()).get_columns('cities'))
