"""paid awards are drawn for a second pair of eyes"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('reviews',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('award_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False, comment='the local day in which it was paid'),
    sa.Column('verdict', sa.String(length=8), nullable=True),
    sa.Column('note', sa.String(length=300), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(verdict IS NULL) = (decided_by_id IS NULL)', name=op.f('ck_reviews_decided')),
    sa.CheckConstraint("verdict IN ('sound', 'doubtful')", name=op.f('ck_reviews_verdict')),
    sa.ForeignKeyConstraint(['award_id'], ['awards.id'], name=op.f('fk_reviews_award_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_reviews_decided_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reviews')),
    sa.UniqueConstraint('award_id', name=op.f('uq_reviews_award_id'))
    )
    op.create_index(op.f('ix_reviews_day'), 'reviews', ['day'])
    undecided = sa.text('verdict IS NULL')
    op.create_index('ix_reviews_open', 'reviews', ['id'], sqlite_where=undecided, postgresql_where=undecided)


def downgrade() -> None:
    op.drop_table('reviews')
