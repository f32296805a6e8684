import { expect, test } from 'vitest'
import { languages } from '../platform/text/languages.ts'
import { assertTemplate, type EmailData, renderEmail as render, TemplateError } from './render.ts'
import { defaultTemplates, type EmailKind } from './templates/index.ts'
import { fullSample, samplesOf, sparseSample } from './templates/samples.ts'
import type { EmailTemplate } from './templates/template.ts'

const NOW = new Date('2026-05-04T10:00:00Z')
const renderEmail = (template: EmailTemplate, data: EmailData) => render(template, data, NOW)

/** E-mails about a grant list its contents; links and notices are short. */
const kinds: EmailKind[] = ['welcome', 'gift', 'offer_grant']
const links: EmailKind[] = ['sign_in', 'password', 'email_change']
const notices: EmailKind[] = ['password_changed', 'email_changed', 'email_removed']
const systemKinds = [...kinds, ...links, ...notices]
const { welcome, gift, offer_grant, automation } = defaultTemplates.en

function named(name: string, data: EmailData = fullSample): EmailData {
  const offers = [{ title: name, description: name, access_until: null, products: [{ title: `${name} 2` }] }]
  const recipient = { ...data.recipient, name, first_name: name }
  return { ...data, recipient, offers, gift: { from_name: name, message: name } }
}

test.each(kinds)('%s renders with full data, and the link is in both parts', (kind) => {
  const { subject, html, text } = renderEmail(defaultTemplates.en[kind], fullSample)
  expect(subject).not.toBe('')
  expect(html).toContain(`href="${fullSample.link.url}"`)
  expect(text).toContain(`\n${fullSample.link.url}\n`)
  for (const part of [html, text]) {
    expect(part).toContain('Hello Robin,')
    expect(part).toContain('Bread from the beginning')
    expect(part).toContain('The recipe book')
    expect(part).toMatch(/access until 31 December 2027/i)
    expect(part).toMatch(/You are receiving this because .*robin@example.com/)
    expect(part).toContain('Quiet Kitchen')
  }
})

test.each(kinds)('%s renders with minimal data and with no offer at all', (kind) => {
  for (const data of [sparseSample, { ...sparseSample, offers: [] }]) {
    const { subject, html, text } = renderEmail(defaultTemplates.en[kind], data)
    expect(subject).toMatch(/\w$/)
    expect(html).toContain(`href="${data.link.url}"`)
    expect(text).toContain(data.link.url)
    expect(html + text).toContain('Hello,')
    expect(text).not.toMatch(/ [,.]|\n\n\n/)
    expect(html + text).not.toMatch(/access until|>null|undefined/i)
  }
})

test.each(links)('%s is a greeting and a link that says how long it is good', (kind) => {
  const { subject, html, text } = renderEmail(defaultTemplates.en[kind], {
    ...fullSample,
    offers: [],
    gift: null,
  })
  expect(subject).toContain('Quiet Kitchen')
  expect(html).toContain(`href="${fullSample.link.url}"`)
  expect(text).toContain(`\n${fullSample.link.url}\n`)
  for (const part of [html, text]) {
    expect(part).toContain('Hello Robin,')
    expect(part).toContain('works once and is valid for 7 days.')
  }
})

test('the gift names the giver and the message, or speaks neutrally', () => {
  const given = renderEmail(gift, fullSample)
  expect(given.subject).toBe('Ada Miller has a gift for you')
  expect(given.html).toContain('Eight lessons, from the first starter')
  expect(given.text).toMatch(/Bread from the beginning\nEight lessons, from the first starter .*\n.*2027\n\*/)
  expect(given.html).toContain('Happy birthday!<br>\nMay your kitchen')
  expect(given.text).toContain('Happy birthday!\nMay your kitchen')
  const neutral = renderEmail(gift, { ...fullSample, gift: { from_name: ' ', message: null } })
  expect(neutral.subject).toBe('You have received a gift')
  expect(neutral.html).toContain('You have been given a gift at Quiet Kitchen.')
  expect(neutral.html).not.toContain('<blockquote')
})

