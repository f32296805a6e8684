/** The pages of a product: its lessons, what the member has completed of them, and the certificate. */
import {
  completeCourse,
  completeLesson,
  type OpenLesson,
  reopenLesson,
  visitLesson,
} from '../catalogue/course-progress/complete-lesson.ts'
import { type CourseProgress, readProgress } from '../catalogue/course-progress/read-progress.ts'
import {
  type CourseLesson,
  type CourseModule,
  readCourse,
  readLesson,
} from '../catalogue/courses/read-course.ts'
import { signUploads } from '../catalogue/uploads/sign-uploads.ts'
import { inTransaction } from '../platform/db/database.ts'
import { accessOf, type LibraryItem, readLibrary } from './library.ts'
import { type Inside, insidePage, oneOf, ownPage, type Page } from './page.ts'
import { paths } from './pages/paths.ts'
import type { OutlinedModule } from './pages/views.ts'
import { notFound } from './public.pages.ts'
import { sanitizeContent } from './sanitize-content.ts'
import type { Visit } from './visit.ts'

/** A product of the library, its lessons, and how far the member is in them. */
interface Course {
  item: LibraryItem
  modules: CourseModule[]
  lessons: (CourseLesson & { module: string })[]
  /** Null for what has no lessons. */
  progress: CourseProgress | null
}

const product = insidePage('GET', '/products/:id', async (visit) => {
  const course = await openCourse(visit)
  if (!course) return notFound(visit)
  const { item } = course
  if (item.state === 'ended') return noAccess(visit)
  const progress = await settled(visit, course)
  const path = paths.product(item.product_id)
  return visit.render('product', {
    ...item,
    notice: oneOf(visit.query.notice, ['course_completed']),
    text: item.description,
    path,
    access: accessOf(item),
    progress,
    modules: outlineOf(course),
    resume: resumeAt(course),
    certificate: progress?.completedAt ? paths.certificate(item.product_id) : null,
  })
})

const lesson = insidePage('GET', '/products/:id/lessons/:lesson', async (visit) => {
  const course = await openCourse(visit)
  if (!course) return notFound(visit)
  const { item, lessons, progress } = course
  if (item.state !== 'open') return noAccess(visit)
  const place = lessons.findIndex(({ id }) => id === visit.params.lesson)
  const shown = lessons[place]
  if (!shown) return notFound(visit)
  const pathTo = (id: string) => paths.lesson(item.product_id, id)
  const linkTo = (to: CourseLesson | undefined) => (to ? { title: to.title, path: pathTo(to.id) } : null)
  const view = {
    product: { title: item.title, path: paths.product(item.product_id) },
    title: shown.title,
    position: place + 1,
    total: lessons.length,
  }
  if (!isOpen(shown)) return visit.render('closed_lesson', { ...view, opens_at: shown.opens_at }, 403)
  const { app, site } = visit
  // Where the member was last is theirs.
  if (!visit.isActing)
    await inTransaction(app.db, (tx) => visitLesson(tx, openLesson(visit, item, shown), app.clock.now()))
  const later = lessons.slice(place + 1)
  const { body, media } = await readLesson(app, site.id, shown.id)
  return visit.render('lesson', {
    ...view,
    path: pathTo(shown.id),
    module: shown.module,
    html: body ? await signUploads(app, site.id, await sanitizeContent(body)) : null,
    media,
    modules: outlineOf(course),
    progress,
    completed_at: progress?.completions.get(shown.id) ?? null,
    complete: paths.completeLesson(item.product_id, shown.id),
    reopen: paths.reopenLesson(item.product_id, shown.id),
    previous: linkTo(lessons.slice(0, place).findLast(isOpen)),
    // When none is open yet, the next one says when it opens.
    next: linkTo(later.find(isOpen) ?? later[0]),
  })
})

const complete = ownPage('POST', '/products/:id/lessons/:lesson/complete', async (visit) => {
  const course = await openCourse(visit)
  const shown = course && findOpen(course, visit.params.lesson!)
  if (!shown) return notFound(visit)
  const { app } = visit
  const { item, lessons, progress } = course
  const isComplete = await inTransaction(app.db, (tx) =>
    completeLesson(tx, openLesson(visit, item, shown), app.clock.now()),
  )
  app.onEvents()
  const isJustComplete = isComplete && !progress?.completedAt
  const next = lessons.slice(lessons.indexOf(shown) + 1).find(isOpen)
  if (next && !isJustComplete) return visit.redirect(paths.lesson(item.product_id, next.id))
  return visit.redirect(paths.product(item.product_id) + (isJustComplete ? '?notice=course_completed' : ''))
})

