-- The outbox is its own queue. When an e-mail is tried (again); null when it is not any more.
alter table emails add column due_at timestamptz;
update emails set due_at = created_at where status = 'pending';
alter table emails add constraint emails_due check (status <> 'pending' or due_at is not null);
drop index emails_pending;
create index emails_due on emails (due_at, id) where status = 'pending';
alter table emails drop column job_id;