test.each([...kinds, ...links])(
  '%s states in both parts, and in every language, how long its link is valid',
  (kind) => {
    const validities = {
      en: ['valid for 7 days.', 'valid for 1 day.'],
      es: ['durante 7 días.', 'durante 1 día.'],
    }
    for (const language of languages) {
      for (const [index, expires_in_days] of [7, 1].entries()) {
        const link = { ...fullSample.link, expires_in_days }
        const { html, text } = renderEmail(defaultTemplates[language][kind], {
          ...fullSample,
          language,
          link,
        })
        for (const part of [html, text]) expect(part).toContain(validities[language][index])
      }
    }
  },
)

test.each(systemKinds)(
  '%s in Spanish is Spanish from the subject to the footer, and has the lang attribute for screen readers',
  (kind) => {
    // The texts of a site are in the language in which they were written.
    const offers = fullSample.offers.map((offer) => ({ ...offer, description: null }))
    const data: EmailData = { ...fullSample, language: 'es', offers }
    const { subject, html, text } = renderEmail(defaultTemplates.es[kind], data)
    expect(html).toContain('<html lang="es"')
    for (const part of [html, text]) {
      expect(part).toContain('Hola, Robin:')
      expect(part).toContain('Recibes este correo porque')
    }
    expect(text).not.toMatch(/\b(Hello|You are|access|password|link|sign in|December)\b/i)
    expect(subject).not.toMatch(/\b(your|you|for|at)\b/i)
    if (kinds.includes(kind)) expect(text).toContain('hasta el 31 de diciembre de 2027')
  },
)

test('a date in a site template is formatted in the language of the e-mail, also when the same date is cached in another', () => {
  const template = { ...automation, subject: 'x', body: '{{ offers[0].access_until | date: "%B" }}' }
  for (const [language, month] of [
    ['en', 'December'],
    ['es', 'diciembre'],
    ['en', 'December'],
  ] as const) {
    expect(renderEmail(template, { ...fullSample, language }).text).toMatch(new RegExp(`^${month}\n`))
  }
})

test.each(notices)('%s states what was changed and what to do, and its link does not sign in', (kind) => {
  const { subject, text } = renderEmail(defaultTemplates.en[kind], fullSample)
  expect(subject).toMatch(/Quiet Kitchen was changed$/)
  expect(text).toMatch(/contact Quiet Kitchen|set a new password now/)
  expect(text).not.toContain('valid for')
})

test('a product with the same name as its offer is not listed again', () => {
  const offer = { title: 'Circle', description: null, access_until: null, products: [{ title: 'Circle' }] }
  const { text } = renderEmail(offer_grant, { ...fullSample, offers: [offer] })
  expect(text.match(/Circle/g)).toHaveLength(1)
})

test.each([
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='x",
  '</title><style>',
])('the markup %s in names is escaped in every field', (name) => {
  for (const kind of kinds) {
    const { html, text } = renderEmail(defaultTemplates.en[kind], named(name))
    expect(html).not.toContain(name)
    expect(text).toContain(name)
  }
})

test.each([
  '{{ 7 | times: 7 }}',
  '{% for a in offers %}x{% endfor %}',
  '{{ site.nothing }}',
  '{% include "x" %}',
])('the template code %s in data is shown and never evaluated', (name) => {
  for (const kind of kinds) {
    const { html, text } = renderEmail(defaultTemplates.en[kind], named(name))
    expect(text).toContain(name)
    expect(html).toContain(name.replaceAll('"', '&#34;'))
  }
})

test.each(['Renée 🏺', 'محمد', '陶芸', '👩‍👩‍👧'])('the name %s comes out as it is', (name) => {
  const { subject, html, text } = renderEmail(gift, named(name))
  for (const part of [subject, html, text]) expect(part).toContain(name)
})

test('nothing can be injected in a header through the subject', () => {
  const name = 'Eve\r\nBcc: all@example.com\u0000\u000b\u2028\u0085X\u001b[0m'
  const { subject } = renderEmail({ ...gift, subject: 'a\r\n{{ gift.from_name }}\nb' }, named(name))
  expect(subject).toBe('a Eve Bcc: all@example.com X[0m b')
})

