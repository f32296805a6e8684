/** While a new version is rolled out, processes of the previous one use the schema that it has migrated. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const FOLDER = join(import.meta.dirname, '../src/platform/db/migrations')

/**
 * Migrations that remove or change what a process of an earlier version may use. All of them are from before the first
 * published version, so that no such process exists. Later ones belong here only with the release that has stopped
 * using what they remove.
 */
const BEFORE_FIRST_VERSION = [
  '0006_grant_indexes.sql',
  '0008_consequences.sql',
  '0009_outbox.sql',
  '0013_sign_in.sql',
  '0014_webhooks.sql',
  '0021_writable_catalogue.sql',
  '0024_custom_fields.sql',
  '0028_content.sql',
  '0035_identity.sql',
  '0039_api_keys.sql',
  '0040_team.sql',
  '0046_sales.sql',
]

/** What a previous version cannot work with: beginnings of statements, and of the parts of `alter table`. */
const REMOVALS = [
  /^drop (table|view|materialized view|type|domain|sequence|schema|function|procedure)\b/,
  /^alter (table|view|type|function|sequence) .*\brename\b/,
  /^alter type .*\b(drop|alter) attribute\b/,
]
const REMOVALS_IN_TABLE = [
  /^drop (?!constraint)/,
  /^alter (column )?\S+ ((set data )?type|set not null|drop default)\b/,
  /^add (?!constraint|primary key|unique|check|foreign key|exclude)(?!.*\b(default|generated)\b).*\bnot null\b/,
]

/** The statements of a migration that a process of the previous version cannot work with. */
function removalsIn(text: string): string[] {
  const statements = statementsOf(text)
  const created = statements.flatMap((one) => /^create table (?:if not exists )?(\S+)/.exec(one)?.[1] ?? [])
  return statements.filter((statement) => {
    const [, table, changes] = /^alter table (?:if exists )?(?:only )?(\S+) (.*)$/.exec(statement) ?? []
    if (table && created.includes(table)) return false
    if (REMOVALS.some((pattern) => pattern.test(statement))) return true
    return partsOf(changes ?? '').some((part) => REMOVALS_IN_TABLE.some((pattern) => pattern.test(part)))
  })
}

/** In lower case and in one line each, without comments, texts and bodies of functions. */
const statementsOf = (text: string): string[] =>
  text
    .replace(/\$(\w*)\$[\s\S]*?\$\1\$/g, "''")
    .replace(/--.*$/gm, '')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/'(?:[^']|'')*'/g, "''")
    .toLowerCase()
    .split(';')
    .map((one) => one.replace(/\s+/g, ' ').trim())
    .filter((one) => one !== '')

/** The changes of `alter table`, which commas separate, without what is in parentheses. */
function partsOf(changes: string): string[] {
  let depth = 0
  const outside = Array.from(changes, (character) => {
    if (character === ')') depth -= 1
    const isOutside = depth === 0
    if (character === '(') depth += 1
    return isOutside ? character : ''
  })
  return outside
    .join('')
    .split(',')
    .map((part) => part.trim())
}

const files = readdirSync(FOLDER).filter((name) => name.endsWith('.sql'))
const removals = (name: string) => removalsIn(readFileSync(join(FOLDER, name), 'utf8'))

test('a migration removes and changes nothing that the previous version uses', () => {
  const found = files.filter((name) => !BEFORE_FIRST_VERSION.includes(name) && removals(name).length > 0)
  expect(found.map((name) => [name, removals(name)])).toEqual([])
})

test('each exception is one', () => {
  expect(BEFORE_FIRST_VERSION.filter((name) => removals(name).length === 0)).toEqual([])
})

describe('planted faults', () => {
  test.each([
    'alter table contacts drop column name;',
    'ALTER TABLE contacts ADD COLUMN a text,\n  DROP IF EXISTS name;',
    'alter table contacts rename column name to full_name;',
    'alter table contacts rename to people;',
    'drop table orders;',
    'drop view holdings; create view holdings as select 1;',
    'alter table orders alter column total type bigint;',
    'alter table orders alter total set data type bigint;',
    'alter table orders alter column total set not null;',
    'alter table orders alter total drop default;',
    'alter table orders add column total integer not null;',
    'alter table orders add total numeric(10, 2) not null check (total > 0);',
    'drop function change_offers(jsonb);',
    "-- a comment; and a 'text\nalter table orders drop total;",
  ])('%s is refused', (sql) => {
    expect(removalsIn(sql)).toHaveLength(1)
  })

  test.each([
    'alter table orders add column total integer;',
    'alter table orders add column total integer not null default 0;',
    'alter table orders add column id bigint not null generated always as identity;',
    'alter table orders drop constraint a, add constraint a check (total is not null) not valid;',
    'alter table orders add column total integer check ((total is not null) = (id > 0));',
    'create table new_one (id bigint not null); alter table new_one drop column id;',
    'alter table orders alter column total drop not null;',
    'alter table orders alter column total set default 0;',
    "insert into texts values ('alter table orders drop column total;');",
    'create function f() returns void language plpgsql as $$ begin drop table t; end $$;',
    'drop index orders_list;',
    '-- drop table orders;',
  ])('%s is accepted', (sql) => {
    expect(removalsIn(sql)).toEqual([])
  })
})
