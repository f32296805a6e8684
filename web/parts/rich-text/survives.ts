/** Whether the editor of text keeps all that the members' pages show of a piece of HTML. */
import { generateHTML, generateJSON } from '@tiptap/core'
import { extensions } from './extensions.ts'

/** Compares what the editor makes of the HTML with the HTML itself, both in one spelling. */
export function survives(html: string): boolean {
  if (html.trim() === '') return true
  const kept = generateHTML(generateJSON(html, extensions), extensions)
  return canonical(html) === canonical(kept)
}

const MARKS: Record<string, string> = {
  ...{ B: 'strong', STRONG: 'strong', I: 'em', EM: 'em', U: 'u', S: 's', DEL: 's', STRIKE: 's' },
  ...{ CODE: 'code', SUB: 'sub', SUP: 'sup', MARK: 'mark', SMALL: 'small', A: 'a' },
}

/** What has blocks in it; text that stands in them alone is a paragraph. */
const CONTAINERS = ['BODY', 'BLOCKQUOTE', 'LI', 'TD', 'TH', 'DD', 'FIGURE']
/** The end of a block. */
const END = '</>'
const IN_LINE = ['IMG', 'BR']
/** Neither the editor nor the pages show them: what is in them counts. */
const TRANSPARENT = ['SPAN', 'DIV']

/** The attributes that the pages show, by tag. */
const SHOWN: Record<string, string[]> = {
  ...{ A: ['href'], IMG: ['src', 'alt'], IFRAME: ['src', 'title'], VIDEO: ['src'], AUDIO: ['src'] },
  ...{ SOURCE: ['src', 'type'], TH: ['colspan', 'rowspan'], TD: ['colspan', 'rowspan'], OL: ['start'] },
}

/** The HTML in one spelling, in which only what is shown makes a difference. */
const canonical = (html: string): string =>
  blocksIn(new DOMParser().parseFromString(html, 'text/html').body, true)

function blocksIn(parent: Element, wraps: boolean): string {
  let blocks = ''
  let line = new Line()
  const endLine = () => {
    const text = line.text()
    if (text) blocks += wraps ? `<p>${text}${END}` : text
    line = new Line()
  }
  const visit = (node: Node, marks: string[]): void => {
    if (node instanceof Text) line.add(node.data, marks)
    if (!(node instanceof Element)) return
    const mark = MARKS[node.tagName]
    if (mark || TRANSPARENT.includes(node.tagName)) {
      const inner = mark ? [...marks, mark + attributesOf(node)] : marks
      for (const child of node.childNodes) visit(child, inner)
    } else if (IN_LINE.includes(node.tagName)) line.addElement(tagOf(node), marks)
    else {
      endLine()
      blocks += blockOf(node)
    }
  }
  for (const child of parent.childNodes) visit(child, [])
  endLine()
  return blocks
}

function blockOf(node: Element): string {
  const isCode = node.tagName === 'PRE'
  return tagOf(node) + (isCode ? node.textContent : blocksIn(node, CONTAINERS.includes(node.tagName))) + END
}

const tagOf = (node: Element) => `<${node.tagName.toLowerCase()}${attributesOf(node)}>`

const attributesOf = (node: Element): string =>
  (SHOWN[node.tagName] ?? [])
    .filter((name) => node.getAttribute(name))
    .map((name) => ` ${name}="${node.getAttribute(name)}"`)
    .join('')

/** A line of text: pieces with their marks, whatever the order of the tags around them. */
class Line {
  private pieces: { text: string; marks: string }[] = []

  add(text: string, marks: string[]): void {
    let collapsed = text.replace(/[ \t\r\n\f]+/g, ' ')
    const last = this.pieces.at(-1)
    if (collapsed.startsWith(' ') && (!last || last.text.endsWith(' '))) collapsed = collapsed.slice(1)
    this.push(collapsed, marks)
  }

  addElement(tag: string, marks: string[]): void {
    this.push(tag, marks)
  }

  text(): string {
    const text = this.pieces.map(({ text, marks }) => `{${marks}}${text}`).join('')
    return text.replace(/ $/, '').replace(/\{[^{}]*\}$/, '')
  }

  private push(text: string, marks: string[]): void {
    if (text === '') return
    const sorted = [...new Set(marks)].sort().join(' ')
    const last = this.pieces.at(-1)
    if (last?.marks === sorted) last.text += text
    else this.pieces.push({ text, marks: sorted })
  }
}
