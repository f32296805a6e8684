import { Readable } from 'node:stream'
import { Type } from 'typebox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { routes } from '../../api.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { badRequest } from '../jsonapi/errors.ts'
import { type Route, route } from './route.ts'

const failing = () =>
  new Readable({
    read() {
      this.destroy(badRequest('no_rows', 'There are no rows.'))
    },
  })

const stream: Route = route({
  kind: 'read',
  method: 'GET',
  url: '/v1/streams',
  access: 'token',
  summary: 'Fail before the first byte',
  tag: 'exports',
  responses: { 200: Type.Unsafe<never>({ type: 'string', format: 'binary' }) },
  errors: [400],
  streams: true,
  sends: ['Content-Disposition'],
  handler: async () => ({
    stream: failing(),
    headers: { 'content-type': 'text/csv', 'content-disposition': 'attachment' },
  }),
})

let h: Harness
beforeAll(async () => {
  h = await startHarness({ routes: [...routes, stream] })
})
afterAll(() => h.close())

test('a stream that fails before its first byte is an error without the headers of the file', async () => {
  const { status, body, headers } = await h.client.get('/v1/streams?unknown=1')
  expect([status, body.errors[0].code]).toEqual([400, 'no_rows'])
  expect(headers.get('content-type')).toBe('application/vnd.api+json')
  expect([headers.get('content-disposition'), headers.get('warning')]).toEqual([null, null])
})
