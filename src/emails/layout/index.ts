import { readFileSync } from 'node:fs'
import { layoutEngine, renderTemplate } from '../liquid.ts'
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
export function renderLayout(slots: LayoutSlots): string {
  const logo_url = isWebAddress(slots.site.logo_url) ? slots.site.logo_url : null
  return renderTemplate(layoutEngine, layout, { ...slots, ...palettesFor(slots.site.color), logo_url })
}

function isWebAddress(url: string | null): boolean {
  return url !== null && /^https?:\/\//i.test(url)
}
