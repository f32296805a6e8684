import type { Plan } from './init.ts'

const TEXT = `// A beginning for tests of your own code. The kit is described in node_modules/bestow/docs/testing.md.
import { startBestow } from 'bestow/testing'
import { afterAll, expect, test } from 'vitest'

const kajabi = await startBestow({ now: '2026-01-15T09:00:00Z' })
afterAll(() => kajabi.close())

test('a grant gives access for thirty days', async () => {
  const offer = await kajabi.offer({ title: 'Course', days: 30 })
  const contact = await kajabi.contact({ email: 'ada@example.com' })

  // In place of this line, call your code. Its settings are in kajabi.env.
  await kajabi.grant({ contact, offer })

  await kajabi.settle()
  expect(await kajabi.access('ada@example.com')).toEqual([{ id: offer.id, title: 'Course' }])
  expect(await kajabi.outbox({ kind: 'welcome' })).toHaveLength(1)
  await kajabi.clock.advance('31d')
  expect(await kajabi.access('ada@example.com')).toEqual([])
})
`

/** A first test, for projects that use vitest or begin to. */
export const VITEST: Plan = {
  files: [{ path: 'test/bestow.test.ts', text: TEXT, mode: 0o644 }],
  next: ['npm install --save-dev bestow vitest', 'npx vitest run'],
}
