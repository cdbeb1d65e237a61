-- One version of the projection. All of it is derived from the log: a change of layout is a rebuild into a new
-- version, never a migration of data.
CREATE SCHEMA {schema};
SET LOCAL search_path TO {schema};

CREATE VIEW layout AS SELECT {layout} AS number;  -- of these tables

CREATE TABLE journal (              -- append-only: every fact, once, as it was sent
    partition     integer     NOT NULL,
    "offset"      bigint      NOT NULL,
    account       text        COLLATE "C" NOT NULL,
    source        text        COLLATE "C" NOT NULL,
    id            text        COLLATE "C" NOT NULL,
    type          text        COLLATE "C" NOT NULL,
    time          timestamptz NOT NULL,
    recorded_at   timestamptz NOT NULL,
    logged_at     timestamptz,  -- of a restored fact: when this log got it; NULL: at recorded_at
    actor         text        COLLATE "C" NOT NULL,
    digest        bytea       NOT NULL,
    target_source text        COLLATE "C",  -- of an amendment
    target_id     text        COLLATE "C",  -- of an amendment
    merged_into   text        COLLATE "C",  -- of a merger of accounts, and of a correction of one
    raw           bytea       NOT NULL
);

CREATE TABLE account_state (        -- a cache: the fold of the journal, one row for each subject of an account
    account      text        COLLATE "C" NOT NULL,
    subject      text        COLLATE "C" NOT NULL,
    fold_version integer     NOT NULL,
    folded_to    timestamptz NOT NULL,  -- facts with a later time wait in the journal
    due          timestamptz,           -- the earliest of those that wait
    state        bytea       NOT NULL,
    PRIMARY KEY (account, subject)
);

CREATE TABLE position (             -- moves in the same transaction as the rows above
    partition   integer     PRIMARY KEY,
    next_offset bigint      NOT NULL DEFAULT 0,
    recorded_at timestamptz NOT NULL DEFAULT 'epoch',  -- the running maximum of the log's own time
    log_end     bigint      NOT NULL DEFAULT 0,
    seen_at     timestamptz NOT NULL DEFAULT 'epoch'   -- when the log's end was last looked at
);

CREATE TABLE dead_letter (          -- what could not become a fact, with its bytes
    partition   integer     NOT NULL,
    "offset"    bigint      NOT NULL,
    recorded_at timestamptz NOT NULL,
    reason      text        NOT NULL,
    detail      text        NOT NULL,
    account     text        COLLATE "C",
    source      text        COLLATE "C",
    id          text        COLLATE "C",
    key         bytea,
    value       bytea,
    PRIMARY KEY (partition, "offset")
);

CREATE TABLE log (                  -- which log the positions are positions of
    only_one   boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    cluster_id text NOT NULL,
    topic_id   text NOT NULL
);
