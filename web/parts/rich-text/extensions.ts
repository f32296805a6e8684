/** What the editor of text knows of HTML: what the members' pages show, besides tables and figures. */
import { Mark, mergeAttributes, Node } from '@tiptap/core'
import { Image } from '@tiptap/extension-image'
import { StarterKit } from '@tiptap/starter-kit'
import { fileAddress } from '../../api/file-address.ts'
import { queryClient } from '../../api/queries.ts'

/** Shows the file of an address, which can be an upload for members only. */
async function showFile(element: HTMLImageElement | HTMLMediaElement, url: string): Promise<void> {
  const address = await queryClient.fetchQuery(fileAddress(url)).catch(() => null)
  if (address) element.src = address
}

/** Pictures stand in a line of text, as in HTML. */
const Picture = Image.extend({
  addNodeView() {
    return ({ node }) => {
      const picture = document.createElement('img')
      picture.alt = node.attrs.alt ?? ''
      void showFile(picture, node.attrs.src)
      return { dom: picture }
    }
  },
}).configure({ inline: true })

/** A mark that the editor keeps, and has no button for. */
const markOf = (name: string, tag: string) =>
  Mark.create({
    name,
    parseHTML: () => [{ tag }],
    renderHTML: ({ HTMLAttributes }) => [tag, HTMLAttributes, 0],
  })

/** Something that plays, as a block of its own. */
const playing = (tag: 'iframe' | 'video' | 'audio', attributes: string[]) =>
  Node.create({
    name: tag,
    group: 'block',
    atom: true,
    addAttributes: () => Object.fromEntries(attributes.map((name) => [name, { default: null }])),
    parseHTML: () => [{ tag: `${tag}[src]` }],
    renderHTML: ({ HTMLAttributes }) => [
      tag,
      mergeAttributes(tag === 'iframe' ? {} : { controls: '' }, HTMLAttributes),
    ],
    addNodeView:
      () =>
      ({ node }) => {
        const dom = document.createElement('div')
        dom.className = 'rich-text-player'
        const player = document.createElement(tag)
        if (player instanceof HTMLIFrameElement) {
          player.title = node.attrs.title ?? ''
          player.src = node.attrs.src
        } else {
          player.controls = true
          void showFile(player, node.attrs.src)
        }
        dom.append(player)
        return { dom }
      },
  })

export const extensions = [
  StarterKit.configure({
    heading: { levels: [2, 3, 4] },
    // A link has no attributes that the page would leave out.
    link: { openOnClick: false, HTMLAttributes: { target: null, rel: null, class: null } },
    trailingNode: false,
  }),
  Picture,
  markOf('subscript', 'sub'),
  markOf('superscript', 'sup'),
  markOf('highlight', 'mark'),
  markOf('small', 'small'),
  playing('iframe', ['src', 'title']),
  playing('video', ['src']),
  playing('audio', ['src']),
]
