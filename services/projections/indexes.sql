-- Made after a rebuild's load, at once for a new projection.
ALTER TABLE journal ADD PRIMARY KEY (partition, "offset");
CREATE UNIQUE INDEX journal_identity ON journal (id, source, account);
CREATE INDEX journal_account ON journal (account, "offset");
CREATE INDEX journal_amendment ON journal (account, target_source, target_id) WHERE target_source IS NOT NULL;
CREATE INDEX journal_merger ON journal (merged_into) WHERE merged_into IS NOT NULL;
-- Empty where nothing was restored.
CREATE INDEX journal_restored ON journal (partition, "offset") WHERE logged_at IS NOT NULL;
CREATE INDEX journal_restored_known ON journal (partition, recorded_at) WHERE logged_at IS NOT NULL;
CREATE INDEX journal_restored_account ON journal (account, recorded_at) WHERE logged_at IS NOT NULL;
CREATE INDEX dead_letter_account ON dead_letter (account, partition, "offset") WHERE account IS NOT NULL;
CREATE INDEX dead_letter_identity ON dead_letter (id, source, account);
