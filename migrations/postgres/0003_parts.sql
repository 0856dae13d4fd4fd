-- What the server folded of a log's lines, so that a push loads what it touches. A copy: the lines are the truth, and
-- all of it may be deleted at any time.
create table parts (
    log   bigint not null references logs (number),
    -- What part it is, and of what.
    name  bytea  not null,
    bytes bytea  not null,
    primary key (log, name)
);
