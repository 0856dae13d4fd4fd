-- The organisation changes its key: the seed in its own row is the new one, and this row stays until every log has come to
-- that key.
create table rotation (
    only_one    boolean not null default true unique check (only_one),
    -- The seed of the former key, which names the new one. Absent where the former key was lost.
    former_seed bytea,
    reason      text collate "C" not null,
    began_at    bigint not null
);
