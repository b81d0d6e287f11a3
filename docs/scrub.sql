-- Leaves nothing of people who have left in PostgreSQL's files: tables and indexes are written anew, then its statistics,
-- and every file of its log of writes (WAL) is written over. PostgreSQL 13 or newer, as a superuser, at night, while
-- Whistle runs; what it costs: docs/operations.md.
--     psql --file docs/scrub.sql "$DATABASE"
\set ON_ERROR_STOP on
\set QUIET on
\pset format unaligned
\pset tuples_only on

-- All that could hold something of a person that has gone (workflow/personal/holdings.py). Each is locked for as long as it
-- is written, one after the other.
VACUUM (FULL, ANALYZE) users;
VACUUM (FULL, ANALYZE) memberships;
VACUUM (FULL, ANALYZE) sessions;
VACUUM (FULL, ANALYZE) devices;
VACUUM (FULL, ANALYZE) invitations;
VACUUM (FULL, ANALYZE) preferences;
VACUUM (FULL, ANALYZE) answers;
VACUUM (FULL, ANALYZE) notifications;
VACUUM (FULL, ANALYZE) throttles;
VACUUM (FULL, ANALYZE) tickets;
VACUUM (FULL, ANALYZE) event_words;
VACUUM (FULL, ANALYZE) attachments;
VACUUM (FULL, ANALYZE) reviews;
VACUUM (FULL, ANALYZE) journal_words;
VACUUM (FULL, ANALYZE) act_words;
VACUUM (FULL, ANALYZE) tellings;
VACUUM (FULL, ANALYZE) outbox;
-- The commonest values of each column, as they were when somebody last counted.
VACUUM (FULL) pg_statistic;
-- What was there before goes with the next checkpoint.
CHECKPOINT;

-- Files of the log that are over are kept to be written on, with all that lies in them, until their turn comes: as often
-- as there are files the next one is begun. Twice, for the first time round sets free what the second needs.
SELECT 'SELECT pg_switch_wal() FROM pg_create_restore_point(''scrub'');' FROM pg_ls_waldir() \gexec
CHECKPOINT;
SELECT 'SELECT pg_switch_wal() FROM pg_create_restore_point(''scrub'');' FROM pg_ls_waldir() \gexec
CHECKPOINT;
