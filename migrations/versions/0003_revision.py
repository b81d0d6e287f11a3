"""what a city is has a revision, by which every process knows when to read it again"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('cities', sa.Column('revision', sa.Integer(), server_default='0', nullable=False, comment='grows with every change of what the city is (models/revision.py)'))


def downgrade() -> None:
    op.drop_column('cities', 'revision')