test('a name stays on its line and cannot change the direction of the following text', () => {
  const { html, text } = renderEmail(welcome, named('Eve\r\n\r\nPay here:\u202e\u2066 now\ud800'))
  expect(text).toContain('Hello Eve Pay here: now\ufffd,\n')
  expect(html).toContain('Hello Eve Pay here: now\ufffd,')
})

test.each(systemKinds)('the default template %s passes the check of templates in every language', (kind) => {
  for (const language of languages)
    expect(() => assertTemplate(defaultTemplates[language][kind])).not.toThrow()
})

test.each([
  [{ subject: '{{ site.title' }, 'subject', 1, 1, 'not closed'],
  [{ body: '<p>\n  {% if gift %}\n</p>' }, 'body', 2, 3, 'not closed'],
  [{ text: 'a\nb {{ recipient.nmae }}' }, 'text', 2, 6, 'undefined variable: recipient.nmae'],
  [{ footer: '{{ site.title | raw }}' }, 'footer', 1, 1, 'undefined filter: raw'],
  [{ heading: '\n\n{% include "x" %}' }, 'heading', 3, 1, 'tag "include" not found'],
] as const)(
  'a mistake in %j is reported with field, line and column',
  (change, field, line, column, problem) => {
    const broken = { ...welcome, ...change }
    const located = { name: 'TemplateError', field, line, column, message: expect.stringContaining(problem) }
    expect(() => assertTemplate(broken)).toThrow(expect.objectContaining(located))
    expect(() => renderEmail(broken, fullSample)).toThrow(TemplateError)
  },
)

test.each(['now', 'today'])('the date "%s" is that of the application clock, which can be moved', (word) => {
  const body = `{{ "${word}" | date: "%Y-%m-%d %H:%M" }}`
  expect(renderEmail({ ...automation, subject: 'x', body }, fullSample).html).toContain('2026-05-04 10:00')
})

test.each([
  ['{% if offers.size > 9 %}{{ recipient.nmae }}{% endif %}', 'recipient.nmae', 28],
  ['{% if recipient.name == "Zoe" %}{{ contact.name }}{% endif %}', 'contact.name', 36],
  ['{% for offer in offers %}{% if false %}{{ offer.titel }}{% endif %}{% endfor %}', 'offer.titel', 43],
  [
    '{% for offer in offers %}{% for p in offer.products %}{{ p.name }}{% endfor %}{% endfor %}',
    'p.name',
    58,
  ],
  ['{% case recipient.name %}{% when "x" %}{{ offers[0].prize }}{% endcase %}', 'offers[0].prize', 43],
  ['{% unless true %}{% assign x = site.nam %}{% endunless %}', 'site.nam', 32],
  ['{% if false %}{{ "x" | append: link.uri }}{% endif %}', 'link.uri', 32],
  ['{% if false %}{% if site.logo %}{% endif %}{% endif %}', 'site.logo', 21],
])('an undefined variable is found in a branch that no sample reaches: %s', (body, name, column) => {
  const problem = `undefined variable: ${name} (available: language, site.title, site.url,`
  expect(() => assertTemplate({ body })).toThrow(
    expect.objectContaining({ field: 'body', line: 1, column, message: expect.stringContaining(problem) }),
  )
})

test('the listed variables include those of list elements, and those of the gift only for kinds that can have one', () => {
  const messageFor = (samples: EmailData[]) => {
    try {
      assertTemplate({ body: '{{ contact.name }}' }, samples)
    } catch (error) {
      return (error as Error).message
    }
    return ''
  }
  expect(messageFor([fullSample])).toMatch(
    /recipient\.name, .*offers\[\]\.products\[\]\.title, .*gift\.message, .*\)$/,
  )
  expect(messageFor([{ ...fullSample, gift: null }])).not.toContain('gift')
})

