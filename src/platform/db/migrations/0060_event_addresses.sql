-- Where a change comes from: the IP address of the caller with a key or a session.
alter table events add column address text;
