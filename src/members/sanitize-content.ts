import { PLAYER_HOSTS } from '../catalogue/courses/embed-url.ts'
import { isOwnFile, uploadKeyIn, uploadPath } from '../catalogue/own-files.ts'

const PLAYERS = PLAYER_HOSTS.map((address) => new URL(address).hostname)

/**
 * The HTML of an owner as other people may see it: text, links, pictures and players of videos. Scripts, forms, styles
 * and everything else goes; what remains could not leave its place in the page. The library is loaded with the first
 * page that needs it.
 */
export async function sanitizeContent(html: string): Promise<string> {
  const { default: sanitize } = await import('sanitize-html')
  return sanitize(html, {
    allowedTags: [
      ...['h2', 'h3', 'h4', 'p', 'br', 'hr', 'blockquote', 'pre', 'code', 'ul', 'ol', 'li', 'dl', 'dt', 'dd'],
      ...['a', 'strong', 'b', 'em', 'i', 'u', 's', 'sub', 'sup', 'small', 'mark', 'figure', 'figcaption'],
      ...['table', 'thead', 'tbody', 'tr', 'th', 'td', 'img', 'iframe'],
    ],
    allowedAttributes: {
      a: ['href'],
      img: ['src', 'alt', 'loading'],
      iframe: ['src', 'title', 'loading', 'allow', 'referrerpolicy', 'class'],
      th: ['colspan', 'rowspan'],
      td: ['colspan', 'rowspan'],
    },
    allowedSchemes: ['https', 'mailto'],
    allowedSchemesByTag: { a: ['https', 'http', 'mailto'] },
    allowProtocolRelative: false,
    allowedIframeHostnames: PLAYERS,
    transformTags: {
      // The page has one heading of the first level, its title.
      h1: 'h2',
      img: (tagName, { src = '', ...attribs }) => {
        const key = uploadKeyIn(src)
        return { tagName, attribs: { src: key ? uploadPath(key) : src, ...attribs, loading: 'lazy' } }
      },
      iframe: sanitize.simpleTransform('iframe', {
        class: 'player',
        loading: 'lazy',
        allow: 'fullscreen',
        referrerpolicy: 'strict-origin-when-cross-origin',
      }),
    },
    exclusiveFilter: ({ tag, attribs }) =>
      (tag === 'img' && !/^https:\/\//i.test(attribs.src ?? '') && !isOwnFile(attribs.src ?? '')) ||
      (tag === 'iframe' && !attribs.src),
    nestingLimit: 50,
  })
}
