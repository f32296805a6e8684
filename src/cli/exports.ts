import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type Command, Option } from 'commander'
import { CSV_KINDS, type ExportFile, exportFile, JSON_KINDS } from '../exports/export-file.ts'
import type { App } from '../platform/app.ts'
import type { LoadScope } from '../platform/jsonapi/resources.ts'
import { type OutputOptions, print, subcommand } from './output.ts'
import { ACCOUNT_OPTION, chooseSite, findOperatorOf, SITE_OPTION, withApp } from './with-app.ts'

interface Options extends OutputOptions {
  account?: string
  site?: string
  format: 'csv' | 'jsonl'
}

export function exportCommands(program: Command): void {
  subcommand(
    program,
    'export <folder>',
    'write everything of an account, or of one site, to files in a folder',
  )
    .addOption(
      new Option(
        '--format <format>',
        'csv: as Kajabi has it, to be imported again; jsonl: resources as the API shows them',
      )
        .choices(['csv', 'jsonl'])
        .default('csv'),
    )
    .option(...SITE_OPTION)
    .option(...ACCOUNT_OPTION)
    .action(write)
}

async function write(folder: string, options: Options): Promise<void> {
  const written = await withApp('export', async (app) => {
    const { scope } = await findOperatorOf(app, 'site', options.site ?? '', options.account)
    const siteIds = options.site === undefined ? scope.siteIds : [chooseSite(scope, options.site)]
    return options.format === 'jsonl'
      ? writeFiles(
          app,
          folder,
          JSON_KINDS.map((kind) => ({ format: 'jsonl', kind })),
          { ...scope, siteIds },
        )
      : writeSites(app, folder, { ...scope, siteIds })
  })
  print(
    options,
    written,
    written.map(({ file }) => file),
  )
}

/** CSV files are those of one site; of several, each has a folder with its id. */
async function writeSites(app: App, folder: string, scope: LoadScope): Promise<{ file: string }[]> {
  const written: { file: string }[] = []
  for (const siteId of scope.siteIds) {
    const files = CSV_KINDS.map((kind): ExportFile => ({ format: 'csv', kind, siteId }))
    const place = scope.siteIds.length === 1 ? folder : join(folder, siteId)
    written.push(...(await writeFiles(app, place, files, { ...scope, siteIds: [siteId] })))
  }
  return written
}

async function writeFiles(
  app: App,
  folder: string,
  files: ExportFile[],
  scope: LoadScope,
): Promise<{ file: string }[]> {
  // It is data of people: nobody else on the machine may read it.
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const written: { file: string }[] = []
  for (const one of files) {
    const file = join(folder, `${one.kind}.${one.format}`)
    await pipeline(exportFile(app.db, one, scope), createWriteStream(file, { mode: 0o600 }))
    written.push({ file })
  }
  return written
}
