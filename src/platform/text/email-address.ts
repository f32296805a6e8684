import { toASCII, toUnicode } from 'tr46'
import { INVISIBLE, nameOf, trimInvisible } from './invisible.ts'

/** Longest address that a mail server must take (RFC 5321, 4.5.3.1.3, less the angle brackets). */
const LONGEST = 254
/** Longest domain and label (RFC 1035, 2.3.4). */
const LONGEST_DOMAIN = 253
const LONGEST_LABEL = 63
/** Nobody pastes more invisible characters than that around an address. */
const LONGEST_GIVEN = 4 * LONGEST

/** None of the characters that mean something in a mail header. */
const LOCAL_PART = /^[^@<>()[\]\\,;:"\ufffd]+$/u
const ASCII_LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/

/**
 * Reads an e-mail address in the one form in which it is stored and compared: without invisible characters around
 * it, the local part in ASCII lower case, the domain mapped by UTS 46 and in Unicode. Nothing else is folded, so
 * that no address becomes another one. A space within the local part was a plus sign that somebody forgot to escape.
 *
 * @returns null for what is not an e-mail address; describeProblem() says why
 */
export function parseEmailAddress(value: unknown): string | null {
  const text = cleaned(value)
  if (text === null || INVISIBLE.test(text)) return null
  const at = text.lastIndexOf('@')
  const local = text.slice(0, Math.max(0, at))
  if (!LOCAL_PART.test(local)) return null
  const domain = parseDomain(text.slice(at + 1))
  const address = domain && `${lowerAscii(local)}@${domain}`
  return address && address.length <= LONGEST ? address : null
}

/** The same of a file, which was never part of a URL: a space in it is a mistake, and not a plus sign. */
export const parseWrittenAddress = (value: unknown): string | null =>
  describeWritten(value) === '' ? parseEmailAddress(value) : null

/**
 * What to look for within addresses: a whole one as parseEmailAddress() reads it; a part without invisible characters
 * around it, with a plus sign for each space, which no address contains.
 */
export const emailFragment = (value: string): string =>
  parseEmailAddress(value) ?? trimInvisible(value).replaceAll(' ', '+')

/** Why something is not an e-mail address, to follow "is not an e-mail address": names what nobody can see. */
export const describeProblem = (value: unknown): string => describeHidden(cleaned(value))

/** The same for parseWrittenAddress(). */
export const describeWritten = (value: unknown): string => describeHidden(trimmed(value))

function describeHidden(text: string | null): string {
  const [hidden] = INVISIBLE.exec(text ?? '') ?? []
  return hidden === undefined ? '' : `: it contains ${nameOf(hidden)}`
}

const trimmed = (value: unknown): string | null =>
  typeof value !== 'string' || value.length > LONGEST_GIVEN ? null : trimInvisible(value)

const cleaned = (value: unknown): string | null =>
  trimmed(value)?.replace(/(?<=[^\s@]) (?=[^\s@][^@]*@)/g, '+') ?? null

const lowerAscii = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())

function parseDomain(given: string): string | null {
  const ascii = lowerAscii(given)
  const labels = ascii.split('.')
  if (labels.every((label) => ASCII_LABEL.test(label) && !label.startsWith('xn--'))) {
    const isShort = ascii.length <= LONGEST_DOMAIN && labels.every(({ length }) => length <= LONGEST_LABEL)
    return isShort ? ascii : null
  }
  return parseInternationalDomain(given)
}

function parseInternationalDomain(given: string): string | null {
  const checks = { checkBidi: true, checkHyphens: true, checkJoiners: true, useSTD3ASCIIRules: true }
  const ascii = toASCII(given, { ...checks, verifyDNSLength: true })
  if (ascii === null) return null
  const { domain } = toUnicode(ascii, checks)
  // A joiner would not be seen, and is refused when somebody types it.
  return INVISIBLE.test(domain) ? ascii : domain
}
