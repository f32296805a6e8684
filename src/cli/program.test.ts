import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { allCommands, groups, loadProgram } from './program.ts'

const leaves = (command: Command, path: string[] = []): [string, Command][] =>
  command.commands.length === 0
    ? [[path.join(' '), command]]
    : command.commands.flatMap((child) => leaves(child, [...path, child.name()]))

const commands = leaves(await loadProgram())

test.each(groups)('the commands $names are loaded without the others', async ({ names }) => {
  for (const name of names) {
    const { commands } = await loadProgram(name)
    expect(commands.map((command) => command.name())).toEqual(names)
  }
})

test('no command takes options of the commands below it', async () => {
  const parents = allCommands(await loadProgram()).filter((command) => command.commands.length > 0)
  expect(parents.length).toBeGreaterThan(10)
  for (const parent of parents) expect([parent.name(), parent.options]).toEqual([parent.name(), []])
})

test('every command that scripts rely on exists', () => {
  const names = commands.map(([name]) => name)
  for (const name of [
    'accounts create',
    'accounts list',
    'clock advance',
    'clock show',
    'contacts create',
    'contacts find',
    'doctor',
    'emails list',
    'emails show',
    'grant',
    'jobs list',
    'jobs retry',
    'keys create',
    'keys delete',
    'keys list',
    'keys rotate',
    'migrate',
    ...['custom-fields', 'forms', 'offers', 'products', 'sites', 'tags'].flatMap((name) =>
      ['list', 'create', 'edit', 'archive'].map((verb) => `${name} ${verb}`),
    ),
    'revoke',
    'serve',
    'start',
    'worker',
  ])
    expect(names).toContain(name)
})

test.each([
  ['users create', ['--name', '--role']],
  ['accounts create', ['--name', '--owner', '--email', '--site', '--subdomain']],
  ['contacts create', ['--email']],
  ['contacts find', []],
])('the help of %s says which options are required', (name, required) => {
  const [, command] = commands.find(([each]) => each === name)!
  const lines = command.helpInformation().split(/\n(?= *-)/)
  const marked = lines.filter((line) => line.includes('(required)'))
  expect(marked.map((line) => /--[a-z-]+/.exec(line)![0])).toEqual(required)
})

test.each(commands)('%s says what it does, and takes --json', (name, command) => {
  const help = command.helpInformation()
  expect(help).toMatch(new RegExp(`^Usage: bestow ${name}`))
  expect(help).toMatch(/--json/)
  expect(command.description()).not.toBe('')
})
