import {
  type Context,
  type Emitter,
  Liquid,
  type LiquidOptions,
  type Template,
  TokenizationError,
  Tokenizer,
  TokenKind,
  toValueSync,
} from 'liquidjs'
import { type Language, LOCALES } from '../platform/text/languages.ts'
import { registerFilters } from './templates/filters.ts'
import { RenderingContext } from './templates/rendering-context.ts'
import { countingOperators, MAX_WORK, WorkLimit } from './work-limit.ts'

/** Most characters of a template. */
export const MAX_TEMPLATE_CHARS = 20_000
const MAX_CACHED_CHARS = 1_000_000
/** What filters and escaping may build in one rendering, in characters and list items; also the length it may have. */
const MAX_ALLOCATION = 250_000

// Lists of what stays, so that a filter or tag which a later version brings stays out. Left out on purpose: every
// tag that reads a file, `capture` (its buffer is not counted by the memory limit), and the `_exp` filters, which
// evaluate a string as template code.
const TAGS = ['assign', 'if', 'unless', 'case', 'for', 'break', 'continue', 'comment', 'raw', '#']
const TEXT_FILTERS = [
  ...'append prepend capitalize upcase downcase strip strip_newlines replace remove truncate truncatewords'.split(
    ' ',
  ),
  ...'split join first last size reverse map slice array_to_sentence_string default date url_encode'.split(
    ' ',
  ),
  ...'plus minus times divided_by modulo round ceil floor abs at_least at_most'.split(' '),
]
const HTML_FILTERS = [...TEXT_FILTERS, 'escape', 'newline_to_br', 'strip_html']

const LIMITS = { parseLimit: MAX_TEMPLATE_CHARS, memoryLimit: MAX_ALLOCATION, operators: countingOperators }

/** Renders plain text: nothing is escaped. */
export const textEngine = createEngine(TEXT_FILTERS, LIMITS)

/** Renders HTML: every output is escaped, and no filter or tag leads round it. */
export const htmlEngine = createEngine(HTML_FILTERS, { ...LIMITS, outputEscape: 'escape' })

/** For our own layout only: without limits, and with `raw` for the fragments that are HTML already. */
export const layoutEngine = createEngine([...HTML_FILTERS, 'raw'], { outputEscape: 'escape' })

function createEngine(allowedFilters: string[], options: LiquidOptions): Liquid {
  const engine = new Liquid({
    // Without this, `include`, `render` and `layout` read files from the working directory.
    templates: Object.create(null),
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    locale: LOCALES.en,
    timezoneOffset: 'UTC',
    ...options,
  })
  keepOnly(allowedFilters, engine.filters)
  keepOnly(TAGS, engine.tags)
  registerFilters(engine)
  return engine
}

function keepOnly(names: string[], registry: Record<string, unknown>): void {
  for (const name of Object.keys(registry)) if (!names.includes(name)) delete registry[name]
}

/** A template, and the length of its longest tag or output, in characters. */
export interface Parsed {
  templates: Template[]
  longestCode: number
}

const cache = new Map<Liquid, Map<string, Parsed>>()
let cachedChars = 0

/** Parses a template, or returns what parsing the same text gave before. Throws a `LiquidError`. */
export function parseTemplate(engine: Liquid, source: string): Parsed {
  const known = cache.get(engine)?.get(source)
  if (known) return known
  const parsed = { templates: engine.parse(source), longestCode: examineCode(engine, source) }
  remember(engine, source, parsed)
  return parsed
}

/**
 * Ranges are refused, because LiquidJS builds `(9007199254740992..9007199254740994)` for ever: above 2^53 adding
 * one changes nothing, the memory limit sees three items, and the process dies of its heap. A parenthesis stands
 * for nothing else in Liquid.
 *
 * @returns the length of the longest tag or output
 */
function examineCode(engine: Liquid, source: string): number {
  let longest = 0
  for (const token of new Tokenizer(source).readTopLevelTokens(engine.options)) {
    const text = token.kind === TokenKind.HTML ? '' : token.getText()
    longest = Math.max(longest, text.length)
    const parenthesis = text.indexOf('(')
    if (parenthesis >= 0 && text.includes('..', parenthesis)) {
      throw new TokenizationError('ranges like (1..5) are not available in e-mails', token)
    }
  }
  return longest
}

/** Bounded by the length of the templates. Starting over is simple, and happens only when very many are edited. */
function remember(engine: Liquid, source: string, parsed: Parsed): void {
  if (cachedChars + source.length > MAX_CACHED_CHARS) {
    cache.clear()
    cachedChars = 0
  }
  const ofEngine = cache.get(engine) ?? new Map<string, Parsed>()
  cache.set(engine, ofEngine.set(source, parsed))
  cachedChars += source.length
}

export interface Rendering {
  /** In which dates are written. */
  language?: Language
  /** In which dates are shown. */
  zone?: string
  /** The time that `now` and `today` stand for. */
  now?: Date
  /** Nothing stops it: the words are our own, and what they do is bounded by the data. */
  isUnlimited?: boolean
}

/** Renders a template with data. Throws a `LiquidError` for a mistake in it and when a limit is reached. */
export function renderTemplate(
  engine: Liquid,
  source: string,
  data: object,
  { language = 'en', zone = 'UTC', now = new Date(0), isUnlimited = false }: Rendering = {},
): string {
  const { templates, longestCode } = parseTemplate(engine, source)
  const memoryLimit = isUnlimited ? Number.POSITIVE_INFINITY : engine.options.memoryLimit
  const mostWork = memoryLimit === Number.POSITIVE_INFINITY ? memoryLimit : MAX_WORK
  const context = new RenderingContext(
    now,
    data,
    { ...engine.options, locale: LOCALES[language], timezoneOffset: zone },
    { sync: true, memoryLimit },
    // Of LiquidJS's own limits only this part is used.
    {
      liquid: engine,
      renderLimit: new WorkLimit(mostWork, longestCode) as unknown as Context['renderLimit'],
    },
  )
  const output = new BoundedOutput(memoryLimit)
  toValueSync(engine.renderer.renderTemplates(templates, context, output))
  return output.buffer
}

/** The memory limit does not see the literal text that a loop writes again and again. */
class BoundedOutput implements Emitter {
  buffer = ''
  #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  write(value: unknown): void {
    this.buffer += toText(value)
    if (this.buffer.length > this.#limit) throw new Error('output limit exceeded')
  }
}

function toText(value: unknown): string {
  if (Array.isArray(value)) return value.map(toText).join('')
  return value === null || value === undefined ? '' : String(value)
}
