-- The lessons that members must complete to complete a course: those that are or will be open to them.
create or replace function counted_lessons(p_site_id bigint, p_product_id bigint)
returns table (lesson_id bigint) language sql stable as $$
  select l.id
    from course_modules m join course_lessons l on l.module_id = m.id and l.site_id = m.site_id
   where m.product_id = p_product_id and m.site_id = p_site_id
     and m.archived_at is null and m.publishing_option = 'published'
     and l.archived_at is null and l.publishing_option in ('published', 'drip')
$$;

-- How many of them a customer has completed.
create or replace function completed_lessons(p_site_id bigint, p_product_id bigint, p_customer_id bigint)
returns integer language sql stable as $$
  select count(*)::integer
    from counted_lessons(p_site_id, p_product_id) l
    join lesson_completions c on c.customer_id = p_customer_id and c.lesson_id = l.lesson_id and c.site_id = p_site_id
                             and c.completed_at is not null
$$;
