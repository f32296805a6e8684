import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Template } from 'liquidjs'
import { engine } from './engine.ts'
import { paths } from './paths.ts'
import { siteStylesheet } from './site-stylesheet.ts'
import type { PageFrame, PageName, PageViews } from './views.ts'

/** What is served at `{base}/assets/members.css`. */
export const membersStylesheet = readFileSync(new URL('./members.css', import.meta.url), 'utf8')
const membersVersion = versionOf(membersStylesheet)

/** What is served at `{base}/assets/members.js`. */
export const membersScript = readFileSync(new URL('./members.js', import.meta.url), 'utf8')
const scriptVersion = versionOf(membersScript)

/** What is served at `{base}/assets/form.js`. */
export const formScript = readFileSync(new URL('./form.js', import.meta.url), 'utf8')
const formVersion = versionOf(formScript)

/** What search engines may list. */
export const PUBLIC_PAGES: PageName[] = ['blog', 'article', 'podcast']

const parsed = new Map<PageName, Template[]>()

/**
 * A whole HTML document. The addresses of its stylesheets and its script change with what is in them, so that browsers may keep
 * them for ever. Throws when a path in the view would lead out of the site.
 */
export function renderPage<Name extends PageName>(
  name: Name,
  view: PageViews[Name],
  frame: PageFrame,
): string {
  const template = parsed.get(name) ?? engine.parseFileSync(name)
  parsed.set(name, template)
  const versions = {
    members: membersVersion,
    script: scriptVersion,
    form: formVersion,
    site: versionOf(siteStylesheet(frame.site.color)),
  }
  return engine.renderSync(template, view, {
    globals: { ...frame, paths, versions, is_public: PUBLIC_PAGES.includes(name) },
  })
}

function versionOf(content: string): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 10)
}
