/** The receiver in docs/webhooks.md, unchanged. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeContact } from '../src/testing/fixtures.ts'
import { type Harness, startHarness } from '../src/testing/harness.ts'
import { makeSignedHook } from '../src/testing/hooks.ts'
import { signatureHeaders, signingKey } from '../src/webhooks/signing.ts'
import { until } from './launch.ts'

const root = join(import.meta.dirname, '..')

let h: Harness
let folder: string
let receiver: ChildProcess
let printed = ''
let target: string
let hookId: string
let secret: string

beforeAll(async () => {
  h = await startHarness()
  folder = await mkdtemp(join(tmpdir(), 'bestow-receiver-'))
  const port = await freePort()
  target = `http://127.0.0.1:${port}/`
  const hook = await makeSignedHook(h.app, h.account.siteId, { event: 'contact_created', targetUrl: target })
  hookId = hook.id
  secret = hook.secret
  await writeFile(join(folder, 'receiver.mjs'), await snippet())
  receiver = spawn(process.execPath, [join(folder, 'receiver.mjs')], {
    env: { WEBHOOK_SECRET: hook.secret, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  receiver.stdout!.on('data', (text) => {
    printed += text
  })
  await until(() =>
    fetch(target).then(
      () => true,
      () => false,
    ),
  )
})
afterAll(async () => {
  receiver.kill()
  await rm(folder, { recursive: true })
  await h.close()
})

async function snippet(): Promise<string> {
  const [, code] = /```js\n(.*?)```/s.exec(await readFile(join(root, 'docs', 'webhooks.md'), 'utf8'))!
  expect(code!.trim().split('\n').length).toBeLessThanOrEqual(20)
  return code!
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}

test('accepts each notification once, however often it is sent', async () => {
  const id = await makeContact(h.app, h.account.siteId)
  await h.drain()
  await until(() => printed.includes('\n'))
  const { data } = (await h.client.get(`/v1/webhook_deliveries?filter[hook_id]=${hookId}`)).body
  await h.client.post(`/v1/webhook_deliveries/${data[0].id}/replay`)
  await h.drain()
  const { attributes } = (await h.client.get(`/v1/webhook_deliveries/${data[0].id}`)).body.data
  expect(attributes.attempts.map((one: { response_status: number }) => one.response_status)).toEqual([
    200, 200,
  ])
  expect(
    printed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toMatchObject([{ id, event: 'contact_created' }])
})

test('refuses forged, altered and old requests', async () => {
  const { data } = (await h.client.get(`/v1/webhook_deliveries?filter[hook_id]=${hookId}`)).body
  const { body, attempts } = data[0].attributes
  const send = async (headers: object, text = body) =>
    (
      await fetch(target, {
        method: 'POST',
        headers: { ...attempts[0].request.headers, ...headers },
        body: text,
      })
    ).status
  expect(await send({})).toBe(200)
  expect(await send({}, `${body} `)).toBe(400)
  expect(await send({ 'webhook-id': 'msg_1_999' })).toBe(400)
  expect(await send({ 'webhook-signature': 'v1,AAAA' })).toBe(400)
  const signedAt = (secondsAgo: number) =>
    signatureHeaders({ id: 'msg_1_1', at: new Date(Date.now() - secondsAgo * 1000), body }, [
      signingKey(secret),
    ])
  expect(await send(signedAt(200))).toBe(200)
  expect(await send(signedAt(400))).toBe(400)
  const headers = { 'content-type': 'application/json' }
  expect((await fetch(target, { method: 'POST', headers, body })).status).toBe(400)
})
