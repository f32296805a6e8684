import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { escapeHtml } from '../../platform/text/escape-html.ts'
import type { Language } from '../../platform/text/languages.ts'
import { layoutEngine, renderTemplate } from '../liquid.ts'
import { palettesFor } from './palette.ts'

const layout = readFileSync(new URL('./layout.html', import.meta.url), 'utf8')

export interface LayoutSlots {
  language: Language
  site: { title: string; url: string; color: string | null; logo_url: string | null }
  preheader: string
  heading: string
  /** HTML. */
  body: string
  button: string
  link_url: string
  /** HTML. */
  footer: string
}

/** What the e-mails of a site have in common: a piece, a slot, a piece, a slot, …, a piece. */
export interface Layout {
  pieces: string[]
  /** Names; one can stand in several places. */
  slots: string[]
  /** SHA-256, in hexadecimal digits. */
  hash: string
}

/** A document in the two parts as which it is stored. */
export interface Document {
  layout: Layout
  /** HTML, by the names of the slots. */
  slots: Record<string, string>
}

/** Escapes every slot but the two that are HTML. */
export function fillLayout({ language, site, body, footer, ...texts }: LayoutSlots): Document {
  const slots: Record<string, string> = { body, footer }
  for (const [name, text] of Object.entries(texts)) slots[name] = escapeHtml(text)
  // A filter can part what belongs together, and half a character cannot be stored.
  for (const [name, html] of Object.entries(slots)) slots[name] = html.toWellFormed()
  const filled = Object.keys(slots).filter((name) => slots[name] !== '')
  return { layout: layoutOf(language, site, filled), slots }
}

/** The whole document. */
export const htmlOf = ({ layout: { pieces, slots: names }, slots }: Document): string =>
  pieces.map((piece, index) => piece + (slots[names[index]!] ?? '')).join('')

/** Stands in the layout of a site for what differs from e-mail to e-mail; no title or address contains it. */
const mark = (name: string) => `\u0000${name}\u0000`
const SLOT = /\u0000(\w+)\u0000/

/** Rendered once for a language and a site, and for which slots are filled: it takes half the time of rendering an e-mail. */
const layouts = new Map<string, Layout>()
const MOST_LAYOUTS = 200

function layoutOf(language: Language, site: LayoutSlots['site'], filled: string[]): Layout {
  const key = JSON.stringify([language, site, filled])
  const known = layouts.get(key)
  if (known !== undefined) return known
  const parts = renderSite(language, site, filled).split(SLOT)
  const fresh = {
    pieces: parts.filter((_, index) => index % 2 === 0),
    slots: parts.filter((_, index) => index % 2 === 1),
    hash: createHash('sha256').update(JSON.stringify(parts)).digest('hex'),
  }
  if (layouts.size === MOST_LAYOUTS) layouts.delete(layouts.keys().next().value!)
  layouts.set(key, fresh)
  return fresh
}

function renderSite(language: Language, site: LayoutSlots['site'], filled: string[]): string {
  const slots = { preheader: '', heading: '', body: '', button: '', link_url: '', footer: '' }
  return renderTemplate(layoutEngine, layout, {
    ...slots,
    ...Object.fromEntries(filled.map((name) => [name, mark(name)])),
    language,
    site,
    logo_url: isWebAddress(site.logo_url) ? site.logo_url : null,
    ...palettesFor(site.color),
  })
}

function isWebAddress(url: string | null): boolean {
  return url !== null && /^https?:\/\//i.test(url)
}