const reopen = ownPage('POST', '/products/:id/lessons/:lesson/reopen', async (visit) => {
  const course = await openCourse(visit)
  const shown = course && findOpen(course, visit.params.lesson!)
  if (!shown) return notFound(visit)
  const { item } = course
  await inTransaction(visit.app.db, (tx) => reopenLesson(tx, openLesson(visit, item, shown)))
  return visit.redirect(paths.lesson(item.product_id, shown.id))
})

/** Also when access has ended: what was completed stays so. */
const certificate = insidePage('GET', '/products/:id/certificate', async (visit) => {
  const course = await openCourse(visit)
  const { id, completedAt } = course?.progress ?? {}
  if (!course || !id || !completedAt) return notFound(visit)
  const { product_id, title, state } = course.item
  return visit.render('certificate', {
    back: state === 'ended' ? paths.library : paths.product(product_id),
    course: title,
    completed_at: completedAt,
    number: id,
  })
})

/** The product of the address, if this member has or had it. */
async function openCourse({ app, site, member, params }: Inside): Promise<Course | null> {
  const items = await readLibrary(app, site, member.customerId)
  const item = items.find(({ product_id }) => product_id === params.id)
  if (!item) return null
  const modules = item.state === 'open' ? await readCourse(app, site.id, item.product_id, item.since) : []
  const lessons = modules.flatMap(({ title, lessons }) => lessons.map((one) => ({ ...one, module: title })))
  const progress = await readProgress(app.db, site.id, member.customerId, [item.product_id])
  return { item, modules, lessons, progress: progress.get(item.product_id) ?? null }
}

/** The progress; a course whose last open lessons were removed is completed now. */
async function settled(visit: Inside, { item, progress }: Course): Promise<CourseProgress | null> {
  if (progress?.percent !== 100 || progress.completedAt || item.state !== 'open') return progress
  const { app } = visit
  const now = app.clock.now()
  const isComplete = await inTransaction(app.db, (tx) => completeCourse(tx, placeOf(visit, item), now))
  app.onEvents()
  return isComplete ? { ...progress, completedAt: now } : progress
}

const placeOf = ({ site, member }: Inside, { product_id: courseId }: LibraryItem) => ({
  siteId: site.id,
  contactId: member.contactId,
  customerId: member.customerId,
  courseId,
})

const openLesson = (visit: Inside, item: LibraryItem, { id }: CourseLesson): OpenLesson => ({
  ...placeOf(visit, item),
  lessonId: id,
})

const isOpen = ({ state }: CourseLesson) => state === 'open'

const findOpen = ({ lessons }: Course, id: string) => lessons.find((one) => one.id === id && isOpen(one))

/** Where the member goes on: at the lesson that was opened last, or the first that is not complete after it. */
function resumeAt({ item, lessons, progress }: Course) {
  const open = lessons.filter(isOpen)
  const last = Math.max(
    open.findIndex(({ id }) => id === progress?.lastLessonId),
    0,
  )
  const isToDo = ({ id }: CourseLesson) => !progress?.completions.has(id)
  const next = [...open.slice(last), ...open.slice(0, last)].find(isToDo)
  if (!next) return null
  return {
    title: next.title,
    path: paths.lesson(item.product_id, next.id),
    is_start: !progress?.lastLessonId,
  }
}

const outlineOf = ({ item, modules, progress }: Course): OutlinedModule[] =>
  modules.map(({ title, lessons }) => ({
    title,
    lessons: lessons.map(({ id, title, state, opens_at }) => ({
      title,
      path: state === 'open' ? paths.lesson(item.product_id, id) : null,
      opens_at,
      is_complete: progress?.completions.has(id) ?? false,
    })),
  }))

const noAccess = (visit: Visit) => visit.render('message', { about: 'no_access', path: paths.library }, 403)

export const coursePages: Page[] = [product, lesson, complete, reopen, certificate]
