-- The store's first shape. Times are milliseconds since the Unix epoch, by the server's clock; ids are lower-case UUIDs.
-- Text is compared byte by byte, whatever the database's locale: names sort and lock in one order everywhere.

create table organisation (
    -- There is one: two processes that make it at once meet here.
    only_one      boolean not null default true unique check (only_one),
    id            text collate "C" not null primary key,
    name          text collate "C" not null,
    -- The seed of the organisation's Ed25519 key.
    key_seed      bytea not null,
    zone          text collate "C" not null,
    person_word   text collate "C" not null,
    demonstration boolean not null,
    created_at    bigint not null
);

create table people (
    id            text collate "C" not null primary key,
    name          text collate "C" not null,
    -- Lower case.
    email         text collate "C" not null unique,
    job           text collate "C" not null,
    place         text collate "C" not null,
    employed_from bigint not null,
    -- Whether they see the programme lead's pages.
    leads         boolean not null,
    -- A PHC string; absent until the person chose a password.
    password      text collate "C"
);

-- One-time links to choose a password. Only the token's SHA-256 is kept.
create table invitations (
    token_hash bytea not null primary key,
    person     text collate "C" not null references people (id),
    ends_at    bigint not null
);

-- Only the token's SHA-256 is kept.
create table sessions (
    token_hash bytea not null primary key,
    person     text collate "C" not null references people (id),
    began_at   bigint not null,
    ends_at    bigint not null
);
create index sessions_by_person on sessions (person);

create table devices (
    id          text collate "C" not null primary key,
    person      text collate "C" not null references people (id),
    -- CBOR of a public key, tagged with its algorithm.
    public_key  bytea not null,
    label       text collate "C" not null,
    enrolled_at bigint not null,
    revoked_at  bigint
);
create index devices_by_person on devices (person);

create table logs (
    -- Short, because every line repeats it.
    number bigint generated always as identity not null primary key,
    name   text collate "C" not null unique,
    epoch  bigint not null,
    -- The position of the next line and the hash that it builds on.
    next   bigint not null,
    head   bytea not null
);

-- The truth: what happened, in order.
create table lines (
    log         bigint not null references logs (number),
    position    bigint not null,
    epoch       bigint not null,
    -- 0 word, 1 decision, 2 fact.
    kind        bigint not null,
    author      bytea,
    device      bytea,
    received_at bigint not null,
    nonce       bytea not null,
    commitment  bytea not null,
    hash        bytea not null,
    -- CBOR, tagged with its algorithm; on decisions, facts and the last line of a batch.
    signature   bytea,
    primary key (log, position)
);

-- What can be erased without breaking the chain.
create table sides (
    log         bigint not null,
    position    bigint not null,
    salt        bytea not null,
    bytes       bytea not null,
    -- A submit's frozen words.
    content     bytea,
    -- What identifies a change or a decision when it is sent again; absent on facts.
    item_hash   bytea,
    primary key (log, position)
);

-- Who may read a log, written in the transaction of the facts that say so.
create table members (
    log      bigint not null references logs (number),
    person   text collate "C" not null,
    name     text collate "C" not null,
    role     text collate "C" not null,
    leads    boolean not null,
    since    bigint not null,
    until    bigint,
    -- The line that ended it: its person reads up to it and no further.
    ended_by bigint,
    -- The line that began it.
    began_by bigint not null,
    primary key (log, began_by)
);
create index members_by_person on members (person);

-- When a draft was written in its author's own log: two times, no words.
create table draft_times (
    person   text collate "C" not null,
    record   text collate "C" not null,
    earliest bigint not null,
    latest   bigint not null,
    primary key (person, record)
);

-- R10: what somebody sent after they were removed, for the lead.
create table held (
    id          text collate "C" not null primary key,
    log         bigint not null references logs (number),
    author      text collate "C" not null,
    device      text collate "C" not null,
    -- SHA-256 of the items' hashes, in order: sent again it is the same.
    items_hash  bytea not null,
    -- CBOR of the bundle as it was pushed.
    bundle      bytea not null,
    received_at bigint not null,
    -- adopted or discarded; absent while it waits.
    outcome     text collate "C",
    settled_at  bigint,
    unique (log, author, items_hash)
);
