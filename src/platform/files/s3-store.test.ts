import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type S3Server, startS3Server } from '../../testing/s3-server.ts'
import { parseS3Address, s3Store } from './s3-store.ts'

const SECRET = 'a secret/with signs+'

let s3: S3Server
beforeAll(async () => {
  s3 = await startS3Server(SECRET)
})
afterAll(() => s3.close())

const storeWith = (secret: string) => {
  const address = `s3://key:${encodeURIComponent(secret)}@bucket/some/prefix?region=eu-central-1&endpoint=${s3.url}`
  return s3Store(parseS3Address(new URL(address)))
}
const chunksOf = (count: number) =>
  Array.from({ length: count }, (_, index) => Buffer.alloc(1_000_000, index % 256))

test('a content is kept under its key, read, measured and removed', async () => {
  const store = storeWith(SECRET)
  await store.put('one', Readable.from([Buffer.from('hello')]))
  expect([...s3.objects.keys()]).toEqual(['/bucket/some/prefix/one'])
  expect(Buffer.concat(await (await store.read('one')).toArray()).toString()).toBe('hello')
  expect([await store.sizeOf('one'), await store.sizeOf('two')]).toEqual([5, null])
  await store.remove('one')
  await store.remove('one')
  expect(await store.sizeOf('one')).toBeNull()
})

test('a large content is sent in parts, and its address works for whoever has it', async () => {
  const store = storeWith(SECRET)
  await store.put('large', Readable.from(chunksOf(12)))
  expect(await store.sizeOf('large')).toBe(12_000_000)
  expect(s3.pending.size).toBe(0)
  const served = { contentType: 'video/mp4', disposition: 'attachment; filename="a b.mp4"' }
  const address = await store.addressOf!('large', served)
  const response = await fetch(address)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe(served.contentType)
  expect(response.headers.get('content-disposition')).toBe(served.disposition)
  expect(Buffer.from(await response.arrayBuffer()).equals(Buffer.concat(chunksOf(12)))).toBe(true)
  expect((await fetch(address.replace('video', 'text'))).status).toBe(403)
})

test('nothing is left of a content that is cut off, or that the store refuses half-way', async () => {
  const store = storeWith(SECRET)
  async function* cutOff() {
    yield* chunksOf(12)
    throw new Error('cut off')
  }
  await expect(store.put('cut', Readable.from(cutOff()))).rejects.toThrow('cut off')
  s3.failParts(400)
  await expect(store.put('refused', Readable.from(chunksOf(12)))).rejects.toThrow()
  s3.failParts(null)
  expect([await store.sizeOf('cut'), await store.sizeOf('refused'), s3.pending.size]).toEqual([null, null, 0])
})

test('with a wrong secret nothing is stored', async () => {
  await expect(storeWith('another').put('wrong', Readable.from([Buffer.from('x')]))).rejects.toThrow()
  expect([...s3.objects.keys()].filter((name) => name.endsWith('wrong'))).toEqual([])
})

test.each([
  ['s3://bucket', { bucket: 'bucket', prefix: '', region: 'us-east-1', endpoint: null, credentials: null }],
  [
    's3://key:sec%2Fret@files/a/b/?region=x&endpoint=https://s3.example.com',
    {
      bucket: 'files',
      prefix: 'a/b',
      region: 'x',
      endpoint: 'https://s3.example.com',
      credentials: { accessKeyId: 'key', secretAccessKey: 'sec/ret' },
    },
  ],
])('the address %s is read', (address, location) => {
  expect(parseS3Address(new URL(address))).toEqual(location)
})

test.each(['s3://', 's3://bucket?endpoint=ftp://x', 's3://bucket?endpoint=https://x/y'])(
  'the address %s is refused',
  (address) => {
    expect(() => parseS3Address(new URL(address))).toThrow('must be an address like s3://')
  },
)
