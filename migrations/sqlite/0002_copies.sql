-- Where evidence was copied to, written in the transaction of the copy: whoever voids it finds every copy. Follows from the
-- logs' evidence facts.
create table copies (
    -- The name of the log that it comes from.
    origin text not null,
    record text not null,
    log    integer not null references logs (number),
    primary key (origin, record, log)
);
