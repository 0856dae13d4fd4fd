-- The organisation changes its key: the seed in its own row is the new one, and this row stays until every log has come to
-- that key.
create table rotation (
    only_one    integer not null default 1 unique check (only_one = 1),
    -- The seed of the former key, which names the new one. Absent where the former key was lost.
    former_seed blob,
    reason      text    not null,
    began_at    integer not null
);
