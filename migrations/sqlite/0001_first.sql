-- The store's first shape. Times are milliseconds since the Unix epoch, by the server's clock; ids are lower-case UUIDs.

create table organisation (
    id            text    not null primary key,
    name          text    not null,
    -- The seed of the organisation's Ed25519 key.
    key_seed      blob    not null,
    zone          text    not null,
    person_word   text    not null,
    demonstration integer not null,
    created_at    integer not null
);

create table people (
    id            text    not null primary key,
    name          text    not null,
    -- Lower case.
    email         text    not null unique,
    job           text    not null,
    place         text    not null,
    employed_from integer not null,
    -- Whether they see the programme lead's pages.
    leads         integer not null,
    -- A PHC string; absent until the person chose a password.
    password      text
);

-- One-time links to choose a password. Only the token's SHA-256 is kept.
create table invitations (
    token_hash blob    not null primary key,
    person     text    not null references people (id),
    ends_at    integer not null
);

-- Only the token's SHA-256 is kept.
create table sessions (
    token_hash blob    not null primary key,
    person     text    not null references people (id),
    began_at   integer not null,
    ends_at    integer not null
);
create index sessions_by_person on sessions (person);

create table devices (
    id          text    not null primary key,
    person      text    not null references people (id),
    -- CBOR of a public key, tagged with its algorithm.
    public_key  blob    not null,
    label       text    not null,
    enrolled_at integer not null,
    revoked_at  integer
);
create index devices_by_person on devices (person);

create table logs (
    -- Short, because every line repeats it.
    number integer not null primary key,
    name   text    not null unique,
    epoch  integer not null,
    -- The position of the next line and the hash that it builds on.
    next   integer not null,
    head   blob    not null
);

-- The truth: what happened, in order.
create table lines (
    log         integer not null references logs (number),
    position    integer not null,
    epoch       integer not null,
    -- 0 word, 1 decision, 2 fact.
    kind        integer not null,
    author      blob,
    device      blob,
    received_at integer not null,
    nonce       blob    not null,
    commitment  blob    not null,
    hash        blob    not null,
    -- CBOR, tagged with its algorithm; on decisions, facts and the last line of a batch.
    signature   blob,
    primary key (log, position)
) without rowid;

-- What can be erased without breaking the chain.
create table sides (
    log         integer not null,
    position    integer not null,
    salt        blob    not null,
    bytes       blob    not null,
    -- A submit's frozen words.
    content     blob,
    -- What identifies a change or a decision when it is sent again; absent on facts.
    item_hash   blob,
    primary key (log, position)
) without rowid;

-- Who may read a log, written in the transaction of the facts that say so.
create table members (
    log      integer not null references logs (number),
    person   text    not null,
    name     text    not null,
    role     text    not null,
    leads    integer not null,
    since    integer not null,
    until    integer,
    -- The line that ended it: its person reads up to it and no further.
    ended_by integer,
    -- The line that began it.
    began_by integer not null,
    primary key (log, began_by)
) without rowid;
create index members_by_person on members (person);

-- When a draft was written in its author's own log: two times, no words.
create table draft_times (
    person   text    not null,
    record   text    not null,
    earliest integer not null,
    latest   integer not null,
    primary key (person, record)
) without rowid;

-- R10: what somebody sent after they were removed, for the lead.
create table held (
    id          text    not null primary key,
    log         integer not null references logs (number),
    author      text    not null,
    device      text    not null,
    -- SHA-256 of the items' hashes, in order: sent again it is the same.
    items_hash  blob    not null,
    -- CBOR of the bundle as it was pushed.
    bundle      blob    not null,
    received_at integer not null,
    -- adopted or discarded; absent while it waits.
    outcome     text,
    settled_at  integer,
    unique (log, author, items_hash)
);
