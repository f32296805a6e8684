import { readFile, writeFile } from 'node:fs/promises'
import mjml2html from 'mjml'

const source = new URL('./layout.mjml', import.meta.url)
const target = new URL('./layout.html', import.meta.url)

/**
 * Compiles `layout.mjml` to the HTML that is committed beside it. The Liquid placeholders come through as they
 * are. Throws on any MJML validation error.
 */
export async function compileLayout(): Promise<string> {
  const { html, errors } = await mjml2html(await readFile(source, 'utf8'), {
    // An empty list, because the default one links Google Fonts when a font stack names Roboto.
    fonts: {},
    keepComments: false,
    validationLevel: 'soft',
  })
  const mistakes = errors.map((error) => error.message).filter((message) => !isLiquidColor(message))
  if (mistakes.length > 0) throw new Error(`layout.mjml: ${mistakes.join('; ')}`)
  return `${html
    .replace(/^[ \t]+|[ \t]+$/gm, '')
    .replace(/\n{2,}/g, '\n')
    .trim()}\n`
}

/** MJML knows no Liquid and calls a placeholder where a color belongs an invalid value. */
function isLiquidColor(message: string): boolean {
  return /has invalid value: \{\{ [\w.]+ \}\} for type Color/.test(message)
}

if (import.meta.main) await writeFile(target, await compileLayout())
