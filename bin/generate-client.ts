/**
 * Generates clients from the OpenAPI document of this server: that of the portal, `web/api/generated.ts`, and that of
 * the package, `src/client/generated.ts`. What sends the requests is `request.ts` beside it. Usage:
 * node bin/generate-client.ts web/api src/client
 */
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

/** A client that was made with other versions is made again. */
const MADE_BY = ['package-lock.json', 'bin/generate-client.ts'].map((file) =>
  join(import.meta.dirname, '..', file),
)

/**
 * Writes `generated.ts`, with a function and types for each operation. Does nothing when it was made from the same
 * document.
 *
 * @param folder has `request.ts`; the file appears in it complete
 * @param document an OpenAPI document; left out, that of this server. Neither connects to a database.
 */
export async function generateClient(folder: string, document?: object): Promise<void> {
  const described = document ?? (await ownDocument())
  const mark = `// Made from ${await hashOf(described)}\n`
  const target = join(folder, 'generated.ts')
  if ((await readFile(target, 'utf8').catch(() => '')).startsWith(mark)) return
  const { generate } = await import('orval')
  const draft = await mkdtemp(join(folder, '.generated-'))
  try {
    await generate({
      input: { target: described as Record<string, unknown> },
      output: {
        target: join(draft, 'generated.ts'),
        client: 'fetch',
        urlEncodeParameters: true,
        mode: 'single',
        override: {
          mutator: { path: join(folder, 'request.ts'), name: 'request', extension: '.ts' },
          fetch: { includeHttpResponseReturnType: false },
        },
      },
    })
    const made = await readFile(join(draft, 'generated.ts'), 'utf8')
    const moved = made.replace("from '../request.ts'", "from './request.ts'")
    const text = mark + withSafeSegments(moved) + listOf(described)
    await writeFile(join(draft, 'generated.ts'), text)
    await rename(join(draft, 'generated.ts'), target)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

async function ownDocument(): Promise<object> {
  const { openApiDocument } = await import('../src/server/openapi-document.ts')
  return openApiDocument()
}

async function hashOf(document: object): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(document))
  for (const file of MADE_BY) hash.update(await readFile(file))
  return hash.digest('hex')
}

/** Encoding alone leaves "", "." and "..", which lead to another resource. */
const SEGMENT_OF = `
/** The value of a parameter as one segment of a path. @throws TypeError when it cannot be one */
function segmentOf(name: string, value: unknown): string {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  if (text === '' || text === '.' || text === '..')
    throw new TypeError(\`The parameter "\${name}" must not be \${JSON.stringify(value)}: it is part of the path.\`)
  return encodeURIComponent(text)
}
`

/** Makes the builders of addresses check what they encode. */
const withSafeSegments = (made: string): string =>
  made.replace(/encodeURIComponent\(String\((\w+)\)\)/g, "segmentOf('$1', $1)") + SEGMENT_OF

interface Described {
  paths: Record<string, Record<string, { operationId?: string }>>
}

/** The functions alone: the module has the builders of their addresses and constants of its types, too. */
const listOf = (document: object): string =>
  `\n/** Every operation. */\nexport const operations = {\n${Object.values((document as Described).paths)
    .flatMap((methods) => Object.values(methods))
    .flatMap(({ operationId }) => (operationId ? [`  ${operationId},\n`] : []))
    .sort()
    .join('')}}\n`

if (import.meta.main) {
  for (const folder of process.argv.slice(2)) await generateClient(resolve(folder))
  // The libraries that it loads keep the process.
  process.exit()
}
