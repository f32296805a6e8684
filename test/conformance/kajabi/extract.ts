/**
 * Writes facts.json from Kajabi's OpenAPI document: names and numbers, no text. Run it when they publish a new one:
 * `node test/conformance/kajabi/extract.ts <their document>`
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dereference } from '@readme/openapi-parser'
import type { WholeOperation } from '../../../src/testing/openapi.ts'
import { factsOf } from './facts.ts'

const document = (await dereference(process.argv[2]!)) as unknown as {
  info: { version: string }
  paths: Record<string, Record<string, WholeOperation>>
}
const facts = { version: document.info.version, operations: factsOf(document.paths) }
await writeFile(join(import.meta.dirname, 'facts.json'), `${JSON.stringify(facts, null, 1)}\n`)
