/**
 * Writes types.ts from the schema that the migrations make, in an embedded database of its own.
 * Run by `npm run db:types` after a change to the schema; a test compares.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PostgresDialect as CodegenDialect, generate } from 'kysely-codegen'
import { type Db, openDatabase } from './database.ts'
import { attach } from './embedded/attachment.ts'
import { migrate } from './migrate.ts'

export const TYPES_FILE = join(import.meta.dirname, 'types.ts')

export async function generateTypes(db: Db, outFile: string): Promise<string> {
  return generate({
    db,
    dialect: new CodegenDialect(),
    outFile,
    logger: undefined,
    excludePattern: '{kysely_*,function_versions}',
  })
}

if (process.argv[1] === import.meta.filename) {
  const folder = await mkdtemp(join(tmpdir(), 'bestow-types-'))
  const server = await attach(folder, { name: 'bestow types' })
  const database = openDatabase(server.connection, { size: 2, name: 'bestow types' })
  await migrate(database.kysely)
  await generateTypes(database.kysely, TYPES_FILE)
  await database.close()
  await server.release()
  await rm(folder, { recursive: true })
}
