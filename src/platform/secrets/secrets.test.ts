import { expect, test } from 'vitest'
import { loadConfig } from '../config.ts'
import { hashPassword, isPassword } from './secrets.ts'

const config = loadConfig('development', {})
const cheap = loadConfig('development', { PASSWORD_COST: '10' })

test('a password is hashed as OWASP recommends, with a random salt, and the hash says how', async () => {
  const hashes = [
    await hashPassword(config, 'three quiet rivers'),
    await hashPassword(config, 'three quiet rivers'),
  ]
  for (const hash of hashes) expect(hash).toMatch(/^scrypt\$32768\$8\$3\$[^$]{24}\$[^$]{88}$/)
  expect(hashes[0]).not.toBe(hashes[1])
})

test('a hash stays valid when the setting changes', async () => {
  const stored = await hashPassword(cheap, 'three quiet rivers')
  expect(stored).toMatch(/^scrypt\$1024\$8\$3\$/)
  expect(await isPassword(config, 'three quiet rivers', stored)).toBe(true)
  expect(await isPassword(config, 'three quiet river', stored)).toBe(false)
})

test('nobody has a password, not even the empty one', async () => {
  expect(await isPassword(cheap, '', null)).toBe(false)
})

test('production refuses a cheaper hash', () => {
  expect(() => loadConfig('production', { PASSWORD_COST: '14' })).toThrow(
    'PASSWORD_COST must be at least 15 in production',
  )
})
