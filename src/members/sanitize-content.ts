import { PLAYER_HOSTS } from '../catalogue/courses/embed-url.ts'
import { isOwnFile, uploadKeyIn, uploadPath } from '../catalogue/own-files.ts'

/** The code that YouTube gives to share a video has another host than its player without cookies. */
const YOUTUBE = /^(?:https:)?\/\/(?:www\.)?youtube\.com\/embed\//i

const PLAYERS = PLAYER_HOSTS.map((address) => new URL(address).hostname)

/**
 * The HTML of an owner as other people may see it: text, links, pictures, sound and videos. Scripts, forms, styles
 * and everything else goes; what remains could not leave its place in the page. The library is loaded with the first
 * page that needs it.
 */
export async function sanitizeContent(html: string): Promise<string> {
  const { default: sanitize } = await import('sanitize-html')
  return sanitize(html, {
    allowedTags: [
      ...['h2', 'h3', 'h4', 'p', 'br', 'hr', 'blockquote', 'pre', 'code', 'ul', 'ol', 'li', 'dl', 'dt', 'dd'],
      ...['a', 'strong', 'b', 'em', 'i', 'u', 's', 'sub', 'sup', 'small', 'mark', 'figure', 'figcaption'],
      ...['table', 'thead', 'tbody', 'tr', 'th', 'td', 'img', 'video', 'audio', 'source', 'iframe'],
    ],
    allowedAttributes: {
      a: ['href'],
      img: ['src', 'alt', 'loading'],
      video: ['src', 'controls', 'preload', 'class'],
      audio: ['src', 'controls', 'preload', 'class'],
      source: ['src', 'type'],
      iframe: ['src', 'title', 'loading', 'allow', 'referrerpolicy', 'class'],
      th: ['colspan', 'rowspan'],
      td: ['colspan', 'rowspan'],
    },
    allowedSchemes: ['https', 'mailto'],
    allowedSchemesByTag: { a: ['https', 'http', 'mailto', 'tel'] },
    allowProtocolRelative: false,
    allowedIframeHostnames: PLAYERS,
    transformTags: {
      // The page has one heading of the first level, its title.
      h1: 'h2',
      img: showing({ loading: 'lazy' }),
      video: showing({ ...PLAYED, class: 'player' }),
      audio: showing({ ...PLAYED, class: 'sound' }),
      source: showing({}),
      iframe: (tagName, { src = '', title = '' }) => ({
        tagName,
        attribs: {
          src: src.replace(YOUTUBE, 'https://www.youtube-nocookie.com/embed/'),
          ...(title && { title }),
          class: 'player',
          loading: 'lazy',
          allow: 'fullscreen',
          referrerpolicy: 'strict-origin-when-cross-origin',
        },
      }),
    },
    selfClosing: ['img', 'br', 'hr', 'source'],
    // Not another tag in its place, which does not work: the library would close the next tag as that one.
    exclusiveFilter: ({ tag, attribs }) =>
      ['img', 'source', 'iframe'].includes(tag)
        ? !attribs.src
        : ['video', 'audio'].includes(tag) && !attribs.class,
    nestingLimit: 50,
  })
}

type Attributes = Record<string, string>

const PLAYED = { controls: '', preload: 'metadata' }

/** Of a tag with the address of a file: what is neither an https address nor an own file has no attributes, and is left out. */
const showing =
  (added: Attributes) =>
  (tagName: string, { src, ...attribs }: Attributes): { tagName: string; attribs: Attributes } => {
    // A video can have its addresses in the tags `source`.
    if (src === undefined) return { tagName, attribs: { ...attribs, ...added } }
    const key = uploadKeyIn(src)
    const address = key ? uploadPath(key) : src
    return /^https:\/\//i.test(address) || isOwnFile(address)
      ? { tagName, attribs: { src: address, ...attribs, ...added } }
      : { tagName, attribs: {} }
  }
