import { expect, test, vi } from 'vitest'
import { print, table } from './output.ts'
import { onOneLine } from './terminal.ts'

const FORGED = 'Ada\r\nBcc: eve@example.com\u001b[2J\u009b31m\u202e'

test('a value cannot imitate another line or send control sequences to the terminal', () => {
  expect(onOneLine(`To: ${FORGED} <ada@example.com>`)).toBe(
    'To: Ada Bcc: eve@example.com�[2J�31m� <ada@example.com>',
  )
})

test('a table has a line for each row', () => {
  const lines = table([{ id: '1', name: FORGED }], '')
  expect(lines).toEqual(['id  name', '1   Ada Bcc: eve@example.com�[2J�31m�'])
})

test.each([false, true])('the output contains no control characters, with --json %s', (json) => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  print({ json }, { name: FORGED }, ['one\ttwo', `${FORGED}\nlast`])
  const text = write.mock.calls.map(([chunk]) => String(chunk)).join('')
  write.mockRestore()
  expect(text.replaceAll('\n', '').replaceAll('\t', '')).not.toMatch(/[\p{Cc}\u202e]/u)
  if (json) expect(JSON.parse(text)).toEqual({ name: FORGED })
  else expect(text.split('\n')).toHaveLength(5)
})
