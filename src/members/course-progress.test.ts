/** What members complete: once, whatever the number of tabs; and where it can be read. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction } from '../platform/db/database.ts'
import { makeAutomation, makeTag } from '../testing/automations.ts'
import { makeContent, makePart } from '../testing/content.ts'
import { makeContact, makeOffer, offersBody, subdomainOf } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { makeHook } from '../testing/hooks.ts'
import { startReceiver } from '../testing/receiver.ts'
import { startSession } from './sessions.ts'

let h: Harness
let base: string
beforeAll(async () => {
  h = await startHarness()
  base = `${h.url}/s/${await subdomainOf(h.app, h.account.siteId)}`
})
afterAll(() => h.close())

/** A course with lessons of these titles, and somebody who holds it and is signed in. */
async function enrolled(titles: string[], options: object[] = []) {
  const courseId = await makeContent(h.client, 'courses', { title: 'Weaving' })
  const module = await makePart(h.client, 'modules', courseId, { title: 'Yarn' })
  const lessons: string[] = []
  for (const [index, title] of titles.entries())
    lessons.push(await makePart(h.client, 'lessons', module, { title, ...options[index] }))
  const offerId = await makeOffer(h.app, h.account.siteId, { productIds: [courseId] })
  return { courseId, lessons, offerId, ...(await member(offerId)) }
}

async function member(offerId: string) {
  const contactId = await makeContact(h.app, h.account.siteId, { name: 'Ada Lovelace' })
  const { body } = await h.client.post(
    `/v1/contacts/${contactId}/relationships/offers`,
    offersBody([offerId]),
  )
  const customerId = body.meta.customer_id as string
  const session = await inTransaction(h.app.db, (tx) =>
    startSession(tx, {
      ...{ siteId: h.account.siteId, customerId, previous: null, language: 'en' },
      now: h.app.clock.now(),
    }),
  )
  const cookie = `bestow_member=${session}`
  const read = async (path: string) => {
    const response = await fetch(base + path, { headers: { cookie }, redirect: 'manual' })
    return { status: response.status, text: await response.text() }
  }
  /** Presses a button of a page. @returns the path to which it leads */
  const press = async (path: string) => {
    const page = await fetch(base + path.replace(/\/(complete|reopen)$/, ''), { headers: { cookie } })
    const token = /name="_csrf" value="([^"]+)"/.exec(await page.text())![1]!
    const secret = page.headers.getSetCookie().map((one) => one.split(';')[0])
    const answer = await fetch(base + path, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        cookie: [cookie, ...secret].join('; '),
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({ _csrf: token }),
    })
    return [answer.status, answer.headers.get('location')?.replace(new URL(base).pathname, '')]
  }
  const events = async () => {
    const { body } = await h.client.get(
      `/v1/events?filter[contact_id]=${contactId}&filter[event]=lesson_completed,course_completed&sort=id`,
    )
    return body.data.map(({ attributes }: { attributes: { event: string; data: object } }) => ({
      event: attributes.event,
      ...attributes.data,
    }))
  }
  const progress = async () =>
    (await h.client.get(`/v1/course_progress?filter[contact_id]=${contactId}`)).body.data[0]
  return { contactId, customerId, read, press, events, progress }
}

