/** A real browser for the tests: the headless Chromium that npm brings along, with its libraries and its font. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Browser, chromium } from 'playwright-core'

const ROOT = join(import.meta.dirname, '..')

/** Starts the browser, and unpacks it first when this user has no unpacked one. */
export async function launchBrowser(): Promise<Browser> {
  const folder = await findOrUnpack()
  return chromium.launch({
    executablePath: join(folder, 'chromium'),
    // Root cannot use the sandbox; the pages are trusted.
    chromiumSandbox: false,
    args: ['--no-zygote', '--disable-gpu', '--font-render-hinting=none'],
    env: {
      ...process.env,
      HOME: folder,
      LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
      FONTCONFIG_PATH: folder,
    },
  })
}

/** The folder of this user with the unpacked browser, shared by all tests; 250 MB, unpacked in 3 s. */
async function findOrUnpack(): Promise<string> {
  const manifest = join(ROOT, 'node_modules', '@sparticuz', 'chromium', 'package.json')
  const { version } = JSON.parse(await readFile(manifest, 'utf8'))
  const user = process.getuid?.()
  const folder = join(tmpdir(), `bestow-chromium-${version}-${user}`)
  if (await isMine(folder)) return folder
  const fresh = await unpack(folder)
  try {
    await rename(fresh, folder)
  } catch (error) {
    await rm(fresh, { recursive: true, force: true })
    // Another test was faster; or another user created the folder, and its content must not be run.
    if (!(await isMine(folder))) throw error
  }
  return folder
}

const isMine = (folder: string): Promise<boolean> =>
  stat(folder).then(
    ({ uid }) => uid === process.getuid?.(),
    () => false,
  )

/** Unpacks into a folder that is then moved to `place`. The unpacker reads its options from the environment. */
async function unpack(place: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bestow-chromium-'))
  const script = `const { default: it } = await import('@sparticuz/chromium'); await it.executablePath()`
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: ROOT,
    env: { ...process.env, TMPDIR: folder, AWS_LAMBDA_JS_RUNTIME: 'nodejs22.x' },
  })
  await mkdir(join(folder, 'cache'))
  await writeFile(
    join(folder, 'fonts.conf'),
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${place}/fonts</dir><cachedir>${place}/cache</cachedir></fontconfig>\n`,
  )
  return folder
}
