"""by which name the storage knows the house whose files it keeps"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    comment = 'by which the storage knows its own; a restored database gets another'
    op.add_column('cities', sa.Column('house', sa.String(40), nullable=True, comment=comment))


def downgrade() -> None:
    op.drop_column('cities', 'house')
