"""What an administrator does: people, units, matters, limits, calendar; every act of it is written down."""
