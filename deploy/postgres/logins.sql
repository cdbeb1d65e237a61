-- Who logs in to PostgreSQL, and as what. For a superuser, in the database that is Rapport's alone, before
-- `rapport migrate`; safe to repeat. The passwords come in as settings of the session: rapport.owner_password,
-- rapport.worker_password, rapport.reader_password.

DO $$
DECLARE
    wanted record;
BEGIN
    FOR wanted IN
        SELECT * FROM (VALUES
            ('rapport_worker', NULL),  -- what the worker may do, by `rapport migrate`
            ('rapport_reader', NULL),  -- what the read API may do
            ('rapport_owner', 'rapport.owner_password'),  -- migrates, rebuilds, verifies; makes and drops our schemas
            ('rapport_worker_login', 'rapport.worker_password'),
            ('rapport_reader_login', 'rapport.reader_password')
        ) AS listed (role, password)
    LOOP
        IF to_regrole(wanted.role) IS NULL THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted.role);
        END IF;
        IF wanted.password IS NOT NULL THEN
            EXECUTE format('ALTER ROLE %I LOGIN PASSWORD %L', wanted.role, current_setting(wanted.password));
        END IF;
    END LOOP;
END $$;
GRANT rapport_worker TO rapport_worker_login;
GRANT rapport_reader TO rapport_reader_login;

-- Nobody else comes in. The owner makes schemas; it and the worker copy into temporary tables.
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format(
        'GRANT CONNECT ON DATABASE %I TO rapport_owner, rapport_worker_login, rapport_reader_login', current_database());
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO rapport_owner, rapport_worker_login', current_database());
    EXECUTE format('GRANT CREATE ON DATABASE %I TO rapport_owner', current_database());
END $$;

-- What an earlier release made as a superuser becomes the owner's.
DO $$
DECLARE
    ours CONSTANT text := '^(rapport|projection_[0-9]+)$';
    made record;
BEGIN
    FOR made IN
        SELECT nspname FROM pg_namespace WHERE nspname ~ ours AND nspowner <> to_regrole('rapport_owner')
    LOOP
        EXECUTE format('ALTER SCHEMA %I OWNER TO rapport_owner', made.nspname);
    END LOOP;
    FOR made IN
        SELECT nspname, relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname ~ ours AND relkind IN ('r', 'v') AND relowner <> to_regrole('rapport_owner')
    LOOP
        EXECUTE format('ALTER TABLE %I.%I OWNER TO rapport_owner', made.nspname, made.relname);
    END LOOP;
END $$;
