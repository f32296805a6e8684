/** Every parser of unauthenticated input, each with the worst known input. */
import cookie from '@fastify/cookie'
import proxyAddr from '@fastify/proxy-addr'
import { describe, expect, test } from 'vitest'
import { sixthDueToday } from '../../../test/depth.ts'
import { basicCredentials } from '../../accounts/oauth/oauth.routes.ts'
import { routes } from '../../api.ts'
import { pickLanguage } from '../../members/texts/language.ts'
import { resources } from '../../resources.ts'
import { parseEmailAddress } from '../text/email-address.ts'
import { bearerToken } from './authenticate.ts'
import { parseDocument } from './bodies.ts'
import { parseForm } from './forms.ts'
import { idempotencyKey } from './idempotency.ts'
import { parseMediaType } from './media-type.ts'
import { parseParameters } from './parameters.ts'
import { refuseOtherMediaTypes } from './strict.ts'
import { unknownPaths } from './unknown-paths.ts'

const FORM = 'application/x-www-form-urlencoded'
const explainUnknown = unknownPaths(routes, resources)
const someRoute = routes.find(({ access }) => access === 'view:contacts')!
const fill = (piece: string, bytes: number) => piece.repeat(Math.ceil(bytes / piece.length)).slice(0, bytes)
const parseCookies = (header: string) => cookie.fastifyCookie.parse(header)
const asBuffer = (text: string) => Buffer.from(text, 'latin1')

/** The text that is repeated, or a function that generates it for a size. */
type Case = [name: string, text: string | ((bytes: number) => string), parse: (text: string) => unknown]

const query = (text: string) => parseParameters(text)
const form = (text: string) => parseForm(FORM, asBuffer(text))
const multipart = (text: string) => parseForm('multipart/form-data; boundary=b', asBuffer(text))
const json = (text: string) => parseDocument('application/json', asBuffer(text))
const part = '--b\r\ncontent-disposition: form-data; name="a"\r\n\r\nx\r\n'

