import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { completeLesson } from '../catalogue/course-progress/complete-lesson.ts'
import { inTransaction } from '../platform/db/database.ts'
import { makeAutomation } from '../testing/automations.ts'
import { makeContent, makePart } from '../testing/content.ts'
import { makeContact, makeOffer, offersBody, unique } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { type AutomationEmail, queueAutomationEmails, reserveBudget } from './automation-emails.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness({ mode: 'production' })
  await h.app.db.updateTable('sites').set({ title: 'The Studio', subdomain: 'studio' }).execute()
})
afterAll(() => h.close())
beforeEach(async () => {
  await h.app.db.deleteFrom('email_budgets').execute()
})

const HOUR_MS = 3_600_000

const reserve = (wanted: number, now = h.app.clock.now()) =>
  inTransaction(h.app.db, (tx) => reserveBudget(tx, h.account.siteId, wanted, now))

const setLimit = (automation_emails_per_hour: number) =>
  h.app.db.updateTable('sites').set({ automation_emails_per_hour }).execute()

test('a site sends no more e-mails in an hour than its limit, and again in the next hour', async () => {
  await setLimit(100)
  const now = new Date('2031-05-05T10:59:59.999Z')
  const nextHour = new Date('2031-05-05T11:00:00Z')
  expect(await reserve(60, now)).toEqual({ granted: 60, nextHour })
  expect(await reserve(60, now)).toEqual({ granted: 40, nextHour })
  expect(await reserve(60, now)).toEqual({ granted: 0, nextHour })
  expect(await reserve(300, nextHour)).toEqual({
    granted: 100,
    nextHour: new Date(nextHour.getTime() + HOUR_MS),
  })
})

test('a limit that is changed within the hour applies at once', async () => {
  await setLimit(10)
  expect((await reserve(8)).granted).toBe(8)
  await setLimit(5)
  expect((await reserve(8)).granted).toBe(0)
  await setLimit(20)
  expect((await reserve(20)).granted).toBeGreaterThanOrEqual(2)
  expect((await reserve(1)).granted).toBe(0)
})

test('concurrent requests for the budget get exactly the budget in total', async () => {
  await setLimit(100)
  const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => reserve(n % 7)))
  const more = await reserve(1_000)
  expect([...answers, more].reduce((sum, { granted }) => sum + granted, 0)).toBe(100)
})

test('budget taken in a transaction that fails is returned', async () => {
  await setLimit(100)
  const failing = inTransaction(h.app.db, async (tx) => {
    await reserveBudget(tx, h.account.siteId, 90, h.app.clock.now())
    throw new Error('on purpose')
  })
  await expect(failing).rejects.toThrow('on purpose')
  expect((await reserve(100)).granted).toBe(100)
})

/** The rows of a run that sends an e-mail, as automations create them. */
async function step(contactId: string, eventId: string, values: object): Promise<AutomationEmail> {
  const now = h.app.clock.now()
  const { id: templateId } = await h.app.db
    .insertInto('email_templates')
    .values({
      site_id: h.account.siteId,
      kind: 'automation',
      name: 'A letter',
      created_at: now,
      updated_at: now,
      ...values,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  // No run has this id, also not those of automations that run here.
  return { eventId, contactId, templateId, runId: String(1_000_000 + unique()), step: 0 }
}

async function send(emails: AutomationEmail[]) {
  const now = h.app.clock.now()
  await inTransaction(h.app.db, (tx) => queueAutomationEmails(tx, h.account.siteId, emails, now))
  await h.drain()
  return h.app.db
    .selectFrom('emails as e')
    .selectAll('e')
    .select(sql<string>`email_html(e)`.as('html'))
    .where('kind', '=', 'automation')
    .where('contact_id', '=', emails[0]!.contactId)
    .orderBy('id')
    .execute()
}

const eventOf = async (contactId: string, type: string) =>
  (
    await h.app.db
      .selectFrom('events')
      .select('id')
      .where('contact_id', '=', contactId)
      .where('type', '=', type)
      .executeTakeFirstOrThrow()
  ).id

test('a contact who is not a customer gets the e-mail with the site’s URL, without a sign-in link', async () => {
  const contactId = await makeContact(h.app, h.account.siteId, {
    name: 'Ada Lovelace',
    email: 'ada@example.com',
  })
  const email = await step(contactId, await eventOf(contactId, 'contact_created'), {
    subject: 'News for {{ recipient.first_name }}',
    body: '<p>Dear {{ recipient.name }},</p><p>{{ offers.size }} offers, <a href="https://x.example/?a=1&amp;b">here</a>.</p>',
    button: 'Come and see',
  })
  const [sent, ...others] = await send([email, email])
  expect(others).toEqual([])
  expect(sent).toMatchObject({ status: 'kept', to_email: 'ada@example.com', subject: 'News for Ada' })
  expect(sent!.text).toBe(
    `Dear Ada Lovelace,

0 offers, here (https://x.example/?a=1&b).

Come and see:
https://members.example.com/s/studio

--
You are receiving this because ada@example.com is a contact of The Studio (https://members.example.com/s/studio).
`,
  )
  expect(await h.app.db.selectFrom('member_links').select('purpose').execute()).toEqual([])
})

test('a customer gets a personal link in each e-mail, which is hidden in the outbox', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const offerId = await makeOffer(h.app, h.account.siteId, { title: 'Painting Light' })
  const path = `/v1/contacts/${contactId}/relationships/offers`
  await h.client.post(
    path,
    offersBody([offerId], { send_customer_welcome_email: false, send_offer_grant_email: true }),
  )
  const eventId = await eventOf(contactId, 'offer_granted')
  const words = { subject: 'Yours', body: '<p>{{ offers[0].title }}</p>', button: 'Go' }
  const emails = [await step(contactId, eventId, words), await step(contactId, eventId, words)]
  const sent = await send([...emails, { ...emails[0]!, step: 3 }])
  expect(sent).toHaveLength(3)
  for (const { text, html } of sent) {
    expect(text).toContain(
      'Painting Light\n\nGo:\nhttps://members.example.com/s/studio/sign-in/hidden-in-the-outbox',
    )
    expect(html).toContain('hidden-in-the-outbox')
  }
  const { rows } = await sql<{ count: number }>`
    select count(distinct token_hash)::int from member_links where purpose = 'sign_in' and event_id = ${eventId}`.execute(
    h.app.db,
  )
  expect(rows[0]!.count).toBe(4)
})

test('a template that fails affects its own e-mail and no other', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const eventId = await eventOf(contactId, 'contact_created')
  const endless = `{% assign s = "abcdefghij" %}${'{% assign s = s | append: s %}'.repeat(6)}{% assign all = s | split: "" %}`
  const loop = '{% for a in all %}'.repeat(5) + '{% endfor %}'.repeat(5)
  const sent = await send([
    await step(contactId, eventId, { subject: 'Fine', body: '<p>Fine</p>' }),
    await step(contactId, eventId, { subject: 'Endless', body: endless + loop }),
    await step(contactId, eventId, { subject: 'Broken', body: '{{ offers[0].title }}' }),
    await step(contactId, eventId, { subject: 'Fine too', body: '<p>Fine</p>' }),
  ])
  expect(sent.map(({ status }) => status)).toEqual(['kept', 'failed', 'failed', 'kept'])
  expect(sent[1]!.response).toMatch(/^body, line 1, column \d+: template work limit exceeded$/)
  expect(sent[2]!.response).toBe('body, line 1, column 4: undefined variable: offers.0')
})

