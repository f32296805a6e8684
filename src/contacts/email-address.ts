/** Longest address that a mail server must take (RFC 5321, 4.5.3.1.3, less the angle brackets). */
const LONGEST = 254

/**
 * Trimmed, or null for what is no e-mail address: one part before the @, a domain after it, and none of
 * the characters that mean something in a mail header.
 */
export function parseEmailAddress(value: unknown): string | null {
  if (typeof value !== 'string') return null
  const address = value.trim()
  if (address.length > LONGEST) return null
  return /^[^\s@<>()[\]\\,;:"\p{Cc}\p{Cf}]+@[\p{L}\p{N}]([\p{L}\p{N}-]*[\p{L}\p{N}])?(\.[\p{L}\p{N}]([\p{L}\p{N}-]*[\p{L}\p{N}])?)*$/u.test(
    address,
  )
    ? address
    : null
}
