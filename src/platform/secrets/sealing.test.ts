import { expect, test } from 'vitest'
import { sealer } from './sealing.ts'

const [OLD, NEW] = ['an old key that nobody uses any more', 'the new key that everything is sealed under']

test('a sealed value can be opened, and its ciphertext differs every time', () => {
  const { seal, unseal } = sealer([NEW])
  const sealed = [seal('whsec_Zürich'), seal('whsec_Zürich')]
  expect(sealed.map(unseal)).toEqual(['whsec_Zürich', 'whsec_Zürich'])
  expect(sealed[0]).not.toBe(sealed[1])
  expect(sealed.join()).not.toContain('whsec')
})

test('after a key change the previous key still opens values, and new values are sealed under the new key', () => {
  const before = sealer([OLD]).seal('secret')
  const { seal, unseal, isCurrent } = sealer([NEW, OLD])
  expect(unseal(before)).toBe('secret')
  expect([isCurrent(before), isCurrent(seal('secret'))]).toEqual([false, true])
})

test('the error for an unknown key names the missing setting', () => {
  const before = sealer([OLD]).seal('secret')
  expect(() => sealer([NEW]).unseal(before)).toThrow('SECRET_KEY_PREVIOUS')
})

test('a modified value is not opened', () => {
  const { seal, unseal } = sealer([NEW])
  const sealed = seal('secret')
  // Not the last letter, which has unused bits.
  const letter = sealed[20] === 'A' ? 'B' : 'A'
  expect(() => unseal(sealed.slice(0, 20) + letter + sealed.slice(21))).toThrow()
})
