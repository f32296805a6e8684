-- The whole document of an e-mail; null when it is not rendered, or was erased. As htmlOf() in layout/index.ts puts it together.
create or replace function email_html(e emails) returns text language sql stable as $$
  select coalesce(e.html, (
    select string_agg(concat(p.piece, e.slots ->> p.slot), '' order by p.place)
      from email_layouts l
     cross join unnest(l.pieces, l.slots) with ordinality p (piece, slot, place)
     where l.hash = e.layout_hash and l.site_id = e.site_id and e.slots is not null))
$$;