const cases: Case[] = [
  ['query of names in brackets', '[]&', query],
  ['query of bare names', 'a&', query],
  ['query of one long list', (n) => fill('a[]=1&', n), query],
  ['query of codes', '%41', query],
  ['query of broken codes', '%4%', query],
  ['query that is not UTF-8', '%ff', query],
  ['query of equals signs', '=', query],
  ['form of bare names', 'a&', form],
  ['form of separators', '&', form],
  ['form of one long field', 'a', form],
  ['form of codes', '%e2%82%ac', form],
  ['form in another charset', '%80', (text) => parseForm(`${FORM}; charset=windows-1252`, asBuffer(text))],
  ['multipart of small parts', part, multipart],
  ['multipart of boundaries', '--b\r\n', multipart],
  ['multipart that is nearly its boundary', (n) => `${part}${fill('\r\n--', n)}`, multipart],
  ['multipart with one long header', (n) => `--b\r\n${fill('a', n)}: x\r\n\r\nx\r\n--b--`, multipart],
  ['multipart with many headers', (n) => `--b\r\n${fill('a: b\r\n', n)}\r\nx\r\n--b--`, multipart],
  [
    'multipart with a long disposition',
    (n) => `--b\r\ncontent-disposition: ${fill(';a="\\', n)}\r\n\r\nx`,
    multipart,
  ],
  ['JSON of open lists', '[', json],
  ['JSON of open objects', '{"a":', json],
  ['JSON of white space', ' ', json],
  ['JSON of a long number', '1', json],
  [
    'JSON pointer of a deep array with many items',
    (n) => `${'['.repeat(49)}${fill('1,', n)}1${']'.repeat(49)}`,
    json,
  ],
  ['JSON of many members', (n) => `{${Array.from({ length: n / 10 }, (_, i) => `"${i}":1`)}}`, json],
  ['JSON of escapes', (n) => `"${fill('\\u0041', n - (n % 6))}"`, json],
  ['JSON that is not UTF-8', '\xff', json],
  ['Content-Type of parameters', (n) => `a/b${fill(';a="\\', n)}`, parseMediaType],
  ['Content-Type of spaces', (n) => `a/b;${fill(' ', n)}x`, parseMediaType],
  ['Accept of types', 'a/b;,', (accept) => refuseOtherMediaTypes(someRoute, { accept })],
  ['Accept of qualities', ';q=1', (accept) => refuseOtherMediaTypes(someRoute, { accept })],
  [
    'Accept of spaces',
    (n) => `a/b;${fill(' ', n)}x`,
    (accept) => refuseOtherMediaTypes(someRoute, { accept }),
  ],
  ['Accept-Language of languages', 'de;q=0.1,', (accepted) => pickLanguage(accepted, 'en')],
  ['Accept-Language of spaces', ' ', (accepted) => pickLanguage(accepted, 'en')],
  ['Authorization of spaces', (n) => `Bearer${fill(' ', n)}!`, bearerToken],
  ['Authorization of a long token', (n) => `Bearer ${fill('a', n)}!`, bearerToken],
  ['Authorization of equals signs', (n) => `Bearer a${fill('=', n)}!`, bearerToken],
  ['Authorization of credentials', (n) => `Basic ${fill('Ojo6', n)}`, basicCredentials],
  ['Cookie of pairs', 'a=b;', parseCookies],
  ['Cookie of names', 'a;', parseCookies],
  ['Cookie of codes', (n) => `a=${fill('%41', n)}`, parseCookies],
  ['X-Forwarded-For of addresses', '1.1.1.1,', (text) => forwardedFor(text)],
  ['X-Forwarded-For of spaces', ' ', (text) => forwardedFor(text)],
  [
    'Idempotency-Key',
    ' ',
    (key) => idempotencyKey(key, { method: 'POST', route: '', caller: 'users', address: '', body: null }),
  ],
  ['path of slashes', '/', (path) => explainUnknown('GET', path)],
  ['path of words', '/v1', (path) => explainUnknown('GET', path)],
  [
    'path that is nearly correct',
    (n) => `/v1/contacts/${fill('a', n)}/offer/`,
    (path) => explainUnknown('GET', path),
  ],
  ['e-mail address of dots', (n) => `${fill('a.', n)}@${fill('a.', n)}`, parseEmailAddress],
  ['e-mail address of signs', '@', parseEmailAddress],
  ['e-mail address of spaces', ' ', parseEmailAddress],
]

const forwardedFor = (text: string) =>
  proxyAddr(
    { headers: { 'x-forwarded-for': text }, socket: { remoteAddress: '127.0.0.1' } } as never,
    (_address, hop) => hop < 1,
  )

/** Milliseconds of processor time of this thread; the shortest of several runs. */
async function timeOf(parse: () => unknown): Promise<number> {
  const times: number[] = []
  for (let run = 0; run < 3; run++) {
    const start = process.threadCpuUsage()
    try {
      await parse()
    } catch {
      // The time of a refusal counts too.
    }
    const { user, system } = process.threadCpuUsage(start)
    times.push((user + system) / 1_000)
  }
  return Math.min(...times)
}

/** Ten times the input takes about ten times as long when linear, and a hundred times when quadratic. */
const MOST_GROWTH = 40
/** Shorter times cannot be measured well, and are harmless. */
const LEAST_MS = 5

async function growthOf(text: Case[1], parse: Case[2], kilobytes = [10, 100, 1_000]): Promise<number> {
  const times: number[] = []
  for (const size of kilobytes) {
    const input = typeof text === 'string' ? fill(text, size * 1_000) : text(size * 1_000)
    times.push(await timeOf(() => parse(input)))
  }
  const [, middle = 0, large = 0] = times
  return large / Math.max(middle, LEAST_MS)
}

describe('ten times the input takes about ten times the time', () => {
  test.each(sixthDueToday(cases))('%s', async (_name, text, parse) => {
    expect(await growthOf(text, parse)).toBeLessThan(MOST_GROWTH)
  })
})

test('a parser that is quadratic is found', async () => {
  const compare = (text: string) => {
    let same = 0
    for (const one of text) for (let at = 0; at < text.length; at++) same += Number(text[at] === one)
    return same
  }
  // With less input, so that it does not take minutes.
  expect(await growthOf('a&', compare, [0.5, 1, 10])).toBeGreaterThan(MOST_GROWTH)
})
