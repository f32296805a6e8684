/** Colors as `#rrggbb`: for the bar and the button, for the words on the button, and for links in the text. */
export interface Palette {
  fill: string
  on_fill: string
  link: string
}

const DEFAULT_COLOR = '#3b5bdb'
const LIGHT_CARD = '#ffffff'
const DARK_CARD = '#1f1f23'
const INK = '#18181b'
/** What WCAG asks of text. */
const READABLE = 4.5
/** Enough for a button to stand out from the card; more would change the colors of bright brands too much. */
const NOTICEABLE = 1.4

const MAX_REMEMBERED = 1000
const remembered = new Map<string, { light: Palette; dark: Palette }>()

/** The palettes that go with a site's color, for light and for dark mode. Anything but a hex color counts as none. */
export function palettesFor(color: string | null): { light: Palette; dark: Palette } {
  const site = normalize(color)
  const known = remembered.get(site)
  if (known) return known
  const palettes = {
    light: palette(
      movedUntil(NOTICEABLE, site, LIGHT_CARD, '#000000'),
      movedUntil(READABLE, site, LIGHT_CARD, '#000000'),
    ),
    dark: palette(fillOnDark(site), movedUntil(READABLE, site, DARK_CARD, '#ffffff')),
  }
  if (remembered.size >= MAX_REMEMBERED) remembered.clear()
  remembered.set(site, palettes)
  return palettes
}

function normalize(color: string | null): string {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(color?.trim() ?? '')?.[1]?.toLowerCase()
  if (!hex) return DEFAULT_COLOR
  return `#${hex.length === 3 ? hex.replace(/./g, '$&$&') : hex}`
}

function palette(fill: string, link: string): Palette {
  const on_fill = contrast(fill, '#ffffff') >= contrast(fill, INK) ? '#ffffff' : INK
  return { fill, on_fill, link }
}

/** A color too dark for the dark card becomes a pale tint of itself: a little lighter, it would look switched off. */
function fillOnDark(site: string): string {
  return contrast(site, DARK_CARD) >= NOTICEABLE ? site : mix(site, '#ffffff', 0.85)
}

/** The color, mixed with as little of `away` as gives it the wanted contrast to the card. */
function movedUntil(wanted: number, color: string, card: string, away: string): string {
  for (let share = 0; share < 1; share += 0.04) {
    const mixed = mix(color, away, share)
    if (contrast(mixed, card) >= wanted) return mixed
  }
  return away
}

function mix(color: string, other: string, share: number): string {
  const others = channels(other)
  const mixed = channels(color).map((value, i) => Math.round(value + ((others[i] ?? 0) - value) * share))
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}

/** The contrast ratio of WCAG 2, from 1 to 21. */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = channels(color).map((value) => {
    const share = value / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function channels(color: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16))
}
