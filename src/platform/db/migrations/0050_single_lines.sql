-- Values of custom fields are on one line, except those of text areas: see read-values.ts.
update contacts c
   set custom = c.custom || lines.custom
  from (select v.site_id, v.contact_id, jsonb_object_agg('custom_' || f.number, line) as custom
          from contact_custom_values v
          join custom_fields f on f.site_id = v.site_id and f.id = v.field_id
          cross join btrim(regexp_replace(v.value, '[[:cntrl:]\u2028\u2029]+', ' ', 'g')) line
         where f.type <> 'TextAreaField' and v.value ~ '[[:cntrl:]\u2028\u2029]' and line <> ''
         group by v.site_id, v.contact_id) lines
 where c.site_id = lines.site_id and c.id = lines.contact_id;
