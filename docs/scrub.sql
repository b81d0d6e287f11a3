-- Leaves nothing of people who have left in PostgreSQL's files: tables and indexes are written anew, then its statistics,
-- and every file of its log of writes (WAL) is written over. PostgreSQL 13 or newer, as a superuser, at night, while
-- Whistle runs; what it costs: docs/operations.md.
--     psql --file docs/scrub.sql "$DATABASE"
\set ON_ERROR_STOP on
\set QUIET on
\o /dev/null
SELECT set_config('whistle.began', date_trunc('second', clock_timestamp())::text, false),
       set_config('whistle.file', pg_walfile_name(pg_current_wal_lsn()), false);
-- Whoever reads for long, as a backup does, is not waited for: everybody else would wait behind us.
SET lock_timeout = '10s';

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
-- The commonest values of each column, as they were when somebody last counted; a table that is empty now is not counted.
DELETE FROM pg_statistic
 WHERE starelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND reltuples = 0);
VACUUM (FULL) pg_statistic;
-- What was there before goes with the next checkpoint.
CHECKPOINT;

-- Files of the log that are over are kept to be written on, with all that lies in them, until their turn comes: as often
-- as there are files the next one is begun. Twice, for the first time round sets free what the second needs.
SELECT 'SELECT pg_switch_wal() FROM pg_create_restore_point(''scrub'')' FROM pg_ls_waldir() \gexec
CHECKPOINT;
SELECT 'SELECT pg_switch_wal() FROM pg_create_restore_point(''scrub'')' FROM pg_ls_waldir() \gexec
CHECKPOINT;
DO $$
DECLARE
    held bigint;
BEGIN
    SELECT count(*) INTO held FROM pg_ls_waldir()
     WHERE name <= current_setting('whistle.file') OR modification < current_setting('whistle.began')::timestamptz;
    IF held > 0 THEN
        RAISE EXCEPTION '% files of the log of writes are held by a replica, a slot or the archive', held
            USING HINT = 'Run it again once these have caught up.';
    END IF;
END $$;
