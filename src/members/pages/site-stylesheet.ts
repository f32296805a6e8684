import { contrast, type Palette, palettesFor } from '../../emails/layout/palette.ts'

/** What WCAG asks of text. */
const READABLE = 4.5

/** The custom properties that a site's colour gives to `members.css`, for light and for dark mode. */
export function siteStylesheet(color: string | null): string {
  const { light, dark } = palettesFor(color)
  return `${root(light)}\n@media (prefers-color-scheme: dark) {\n${root(dark)}\n}\n`
}

function root({ fill, on_fill, link }: Palette): string {
  return `:root { --fill: ${fill}; --on-fill: ${readableOn(fill, on_fill)}; --link: ${link} }`
}

/** On a few middle tones neither white nor ink reaches the contrast; on every color, one of white and black does. */
function readableOn(fill: string, ink: string): string {
  if (contrast(fill, ink) >= READABLE) return ink
  return contrast(fill, '#ffffff') >= READABLE ? '#ffffff' : '#000000'
}
