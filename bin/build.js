// Makes dist/, which the package consists of: the server as JavaScript, since Node strips no types in node_modules, what
// it reads at run time, the portal, the OpenAPI document, and the client for other programs. Usage: npm run build
import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
const openapi = await writeOpenApiDocument()
await writePostmanCollection(openapi)
await buildClient(openapi)
// The libraries that this loads keep the process.
process.exit()

/** @param {string} [config] */
function compile(config = 'tsconfig.build.json') {
  const tsc = join(root, 'node_modules', '.bin', 'tsc')
  const { status } = spawnSync(tsc, ['-p', join(root, config)], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

/** With the compiled sources, which are shown to load by this. */
async function writeOpenApiDocument() {
  const { openApiDocument } = await import(join(dist, 'server', 'openapi-document.js'))
  const document = await openApiDocument()
  writeFileSync(join(dist, 'openapi.json'), JSON.stringify(document))
  return document
}

/** The converter is no part of the package. */
async function writePostmanCollection(document) {
  const { makeCollection } = await import(join(dist, 'developer-site', 'postman.js'))
  writeFileSync(join(dist, 'postman_collection.json'), JSON.stringify(await makeCollection(document)))
}

/** Declarations name the sources that they import; in the package these are JavaScript. */
function nameJavaScript(file) {
  writeFileSync(file, readFileSync(file, 'utf8').replace(/(from ')(\.[^']+)\.ts'/g, "$1$2.js'"))
}

/** The client in one file, as browsers load it, and with the test kit for `import` and `require`; with their types. */
async function buildClient(document) {
  const { generateClient } = await import('./generate-client.ts')
  await generateClient(join(root, 'src', 'client'), document)
  compile('tsconfig.client.json')
  for (const file of globSync('{client,test-kit}/*.d.ts', { cwd: dist })) nameJavaScript(join(dist, file))
  // The compiler has written what the test kit imports. Imports from a server use the connection.
  const ofServer = ['connection', 'errors', 'tokens'].map((name) => join('client', `${name}.js`))
  for (const file of globSync('client/*.js', { cwd: dist }))
    if (!ofServer.includes(file)) rmSync(join(dist, file))
  const [client, testKit] = ['client', 'test-kit'].map((folder) => join('src', folder, 'index.ts'))
  await bundle(client, { file: join('client', 'index.js'), format: 'esm' })
  await bundle(client, { file: join('client', 'index.cjs'), format: 'cjs' })
  await bundle(testKit, { file: join('test-kit', 'index.cjs'), format: 'cjs' }, 'node')
  // The same declarations, as `require` looks for them.
  for (const folder of ['client', 'test-kit'])
    cpSync(join(dist, folder, 'index.d.ts'), join(dist, folder, 'index.d.cts'))
}

/** @param {string} input @param {object} output @param {'neutral' | 'node'} platform */
async function bundle(input, { file, ...output }, platform = 'neutral') {
  const { rolldown } = await import('rolldown')
  // Its errors are of the classes that the client has.
  const client = join(root, 'src', 'client', 'index.ts')
  const external = platform === 'node' ? [client] : []
  const made = await rolldown({ input: join(root, input), platform, external })
  const paths = (id) => (id === client ? '../client/index.cjs' : id)
  await made.write({ file: join(dist, file), minify: true, paths, ...output })
  await made.close()
}
