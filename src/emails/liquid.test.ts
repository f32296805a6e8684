import { expect, test, vi } from 'vitest'
import { htmlEngine, parseTemplate, renderTemplate, textEngine } from './liquid.ts'

const html = (source: string, data: object = {}) => renderTemplate(htmlEngine, source, data)
const text = (source: string, data: object = {}) => renderTemplate(textEngine, source, data)

/** A template that loops over 640 items, which needs no range. */
const manyItems = `{% assign s = "abcdefghij" %}${'{% assign s = s | append: s %}'.repeat(6)}{% assign all = s | split: "" %}`

function timed(act: () => void): number {
  const start = performance.now()
  act()
  return performance.now() - start
}

test.each(['include', 'render', 'layout', 'block', 'capture', 'liquid', 'echo', 'tablerow', 'cycle'])(
  'the tag %s does not exist',
  (tag) => {
    expect(() => html(`{% ${tag} "package.json" %}`)).toThrow(`tag "${tag}" not found`)
    expect(() => text(`{% ${tag} "package.json" %}`)).toThrow(`tag "${tag}" not found`)
  },
)

test.each(['package.json', './package.json', '/etc/passwd', '../../package.json', import.meta.filename])(
  'the engines cannot read the file %s even when requested by code',
  (file) => {
    expect(() => htmlEngine.renderFileSync(file)).toThrow('ENOENT')
    expect(() => textEngine.renderFileSync(file)).toThrow('ENOENT')
  },
)

test.each(['raw', 'json', 'inspect', 'where_exp', 'find_exp', 'group_by_exp', 'hmac_sha256', 'unescape'])(
  'the filter %s does not exist',
  (filter) => {
    expect(() => html(`{{ "<b>" | ${filter}: "x", "x" }}`)).toThrow(`undefined filter: ${filter}`)
  },
)

test('output in HTML is escaped, in whatever way it is produced', () => {
  const data = { name: '<b>&"\'', list: ['<i>'] }
  const escaped = '&lt;b&gt;&amp;&#34;&#39;'
  expect(html('{{ name }}', data)).toBe(escaped)
  expect(html('{{ name | escape }}', data)).toBe(escaped)
  expect(html('{% assign copy = name %}{{ copy }}', data)).toBe(escaped)
  expect(html('{{ "a" | replace: "a", name }}', data)).toBe(escaped)
  expect(html('{{ list }}{% for item in list %}{{ item }}{% endfor %}', data)).toBe('&lt;i&gt;&lt;i&gt;')
  expect(html('{{ name | escape | append: name }}', data)).not.toContain('<')
})

test('line breaks become <br> and everything else is still escaped', () => {
  expect(html('{{ text | newline_to_br }}', { text: '<b>\r\n{{ x }}' })).toBe('&lt;b&gt;<br>\n{{ x }}')
})

test('plain text is not escaped', () => {
  expect(text('{{ name }}', { name: '<b>&"' })).toBe('<b>&"')
})

test.each(['nothing', 'site.nothing', 'site.constructor', 'constructor', '__proto__', 'site.toString'])(
  'the variable %s does not exist',
  (name) => {
    expect(() => text(`{{ ${name} }}`, { site: {} })).toThrow('undefined variable')
  },
)

test('dates read the same in every time zone of the server', () => {
  expect(text('{{ "2027-12-31" | date: "%-d %B %Y" }}')).toBe('31 December 2027')
  expect(text('{{ "2027-12-31T23:59:59Z" | date: "%-d %B %Y" }}')).toBe('31 December 2027')
})

test('nested empty loops are stopped by the work limit', () => {
  const loop = '{% for a in all %}'.repeat(5) + '{% endfor %}'.repeat(5)
  expect(
    timed(() => expect(() => text(manyItems + loop)).toThrow('template work limit exceeded')),
  ).toBeLessThan(10_000)
})

test('the limit does not depend on the load of the machine: neither the clock nor elapsed time is read', () => {
  let ms = 0
  vi.spyOn(performance, 'now').mockImplementation(() => (ms += 10_000))
  try {
    expect(text(`${manyItems}{% for a in all %}{{ a }}{% endfor %}`)).toHaveLength(640)
  } finally {
    vi.restoreAllMocks()
  }
})

test.each([
  ['long expressions', `{% if ${'s == s and '.repeat(1_500)} true %}{% endif %}`],
  ['long chains of filters', `{{ 1 ${'| plus: 1 '.repeat(1_500)} }}`],
  ['searches in long texts', '{% if s contains "zz" %}{% endif %}'.repeat(10)],
])('loops over %s are stopped by the work limit', (_, part) => {
  const many = '{% for a in all %}{% for b in all %}'
  const source = `${manyItems}${many}${part}{% endfor %}{% endfor %}`
  expect(timed(() => expect(() => text(source)).toThrow('template work limit exceeded'))).toBeLessThan(10_000)
})

test('loops that write are stopped by the length of their output', () => {
  const loop = `{% for a in all %}${'x'.repeat(9000)}{% endfor %}`
  expect(timed(() => expect(() => text(manyItems + loop)).toThrow('output limit exceeded'))).toBeLessThan(
    1000,
  )
})

test('text that doubles itself is stopped by the memory limit', () => {
  const source = `{% assign s = "abcdefghij" %}${'{% assign s = s | append: s %}'.repeat(40)}`
  expect(timed(() => expect(() => text(source)).toThrow('memory alloc limit exceeded'))).toBeLessThan(10_000)
})

test.each([
  '{% for i in (1..3) %}{% endfor %}',
  '{% for i in (1..100000000) %}{% for j in (1..100000000) %}{% endfor %}{% endfor %}',
  '{% for i in (9007199254740992..9007199254740994) %}{% endfor %}',
  '{% for i in ("1".."3") %}{% endfor %}',
  '{{ ")" | append: (1..3) }}',
  '{{- (1..3) | join: "" -}}',
  '{% if (1..3) contains 2 %}{% endif %}',
])('the range in %s is refused, before it could be built', (source) => {
  expect(() => parseTemplate(textEngine, source)).toThrow('ranges like (1..5) are not available')
})

test('parentheses and dots outside of ranges are ordinary text', () => {
  expect(text('(1..3) {{ "(more)" }} {{ "Loading..." }} {% raw %}{{ (1..3) }}{% endraw %}')).toBe(
    '(1..3) (more) Loading... {{ (1..3) }}',
  )
})

test.each([
  '{% if true %}'.repeat(1500),
  `{{ a${'['.repeat(19_000)} }}`,
  '{{'.repeat(9900),
  'x'.repeat(20_001),
])('a malicious template is an error and has no other effect (%#)', (source) => {
  expect(timed(() => expect(() => text(source)).toThrow())).toBeLessThan(10_000)
})

test('a date format cannot be used to consume processor time', () => {
  expect(() => text(`{{ "2027-12-31" | date: "${'%B'.repeat(5000)}" }}`)).toThrow('date format is too long')
})

test('a template is parsed once, and the cache is bounded', () => {
  const first = parseTemplate(textEngine, 'once')
  expect(parseTemplate(textEngine, 'once')).toBe(first)
  for (let i = 0; i < 100; i++) parseTemplate(textEngine, `${i}`.padEnd(19_000))
  expect(parseTemplate(textEngine, 'once')).not.toBe(first)
})
