import { readFileSync } from 'node:fs'
import { escapeHtml, layoutEngine, renderTemplate } from '../liquid.ts'
import { palettesFor } from './palette.ts'

const layout = readFileSync(new URL('./layout.html', import.meta.url), 'utf8')

export interface LayoutSlots {
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

/** The whole HTML document. Escapes every slot but the two that are HTML. */
export function renderLayout({ site, body, footer, ...texts }: LayoutSlots): string {
  const slots: Record<string, string> = { body, footer }
  for (const [name, text] of Object.entries(texts)) slots[name] = escapeHtml(text)
  const marks = Object.fromEntries(Object.entries(slots).map(([name, value]) => [name, value && mark(name)]))
  return layoutOf(site, marks).replace(SLOT, (_, name: string) => slots[name]!)
}

/** Stands in the layout of a site for what differs from e-mail to e-mail; no title or address contains it. */
const mark = (name: string) => `\u0000${name}\u0000`
const SLOT = /\u0000(\w+)\u0000/g

/** Rendered once for a site, and for which slots are empty: it takes half the time of rendering an e-mail. */
const layouts = new Map<string, string>()
const MOST_LAYOUTS = 200

function layoutOf(site: LayoutSlots['site'], marks: Record<string, string>): string {
  const key = JSON.stringify([site, marks])
  const known = layouts.get(key)
  if (known !== undefined) return known
  const logo_url = isWebAddress(site.logo_url) ? site.logo_url : null
  const rendered = renderTemplate(layoutEngine, layout, {
    ...marks,
    site,
    logo_url,
    ...palettesFor(site.color),
  })
  if (layouts.size === MOST_LAYOUTS) layouts.delete(layouts.keys().next().value!)
  layouts.set(key, rendered)
  return rendered
}

function isWebAddress(url: string | null): boolean {
  return url !== null && /^https?:\/\//i.test(url)
}
