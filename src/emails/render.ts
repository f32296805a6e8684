import { type Liquid, LiquidError, type Template } from 'liquidjs'
import { mapValues } from '../platform/jsonapi/schemas.ts'
import { type Document, fillLayout, htmlOf } from './layout/index.ts'
import { htmlEngine, MAX_TEMPLATE_CHARS, parseTemplate, renderTemplate, textEngine } from './liquid.ts'
import { cleanData, EMAIL_SHAPE, type EmailData, line, lines } from './templates/data.ts'
import { isBuiltIn } from './templates/index.ts'
import { fullSample, sparseSample } from './templates/samples.ts'
import type { EmailTemplate } from './templates/template.ts'
import { textOf } from './templates/text-of.ts'
import { findUndefined, namesIn } from './undefined-variables.ts'

export type { EmailData } from './templates/data.ts'

export interface RenderedEmail {
  /** One line without control characters, safe in a header. */
  subject: string
  /** A whole document, with nothing in it that loads from elsewhere but the site's own logo. */
  html: string
  text: string
}

const TOO_LONG = `a template has at most ${MAX_TEMPLATE_CHARS} characters`

const engines: Record<keyof EmailTemplate, Liquid> = {
  subject: textEngine,
  preheader: textEngine,
  heading: textEngine,
  body: htmlEngine,
  button: textEngine,
  text: textEngine,
  footer: htmlEngine,
}

/** A mistake in a template, or a limit that it reached. Lines and columns count from 1. */
export class TemplateError extends Error {
  override name = 'TemplateError'
  field: keyof EmailTemplate
  line: number
  column: number

  constructor(field: keyof EmailTemplate, problem: string, [line = 1, column = 1]: number[], cause: unknown) {
    super(`${field}, line ${line}, column ${column}: ${problem}`, { cause })
    this.field = field
    this.line = line
    this.column = column
  }
}

/**
 * Renders an e-mail; `document` is its HTML in the parts as which it is stored. Throws a `TemplateError`.
 *
 * @param now by the application's clock, for dates that a template asks for
 */
export function renderEmail(
  template: EmailTemplate,
  data: EmailData,
  now: Date,
): RenderedEmail & { document: Document } {
  const clean = cleanData(data)
  const field = (name: keyof EmailTemplate) => {
    const source = template[name] ?? ''
    const rendering = {
      language: clean.language,
      zone: clean.site.time_zone,
      now,
      isUnlimited: isBuiltIn(source),
    }
    return located(name, () => renderTemplate(engines[name], source, clean, rendering))
  }
  const [body, button, footer] = [field('body'), line(field('button')), field('footer')]
  const document = fillLayout({
    language: clean.language,
    site: clean.site,
    preheader: line(field('preheader')),
    heading: line(field('heading')),
    body,
    button,
    link_url: clean.link.url,
    footer,
  })
  return {
    subject: line(field('subject')),
    html: htmlOf(document),
    document,
    text: `${template.text === null ? plainText(body, button, clean.link.url, footer) : lines(field('text'))}\n`,
  }
}

/** The plain-text part of an e-mail whose template has none. */
function plainText(body: string, button: string, link: string, footer: string): string {
  const parts = [textOf(body), button && `${button}:\n${link}`, footer && `--\n${textOf(footer)}`]
  return lines(parts.filter((part) => part !== '').join('\n\n'))
}

/**
 * Throws a `TemplateError` for the first of these fields that does not parse, names what does not exist, or does not
 * render: each is tried with samples, because only rendering finds a variable that may be missing.
 */
export function assertTemplate(template: Partial<EmailTemplate>, samples = [fullSample, sparseSample]): void {
  for (const [name, source] of Object.entries(template) as [keyof EmailTemplate, string | null][]) {
    const engine = engines[name]
    const { templates } = located(name, () => parseTemplate(engine, source ?? ''), hintFor(engine))
    assertDefined(name, templates, samples)
    for (const sample of samples) {
      located(name, () => renderTemplate(engine, source ?? '', cleanData(sample)), hintFor(engine))
    }
  }
}

/** What only some kinds of e-mails can be about. */
const OCCASIONAL = ['gift', 'course', 'lesson']

/** What templates that are tried with these samples can name. */
function shapeFor(samples: EmailData[]) {
  const known = Object.entries(EMAIL_SHAPE).filter(
    ([name]) => !OCCASIONAL.includes(name) || samples.some((sample) => sample[name as keyof EmailData]),
  )
  return { ...Object.fromEntries(known), recipient: mapValues(samples[0]!.recipient, () => 'text' as const) }
}

/** The names of what templates that are tried with these samples can name, as in `offers[].title`. */
export const variablesFor = (samples: EmailData[]): string[] => namesIn(shapeFor(samples))

function assertDefined(field: keyof EmailTemplate, templates: Template[], samples: EmailData[]): void {
  const shape = shapeFor(samples)
  const found = findUndefined(templates, shape)
  if (!found) return
  const available = namesIn(shape)
  const problem = `undefined variable: ${found.name} (available: ${available.join(', ')})`
  throw new TemplateError(field, problem, found.position, undefined)
}

/** What to do about a mistake, for those who are writing the template. */
const hintFor =
  (engine: Liquid) =>
  (problem: string): string => {
    if (/^tag ".*" not found$/.test(problem)) return ` (available: ${Object.keys(engine.tags).join(', ')})`
    if (problem.startsWith('undefined filter: '))
      return ` (available: ${Object.keys(engine.filters).join(', ')})`
    // It was found by a sample, and not by its name: it does exist, but not always.
    const isMissing = problem.startsWith('undefined variable: ')
    return isMissing ? '; it can be missing, so ask for it first, as in {% if offers.size > 0 %}' : ''
  }

function located<T>(field: keyof EmailTemplate, act: () => T, hint = (_problem: string) => ''): T {
  try {
    return act()
  } catch (error) {
    const { message } = error as Error
    // That it is too long is found before there is a line in which it could be.
    if (message.startsWith('parse length limit exceeded')) throw new TemplateError(field, TOO_LONG, [], error)
    if (!LiquidError.is(error)) throw error
    const problem = message.replace(/, line:\d+, col:\d+$/, '')
    throw new TemplateError(field, problem + hint(problem), error.token.getPosition(), error)
  }
}
