-- What happens by itself must neither stop at one failure nor lose anything.

-- An event that could not be reacted to is left alone until then, so that it does not hold up the others.
alter table events add column dispatch_attempts integer not null default 0;
alter table events add column dispatch_after timestamptz;
alter table events add column dispatch_error text;

-- The job that will send the e-mail; pending without one that lives, it is given another.
alter table emails add column job_id uuid;
-- Until then a worker may be handing it to the mail server, and no other may.
alter table emails add column sending_until timestamptz;
create index emails_failed on emails (id) where status = 'failed';

-- By when a link was worth nothing any more.
create index member_links_end on member_links (least(used_at, expires_at));
