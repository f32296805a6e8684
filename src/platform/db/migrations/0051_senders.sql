-- Who a site's e-mails are from; null: its title, and the address of the server.
alter table sites
  add column sender_name text,
  add column sender_email text,
  add column reply_to_email text;

-- The permission `configure:sites` is new: whoever could change these things keeps it.
update roles set permissions = permissions || 'configure:sites'::text
 where permissions is not null and 'manage:sites' = any (permissions);
update api_keys set permissions = permissions || 'configure:sites'::text
 where permissions is not null and 'manage:sites' = any (permissions);