test('an e-mail about a completed lesson names it and its course, and leads on to the course; any other names none', async () => {
  const { courseId, lessons, contactId, customerId } = await enrolled()
  const text =
    '{{ lesson.title | default: "-" }}, {{ course.title | default: "-" }}, {{ course.percent }}: {{ lesson.url }} {{ course.url }}'
  const words = {
    subject: 'On {{ lesson.title }}',
    body: '<p>{{ course.title }}</p>',
    text: `${text} {{ link.url }}`,
  }
  const { templateId } = await step(contactId, '0', words)
  for (const event of ['lesson_completed', 'offer_granted'])
    await makeAutomation(h.app, h.account.siteId, {
      trigger: { event },
      actions: [{ action: 'send_email', template_id: templateId }],
    })
  const about = { siteId: h.account.siteId, contactId, customerId, courseId, lessonId: lessons[0]! }
  await inTransaction(h.app.db, (tx) => completeLesson(tx, about, h.app.clock.now()))
  await h.client.post(
    `/v1/contacts/${contactId}/relationships/offers`,
    offersBody([await makeOffer(h.app, h.account.siteId)]),
  )
  await h.drain()
  const sent = await h.app.db
    .selectFrom('emails')
    .select(['subject', sql<string>`email_html(emails)`.as('html'), 'text'])
    .where('template_id', '=', templateId)
    .orderBy('id')
    .execute()
  const course = `https://members.example.com/s/studio/products/${courseId}`
  const link = 'https://members.example.com/s/studio/sign-in/hidden-in-the-outbox'
  expect(sent.map((email) => email.text)).toEqual([
    `Warping <the> loom, Weaving & more, 50: ${course}/lessons/${lessons[0]} ${course} ${link}?next=%2Fproducts%2F${courseId}\n`,
    `-, -, :   ${link}\n`,
  ])
  expect(sent[0]).toMatchObject({
    subject: 'On Warping <the> loom',
    html: expect.stringContaining('<p>Weaving &amp; more</p>'),
  })
})

/** A course with two lessons, and a customer who holds it. */
async function enrolled() {
  const courseId = await makeContent(h.client, 'courses', { title: 'Weaving & more' })
  const module = await makePart(h.client, 'modules', courseId)
  const lessons = [
    await makePart(h.client, 'lessons', module, { title: 'Warping <the> loom' }),
    await makePart(h.client, 'lessons', module),
  ]
  const contactId = await makeContact(h.app, h.account.siteId)
  const offerId = await makeOffer(h.app, h.account.siteId, { productIds: [courseId] })
  const { body } = await h.client.post(
    `/v1/contacts/${contactId}/relationships/offers`,
    offersBody([offerId]),
  )
  await h.drain()
  return { courseId, lessons, contactId, customerId: body.meta.customer_id as string }
}

test.each(['{{ course.title }}', '{% if lesson %}x{% endif %}'])(
  'variables of courses are refused in e-mails that are never about one: %s',
  async (subject) => {
    const template = (kind: string) =>
      h.client.post('/v1/email_templates/preview', {
        data: { type: 'email_templates', attributes: { kind, name: 'x', subject, body: 'x' } },
      })
    expect((await template('welcome')).body.errors[0]).toMatchObject({
      source: { pointer: '/data/attributes/subject' },
    })
    expect((await template('automation')).body.meta.subject).toMatch(/^(Sourdough in eight lessons|x)$/)
  },
)
