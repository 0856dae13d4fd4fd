-- When a device was last heard from, to within an hour, and by which session: a browser that has lost what it stored keeps
-- its session, and so it is known that it was set up before.
alter table devices add column heard_at integer;
alter table sessions add column device text;
alter table sessions add column heard_at integer;
