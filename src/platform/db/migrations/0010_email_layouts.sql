-- What the e-mails of a site have in common, once, and not in each of them: pieces[1], the slot slots[1],
-- pieces[2], …; the last piece has no slot after it.
create table email_layouts (
  site_id bigint not null,
  -- SHA-256 of the layout.
  hash text not null,
  pieces text[] not null,
  slots text[] not null,
  primary key (hash, site_id)
);

-- What stands in the slots of its layout, by name. An e-mail that was rendered before there were layouts has all of
-- it in `html`.
alter table emails add column layout_hash text, add column slots jsonb;
alter table emails alter column slots set storage external;