test('completing lessons is counted, resumes at the next one, and ends with a certificate', async () => {
  const { courseId, lessons, read, press, events, progress, customerId } = await enrolled([
    'One',
    'Two',
    'Three',
  ])
  const course = `/products/${courseId}`
  const [one, two, three] = lessons.map((id) => `${course}/lessons/${id}`)
  expect((await read('/')).text).toContain('<progress value="0" max="3"')
  expect((await read(course)).text).toContain('Start with the first lesson')
  expect((await read(`${course}/certificate`)).status).toBe(404)

  expect(await press(`${one}/complete`)).toEqual([303, two])
  expect((await read('/')).text).toMatch(/<progress value="1" max="3"[\s\S]*33% complete[\s\S]*>Continue</)
  await read(three!)
  expect((await read(course)).text).toContain('Continue: Three')
  expect(await press(`${three}/complete`)).toEqual([303, course])
  expect((await read(course)).text).toContain('Continue: Two')
  expect(await press(`${two}/complete`)).toEqual([303, `${course}?notice=course_completed`])

  const page = (await read(`${course}?notice=course_completed`)).text
  expect(page).toContain('You have completed all lessons.')
  expect(page).toContain(`${course}/certificate"`)
  const shown = await progress()
  expect(shown.attributes).toMatchObject({ percent: 100, completed_lessons_count: 3, lessons_count: 3 })
  expect(shown.attributes.completed_at).not.toBeNull()
  const ids = ({ data }: { data: { id: string }[] }) => data.map(({ id }) => id)
  expect(ids(shown.relationships.completed_lessons)).toEqual([lessons[0], lessons[2], lessons[1]])
  expect(shown.relationships).toMatchObject({
    customer: { data: { id: customerId } },
    course: { data: { id: courseId } },
    last_lesson: { data: { id: lessons[1] } },
  })
  const common = { course_id: courseId, course_progress_id: shown.id }
  expect(await events()).toEqual([
    { event: 'lesson_completed', lesson_id: lessons[0], ...common },
    { event: 'lesson_completed', lesson_id: lessons[2], ...common },
    { event: 'lesson_completed', lesson_id: lessons[1], ...common },
    { event: 'course_completed', ...common },
  ])
  const certificate = (await read(`${course}/certificate`)).text
  expect(certificate).toMatch(/Ada Lovelace[\s\S]*Weaving[\s\S]*Completed on <time/)
  expect(certificate).toContain(`Certificate no. ${shown.id}`)
})

test('of a lesson that five tabs complete at once, one completion and one event are recorded', async () => {
  const { courseId, lessons, press, events } = await enrolled(['Only'])
  const path = `/products/${courseId}/lessons/${lessons[0]}/complete`
  const answers = await Promise.all(Array.from({ length: 5 }, () => press(path)))
  expect(answers.map(([status]) => status)).toEqual([303, 303, 303, 303, 303])
  expect((await events()).map(({ event }: { event: string }) => event)).toEqual([
    'lesson_completed',
    'course_completed',
  ])
})

test('a completion can be taken back; completing the lesson again is no second event, and the course stays complete', async () => {
  const { courseId, lessons, press, read, events, progress } = await enrolled(['Only'])
  const path = `/products/${courseId}/lessons/${lessons[0]}`
  await press(`${path}/complete`)
  const { completed_at } = (await progress()).attributes
  expect((await read(path)).text).toContain('Mark as not complete')
  expect(await press(`${path}/reopen`)).toEqual([303, path])
  expect((await progress()).attributes).toMatchObject({ percent: 0, completed_at })
  expect((await read(`/products/${courseId}/certificate`)).status).toBe(200)
  await press(`${path}/complete`)
  expect((await progress()).attributes).toMatchObject({ percent: 100, completed_at })
  expect(await events()).toHaveLength(2)
})

test('locked lessons do not count, later ones do, and a lesson that is not open cannot be completed', async () => {
  const locked = { publishing_option: 'locked' }
  const later = { publishing_option: 'drip', drip_days: 7 }
  const { courseId, lessons, press, progress } = await enrolled(
    ['Now', 'Never', 'Later'],
    [{}, locked, later],
  )
  const pathTo = (id: string) => `/products/${courseId}/lessons/${id}`
  await press(`${pathTo(lessons[0]!)}/complete`)
  expect((await progress()).attributes).toMatchObject({ percent: 50, lessons_count: 2, completed_at: null })
  for (const id of lessons.slice(1)) expect((await press(`${pathTo(id)}/complete`))[0]).toBe(404)
})

test('a course whose last open lesson is removed is complete at the next visit', async () => {
  const { courseId, lessons, press, read, progress, events } = await enrolled(['Stays', 'Goes'])
  await press(`/products/${courseId}/lessons/${lessons[0]}/complete`)
  await h.client.delete(`/v1/lessons/${lessons[1]}`)
  expect((await read(`/products/${courseId}`)).text).toContain('/certificate"')
  expect((await progress()).attributes.completed_at).not.toBeNull()
  expect(await events()).toMatchObject([{ event: 'lesson_completed' }, { event: 'course_completed' }])
})

