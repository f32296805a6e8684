import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import { type Merging, twoCustomers } from '../../platform/merging.ts'

/** What one of the two has completed is complete; a course is resumed where either was last. */
export const progressMerging: Merging = {
  name: 'course_progress',
  async move(tx, merge) {
    const { siteId, from, now } = merge
    if (from.customerId === null) return 0
    const customers = twoCustomers(merge)
    // It stays with the customer, who is the other contact from then on.
    if (!customers) return countProgress(tx, siteId, from.customerId)
    await sql`
      insert into lesson_completions as c (site_id, customer_id, lesson_id, completed_at)
      select site_id, ${customers.into}, lesson_id, completed_at from lesson_completions
       where customer_id = ${customers.from} and site_id = ${siteId}
      on conflict (customer_id, lesson_id, site_id)
      do update set completed_at = least(c.completed_at, excluded.completed_at)`.execute(tx)
    await sql`
      with joined as (
        update course_progress p
           set last_lesson_id = case when f.last_visited_at > p.last_visited_at then f.last_lesson_id else p.last_lesson_id end,
               last_visited_at = greatest(p.last_visited_at, f.last_visited_at),
               completed_at = least(p.completed_at, f.completed_at),
               created_at = least(p.created_at, f.created_at), updated_at = ${now}
          from course_progress f
         where p.customer_id = ${customers.into} and p.site_id = ${siteId}
           and f.customer_id = ${customers.from} and f.site_id = ${siteId} and f.product_id = p.product_id
        returning f.id
      )
      delete from course_progress f using joined where f.id = joined.id and f.site_id = ${siteId}`.execute(tx)
    const { numUpdatedRows } = await tx
      .updateTable('course_progress')
      .set({ customer_id: customers.into })
      .where('customer_id', '=', customers.from)
      .where('site_id', '=', siteId)
      .executeTakeFirst()
    await tx
      .deleteFrom('lesson_completions')
      .where('customer_id', '=', customers.from)
      .where('site_id', '=', siteId)
      .execute()
    return Number(numUpdatedRows)
  },
}

async function countProgress(tx: Tx, siteId: string, customerId: string): Promise<number> {
  const { count } = await tx
    .selectFrom('course_progress')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('site_id', '=', siteId)
    .where('customer_id', '=', customerId)
    .executeTakeFirstOrThrow()
  return Number(count)
}
