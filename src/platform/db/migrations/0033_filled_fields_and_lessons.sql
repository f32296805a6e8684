-- Contacts that lack a value of a custom field are found quickly: see docs/decisions/0016-custom-fields.md.

lock table contacts in access exclusive mode;

-- The numbers of the fields that a contact has values of, as in '1,2,10'; '*' where that is too long for an index.
create function filled_fields(custom jsonb) returns text language sql immutable strict parallel safe as $$
  select case when length(numbers) <= 1000 then numbers else '*' end
    from array_to_string(array(select substr(key, 8) from jsonb_object_keys(custom) key), ',') numbers
$$;

alter table contacts add column filled_fields text collate "C" not null
  generated always as (case custom when '{}' then '' else filled_fields(custom) end) stored;

-- With equal entries, which PostgreSQL keeps once.
create index contacts_filled on contacts (site_id, filled_fields)
  where created_at > '-infinity' and deleted_at is null;

-- The text of a lesson is HTML; what was plain text stays as it was shown.
update course_lessons
   set body = '<p>' || replace(replace(
         regexp_replace(
           replace(replace(replace(replace(btrim(body, E' \t\r\n'), E'\r\n', E'\n'), '&', '&amp;'), '<', '&lt;'), '>', '&gt;'),
           E'\n{2,}', E'\x01', 'g'),
         E'\n', '<br>'), E'\x01', E'</p>\n<p>') || '</p>'
 where btrim(body, E' \t\r\n') <> '';