test.each([
  '{{ gift.message }}',
  '{% if gift %}x{% endif %}',
  '{% if false %}{{ gift.from_name }}{% endif %}',
])('gift variables are refused in kinds that never have a gift: %s', (body) => {
  expect(() => assertTemplate({ body }, samplesOf('automation'))).toThrow(
    /undefined variable: gift.* \(available: /,
  )
  expect(() => assertTemplate({ body }, samplesOf('gift'))).not.toThrow()
})

test.each(['{{ offers[0].title }}', '{{ offers.first.title }}'])(
  'a variable that can be missing is refused, with the advice to test for it first: %s',
  (body) => {
    const advice = 'it can be missing, so ask for it first, as in {% if offers.size > 0 %}'
    expect(() => assertTemplate({ body }, samplesOf('automation'))).toThrow(advice)
    expect(() =>
      assertTemplate({ body: `{% if offers.size > 0 %}${body}{% endif %}` }, samplesOf('automation')),
    ).not.toThrow()
  },
)

test('a filter that does not exist is refused with the list of those that do', () => {
  expect(() => assertTemplate({ body: '{{ site.title | shout }}' })).toThrow(
    /undefined filter: shout \(available: .*upcase/,
  )
})

test.each([
  '{% assign first = offers[0] %}{{ first.title }}',
  '{% for offer in offers %}{{ forloop.index }}{{ offer.products.first.title }}{{ offer.title.size }}{% endfor %}',
  '{% assign names = offers | map: "title" %}{% for name in names %}{{ name }}{% endfor %}{{ names.size }}',
  '{% assign n = 0 %}{{ offers[n].title }}{{ offers.last.title }}{{ site["title"] }}',
])('defined variables are accepted, however they are reached: %s', (body) => {
  expect(() => assertTemplate({ body }, [fullSample])).not.toThrow()
})

test('a default template is rendered for data of any size, without limits', () => {
  const products = Array.from({ length: 20_000 }, (_, n) => ({ title: `The product with the number ${n}` }))
  const offers = [{ title: 'All', description: null, access_until: null, products }]
  for (const kind of kinds) {
    expect(renderEmail(defaultTemplates.en[kind], { ...fullSample, offers }).text).toContain('number 19999')
  }
})

test('half a surrogate pair, as a filter can leave it, is stored as a replacement character', () => {
  const template = { ...welcome, body: '<p>{{ recipient.name | first }}</p>' }
  const { html } = renderEmail(template, named('😀 Ann'))
  expect(html.isWellFormed()).toBe(true)
  expect(html).toContain('<p>\uFFFD</p>')
})

test('a template of spaces, brackets or comments only is rendered quickly', () => {
  const begun = performance.now()
  for (const filling of [' ', '<a ', '<style>', '<!--', '&#', '<p href="']) {
    const body = `<p>x</p>${filling.repeat(15_000 / filling.length)}`
    const { text } = renderEmail({ ...automation, subject: 'x', body }, fullSample)
    expect(text).toMatch(/^x/)
    renderEmail({ ...automation, subject: 'x', body, text: body }, fullSample)
  }
  expect(performance.now() - begun).toBeLessThan(2_000)
})

test('missing parts of an automation e-mail are left out, and the plain text is derived from the rest', () => {
  const body = `<h1>Hi &amp; welcome</h1> <style>p { color: red }</style><!-- <b>no</b> -->
    <p>One<br>two <a href='https://a.example/?x=1&amp;y=2'>three</a> &lt;b&gt;</p><ul> <li>four</li> <li>five &#x1F3FA;</li></ul>`
  const bare = { ...automation, subject: 'Hi', body }
  const { html, text } = renderEmail(bare, fullSample)
  expect(html).not.toMatch(/class="(heading|button|link)"|href="https:\/\/quietkitchen.example\/enter/)
  expect(text).toBe(`Hi & welcome

One
two three (https://a.example/?x=1&y=2) <b>

* four
* five 🏺

--
You are receiving this because robin@example.com is a contact of Quiet Kitchen (https://quietkitchen.example).
`)
  const full = { ...bare, heading: 'Hello', button: 'Go', footer: '', preheader: 'Psst', text: 'Hello.' }
  const whole = renderEmail(full, fullSample)
  for (const words of ['Hello</div>', 'class="button"', 'Psst', fullSample.link.url])
    expect(whole.html).toContain(words)
  expect(whole.text).toBe('Hello.\n')
})
