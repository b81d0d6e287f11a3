"""a sign-in that nobody uses ends"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('sessions', sa.Column('idle_at', sa.DateTime(timezone=True), nullable=True, comment='ends then unless it is used before; each use moves it'))
    # Riders stay signed in on their phones until their time is over. Everybody else's lasted for weeks: they have no
    # idle_at, which is the end of them.
    op.execute(
        "UPDATE sessions SET idle_at = expires_at WHERE NOT EXISTS (SELECT 1 FROM memberships "
        "WHERE memberships.user_id = sessions.user_id AND memberships.role <> 'rider')"
    )


def downgrade() -> None:
    op.drop_column('sessions', 'idle_at')
