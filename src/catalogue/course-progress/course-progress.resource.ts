import { sql } from 'kysely'
import {
  integer,
  LIST_INDEX,
  nullableTimestamp,
  related,
  timestamp,
  toMany,
  toOne,
} from '../../platform/jsonapi/field-types.ts'
import { readId } from '../../platform/jsonapi/identifiers.ts'
import { comparisons } from '../../platform/jsonapi/operators.ts'
import { defineResource } from '../../platform/jsonapi/resource.ts'

const TOTAL = sql`(select count(*)::integer from counted_lessons(r.site_id, r.product_id))`
const COMPLETED = sql`completed_lessons(r.site_id, r.product_id, r.customer_id)`

export const courseProgress = defineResource({
  type: 'course_progress',
  singular: 'course progress',
  permittedWith: 'customers',
  isManaged: false,
  description:
    'How far a customer is in a course, from the first lesson that they open. `lessons_count` counts the lessons that are or will be open to members; `completed_at` is when all were complete for the first time, and stays.',
  from: sql`course_progress r`,
  listed: LIST_INDEX,
  attributes: {
    percent: integer(sql`coalesce(100 * ${COMPLETED} / nullif(${TOTAL}, 0), 0)`),
    completed_lessons_count: integer(COMPLETED),
    lessons_count: integer(TOTAL),
    last_visited_at: timestamp(),
    completed_at: nullableTimestamp(),
    created_at: timestamp(),
    updated_at: timestamp(),
  },
  relationships: {
    site: toOne('sites', sql`r.site_id`),
    customer: toOne('customers', sql`r.customer_id`),
    contact: toOne(
      'contacts',
      sql`(select c.contact_id from customers c where c.id = r.customer_id and c.site_id = r.site_id)`,
    ),
    course: toOne('courses', sql`r.product_id`),
    last_lesson: toOne('lessons', sql`r.last_lesson_id`),
    completed_lessons: toMany(
      'lessons',
      (ids, { siteIds }) => sql`
        select p.id as owner_id, c.lesson_id as id
          from course_progress p
         cross join lateral counted_lessons(p.site_id, p.product_id) l
          join lesson_completions c on c.customer_id = p.customer_id and c.lesson_id = l.lesson_id
                                   and c.site_id = p.site_id and c.completed_at is not null
         where p.site_id = any (${siteIds}::bigint[]) and p.id = any (${ids}::bigint[])
         order by c.completed_at, c.lesson_id`,
      { linkage: 'always' },
    ),
  },
  filters: {
    contact_id: {
      description: 'Progress of this contact',
      refersTo: 'contacts',
      build: (value, { siteIds }) => ({
        where: sql`r.customer_id = any (array(
          select c.id from customers c
           where c.contact_id = ${readId(value)} and c.site_id = any (${siteIds}::bigint[])))`,
      }),
    },
    customer_id: related(sql`r.customer_id`, 'customers', 'Progress of this customer'),
    course_id: related(sql`r.product_id`, 'courses', 'Progress in this course'),
    ...comparisons('completed_at', sql`r.completed_at`, 'time'),
  },
  filterable: { created_at: 'time', updated_at: 'time' },
  sorts: { completed_at: sql`r.completed_at`, last_visited_at: sql`r.last_visited_at` },
  defaultSort: '-created_at',
  nearMisses: [
    [/^\/(?:v1\/)?course_progresses(\/.*)?$/, 'Progress in courses is at /v1/course_progress.'],
    [
      /^\/v1\/(contact|customer)s\/(\w+)\/(?:course_)?progress$/,
      'Progress of a $1: GET /v1/course_progress?filter[$1_id]=$2.',
    ],
  ],
})
