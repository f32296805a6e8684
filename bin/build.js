// Makes dist/, which the package consists of: the server as JavaScript, since Node strips no types in node_modules, what
// it reads at run time, the portal, and the OpenAPI document. Usage: npm run build
import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildPortal } from './build-portal.js'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')

mkdirSync(dist, { recursive: true })
// An earlier build has files whose sources are gone. The portal is built anew only when it has changed.
for (const name of readdirSync(dist))
  if (name !== 'web' && !name.startsWith('web-')) rmSync(join(dist, name), { recursive: true, force: true })
compile()
for (const file of globSync('src/**/*.{sql,html,liquid,css,js,svg}', { cwd: root }))
  cpSync(join(root, file), join(dist, file.slice('src/'.length)))
if (!buildPortal(root)) process.exit(1)
await writeOpenApiDocument()

function compile() {
  const tsc = join(root, 'node_modules', '.bin', 'tsc')
  const { status } = spawnSync(tsc, ['-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

/** With the compiled sources, which are shown to load by this. */
async function writeOpenApiDocument() {
  const { openApiDocument } = await import(join(dist, 'server', 'openapi-document.js'))
  writeFileSync(join(dist, 'openapi.json'), JSON.stringify(await openApiDocument()))
}
