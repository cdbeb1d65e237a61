-- What the roles of worker and read API may do in one version and beside it, and nothing else. Run once a version is
-- loaded, and by each `rapport migrate` for every version that is in use; to grant again changes nothing.
--
-- The owner, as which migrations run, may drop a whole old version, as a rebuild does; within one, not even it changes
-- a fact. It could grant itself that right again, and a superuser needs none: so it is with a trigger, too, which both
-- may switch off. Against those two the log stands: `rapport verify` names what is not as it says.

-- Both ask which version is active, and read all of it.
GRANT USAGE ON SCHEMA rapport, {schema} TO rapport_worker, rapport_reader;
GRANT SELECT ON rapport.projection TO rapport_worker, rapport_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO rapport_worker, rapport_reader;

-- The worker appends facts and dead letters.
GRANT INSERT ON {schema}.journal, {schema}.dead_letter TO rapport_worker;
-- It writes a state over the one before, of the same subject of the same account.
GRANT INSERT, UPDATE (fold_version, folded_to, due, state) ON {schema}.account_state TO rapport_worker;
-- It moves the positions that there are, and holds their rows meanwhile.
GRANT UPDATE (next_offset, recorded_at, log_end, seen_at) ON {schema}.position TO rapport_worker;
-- The first one binds the version to its log, which has room for one.
GRANT INSERT ON {schema}.log TO rapport_worker;

-- Facts and dead letters are written once, whoever owns the tables.
REVOKE UPDATE, DELETE, TRUNCATE ON {schema}.journal, {schema}.dead_letter FROM CURRENT_USER;

-- The read API notes who read what, tells it to auditors, and deletes what is too old. What was noted is not altered.
GRANT SELECT, INSERT, DELETE ON rapport.read TO rapport_reader;
REVOKE UPDATE, TRUNCATE ON rapport.read FROM CURRENT_USER;
-- Too old is, at the least, what is older than a day: RAPPORT_READS_DAYS is no less.
DO $$ BEGIN
    IF NOT (SELECT relrowsecurity FROM pg_class WHERE oid = CAST('rapport.read' AS regclass)) THEN
        ALTER TABLE rapport.read ENABLE ROW LEVEL SECURITY;
        CREATE POLICY told ON rapport.read FOR SELECT TO rapport_reader USING (true);
        CREATE POLICY noted ON rapport.read FOR INSERT TO rapport_reader WITH CHECK (true);
        CREATE POLICY forgotten ON rapport.read FOR DELETE TO rapport_reader USING (time < now() - interval '1 day');
    END IF;
END $$;
