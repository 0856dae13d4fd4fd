-- What the server folded of a log's lines, so that a push loads what it touches. A copy: the lines are the truth, and
-- all of it may be deleted at any time.
create table parts (
    log   integer not null references logs (number),
    -- What part it is, and of what.
    name  blob    not null,
    bytes blob    not null,
    primary key (log, name)
);
