-- Splits the tables that only grow by ranges of their ids. PostgreSQL 13 or newer; all of Whistle stopped, a backup taken:
--     psql -v ON_ERROR_STOP=1 -v size=10000000 -f docs/partitions.sql "$DATABASE"
-- What it costs and what it brings: docs/operations.md. Further partitions are made before they are needed:
--     SELECT whistle_partition('events', 10000000);
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL lock_timeout = '60s';

-- The next partition of a table, `size` ids long, beginning where the last one ends.
CREATE OR REPLACE FUNCTION whistle_partition(parent text, size bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    starts bigint;
    name text;
BEGIN
    SELECT coalesce(max(substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \(''?(\d+)''?\)')::bigint), 0) INTO starts
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = parent::regclass;
    name := format('%s_from_%s', parent, starts);
    PERFORM whistle_part(parent, name, format('FOR VALUES FROM (%s) TO (%s)', starts, starts + size));
    RETURN name;
END $$;

CREATE OR REPLACE FUNCTION whistle_part(parent text, name text, bounds text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE %I PARTITION OF %I %s', name, parent, bounds);
    IF parent IN ('events', 'postings') THEN
        -- Rows inherit the parent's triggers; TRUNCATE of a partition alone does not.
        EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION %I()',
                       parent || '_no_truncate', name, parent || '_append_only');
    END IF;
END $$;

-- A table becomes one that is partitioned by `key`, with its rows, defaults, checks, indexes and foreign keys. A unique
-- constraint without the key cannot be kept by PostgreSQL: it becomes an index that only finds.
CREATE OR REPLACE PROCEDURE whistle_split(parent text, key text, size bigint) LANGUAGE plpgsql AS $$
DECLARE
    old text := parent || '_whole';
    line record;
    highest bigint;
    ends bigint := 0;
BEGIN
    CREATE TEMP TABLE kept ON COMMIT DROP AS
        SELECT conrelid::regclass::text AS of, conname, contype, pg_get_constraintdef(oid) AS means, conkey, conrelid
          FROM pg_constraint
         WHERE conparentid = 0 AND ((conrelid = parent::regclass AND contype IN ('p', 'u', 'f'))
                                    OR (confrelid = parent::regclass AND contype = 'f'));
    CREATE TEMP TABLE kept_indexes ON COMMIT DROP AS
        SELECT pg_get_indexdef(indexrelid) AS means, indexrelid::regclass::text AS name FROM pg_index
         WHERE indrelid = parent::regclass
           AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'));
    CREATE TEMP TABLE kept_triggers ON COMMIT DROP AS
        SELECT pg_get_triggerdef(oid) AS means FROM pg_trigger WHERE tgrelid = parent::regclass AND NOT tgisinternal;
    FOR line IN SELECT * FROM kept ORDER BY contype = 'p' LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', line.of, line.conname);
    END LOOP;
    FOR line IN SELECT * FROM kept_indexes LOOP
        EXECUTE format('DROP INDEX %s', line.name);
    END LOOP;
    EXECUTE format('ALTER TABLE %I RENAME TO %I', parent, old);
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE (%I)',
                   parent, old, key);
    EXECUTE format('SELECT coalesce(max(%I), 0) FROM %I', key, old) INTO highest;
    -- Nothing is refused where nobody made the next one in time: it lies in the rest.
    PERFORM whistle_part(parent, parent || '_rest', 'DEFAULT');
    -- Room for all that is there and as much again.
    WHILE ends <= highest + size LOOP
        PERFORM whistle_partition(parent, size);
        ends := ends + size;
    END LOOP;
    EXECUTE format('INSERT INTO %I SELECT * FROM %I', parent, old);
    FOR line IN SELECT kept.*, EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = kept.conrelid
                        AND a.attnum = ANY (kept.conkey) AND a.attname = key) AS has_key
                  FROM kept ORDER BY contype = 'f' LOOP
        IF line.contype = 'f' OR line.has_key THEN
            EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', line.of, line.conname, line.means);
        ELSE
            RAISE NOTICE '%: % is no longer unique over all partitions', parent, line.means;
            EXECUTE format('CREATE INDEX %I ON %I %s', line.conname, parent, substring(line.means FROM '\(.*\)'));
        END IF;
    END LOOP;
    FOR line IN SELECT * FROM kept_indexes LOOP
        EXECUTE line.means;
    END LOOP;
    FOR line IN SELECT * FROM kept_triggers LOOP
        EXECUTE line.means;
    END LOOP;
    -- The numbers go on where they were.
    IF pg_get_serial_sequence(old, key) IS NOT NULL THEN
        EXECUTE format('ALTER SEQUENCE %s OWNED BY %I.%I', pg_get_serial_sequence(old, key), parent, key);
    END IF;
    EXECUTE format('DROP TABLE %I', old);
    DROP TABLE kept, kept_indexes, kept_triggers;
END $$;

CALL whistle_split('events', 'id', :size);
CALL whistle_split('event_words', 'event_id', :size);
CALL whistle_split('tellings', 'event_id', :size);
CALL whistle_split('outbox', 'id', :size);
COMMIT;
