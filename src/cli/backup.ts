import { resolve } from 'node:path'
import type { Command } from 'commander'
import { backUp, restore } from '../operations/backup/backup.ts'
import { recordBackup } from '../operations/backup/last-backup.ts'
import { loadConfig } from '../platform/config.ts'
import { openRuntime } from '../server/runtime.ts'
import { type OutputOptions, print, subcommand } from './output.ts'

export function backupCommands(program: Command): void {
  subcommand(
    program,
    'backup <folder>',
    'write the database, uploads and key to a new folder, while everything runs',
  ).action(write)
  subcommand(program, 'restore <folder>', 'restore a backup into an empty database').action(read)
}

async function write(folder: string, options: OutputOptions): Promise<void> {
  const { app, connection, close } = await openRuntime({ role: 'backup', mode: 'development' })
  try {
    const parts = await backUp(app.config, connection, resolve(folder))
    await recordBackup(app.db)
    print(options, { folder, parts }, `${folder}: ${parts.join(', ')}`)
  } finally {
    await close()
  }
}

async function read(folder: string, options: OutputOptions): Promise<void> {
  const parts = await restore(
    loadConfig('development'),
    async (work) => {
      // Nothing else may use the data folder.
      const { connection, close } = await openRuntime({ role: 'restore', mode: 'development', serving: true })
      try {
        return await work(connection)
      } finally {
        await close()
      }
    },
    resolve(folder),
  )
  print(
    options,
    { folder, parts },
    `Restored: ${parts.join(', ')}. Run \`bestow doctor\`, then start the server.`,
  )
}
