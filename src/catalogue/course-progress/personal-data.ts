import type { PersonalData } from '../../platform/personal-data.ts'

export const progressData: PersonalData = {
  name: 'course_progress',
  async erase(tx, { siteId, customerId }) {
    if (customerId === null) return
    for (const table of ['lesson_completions', 'course_progress'] as const)
      await tx.deleteFrom(table).where('customer_id', '=', customerId).where('site_id', '=', siteId).execute()
  },
  async export({ db }, { siteId, customerId }) {
    const courses = await db
      .selectFrom('course_progress')
      .select(['product_id as course_id', 'created_at', 'last_visited_at', 'last_lesson_id', 'completed_at'])
      .where('customer_id', '=', customerId)
      .where('site_id', '=', siteId)
      .orderBy('id')
      .execute()
    const completed_lessons = await db
      .selectFrom('lesson_completions')
      .select(['lesson_id', 'completed_at'])
      .where('customer_id', '=', customerId)
      .where('site_id', '=', siteId)
      .where('completed_at', 'is not', null)
      .orderBy('completed_at')
      .execute()
    return { courses, completed_lessons }
  },
}
