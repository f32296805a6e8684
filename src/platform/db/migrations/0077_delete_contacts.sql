-- The permission `delete:contacts` is new: whoever could delete contacts keeps it.
update roles set permissions = permissions || 'delete:contacts'::text
 where permissions is not null and 'manage:contacts' = any (permissions);
update api_keys set permissions = permissions || 'delete:contacts'::text
 where permissions is not null and 'manage:contacts' = any (permissions);
