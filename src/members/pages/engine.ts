import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Liquid } from 'liquidjs'
import { isOwnFile } from '../../catalogue/own-files.ts'
import { lines } from '../../emails/templates/data.ts'
import { escapeHtml } from '../../platform/text/escape-html.ts'
import { LOCALES } from '../../platform/text/languages.ts'
import { givenName } from '../../platform/text/names.ts'
import { formatDay, formatEnd, formatExact, isStartOfDay, lastMoment } from '../../platform/text/zone.ts'
import { formatDuration, formatList, translate } from '../texts/translate.ts'
import type { Moment, PageFrame } from './views.ts'

type Filter = (this: { context: { globals: object } }, ...args: never[]) => unknown
type Failure = { field: string; code: string }

const COVERS = 7
const TONES = 3

/** Renders our own pages: all output is escaped, and nothing but the templates of this folder can be named. */
export const engine = new Liquid({
  templates: readTemplates(),
  cache: true,
  strictVariables: true,
  strictFilters: true,
  ownPropertyOnly: true,
  jsTruthy: true,
  // A function, so that control characters go as well: they could change the direction of the sentence around a name.
  outputEscape: (value: unknown) => escapeHtml(lines(String(value ?? ''))),
})

function readTemplates(): Record<string, string> {
  const files = globSync('{.,parts}/*.liquid', { cwd: import.meta.dirname })
  const name = (file: string) =>
    dirname(file) === '.' ? basename(file, '.liquid') : `parts/${basename(file, '.liquid')}`
  return Object.fromEntries(
    files.map((file) => [name(file), readFileSync(join(import.meta.dirname, file), 'utf8')]),
  )
}

const filters: Record<string, Filter> = {
  t(key: string, ...placeholders: [string, unknown][]) {
    return translate(language(this), key, Object.fromEntries(placeholders))
  },
  duration(seconds: number) {
    return formatDuration(language(this), seconds)
  },
  list(names: string[]) {
    return formatList(language(this), names)
  },
  /** The address of a path of this site. */
  at_base(path: string) {
    if (!/^\/(?![/\\])/.test(path)) throw new Error(`${path} is not a path below the base of the site`)
    return frame(this).base + path
  },
  /** What is wrong with a field, in words; null when nothing is. */
  error_of(errors: Failure[], field: string) {
    const failure = errors.find((error) => error.field === field)
    return failure ? translate(language(this), `error.${field}.${failure.code}`) : null
  },
  first_name(name: string) {
    return givenName(name)
  },
  /** The classes of a drawing for what has no picture: always the same for a path, and another for the next number. */
  drawing(path: string) {
    const sum = [...path].reduce((sum, character) => sum + character.charCodeAt(0), 0)
    return `cover-${sum % COVERS} tone-${sum % TONES}`
  },
  /** Null for what browsers would not load: the content-security policy lets https pass, and what this server has. */
  picture(url: string | null) {
    return url && (/^https:\/\//i.test(url) || isOwnFile(url)) ? url : null
  },
}

const htmlFilters: Record<string, Filter> = {
  /** A day, with the exact time on hover and focus. */
  day(moment: Moment) {
    return timeElement(frame(this), new Date(moment), formatDay)
  },
  /** The text of a key with the day of a moment as its `date`, and further placeholders. */
  t_day(key: string, moment: Moment, ...placeholders: [string, unknown][]) {
    return withDate(frame(this), key, timeElement(frame(this), new Date(moment), formatDay), placeholders)
  },
  /** The text of a key with an end of access as its `date`: the last day, and the time when access ends within it. */
  t_end(key: string, moment: Moment) {
    return withDate(frame(this), key, timeElement(frame(this), new Date(moment), formatEnd))
  },
  /** Text as paragraphs: HTML, escaped already. */
  paragraphs(text: string) {
    const blocks = lines(text).split(/\n{2,}/)
    return blocks.map((block) => `<p>${escapeHtml(block).replaceAll('\n', '<br>')}</p>`).join('\n')
  },
  /** HTML that sanitizeContent() has made. */
  sanitized(html: string) {
    return html
  },
  /** As it was typed, character by character. */
  verbatim(text: string) {
    return escapeHtml(text)
  },
}

for (const [name, filter] of Object.entries(filters)) engine.registerFilter(name, filter as never)
for (const [name, handler] of Object.entries(htmlFilters)) {
  engine.registerFilter(name, { raw: true, handler: handler as never })
}

/** The title of an end of access that ends with a day is the last moment of that day. */
function timeElement(
  { language, site }: PageFrame,
  at: Date,
  format: (locale: string, zone: string, at: Date) => string,
): string {
  const [locale, zone] = [LOCALES[language], site.time_zone]
  const shown = format === formatEnd && isStartOfDay(zone, at) ? lastMoment(zone, at) : at
  const title = escapeHtml(formatExact(locale, zone, shown))
  return `<time datetime="${at.toISOString()}" title="${title}" tabindex="0">${escapeHtml(format(locale, zone, at))}</time>`
}

/** The placeholder is replaced after escaping: what stands around it is text, and the element is HTML. */
function withDate(
  { language }: PageFrame,
  key: string,
  element: string,
  placeholders: [string, unknown][] = [],
): string {
  // A name cannot contain the placeholder: lines() takes control characters away.
  const values = Object.fromEntries(placeholders.map(([name, value]) => [name, lines(String(value))]))
  return escapeHtml(translate(language, key, { ...values, date: DATE })).replace(DATE, () => element)
}

const DATE = '\u0001'

function frame(filter: { context: { globals: object } }): PageFrame {
  return filter.context.globals as PageFrame
}

function language(filter: { context: { globals: object } }): PageFrame['language'] {
  return frame(filter).language
}
