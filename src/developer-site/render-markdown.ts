import hljs from 'highlight.js/lib/core'
import bash from 'highlight.js/lib/languages/bash'
import javascript from 'highlight.js/lib/languages/javascript'
import json from 'highlight.js/lib/languages/json'
import php from 'highlight.js/lib/languages/php'
import python from 'highlight.js/lib/languages/python'
import xml from 'highlight.js/lib/languages/xml'
import yaml from 'highlight.js/lib/languages/yaml'
import type { Token } from 'markdown-it'
import MarkdownIt from 'markdown-it'
import { plainText } from './site-page.ts'

for (const [name, language] of Object.entries({ bash, javascript, json, php, python, xml, yaml }))
  hljs.registerLanguage(name, language)
hljs.registerAliases(['sh', 'shell', 'console'], { languageName: 'bash' })
hljs.registerAliases(['js', 'ts'], { languageName: 'javascript' })
hljs.registerAliases(['html'], { languageName: 'xml' })

export interface Heading {
  id: string
  text: string
  level: number
}

export interface Rendered {
  html: string
  headings: Heading[]
}

/** HTML within the Markdown is shown as text: the files are ours, what they quote is not. */
const markdownIt = new MarkdownIt({
  html: false,
  linkify: true,
  highlight: (code, language) =>
    hljs.getLanguage(language) ? hljs.highlight(code, { language, ignoreIllegals: true }).value : '',
})

/** Renders a page; its headings get ids, as GitHub forms them. */
export function renderMarkdown(markdown: string): Rendered {
  const tokens = markdownIt.parse(markdown, {})
  const headings = nameHeadings(tokens)
  return { html: markdownIt.renderer.render(tokens, markdownIt.options, {}), headings }
}

function nameHeadings(tokens: Token[]): Heading[] {
  const used = new Map<string, number>()
  return tokens.flatMap((token, index) => {
    if (token.type !== 'heading_open') return []
    const text = plainText(tokens[index + 1]!.content)
    const slug = text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-')
    const times = used.get(slug) ?? 0
    used.set(slug, times + 1)
    const id = times === 0 ? slug : `${slug}-${times}`
    token.attrSet('id', id)
    return [{ id, text, level: Number(token.tag.slice(1)) }]
  })
}

/** The language of a code block, and the name of its tab: ```bash curl. */
const infoOf = ({ info }: Token) => info.trim().split(/\s+/) as [string, string?]

const { rules } = markdownIt.renderer
const renderFence = rules.fence!

/** Code blocks that follow each other and have names are shown in the same place, one at a time. */
rules.fence = (tokens, index, options, env, self) => {
  const [, name] = infoOf(tokens[index]!)
  const block = renderFence(tokens, index, options, env, self)
  if (name === undefined) return block
  const isTab = (token: Token | undefined) => token?.type === 'fence' && infoOf(token)[1] !== undefined
  const isFirst = !isTab(tokens[index - 1])
  let first = index
  while (isTab(tokens[first - 1])) first--
  const group = `tabs-${first}`
  const id = `${group}-${index - first}`
  return [
    isFirst ? '<div class="tabs">' : '',
    `<input type="radio" name="${group}" id="${id}" data-tab="${markdownIt.utils.escapeHtml(name)}"${isFirst ? ' checked' : ''}>`,
    `<label for="${id}">${markdownIt.utils.escapeHtml(name)}</label>`,
    block,
    isTab(tokens[index + 1]) ? '' : '</div>\n',
  ].join('')
}

/** A wide table scrolls, not the page. */
rules.table_open = () => '<div class="table" tabindex="0"><table>\n'
rules.table_close = () => '</table></div>\n'
