-- When `bestow backup` has last completed one, for `bestow status`.
create table last_backup (
  one boolean primary key default true check (one),
  finished_at timestamptz not null
);