test('hooks and automations of a course are triggered, those of another course are not', async () => {
  const { courseId, lessons, contactId, press } = await enrolled(['Only'])
  const other = await makeContent(h.client, 'courses', { title: 'Dyeing' })
  const [tag, otherTag] = [await makeTag(h.app, h.account.siteId), await makeTag(h.app, h.account.siteId)]
  for (const [resource_id, tag_id] of [
    [courseId, tag],
    [other, otherTag],
  ])
    await makeAutomation(h.app, h.account.siteId, {
      trigger: { event: 'course_completed', resource_id },
      actions: [{ action: 'add_tag', tag_id }],
    })
  const receiver = await startReceiver()
  // Of the other tests.
  await h.drain()
  await makeHook(h.app, h.account.siteId, { event: 'lesson_completed', targetUrl: receiver.url })
  await press(`/products/${courseId}/lessons/${lessons[0]}/complete`)
  await h.drain()
  const tags = (await h.client.get(`/v1/contacts/${contactId}/relationships/tags`)).body.data
  expect(tags.map(({ id }: { id: string }) => id)).toEqual([tag])
  const [delivered] = receiver.received.map(({ body }) => body)
  expect(delivered).toMatchObject({ event: 'lesson_completed', id: lessons[0] })
  expect(delivered.payload.map(({ type, id }: { type: string; id: string }) => `${type} ${id}`)).toContain(
    `courses ${courseId}`,
  )
  await receiver.close()
})

test('a merge has the progress of both, and a deleted contact leaves none', async () => {
  const into = await enrolled(['One', 'Two'])
  const from = await member(into.offerId)
  const pathTo = (index: number) => `/products/${into.courseId}/lessons/${into.lessons[index]}/complete`
  await into.press(pathTo(0))
  await from.press(pathTo(1))
  await h.client.post(`/v1/contacts/${into.contactId}/merge`, {
    data: { type: 'contacts', id: from.contactId },
  })
  const merged = await into.progress()
  expect(merged.attributes).toMatchObject({ percent: 100, completed_at: null })
  expect(merged.relationships.last_lesson.data.id).toBe(into.lessons[1])
  expect((await into.read(`/products/${into.courseId}`)).text).toContain('/certificate"')
  expect((await into.progress()).attributes.completed_at).not.toBeNull()
  await h.client.delete(`/v1/contacts/${into.contactId}`)
  const { rows } = await h.app.pool.query(
    `select customer_id from course_progress where customer_id = any ($1)
      union all select customer_id from lesson_completions where customer_id = any ($1)`,
    [[into.customerId, from.customerId]],
  )
  expect(rows).toEqual([])
})

test('captions of a video are WebVTT uploads of the site, shown by the player', async () => {
  const { courseId, lessons, read } = await enrolled(['Film'])
  const upload = async (content: string, name: string) => {
    const form = new FormData()
    form.append('file', new Blob([content]), name)
    return (await h.client.post('/v1/uploads', form)).body.data.attributes.url as string
  }
  const vtt = await upload('WEBVTT\n\n00:00.000 --> 00:02.000\nHello.\n', 'hello.vtt')
  const medium = await makePart(h.client, 'media', lessons[0]!, { url: 'https://example.com/film.mp4' })
  const set = (captions: object[]) =>
    h.client.patch(`/v1/media/${medium}`, { data: { type: 'media', id: medium, attributes: { captions } } })
  const answer = await set([
    { language: 'en', url: vtt },
    { language: 'es', label: 'Castellano', url: vtt },
  ])
  expect(answer.body.data.attributes.captions).toEqual([
    { language: 'en', label: 'English', url: vtt },
    { language: 'es', label: 'Castellano', url: vtt },
  ])
  const { text } = await read(`/products/${courseId}/lessons/${lessons[0]}`)
  const [, src] =
    /<track kind="captions" src="([^"]+)" srclang="en" label="English" default>/.exec(text) ?? []
  const file = await fetch(h.url + src!.replaceAll('&amp;', '&'))
  expect([file.headers.get('content-type'), await file.text()]).toEqual([
    'text/vtt; charset=utf-8',
    expect.stringContaining('Hello.'),
  ])
  for (const captions of [
    [{ language: 'en', url: await upload('hello', 'hello.txt') }],
    [{ language: 'no language', url: vtt }],
    [{ language: 'en', url: 'https://example.com/hello.vtt' }],
  ])
    expect([(await set(captions)).status, captions]).toEqual([422, captions])
  const upload_ = (await h.client.get('/v1/uploads?sort=-id')).body.data.find(
    ({ attributes }: { attributes: { url: string } }) => attributes.url === vtt,
  )
  expect((await h.client.delete(`/v1/uploads/${upload_.id}`)).body.errors[0].code).toBe('in_use')
})
